"""A hall that has nobody yet gets its first two administrators, who let in everybody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

import first_administrators
import settings
from data import database, schema
from data.database import snapshot
from data.enums import BindingStatus, Role
from data.models.audit import AuditEvent
from data.models.people import BindingEvent, CertificateBinding, User
from data.models.policy import PolicyRow
from demo.fixture import TEST_POLICY
from services import passwords
from services.administration import certificates, policy_changes, policy_effects, users
from services.administration.certificates import AlreadyBound
from services.administration.first_administrators import FirstAdministrator, SomebodyThere, appoint
from services.administration.users import UsernameTaken
from services.errors import BusinessError
from services.rules import clock
from services.rules.policy_values import FIELDS
from services.sessions import actor_of
from tests.test_certificates import issued
from ukey.dev_ca import DevCA

PASSWORD, OTHER = "zhongxin-xitong-1", "zhongxin-anquan-2"


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database as `make migrate` leaves it."""
    url = f"sqlite:///{tmp_path / 'new.db'}"
    monkeypatch.setattr(settings, "DATABASE_URL", url)
    engine = database.connect(url)
    schema.create(engine)
    yield engine
    engine.dispose()


def two(authority: DevCA) -> tuple[FirstAdministrator, FirstAdministrator]:
    return (
        FirstAdministrator("谢文博", "admin", PASSWORD, issued(authority, uscc="")),
        FirstAdministrator("田晓岚", "security", OTHER, issued(authority, uscc="")),
    )


def people() -> list[User]:
    with snapshot() as session:
        return list(session.scalars(select(User).order_by(User.id)))


def test_the_first_two_have_roles_passwords_and_keys_and_the_audit_tells_of_them(
    nobody: Engine, authority: DevCA,
) -> None:  # fmt: skip
    appoint(*two(authority))
    admin, security = people()
    assert (admin.name, admin.role) == ("谢文博", Role.ADMINISTRATOR)
    assert (security.name, security.role) == ("田晓岚", Role.SECURITY_ADMINISTRATOR)
    assert passwords.is_right("admin", PASSWORD) == admin.id
    assert passwords.is_right("security", OTHER) == security.id
    with snapshot() as session:
        keys = session.scalars(select(CertificateBinding).order_by(CertificateBinding.id)).all()
        done_by = set(session.scalars(select(BindingEvent.done_by)))
        told = session.execute(
            select(AuditEvent.action, AuditEvent.actor).order_by(AuditEvent.seq)
        ).all()
    assert [(key.user_id, key.status) for key in keys] == [
        (admin.id, BindingStatus.ACTIVE), (security.id, BindingStatus.ACTIVE),
    ]  # fmt: skip
    assert done_by == {certificates.AT_THE_START}
    assert told == [("user_set", None), ("key_bound", None)] * 2


def test_the_one_takes_on_a_third_and_the_other_binds_her_key(
    nobody: Engine, authority: DevCA,
) -> None:  # fmt: skip
    appoint(*two(authority))
    admin, security = map(actor_of, people())
    auditor = users.create(
        admin, name="彭立新", username="auditor", role=Role.AUDITOR, branch=None, password=PASSWORD
    )
    certificates.bind(security, auditor, issued(authority, uscc=""))
    assert [one.keys for one in users.staff(admin)] == [1, 1, 1]


def test_the_two_set_the_policy_of_a_hall_that_has_none(
    nobody: Engine, authority: DevCA,
) -> None:  # fmt: skip
    appoint(*two(authority))
    admin, security = map(actor_of, people())
    for topic, fields in FIELDS.items():
        typed = {field.key: TEST_POLICY[field.key] for field in fields}
        assert policy_effects.of_values(admin, topic, typed, effective_from=clock.today())
        proposal = policy_changes.propose(
            admin, topic, typed, effective_from=clock.today(), source="中心文件1号"
        )
        policy_changes.confirm(security, proposal)
    with snapshot() as session:
        values = dict(session.execute(select(PolicyRow.key, PolicyRow.value)).all())
    assert values == TEST_POLICY


def test_where_somebody_is_there_nobody_is_added(
    sqlite_db: Engine, authority: DevCA,
) -> None:  # fmt: skip
    before = len(people())
    with pytest.raises(SomebodyThere):
        appoint(*two(authority))
    assert len(people()) == before


@pytest.mark.parametrize(
    ("name", "refusal"), [("username", UsernameTaken), ("certificate", AlreadyBound)]
)
def test_two_who_share_a_name_or_a_key_are_refused_together(
    nobody: Engine, authority: DevCA, name: str, refusal: type[BusinessError],
) -> None:  # fmt: skip
    first, second = two(authority)
    words = {field: getattr(second, field) for field in FirstAdministrator.__slots__}
    with pytest.raises(refusal):
        appoint(first, FirstAdministrator(**{**words, name: getattr(first, name)}))
    assert people() == []


def test_the_command_asks_for_passwords_until_they_are_typed_twice_alike(
    nobody: Engine, authority: DevCA, tmp_path: Path, monkeypatch, capsys,
) -> None:  # fmt: skip
    for name in ("admin", "security"):
        (tmp_path / f"{name}.cer").write_bytes(issued(authority, uscc=""))
    typed = iter([PASSWORD, "otherwise", PASSWORD, PASSWORD, OTHER, OTHER] * 2)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    asked = [
        "--administrator", "谢文博", "admin", str(tmp_path / "admin.cer"),
        "--security", "田晓岚", "security", str(tmp_path / "security.cer"),
    ]  # fmt: skip
    assert first_administrators.main(asked) == 0
    assert [one.username for one in people()] == ["admin", "security"]
    assert [passwords.is_right(*one) for one in (("admin", PASSWORD), ("security", OTHER))] == [
        one.id for one in people()
    ]
    assert first_administrators.main(asked) == 1
    said = capsys.readouterr()
    assert "已建立系统管理员和安全管理员各一名" in said.out
    assert said.err.count("两次输入不一致，请重新输入。") == 2  # once each time it is asked
    assert "未办理：系统中已有人员" in said.err
