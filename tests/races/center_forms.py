"""Every form of the center's that two may have open at once, as in `forms`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal

from data.enums import Branch, Role
from data.policy_codes import PolicyKey, ProposalStatus, ProposalTopic
from services import review, review_batch
from services.actor import Actor
from services.administration import policy_changes, policy_view, roles
from services.errors import Stale
from services.remittance import (
    arrivals,
    assess,
    correction_deciding,
    correction_list,
    corrections,
    desk,
    edit,
)
from services.remittance.corrections import Refund
from tests.conftest import person
from tests.credits import credit
from tests.races.forms import JULY, Act, back, came_again, click, end, standing, version_of


@contextmanager
def decision() -> Iterator[Act]:
    """An officer decides on a case that went back and came again since she opened it."""
    clerk, case_id, seen = came_again()
    yield lambda: review.approve(person("officerB"), case_id, version=seen, opinion="同意")
    _as_it_came(clerk, case_id, seen)


@contextmanager
def sending_back() -> Iterator[Act]:
    clerk, case_id, seen = came_again()
    yield lambda: review.send_back(person("officerB"), case_id, version=seen, opinion="请补充")
    _as_it_came(clerk, case_id, seen)


@contextmanager
def batch() -> Iterator[Act]:
    clerk, case_id, seen = came_again()

    def approve() -> None:
        found = review_batch.approve(person("officerB"), {case_id: seen}, opinion="同意")
        if [one.reason for one in found.failed] == [Stale.message]:
            raise Stale

    yield approve
    _as_it_came(clerk, case_id, seen)


@contextmanager
def handing_on() -> Iterator[Act]:
    clerk, case_id, seen = came_again()
    colleague = person("officerA").user_id
    yield lambda: review.transfer(person("officerB"), case_id, colleague, version=seen)
    _as_it_came(clerk, case_id, seen)


@contextmanager
def months_decision() -> Iterator[Act]:
    """An officer approves a month that was deleted and assessed again since she saw it."""
    clerk = person("clerk2")
    assess.assess(clerk, [JULY], client_id=click())
    seen = standing(clerk)
    edit.delete(clerk, seen)
    assess.assess(clerk, [JULY], client_id=click())
    now = standing(clerk)
    yield lambda: desk.approve(person("officerA"), seen)
    assert standing(clerk) == now
    edit.delete(clerk, now)


@contextmanager
def policy() -> Iterator[Act]:
    """Other limits are proposed twice from the same page."""
    first = _propose("2000.00")
    yield lambda: _propose("2100.00")
    assert _proposed() == [first]
    policy_changes.withdraw(person("admin"), first)


@contextmanager
def policys_decision() -> Iterator[Act]:
    """What was proposed is withdrawn and proposed otherwise before the second administrator confirms."""
    seen = _propose("2000.00")
    policy_changes.withdraw(person("admin"), seen)
    now = _propose("2100.00")
    yield lambda: policy_changes.confirm(person("security"), seen)
    assert _proposed() == [now]
    policy_changes.withdraw(person("admin"), now)


@contextmanager
def role() -> Iterator[Act]:
    """Two other roles are proposed for one person."""
    who = person("officerB").user_id

    def propose(to: Role) -> int:
        return roles.propose(person("admin"), who, role=to, branch=Branch.KAILI, source="人事通知")

    first = propose(Role.SENIOR_REVIEWER)
    yield lambda: propose(Role.DIRECTOR)
    waiting = [one for one in roles.listed(person("security")) if _waits(one.trace.status)]
    assert [one.trace.id for one in waiting] == [first]
    roles.withdraw(person("admin"), first)


@contextmanager
def refunds_decision() -> Iterator[Act]:
    """A refund is withdrawn and proposed with another amount before the second officer confirms."""
    first, second, clerk = person("officerA"), person("officerB"), person("clerk2")
    arrivals.receive(first, credit(clerk, "100.00", click()))
    one = Refund(clerk.employer, Decimal("60.00"), "付款户", "凯里分行", "52001234567890", "多缴")
    corrections.propose_refund(first, one)
    ((seen, _),) = _corrections(first)
    corrections.withdraw(first, seen)
    corrections.propose_refund(first, replace(one, amount=Decimal("70.00")))
    yield lambda: correction_deciding.confirm(second, seen)
    ((now, amount),) = _corrections(first)
    assert amount == Decimal("70.00")
    corrections.withdraw(first, now)


@contextmanager
def refund() -> Iterator[Act]:
    """The same refund is proposed from two pages."""
    first, second, clerk = person("officerA"), person("officerB"), person("clerk2")
    arrivals.receive(first, credit(clerk, "100.00", click()))
    one = Refund(clerk.employer, Decimal("60.00"), "付款户", "凯里分行", "52001234567890", "多缴")
    corrections.propose_refund(first, one)
    yield lambda: corrections.propose_refund(second, one)
    ((now, _),) = _corrections(first)
    corrections.withdraw(first, now)


FORMS = (
    decision, sending_back, batch, handing_on, months_decision, policy, policys_decision, role,
    refunds_decision, refund,
)  # fmt: skip


def _as_it_came(clerk: Actor, case_id: int, seen: int) -> None:
    assert version_of(case_id) == seen + 2
    back(clerk, case_id)
    end(clerk, case_id)


def _propose(least: str) -> int:
    limits = {
        PolicyKey.BASE_MIN: least, PolicyKey.BASE_MAX: "23000.00",
        PolicyKey.TOTAL_MIN: "200.00", PolicyKey.TOTAL_MAX: "5520.00",
    }  # fmt: skip
    return policy_changes.propose(
        person("admin"), ProposalTopic.LIMITS, limits, effective_from=date(2026, 8, 1),
        source="测试", reason="",
    )  # fmt: skip


def _proposed() -> list[int]:
    return [one.trace.id for one in policy_view.changes(person("security"), waiting=True)]


def _waits(status: ProposalStatus) -> bool:
    return status is ProposalStatus.PENDING


def _corrections(officer: Actor) -> list[tuple[int, Decimal]]:
    return [
        (one.id, one.amount) for one in correction_list.corrections(officer) if _waits(one.status)
    ]
