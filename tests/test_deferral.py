"""Deferral and its release (缓缴/解除缓缴, manual B10), with the scenarios' exact figures."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from data.database import snapshot, transaction
from data.enums import CaseStatus, ChangeKind, ContributorStatus, EmployerStatus
from data.models.deferral import Deferral
from data.models.register import Contributor, ContributorChange, Employer
from services import inbox, review
from services.actor import Actor
from services.approval import conflicts, refusals
from services.deferral import approval, back_payment, form, periods
from services.deferral.form import Act
from services.errors import BusinessError, NotAllowed, Stale
from services.inbox import Tab
from services.remittance import assess, chain
from services.rules.months import Month
from tests.rosters import PDF
from tests.rosters import submitted as base_adjustment_submitted
from tests.test_rate_adjustment import assess as assess_by_hand

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
REASON = "受市场影响连续亏损，暂无力缴存"
DECEMBER = Month(2026, 12)
DEFER_PAPERS = ("101001", "101002")
RELEASE_PAPERS = ("101004",)


def attach(actor: Actor, *codes: str) -> None:
    for code in codes:
        approval.attach(actor, code, "材料.pdf", PDF)


def submit(actor: Actor, month: Month = DECEMBER, reason: str = REASON, click: str = "") -> int:
    now = approval.situation(actor)
    approval.submit(
        actor, month=month, reason=reason, version=now.version,
        client_id=click or f"deferral-{now.case_id}-{now.version}",
    )  # fmt: skip
    found = approval.situation(actor).case_id
    assert found
    return found


def approved(case_id: int, *officers: Actor, version: int = 2) -> None:
    for place, officer in enumerate(officers):
        review.approve(officer, case_id, version=version + place, opinion="同意")


def deferred(clerk: Actor, first: Actor, second: Actor, month: Month = DECEMBER) -> int:
    attach(clerk, *DEFER_PAPERS)
    case_id = submit(clerk, month)
    approved(case_id, first, second)
    return case_id


def released(clerk: Actor, first: Actor, second: Actor, month: Month) -> int:
    attach(clerk, *RELEASE_PAPERS)
    case_id = submit(clerk, month, "经营好转")
    approved(case_id, first, second)
    return case_id


def account(actor: Actor) -> Employer:
    with snapshot() as session:
        return session.get_one(Employer, actor.employer)


def the_deferral() -> Deferral:
    with snapshot() as session:
        return session.scalars(select(Deferral)).one()


# Applying


@pytest.mark.manual("B10.1", "B10.2")
def test_a_normal_account_may_apply_for_a_deferral_from_the_month_due(clerk2: Actor) -> None:
    now = approval.situation(clerk2)
    assert (now.act, now.account, now.first) == (Act.DEFER, "正常", Month(2026, 7))
    assert (now.choices[0], now.choices[-1], len(now.choices)) == (
        Month(2026, 7), Month(2027, 6), 12)  # fmt: skip
    assert [(m.label, m.required) for m in now.materials] == [
        ("缓缴申请表", True), ("职工代表大会或工会决议", True), ("近一年财务报表/亏损证明", False)]  # fmt: skip
    months = approval.preview(clerk2, DECEMBER)
    assert [(m.heads, m.total) for m in months] == [(5, Decimal("4726.00"))] * 6


@pytest.mark.manual("B10.1", "B10.3")
def test_two_levels_decide_and_then_only_a_release_can_be_applied_for(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    attach(clerk2, *DEFER_PAPERS)
    case_id = submit(clerk2)
    assert approval.situation(clerk2).status is CaseStatus.PENDING
    approved(case_id, officer_a)
    assert approval.situation(clerk2).status is CaseStatus.PENDING
    assert account(clerk2).status is EmployerStatus.NORMAL
    page = review.open_case(officer_c, case_id)
    assert page.objection is None
    assert [f.value for f in page.sheet.figures] == [
        "缓缴", "2026-07", "2026-12", "6", "28,356.00", REASON]  # fmt: skip
    approved(case_id, officer_c, version=3)
    assert account(clerk2).status is EmployerStatus.DEFERRED
    granted = the_deferral()
    assert (granted.first_month, granted.last_month, granted.ended_month) == (202607, 202612, None)
    now = approval.situation(clerk2)
    assert (now.act, now.period, now.case_id) == (Act.RELEASE, "2026年7月至2026年12月", None)
    assert now.choices == Month(2026, 8).through(DECEMBER)
    note = inbox.notes(clerk2, Tab.MESSAGES, first=0, most=5).items[0]
    assert note.text == "尊敬的黔东南苗岭食品(示例)，您已完成办理缓缴/解除缓缴！"


def test_a_month_once_deferred_is_paid_back_and_not_called_assessed(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk2, officer_a, officer_c)
    on_day("2026-10-10")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    said = "2026年8月是缓缴月份（2026-07至2026-09），请按缓缴补缴办理"
    with pytest.raises(chain.DeferredOnce, match=said):
        assess.assess(clerk2, [Month(2026, 8)], client_id="august")


def test_a_deferred_month_is_not_assessed_and_the_others_are(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    deferred(clerk2, officer_a, officer_c)
    for month in Month(2026, 7).through(DECEMBER):
        with pytest.raises(chain.InDeferral, match=f"{month.label}在缓缴期内（2026-07至2026-12）"):
            assess.assess(clerk2, [month], client_id="early")
    with snapshot() as session:
        employer = session.get_one(Employer, clerk2.employer)
        assert periods.due(session, employer) == Month(2027, 1)
        (freed,) = periods.spans(session, clerk2.employer)
    assert freed.is_running
    assert [freed.covers(Month.of(n)) for n in (202606, 202607, 202612, 202701)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert account(clerk2).paid_to == 202606


# Refusals


def test_without_the_resolution_nothing_is_submitted(clerk2: Actor) -> None:
    attach(clerk2, "101001")
    with pytest.raises(approval.MissingDocument, match="^请上传职工代表大会或工会决议$"):
        submit(clerk2)


def test_an_employer_that_never_paid_is_refused(clerk2: Actor) -> None:
    with transaction() as session:
        employer = session.get_one(Employer, clerk2.employer)
        employer.paid_to = employer.assessed_to = None
    attach(clerk2, *DEFER_PAPERS)
    said = "单位尚未缴存过，不能申请缓缴"
    assert approval.situation(clerk2).objection == said
    with pytest.raises(form.NeverPaid, match=f"^{said}$"):
        submit(clerk2, Month(2024, 12))


def test_a_month_assessed_and_not_booked_is_refused(clerk2: Actor) -> None:
    attach(clerk2, *DEFER_PAPERS)
    with transaction() as session:
        assess_by_hand(session, clerk2.employer, 202607)
    said = "2026年7月的汇缴已核定但尚未入账，请先完成入账或删除核定"
    assert approval.situation(clerk2).objection == said
    with pytest.raises(conflicts.MonthNotBooked, match=said):
        submit(clerk2)


@pytest.mark.parametrize(
    ("month", "reason", "said"),
    [
        (Month(2026, 6), REASON, "缓缴结束年月须在2026年7月至2027年6月之间"),
        (Month(2027, 7), REASON, "缓缴结束年月须在2026年7月至2027年6月之间"),
        (DECEMBER, "  ", "请填写缓缴原因"),
        (DECEMBER, "难" * 201, "缓缴原因最多200字，请精简后再提交"),
    ],
)
@pytest.mark.manual("B10.2")
def test_a_bad_month_or_reason_is_refused(
    clerk2: Actor, month: Month, reason: str, said: str
) -> None:
    attach(clerk2, *DEFER_PAPERS)
    with pytest.raises(BusinessError, match=f"^{said}$"):
        submit(clerk2, month, reason)


def test_an_account_of_another_status_is_refused(clerk2: Actor) -> None:
    with transaction() as session:
        session.get_one(Employer, clerk2.employer).status = EmployerStatus.SEALED
    attach(clerk2, *DEFER_PAPERS)
    with pytest.raises(form.AccountNotNormal, match="单位账户状态为封存，不能办理缓缴"):
        submit(clerk2)


def test_while_one_is_pending_nothing_more_can_be_submitted(clerk2: Actor) -> None:
    attach(clerk2, *DEFER_PAPERS)
    submit(clerk2, click="one")
    submit(clerk2, click="one")
    with pytest.raises(approval.DeferralPending, match="存在未审批完成的缓缴/解除缓缴业务"):
        submit(clerk2)
    with pytest.raises(approval.DeferralPending):
        attach(clerk2, "101003")


def test_the_longest_deferral_is_asked_again_at_the_approval(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    attach(clerk2, *DEFER_PAPERS)
    case_id = submit(clerk2)
    approved(case_id, officer_a)
    with transaction() as session:
        session.get_one(Employer, clerk2.employer).assessed_to = 202607
    with pytest.raises(form.NotFromDueMonth, match="缓缴须从应汇缴年月开始"):
        approved(case_id, officer_c, version=3)
    assert account(clerk2).status is EmployerStatus.NORMAL


def test_only_clerks_come_in_and_only_to_their_own(
    clerk2: Actor, clerk4: Actor, officer_a: Actor, officer_d: Actor
) -> None:
    for act in (
        lambda: approval.situation(officer_a),
        lambda: approval.preview(officer_a, DECEMBER),
        lambda: attach(officer_a, "101001"),
        lambda: back_payment.back_payment(officer_a),
        lambda: submit(officer_a),
    ):
        with pytest.raises(NotAllowed):
            act()
    attach(clerk2, *DEFER_PAPERS)
    case_id = submit(clerk2)
    assert approval.situation(clerk4).case_id is None
    with pytest.raises(refusals.OtherBranch):
        approved(case_id, officer_d)


def test_an_old_page_submits_nothing(clerk2: Actor) -> None:
    attach(clerk2, *DEFER_PAPERS)
    with pytest.raises(Stale):
        approval.submit(clerk2, month=DECEMBER, reason=REASON, version=7, client_id="c")


# Release and back-payment


@pytest.mark.manual("B10.1", "B10.2", "B10.3")
def test_a_release_in_october_leaves_three_months_to_pay_back(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    deferred(clerk2, officer_a, officer_c)
    on_day("2026-10-10")
    assert back_payment.back_payment(clerk2) == []
    october = Month(2026, 10)
    assert [m.total for m in approval.preview(clerk2, october)] == [Decimal("4726.00")] * 3
    case_id = released(clerk2, officer_a, officer_c, october)
    assert account(clerk2).status is EmployerStatus.NORMAL
    granted = the_deferral()
    assert (granted.ended_month, granted.ended_by) == (202610, "release")
    months = back_payment.back_payment(clerk2)
    assert [(str(m.month), m.heads, m.total) for m in months] == [
        ("2026-07", 5, Decimal("4726.00")),
        ("2026-08", 5, Decimal("4726.00")),
        ("2026-09", 5, Decimal("4726.00")),
    ]
    assert sum(m.total for m in months) == Decimal("14178.00")
    assert form_due(clerk2) == october
    assert approval.situation(clerk2).act is Act.DEFER
    figures = review.open_case(officer_a, case_id).sheet.figures
    assert figures[0].value == "解除缓缴"


def form_due(actor: Actor) -> Month:
    with snapshot() as session:
        return form.due(session, actor.employer)


def test_a_release_from_the_first_month_or_after_the_last_is_refused(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    deferred(clerk2, officer_a, officer_c)
    attach(clerk2, *RELEASE_PAPERS)
    for month in (Month(2026, 7), Month(2027, 1)):
        with pytest.raises(form.MonthOutOfRange, match="解除缓缴年月须在2026年8月至2026年12月之间"):
            submit(clerk2, month)


def test_a_release_needs_its_own_document_and_none_of_the_deferrals(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    deferred(clerk2, officer_a, officer_c)
    with pytest.raises(approval.MissingDocument, match="^请上传解除缓缴申请表$"):
        submit(clerk2, Month(2026, 10))
    with pytest.raises(BusinessError, match="请先选择材料类型"):
        attach(clerk2, "101002")


def test_a_release_of_a_month_to_come_leaves_the_account_deferred(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    deferred(clerk2, officer_a, officer_c)
    released(clerk2, officer_a, officer_c, Month(2026, 9))
    assert account(clerk2).status is EmployerStatus.DEFERRED


def test_a_second_deferral_while_one_runs_is_refused_at_the_approval(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    attach(clerk2, *DEFER_PAPERS)
    case_id = submit(clerk2)
    approved(case_id, officer_a)
    with transaction() as session:
        session.add(
            Deferral(case_id=case_id, employer_id=clerk2.employer, first_month=202607,
                     last_month=202609)
        )  # fmt: skip
    with pytest.raises(form.AlreadyDeferred, match="单位已在缓缴期内"):
        approved(case_id, officer_c, version=3)


def test_back_payment_reckons_each_month_as_it_was(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    """A base raised from August, a person sealed from September: each counts from its month on."""
    case_id = deferred(clerk2, officer_a, officer_c)
    with transaction() as session:
        first, second, *_ = session.scalars(
            select(Contributor).filter_by(employer_id=clerk2.employer).order_by(Contributor.account)
        ).all()
        change(
            session,
            first,
            case_id,
            ChangeKind.BASE_CHANGED,
            to=("7656.25", "8000.00"),
            month=202608,
        )
        first.base, first.employer_amount, first.contributor_amount = (
            Decimal("8000.00"), Decimal("640.00"), Decimal("640.00"))  # fmt: skip
        change(session, second, case_id, ChangeKind.SEALED, to=("正常", "封存"), month=202609)
        second.status, second.sealed_month = ContributorStatus.SEALED, 202609
    on_day("2026-10-10")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    assert [(m.heads, m.total) for m in back_payment.back_payment(clerk2)] == [
        (5, Decimal("4726.00")), (5, Decimal("4780.00")), (4, Decimal("4088.00"))]  # fmt: skip


def change(
    session, person: Contributor, case_id: int, kind: ChangeKind, *, to: tuple[str, str], month: int
) -> None:
    session.add(
        ContributorChange(
            contributor_id=person.id, employer_id=person.employer_id, case_id=case_id, kind=kind,
            old=to[0], new=to[1], effective_month=month, changed_on=person.opened_on,
        )
    )  # fmt: skip


def test_an_open_base_adjustment_is_named(clerk2: Actor) -> None:
    base_adjustment_submitted(clerk2, 5000)
    attach(clerk2, *DEFER_PAPERS)
    with pytest.raises(conflicts.Unfinished, match="存在未完成的业务：基数调整"):
        submit(clerk2)
