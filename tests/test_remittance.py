"""Monthly assessment (汇缴, manual B3) on the demo fixture, with the scenarios' exact figures."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from data.codes import IdType
from data.database import snapshot, transaction
from data.enums import (
    AssessmentStatus,
    BusinessKind,
    CaseStatus,
    ChangeKind,
    ContributorStatus,
    EmployerStatus,
    RemittanceKind,
)
from data.models.case import Case, Message, Step
from data.models.deferral import Deferral
from data.models.register import Contributor, ContributorChange, Employer
from data.models.remittance import Assessment, AssessmentLine
from data.policy_codes import PolicyKey
from services import own_cases, remittance_prints, review
from services.actor import Actor
from services.approval import casework, conflicts, refusals
from services.errors import NotAllowed, NotFound
from services.remittance import arrivals, assess, chain, deferred, desk, edit
from services.remittance.approval import NobodyDue, OldestFirst
from services.remittance.edit import AssessedMonth
from services.rules.months import Month
from tests.credits import receive
from tests.policy_rows import set_for
from tests.rosters import submitted
from tests.test_races import at_once, winners

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
YES = datetime(2026, 7, 1, tzinfo=UTC)


def month(number: int) -> Month:
    return Month.of(number)


def go(actor: Actor, *numbers: int, click: str = "click") -> None:
    assess.assess(actor, [Month.of(number) for number in numbers], client_id=click)


def listed(actor: Actor, number: int) -> AssessedMonth:
    return next(row for row in edit.assessed_months(actor) if row.month.number == number)


def employer_of(actor: Actor) -> Employer:
    with snapshot() as session:
        return session.get_one(Employer, actor.employer)


def at_6500(actor: Actor, officer: Actor) -> None:
    """The July day of scenario B14."""
    case_id = submitted(actor, 6500)
    review.approve(officer, case_id, version=2, opinion="同意")


def opened(actor: Actor, account: str, first_month: int) -> None:
    with transaction() as session:
        session.add(
            Contributor(
                employer_id=actor.employer, account=account, name="新职工", id_type=IdType.OTHER,
                id_number=account, status=ContributorStatus.NORMAL, base=Decimal(5200),
                employer_amount=Decimal(624), contributor_amount=Decimal(624),
                opened_on=YES.date(), opened_at=YES, first_month=first_month, paid_to=None,
            )
        )  # fmt: skip


def someone(actor: Actor) -> Contributor:
    with snapshot() as session:
        chosen = select(Contributor).where(
            Contributor.employer_id == actor.employer,
            Contributor.status == ContributorStatus.NORMAL,
        )
        return session.scalars(chosen.order_by(Contributor.account).limit(1)).one()


def seal(actor: Actor, from_month: int) -> int:
    who = someone(actor).id
    with transaction() as session:
        person = session.get_one(Contributor, who)
        person.status, person.sealed_month = ContributorStatus.SEALED, from_month
    return who


def changed(actor: Actor, who: int, kind: ChangeKind, effective: int) -> None:
    with transaction() as session:
        case = Case(
            employer_id=actor.employer, kind=BusinessKind.SEALING, status=CaseStatus.APPROVED,
            effective_month=effective, form={}, started_by=actor.user_id, started_at=YES,
        )  # fmt: skip
        session.add(case)
        session.flush()
        session.add(
            ContributorChange(
                contributor_id=who, employer_id=actor.employer, case_id=case.id, kind=kind,
                old="", new="", effective_month=effective, changed_on=YES.date(),
            )
        )  # fmt: skip


def defer(actor: Actor, first: int, last: int, ended: int | None = None) -> None:
    with transaction() as session:
        case = Case(
            employer_id=actor.employer, kind=BusinessKind.DEFERRAL, status=CaseStatus.APPROVED,
            effective_month=first, form={}, started_by=actor.user_id, started_at=YES,
        )  # fmt: skip
        session.add(case)
        session.flush()
        session.add(
            Deferral(case_id=case.id, employer_id=actor.employer, first_month=first,
                     last_month=last, ended_month=ended)
        )  # fmt: skip
        status = EmployerStatus.NORMAL if ended else EmployerStatus.DEFERRED
        session.get_one(Employer, actor.employer).status = status


# The month due next, and what it holds


@pytest.mark.manual("B3.1")
def test_july_is_offered_with_the_difference_that_the_adjustment_made(
    clerk1: Actor, officer_a: Actor
) -> None:
    at_6500(clerk1, officer_a)
    now = assess.situation(clerk1)
    assert (now.next_month, now.open_months) == (month(202607), [month(202607)])
    assert now.objection is None
    (july,) = now.months
    assert (july.last_heads, july.last_amount) == (300, Decimal("432000.00"))
    assert (july.plus_heads, july.minus_heads) == (0, 0)
    assert july.difference == Decimal("36000.00")
    assert (july.heads, july.amount) == (300, Decimal("468000.00"))


@pytest.mark.manual("B3.2", "B3.3")
def test_assessing_july_moves_on_to_august_and_tells_the_employer(clerk1: Actor) -> None:
    go(clerk1, 202607)
    assert employer_of(clerk1).assessed_to == 202607
    assert employer_of(clerk1).paid_to == 202606
    assert assess.situation(clerk1).next_month == month(202608)
    with snapshot() as session:
        texts = session.scalars(select(Message.text)).all()
    assert texts == ["尊敬的凯里市第九中学(示例)，您已完成办理汇缴核定"]
    assert listed(clerk1, 202607).status is AssessmentStatus.ASSESSED


def test_august_cannot_be_assessed_in_july(clerk1: Actor) -> None:
    go(clerk1, 202607)
    assert assess.situation(clerk1).objection == "不能提前核定"
    with pytest.raises(chain.TooEarly, match=r"^不能提前核定$"):
        go(clerk1, 202608, click="again")
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Case)).one() == 1


@pytest.mark.manual("B3.1")
def test_the_matrix_of_august_counts_two_who_came_and_one_who_went(
    clerk1: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    at_6500(clerk1, officer_a)
    go(clerk1, 202607)
    on_day("2026-08-05")
    opened(clerk1, "A1", 202608)
    opened(clerk1, "A2", 202608)
    opened(clerk1, "A3", 202609)
    seal(clerk1, 202608)
    go(clerk1, 202608, click="august")
    august = listed(clerk1, 202608)
    assert (august.last_heads, august.last_amount) == (300, Decimal("468000.00"))
    assert (august.plus_heads, august.plus_amount) == (2, Decimal("2496.00"))
    assert (august.minus_heads, august.minus_amount) == (1, Decimal("1560.00"))
    assert august.difference == 0
    assert (august.heads, august.amount) == (301, Decimal("468936.00"))
    assert august.employer_amount == august.contributor_amount == Decimal("234468.00")


@pytest.mark.manual("B3.1")
def test_several_consecutive_months_are_assessed_at_once(clerk3: Actor) -> None:
    now = assess.situation(clerk3, 4)
    assert [str(m.month) for m in now.months] == ["2026-04", "2026-05", "2026-06", "2026-07"]
    assert now.amount == Decimal("48000.00")
    go(clerk3, 202604, 202605, 202606)
    assert employer_of(clerk3).assessed_to == 202606
    assert [listed(clerk3, n).amount for n in (202604, 202605, 202606)] == [Decimal(12000)] * 3
    with snapshot() as session:
        serials = session.scalars(select(Case.serial)).all()
    assert len(set(serials)) == 3


def test_one_month_refused_among_several_assesses_none(clerk3: Actor) -> None:
    with pytest.raises(chain.TooEarly):
        go(clerk3, 202604, 202605, 202606, 202607, 202608)
    assert employer_of(clerk3).assessed_to == 202603
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Case)).one() == 0


def test_the_chain_starts_where_it_ended(clerk3: Actor) -> None:
    with pytest.raises(chain.NotConsecutive, match=r"^应从2026年4月起连续核定$"):
        go(clerk3, 202605)


def test_a_month_is_assessed_once(clerk1: Actor) -> None:
    go(clerk1, 202607)
    with pytest.raises(chain.AlreadyAssessed, match=r"^2026年7月已核定$"):
        go(clerk1, 202607, click="another click")
    go(clerk1, 202607)  # the same click, sent twice by the browser
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Message)).one() == 1


def test_sealing_and_unsealing_count_from_their_month(clerk2: Actor) -> None:
    who = seal(clerk2, 202608)
    assert assess.situation(clerk2).months[0].heads == 5  # still in July
    with transaction() as session:
        session.get_one(Contributor, who).sealed_month = 202607
    assert assess.situation(clerk2).months[0].heads == 4
    with transaction() as session:
        session.get_one(Contributor, who).status = ContributorStatus.NORMAL
    changed(clerk2, who, ChangeKind.SEALED, 202607)
    changed(clerk2, who, ChangeKind.UNSEALED, 202608)
    assert assess.situation(clerk2).months[0].heads == 4  # unsealed from August only


# Refusals


@pytest.mark.manual("B3.4")
def test_an_unfinished_base_adjustment_is_named(clerk1: Actor) -> None:
    case_id = submitted(clerk1, 6500)
    with snapshot() as session:
        serial = session.get_one(Case, case_id).serial
    words = f"存在未完成的业务：基数调整 {serial} 待审核"
    now = assess.situation(clerk1)
    assert now.objection == words
    assert [(b.kind, b.serial) for b in now.blockers] == [(BusinessKind.BASE_ADJUSTMENT, serial)]
    with pytest.raises(conflicts.Unfinished) as refusal:
        go(clerk1, 202607)
    assert str(refusal.value) == words


@pytest.mark.manual("B3.4")
@pytest.mark.parametrize(
    "kind",
    [BusinessKind.SEALING, BusinessKind.UNSEALING, BusinessKind.CONTRIBUTOR_REGISTRATION],
)
def test_a_roster_of_people_not_submitted_stands_in_the_way(
    clerk1: Actor, kind: BusinessKind
) -> None:
    with transaction() as session:
        casework.editable(session, kind, clerk1, 202607)
    with pytest.raises(conflicts.Unfinished, match=f"：{kind.label} （清册未提交） 待提交$"):
        go(clerk1, 202607)


def test_an_employer_without_anybody_assesses_nothing(clerk2: Actor) -> None:
    with transaction() as session:
        session.execute(
            update(Contributor)
            .where(Contributor.employer_id == clerk2.employer)
            .values(status=ContributorStatus.SEALED, sealed_month=202607)
        )
    with pytest.raises(NobodyDue):
        go(clerk2, 202607)


def test_an_account_opened_and_not_yet_paid_into_is_assessed(clerk2: Actor) -> None:
    with transaction() as session:
        session.get_one(Employer, clerk2.employer).status = EmployerStatus.OPENED
    go(clerk2, 202607)
    assert listed(clerk2, 202607).amount == Decimal("4726.00")


def test_a_cancelled_account_assesses_nothing(clerk2: Actor) -> None:
    with transaction() as session:
        session.get_one(Employer, clerk2.employer).status = EmployerStatus.CANCELLED
    with pytest.raises(chain.AccountNotNormal, match="销户"):
        go(clerk2, 202607)


def test_only_a_clerk_assesses_and_only_her_own(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    with pytest.raises(NotAllowed):
        go(officer_a, 202607)
    go(clerk2, 202607)
    foreign = listed(clerk2, 202607).id
    for act in (edit.roster, edit.download, edit.delete):
        with pytest.raises(NotFound):
            act(clerk1, foreign)


# Deferral


def test_a_month_in_a_running_deferral_is_refused(clerk2: Actor) -> None:
    defer(clerk2, 202607, 202612)
    with pytest.raises(chain.InDeferral, match=r"2026-07至2026-12"):
        go(clerk2, 202607)
    assert deferred.deferred_months(clerk2) == []


def test_while_a_deferral_runs_its_month_is_next_and_none_is_open(clerk2: Actor) -> None:
    defer(clerk2, 202607, 202607)
    set_for(None, PolicyKey.MONTHS_AHEAD, "1")
    now = assess.situation(clerk2)
    assert (now.next_month, now.open_months) == (month(202607), [])


def test_after_a_release_three_months_are_owed_and_october_is_next(
    clerk2: Actor, on_day: OnDay
) -> None:
    defer(clerk2, 202607, 202612, ended=202610)
    on_day("2026-10-10")
    owed = deferred.deferred_months(clerk2)
    assert [str(m.month) for m in owed] == ["2026-07", "2026-08", "2026-09"]
    assert [m.amount for m in owed] == [Decimal("4726.00")] * 3
    assert sum(m.amount for m in owed) == Decimal("14178.00")
    assert assess.situation(clerk2).next_month == month(202610)
    with pytest.raises(OldestFirst, match="2026年7月"):
        deferred.assess_deferred(clerk2, [month(202608)], client_id="c")
    deferred.assess_deferred(clerk2, [month(202607)], client_id="c")
    go(clerk2, 202610)
    deferred.assess_deferred(clerk2, [month(202608), month(202609)], client_id="d")
    assert deferred.deferred_months(clerk2) == []
    assert employer_of(clerk2).assessed_to == 202610
    assert listed(clerk2, 202609).kind is RemittanceKind.DEFERRED


def test_paid_to_waits_for_the_deferred_months(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    defer(clerk2, 202607, 202612, ended=202609)
    on_day("2026-09-10")
    go(clerk2, 202609)
    deferred.assess_deferred(clerk2, [month(202607), month(202608)], client_id="d")
    for number, paid_to in ((202609, 202606), (202607, 202607), (202608, 202609)):
        desk.approve(officer_a, listed(clerk2, number).id)
        receive(officer_a, clerk2, "4726.00")
        assert employer_of(clerk2).paid_to == paid_to
    assert someone(clerk2).paid_to == 202609


def test_a_month_booked_late_does_not_set_back_who_is_paid_for_further(
    clerk2: Actor, officer_a: Actor
) -> None:
    """Somebody who has moved on may have been paid for by the next employer."""
    go(clerk2, 202607)
    further = someone(clerk2).id
    with transaction() as session:
        session.get_one(Contributor, further).paid_to = 202609
    desk.approve(officer_a, listed(clerk2, 202607).id)
    receive(officer_a, clerk2, "4726.00")
    with snapshot() as session:
        chosen = select(Contributor.paid_to).filter_by(employer_id=clerk2.employer)
        assert sorted(session.scalars(chosen)) == [202607] * 4 + [202609]


# Assessed months: list, details, deletion


@pytest.mark.manual("B3.5")
def test_the_list_has_every_month_the_latest_first(clerk3: Actor) -> None:
    go(clerk3, 202604, 202605)
    rows = edit.assessed_months(clerk3)
    assert [(str(r.month), r.status.label) for r in rows] == [
        ("2026-05", "已核定(待审批)"), ("2026-04", "已核定(待审批)"), ("2026-03", "已入账"),
    ]  # fmt: skip
    assert [r.can_print for r in rows] == [False, False, True]


@pytest.mark.manual("B3.8")
def test_the_details_add_up_to_the_header_on_screen_and_in_the_workbook(clerk2: Actor) -> None:
    go(clerk2, 202607)
    july = listed(clerk2, 202607)
    found = edit.roster(clerk2, july.id)
    assert len(found.lines) == july.heads == 5
    assert found.lines["月缴存额"].sum() == july.amount == Decimal("4726.00")
    assert found.lines["单位月缴存额"].sum() == july.employer_amount == Decimal("2363.00")
    file = edit.download(clerk2, july.id)
    rows = list(load_workbook(BytesIO(file.content)).worksheets[0].values)[1:]
    assert len(rows) == 6
    assert sum(Decimal(str(row[-1])) for row in rows[:-1]) == Decimal("4726")
    assert (rows[-1][1], rows[-1][-1]) == ("合计", 4726)
    assert "522601000202_202607" in file.name


def test_a_snapshot_never_changes(clerk2: Actor) -> None:
    go(clerk2, 202607)
    july = listed(clerk2, 202607)
    before = edit.roster(clerk2, july.id)
    with transaction() as session:
        session.execute(update(Contributor).values(name="改名", base=Decimal(9999)))
    after = edit.roster(clerk2, july.id)
    assert after.month == before.month
    assert after.lines.equals(before.lines)


@pytest.mark.manual("B3.9")
def test_only_the_last_month_is_deleted_and_the_chain_goes_back(clerk3: Actor) -> None:
    go(clerk3, 202604, 202605, 202606)
    with pytest.raises(edit.NotTheLast, match=r"^只能删除最后一个已核定月度（2026-06）$"):
        edit.delete(clerk3, listed(clerk3, 202605).id)
    edit.delete(clerk3, listed(clerk3, 202606).id)
    edit.delete(clerk3, listed(clerk3, 202605).id)
    assert assess.situation(clerk3).next_month == month(202605)
    assert employer_of(clerk3).assessed_to == 202604
    assert listed(clerk3, 202606).status is AssessmentStatus.DELETED
    go(clerk3, 202605, 202606, click="once more")
    assert employer_of(clerk3).assessed_to == 202606


@pytest.mark.manual("B3.9")
def test_a_booked_month_is_not_deleted(clerk1: Actor) -> None:
    with pytest.raises(edit.Booked, match=r"^已入账，不能删除$"):
        edit.delete(clerk1, listed(clerk1, 202606).id)


def test_a_deletion_after_the_approval_needs_a_reason_and_stays_in_the_trail(
    clerk1: Actor, officer_a: Actor
) -> None:
    go(clerk1, 202607)
    july = listed(clerk1, 202607).id
    desk.approve(officer_a, july)
    with pytest.raises(edit.NoReason):
        edit.delete(clerk1, july)
    edit.delete(clerk1, july, reason="人员有误")
    with snapshot() as session:
        opinions = session.scalars(select(Step.opinion).order_by(Step.id)).all()
        case = session.scalars(select(Case)).one()
    assert opinions == ["", "同意", "核定删除：人员有误"]
    assert case.status is CaseStatus.APPROVED
    assert own_cases.course(clerk1, case.id)


# The center


@pytest.mark.manual("B3.6", "B3.7")
def test_an_approved_month_is_printed_with_its_officer(clerk1: Actor, officer_a: Actor) -> None:
    go(clerk1, 202607)
    july = listed(clerk1, 202607).id
    desk.approve(officer_a, july)
    assert remittance_prints.voucher(clerk1, july).content.startswith(b"%PDF")
    assert remittance_prints.roster(clerk1, july).content.startswith(b"%PDF")


def test_only_an_officer_of_the_branch_approves(
    clerk1: Actor, officer_a: Actor, officer_d: Actor
) -> None:
    go(clerk1, 202607)
    july = listed(clerk1, 202607).id
    with pytest.raises(refusals.OtherBranch):
        desk.approve(officer_d, july)
    with pytest.raises(NotAllowed):
        desk.approve(clerk1, july)
    assert [m.month.number for m in desk.waiting(officer_a).months] == [202607]
    assert desk.waiting(officer_d).months == []
    desk.approve(officer_a, july)
    with pytest.raises(desk.NotWaiting):
        desk.approve(officer_a, july)


def test_a_returned_month_takes_the_later_ones_back_with_it(
    clerk3: Actor, officer_a: Actor
) -> None:
    go(clerk3, 202604, 202605, 202606)
    may = listed(clerk3, 202605).id
    with pytest.raises(refusals.NoReason):
        desk.send_back(officer_a, may, reason=" ")
    desk.send_back(officer_a, may, reason="人数不符")
    assert [listed(clerk3, n).status.label for n in (202604, 202605, 202606)] == [
        "已核定(待审批)", "审批退回", "审批退回",
    ]  # fmt: skip
    assert assess.situation(clerk3).next_month == month(202605)
    with snapshot() as session:
        texts = session.scalars(select(Message.text)).all()
    assert sum("人数不符" in text for text in texts) == 2


def test_the_clerk_reads_that_a_month_is_approved_and_what_is_to_be_paid(
    clerk2: Actor, officer_a: Actor
) -> None:
    go(clerk2, 202607)
    desk.approve(officer_a, listed(clerk2, 202607).id)
    with snapshot() as session:
        told = session.scalars(select(Message.text).order_by(Message.id)).all()
    assert told == [
        "尊敬的黔东南苗岭食品(示例)，您已完成办理汇缴核定",
        "尊敬的黔东南苗岭食品(示例)，贵单位2026年7月汇缴核定已经中心审批通过，应缴4,726.00元，请及时缴款。",
    ]


def test_booking_goes_in_order_and_moves_paid_to(clerk3: Actor, officer_a: Actor) -> None:
    go(clerk3, 202604, 202605)
    april, may = (listed(clerk3, n).id for n in (202604, 202605))
    for number in (april, may):
        desk.approve(officer_a, number)
    receive(officer_a, clerk3, "12000.00")
    assert employer_of(clerk3).paid_to == 202604
    receive(officer_a, clerk3, "12000.00")
    assert employer_of(clerk3).paid_to == 202605
    assert someone(clerk3).paid_to == 202605


# Two at once


def test_two_clerks_assessing_one_month_at_once_assess_it_once(clerk2: Actor) -> None:
    outcomes = at_once([lambda n=n: go(clerk2, 202607, click=f"c{n}") for n in range(8)])
    assert winners(outcomes) == 1
    with snapshot() as session:
        july = select(func.count()).select_from(Assessment).where(Assessment.month == 202607)
        assert session.scalars(july.where(Assessment.employer_id == clerk2.employer)).one() == 1
        assert session.scalars(select(func.count()).select_from(Message)).one() == 1


def test_the_same_click_at_once_is_one_assessment_and_no_refusal(clerk2: Actor) -> None:
    outcomes = at_once([lambda: go(clerk2, 202607)] * 8)
    assert winners(outcomes) == 8
    assert listed(clerk2, 202607).heads == 5
    with snapshot() as session:
        lines = select(func.count()).select_from(AssessmentLine)
        assert session.scalars(lines).one() == 300 + 5 + 40 + 3 + 5


def test_a_deletion_and_the_next_month_at_once_never_leave_a_gap(clerk3: Actor) -> None:
    go(clerk3, 202604)
    april = listed(clerk3, 202604).id
    at_once([lambda: go(clerk3, 202605, click="may"), lambda: edit.delete(clerk3, april)])
    standing = {
        row.month.number
        for row in edit.assessed_months(clerk3)
        if row.status is AssessmentStatus.ASSESSED
    }
    assert standing in ({202604, 202605}, set())


def test_the_centers_page_moves_a_month_from_approval_to_booking(
    clerk2: Actor, officer_a: Actor, officer_d: Actor
) -> None:
    go(clerk2, 202607)
    (waiting,) = desk.waiting(officer_a).months
    assert (waiting.employer_name, waiting.heads, waiting.amount) == (
        "黔东南苗岭食品(示例)",
        5,
        Decimal("4726.00"),
    )
    assert "无已审批" in receive(officer_a, clerk2, "4726.00").text
    with pytest.raises(arrivals.NotPayable, match="2026年7月的核定已核定"):
        arrivals.pay_from_balance(officer_a, waiting.assessment_id)
    desk.approve(officer_a, waiting.assessment_id)
    with pytest.raises(refusals.OtherBranch):
        arrivals.pay_from_balance(officer_d, waiting.assessment_id)
    with pytest.raises(NotAllowed):
        arrivals.pay_from_balance(clerk2, waiting.assessment_id)
    arrivals.pay_from_balance(officer_a, waiting.assessment_id)
    assert desk.waiting(officer_a).months == []
    with snapshot() as session:
        assert session.get_one(Employer, clerk2.employer).paid_to == 202607
