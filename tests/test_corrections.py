"""Corrections of money (资金更正): reversals and refunds by two officers, conserved to the fen."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select, update

from data.base import YuanType
from data.database import snapshot, transaction
from data.enums import (
    AssessmentStatus,
    BusinessKind,
    CaseStatus,
    ContributorStatus,
    EmployerStatus,
    EntryKind,
)
from data.models.audit import AuditEvent
from data.models.case import Case, Message
from data.models.ledger import Arrival, LedgerEntry, MoneyCorrection
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from data.policy_codes import ProposalStatus
from services.actor import Actor
from services.approval.refusals import OtherBranch
from services.errors import NotAllowed, Stale
from services.remittance import (
    arrivals,
    balances,
    correction_deciding,
    correction_list,
    correction_statement,
    correction_terms,
    corrections,
)
from services.remittance.corrections import Refund
from services.remittance.credits import WrongCredit
from services.remittance.unbooking import CannotUnbook
from services.rules import clock
from services.summary import verify
from tests.credits import credit, receive
from tests.test_money import approved, left, status
from tests.test_races import at_once, winners
from tests.test_remittance import defer, employer_of, listed

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]


def arrival_of(clerk: Actor) -> int:
    """Return the last arrival of the clerk's employer that stands."""
    with snapshot() as session:
        chosen = select(func.max(Arrival.id)).where(Arrival.reversed_at.is_(None))
        return session.scalars(chosen.where(Arrival.employer_id == clerk.employer)).one() or 0


def waiting(officer: Actor) -> int:
    return next(
        row.id
        for row in correction_list.corrections(officer)
        if row.status is ProposalStatus.PENDING
    )


def reverse(first: Actor, second: Actor, clerk: Actor) -> None:
    corrections.propose_reversal(first, arrival_of(clerk), reason="登记到了别的单位")
    correction_deciding.confirm(second, waiting(second))


def refund_of(clerk: Actor, amount: str) -> Refund:
    return Refund(
        clerk.employer, Decimal(amount), "示例付款户", "中国建设银行凯里分行", "52001234567890",
        "单位申请退回多缴款项",
    )  # fmt: skip


def sums(clerk: Actor) -> dict[EntryKind, Decimal]:
    with snapshot() as session:
        return dict(
            session.execute(
                select(LedgerEntry.kind, func.sum(LedgerEntry.amount, type_=YuanType()))
                .where(LedgerEntry.employer_id == clerk.employer)
                .group_by(LedgerEntry.kind)
            ).all()
        )


def turns(clerk: Actor) -> list[tuple[int, int]]:
    """Return the months as they were booked, one after another, each with the how-manieth time."""
    with snapshot() as session:
        found = session.execute(
            select(Assessment.month, LedgerEntry.turn)
            .join(Assessment, Assessment.id == LedgerEntry.assessment_id)
            .where(LedgerEntry.employer_id == clerk.employer)
            .where(LedgerEntry.kind == EntryKind.ALLOCATION)
            .order_by(LedgerEntry.sequence)
        )
        return [(month, turn) for month, turn in found]


# Reversing an arrival


def test_what_paid_no_month_is_reversed_and_its_reference_may_be_entered_for_whom_it_is(
    clerk2: Actor, clerk3: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "5000.00", "B-1")
    reverse(officer_a, officer_b, clerk2)
    assert left(clerk2) == 0
    assert sums(clerk2) == {
        EntryKind.ARRIVAL: Decimal("5000.00"), EntryKind.REVERSAL: Decimal("5000.00"),
    }  # fmt: skip
    receive(officer_a, clerk3, "5000.00", "B-1")
    assert left(clerk3) == Decimal("5000.00")
    assert verify.differences() == []


def test_the_months_it_paid_are_unbooked_the_last_first_and_can_be_paid_again(
    clerk3: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    approved(clerk3, officer_a, 202604, 202605, 202606)
    receive(officer_a, clerk3, "12000.00")
    receive(officer_a, clerk3, "24500.00")
    assert employer_of(clerk3).paid_to == 202606
    plan = corrections.foresee(officer_b, arrival_of(clerk3))
    assert [due.month.number for due in plan.months] == [202606, 202605]
    assert correction_statement.said(plan) == (
        "将撤销2026-06、2026-05的入账（转为待缴款），冲正后未分摊余额0.00元"
    )
    reverse(officer_a, officer_b, clerk3)
    assert [status(clerk3, month) for month in (202604, 202605, 202606)] == [
        AssessmentStatus.BOOKED, AssessmentStatus.APPROVED, AssessmentStatus.APPROVED,
    ]  # fmt: skip
    assert employer_of(clerk3).paid_to == 202604
    assert left(clerk3) == 0
    with snapshot() as session:
        paid = select(Contributor.paid_to).filter_by(employer_id=clerk3.employer)
        assert set(session.scalars(paid)) == {202604}
        said = session.scalars(select(Message.text).order_by(Message.id.desc())).first()
    assert said == (
        "尊敬的凯里鼓楼建筑(示例)，因到账登记有误已冲正，贵单位2026年5月住房公积金12,000.00元的入账已撤销，"
        "缴至年月为2026年4月，请重新缴款。"
    )
    assert verify.differences() == []
    assert receive(officer_a, clerk3, "24000.00").text == "2026-05、2026-06已入账"
    assert employer_of(clerk3).paid_to == 202606
    assert turns(clerk3) == [(202604, 1), (202605, 1), (202606, 1), (202605, 2), (202606, 2)]
    assert verify.differences() == []


def test_a_month_may_be_booked_and_unbooked_again_and_again(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    approved(clerk2, officer_a, 202607)
    for _ in range(3):
        receive(officer_a, clerk2, "4726.00")
        reverse(officer_b, officer_a, clerk2)
        assert (status(clerk2, 202607), left(clerk2)) == (AssessmentStatus.APPROVED, 0)
        assert verify.differences() == []
    assert [line.kind.label for line in balances.ledger(officer_a, clerk2.employer)[:4]] == [
        "到账冲正", "撤销入账", "分摊入账", "到账",
    ]  # fmt: skip


def test_no_more_months_are_unbooked_than_the_money_asks_for(
    clerk3: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    approved(clerk3, officer_a, 202604, 202605)
    receive(officer_a, clerk3, "24000.00")
    receive(officer_a, clerk3, "100.00")
    reverse(officer_a, officer_b, clerk3)
    assert employer_of(clerk3).paid_to == 202605
    receive(officer_a, clerk3, "500.00")
    assert left(clerk3) == Decimal("500.00")


def test_a_person_who_was_away_is_paid_to_the_month_before_that_again(
    clerk3: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    approved(clerk3, officer_a, 202604, 202605)
    receive(officer_a, clerk3, "12000.00")
    with transaction() as session:
        one = session.scalars(select(Contributor).filter_by(employer_id=clerk3.employer)).first()
        assert one
        one.paid_to, someone = 202609, one.id  # the next employer has paid for further months
    receive(officer_a, clerk3, "12000.00")
    reverse(officer_a, officer_b, clerk3)
    with snapshot() as session:
        assert session.get_one(Contributor, someone).paid_to == 202609


@pytest.mark.parametrize("change", ["deferred", "closed"])
def test_what_has_been_built_on_a_month_keeps_it_booked(
    clerk2: Actor, officer_a: Actor, change: str
) -> None:
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "4726.00")
    with transaction() as session:
        if change == "deferred":
            session.get_one(Employer, clerk2.employer).status = EmployerStatus.DEFERRED
        else:
            one = select(func.min(Contributor.id)).filter_by(employer_id=clerk2.employer)
            session.execute(
                update(Contributor)
                .where(Contributor.id == session.scalar(one))
                .values(status=ContributorStatus.WITHDRAWN)
            )
    words = {"deferred": "而单位已缓缴，请先恢复正常缴存", "closed": "而其中1名缴存人已销户"}
    with pytest.raises(CannotUnbook, match=f"不能冲正：需撤销2026年7月的入账，{words[change]}"):
        corrections.propose_reversal(officer_a, arrival_of(clerk2), reason="登记有误")


def test_a_deferral_under_review_keeps_a_month_booked_and_a_draft_or_anothers_does_not(
    clerk2: Actor, clerk3: Actor, officer_a: Actor
) -> None:
    deferral = BusinessKind.DEFERRAL
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "4726.00")
    with transaction() as session:
        for clerk, kind, status in (
            (clerk2, deferral, CaseStatus.DRAFT),
            (clerk2, BusinessKind.RATE_ADJUSTMENT, CaseStatus.PENDING),
            (clerk3, deferral, CaseStatus.PENDING),
        ):
            session.add(
                Case(
                    employer_id=clerk.employer, kind=kind, status=status, effective_month=202608,
                    form={}, started_by=clerk.user_id, started_at=clock.now(),
                )
            )  # fmt: skip
    assert len(corrections.foresee(officer_a, arrival_of(clerk2)).months) == 1
    with transaction() as session:
        chosen = update(Case).where(Case.employer_id == clerk2.employer, Case.kind == deferral)
        session.execute(chosen.values(status=CaseStatus.PENDING))
    with pytest.raises(CannotUnbook, match="需撤销2026年7月的入账，而单位的缓缴业务待审核"):
        corrections.foresee(officer_a, arrival_of(clerk2))


def test_who_has_closed_an_account_elsewhere_keeps_no_month_booked(
    clerk2: Actor, clerk3: Actor, officer_a: Actor
) -> None:
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "4726.00")
    with transaction() as session:
        others = update(Contributor).where(Contributor.employer_id == clerk3.employer)
        session.execute(others.values(status=ContributorStatus.WITHDRAWN))
    assert len(corrections.foresee(officer_a, arrival_of(clerk2)).months) == 1


def test_a_month_given_back_while_earlier_ones_are_owed_leaves_paid_to_where_it_was(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, on_day: OnDay
) -> None:
    defer(clerk2, 202607, 202612, ended=202609)
    on_day("2026-10-08")
    approved(clerk2, officer_a, 202609)
    receive(officer_a, clerk2, "4726.00")
    reverse(officer_a, officer_b, clerk2)
    assert status(clerk2, 202609) is AssessmentStatus.APPROVED
    assert employer_of(clerk2).paid_to == 202606
    assert verify.differences() == []


def test_money_that_paid_no_month_may_leave_an_employer_that_is_deferred(
    clerk2: Actor, officer_a: Actor
) -> None:
    receive(officer_a, clerk2, "100.00")
    with transaction() as session:
        session.get_one(Employer, clerk2.employer).status = EmployerStatus.DEFERRED
    plan = corrections.foresee(officer_a, arrival_of(clerk2))
    assert (plan.months, plan.entries, plan.balance) == ([], [], Decimal(0))


def test_everybody_is_paid_to_the_month_that_was_paid_for_before(
    clerk3: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    """Of three: one has been here all the time, one was away in May, one has come in June."""
    with transaction() as session:
        found = session.scalars(select(Contributor).filter_by(employer_id=clerk3.employer))
        here, away, new = (one.id for one in found.all()[:3])
        session.get_one(Contributor, new).first_month = 202606
        session.get_one(Contributor, new).paid_to = None

    def seal(status: ContributorStatus) -> None:
        with transaction() as session:
            session.get_one(Contributor, away).status = status

    approved(clerk3, officer_a, 202604)
    seal(ContributorStatus.SEALED)
    approved(clerk3, officer_a, 202605)
    seal(ContributorStatus.NORMAL)
    approved(clerk3, officer_a, 202606)
    with transaction() as session:
        before = select(Assessment.id).where(Assessment.month < 202604)
        session.execute(
            delete(AssessmentLine).where(
                AssessmentLine.contributor_id == new, AssessmentLine.assessment_id.in_(before)
            )
        )
    for month in (202604, 202605, 202606):
        receive(officer_a, clerk3, str(listed(clerk3, month).amount))

    def paid_to() -> list[int | None]:
        with snapshot() as session:
            return [session.get_one(Contributor, one).paid_to for one in (here, away, new)]

    assert paid_to() == [202606, 202606, 202606]
    reverse(officer_a, officer_b, clerk3)
    assert (employer_of(clerk3).paid_to, paid_to()) == (202605, [202605, 202604, None])
    reverse(officer_a, officer_b, clerk3)
    assert (employer_of(clerk3).paid_to, paid_to()) == (202604, [202604, 202604, None])
    reverse(officer_a, officer_b, clerk3)
    assert (employer_of(clerk3).paid_to, paid_to()) == (202603, [202603, 202603, None])


def test_an_employer_whose_first_month_is_given_back_has_paid_for_none(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, on_day: OnDay
) -> None:
    with transaction() as session:
        employer = session.get_one(Employer, clerk2.employer)
        employer.paid_to, employer.first_month = None, 202607
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "4726.00")
    on_day("2026-08-03")
    reverse(officer_a, officer_b, clerk2)
    assert employer_of(clerk2).paid_to is None
    with snapshot() as session:
        july = session.scalars(
            select(Assessment).filter_by(employer_id=clerk2.employer, month=202607)
        ).one()
        said = session.scalars(select(Message.text).order_by(Message.id.desc())).first()
        told = select(AuditEvent).where(AuditEvent.subject == f"assessment:{july.id}")
        event = session.scalars(told.order_by(AuditEvent.seq.desc())).first()
    assert (july.status, july.booked_on) == (AssessmentStatus.APPROVED, None)
    assert said
    assert said.endswith("4,726.00元的入账已撤销，缴至年月为—，请重新缴款。")
    assert event
    assert (event.action, event.employer) == ("month_unbooked", clerk2.employer)
    assert '"month":202607' in event.payload
    assert verify.differences() == []


def test_who_was_taken_over_is_paid_to_the_month_before_the_first_one_booked_here(
    clerk3: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    """The months until March were paid before the hall: nothing of them is here."""
    with transaction() as session:
        before = select(Assessment.id).filter_by(employer_id=clerk3.employer)
        for lines in (
            delete(AssessmentLine).where(AssessmentLine.assessment_id.in_(before)),
            delete(Assessment).where(Assessment.employer_id == clerk3.employer),
        ):
            session.execute(lines.execution_options(synchronize_session=False))
    approved(clerk3, officer_a, 202604)
    receive(officer_a, clerk3, "12000.00")
    assert employer_of(clerk3).paid_to == 202604
    reverse(officer_a, officer_b, clerk3)
    assert employer_of(clerk3).paid_to == 202603
    with snapshot() as session:
        paid = select(Contributor.paid_to).filter_by(employer_id=clerk3.employer)
        assert set(session.scalars(paid)) == {202603}


def test_money_that_was_refunded_meanwhile_is_not_there_to_be_reversed(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "100.00")
    corrections.propose_refund(officer_a, refund_of(clerk2, "60.00"))
    correction_deciding.confirm(officer_b, waiting(officer_b))
    with pytest.raises(CannotUnbook, match="款项已退款"):
        corrections.propose_reversal(officer_a, arrival_of(clerk2), reason="登记有误")


# Refunding what is over


def test_a_refund_by_two_officers_leaves_the_rest_and_says_to_whom(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "5000.00")
    corrections.propose_refund(officer_a, refund_of(clerk2, "274.00"))
    assert left(clerk2) == Decimal("274.00")
    listed = correction_list.corrections(officer_b)[0]
    assert (listed.proposer, listed.is_own, listed.effect) == (
        officer_a.name, False, "退款后未分摊余额0.00元",
    )  # fmt: skip
    correction_deciding.confirm(officer_b, listed.id)
    assert left(clerk2) == 0
    line = balances.ledger(officer_a, clerk2.employer)[0]
    assert (line.kind, line.subject, line.money_out, line.by) == (
        EntryKind.REFUND, "示例付款户", Decimal("274.00"), officer_b.name,
    )  # fmt: skip
    assert verify.differences() == []


def test_the_employer_reads_where_its_unallocated_money_has_gone(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    """Some is refunded; then the arrival is reversed, which takes no month back."""

    def told() -> str:
        with snapshot() as session:
            return session.scalars(select(Message.text).order_by(Message.id.desc())).first() or ""

    receive(officer_a, clerk2, "300.00")
    receive(officer_a, clerk2, "200.00")
    corrections.propose_refund(officer_a, refund_of(clerk2, "274.00"))
    correction_deciding.confirm(officer_b, waiting(officer_b))
    assert told() == (
        "尊敬的黔东南苗岭食品(示例)，贵单位未分摊款项274.00元已退款至示例付款户（中国建设银行凯里分行），"
        "未分摊余额226.00元。"
    )
    reverse(officer_a, officer_b, clerk2)
    assert told() == (
        "尊敬的黔东南苗岭食品(示例)，贵单位2026-07-06到账的200.00元因登记有误已冲正，未分摊余额26.00元。"
    )


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"amount": Decimal("274.01")}, correction_terms.BalanceTooSmall),
        ({"amount": Decimal("0.00")}, corrections.WrongAmount),
        ({"amount": Decimal("-1.00")}, corrections.WrongAmount),
        ({"amount": Decimal("0.001")}, corrections.WrongAmount),
        ({"payee": " "}, correction_terms.NoWords),
        ({"payee_account": "9" * 41}, correction_terms.NoWords),
        ({"reason": ""}, correction_terms.NoWords),
    ],
)
def test_a_refund_that_cannot_be_is_refused(
    clerk2: Actor, officer_a: Actor, change: dict, refusal: type[Exception]
) -> None:
    receive(officer_a, clerk2, "274.00")
    with pytest.raises(refusal):
        corrections.propose_refund(officer_a, replace(refund_of(clerk2, "274.00"), **change))
    assert correction_list.corrections(officer_a) == []


def test_a_balance_that_a_month_took_meanwhile_is_not_refunded(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "4726.00")
    corrections.propose_refund(officer_a, refund_of(clerk2, "4726.00"))
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "0.01")
    with pytest.raises(correction_terms.BalanceTooSmall):
        correction_deciding.confirm(officer_b, waiting(officer_b))
    assert left(clerk2) == Decimal("0.01")
    assert verify.differences() == []


# Two persons


def test_nobody_confirms_or_rejects_her_own_and_only_she_withdraws_it(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "10.00")
    corrections.propose_reversal(officer_a, arrival_of(clerk2), reason="登记有误")
    number = waiting(officer_a)
    with pytest.raises(correction_deciding.OwnCorrection):
        correction_deciding.confirm(officer_a, number)
    with pytest.raises(correction_deciding.OwnCorrection):
        correction_deciding.reject(officer_a, number, reason="不对")
    with pytest.raises(corrections.NotOwnCorrection):
        corrections.withdraw(officer_b, number)
    with pytest.raises(corrections.CorrectionWaits):
        corrections.propose_refund(officer_b, refund_of(clerk2, "10.00"))
    corrections.withdraw(officer_a, number)
    with pytest.raises(Stale):
        correction_deciding.confirm(officer_b, number)
    assert left(clerk2) == Decimal("10.00")


def test_a_rejected_one_moves_nothing_and_says_why(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "10.00")
    corrections.propose_refund(officer_a, refund_of(clerk2, "10.00"))
    with pytest.raises(correction_terms.NoWords, match="退回原因"):
        correction_deciding.reject(officer_b, waiting(officer_b), reason=" ")
    correction_deciding.reject(officer_b, waiting(officer_b), reason="账号不符")
    listed = correction_list.corrections(officer_a)[0]
    assert (listed.status, listed.opinion, listed.effect) == (
        ProposalStatus.REJECTED, "账号不符", "",
    )  # fmt: skip
    assert left(clerk2) == Decimal("10.00")


def test_two_who_confirm_at_once_give_the_money_back_once(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, officer_c: Actor
) -> None:
    receive(officer_a, clerk2, "10.00")
    corrections.propose_refund(officer_a, refund_of(clerk2, "10.00"))
    number = waiting(officer_a)
    acts = [
        lambda who=who: correction_deciding.confirm(who, number)
        for who in (officer_b, officer_c) * 3
    ]
    assert winners(at_once(acts)) == 1
    assert left(clerk2) == 0
    assert verify.differences() == []


def test_only_officers_and_only_of_the_branch(
    clerk2: Actor, officer_a: Actor, officer_d: Actor, admin: Actor
) -> None:
    receive(officer_a, clerk2, "10.00")
    number = arrival_of(clerk2)
    for stranger, refusal in ((clerk2, NotAllowed), (admin, NotAllowed), (officer_d, OtherBranch)):
        with pytest.raises(refusal):
            corrections.propose_reversal(stranger, number, reason="登记有误")
        with pytest.raises(refusal):
            corrections.propose_refund(stranger, refund_of(clerk2, "10.00"))
    corrections.propose_reversal(officer_a, number, reason="登记有误")
    with pytest.raises(OtherBranch):
        correction_deciding.confirm(officer_d, waiting(officer_a))
    assert correction_list.corrections(officer_d) == []


def test_the_audit_tells_who_proposed_and_who_confirmed(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "10.00")
    reverse(officer_a, officer_b, clerk2)
    with snapshot() as session:
        told = session.execute(
            select(AuditEvent.action, AuditEvent.actor)
            .where(AuditEvent.subject.startswith("correction:"))
            .order_by(AuditEvent.seq)
        ).all()
    assert [tuple(row) for row in told] == [
        ("correction_proposed", officer_a.user_id), ("money_reversed", officer_b.user_id),
    ]  # fmt: skip


# What is verified


def test_verification_names_money_given_back_without_two_persons(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "10.00")
    corrections.propose_refund(officer_a, refund_of(clerk2, "10.00"))
    correction_deciding.confirm(officer_b, waiting(officer_b))
    with transaction() as session:
        row = session.scalars(select(MoneyCorrection)).one()
        row.decided_by = row.proposed_by
    assert verify.differences() == ["资金更正 522601000202：未分摊退款10.00元与台账或复核不符"]


def test_verification_names_an_arrival_marked_as_reversed_that_is_not(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    receive(officer_a, clerk2, "10.00", "B-7")
    reverse(officer_a, officer_b, clerk2)
    with transaction() as session:
        session.scalars(select(Arrival)).one().reversed_at = None
    assert verify.differences() == ["到账 B-7：10.00元的冲正标记与台账不符"]


def test_the_reference_of_a_standing_arrival_is_taken_however_often_it_was_reversed(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    for _ in range(2):
        receive(officer_a, clerk2, "10.00", "B-8")
        reverse(officer_a, officer_b, clerk2)
    receive(officer_a, clerk2, "10.00", "B-8")
    with pytest.raises(WrongCredit, match="该银行流水号已登记"):
        arrivals.receive(officer_a, credit(clerk2, "10.00", "B-8"))
    with snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Arrival)) == 3
