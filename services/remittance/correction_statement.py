"""What a correction (资金更正) says: what it would do, in words, and what of it is signed."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.enums import CorrectionKind
from data.models.ledger import Arrival, MoneyCorrection
from data.models.register import Employer
from services.remittance import booking, unbooking
from services.remittance.booking import Due
from services.statement import Item


def effect(session: Session, row: MoneyCorrection, employer: Employer) -> str:
    """Say what confirming it would do as things stand. Raises CannotUnbook."""
    return _foreseen(session, row, employer)[0]


def said(plan: unbooking.Plan) -> str:
    """Say in words what a reversal does."""
    left = f"冲正后未分摊余额{plan.balance:,.2f}元"
    if not plan.months:
        return f"不影响已入账月度，{left}"
    months = "、".join(str(due.month) for due in plan.months)
    return f"将撤销{months}的入账（转为待缴款），{left}"


def with_effect(session: Session, row: MoneyCorrection, employer: Employer, action: str) -> Item:
    """Return what is signed of an act that lets money move, before it does. Raises CannotUnbook.

    Where the money stands otherwise by then, or other months would be taken back, it is no more what
    was signed.
    """
    words, months = _foreseen(session, row, employer)
    item = bare(session, row, employer, action)
    item["figures"] = [*_figures(session, row), ["复核通过后", words]]
    if months:
        rows = "".join(f"{due.month},{due.amount:.2f}\n" for due in months)
        item["rows"] = len(months)
        item["rows_sha256"] = hashlib.sha256(rows.encode()).hexdigest()
    return item


def bare(
    session: Session, row: MoneyCorrection, employer: Employer, action: str, opinion: str = ""
) -> Item:
    """Return what is signed of an act that moves no money."""
    item: Item = {
        "business": row.kind.label,
        "action": action,
        "employer": f"{employer.name} {employer.number}",
        "version": _place(session, row),
        "figures": _figures(session, row),
        "documents": [],
    }
    return item | ({"opinion": opinion} if opinion else {})


def _figures(session: Session, row: MoneyCorrection) -> list[list[str]]:
    figures = [["金额（元）", f"{row.amount:,.2f}"], ["原因", row.reason]]
    if row.arrival_id is None:
        return [*figures, ["收款户名", row.payee], ["收款银行", row.payee_bank],
                ["收款账号", row.payee_account]]  # fmt: skip
    arrival = session.get_one(Arrival, row.arrival_id)
    return [*figures, ["银行流水号", arrival.reference], ["到账日期", str(arrival.arrived_on)],
            ["付款户名", arrival.payer or "—"]]  # fmt: skip


def _place(session: Session, row: MoneyCorrection) -> int:
    """Return the how-manieth of its employer it is: a signature serves for no later one."""
    others = select(func.count(MoneyCorrection.id)).filter_by(employer_id=row.employer_id)
    if row.id:
        others = others.where(MoneyCorrection.id < row.id)
    return session.scalars(others).one() + 1


def _foreseen(
    session: Session, row: MoneyCorrection, employer: Employer
) -> tuple[str, Sequence[Due]]:
    if row.kind is CorrectionKind.REVERSAL:
        plan = unbooking.plan(session, employer, row.amount)
        return said(plan), plan.months
    left = booking.balance(session, employer.id) - row.amount
    return f"退款后未分摊余额{left:,.2f}元" if left >= 0 else "未分摊余额已不足，不能退款", ()
