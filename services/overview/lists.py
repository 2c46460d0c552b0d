"""Lists of employers (单位名单): the columns they begin with, the query they start from, their keys."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from data.base import YuanType
from data.models.register import Employer
from services.errors import NotFound
from services.files.columns import Column, SheetRow
from services.overview.chart import count, text
from services.overview.scope import Scope
from services.rules.months import Month
from services.summary.present import PEOPLE

HEAD = (
    text("单位账号", 16), text("单位名称", 32), text("管理部"), text("单位性质", 16), count("职工人数"),
)  # fmt: skip
MONTHLY = type_coerce(
    func.coalesce(PEOPLE.c.employer_amount + PEOPLE.c.contributor_amount, 0), YuanType
)


@dataclass(frozen=True, slots=True)
class Behind:
    """Employers behind a bar: what the list is of, its columns, its rows."""

    title: str
    columns: tuple[Column, ...]
    rows: list[SheetRow]


def chosen(scope: Scope, *more: ColumnElement[Any] | Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401
    """Return the query of the scope's employers as the head of a list has them, and `more`."""
    return (
        select(
            Employer.number, Employer.name, Employer.branch, Employer.kind,
            func.coalesce(PEOPLE.c.normal_heads, 0), *more,
        )
        .outerjoin(PEOPLE, PEOPLE.c.employer_id == Employer.id)
        .where(*scope.of(Employer.branch, Employer.kind))
    )  # fmt: skip


def shown(found: Any) -> list[Any]:  # noqa: ANN401 — a result of any columns
    return [(number, name, b.label, k.label, *rest) for number, name, b, k, *rest in found]


def employers(session: Session, scope: Scope, *which: ColumnElement[bool]) -> list[SheetRow]:
    found = session.execute(
        chosen(scope, MONTHLY).where(*which).order_by(PEOPLE.c.normal_heads.desc(), Employer.number)
    )
    return shown(found)


def month_of(key: str) -> Month:
    try:
        return Month.of(int(key))
    except ValueError as unknown:
        raise NotFound(what="该月份") from unknown


def number_of(key: str) -> int:
    if not (key.isascii() and key.isdigit() and len(key) <= 6):  # noqa: PLR2004
        raise NotFound(what="该分类")
    return int(key)


def one_of(codes: Any, key: str) -> Any:  # noqa: ANN401 — one of any code table
    found = next((code for code in codes if code.value == key), None)
    if found is None:
        raise NotFound(what="该分类")
    return found
