"""Attempts across employers and branches (figure 15): refused and audited, every one of them."""

import inspect
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from data.database import snapshot
from data.enums import OFFICERS, AuditAction, Role
from data.models.audit import AuditEvent
from services.actor import Actor
from services.errors import BusinessError
from tests import figures, foreign_objects
from tests.conftest import person
from tests.foreign_objects import Owned
from tests.permissions import EVERYBODY, USE_CASES
from tests.use_cases import all_of_them

pytestmark = pytest.mark.usefixtures("sqlite_db", "storage")
WHO = ("clerk1", "clerk4", "officerA", "officerC", "officerD", "director", "manager", "admin", "security",
       "auditor")  # fmt: skip
STRIDE = figures.share(quick=6, whole=1)
ENOUGH = 1_500 // STRIDE
#: Looks while a number is being typed: of another branch's it says what it says of nobody's, nothing.
SAYS_NOTHING = "remittance.arrivals.foresee"
#: A click's own name, a colleague whom the use case looks for itself, and what is the whole center's.
OF_THE_CENTER = {"client_id", "colleague_id", "proposal_id"}
OWN = {name for name, roles in USE_CASES.items() if roles == frozenset(EVERYBODY)}


class Attempt(NamedTuple):
    use_case: str
    who: str
    whose: str


def attempts(owners: dict[str, Owned]) -> Iterator[tuple[Attempt, Actor, Owned]]:
    for use_case, function in all_of_them():
        if foreign_objects.named(function) is None or use_case == SAYS_NOTHING:
            continue
        for who in WHO:
            actor = person(who)
            for whose, owned in owners.items():
                if _is_foreign(use_case, actor, owned):
                    yield Attempt(use_case, who, whose), actor, owned


def _is_foreign(use_case: str, actor: Actor, owned: Owned) -> bool:
    if use_case in OWN:
        return actor.user_id != owned.clerk.user_id
    if actor.role not in USE_CASES[use_case]:
        return True
    if actor.role is Role.CLERK:
        return actor.employer_id != owned.clerk.employer_id
    return actor.role in OFFICERS and actor.branch is not owned.officer.branch


def test_whatever_is_somebody_elses_is_refused_and_the_attempt_is_audited() -> None:
    owners = foreign_objects.made()
    functions = dict(all_of_them())
    count, wrong = 0, []
    for attempt, actor, owned in list(attempts(owners))[::STRIDE]:
        function = functions[attempt.use_case]
        name = foreign_objects.named(function)
        assert name
        before = _events()
        try:
            function(actor, **foreign_objects.asked_for(function, name, owned))
            said = "let in"
        except BusinessError as refusal:
            said = type(refusal).__name__
            if _told_since(before) == [(AuditAction.REFUSED.value, actor.user_id)]:
                said = ""
        count += 1
        wrong += [f"{attempt}: {said}"] if said else []
    figures.record(
        15, f"{count - len(wrong)} of {count} attempts refused and audited",
        reached=not wrong and count >= ENOUGH,
    )  # fmt: skip
    assert "\n".join(wrong) == ""
    assert count >= ENOUGH


def _events() -> int:
    with snapshot() as session:
        return session.scalar(select(func.max(AuditEvent.seq))) or 0


def _told_since(seq: int) -> list[tuple[str, int | None]]:
    with snapshot() as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.seq > seq)).all()
        return [(one.action, one.actor) for one in found]


def test_every_argument_that_names_an_object_is_known() -> None:
    named = {
        name
        for _, function in all_of_them()
        for name in inspect.signature(inspect.unwrap(function)).parameters
        if name.endswith(("_id", "_ids"))
    }
    assert named - set(foreign_objects.NAMED_BY) == OF_THE_CENTER
