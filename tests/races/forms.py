"""Every form of a clerk that two may have open at once: one saves, the other saves what she saw before.

    with forms.rate() as stale:   # the first has saved; `stale` is the other's button
        ...                       # and must be refused; what is kept is then looked at

Where the center has a case in between, it is taken back first, so that only the version tells.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

from sqlalchemy import select

from data.database import snapshot
from data.enums import BusinessKind, ContributorStatus
from data.models.case import Case
from data.models.remittance import Assessment
from services import contributor_info_change, employer_info_change, own_cases, review
from services.actor import Actor
from services.base_adjustment import approval as base
from services.base_adjustment import roster as bases
from services.contributor_registration import approval as registration
from services.contributor_registration import roster as openings
from services.contributor_status_change import approval as status
from services.contributor_status_change import roster as statuses
from services.deferral import approval as deferral
from services.rate_adjustment import approval as rates
from services.remittance import assess, edit
from services.rules.months import Month
from tests.conftest import person
from tests.desk_cases import employer_change
from tests.people import id_number
from tests.rosters import PDF, imported
from tests.test_contributor_registration import YANG
from tests.test_contributor_status_change import NORMAL, SEALED, SEALING, UNSEALING, accounts, enter

Act = Callable[[], object]
JULY, AUGUST = Month(2026, 7), Month(2026, 8)
_serials = count(1)


@contextmanager
def base_adjustment() -> Iterator[Act]:
    clerk, account = person("clerk2"), accounts(person("clerk2"), NORMAL)[0]
    imported(clerk, 5000)
    base.attach(clerk, "011201", "证明.pdf", PDF)
    seen = base.situation(clerk).version
    base.submit(clerk, version=seen, client_id=click())
    back(clerk, base.situation(clerk).case_id)
    yield lambda: base.submit(clerk, version=seen, client_id=click())
    now = base.situation(clerk)
    assert now.version == seen + 2
    assert (bases.roster(clerk).set_index("account")["new_base"][account]) == 5000
    end(clerk, now.case_id)


@contextmanager
def rate() -> Iterator[Act]:
    clerk = person("clerk2")
    rates.attach(clerk, "051101", "申请表.pdf", PDF)
    seen = rates.situation(clerk).version

    def submit(percent: int) -> None:
        rates.submit(
            clerk, employer_rate=percent, contributor_rate=percent, month=JULY, version=seen,
            client_id=click(),
        )  # fmt: skip

    submit(6)
    back(clerk, rates.situation(clerk).case_id)
    yield lambda: submit(7)
    assert rates.situation(clerk).rate == 6
    end(clerk, rates.situation(clerk).case_id)


@contextmanager
def deferring() -> Iterator[Act]:
    clerk = person("clerk2")
    for code in ("101001", "101002"):
        deferral.attach(clerk, code, "材料.pdf", PDF)
    seen = deferral.situation(clerk).version

    def submit(last: Month) -> None:
        deferral.submit(clerk, month=last, reason="停产", version=seen, client_id=click())

    submit(AUGUST)
    back(clerk, deferral.situation(clerk).case_id)
    yield lambda: submit(Month(2026, 12))
    assert deferral.situation(clerk).month == AUGUST
    end(clerk, deferral.situation(clerk).case_id)


@contextmanager
def employer_information() -> Iterator[Act]:
    """The other's list holds an address that a colleague has since entered otherwise."""
    clerk = person("clerk2")
    employer_info_change.enter(clerk, "address", "凯里市甲号")
    now = employer_info_change.situation(clerk)
    for material in {one.code for one in now.materials} - {one.material for one in now.papers}:
        employer_info_change.attach(clerk, material, "材料.pdf", PDF)
    seen = employer_info_change.situation(clerk)
    employer_info_change.enter(clerk, "address", "凯里市乙号")
    yield lambda: employer_info_change.submit(
        clerk, seen={one.item.name: one.new for one in seen.changes}, version=seen.version,
        client_id=click(),
    )  # fmt: skip
    assert employer_info_change.situation(clerk).values["address"] == "凯里市乙号"


@contextmanager
def contributor_information() -> Iterator[Act]:
    clerk = person("clerk2")
    who = contributor_info_change.people(clerk)[0].id
    contributor_info_change.enter(clerk, who, "mobile", "13885511111")
    seen = contributor_info_change.situation(clerk, who)
    contributor_info_change.enter(clerk, who, "mobile", "13885522222")
    yield lambda: contributor_info_change.submit(
        clerk, who, seen={one.item.name: one.new for one in seen.changes}, version=seen.version,
        client_id=click(),
    )  # fmt: skip
    assert contributor_info_change.situation(clerk, who).values["mobile"] == "13885522222"


@contextmanager
def opening_roster() -> Iterator[Act]:
    """A colleague has taken one of two people off the roster."""
    clerk = person("clerk2")
    for number in (YANG.id_number, id_number(1)):
        openings.add(clerk, replace(YANG, id_number=number))
    two = registration.line_ids(openings.roster(clerk)["account"])
    openings.delete_rows(clerk, two[:1])
    yield lambda: registration.confirm(clerk, two, client_id=click())
    assert registration.line_ids(openings.roster(clerk)["account"]) == two[1:]
    openings.delete_rows(clerk, two[1:])


@contextmanager
def sealing_roster() -> Iterator[Act]:
    with _status_roster(SEALING, NORMAL) as stale:
        yield stale


@contextmanager
def unsealing_roster() -> Iterator[Act]:
    with _status_roster(UNSEALING, SEALED) as stale:
        yield stale


@contextmanager
def _status_roster(kind: BusinessKind, before: ContributorStatus) -> Iterator[Act]:
    """A colleague has taken one of two people off the roster."""
    clerk = person("clerk1")
    two = accounts(clerk, before)[:2]
    for account in two:
        enter(clerk, kind, account)
    statuses.delete_rows(clerk, kind, two[:1])
    yield lambda: status.confirm(clerk, kind, two, client_id=click())
    assert list(statuses.roster(clerk, kind)["account"]) == two[1:]
    statuses.delete_rows(clerk, kind, two[1:])


@contextmanager
def taking_back() -> Iterator[Act]:
    clerk, case_id, seen = came_again()
    yield lambda: own_cases.withdraw(clerk, case_id, version=seen)
    assert version_of(case_id) == seen + 2
    back(clerk, case_id)
    end(clerk, case_id)


@contextmanager
def assessment() -> Iterator[Act]:
    clerk = person("clerk2")
    assess.assess(clerk, [JULY], client_id=click())
    month = standing(clerk)
    yield lambda: assess.assess(clerk, [JULY], client_id=click())
    assert standing(clerk) == month
    edit.delete(clerk, month)


@contextmanager
def ending() -> Iterator[Act]:
    """A clerk ends a flow that a colleague has meanwhile submitted again and taken back."""
    clerk, case_id, seen = came_again()
    back(clerk, case_id)
    yield lambda: own_cases.end_flow(clerk, case_id, version=seen)
    assert version_of(case_id) == seen + 3
    end(clerk, case_id)


FORMS = (
    base_adjustment, rate, deferring, employer_information, contributor_information,
    opening_roster, sealing_roster, unsealing_roster, taking_back, ending, assessment,
)  # fmt: skip


def came_again() -> tuple[Actor, int, int]:
    """Return a case that was sent back and submitted again, and its version before that."""
    clerk = person("clerk2")
    case_id = employer_change(clerk, address=f"凯里市{next(_serials)}号")
    seen = version_of(case_id)
    review.send_back(person("officerA"), case_id, version=seen, opinion="请补充")
    now = employer_info_change.situation(clerk)
    employer_info_change.submit(
        clerk, seen={one.item.name: one.new for one in now.changes}, version=now.version,
        client_id=click(),
    )  # fmt: skip
    return clerk, case_id, seen


def standing(clerk: Actor) -> int:
    with snapshot() as session:
        return session.scalars(
            select(Assessment.id).where(
                Assessment.employer_id == clerk.employer,
                Assessment.month == JULY.number,
                Assessment.deleted_at.is_(None),
            )
        ).one()


def version_of(case_id: int) -> int:
    with snapshot() as session:
        return session.get_one(Case, case_id).version


def back(clerk: Actor, case_id: int | None) -> None:
    assert case_id
    own_cases.withdraw(clerk, case_id, version=version_of(case_id))


def end(clerk: Actor, case_id: int | None) -> None:
    assert case_id
    own_cases.end_flow(clerk, case_id, version=version_of(case_id))


def click() -> str:
    return f"click-{next(_serials)}"
