"""Verifying (核对): that every summary equals its details, and every fen is where the ledger says."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import delete, insert, inspect, select
from sqlalchemy.orm import Session

from data.base import Base
from data.database import snapshot
from data.enums import LabelledEnum
from data.models.register import Employer
from data.models.summary import BaseSummary, CashSummary, MonthSummary, PeopleSummary
from services.summary import details, ledger
from services.verdict import Verdict

_NAMES: Final[Mapping[type[Base], str]] = {
    PeopleSummary: "单位人数汇总",
    BaseSummary: "缴存基数分布",
    MonthSummary: "月度汇缴汇总",
    CashSummary: "月度资金汇总",
}
_LABELS: Final = {
    "employer_id": "单位", "step": "基数（千元）", "month": "年月", "branch": "管理部",
    "kind": "单位性质", "normal_heads": "正常人数", "sealed_heads": "封存人数",
    "employer_amount": "单位月缴存额", "contributor_amount": "个人月缴存额", "heads": "人数",
    "assessed_units": "核定单位数", "assessed_heads": "核定人数", "assessed_amount": "核定金额",
    "booked_units": "入账单位数", "booked_heads": "入账人数", "booked_amount": "入账金额",
    "arrived": "到账金额", "allocated": "分摊金额", "refunded": "退款金额", "collected": "实归集额",
}  # fmt: skip


def rebuild(session: Session) -> None:
    """Write every summary anew from the details: after a bulk load, or to mend a difference."""
    session.flush()
    for model, query in details.ALL.items():
        rows = query()
        columns = [column["name"] for column in rows.column_descriptions]
        session.execute(delete(model))
        session.execute(insert(model).from_select(columns, rows))
    session.expire_all()


def verify() -> Verdict:
    """Say whether every summary and the ledger are what the details say."""
    return Verdict(f"{len(details.ALL)}种汇总及账簿", differences())


def differences() -> list[str]:
    """Return every place where a summary or the ledger is not what the details say, in words."""
    with snapshot() as session:
        numbers = {
            row.id: row.number for row in session.execute(select(Employer.id, Employer.number))
        }
        found = [line for model in details.ALL for line in _compared(session, model, numbers)]
        return found + ledger.faults(session)


def _compared(session: Session, model: type[Base], numbers: Mapping[int, str]) -> Iterator[str]:
    table = inspect(model).local_table
    keys = [column.name for column in table.primary_key]
    kept = _rows(session, select(table), keys)
    counted = _rows(session, details.ALL[model](), keys)
    for key in sorted(kept.keys() | counted.keys()):
        for name in (column.name for column in table.columns if column.name not in keys):
            summed, is_so = (rows.get(key, {}).get(name, 0) for rows in (kept, counted))
            if summed != is_so:
                place = " ".join(_shown(k, v, numbers) for k, v in zip(keys, key, strict=True))
                yield f"{_NAMES[model]} {place}：{_LABELS[name]} 汇总{summed}，明细{is_so}"


def _rows(session: Session, query: Any, keys: list[str]) -> dict[tuple[Any, ...], Any]:  # noqa: ANN401
    return {tuple(row[k] for k in keys): row for row in session.execute(query).mappings()}


def _shown(name: str, value: Any, numbers: Mapping[int, str]) -> str:  # noqa: ANN401 — a key's value
    if name == "employer_id":
        return numbers.get(value, f"内部编号{value}")
    words = value.label if isinstance(value, LabelledEnum) else value
    return f"{_LABELS[name]}{words}"
