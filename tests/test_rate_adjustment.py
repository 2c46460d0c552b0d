"""Rate adjustment (缴存比例调整, manual B5) on the demo fixture, with the scenarios' exact figures."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from data.database import snapshot, transaction
from data.enums import AssessmentStatus, CaseStatus, ChangeKind, ContributorStatus, EmployerStatus
from data.models.case import Case
from data.models.policy import PolicyRow
from data.models.register import Contributor, ContributorChange, Employer
from data.models.remittance import Assessment, AssessmentLine
from data.policy_codes import PolicyKey
from services import inbox, review
from services.actor import Actor
from services.approval import conflicts, papers, refusals
from services.contributor_status_change import approval as status_change
from services.errors import BusinessError, NotAllowed, Stale
from services.inbox import Tab
from services.rate_adjustment import approval, effect, terms
from services.remittance import assess as remittance
from services.rules.months import Month
from tests.rosters import PDF
from tests.rosters import submitted as base_adjustment_submitted
from tests.test_contributor_status_change import SEALING, accounts, enter

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
JULY = Month(2026, 7)


def submit(actor: Actor, rate: Decimal | int = 10, month: Month = JULY, click: str = "") -> int:
    """Attach the document, submit; return the case's id."""
    if not approval.situation(actor).papers:
        approval.attach(actor, "051101", "比例调整申请表.pdf", PDF)
    return resubmit(actor, rate, month, click)


def resubmit(
    actor: Actor, rate: Decimal | int = 10, month: Month = JULY, click: str = ""
) -> int:  # fmt: skip
    now = approval.situation(actor)
    approval.submit(
        actor, employer_rate=rate, contributor_rate=rate, month=month, version=now.version,
        client_id=click or f"rate-{now.case_id}-{now.version}",
    )  # fmt: skip
    assert now.case_id
    return now.case_id


def parts(actor: Actor) -> list[tuple[Decimal, Decimal]]:
    with snapshot() as session:
        found = session.scalars(
            select(Contributor)
            .filter_by(employer_id=actor.employer, status=ContributorStatus.NORMAL)
            .order_by(Contributor.account)
        )
        return [(person.employer_amount, person.contributor_amount) for person in found]


def rates(actor: Actor) -> tuple[int, int]:
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        return employer.employer_rate, employer.contributor_rate


def yuan(*whole: int) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(amount), Decimal(amount)) for amount in whole]


def set_policy(key: PolicyKey, value: str) -> None:
    with transaction() as session:
        session.execute(update(PolicyRow).filter_by(key=key).values(value=value))


# The form


@pytest.mark.manual("B5.1")
def test_the_list_holds_every_whole_rate_from_5_to_12_but_the_present_one(clerk2: Actor) -> None:
    now = approval.situation(clerk2)
    assert now.choices == [5, 6, 7, 9, 10, 11, 12]
    assert now.present == "8%+8%"
    assert now.months == [JULY]
    assert now.objection is None


def test_the_effect_is_shown_before_anything_is_submitted(clerk2: Actor) -> None:
    whole, frame, objection = approval.preview(clerk2, 10, JULY)
    assert (whole.people, whole.before, whole.after, whole.difference) == (
        5, Decimal("4726.00"), Decimal("5908.00"), Decimal("1182.00"))  # fmt: skip
    assert list(frame["单位月缴存额"]) == [Decimal(n) for n in (766, 432, 889, 213, 654)]
    assert objection is None
    assert approval.situation(clerk2).case_id is None


def test_what_is_chosen_is_there_for_the_next_sign_in_until_it_is_taken_back(
    clerk2: Actor,
) -> None:
    approval.choose(clerk2, 10, JULY)
    now = approval.situation(clerk2)
    assert (now.rate, now.month, now.status) == (10, JULY, CaseStatus.DRAFT)
    approval.choose(clerk2, None, JULY)
    assert approval.situation(clerk2).case_id is None


def test_a_draft_goes_with_its_last_document_and_not_before(clerk2: Actor) -> None:
    approval.choose(clerk2, 10, JULY)
    approval.attach(clerk2, "051101", "申请表.pdf", PDF)
    approval.choose(clerk2, None, JULY)
    now = approval.situation(clerk2)
    assert (now.rate, len(now.papers)) == (None, 1)
    approval.detach(clerk2, now.papers[0].id)
    assert approval.situation(clerk2).case_id is None


def test_a_rate_that_is_not_on_the_list_is_not_kept(clerk2: Actor) -> None:
    with pytest.raises(terms.RateOutOfRange):
        approval.choose(clerk2, 13, JULY)
    assert approval.situation(clerk2).case_id is None


# Submission and approval


@pytest.mark.manual("B5.2")
def test_amounts_change_with_the_approval_and_not_before(clerk2: Actor, officer_a: Actor) -> None:
    before = parts(clerk2)
    assert before == yuan(613, 346, 711, 170, 523)
    case_id = submit(clerk2)
    assert approval.situation(clerk2).status is CaseStatus.PENDING
    assert parts(clerk2) == before
    assert rates(clerk2) == (8, 8)
    assert inbox.counts(clerk2)[Tab.STARTED] == 1
    page = review.open_case(officer_a, case_id)
    assert page.objection is None
    assert [figure.value for figure in page.sheet.figures] == [
        "8%+8%", "10%+10%", "5", "4,726.00", "5,908.00", "+1,182.00"]  # fmt: skip
    review.approve(officer_a, case_id, version=page.version, opinion="同意")
    assert parts(clerk2) == yuan(766, 432, 889, 213, 654)
    assert rates(clerk2) == (10, 10)
    note = inbox.notes(clerk2, Tab.MESSAGES, first=0, most=5).items[0]
    assert note.text == "尊敬的黔东南苗岭食品(示例)，您已完成办理缴存比例调整！"


def test_everybody_in_status_normal_gets_a_record_and_the_sealed_keep_all(
    clerk4: Actor, officer_d: Actor
) -> None:
    with snapshot() as session:
        chosen = select(Contributor).filter_by(
            employer_id=clerk4.employer, status=ContributorStatus.SEALED
        )
        sealed = session.scalars(chosen).one()
    case_id = submit(clerk4, 12)
    review.approve(officer_d, case_id, version=2, opinion="同意")
    with snapshot() as session:
        records = session.scalars(select(ContributorChange)).all()
        now = session.get_one(Contributor, sealed.id)
    assert {(r.kind, r.old, r.new, r.effective_month, r.case_id) for r in records} == {
        (ChangeKind.RATE_CHANGED, "10%+10%", "12%+12%", 202607, case_id)
    }
    assert len(records) == 3
    assert sealed.id not in {record.contributor_id for record in records}
    assert (now.base, now.employer_amount) == (sealed.base, sealed.employer_amount)


@pytest.mark.manual("B5.2")
def test_who_is_sealed_from_a_later_month_pays_the_new_rate_until_then(
    clerk2: Actor, officer_a: Actor
) -> None:
    """Found by the simulator: July's line held the new rate and the old amount."""
    account = accounts(clerk2, ContributorStatus.NORMAL)[0]
    enter(clerk2, SEALING, account, month=Month(2026, 8))
    status_change.confirm(clerk2, SEALING, [account], client_id="seal")
    review.approve(officer_a, submit(clerk2), version=2, opinion="同意")
    remittance.assess(clerk2, [JULY], client_id="july")
    with snapshot() as session:
        line = session.scalars(
            select(AssessmentLine).filter_by(account=account, employer_rate=10)
        ).one()
    assert (line.base, line.employer_amount, line.contributor_amount) == (
        Decimal("7656.25"), Decimal(766), Decimal(766),
    )  # fmt: skip


def test_a_case_sent_back_says_why_and_can_be_submitted_again(
    clerk2: Actor, officer_a: Actor
) -> None:
    case_id = submit(clerk2)
    review.send_back(officer_a, case_id, version=2, opinion="申请表未盖章")
    assert "申请表未盖章" in inbox.notes(clerk2, Tab.MESSAGES, first=0, most=5).items[0].text
    now = approval.situation(clerk2)
    assert (now.status, now.rate) == (CaseStatus.RETURNED, 10)
    assert resubmit(clerk2, 9) == case_id
    review.approve(officer_a, case_id, version=4, opinion="同意")
    assert rates(clerk2) == (9, 9)


def test_the_same_click_twice_is_one_submission(clerk2: Actor) -> None:
    submit(clerk2, click="one")
    resubmit(clerk2, click="one")
    with snapshot() as session:
        assert session.scalars(select(Case.version)).one() == 2


# Refusals


def test_a_second_application_while_one_is_open_is_refused(clerk2: Actor) -> None:
    submit(clerk2)
    with pytest.raises(approval.RateAdjustmentPending, match="^存在未审批完成的缴存比例调整业务$"):
        resubmit(clerk2, 11)
    with pytest.raises(approval.RateAdjustmentPending):
        approval.attach(clerk2, "051101", "申请表.pdf", PDF)
    assert approval.situation(clerk2).objection == "存在未审批完成的缴存比例调整业务"


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        (4, "缴存比例须在5%至12%之间"),
        (13, "缴存比例须在5%至12%之间"),
        (0, "缴存比例须在5%至12%之间"),
        (-8, "缴存比例须在5%至12%之间"),
        (Decimal("7.5"), "缴存比例须为整数"),
        (8, "调整后缴存比例与现缴存比例相同，请选择其他比例"),
    ],
)
def test_a_crafted_rate_is_refused(clerk2: Actor, rate: Decimal | int, reason: str) -> None:
    with pytest.raises(BusinessError, match=f"^{reason}$"):
        submit(clerk2, rate)
    assert approval.situation(clerk2).status is CaseStatus.DRAFT


def test_two_different_rates_are_refused(clerk2: Actor) -> None:
    approval.attach(clerk2, "051101", "申请表.pdf", PDF)
    with pytest.raises(terms.RatesDiffer):
        approval.submit(
            clerk2, employer_rate=10, contributor_rate=9, month=JULY, version=1, client_id="c"
        )


def test_nobody_may_come_above_the_cap_of_the_monthly_amount(
    clerk2: Actor, officer_a: Actor
) -> None:
    with transaction() as session:
        person = session.scalars(select(Contributor).filter_by(employer_id=clerk2.employer)).first()
        assert person
        person.base = Decimal("25000.00")
    said = "按月缴存额上限，单位与个人比例之和不得超过20%"
    assert approval.preview(clerk2, 12, JULY)[2] == said
    with pytest.raises(effect.AboveCap, match=said):
        submit(clerk2, 12)
    case_id = resubmit(clerk2, 10)
    set_policy(PolicyKey.TOTAL_MAX, "4000.00")
    with pytest.raises(effect.AboveCap, match="不得超过16%"):
        review.approve(officer_a, case_id, version=2, opinion="同意")
    assert rates(clerk2) == (8, 8)


def test_the_sum_of_rates_named_is_one_that_rounding_leaves_below_the_cap(clerk2: Actor) -> None:
    """20,837.50 × 12 % is 2,500.50 a part: 5,002.00, though 24 % of it is 5,001.00."""
    with transaction() as session:
        person = session.scalars(select(Contributor).filter_by(employer_id=clerk2.employer)).first()
        assert person
        person.base = Decimal("20837.50")
    set_policy(PolicyKey.TOTAL_MAX, "5001.00")
    said = "按月缴存额上限，单位与个人比例之和不得超过23%"
    assert approval.preview(clerk2, 12, JULY)[2] == said
    assert approval.preview(clerk2, 11, JULY)[2] is None


def test_without_the_stamped_application_nothing_is_submitted(clerk2: Actor) -> None:
    with pytest.raises(papers.MissingDocument, match="请上传“比例调整申请表（盖章）”后再提交"):
        approval.submit(
            clerk2, employer_rate=10, contributor_rate=10, month=JULY, version=0, client_id="c"
        )
    assert approval.situation(clerk2).case_id is None


def test_rates_change_once_a_year(clerk2: Actor, officer_a: Actor, on_day: OnDay) -> None:
    review.approve(officer_a, submit(clerk2), version=2, opinion="同意")
    said = "2026年度已办理过缴存比例调整，每年度限办1次，如需再次调整请联系所属管理部"
    assert approval.situation(clerk2).objection == said
    with pytest.raises(terms.AlreadyChanged, match=said):
        submit(clerk2, 11)
    set_policy(PolicyKey.RATE_CHANGES_PER_YEAR, "2")
    submit(clerk2, 11)


def test_rates_may_change_again_in_the_next_year(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    review.approve(officer_a, submit(clerk2), version=2, opinion="同意")
    on_day("2027-07-05")
    with transaction() as session:
        employer = session.get_one(Employer, clerk2.employer)
        employer.assessed_to = employer.paid_to = 202706
    review.approve(officer_a, submit(clerk2, 12, Month(2027, 7)), version=2, opinion="同意")
    assert rates(clerk2) == (12, 12)


def test_an_open_base_adjustment_is_named(clerk2: Actor) -> None:
    case_id = base_adjustment_submitted(clerk2, 5000)
    with snapshot() as session:
        serial = session.get_one(Case, case_id).serial
    with pytest.raises(conflicts.Unfinished, match=f"^存在未完成的业务：基数调整 {serial} 待审核$"):
        submit(clerk2)
    assert serial in str(approval.situation(clerk2).objection)


def test_months_before_the_first_at_the_new_rate_are_assessed_first(clerk3: Actor) -> None:
    assert list(map(str, approval.situation(clerk3).months)) == [
        "2026-04", "2026-05", "2026-06", "2026-07"]  # fmt: skip
    with pytest.raises(
        terms.EarlierMonthsOpen, match="（尚未核定：2026-04、2026-05），或选择2026年4月起生效"
    ):
        submit(clerk3, 6, Month(2026, 6))
    with pytest.raises(terms.MonthOutOfRange, match="生效年月须在2026年4月至2026年7月之间"):
        resubmit(clerk3, 6, Month(2026, 8))
    with pytest.raises(terms.MonthOutOfRange):
        resubmit(clerk3, 6, Month(2026, 3))
    resubmit(clerk3, 6, Month(2026, 4))


def test_a_month_assessed_and_not_booked_is_named(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submit(clerk2)
    with transaction() as session:
        assess(session, clerk2.employer, 202607)
    with pytest.raises(conflicts.MonthNotBooked, match="2026年7月的汇缴已核定但尚未入账"):
        review.approve(officer_a, case_id, version=2, opinion="同意")
    assert rates(clerk2) == (8, 8)


@pytest.mark.parametrize("status", terms.REFUSED)
def test_an_account_that_is_not_normal_is_refused(clerk2: Actor, status: EmployerStatus) -> None:
    with transaction() as session:
        session.get_one(Employer, clerk2.employer).status = status
    with pytest.raises(terms.AccountNotNormal, match=f"单位账户状态为{status.label}，不能办理"):
        submit(clerk2)


def test_only_clerks_come_in_and_only_to_their_own(
    clerk2: Actor, clerk4: Actor, officer_a: Actor, officer_d: Actor
) -> None:
    for act in (
        lambda: approval.situation(officer_a),
        lambda: approval.preview(officer_a, 10, JULY),
        lambda: approval.attach(officer_a, "051101", "x.pdf", PDF),
        lambda: submit(officer_a),
    ):
        with pytest.raises(NotAllowed):
            act()
    case_id = submit(clerk2)
    assert approval.situation(clerk4).case_id is None
    with pytest.raises(refusals.OtherBranch):
        review.approve(officer_d, case_id, version=2, opinion="同意")


def test_an_old_page_submits_nothing(clerk2: Actor) -> None:
    approval.attach(clerk2, "051101", "申请表.pdf", PDF)
    with pytest.raises(Stale):
        approval.submit(
            clerk2, employer_rate=10, contributor_rate=10, month=JULY, version=7, client_id="c"
        )


def assess(session, employer_id: int, month: int) -> None:
    """Write down a month as assessed, as the business of that name would."""
    last = session.scalars(
        select(Assessment).filter_by(employer_id=employer_id).order_by(Assessment.month.desc())
    ).first()
    values = {
        column.name: getattr(last, column.name)
        for column in Assessment.__table__.columns
        if column.name not in ("id", "month", "status", "booked_on")
    }
    session.add(Assessment(**values, month=month, status=AssessmentStatus.ASSESSED))
