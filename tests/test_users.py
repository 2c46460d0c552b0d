"""The center's people: taken on, given roles by two persons, stopped at once, unlocked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from data.database import snapshot, transaction
from data.enums import AuditAction, BindingStatus, Branch, Role
from data.models.audit import AuditEvent
from data.models.people import CertificateBinding, User, UserSession
from data.policy_codes import ProposalStatus
from services import passwords, sessions
from services.actor import Actor
from services.administration import proposals, roles, users
from services.errors import NotAllowed, NotFound
from services.passwords import WeakPassword
from services.rules import clock
from services.sessions import hashed
from tests.conftest import person

pytestmark = pytest.mark.usefixtures("db")
SOURCE = "人事任免通知〔2026〕3号"
PASSWORD = "kaili-xinren-2026"


def taken_on(admin: Actor, **other: object) -> int:
    asked = {"name": "蒙建军", "username": "mengjj", "role": Role.REVIEWER, "branch": Branch.KAILI,
             "password": PASSWORD}  # fmt: skip
    return users.create(admin, **(asked | other))


def found(user_id: int) -> User:
    with snapshot() as session:
        return session.get_one(User, user_id)


def live_session(user_id: int) -> str:
    """Give a person a key and a session; return the cookie's secret."""
    secret, now = f"secret-{user_id}", clock.instant()
    with transaction() as session:
        binding = CertificateBinding(
            fingerprint=f"{user_id:064d}", issuer="CN=x", serial="1", user_id=user_id,
            status=BindingStatus.ACTIVE, not_after=now + timedelta(days=300), bound_by="测试",
            bound_at=now,
        )  # fmt: skip
        session.add(binding)
        session.flush()
        session.add(
            UserSession(secret_hash=hashed(secret), user_id=user_id, binding_id=binding.id,
                        token_serial="1", opened_at=now, seen_at=now)
        )  # fmt: skip
    assert sessions.signed_in(secret)
    return secret


def test_a_new_member_of_staff_has_a_password_and_no_key_yet(admin: Actor) -> None:
    user_id = taken_on(admin)
    row = found(user_id)
    assert (row.role, row.branch, row.username) == (Role.REVIEWER, Branch.KAILI, "mengjj")
    assert passwords.is_right("mengjj", PASSWORD) == user_id
    [shown] = [one for one in users.staff(admin) if one.id == user_id]
    assert (shown.keys, shown.active, shown.waiting) == (0, True, None)
    with snapshot() as session:
        [told] = session.scalars(select(AuditEvent).filter_by(action=AuditAction.USER_SET.value))
    assert told.subject == f"user:{user_id}"
    assert PASSWORD not in told.payload
    assert "蒙建军" not in told.payload


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"name": "蒙"}, users.BadName), ({"username": "1ab"}, users.BadUsername),
        ({"username": "a b c"}, users.BadUsername), ({"username": "officera"}, users.UsernameTaken),
        ({"username": "OfficerA"}, users.UsernameTaken), ({"role": Role.CLERK}, users.BadRole),
        ({"branch": None}, users.BadBranch), ({"role": Role.AUDITOR}, users.BadBranch),
        ({"password": "short"}, WeakPassword), ({"password": "密" * 25}, WeakPassword),
        ({"password": " " + PASSWORD}, WeakPassword),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    admin: Actor, other: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        taken_on(admin, **other)
    assert len(users.staff(admin)) == 9


def test_a_role_is_changed_by_two_persons_and_sessions_end(
    admin: Actor, security: Actor, officer_a: Actor
) -> None:
    secret = live_session(officer_a.user_id)
    proposal = roles.propose(
        admin, officer_a.user_id, role=Role.SENIOR_REVIEWER, branch=Branch.ZHENYUAN, source=SOURCE
    )
    assert sessions.signed_in(secret)
    with pytest.raises(proposals.OwnProposal):
        roles.confirm(admin, proposal)
    roles.confirm(security, proposal)
    row = found(officer_a.user_id)
    assert (row.role, row.branch) == (Role.SENIOR_REVIEWER, Branch.ZHENYUAN)
    assert sessions.signed_in(secret) is None
    [change] = roles.listed(security)
    assert (change.before, change.after) == ("凯里管理部 初审员", "镇远管理部 终审员")
    assert change.trace.status is ProposalStatus.CONFIRMED


def test_a_change_of_role_turned_down_changes_nothing(
    admin: Actor, security: Actor, officer_a: Actor
) -> None:
    proposal = roles.propose(
        admin, officer_a.user_id, role=Role.AUDITOR, branch=None, source=SOURCE
    )
    with pytest.raises(proposals.AlreadyProposed):
        roles.propose(admin, officer_a.user_id, role=Role.MANAGER, branch=None, source=SOURCE)
    roles.reject(security, proposal, opinion="未见任免通知")
    assert found(officer_a.user_id).role is Role.REVIEWER
    again = roles.propose(admin, officer_a.user_id, role=Role.AUDITOR, branch=None, source=SOURCE)
    roles.withdraw(admin, again)
    assert [one.trace.status for one in roles.listed(admin)] == [
        ProposalStatus.WITHDRAWN, ProposalStatus.REJECTED]  # fmt: skip


def test_nobody_changes_or_confirms_her_own_role(admin: Actor, security: Actor) -> None:
    with pytest.raises(users.OwnAccount):
        roles.propose(admin, admin.user_id, role=Role.AUDITOR, branch=None, source=SOURCE)
    second = replace(admin, user_id=taken_on(admin, role=Role.SECURITY_ADMINISTRATOR, branch=None))
    proposal = roles.propose(
        second, security.user_id, role=Role.AUDITOR, branch=None, source=SOURCE
    )
    with pytest.raises(users.OwnAccount):
        roles.confirm(security, proposal)


def test_disabling_ends_sessions_at_once(admin: Actor, officer_a: Actor, clerk1: Actor) -> None:
    for actor in (officer_a, clerk1):
        secret = live_session(actor.user_id)
        users.disable(admin, actor.user_id)
        assert sessions.signed_in(secret) is None
        with snapshot() as session:
            assert session.get_one(UserSession, hashed(secret)).end_reason == "disabled"
        with pytest.raises(users.AlreadySo):
            users.disable(admin, actor.user_id)
        users.enable(admin, actor.user_id)
        assert found(actor.user_id).active
        assert sessions.signed_in(secret) is None


def test_the_last_administrator_of_a_kind_stays(admin: Actor, security: Actor) -> None:
    with pytest.raises(users.OwnAccount):
        users.disable(admin, admin.user_id)
    with pytest.raises(users.LastOne, match="谢文博是最后一名在用的系统管理员"):
        users.disable(security, admin.user_id)
    with pytest.raises(users.LastOne):
        roles.propose(admin, security.user_id, role=Role.AUDITOR, branch=None, source=SOURCE)
    taken_on(admin, role=Role.ADMINISTRATOR, branch=None)
    users.disable(security, admin.user_id)
    assert found(admin.user_id).active is False


def test_a_password_is_reset_within_its_rule_and_lifts_the_lock(
    admin: Actor, officer_a: Actor
) -> None:
    secret = live_session(officer_a.user_id)
    for _ in range(5):
        passwords.is_right("officera", "wrong-wrong-wrong")
    assert passwords.is_right("officera", "kaili-chushen-A") is None
    [shown] = [one for one in users.staff(admin) if one.id == officer_a.user_id]
    assert shown.locked_until
    with pytest.raises(WeakPassword):
        users.reset_password(admin, officer_a.user_id, "eleven-char")
    users.reset_password(admin, officer_a.user_id, PASSWORD)
    assert passwords.is_right("officera", PASSWORD) == officer_a.user_id
    assert sessions.signed_in(secret) is None


def test_unlocking_keeps_the_password(security: Actor, officer_a: Actor) -> None:
    for _ in range(5):
        passwords.is_right("officera", "wrong-wrong-wrong")
    users.unlock(security, officer_a.user_id)
    assert passwords.is_right("officera", "kaili-chushen-A") == officer_a.user_id


def test_clerks_have_no_password_and_no_center_role(admin: Actor, clerk1: Actor) -> None:
    with pytest.raises(NotFound):
        users.reset_password(admin, clerk1.user_id, PASSWORD)
    with pytest.raises(NotFound):
        roles.propose(admin, clerk1.user_id, role=Role.AUDITOR, branch=None, source=SOURCE)


@pytest.mark.parametrize("key", ["security", "auditor", "manager", "officerA", "clerk1"])
def test_only_the_system_administrator_takes_on_and_proposes(key: str, officer_d: Actor) -> None:
    actor = person(key)
    for act in (
        lambda: taken_on(actor), lambda: users.enable(actor, officer_d.user_id),
        lambda: users.reset_password(actor, officer_d.user_id, PASSWORD),
        lambda: roles.propose(actor, officer_d.user_id, role=Role.AUDITOR, branch=None,
                                   source=SOURCE),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("key", ["auditor", "manager", "officerA", "clerk1"])
def test_only_administrators_stop_people(key: str, officer_d: Actor) -> None:
    with pytest.raises(NotAllowed):
        users.disable(person(key), officer_d.user_id)
