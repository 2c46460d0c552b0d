"""The approval engine: its table of moves, its levels, four eyes, and what it tells."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import Engine, select, update

from data.database import snapshot, transaction
from data.enums import Action, BusinessKind, CaseStatus, ContributorStatus, Role
from data.models.audit import AuditEvent
from data.models.case import Case, Message, Step
from data.models.people import User
from data.models.register import Contributor
from data.policy_codes import PolicyKey
from services.actor import Actor
from services.approval import casework, deciders, engine, history, holding, moves, refusals
from services.approval.history import Progress
from services.base_adjustment.kind import KIND
from services.errors import BusinessError, NotAllowed, NotFound, Stale
from services.rules import clock
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
    with snapshot() as session:
        hands = deciders.hands(session, session.get_one(Case, case_id))
    assert hands == {clerk2.user_id, officer_a.user_id}
    decided(case_id, Action.APPROVE, officer_c)
    assert status(case_id)[0] == "已办结"
    with snapshot() as session:
        course = history.course(session, TWO_LEVELS, session.get_one(Case, case_id))
        assert [s.title for s in course] == ["提交", "审批（初审员）", "审批（终审员）", "办结"]
        assert session.scalars(select(Message.text)).all() == ["尊敬的黔东南苗岭食品(示例)，办结"]
        event = session.scalars(select(AuditEvent).filter_by(action="case_effect")).one()
    assert json.loads(event.payload)["changes"] == 5


def test_the_flow_shows_the_level_that_decides_now_and_the_one_to_come(clerk2: Actor) -> None:
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


def test_what_is_no_decision_decides_nothing(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 5000)
    for action in set(Action) - {Action.APPROVE, Action.RETURN, Action.REJECT}:
        with pytest.raises(NotAllowed):
            decided(case_id, action, officer_a)
    assert status(case_id) == ("待审核", 1)


def test_a_page_out_of_date_is_told_so_before_all_else(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    with pytest.raises(Stale), transaction() as session:
        case = session.get_one(Case, case_id)
        holding.hold(session, case, officer_b)
        engine.decide(
            session, KIND, case, Action.APPROVE, officer_a, version=case.version - 1, opinion=""
        )


def test_who_decides_on_what_was_withdrawn_is_told_that_it_was(
    clerk2: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    with transaction() as session:
        case = session.get_one(Case, case_id)
        engine.withdraw(session, case, clerk2, version=case.version)
    with pytest.raises(refusals.Withdrawn):
        decided(case_id, Action.APPROVE, officer_a)


def test_what_cannot_be_approved_says_why_and_may_still_be_rejected(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    def objection() -> str | None:
        with snapshot() as session:
            return engine.objection(session, KIND, session.get_one(Case, case_id))

    case_id = submitted(clerk2, 5000)
    decided(case_id, Action.APPROVE, officer_a)
    assert objection() is None
    with transaction() as session:
        everybody = update(Contributor).where(Contributor.employer_id == clerk2.employer)
        session.execute(everybody.values(status=ContributorStatus.SEALED))
    assert "账户状态已为封存" in (objection() or "")
    decided(case_id, Action.REJECT, officer_c, "人员已封存")
    assert status(case_id) == ("审核不通过", 2)
    assert objection() is None


# What the table says, and what a step leaves behind


def test_the_moves_are_these_twelve_and_these_are_whose_they_are() -> None:
    """Told again in words of its own: the table that is tested against must not move with it."""
    said = {(before.value, act.value): after.value for (before, act), after in moves.MOVES.items()}
    assert said == {
        ("draft", "submit"): "pending", ("returned", "submit"): "pending",
        ("rejected", "submit"): "pending", ("withdrawn", "submit"): "pending",
        ("returned", "close"): "closed", ("rejected", "close"): "closed",
        ("withdrawn", "close"): "closed", ("pending", "withdraw"): "withdrawn",
        ("pending", "transfer"): "pending", ("pending", "approve"): "approved",
        ("pending", "return"): "returned", ("pending", "reject"): "rejected",
    }  # fmt: skip
    clerk, officers = {"clerk"}, {"reviewer", "senior_reviewer", "director"}
    assert {act.value: {role.value for role in roles} for act, roles in moves.MAY.items()} == {
        "submit": clerk, "close": clerk, "withdraw": clerk, "transfer": officers,
        "approve": officers, "return": officers, "reject": officers,
    }  # fmt: skip
    assert {act.value: told.value for act, told in moves.TOLD.items()} == {
        act: f"case_{act}"
        for act in ("submit", "close", "withdraw", "transfer", "approve", "return", "reject")
    }
    assert {status.value for status in moves.TURNED_BACK} == {"returned", "rejected", "withdrawn"}


def test_every_step_says_who_when_at_which_level_and_what_came_of_it(
    clerk1: Actor, clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    decided(case_id, Action.APPROVE, officer_a, "同意")
    submitted(clerk1, 5000)  # a step of another case is none of this one's
    decided(case_id, Action.RETURN, officer_c, "  请核对  ")
    with snapshot() as session:
        case = session.get_one(Case, case_id)
        steps = session.scalars(select(Step).filter_by(case_id=case_id).order_by(Step.id)).all()
        told = session.scalars(select(Message).filter_by(case_id=case_id)).one()
        seen = select(AuditEvent).where(AuditEvent.subject == f"case:{case_id}")
        events = session.scalars(seen.order_by(AuditEvent.seq.desc()).limit(3)).all()
    assert [(s.user_id, s.role, s.level, s.version, s.status.value, s.opinion) for s in steps] == [
        (clerk2.user_id, "单位经办人", 0, 2, "pending", ""),
        (officer_a.user_id, "初审员", 1, 3, "pending", "同意"),
        (officer_c.user_id, "终审员", 2, 4, "returned", "请核对"),
    ]
    assert [step.client_id is None for step in steps] == [False, True, True]
    arrived = [case.started_at, steps[0].taken_at, steps[1].taken_at]
    assert [step.arrived_at for step in steps] == arrived
    assert (case.waits_for, case.assigned_to, case.opened_by, case.version) == (None,) * 3 + (4,)
    assert (told.employer_id, told.kind) == (clerk2.employer, BusinessKind.BASE_ADJUSTMENT)
    assert f"流水号{case.serial}）已退回，原因：请核对。" in told.text
    assert [json.loads(event.payload)["version"] for event in events] == [4, 3, 2]
    assert [json.loads(event.payload)["level"] for event in events] == [2, 1, 1]
    assert {event.employer for event in events} == {clerk2.employer}


def test_a_case_waits_for_the_level_that_comes_and_for_nobody_once_it_is_done(
    clerk2: Actor, officer_a: Actor, officer_c: Actor
) -> None:
    def waits() -> tuple[int, Role | None, bool]:
        with snapshot() as session:
            case = session.get_one(Case, case_id)
            return case.level, case.waits_for, case.ended_at is not None

    case_id = submitted(clerk2, 5000)
    assert waits() == (1, Role.REVIEWER, False)
    decided(case_id, Action.APPROVE, officer_a)
    assert waits() == (2, Role.SENIOR_REVIEWER, False)
    decided(case_id, Action.APPROVE, officer_c)
    assert waits() == (2, None, True)


def test_an_opinion_of_500_characters_is_taken_and_blanks_are_none(
    clerk2: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    for action in (Action.RETURN, Action.REJECT):
        with pytest.raises(refusals.NoReason):
            decided(case_id, action, officer_a, "   ")
    decided(case_id, Action.RETURN, officer_a, "长" * 500)
    assert status(case_id) == ("已退回", 1)


def test_a_case_is_handed_on_with_a_reason_that_fits_and_to_a_colleague_alone(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, officer_c: Actor
) -> None:
    case_id = submitted(clerk2, 5000)

    def handed(to: Actor, reason: str = "", by: Actor = officer_a) -> None:
        with transaction() as session:
            case = session.get_one(Case, case_id)
            said = {"reason": reason} if reason else {}
            engine.transfer(session, TWO_LEVELS, case, to.user_id, by, version=case.version, **said)

    for nobody in (officer_a, officer_c, clerk2):
        with pytest.raises(refusals.NoColleague):
            handed(nobody)
    room = engine.OPINION_LENGTH - len(f"转给{officer_b.name}：")
    with pytest.raises(refusals.OpinionTooLong, match="最多500字"):
        handed(officer_b, "长" * (room + 1))
    handed(officer_b, f" {'长' * room} ")
    with snapshot() as session:
        case = session.get_one(Case, case_id)
        step = session.scalars(select(Step).order_by(Step.id.desc())).first()
    assert step
    assert (case.assigned_to, case.version, len(step.opinion)) == (officer_b.user_id, 3, 500)
    assert step.opinion.startswith(f"转给{officer_b.name}：长")
    with pytest.raises(refusals.HandedOn, match=officer_b.name):
        decided(case_id, Action.APPROVE, officer_a)
    handed(officer_a, by=officer_b)
    with snapshot() as session:
        said = session.scalars(select(Step.opinion).order_by(Step.id.desc())).first()
    assert said == f"转给{officer_a.name}"
    decided(case_id, Action.APPROVE, officer_a)
    assert status(case_id) == ("待审核", 2)
    with transaction() as session:
        session.get_one(User, officer_a.user_id).role = Role.SENIOR_REVIEWER
    with pytest.raises(refusals.SamePerson):
        handed(officer_a, by=officer_c)


def test_an_officers_note_is_written_again_once_a_minute_is_gone(
    clerk2: Actor, officer_a: Actor, officer_b: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, began = submitted(clerk2, 5000), clock.instant()

    def held_until(seconds: int, by: Actor) -> int | None:
        monkeypatch.setattr(clock, "instant", lambda: began + timedelta(seconds=seconds))
        with transaction() as session:
            case = session.get_one(Case, case_id)
            holding.hold(session, case, by)
            until = case.opened_until
        return round((until - began).total_seconds()) if until else None

    assert held_until(0, officer_a) == 600
    assert held_until(60, officer_a) == 600
    assert held_until(61, officer_a) == 661
    assert held_until(100, officer_b) == 661
    assert held_until(661, officer_b) == 661
    assert held_until(662, officer_b) == 1262


def test_a_click_submits_one_case_once_and_no_other(clerk1: Actor, clerk2: Actor) -> None:
    mine, theirs = submitted(clerk2, 5000), submitted(clerk1, 5000)
    with snapshot() as session:
        clicks = dict(session.execute(select(Step.case_id, Step.client_id)).all())
        case = session.get_one(Case, mine)
        assert casework.was_submitted(session, case, str(clicks[mine]))
        assert not casework.was_submitted(session, case, "never clicked")
        with pytest.raises(Stale):
            casework.was_submitted(session, case, str(clicks[theirs]))


def test_only_a_draft_is_forgotten(clerk2: Actor) -> None:
    imported(clerk2, 5000)
    kept = submitted(clerk2, 5000)
    with transaction() as session:
        casework.discard(session, session.get_one(Case, kept))
    assert status(kept) == ("待审核", 1)


@pytest.mark.parametrize("place", ["other branch", "no branch"])
def test_a_case_is_of_the_officers_branch_and_who_has_none_may_look(
    clerk2: Actor, officer_a: Actor, officer_d: Actor, place: str
) -> None:
    case_id = submitted(clerk2, 5000)
    other = officer_d if place == "other branch" else replace(officer_a, branch=None)
    with transaction() as session:
        assert casework.of_branch(session, case_id, officer_a).id == case_id
        with pytest.raises(refusals.OtherBranch):
            casework.of_branch(session, case_id, other)
        if other.branch is None:
            assert casework.of_branch(session, case_id, other, to_look=True).id == case_id
        else:
            with pytest.raises(refusals.OtherBranch):
                casework.of_branch(session, case_id, other, to_look=True)
        with pytest.raises(NotFound):
            casework.of_branch(session, case_id + 1000, officer_a)
        with pytest.raises(NotAllowed):
            casework.of_branch(session, case_id, clerk2)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [(CaseStatus.DRAFT, NotFound), (CaseStatus.WITHDRAWN, refusals.Withdrawn)],
)
def test_no_officer_opens_what_is_not_submitted(
    clerk2: Actor, officer_a: Actor, status: CaseStatus, refusal: type[BusinessError]
) -> None:
    case_id = submitted(clerk2, 5000)
    with transaction() as session:
        session.get_one(Case, case_id).status = status
    with pytest.raises(refusal), transaction() as session:
        casework.of_branch(session, case_id, officer_a)


def test_a_draft_is_begun_once_and_closed_to_its_clerk_while_under_review(
    clerk2: Actor, clerk3: Actor
) -> None:
    kind = BusinessKind.BASE_ADJUSTMENT
    with transaction() as session:
        with pytest.raises(refusals.DraftGone):
            casework.draft(session, kind, clerk2)
        begun = casework.editable(session, kind, clerk2, 202607)
        assert casework.editable(session, kind, clerk2, 202607).id == begun.id
        assert casework.draft(session, kind, clerk2).id == begun.id
        assert casework.own(session, begun.id, clerk2).id == begun.id
        with pytest.raises(NotFound):
            casework.own(session, begun.id, clerk3)
        assert (begun.status, begun.effective_month, begun.form) == (CaseStatus.DRAFT, 202607, {})
        assert (begun.started_by, begun.contributor_id) == (clerk2.user_id, None)
        begun.status = CaseStatus.PENDING
        session.flush()
        for asked in (
            lambda: casework.draft(session, kind, clerk2),
            lambda: casework.editable(session, kind, clerk2, 202607),
        ):
            with pytest.raises(refusals.AlreadyPending):
                asked()
        assert casework.live(session, kind, clerk3.employer) is None
    with snapshot() as session:
        told = select(AuditEvent.action).where(AuditEvent.subject == f"case:{begun.id}")
        assert session.scalars(told).all() == ["case_begun"]


def test_a_draft_is_decided_by_todays_levels_and_what_is_submitted_by_its_own(
    clerk2: Actor,
) -> None:
    case_id = submitted(clerk2, 5000)
    set_for(BusinessKind.BASE_ADJUSTMENT, PolicyKey.APPROVAL_LEVELS, "director")

    def levels(status: CaseStatus, written: str | None) -> tuple[Role, ...]:
        with snapshot() as session:
            case = session.get_one(Case, case_id)
            case.status, case.levels = status, written
            return deciders.levels(session, KIND, case)

    own = "reviewer,senior_reviewer"
    assert levels(CaseStatus.PENDING, own) == (Role.REVIEWER, Role.SENIOR_REVIEWER)
    assert levels(CaseStatus.DRAFT, own) == (Role.DIRECTOR,)
    assert levels(CaseStatus.PENDING, None) == (Role.DIRECTOR,)
