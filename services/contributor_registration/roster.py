"""The opening roster (开户清册): what it holds, entering one person, taking rows off."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from data.codes import Sex
from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind
from data.models.case import Case
from data.models.registration import RegistrationLine
from services import audit
from services.actor import Actor
from services.approval import belonging, casework
from services.contributor_registration import entry as entries
from services.contributor_registration import facts
from services.contributor_registration.entry import HEADINGS, Entry
from services.contributor_registration.facts import Identity, Known, Terms
from services.errors import BusinessError
from services.rules.limits import yuan
from services.rules.months import Month

KIND = BusinessKind.CONTRIBUTOR_REGISTRATION
MOST_ROWS = 5_000
ON_THE_ROSTER = "证件号码已存在"


class WrongEntry(BusinessError):
    """One person's entry is refused; `faults` says why at each field."""

    message = "{what}"

    def __init__(self, faults: list[entries.Objection]) -> None:
        what = "；".join(f"{HEADINGS[field]}：{reason}" for field, reason in faults)
        super().__init__(what=what)
        self.faults = dict(reversed(faults))


class RosterFull(BusinessError):
    message = f"清册最多{MOST_ROWS}人，请先确认开户后再录入"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a roster would do. Money is yuan a month."""

    people: int
    moving_in: int
    employer_amount: Decimal
    contributor_amount: Decimal

    @property
    def amount(self) -> Decimal:
        return self.employer_amount + self.contributor_amount


@audit.refusals
def roster(actor: Actor) -> pd.DataFrame:
    """Return the open roster of the clerk's employer, empty where there is none.

    Columns, a row a line:

    account (the line's id as text), row (place, from 1), kind (开户 or 转入), name, id_type,
    id_number (whole), sex, born_on, mobile, base, employer_amount, contributor_amount,
    amount (yuan, Decimal), first_month (YYYY-MM), note (why to look twice).
    """
    with snapshot() as session:
        case = casework.live(session, KIND, actor.employer)
        return frame(standing(session, case, facts.terms(session, actor.employer)) if case else [])


def frame(found: Sequence[RegistrationLine]) -> pd.DataFrame:
    """Return lines as `roster` describes."""
    sexes = {sex.value: sex.label for sex in Sex}
    return pd.DataFrame(
        {
            "account": [str(line.id) for line in found],
            "row": list(map(str, range(1, len(found) + 1))),
            "kind": ["转入" if line.moves_in else "开户" for line in found],
            "name": [line.name for line in found],
            "id_type": [line.id_type.label for line in found],
            "id_number": [line.id_number for line in found],
            "sex": [sexes.get(line.sex, "") for line in found],
            "born_on": [str(line.born_on or "") for line in found],
            "mobile": [line.mobile for line in found],
            "base": [line.base for line in found],
            "employer_amount": [line.employer_amount for line in found],
            "contributor_amount": [line.contributor_amount for line in found],
            "amount": [line.employer_amount + line.contributor_amount for line in found],
            "first_month": [str(Month.of(line.first_month)) for line in found],
            "note": [entries.warnings(as_entry(line)) for line in found],
        }
    )


def effect(found: Collection[RegistrationLine]) -> Effect:
    """Sum up what these lines would do."""
    return Effect(
        len(found),
        sum(line.moves_in for line in found),
        sum((line.employer_amount for line in found), Decimal(0)),
        sum((line.contributor_amount for line in found), Decimal(0)),
    )


@audit.refusals
def add(actor: Actor, entry: Entry) -> None:
    """Put one person on the roster (录入清册).

    Raises WrongEntry with everything wrong, EmployerNotOpen, RosterFull.
    """
    entry = entries.completed(entry)
    with transaction() as session:
        case, terms = opened(session, actor)
        there = lines(session, case)
        if len(there) >= MOST_ROWS:
            raise RosterFull
        found = entries.objections(entry, terms)
        person = facts.known(session, [entry.id_number]).get((entry.id_type, entry.id_number))
        if reason := registered_objection(entry, person, terms, {identity_of(x) for x in there}):
            found.append(reason)
        if found:
            raise WrongEntry(found)
        put(session, case, [line(entry, person, terms)])
        audit.record(session, actor, AuditAction.ENTERED, casework.about(case), rows=1)


@audit.refusals
def delete_rows(actor: Actor, line_ids: Iterable[int]) -> int:
    """Take these lines off the open roster; return how many went. Raises NotFound for another's."""
    wanted = set(line_ids)
    with transaction() as session:
        belonging.require_own_lines(session, actor, wanted)
        case = casework.live(session, KIND, actor.employer)
        if case is None:
            return 0
        case = casework.own(session, case.id, actor)
        doomed = [x.id for x in lines(session, case) if x.id in wanted]
        session.execute(delete(RegistrationLine).where(RegistrationLine.id.in_(doomed)))
        audit.record(
            session, actor, AuditAction.ROWS_DELETED, casework.about(case), rows=len(doomed)
        )
        if not lines(session, case):
            session.delete(case)  # an empty roster must not stand in the way of an assessment
        return len(doomed)


def opened(session: Session, actor: Actor) -> tuple[Case, Terms]:
    """Return the open roster's case, begun now if need be, and the terms. Raises EmployerNotOpen."""
    terms = facts.terms(session, actor.employer)
    if terms.objection:
        raise terms.objection
    return casework.editable(session, KIND, actor, terms.span.first.number), terms


def registered_objection(
    entry: Entry, person: Known | None, terms: Terms, there: Collection[Identity]
) -> entries.Objection | None:
    """Say why somebody on the roster or in the register may not be entered, or None."""
    if (entry.id_type, entry.id_number) in there:
        return "id_number", ON_THE_ROSTER
    if person is None:
        return None
    reason = facts.objection(person, entry.name, entry.first_month, terms.employer_id)
    return ("id_number", reason) if reason else None


def lines(session: Session, case: Case) -> list[RegistrationLine]:
    """Return the lines of a case in the roster's order."""
    chosen = select(RegistrationLine).where(
        RegistrationLine.case_id == case.id, RegistrationLine.employer_id == case.employer_id
    )
    return list(session.scalars(chosen.order_by(RegistrationLine.row, RegistrationLine.id)))


def standing(session: Session, case: Case, terms: Terms) -> list[RegistrationLine]:
    """Return the lines of an open roster, as today's rates and today's register make them."""
    found = lines(session, case)
    people = facts.known(session, [line.id_number for line in found])
    for line in found:
        own, withheld = terms.parts(int(line.base.scaleb(2)))
        line.employer_amount, line.contributor_amount = yuan(own), yuan(withheld)
        line.moves_in = facts.moves_in(people.get(identity_of(line)), terms.employer_id)
    return found


def line(entry: Entry, person: Known | None, terms: Terms) -> RegistrationLine:
    """Make a line of an entry that nothing is said against."""
    if entry.base is None or entry.first_month is None:
        raise WrongEntry(entries.objections(entry, terms))
    own, withheld = terms.parts(int(entry.base.scaleb(2)))
    return RegistrationLine(
        name=entry.name, id_type=entry.id_type, id_number=entry.id_number,
        sex=(entry.sex or Sex.UNKNOWN).value, born_on=entry.born_on, mobile=entry.mobile,
        base=entry.base, employer_amount=yuan(own), contributor_amount=yuan(withheld),
        first_month=entry.first_month.number, hired_on=entry.hired_on,
        marital=entry.marital.value, education=entry.education.value,
        occupation=entry.occupation.value, post=entry.post.value, title=entry.title.value,
        income=entry.income, landline=entry.landline, postcode=entry.postcode,
        address=entry.address, email=entry.email,
        moves_in=facts.moves_in(person, terms.employer_id),
    )  # fmt: skip


def as_entry(line: RegistrationLine) -> Entry:
    """Return what a line says, as far as it is judged again before the account is opened."""
    return Entry(
        name=line.name, id_type=line.id_type, id_number=line.id_number,
        mobile=line.mobile, base=line.base, first_month=Month.of(line.first_month),
        sex=next(sex for sex in Sex if sex.value == line.sex), born_on=line.born_on,
        hired_on=line.hired_on,
    )  # fmt: skip


def put(session: Session, case: Case, entered: Iterable[RegistrationLine]) -> None:
    """Write lines after those there."""
    table = RegistrationLine
    last = session.scalar(select(func.max(table.row)).where(table.case_id == case.id)) or 0
    for row, entry in enumerate(entered, start=last + 1):
        entry.case_id, entry.employer_id, entry.row = case.id, case.employer_id, row
        session.add(entry)
    session.flush()


def identity_of(line: RegistrationLine) -> Identity:
    return line.id_type, line.id_number
