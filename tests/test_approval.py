"""The approval engine: its table of moves, its levels, four eyes, and what it tells."""

from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import Engine, select

from data.database import snapshot, transaction
from data.enums import Action, BusinessKind, CaseStatus, Role
from data.models.case import Case, Message, Step
from data.policy_codes import PolicyKey
from services.actor import Actor
from services.approval import casework, engine, history, holding, moves, refusals
from services.approval.history import Progress
from services.base_adjustment.kind import KIND
from services.errors import NotAllowed, Stale
from tests.policy_rows import set_for
from tests.rosters import imported, submitted

pytestmark = pytest.mark.usefixtures("db", "storage")
TWO_LEVELS = replace(KIND, levels=(Role.REVIEWER, Role.SENIOR_REVIEWER), done="办结")
REFUSED = (refusals.IllegalMove, refusals.Withdrawn, Stale, NotAllowed)
OFFICERS_ACTS = {action for action, roles in moves.MAY.items() if Role.REVIEWER in roles}
AT_ONCE = replace(KIND, levels=(), done="办结")


@pytest.fixture(autouse=True)
def _two_levels(db: Engine) -> None:
    """Let the center ask for two levels: cases submitted from now on are decided by both."""
    set_for(BusinessKind.BASE_ADJUSTMENT, PolicyKey.APPROVAL_LEVELS, "reviewer,senior_reviewer")


def decided(case_id: int, action: Action, actor: Actor, opinion: str = "同意") -> None:
    with transaction() as session:
        case = session.get_one(Case, case_id)
        engine.decide(
            session, TWO_LEVELS, case, action, actor, version=case.version, opinion=opinion
        )


def status(case_id: int) -> tuple[str, int]:
    with snapshot() as session:
        case = session.get_one(Case, case_id)
        return case.status.label, case.level


def test_two_levels_are_two_persons_of_two_roles(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, officer_c: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(refusals.OtherLevel, match="该业务当前由初审员办理"):
        decided(case_id, Action.APPROVE, officer_c)
    decided(case_id, Action.APPROVE, officer_a)
    assert status(case_id) == ("待审核", 2)
    with pytest.raises(refusals.OtherLevel, match="该业务当前由终审员办理"):
        decided(case_id, Action.APPROVE, officer_b)
    with pytest.raises(refusals.SamePerson):
        decided(case_id, Action.APPROVE, replace(officer_a, role=Role.SENIOR_REVIEWER))
    decided(case_id, Action.APPROVE, officer_c)
    assert status(case_id)[0] == "已办结"
    with snapshot() as session:
        course = history.course(session, TWO_LEVELS, session.get_one(Case, case_id))
        assert [s.title for s in course] == ["提交", "审批（初审员）", "审批（终审员）", "办结"]
        assert session.scalars(select(Message.text)).all() == ["尊敬的黔东南苗岭食品(示例)，办结"]


def test_the_flow_shows_the_level_that_decides_now_and_the_one_to_come(
    clerk2: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    with snapshot() as session:
        course = history.course(session, TWO_LEVELS, session.get_one(Case, case_id))
    assert [(s.title, s.progress) for s in course] == [
        ("提交", Progress.PASSED), ("审批（初审员）", Progress.CURRENT),
        ("审批（终审员）", Progress.COMING), ("办结", Progress.COMING),
    ]  # fmt: skip


def test_a_new_round_after_a_return_begins_at_the_first_level(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    decided(case_id, Action.APPROVE, officer_a)
    decided(case_id, Action.RETURN, officer_c, "请核对")
    with transaction() as session:
        case = session.get_one(Case, case_id)
        engine.submit(session, TWO_LEVELS, case, clerk2, version=case.version, client_id="again")
    assert status(case_id) == ("待审核", 1)
    decided(case_id, Action.APPROVE, officer_a)
    assert status(case_id) == ("待审核", 2)


def test_a_kind_without_levels_takes_effect_at_submission(clerk2: Actor) -> None:
    imported(clerk2, 5000)
    with transaction() as session:
        case = casework.live(session, AT_ONCE.code, clerk2.employer)
        assert case
        engine.submit(session, AT_ONCE, case, clerk2, version=case.version, client_id="c")
        case_id = case.id
    assert status(case_id)[0] == "已办结"
    with snapshot() as session:
        steps = session.scalars(select(Step)).all()
        assert [(s.action, s.status) for s in steps] == [(Action.SUBMIT, CaseStatus.APPROVED)]
        assert session.scalars(select(Message.text)).one() == "尊敬的黔东南苗岭食品(示例)，办结"


@pytest.mark.parametrize(
    ("before", "action"), [pair for pair in product(CaseStatus, Action) if pair not in moves.MOVES]
)
def test_what_is_not_in_the_table_is_refused(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, before: CaseStatus, action: Action
) -> None:
    case_id = submitted(clerk2, 5000)
    with transaction() as session:
        session.get_one(Case, case_id).status = before
    actor = officer_a if action in OFFICERS_ACTS else clerk2
    with pytest.raises(REFUSED), transaction() as session:
        case = session.get_one(Case, case_id)
        if action is Action.SUBMIT:
            engine.submit(session, KIND, case, actor, version=case.version, client_id="x")
        elif action is Action.CLOSE:
            engine.close(session, case, actor, version=case.version)
        elif action is Action.WITHDRAW:
            engine.withdraw(session, case, actor, version=case.version)
        elif action is Action.TRANSFER:
            engine.transfer(session, KIND, case, officer_b.user_id, actor, version=case.version)
        else:
            engine.decide(session, KIND, case, action, actor, version=case.version, opinion="x")
    assert status(case_id)[0] == before.label


def test_every_step_of_a_case_has_its_own_version(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    decided(case_id, Action.RETURN, officer_a, "请核对")
    with snapshot() as session:
        assert session.scalars(select(Step.version).order_by(Step.id)).all() == [2, 3]


def test_an_opinion_longer_than_500_characters_is_refused(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(refusals.OpinionTooLong, match="最多500字"):
        decided(case_id, Action.RETURN, officer_a, "长" * 501)


def test_an_officers_hold_ends_with_her_ten_minutes(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from services.rules import clock

    case_id = submitted(clerk2, 5000)
    with transaction() as session:
        holding.hold(session, session.get_one(Case, case_id), officer_a)
    with pytest.raises(refusals.BeingReviewed):
        decided(case_id, Action.APPROVE, officer_b)
    later = clock.instant() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(clock, "instant", lambda: later)
    decided(case_id, Action.APPROVE, officer_b)


def test_clerks_do_not_decide_and_officers_do_not_submit(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(NotAllowed):
        decided(case_id, Action.APPROVE, clerk2)
    with pytest.raises(NotAllowed), transaction() as session:
        case = session.get_one(Case, case_id)
        case.status = CaseStatus.RETURNED
        session.flush()
        engine.submit(session, KIND, case, officer_a, version=case.version, client_id="x")
