"""What fifty do at once. Each course readies the database, yields the acts, then looks at what is left.

with courses.approval(50) as acts:
    outcomes = at_once(acts)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

from sqlalchemy import ColumnElement, func, select

from data.database import snapshot
from data.enums import CaseStatus
from data.models.case import Case, Message
from data.models.ledger import Arrival
from data.models.people import UserSession
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment
from services import own_cases, review, sign_in
from services.actor import Actor
from services.contributor_registration import approval as registration
from services.contributor_registration import roster
from services.rate_adjustment import approval as rates
from services.remittance import arrivals, assess, balances, edit
from services.rules.months import Month
from tests.conftest import person
from tests.credits import credit
from tests.desk_cases import employer_change
from tests.people import id_number
from tests.rosters import PDF
from tests.test_contributor_registration import YANG

Acts = list[Callable[[], object]]
JULY = Month(2026, 7)
_serials = count(1)


@contextmanager
def submission(many: int) -> Iterator[Acts]:
    """One form, many clicks that differ."""
    clerk, click = person("clerk2"), next(_serials)
    rates.attach(clerk, "051101", "申请表.pdf", PDF)
    version = rates.situation(clerk).version
    yield [
        lambda n=n: rates.submit(
            clerk, employer_rate=6, contributor_rate=6, month=JULY, version=version,
            client_id=f"{click}-{n}",
        )
        for n in range(many)
    ]  # fmt: skip
    now = rates.situation(clerk)
    assert (now.status, now.version) == (CaseStatus.PENDING, version + 1)
    assert now.case_id
    own_cases.withdraw(clerk, now.case_id, version=now.version)
    _end(clerk, now.case_id)


@contextmanager
def approval(many: int) -> Iterator[Acts]:
    """Two officers press 通过, 退回 and 不通过 on one case."""
    clerk, officers = person("clerk2"), (person("officerA"), person("officerB"))
    case_id = employer_change(clerk, address=f"凯里市{next(_serials)}号")
    version = _case(case_id).version
    buttons = (review.approve, review.send_back, review.approve, review.reject)
    yield [
        lambda n=n: buttons[n % 4](officers[n % 2], case_id, version=version, opinion="意见")
        for n in range(many)
    ]
    assert _case(case_id).version == version + 1
    assert _count(Message.case_id == case_id) == 1
    _end(clerk, case_id)


@contextmanager
def withdrawal(many: int) -> Iterator[Acts]:
    """The clerk takes back what an officer approves: the register says which of the two it was."""
    clerk, officer = person("clerk2"), person("officerA")
    address = f"凯里市{next(_serials)}号"
    case_id = employer_change(clerk, address=address)
    version = _case(case_id).version
    pair: Acts = [
        lambda: own_cases.withdraw(clerk, case_id, version=version),
        lambda: review.approve(officer, case_id, version=version, opinion="同意"),
    ]
    yield pair * (many // 2)
    with snapshot() as session:
        is_changed = session.get_one(Employer, clerk.employer).address == address
    status = _case(case_id).status
    assert status is (CaseStatus.APPROVED if is_changed else CaseStatus.WITHDRAWN)
    _end(clerk, case_id)


@contextmanager
def registration_of_one(many: int) -> Iterator[Acts]:
    """Two employers open an account for the same person."""
    clerks, serial = (person("clerk2"), person("clerk3")), next(_serials)
    number = id_number(serial)
    lines = []
    for clerk in clerks:
        roster.add(clerk, replace(YANG, id_number=number))
        lines.append(registration.line_ids(roster.roster(clerk)["account"]))
    yield [
        lambda n=n: registration.confirm(clerks[n % 2], lines[n % 2], client_id=f"{serial}-{n}")
        for n in range(many)
    ]
    assert _count(Contributor.id_number == number) == 1
    for clerk, theirs in zip(clerks, lines, strict=True):
        roster.delete_rows(clerk, theirs)


@contextmanager
def assessment(many: int) -> Iterator[Acts]:
    """One month, many clicks that differ."""
    clerk, click = person("clerk2"), next(_serials)
    yield [lambda n=n: assess.assess(clerk, [JULY], client_id=f"{click}-{n}") for n in range(many)]
    with snapshot() as session:
        standing = select(Assessment.id).where(
            Assessment.employer_id == clerk.employer,
            Assessment.month == JULY.number,
            Assessment.deleted_at.is_(None),
        )
        month = session.scalars(standing).one()
    edit.delete(clerk, month)


@contextmanager
def arrival(many: int) -> Iterator[Acts]:
    """Two officers enter the credit with one bank reference."""
    clerk, officers = person("clerk2"), (person("officerA"), person("officerB"))
    one = credit(clerk, "100.01", f"REF{next(_serials)}")
    before = balances.ledger(officers[0], clerk.employer)
    yield [lambda n=n: arrivals.receive(officers[n % 2], one) for n in range(many)]
    after = balances.ledger(officers[0], clerk.employer)
    assert _count(Arrival.reference == one.reference) == 1
    assert len(after) == len(before) + 1
    assert after[0].balance == one.amount + (before[0].balance if before else 0)


def challenge(many: int, answered: Callable[[str], str]) -> Iterator[Acts]:
    """The answer to one challenge, which `answered` signs, is sent many times."""
    before = _count(UserSession.secret_hash.is_not(None))
    token = answered(sign_in.challenge("browser"))
    yield [lambda: sign_in.sign_in(token=token, browser="browser", token_serial="S")] * many
    assert _count(UserSession.secret_hash.is_not(None)) == before + 1


def _case(case_id: int) -> Case:
    with snapshot() as session:
        return session.get_one(Case, case_id)


def _count(condition: ColumnElement[bool]) -> int:
    with snapshot() as session:
        return session.scalars(select(func.count()).where(condition)).one()


def _end(clerk: Actor, case_id: int) -> None:
    """End what came back, so that the next round can begin."""
    case = _case(case_id)
    if case.status is not CaseStatus.APPROVED:
        own_cases.end_flow(clerk, case_id, version=case.version)
