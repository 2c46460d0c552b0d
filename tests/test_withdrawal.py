"""撤回 and 转办: who takes a case back, who hands it on, and both against a decision at once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from data.database import snapshot, transaction
from data.enums import Action, BusinessKind, CaseStatus
from data.models.case import Case, Message, Step
from data.models.register import ContributorChange
from data.policy_codes import PolicyKey
from services import inbox, own_cases, review
from services.actor import Actor
from services.approval import engine, history, refusals
from services.base_adjustment import approval, roster
from services.base_adjustment.kind import KIND
from services.errors import BusinessError, NotAllowed, NotFound, Stale
from services.inbox import Tab
from tests.conftest import person
from tests.policy_rows import set_for
from tests.rosters import submitted

pytestmark = pytest.mark.usefixtures("db", "storage")


def case(case_id: int) -> Case:
    with snapshot() as session:
        return session.get_one(Case, case_id)


def version(case_id: int) -> int:
    return case(case_id).version


def decided(case_id: int, action: Action, actor: Actor) -> None:
    with transaction() as session:
        row = session.get_one(Case, case_id)
        engine.decide(session, KIND, row, action, actor, version=row.version, opinion="意见")


def two_levels() -> None:
    """Let the center ask for two levels from now on."""
    set_for(BusinessKind.BASE_ADJUSTMENT, PolicyKey.APPROVAL_LEVELS, "reviewer,senior_reviewer")


def handed_on(case_id: int, officer: Actor, colleague: Actor, reason: str = "") -> None:
    review.transfer(
        officer, case_id, colleague.user_id, version=version(case_id), reason=reason
    )  # fmt: skip


# ---- 撤回


def test_a_withdrawn_case_is_the_clerks_again_with_all_that_was_in_it(clerk2: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    assert case(case_id).due_on == date(2026, 7, 9)
    own_cases.withdraw(clerk2, case_id, version=version(case_id))
    found = case(case_id)
    assert (found.status.label, found.due_on) == ("已撤回", None)
    assert len(roster.roster(clerk2)) == 5
    assert len(approval.situation(clerk2).papers) == 1
    assert [task.case_id for task in inbox.tasks(clerk2, Tab.TO_DO).items] == [case_id]


def test_a_withdrawn_case_is_submitted_again_under_its_serial(clerk2: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    serial = case(case_id).serial
    own_cases.withdraw(clerk2, case_id, version=version(case_id))
    approval.submit(clerk2, version=version(case_id), client_id="again")
    assert (case(case_id).status, case(case_id).serial) == (CaseStatus.PENDING, serial)
    with snapshot() as session:
        course = history.course(session, KIND, session.get_one(Case, case_id))
    assert [stage.title for stage in course][:3] == ["提交", "撤回", "提交"]


def test_a_withdrawn_case_may_be_ended_and_the_business_begun_anew(clerk2: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    own_cases.withdraw(clerk2, case_id, version=version(case_id))
    own_cases.end_flow(clerk2, case_id, version=version(case_id))
    assert submitted(clerk2, 5500) != case_id


def test_officers_no_longer_see_a_withdrawn_case(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    seen = review.open_case(officer_a, case_id)
    own_cases.withdraw(clerk2, case_id, version=version(case_id))
    with pytest.raises(refusals.Withdrawn, match="单位已撤回该业务"):
        review.open_case(officer_a, case_id)
    with pytest.raises(refusals.Withdrawn):
        review.approve(officer_a, case_id, version=seen.version, opinion="同意")


def test_an_officer_who_only_has_it_open_does_not_stand_in_the_way(
    clerk2: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    review.open_case(officer_a, case_id)
    waiting = own_cases.waiting(clerk2, case_id)
    assert waiting is not None
    assert waiting.can_withdraw
    own_cases.withdraw(clerk2, case_id, version=waiting.version)
    assert own_cases.waiting(clerk2, case_id) is None


def test_a_case_that_waits_says_by_when_and_that_it_is_late(
    clerk2: Actor, on_day: Callable[[str], None]
) -> None:
    case_id = submitted(clerk2, 5000)
    for day, is_overdue in (("2026-07-06", False), ("2026-07-09", False), ("2026-07-10", True)):
        on_day(day)
        waiting = own_cases.waiting(clerk2, case_id)
        assert waiting is not None
        assert (waiting.due_on, waiting.is_overdue) == (date(2026, 7, 9), is_overdue)


def test_after_the_first_of_two_levels_nothing_is_withdrawn(
    clerk2: Actor, officer_a: Actor
) -> None:
    two_levels()
    case_id = submitted(clerk2, 5000)
    decided(case_id, Action.APPROVE, officer_a)
    with pytest.raises(refusals.NotYourStep, match="上一步不是您办理的，不能撤回"):
        own_cases.withdraw(clerk2, case_id, version=version(case_id))


def test_only_who_submitted_it_withdraws_it(clerk2: Actor, clerk1: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(refusals.NotYourStep):
        own_cases.withdraw(
            replace(clerk2, user_id=clerk1.user_id), case_id, version=version(case_id)
        )
    with pytest.raises(NotFound):
        own_cases.withdraw(clerk1, case_id, version=version(case_id))
    with pytest.raises(NotFound):
        own_cases.waiting(clerk1, case_id)


def test_what_is_decided_is_not_withdrawn(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    before = version(case_id)
    review.approve(officer_a, case_id, version=before, opinion="同意")
    with pytest.raises(refusals.IllegalMove, match="该业务已办结，不能执行“撤回”"):
        own_cases.withdraw(clerk2, case_id, version=before)


@pytest.mark.parametrize("decide", ["approve", "reject"])
def test_a_withdrawal_and_a_decision_at_once_have_one_winner(
    clerk2: Actor, officer_a: Actor, decide: str
) -> None:
    case_id = submitted(clerk2, 5000)
    seen = version(case_id)
    acts: list[Callable[[], object]] = [
        lambda: own_cases.withdraw(clerk2, case_id, version=seen),
        lambda: getattr(review, decide)(officer_a, case_id, version=seen, opinion="意见"),
    ] * 6
    barrier, outcomes = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int) -> None:
        barrier.wait()
        try:
            acts[place]()
            outcomes[place] = "done"
        except BusinessError as refusal:
            outcomes[place] = type(refusal).__name__

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "Stale", "IllegalMove", "Withdrawn"}
    with snapshot() as session:
        told = session.scalars(select(func.count()).select_from(Message)).one()
        changes = session.scalars(select(func.count()).select_from(ContributorChange)).one()
        steps = session.scalars(select(func.count()).select_from(Step)).one()
    by_clerk = case(case_id).status is CaseStatus.WITHDRAWN
    assert (told, steps) == (0 if by_clerk else 1, 2)
    assert changes == (5 if case(case_id).status is CaseStatus.APPROVED else 0)


# ---- 转办


def test_a_case_handed_on_is_the_colleagues_alone(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    handed_on(case_id, officer_a, officer_b, "本人回避")
    with pytest.raises(refusals.HandedOn, match="该业务已转给李春梅办理"):
        review.approve(officer_a, case_id, version=version(case_id), opinion="同意")
    page = review.open_case(officer_a, case_id)
    assert (page.can_decide, page.held_by) == (False, None)
    assert review.open_case(officer_b, case_id).can_decide
    review.approve(officer_b, case_id, version=version(case_id), opinion="同意")
    with snapshot() as session:
        course = history.course(session, KIND, session.get_one(Case, case_id))
    assert [(s.title, s.outcome, s.opinion) for s in course[1:3]] == [
        ("转办", "转办", "转给李春梅：本人回避"),
        ("审批（初审员）", "通过", "同意"),
    ]


def test_who_is_coming_names_the_colleague(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    handed_on(case_id, officer_a, officer_b)
    waiting = own_cases.waiting(clerk2, case_id)
    assert waiting is not None
    assert waiting.course[-2].who == "李春梅（初审员）"


def test_a_colleague_gives_it_back_and_the_first_decides(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    handed_on(case_id, officer_a, officer_b)
    handed_on(case_id, officer_b, officer_a)
    review.approve(officer_a, case_id, version=version(case_id), opinion="同意")
    assert case(case_id).status is CaseStatus.APPROVED


def test_what_a_colleague_on_leave_was_handed_is_taken_over(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    handed_on(case_id, officer_a, officer_b)
    handed_on(case_id, officer_a, officer_a)
    assert review.open_case(officer_a, case_id).can_decide


@pytest.mark.parametrize("key", ["officerA", "officerC", "officerD", "manager", "clerk2"])
def test_it_is_handed_to_nobody_but_a_colleague(clerk2: Actor, officer_a: Actor, key: str) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(refusals.NoColleague, match="请选择本管理部同一岗位的其他在岗人员"):
        handed_on(case_id, officer_a, person(key))


@pytest.mark.parametrize(
    ("key", "refusal"),
    [
        ("officerC", refusals.OtherLevel), ("officerD", refusals.OtherBranch),
        ("clerk2", NotAllowed), ("manager", NotAllowed), ("admin", NotAllowed),
    ],
)  # fmt: skip
def test_others_hand_nothing_on(
    clerk2: Actor, officer_b: Actor, key: str, refusal: type[BusinessError]
) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(refusal):
        handed_on(case_id, person(key), officer_b)


def test_what_another_has_open_is_not_handed_on(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    review.open_case(officer_b, case_id)
    with pytest.raises(refusals.BeingReviewed, match="李春梅正在审核此业务"):
        handed_on(case_id, officer_a, officer_b)


def test_the_next_level_is_free_again(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, officer_c: Actor
) -> None:
    two_levels()
    case_id = submitted(clerk2, 5000)
    handed_on(case_id, officer_a, officer_b)
    decided(case_id, Action.APPROVE, officer_b)
    assert case(case_id).assigned_to is None
    decided(case_id, Action.APPROVE, officer_c)


def test_a_transfer_does_not_keep_the_clerk_from_withdrawing(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    handed_on(case_id, officer_a, officer_b)
    own_cases.withdraw(clerk2, case_id, version=version(case_id))
    assert case(case_id).status is CaseStatus.WITHDRAWN


def test_a_stale_page_hands_nothing_on(clerk2: Actor, officer_a: Actor, officer_b: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    seen = version(case_id)
    handed_on(case_id, officer_a, officer_b)
    with pytest.raises(Stale):
        review.transfer(officer_b, case_id, officer_a.user_id, version=seen)
