"""Base adjustment over days and months: what happens between the import, the submission and the approval."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from data.database import snapshot
from data.enums import ChangeKind
from data.models.case import Case
from data.models.register import ContributorChange
from services import own_cases, review
from services.actor import Actor
from services.approval.sheet import Outcome
from services.base_adjustment import approval, facts, kind, roster, workbook
from services.deferral import back_payment
from services.remittance import assess
from services.rules.months import Month
from tests.rosters import PDF, filled, imported, submitted
from tests.test_contributor_status_change import SEALING, accounts, confirm, enter, person
from tests.test_deferral import deferred
from tests.test_departures import moved, sealed
from tests.test_remittance import go

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
JULY, AUGUST = Month(2026, 7), Month(2026, 8)


def handed_in(actor: Actor) -> int:
    """Submit what the roster holds, with its document; return the case's id."""
    if not approval.situation(actor).papers:
        approval.attach(actor, "011201", "缴存基数变更证明.pdf", PDF)
    now = approval.situation(actor)
    approval.submit(actor, version=now.version, client_id=f"click-{now.case_id}-{now.version}")
    assert now.case_id
    return now.case_id


def due(clerk: Actor, count: int = 1) -> list[tuple[str, int, str]]:
    months = assess.situation(clerk, count).months
    return [(str(m.month), m.heads, f"{m.amount:,.2f}") for m in months]


def test_a_roster_left_over_from_last_july_serves_this_one(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    imported(clerk2, 7000)
    on_day("2027-07-01")
    go(clerk2, *(month.number for month in JULY.through(Month(2027, 6))))
    case_id = handed_in(clerk2)
    review.approve(officer_a, case_id, version=2, opinion="同意")
    with snapshot() as session:
        assert session.get_one(Case, case_id).effective_month == 202707
        changed = select(ContributorChange.effective_month).filter_by(kind=ChangeKind.BASE_CHANGED)
        assert set(session.scalars(changed)) == {202707}
    assert due(clerk2) == [("2027-07", 5, "5,600.00")]
    now = approval.situation(clerk2)
    assert now.objection == (
        "2027年度已办理过基数调整，每年度限办1次，如需再次调整请联系所属管理部"
    )


def test_who_is_sealed_from_august_gets_julys_base_also_where_the_officer_decides_in_august(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    out = accounts(clerk2)[0]
    enter(clerk2, SEALING, out, month=AUGUST)
    confirm(clerk2, SEALING, [out])
    on_day("2026-07-31")
    case_id = submitted(clerk2, 7000)
    on_day("2026-08-03")
    page = review.open_case(officer_a, case_id)
    assert page.objection is None
    assert {check.outcome for check in page.checks} <= {Outcome.PASSED, Outcome.NOTED}
    review.approve(officer_a, case_id, version=page.version, opinion="同意")
    assert due(clerk2, 2) == [("2026-07", 5, "5,600.00"), ("2026-08", 4, "4,480.00")]


def test_who_moves_to_another_employer_keeps_that_ones_base(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    """6000 at U1's 12 % is 720 a side, at U2's 8 % 480; U1's adjustment to 6500 is not U2's."""
    imported(clerk1, 6500)
    gone = sealed(clerk1, JULY)
    moved(gone, clerk2, JULY, Decimal(6000))
    refused = f"{gone.name}（{gone.account}）：账户已转出本单位，请删除该行"
    with pytest.raises(kind.LineObjection) as caught:
        handed_in(clerk1)
    assert str(caught.value) == refused
    roster.delete_rows(clerk1, [gone.account])
    case_id = handed_in(clerk1)
    next_one = sealed(clerk1, JULY)
    moved(next_one, clerk2, JULY, Decimal(6000))
    page = review.open_case(officer_a, case_id)
    assert page.objection == (
        f"{next_one.name}（{next_one.account}）：账户已转出本单位，请退回单位删除该行"
    )
    failed = [check.name for check in page.checks if check.outcome is Outcome.FAILED]
    assert failed == ["账户状态"]
    review.send_back(officer_a, case_id, version=page.version, opinion=page.objection)
    roster.delete_rows(clerk1, [next_one.account])
    handed_in(clerk1)
    review.approve(officer_a, case_id, version=4, opinion="同意")
    for who in (gone, next_one):
        now = person(who.account)
        assert (now.base, now.employer_amount) == (Decimal(6000), Decimal(480))
    assert due(clerk1) == [("2026-07", 298, "464,880.00")]
    assert due(clerk2) == [("2026-07", 7, "6,646.00")]


def test_the_clerk_is_told_to_delete_who_was_sealed_after_the_import(clerk2: Actor) -> None:
    imported(clerk2, 7000)
    out = sealed(clerk2, JULY)
    with pytest.raises(kind.LineObjection) as caught:
        handed_in(clerk2)
    assert str(caught.value) == f"{out.name}（{out.account}）：账户状态已为封存，请删除该行"


def test_a_deferral_that_began_in_april_does_not_bar_the_bases_of_july(
    clerk3: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk3, officer_a, officer_c, Month(2026, 9))
    now = approval.situation(clerk3)
    assert (now.objection, now.submission_objection) == (None, None)
    case_id = submitted(clerk3, 3300)
    review.approve(officer_a, case_id, version=2, opinion="同意")
    on_day("2026-10-01")
    owed = back_payment.back_payment(clerk3)
    assert [(str(m.month), f"{m.total:,.2f}") for m in owed] == [
        ("2026-04", "12,000.00"), ("2026-05", "12,000.00"), ("2026-06", "12,000.00"),
        ("2026-07", "13,200.00"), ("2026-08", "13,200.00"), ("2026-09", "13,200.00")]  # fmt: skip
    assert due(clerk3) == [("2026-10", 40, "13,200.00")]


@pytest.mark.manual("B2.7")
@pytest.mark.parametrize("turn_back", [review.send_back, review.reject])
def test_what_the_center_sends_back_after_july_may_be_mended_and_handed_in_again_in_august(
    clerk1: Actor, officer_a: Actor, on_day: OnDay, turn_back: Callable[..., None]
) -> None:
    """300 at 6,500 on the last day of July, two of them at 7,200.50 in August: 468,336.00 from July on."""
    on_day("2026-07-31")
    case_id = submitted(clerk1)
    on_day("2026-08-03")
    turn_back(officer_a, case_id, version=2, opinion="两人基数有误")
    now = approval.situation(clerk1)
    assert (now.objection, now.is_open, approval.season(clerk1)) == (None, False, None)
    assert workbook.import_workbook(clerk1, filled(clerk1, 6400)).faults == []
    imported(clerk1, 6500)
    first, second = roster.roster(clerk1)["account"][:2]
    roster.set_bases(clerk1, {first: Decimal("7200.50"), second: Decimal("7200.50")})
    approval.submit(clerk1, version=3, client_id="again")
    review.approve(officer_a, case_id, version=4, opinion="同意")
    july = assess.situation(clerk1)
    assert (july.next_month, july.amount) == (Month(2026, 7), Decimal("468336.00"))


@pytest.mark.manual("B2.7")
def test_what_the_clerk_ends_or_withdraws_after_july_waits_for_the_next(
    clerk1: Actor, clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    ended, taken = submitted(clerk1), submitted(clerk2)
    on_day("2026-08-03")
    review.send_back(officer_a, ended, version=2, opinion="缺工资表")
    own_cases.end_flow(clerk1, ended, version=3)
    own_cases.withdraw(clerk2, taken, version=2)
    for clerk in (clerk1, clerk2):
        with pytest.raises(facts.OutOfSeason):
            workbook.check_workbook(clerk, filled(clerk, 6500))
    on_day("2027-08-03")  # nor does what was sent back once open every August
    with pytest.raises(facts.OutOfSeason):
        workbook.check_workbook(clerk2, filled(clerk2, 6500))


@pytest.mark.manual("B2.7")
def test_what_was_sent_back_last_year_is_no_way_into_this_august(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    case_id = submitted(clerk2)
    review.send_back(officer_a, case_id, version=2, opinion="缺工资表")
    on_day("2027-07-05")
    assert approval.situation(clerk2).objection is None
    imported(clerk2, 6500)
    on_day("2027-08-03")
    said = "基数调整仅在每年7月办理（2027-07-01至2027-07-31）"
    assert approval.situation(clerk2).objection == said
