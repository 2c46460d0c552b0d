"""Paying back deferred months (缓缴补缴) at what was in force in them, with scenario G7's figures."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from data.database import snapshot, transaction
from data.enums import BusinessKind, ChangeKind, RemittanceKind
from data.models.register import Contributor, ContributorChange
from data.models.remittance import Assessment, AssessmentLine
from data.policy_codes import PolicyKey
from services import review
from services.actor import Actor
from services.deferral import back_payment
from services.remittance import deferred, desk, edit
from services.remittance.matrix import Matrix
from services.rules.months import Month
from services.summary import verify
from tests.credits import receive
from tests.policy_rows import set_for
from tests.rosters import submitted as base_submitted
from tests.test_contributor_status_change import accounts, confirm, enter
from tests.test_deferral import change, released
from tests.test_deferral import deferred as granted
from tests.test_rate_adjustment import submit as submit_rate
from tests.test_remittance import go, listed

OnDay = Callable[[str], None]
SEALING, UNSEALING = BusinessKind.SEALING, BusinessKind.UNSEALING
JULY, AUGUST, SEPTEMBER = OWED = Month(2026, 7).through(Month(2026, 9))
EACH = Decimal("4726.00")


@pytest.fixture(autouse=True)
def _owing(
    db: object, storage: object, clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    """U2 deferred from July to December, released from October, with October booked."""
    granted(clerk2, officer_a, officer_c)
    on_day("2026-10-10")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    go(clerk2, 202610, click="october")
    book(officer_a, clerk2, 202610)


def book(officer: Actor, clerk: Actor, *months: int) -> None:
    for number in months:
        month = listed(clerk, number)
        desk.approve(officer, month.id)
        receive(officer, clerk, str(month.amount))
        assert listed(clerk, number).status.label == "已入账"


def raise_rates(clerk: Actor, officer: Actor, on_day: OnDay) -> None:
    """From 8 % to 10 %, from November on."""
    on_day("2026-11-05")
    case_id = submit_rate(clerk, 10, Month(2026, 11))
    review.approve(officer, case_id, version=2, opinion="同意")


def pay_back(clerk: Actor, *months: Month) -> None:
    deferred.assess_deferred(clerk, months, client_id="back")


def matrices(clerk: Actor) -> list[Matrix]:
    """What 【汇缴】 offers, having seen that 【缓缴】 says the same."""
    found = deferred.deferred_months(clerk)
    assert [
        (m.month, m.heads, m.employer_amount, m.contributor_amount)
        for m in back_payment.back_payment(clerk)
    ] == [(m.month, m.heads, m.employer_amount, m.contributor_amount) for m in found]
    return found


def lines(clerk: Actor, month: Month) -> list[AssessmentLine]:
    with snapshot() as session:
        chosen = (
            select(AssessmentLine)
            .join(Assessment, Assessment.id == AssessmentLine.assessment_id)
            .where(
                Assessment.employer_id == clerk.employer, Assessment.month == month.number,
                Assessment.kind == RemittanceKind.DEFERRED, Assessment.deleted_at.is_(None),
            )
            .order_by(AssessmentLine.account)
        )  # fmt: skip
        return list(session.scalars(chosen))


def figures(clerk: Actor, month: Month) -> list[tuple[str, int, int, str]]:
    """Base, rates and the employer's part of everybody in a month paid back."""
    return [
        (str(line.base), line.employer_rate, line.contributor_rate, str(line.employer_amount))
        for line in lines(clerk, month)
    ]


AS_OF_JULY = [
    ("7656.25", 8, 8, "613.00"), ("4321.05", 8, 8, "346.00"), ("8888.88", 8, 8, "711.00"),
    ("2130.00", 8, 8, "170.00"), ("6543.21", 8, 8, "523.00"),
]  # fmt: skip


def test_three_months_are_paid_back_and_booked_and_every_summary_agrees(
    clerk2: Actor, officer_a: Actor
) -> None:
    assert [m.amount for m in matrices(clerk2)] == [EACH] * 3
    assert sum(m.amount for m in matrices(clerk2)) == Decimal("14178.00")
    pay_back(clerk2, *OWED)
    assert figures(clerk2, JULY) == AS_OF_JULY
    book(officer_a, clerk2, 202607, 202608, 202609)
    assert matrices(clerk2) == []
    assert verify.differences() == []


def test_rates_raised_since_are_not_charged_for_the_months_before(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    raise_rates(clerk2, officer_a, on_day)
    july, august, september = found = matrices(clerk2)
    assert [m.amount for m in found] == [EACH] * 3
    assert (july.last_heads, july.last_amount, july.difference) == (5, EACH, 0)
    assert (august.last_amount, september.difference) == (EACH, 0)
    pay_back(clerk2, *OWED)
    for month in OWED:
        assert figures(clerk2, month) == AS_OF_JULY
        assert listed(clerk2, month.number).amount == EACH
    details = edit.roster(clerk2, listed(clerk2, 202608).id).lines
    assert details["月缴存额"].sum() == EACH
    go(clerk2, 202611, click="november")
    assert listed(clerk2, 202611).amount == Decimal("5908.00")
    book(officer_a, clerk2, 202607, 202608, 202609, 202611)
    assert verify.differences() == []


def test_rates_raised_twice_since_leave_the_months_before_at_the_first_of_the_three(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    """8 % until October, 10 % in November, 12 % from December on."""
    set_for(None, PolicyKey.RATE_CHANGES_PER_YEAR, "2")
    raise_rates(clerk2, officer_a, on_day)
    go(clerk2, 202611, click="november")
    book(officer_a, clerk2, 202611)
    on_day("2026-12-05")
    case_id = submit_rate(clerk2, 12, Month(2026, 12))
    review.approve(officer_a, case_id, version=2, opinion="同意")
    assert [m.amount for m in matrices(clerk2)] == [EACH] * 3
    go(clerk2, 202612, click="december")
    assert [listed(clerk2, n).amount for n in (202611, 202612)] == [
        Decimal("5908.00"), Decimal("7092.00")]  # fmt: skip


def test_the_month_paid_back_after_another_is_compared_with_it(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    pay_back(clerk2, JULY)
    raise_rates(clerk2, officer_a, on_day)
    pay_back(clerk2, AUGUST)
    august = listed(clerk2, 202608)
    assert (august.last_heads, august.last_amount, august.difference) == (5, EACH, 0)
    assert august.amount == EACH
    assert [m.month for m in matrices(clerk2)] == [SEPTEMBER]


def test_a_base_adjusted_the_next_summer_leaves_the_months_owed_as_they_were(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    on_day("2027-07-06")
    chain = [m.number for m in Month(2026, 11).through(Month(2027, 6))]
    go(clerk2, *chain, click="until June")
    book(officer_a, clerk2, *chain)
    case_id = base_submitted(clerk2, 9000)
    review.approve(officer_a, case_id, version=2, opinion="同意")
    assert [m.amount for m in matrices(clerk2)] == [EACH] * 3
    pay_back(clerk2, *OWED)
    assert [figures(clerk2, month) for month in OWED] == [AS_OF_JULY] * 3
    book(officer_a, clerk2, 202607, 202608, 202609)
    assert verify.differences() == []


def test_a_base_that_rose_within_the_deferral_counts_from_its_month_on(clerk2: Actor) -> None:
    who = accounts(clerk2)[0]
    with transaction() as session:
        person = session.scalars(select(Contributor).filter_by(account=who)).one()
        case_id = session.scalars(select(Assessment.case_id).filter_by(month=202610)).one()
        raised = (("7656.25", "8000.00", 202608), ("8000.00", "8500.00", 202609))
        for old, new, month in raised:
            change(session, person, case_id, ChangeKind.BASE_CHANGED, to=(old, new), month=month)
        person.base = Decimal("8500.00")
        person.employer_amount = person.contributor_amount = Decimal("680.00")
    found = matrices(clerk2)
    assert [(str(m.amount), str(m.difference)) for m in found] == [
        ("4726.00", "0.00"), ("4780.00", "54.00"), ("4860.00", "80.00"),
    ]  # fmt: skip
    pay_back(clerk2, *OWED)
    assert [figures(clerk2, month)[0] for month in OWED] == [
        ("7656.25", 8, 8, "613.00"), ("8000.00", 8, 8, "640.00"), ("8500.00", 8, 8, "680.00"),
    ]  # fmt: skip


def test_a_person_sealed_since_is_paid_for_at_the_rates_of_then(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    """Sealed from November; the rates then rise without her, and no record says so of her."""
    on_day("2026-11-02")
    gone = accounts(clerk2)[1]
    enter(clerk2, SEALING, gone, month=Month(2026, 11))
    confirm(clerk2, SEALING, [gone])
    raise_rates(clerk2, officer_a, on_day)
    assert [(m.heads, m.amount) for m in matrices(clerk2)] == [(5, EACH)] * 3
    pay_back(clerk2, *OWED)
    assert [figures(clerk2, month) for month in OWED] == [AS_OF_JULY] * 3
    book(officer_a, clerk2, 202607, 202608, 202609)
    assert verify.differences() == []


def test_a_person_unsealed_at_the_new_rates_is_paid_for_at_those_of_then(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    """Sealed and back again at the same base: her amounts are today's, and only the rates tell."""
    on_day("2026-11-02")
    back = accounts(clerk2)[1]
    enter(clerk2, SEALING, back, month=Month(2026, 11))
    confirm(clerk2, SEALING, [back], "out")
    raise_rates(clerk2, officer_a, on_day)
    go(clerk2, 202611, click="november")
    assert (listed(clerk2, 202611).heads, listed(clerk2, 202611).minus_heads) == (4, 1)
    book(officer_a, clerk2, 202611)
    on_day("2026-12-02")
    enter(clerk2, UNSEALING, back, month=Month(2026, 12))
    confirm(clerk2, UNSEALING, [back], "back")
    with snapshot() as session:
        kinds = select(ContributorChange.kind).join(Contributor).filter_by(account=back)
        assert set(session.scalars(kinds)) == {ChangeKind.SEALED, ChangeKind.UNSEALED}
    assert [m.amount for m in matrices(clerk2)] == [EACH] * 3


def test_a_month_paid_back_and_deleted_can_be_paid_back_again_at_the_same_figures(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    pay_back(clerk2, JULY)
    raise_rates(clerk2, officer_a, on_day)
    edit.delete(clerk2, listed(clerk2, 202607).id)
    assert [m.amount for m in matrices(clerk2)] == [EACH] * 3
    deferred.assess_deferred(clerk2, [JULY], client_id="again")
    assert figures(clerk2, JULY) == AS_OF_JULY
