"""Summaries (汇总): in step with their details whatever happens, and what `make verify` says."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from data.codes import EmployerKind
from data.database import snapshot, transaction
from data.enums import BusinessKind, ContributorStatus
from data.models.register import Employer
from data.models.summary import BaseSummary, CashSummary, MonthSummary, PeopleSummary
from services import review
from services.actor import Actor
from services.remittance import desk, edit
from services.summary import verify
from tests.rosters import submitted
from tests.test_contributor_registration import as_entry, confirm, somebody
from tests.test_contributor_registration import roster as registration
from tests.test_contributor_status_change import accounts, enter
from tests.test_contributor_status_change import confirm as confirm_status
from tests.test_employer_info_change import approve
from tests.test_employer_info_change import submitted as change
from tests.test_races import at_once, winners
from tests.test_rate_adjustment import submit as submit_rate
from tests.test_remittance import go, listed

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
SEALED = ContributorStatus.SEALED


def people(actor: Actor) -> tuple[int, int, Decimal]:
    with snapshot() as session:
        row = session.get_one(PeopleSummary, actor.employer)
        return row.normal_heads, row.sealed_heads, row.employer_amount + row.contributor_amount


def steps(actor: Actor) -> dict[int, int]:
    with snapshot() as session:
        found = select(BaseSummary.step, BaseSummary.heads).filter_by(employer_id=actor.employer)
        return dict(session.execute(found).all())


def july(actor: Actor) -> MonthSummary:
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        return session.get_one(MonthSummary, (202607, employer.branch, employer.kind))


def test_the_fixture_begins_in_step(clerk2: Actor) -> None:
    assert verify.differences() == []
    assert people(clerk2) == (5, 0, Decimal("4726.00"))
    assert steps(clerk2) == {2: 1, 4: 1, 6: 1, 7: 1, 8: 1}


def test_a_month_is_counted_when_assessed_and_taken_off_when_deleted(clerk2: Actor) -> None:
    go(clerk2, 202607)
    counted = july(clerk2)
    assert (counted.assessed_units, counted.assessed_heads) == (1, 5)
    assert (counted.assessed_amount, counted.booked_amount) == (Decimal("4726.00"), Decimal(0))
    assert verify.differences() == []
    edit.delete(clerk2, listed(clerk2, 202607).id)
    assert july(clerk2).assessed_units == 0
    assert verify.differences() == []


def test_returned_months_are_all_taken_off(clerk3: Actor, officer_a: Actor) -> None:
    go(clerk3, 202604, 202605, 202606)
    desk.send_back(officer_a, listed(clerk3, 202605).id, reason="人数不符")
    assert verify.differences() == []
    with snapshot() as session:
        standing = select(MonthSummary.month).where(MonthSummary.assessed_units > 0)
        assert set(session.scalars(standing)) == {202603, 202604, 202606}


def test_people_are_counted_after_every_change_of_them(clerk1: Actor, clerk4: Actor) -> None:
    assert people(clerk1) == (300, 2, Decimal("432000.00"))
    account = accounts(clerk1)[0]
    enter(clerk1, BusinessKind.SEALING, account)
    confirm_status(clerk1, BusinessKind.SEALING, [account])
    assert people(clerk1) == (299, 3, Decimal("430560.00"))
    enter(clerk1, BusinessKind.UNSEALING, accounts(clerk1, SEALED)[0])
    confirm_status(clerk1, BusinessKind.UNSEALING, accounts(clerk1, SEALED)[:1], click="again")
    assert people(clerk1) == (300, 2, Decimal("432000.00"))
    registration.add(clerk1, as_entry(somebody(clerk4, SEALED)))
    confirm(clerk1, click="open")
    assert people(clerk1) == (301, 2, Decimal("433248.00"))
    assert people(clerk4)[:2] == (3, 0)
    assert steps(clerk1) == {5: 1, 6: 300}
    assert verify.differences() == []


def test_adjusted_bases_and_rates_are_counted(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    review.approve(officer_a, submitted(clerk1, 7200), version=2, opinion="同意")
    review.approve(officer_a, submit_rate(clerk2), version=2, opinion="同意")
    assert steps(clerk1) == {7: 300}
    assert people(clerk2)[2] == Decimal("5908.00")
    assert verify.differences() == []


def test_an_employer_of_another_kind_takes_its_months_along(
    clerk1: Actor, officer_a: Actor
) -> None:
    go(clerk1, 202607)
    approve(officer_a, change(clerk1, kind=EmployerKind.STATE_OWNED.value))
    with snapshot() as session:
        moved = select(MonthSummary.kind).where(MonthSummary.assessed_heads >= 300)
        assert set(session.scalars(moved)) == {EmployerKind.STATE_OWNED}
    assert verify.differences() == []


def test_employers_of_one_branch_and_kind_are_counted_side_by_side(
    clerk2: Actor, clerk3: Actor
) -> None:
    outcomes = at_once(
        [lambda: go(clerk2, 202607, click="a"), lambda: go(clerk3, 202604, 202605, 202606, 202607)]
    )
    assert winners(outcomes) == 2
    assert july(clerk2).assessed_heads == 45
    assert verify.differences() == []


@pytest.mark.parametrize(
    ("table", "wrong", "told"),
    [
        (PeopleSummary, {"normal_heads": 7}, "单位人数汇总 522601000202：正常人数 汇总7，明细5"),
        (BaseSummary, {"heads": 9}, "缴存基数分布 522601000202 基数（千元）2：人数 汇总9，明细1"),
        (MonthSummary, {"booked_heads": 9}, "入账人数 汇总9"),
        (CashSummary, {"collected": Decimal("1.00")}, "实归集额 汇总1.00，明细"),
    ],
)
def test_verification_names_what_differs_and_rebuilding_mends_it(
    table: type, wrong: dict[str, object], told: str
) -> None:
    with transaction() as session:
        session.execute(update(table).values(**wrong))
    found = verify.differences()
    assert any(told in line for line in found), found
    with transaction() as session:
        verify.rebuild(session)
    assert verify.differences() == []
