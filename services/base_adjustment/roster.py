"""The roster (清册) of a base adjustment: what it holds, what it would do, and editing it by hand."""

import operator
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session

from data import bulk
from data.bulk import table_of
from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind
from data.models.base_adjustment import BaseAdjustmentLine
from data.models.case import Case
from services import audit
from services.actor import Actor
from services.approval import belonging, casework
from services.base_adjustment import facts, frames, kept
from services.base_adjustment.facts import Terms
from services.base_adjustment.line import LINE, LINES, MONEY, PERSON, Line, is_steep
from services.errors import BusinessError
from services.rules.limits import yuan

_CASE = table_of(Case)
#: The lines of the draft, which is locked and named with each.
_OF_DRAFT = (
    LINES.add_columns(_CASE.c.id)
    .join(_CASE, _CASE.c.id == LINE.c.case_id)
    .where(
        casework.is_draft(BusinessKind.BASE_ADJUSTMENT),
        LINE.c.employer_id == bindparam("employer_id"),
        PERSON.c.account.in_(bindparam("accounts", expanding=True)),
    )
    .with_for_update(of=_CASE)
)
_SET_BASE = (
    update(LINE)
    .where(
        LINE.c.case_id == bindparam("of_case"),
        LINE.c.contributor_id == bindparam("of_contributor"),
        LINE.c.employer_id == bindparam("of_employer"),
    )
    .values({name: bindparam(name) for name in MONEY[1:]})
)


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
        return frames.frame(kept.lines(session, case) if case else [], limits)


def begun(session: Session, actor: Actor, terms: Terms) -> Case | None:
    """Return the open case, locked and for this year's bases, if there is one.

    A roster left over from last July serves this one. Raises AlreadyPending while it is under review.
    """
    case = casework.begun(session, BusinessKind.BASE_ADJUSTMENT, actor)
    if case:
        case.effective_month = terms.effective_month.number
    return case


def opened(session: Session, actor: Actor, terms: Terms) -> Case:
    """Return the same, begun now if need be."""
    month = terms.effective_month.number
    case = casework.editable(session, BusinessKind.BASE_ADJUSTMENT, actor, month)
    case.effective_month = month
    return case


def effect(found: Iterable[Line], terms: Terms) -> Effect:
    """Sum up what these lines would do."""
    found, limits = list(found), terms.policy.limits
    old_bases, bases, own, withheld, old_amounts = (
        list(map(operator.attrgetter(name), found)) for name in (*MONEY, "old_amount")
    )
    return Effect(
        people=len(found),
        before=yuan(sum(old_amounts)),
        after=yuan(sum(own) + sum(withheld)),
        lowest=yuan(min(bases, default=0)),
        highest=yuan(max(bases, default=0)),
        changed=sum(map(operator.ne, bases, old_bases)),
        at_limit=sum(map(limits.ends.__contains__, bases)),
        steep=sum(map(is_steep, old_bases, bases)),
    )


@audit.refusals
def set_bases(actor: Actor, bases: Mapping[str, Decimal]) -> None:
    """Enter new bases (account to yuan) on lines of the open roster, all or none.

    Raises UnacceptableBase, DraftGone, AlreadyPending, NotFound for another's account.
    """
    with transaction() as session:
        terms = facts.terms(session, actor.employer)
        case_id, found = _in_draft(session, actor, bases)
        about = casework.about_number(case_id)
        audit.record(session, actor, AuditAction.ENTERED, about, rows=len(bases))
        changed = []
        for line in found:
            base = bases[line.account].scaleb(2)
            if base != int(base):
                raise UnacceptableBase(name=line.name, reason="缴存基数最多两位小数")
            if int(base) == line.new_base:
                continue  # the grid sends what was typed before along with what is typed now
            parts = terms.parts(int(base))
            if reason := terms.policy.limits.objection(int(base), sum(parts)):
                raise UnacceptableBase(name=line.name, reason=reason)
            changed.append(
                {
                    "of_case": case_id,
                    "of_contributor": line.contributor_id,
                    "of_employer": actor.employer,
                    "new_base": yuan(int(base)),
                    "employer_amount": yuan(parts[0]),
                    "contributor_amount": yuan(parts[1]),
                }
            )
        if changed:
            session.connection().execute(_SET_BASE, changed)


@audit.refusals
def delete_rows(actor: Actor, accounts: Iterable[str]) -> int:
    """Take the lines of these accounts off the open roster; return how many went.

    Raises DraftGone, AlreadyPending once it is submitted, NotFound for another's account.
    """
    wanted = set(accounts)
    with transaction() as session:
        case = casework.draft(session, BusinessKind.BASE_ADJUSTMENT, actor)
        found = kept.lines(session, case, accounts=wanted)
        belonging.require_own_people(session, actor, wanted - {line.account for line in found})
        doomed = [line.contributor_id for line in found]
        session.execute(
            delete(BaseAdjustmentLine)
            .filter_by(**kept.of(case))
            .where(BaseAdjustmentLine.contributor_id.in_(doomed))
        )
        audit.record(
            session, actor, AuditAction.ROWS_DELETED, casework.about(case), rows=len(doomed)
        )
        return len(doomed)


def _in_draft(session: Session, actor: Actor, accounts: Collection[str]) -> tuple[int, list[Line]]:
    """Return the id of the draft, locked, and its lines of these accounts: one question where all is well.

    Raises as `casework.draft`, and NotFound for another's account.
    """
    given = {"employer_id": actor.employer, "accounts": list(accounts)}
    rows = bulk.tuples(session, _OF_DRAFT, given)
    if rows and len(rows) == len(accounts):
        return rows[0][-1], [Line._make(row[:-1]) for row in rows]
    case = casework.draft(session, BusinessKind.BASE_ADJUSTMENT, actor)
    found = kept.lines(session, case, accounts=accounts)
    belonging.require_own_people(session, actor, set(accounts) - {line.account for line in found})
    return case.id, found
