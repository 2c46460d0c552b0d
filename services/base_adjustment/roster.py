"""The roster (清册) of a base adjustment: what it holds, what it would do, and editing it by hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    bindparam,
    delete,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from data import bulk
from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind, ContributorStatus
from data.models.base_adjustment import BaseAdjustmentLine
from data.models.case import Case
from data.models.register import Contributor
from services import audit
from services.actor import Actor
from services.approval import casework
from services.base_adjustment import facts
from services.base_adjustment.facts import Terms
from services.errors import BusinessError
from services.rules.limits import Limits, yuan

_FEN = pa.scalar(Decimal("0.01"))  # in yuan
#: A new base this far from the old one, in percent of it, is worth a second look.
STEEP_RISE, STEEP_FALL = 50, -30


def fen(column: SQLColumnExpression[Decimal]) -> ColumnElement[int]:
    """Read a column of money in whole fen."""
    return type_coerce(column, BigInteger)


OLD_AMOUNT = fen(Contributor.employer_amount + Contributor.contributor_amount)
#: The columns of `Line`, to be narrowed to a case.
LINES = select(
    Contributor.id,
    Contributor.account,
    Contributor.name,
    Contributor.id_number,
    Contributor.status,
    fen(Contributor.base),
    BaseAdjustmentLine.row,
    fen(BaseAdjustmentLine.old_base),
    fen(BaseAdjustmentLine.new_base),
    fen(BaseAdjustmentLine.employer_amount),
    fen(BaseAdjustmentLine.contributor_amount),
    OLD_AMOUNT,
).join_from(BaseAdjustmentLine, Contributor)


_MISSING = (
    select(Contributor.name)
    .where(
        Contributor.employer_id == bindparam("employer_id"),
        Contributor.status == ContributorStatus.NORMAL,
        Contributor.id.not_in(
            select(BaseAdjustmentLine.contributor_id).where(
                BaseAdjustmentLine.case_id == bindparam("case_id")
            )
        ),
    )
    .order_by(Contributor.account)
)


class Line(NamedTuple):
    """A line with its person, as the checks need it. Money is fen."""

    contributor_id: int
    account: str
    name: str
    id_number: str
    status: ContributorStatus
    present_base: int
    row: int
    old_base: int
    new_base: int
    employer_amount: int
    contributor_amount: int
    old_amount: int

    @property
    def new_amount(self) -> int:
        return self.employer_amount + self.contributor_amount

    @property
    def is_steep(self) -> bool:
        change = (self.new_base - self.old_base) * 100
        return change > STEEP_RISE * self.old_base or change < STEEP_FALL * self.old_base


@dataclass(frozen=True, slots=True)
class Effect:
    """What a roster would do. Money is yuan a month."""

    people: int
    before: Decimal
    after: Decimal
    lowest: Decimal
    highest: Decimal
    changed: int
    at_limit: int
    steep: int

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def is_uniform(self) -> bool:
        return self.people > 1 and self.lowest == self.highest


class UnacceptableBase(BusinessError):
    message = "{name}：{reason}"


@audit.refusals
def roster(actor: Actor) -> pd.DataFrame:
    """Return the roster of the clerk's employer, empty where there is none.

    Columns, a row a line:

    row (place, from 1), account, name, id_number (whole), old_base, new_base, old_amount,
    new_amount (yuan a month, Decimal), change (new base less old, yuan), note (why to look twice).
    """
    with snapshot() as session:
        limits = facts.terms(session, actor.employer).policy.limits
        case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
        return frame(lines(session, case) if case else [], limits)


def count(session: Session, case: Case) -> int:
    """Return how many people are on the roster."""
    chosen = select(func.count()).where(BaseAdjustmentLine.case_id == case.id)
    return session.scalars(chosen).one()


def missing(session: Session, case: Case) -> list[str]:
    """Return the names of the employer's people in status 正常 who are not on the roster."""
    given = {"case_id": case.id, "employer_id": case.employer_id}
    return list(session.scalars(_MISSING, given))


def frame(found: Sequence[Line], limits: Limits) -> pd.DataFrame:
    """Return lines as `roster` describes."""
    return pd.DataFrame(
        {
            "row": [line.row for line in found],
            "account": [line.account for line in found],
            "name": [line.name for line in found],
            "id_number": [line.id_number for line in found],
            "old_base": _money([line.old_base for line in found]),
            "new_base": _money([line.new_base for line in found]),
            "old_amount": _money([line.old_amount for line in found]),
            "new_amount": _money([line.new_amount for line in found]),
            "change": _money([line.new_base - line.old_base for line in found]),
            "note": [_note(line, is_at_limit=limits.is_at_limit(line.new_base)) for line in found],
        }
    )


def _money(amounts: list[int]) -> pd.Series:
    """Return fen as a column of yuan: exact, and four times as quick to draw as one of objects."""
    fen = pa.array(amounts, pa.int64()).cast(pa.decimal128(19, 0))
    return pd.Series(pd.arrays.ArrowExtensionArray(pc.multiply(fen, _FEN)))


def effect(found: Iterable[Line], terms: Terms) -> Effect:
    """Sum up what these lines would do."""
    found = list(found)
    bases = [line.new_base for line in found] or [0]
    limits = terms.policy.limits
    return Effect(
        people=len(found),
        before=yuan(sum(line.old_amount for line in found)),
        after=yuan(sum(line.new_amount for line in found)),
        lowest=yuan(min(bases)),
        highest=yuan(max(bases)),
        changed=sum(line.new_base != line.old_base for line in found),
        at_limit=sum(map(limits.is_at_limit, (line.new_base for line in found))),
        steep=sum(line.is_steep for line in found),
    )


@audit.refusals
def set_bases(actor: Actor, bases: Mapping[str, Decimal]) -> None:
    """Enter new bases (account to yuan) on lines of the open roster, all or none.

    Raises UnacceptableBase, DraftGone, AlreadyPending.
    """
    with transaction() as session:
        terms = facts.terms(session, actor.employer)
        case = casework.draft(session, BusinessKind.BASE_ADJUSTMENT, actor)
        audit.record(session, actor, AuditAction.ENTERED, casework.about(case), rows=len(bases))
        for line in lines(session, case, accounts=bases):
            base = bases[line.account].scaleb(2)
            if base != int(base):
                raise UnacceptableBase(name=line.name, reason="缴存基数最多两位小数")
            if int(base) == line.new_base:
                continue  # the grid sends what was typed before along with what is typed now
            parts = terms.parts(int(base))
            if reason := terms.policy.limits.objection(int(base), sum(parts)):
                raise UnacceptableBase(name=line.name, reason=reason)
            session.execute(
                update(BaseAdjustmentLine)
                .filter_by(case_id=case.id, contributor_id=line.contributor_id)
                .values(
                    new_base=yuan(int(base)),
                    employer_amount=yuan(parts[0]),
                    contributor_amount=yuan(parts[1]),
                )
            )


@audit.refusals
def delete_rows(actor: Actor, accounts: Iterable[str]) -> int:
    """Take the lines of these accounts off the open roster; return how many went.

    Raises DraftGone, AlreadyPending once it is submitted.
    """
    with transaction() as session:
        case = casework.draft(session, BusinessKind.BASE_ADJUSTMENT, actor)
        doomed = [line.contributor_id for line in lines(session, case, accounts=set(accounts))]
        session.execute(
            delete(BaseAdjustmentLine)
            .filter_by(case_id=case.id)
            .where(BaseAdjustmentLine.contributor_id.in_(doomed))
        )
        audit.record(
            session, actor, AuditAction.ROWS_DELETED, casework.about(case), rows=len(doomed)
        )
        return len(doomed)


def lines(session: Session, case: Case, accounts: Iterable[str] | None = None) -> list[Line]:
    """Return the lines of a case in the roster's order, or those of some accounts only."""
    chosen = LINES.where(BaseAdjustmentLine.case_id == case.id).order_by(BaseAdjustmentLine.row)
    if accounts is not None:
        chosen = chosen.where(Contributor.account.in_(list(accounts)))
    return [Line._make(row) for row in session.execute(chosen)]


def put(session: Session, case: Case, entered: Sequence[Line]) -> None:
    """Write lines into the roster, each over the one its person has there already.

    Their `row` does not count: who is there keeps the place, the others follow in order.
    """
    table = BaseAdjustmentLine
    present = dict(
        session.execute(
            select(table.contributor_id, table.row).where(table.case_id == case.id)
        ).all()
    )
    incoming = {line.contributor_id for line in entered}
    if incoming >= present.keys():
        session.execute(delete(table).filter_by(case_id=case.id))
        present = {}
    if again := incoming & present.keys():
        session.execute(
            delete(table).filter_by(case_id=case.id).where(table.contributor_id.in_(again))
        )
    next_row = 1 + (
        session.scalar(select(func.max(table.row)).where(table.case_id == case.id)) or 0
    )
    case_id, numbered = case.id, []
    for line in entered:
        row = present.get(line.contributor_id)
        if row is None:
            row, next_row = next_row, next_row + 1
        numbered.append(
            (
                case_id, row, line.contributor_id, line.old_base, line.new_base,
                line.employer_amount, line.contributor_amount,
            )
        )  # fmt: skip
    columns = (
        "case_id", "row", "contributor_id", "old_base", "new_base",
        "employer_amount", "contributor_amount",
    )  # fmt: skip
    bulk.insert(session, table, columns, numbered)


def _note(line: Line, *, is_at_limit: bool) -> str:
    notes = []
    if line.is_steep:
        notes.append(f"变动{(line.new_base - line.old_base) * 100 / line.old_base:+.0f}%")
    if is_at_limit:
        notes.append("等于上下限")
    return "，".join(notes)
