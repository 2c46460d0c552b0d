"""Money arrival (到账, domain rules 4.3): a credit is entered, matched to months, and kept to the fen.

What pays no month in full stays in the employer's balance, until a month takes it or it is refunded.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import OFFICERS, AssessmentStatus, AuditAction
from data.models.ledger import Arrival
from data.models.register import Employer
from data.models.remittance import Assessment
from services import audit
from services.actor import Actor
from services.approval import casework, conflicts
from services.errors import BusinessError, NotFound
from services.remittance import booking, trail
from services.remittance.booking import Due
from services.remittance.credits import Credit, NotOurCredit, Outcome, WrongCredit, objections
from services.rules import clock
from services.rules.months import Month
from services.summary import keep

NOT_HERE = "没有该单位账号，或该单位不归您所在的管理部办理"
ENTERED = "该银行流水号已登记，同一笔到账不能重复登记"


class NotPayable(BusinessError):
    message = "{month}的核定{status}，不能入账"


class BehindUnapproved(BusinessError):
    message = "{month}之前有月度尚未审批，请先审批，再依次入账"


@audit.refusals
def foresee(actor: Actor, credits: Sequence[Credit]) -> list[Outcome]:
    """Return what entering these credits would do, employer by employer, and enter nothing."""
    actor.require(*OFFICERS)
    with snapshot() as session:
        employers = payers(session, actor, [credit.employer_number for credit in credits])
        due = booking.due(session, [employer.id for employer in employers.values()])
        by_employer = _by_employer(credits)
        return [
            _foreseen(session, employer, due[employer.id], by_employer[number])
            for number, employer in employers.items()
        ]


@audit.refusals
def receive(actor: Actor, credit: Credit) -> Outcome:
    """Enter one credit and book what it pays. Raises WrongCredit, NotAllowed."""
    return receive_all(actor, [credit])[0]


@audit.refusals
def receive_all(
    actor: Actor,
    credits: Sequence[Credit],
    settle: Callable[[Session, list[Outcome]], None] | None = None,
) -> list[Outcome]:
    """Enter credits, all of them or none, and book what they pay. Raises WrongCredit, NotAllowed.

    `settle` is called in the transaction that enters them.
    """
    actor.require(*OFFICERS)
    for credit in credits:
        if faults := objections(credit):
            raise WrongCredit(faults)
    try:
        with transaction() as session:
            outcomes = _received(session, actor, credits)
            if settle:
                settle(session, outcomes)
            return outcomes
    except IntegrityError as twice:  # somebody else has entered the same credit in this moment
        raise WrongCredit({"reference": ENTERED}) from twice


@audit.refusals
def pay_from_balance(actor: Actor, assessment_id: int) -> Outcome:
    """Book an approved month out of the employer's balance, with those before it (未分摊入账).

    Raises NotEnough, NotPayable, BehindUnapproved, NotFound, OtherBranch, NotAllowed.
    """
    actor.require(*OFFICERS)
    with transaction() as session:
        found = session.get(Assessment, assessment_id)
        if found is None:
            raise NotFound(what="该月核定")
        employer = conflicts.lock_employer(session, found.employer_id)
        casework.require_own(employer.branch, actor)
        upto = _up_to(session, found)
        booked = [booking.book(session, employer, m.assessment_id, actor) for m in upto]
        keep.money(session, booked=booked)
        left = booking.balance(session, employer.id)
        return Outcome(employer.number, employer.name, booking.NOTHING, upto, left, None)


def _up_to(session: Session, found: Assessment) -> list[Due]:
    """Return the employer's payable months up to this one. Raises NotPayable, BehindUnapproved."""
    session.refresh(found)
    if found.status is not AssessmentStatus.APPROVED:
        raise NotPayable(month=Month.of(found.month).label, status=found.status.label)
    due = booking.due(session, [found.employer_id])[found.employer_id]
    for place, month in enumerate(due, start=1):
        if month.assessment_id == found.id:
            return due[:place]
    raise BehindUnapproved(month=Month.of(found.month).label)


def payers(session: Session, actor: Actor, numbers: Collection[str]) -> dict[str, Employer]:
    """Return the employers of the officer's branch with these numbers, by number."""
    found = session.scalars(
        select(Employer)
        .where(Employer.number.in_(set(numbers)), Employer.branch == actor.branch)
        .order_by(Employer.id)
    )
    return {employer.number: employer for employer in found}


def entered(session: Session, references: Iterable[str]) -> set[str]:
    """Return which of these bank references are there already, and not reversed."""
    known = select(Arrival.reference).where(
        Arrival.reference.in_(set(references)), Arrival.reversed_at.is_(None)
    )
    return set(session.scalars(known))


def _received(session: Session, actor: Actor, credits: Sequence[Credit]) -> list[Outcome]:
    employers = payers(session, actor, [credit.employer_number for credit in credits])
    if any(credit.employer_number not in employers for credit in credits):
        raise NotOurCredit({"employer_number": NOT_HERE})
    if entered(session, (credit.reference for credit in credits)):
        raise WrongCredit({"reference": ENTERED})
    booked: list[Assessment] = []
    outcomes = []
    by_employer = _by_employer(credits)
    for number, row in employers.items():  # in the order of their ids: nobody waits in a circle
        employer = conflicts.lock_employer(session, row.id)
        own = by_employer[number]
        for credit in own:
            _enter(session, actor, employer, credit)
        due = booking.due(session, [employer.id])[employer.id]
        paid = booking.match(booking.balance(session, employer.id), due)
        booked += [booking.book(session, employer, m.assessment_id, actor) for m in paid]
        outcomes.append(_outcome(session, employer, own, paid, due[len(paid) :]))
        if said := outcomes[-1].for_employer:
            trail.tell_employer(session, employer, said)
    today = clock.today()
    money = [(employers[credit.employer_number].id, today, credit.amount) for credit in credits]
    keep.money(session, arrived=money, booked=booked)
    return outcomes


def _by_employer(credits: Sequence[Credit]) -> dict[str, list[Credit]]:
    found: dict[str, list[Credit]] = defaultdict(list)
    for credit in credits:
        found[credit.employer_number].append(credit)
    return found


def _enter(session: Session, actor: Actor, employer: Employer, credit: Credit) -> None:
    arrival = Arrival(
        reference=credit.reference, employer_id=employer.id, amount=credit.amount,
        arrived_on=credit.arrived_on, payer=credit.payer, note=credit.note,
        entered_by=actor.user_id, entered_at=clock.now(),
    )  # fmt: skip
    session.add(arrival)
    session.flush()
    booking.post_arrival(session, arrival, actor)
    audit.record(
        session, actor, AuditAction.MONEY_ARRIVED, f"arrival:{arrival.id}",
        employer=employer.id, fen=int(credit.amount.scaleb(2)),
    )  # fmt: skip


def _outcome(
    session: Session, employer: Employer, own: Sequence[Credit], paid: list[Due], rest: list[Due]
) -> Outcome:
    arrived = sum((credit.amount for credit in own), booking.NOTHING)
    left = booking.balance(session, employer.id)
    return Outcome(employer.number, employer.name, arrived, paid, left, rest[0] if rest else None)


def _foreseen(
    session: Session, employer: Employer, due: list[Due], own: Sequence[Credit]
) -> Outcome:
    arrived = sum((credit.amount for credit in own), booking.NOTHING)
    there = booking.balance(session, employer.id) + arrived
    paid = booking.match(there, due)
    left = there - sum((month.amount for month in paid), booking.NOTHING)
    rest = due[len(paid) :]
    return Outcome(employer.number, employer.name, arrived, paid, left, rest[0] if rest else None)
