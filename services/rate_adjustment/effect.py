"""What new rates make of everybody's monthly amount (月缴存额), before it is so."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, and_, or_, select, type_coerce
from sqlalchemy.orm import Session

from data.enums import ContributorStatus
from data.models.register import Contributor
from services.errors import BusinessError
from services.rate_adjustment.terms import Terms
from services.rules import contribution
from services.rules.limits import yuan

_PERCENT = 100


class Line(NamedTuple):
    """A person who is remitted for, with the amounts before and after. Fen a month."""

    contributor_id: int
    account: str
    name: str
    base: int
    before: int
    employer_amount: int
    contributor_amount: int

    @property
    def after(self) -> int:
        return self.employer_amount + self.contributor_amount


@dataclass(frozen=True, slots=True)
class Effect:
    """Heads, and yuan a month before and after."""

    people: int
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


class AboveCap(BusinessError):
    message = "按月缴存额上限，单位与个人比例之和不得超过{percent}%"


def lines(session: Session, terms: Terms, employer_rate: int, contributor_rate: int) -> list[Line]:
    """Return everybody whom the new rates concern, in the accounts' order."""
    table, rounding = Contributor.__table__.c, terms.policy.rounding
    found = session.execute(
        select(
            table.id,
            table.account,
            table.name,
            type_coerce(table.base, BigInteger),
            type_coerce(table.employer_amount + table.contributor_amount, BigInteger),
        )
        .where(concerns(terms))
        .order_by(table.account)
    )
    return [
        Line(
            number, account, name, base, before,
            *contribution.parts(base, employer_rate, contributor_rate, rounding),
        )
        for number, account, name, base, before in found
    ]  # fmt: skip


def concerns(terms: Terms) -> ColumnElement[bool]:
    """Return the condition of whoever is remitted for from the month due on.

    Those are the people in status 正常, and those who are sealed from a later month on.
    """
    return and_(
        Contributor.employer_id == terms.employer_id,
        or_(
            Contributor.status == ContributorStatus.NORMAL,
            and_(
                Contributor.status == ContributorStatus.SEALED,
                Contributor.sealed_month > terms.due.number,
            ),
        ),
    )


def effect(found: Iterable[Line]) -> Effect:
    """Add the lines up."""
    found = list(found)
    return Effect(
        len(found),
        yuan(sum(line.before for line in found)),
        yuan(sum(line.after for line in found)),
    )


def require_below_cap(terms: Terms, found: Iterable[Line]) -> None:
    """Raise AboveCap, naming the highest sum of rates that everybody's base allows (domain 4.5)."""
    cap, rounding = terms.policy.limits.total_max, terms.policy.rounding
    above = [line.base for line in found if line.after > cap]
    if not above:
        return
    base = max(above)
    percent = cap * _PERCENT // base
    if 2 * contribution.part(base, percent // 2, rounding) > cap:
        percent -= 1  # both parts are rounded up, a yuan beyond what the sum of the rates makes
    raise AboveCap(percent=percent)


def frame(found: Iterable[Line]) -> pd.DataFrame:
    """Return the lines as a table with Chinese headings, amounts in yuan."""
    columns = ("个人账号", "姓名", "缴存基数", "调整前月缴存额",
               "单位月缴存额", "个人月缴存额", "调整后月缴存额", "差额")  # fmt: skip
    rows = [
        (line.account, line.name, *map(yuan, (
            line.base, line.before, line.employer_amount, line.contributor_amount, line.after,
            line.after - line.before,
        )))
        for line in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


MONEY = ("缴存基数", "调整前月缴存额", "单位月缴存额", "个人月缴存额", "调整后月缴存额", "差额")
