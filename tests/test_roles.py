"""Roles: who decides, who administers, who only looks (岗位分离)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from data.enums import ADMINISTRATORS, OFFICERS, Role
from services import review, review_queue
from services.actor import Actor
from services.approval.moves import MAY
from services.errors import NotAllowed
from services.statement import Draft
from tests.conftest import person

pytestmark = pytest.mark.usefixtures("sqlite_db")


def test_an_administrator_decides_nothing_and_an_officer_administers_nothing() -> None:
    assert set(OFFICERS).isdisjoint(ADMINISTRATORS)
    assert {role for roles in MAY.values() for role in roles} == {Role.CLERK, *OFFICERS}


def test_the_director_sees_the_queue_of_the_branch(director: Actor) -> None:
    assert review_queue.queue(director).rows == []


@pytest.mark.parametrize("key", ["admin", "security", "auditor", "manager", "clerk1"])
def test_nobody_but_an_officer_opens_the_queue(key: str) -> None:
    with pytest.raises(NotAllowed):
        review_queue.queue(person(key))


@pytest.mark.parametrize("act", [review.approve, review.send_back, review.reject])
@pytest.mark.parametrize("key", ["admin", "security", "auditor"])
def test_administrators_and_auditors_approve_nothing(key: str, act: Callable[..., None]) -> None:
    with pytest.raises(NotAllowed):
        act(person(key), 1, version=1, opinion="同意")


def test_a_clerk_acts_for_her_employer_and_nobody_else_for_any(
    clerk2: Actor, officer_a: Actor
) -> None:
    assert clerk2.employer == clerk2.employer_id
    for other in (officer_a, replace(officer_a, employer_id=1), replace(clerk2, employer_id=None)):
        with pytest.raises(NotAllowed):
            other.employer  # noqa: B018 — reading it is the act


def test_what_somebody_signs_makes_nobody_else_of_her(clerk2: Actor) -> None:
    signing = replace(clerk2, statement=Draft())
    assert signing == clerk2
    assert "Draft" not in repr(signing)
