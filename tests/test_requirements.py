"""Levels and documents that the center sets: from their day on, for cases submitted after it."""

from collections.abc import Callable
from datetime import date

import pytest

from data.database import snapshot
from data.enums import BusinessKind, CaseStatus, Role
from data.models.case import Case
from data.policy_codes import PolicyKey
from services import policy, review
from services.actor import Actor
from services.approval import refusals, requirements
from services.approval.papers import MissingDocument, UnknownMaterial
from services.approval.requirements import Entry
from services.base_adjustment import approval
from services.base_adjustment.kind import KIND
from tests.conftest import employer
from tests.policy_rows import set_for
from tests.rosters import PDF, imported, submitted

pytestmark = pytest.mark.usefixtures("db", "storage")
BASE = BusinessKind.BASE_ADJUSTMENT
LEVELS = PolicyKey.APPROVAL_LEVELS


def approved(officer: Actor, case_id: int) -> CaseStatus:
    case = review.open_case(officer, case_id)
    review.approve(officer, case_id, version=case.version, opinion="同意")
    with snapshot() as session:
        return session.get_one(Case, case_id).status


def test_a_level_more_asks_for_one_more_person(
    clerk2: Actor, officer_a: Actor, director: Actor
) -> None:
    set_for(BASE, LEVELS, "reviewer,director")
    case_id = submitted(clerk2)
    assert approved(officer_a, case_id) is CaseStatus.PENDING
    with pytest.raises(refusals.OtherLevel, match="该业务当前由主任办理"):
        review.approve(officer_a, case_id, version=3, opinion="同意")
    assert approved(director, case_id) is CaseStatus.APPROVED


def test_a_case_in_review_keeps_the_levels_it_was_submitted_under(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    before = submitted(clerk2)
    set_for(BASE, LEVELS, "reviewer,senior_reviewer")
    after = submitted(clerk1)
    assert approved(officer_a, before) is CaseStatus.APPROVED
    assert approved(officer_a, after) is CaseStatus.PENDING
    titles = [stage.title for stage in review.open_case(officer_a, after).course]
    assert titles == ["提交", "审批（初审员）", "审批（终审员）", "办结"]


def test_levels_hold_from_their_day_on(
    clerk2: Actor, officer_a: Actor, on_day: Callable[[str], None]
) -> None:
    set_for(BASE, LEVELS, "reviewer,senior_reviewer", since="2026-07-07")
    assert approved(officer_a, submitted(clerk2)) is CaseStatus.APPROVED
    on_day("2026-07-07")
    with snapshot() as session:
        assert len(requirements.levels_today(session, BASE, KIND.levels)) == 2


def test_a_business_that_is_done_at_once_gets_no_levels() -> None:
    set_for(BusinessKind.SEALING, LEVELS, "reviewer")
    with snapshot() as session:
        assert requirements.levels_today(session, BusinessKind.SEALING, ()) == ()


def test_a_document_more_is_asked_for_and_one_dropped_is_not(clerk2: Actor) -> None:
    entries = [
        Entry("011202", "近三个月工资表", required=True),
        Entry("c01", "承诺书", required=True),
    ]
    set_for(BASE, PolicyKey.MATERIALS, requirements.write_materials(entries))
    imported(clerk2)
    now = approval.situation(clerk2)
    asked = [(material.code, material.label, material.required) for material in now.materials]
    assert asked == [("011202", "近三个月工资表", True), ("c01", "承诺书", True)]
    with pytest.raises(UnknownMaterial):
        approval.attach(clerk2, "011201", "证明.pdf", PDF)
    approval.attach(clerk2, "011202", "工资表.pdf", PDF)
    with pytest.raises(MissingDocument, match="请上传“承诺书”后再提交"):
        approval.submit(clerk2, version=now.version, client_id="x")
    approval.attach(clerk2, "c01", "承诺书.pdf", PDF)
    approval.submit(clerk2, version=now.version, client_id="x")
    assert [paper.label for paper in approval.situation(clerk2).papers] == [
        "近三个月工资表",
        "承诺书",
    ]


def test_a_document_may_be_called_otherwise_and_be_as_required_as_it_was() -> None:
    entries = [Entry(one.code, "另一名称", required=None) for one in KIND.materials]
    set_for(BASE, PolicyKey.MATERIALS, requirements.write_materials(entries))
    with snapshot() as session:
        asked = requirements.materials_today(session, BASE, KIND.materials)
    assert [(one.code, one.label, one.required) for one in asked] == [
        (one.code, "另一名称", one.required) for one in KIND.materials
    ]


def test_levels_are_written_down_one_behind_the_other_and_read_again() -> None:
    levels = (Role.REVIEWER, Role.DIRECTOR)
    assert requirements.written(levels) == "reviewer,director"
    assert requirements.read("reviewer,director") == levels
    assert requirements.read("") == ()


def test_an_employers_own_window_ends_with_its_days_or_when_it_is_taken_back() -> None:
    window, number = PolicyKey.ADJUSTMENT_WINDOW, "522601000202"
    set_for(None, window, "2026-09-01/2026-09-15", employer=number)

    def on(day: str) -> str:
        with snapshot() as session:
            whose = employer(number).id
            return str(policy.in_force(session, date.fromisoformat(day), whose).window)

    assert on("2026-09-15") == "2026-09-01至2026-09-15"
    assert on("2026-09-16") == "2026-07-01至2026-07-31"
    set_for(None, window, "", since="2026-09-05", employer=number)
    assert on("2026-09-04") == "2026-09-01至2026-09-15"
    assert on("2026-09-05") == "2026-07-01至2026-07-31"
