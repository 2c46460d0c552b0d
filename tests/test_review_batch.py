"""Batch approval: each case for itself, the refused named with their reason, the doubtful left out."""

import pytest
from sqlalchemy import func, select, update

from data.database import snapshot, transaction
from data.enums import CaseStatus, ContributorStatus
from data.models.case import Case, Message, Step
from data.models.register import Contributor
from services import contributor_info_change, review, review_batch
from services.actor import Actor
from services.approval import refusals
from services.errors import NotAllowed, NotFound, Stale
from services.review_batch import NothingChosen, OneBusiness, Summary, TooMany
from tests.conftest import person
from tests.desk_cases import info_change
from tests.rosters import submitted

pytestmark = pytest.mark.usefixtures("db", "storage")
MOBILE = "138555500{:02d}"


def status(case_id: int) -> CaseStatus:
    with snapshot() as session:
        return session.get_one(Case, case_id).status


def chosen(*case_ids: int) -> dict[int, int]:
    with snapshot() as session:
        return {case_id: session.get_one(Case, case_id).version for case_id in case_ids}


def counted(summary: Summary) -> tuple[int, int, int]:
    return len(summary.approved), len(summary.failed), len(summary.left_out)


def test_three_of_one_business_are_approved_with_one_opinion(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    cases = [info_change(clerk1, n, mobile=MOBILE.format(n)) for n in range(2)]
    cases.append(info_change(clerk2, 0, mobile=MOBILE.format(9)))
    summary = review_batch.approve(officer_a, chosen(*cases), opinion="同意")
    assert counted(summary) == (3, 0, 0)
    assert {status(case_id) for case_id in cases} == {CaseStatus.APPROVED}
    with snapshot() as session:
        said = session.scalars(select(Step.opinion).where(Step.level == 1)).all()
        told = session.scalars(select(func.count()).select_from(Message)).one()
    assert (list(said), told) == (["同意"] * 3, 3)


def test_one_that_fails_its_re_check_is_named_and_the_others_go_through(
    clerk1: Actor, officer_a: Actor
) -> None:
    cases = [info_change(clerk1, n, mobile=MOBILE.format(n)) for n in range(3)]
    gone = contributor_info_change.people(clerk1)[1]
    with transaction() as session:
        session.execute(
            update(Contributor)
            .where(Contributor.id == gone.id)
            .values(status=ContributorStatus.WITHDRAWN)
        )
    summary = review_batch.approve(officer_a, chosen(*cases), opinion="同意")
    assert counted(summary) == (2, 1, 0)
    failed = summary.failed[0]
    assert (failed.case_id, failed.employer) == (cases[1], "凯里市第九中学(示例)")
    assert failed.reason == f"{gone.name}的账户已不在本单位或已销户，不能办理信息变更"
    assert [status(case_id) for case_id in cases] == [
        CaseStatus.APPROVED, CaseStatus.PENDING, CaseStatus.APPROVED,
    ]  # fmt: skip


def test_one_that_deserves_a_look_is_left_out_and_named(clerk1: Actor, officer_a: Actor) -> None:
    with snapshot() as session:
        taken = session.scalars(select(Contributor.mobile).order_by(Contributor.id.desc())).first()
    plain, doubtful = info_change(clerk1, 0, mobile=MOBILE.format(0)), info_change(
        clerk1, 1, mobile=taken or ""
    )  # fmt: skip
    summary = review_batch.approve(officer_a, chosen(plain, doubtful), opinion="同意")
    assert counted(summary) == (1, 0, 1)
    assert summary.left_out[0].reason == "手机号码：该手机号码已被他人使用"
    assert status(doubtful) is CaseStatus.PENDING
    page = review.open_case(officer_a, doubtful)
    review.approve(officer_a, doubtful, version=page.version, opinion="已电话核实")
    assert status(doubtful) is CaseStatus.APPROVED


def test_what_a_colleague_has_open_or_has_moved_fails_alone(
    clerk1: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    cases = [info_change(clerk1, n, mobile=MOBILE.format(n)) for n in range(3)]
    asked = chosen(*cases)
    review.open_case(officer_b, cases[0])
    review.approve(officer_b, cases[1], version=asked[cases[1]], opinion="同意")
    summary = review_batch.approve(officer_a, asked, opinion="同意")
    assert counted(summary) == (1, 2, 0)
    assert [one.reason for one in summary.failed] == ["李春梅正在审核此业务", Stale.message]


def test_two_businesses_do_not_go_together(clerk1: Actor, clerk2: Actor, officer_a: Actor) -> None:
    info, base = info_change(clerk1, 0, mobile=MOBILE.format(0)), submitted(clerk2, 5000)
    with pytest.raises(OneBusiness, match="批量审批只能选择同一业务"):
        review_batch.approve(officer_a, chosen(info, base), opinion="同意")
    assert {status(info), status(base)} == {CaseStatus.PENDING}


def test_another_branchs_case_stops_the_whole_batch(
    clerk1: Actor, clerk4: Actor, officer_a: Actor
) -> None:
    mine, others = (info_change(who, 0, mobile=MOBILE.format(n))
                    for n, who in enumerate((clerk1, clerk4)))  # fmt: skip
    with pytest.raises(NotFound, match="未找到所选业务"):
        review_batch.approve(officer_a, chosen(mine, others), opinion="同意")
    assert status(mine) is CaseStatus.PENDING


def test_nothing_and_too_many_are_refused(officer_a: Actor) -> None:
    with pytest.raises(NothingChosen):
        review_batch.approve(officer_a, {}, opinion="同意")
    with pytest.raises(TooMany, match="一次最多批量审批50笔"):
        review_batch.approve(officer_a, dict.fromkeys(range(51), 1), opinion="同意")


def test_the_wrong_level_approves_nothing_by_the_dozen(clerk1: Actor, officer_c: Actor) -> None:
    case_id = info_change(clerk1, 0, mobile=MOBILE.format(0))
    summary = review_batch.approve(officer_c, chosen(case_id), opinion="同意")
    assert [one.reason for one in summary.failed] == [str(refusals.OtherLevel(role="初审员"))]
    assert status(case_id) is CaseStatus.PENDING


@pytest.mark.parametrize("key", ["clerk1", "manager", "admin", "security", "auditor"])
def test_nobody_else_approves_a_batch(clerk1: Actor, key: str) -> None:
    case_id = info_change(clerk1, 0, mobile=MOBILE.format(0))
    with pytest.raises(NotAllowed):
        review_batch.approve(person(key), chosen(case_id), opinion="同意")
