"""Certificates at the center: bound, renewed, suspended, revoked; lists of revoked ones taken in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from asn1crypto.core import ParsableOctetString
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

import settings
from data.database import snapshot, transaction
from data.enums import AuditAction, BindingStatus, EmployerStatus
from data.models.audit import AuditEvent
from data.models.people import CertificateBinding, User, UserSession
from data.models.register import Employer
from services import sessions
from services.actor import Actor
from services.administration import (
    certificate_list,
    certificate_text,
    certificates,
    demo_keys,
    revocation_lists,
)
from services.errors import NotAllowed, NotFound
from services.rules import clock
from services.sessions import hashed
from tests.conftest import employer, person
from tests.ukey.test_sm2 import Sm2World, make_world
from ukey.dev_ca import DevCA

pytestmark = pytest.mark.usefixtures("db")
U1, U2 = "522601000101", "522601000202"


@pytest.fixture(scope="module")
def sm2_world(tmp_path_factory: pytest.TempPathFactory) -> Sm2World:
    return make_world(tmp_path_factory.mktemp("sm2"))


def issued(
    authority: DevCA, number: str = U1, *, days: int = 365, uscc: str | None = None
) -> bytes:
    start = datetime.now(UTC) - timedelta(days=max(1, 1 - days + 1))
    code = employer(number).uscc if uscc is None else uscc
    key = ec.generate_private_key(ec.SECP256R1())
    made = authority.issue(
        key.public_key(), person="杨秀英", organization="某单位", unit=number, uscc=code,
        not_before=start, not_after=datetime.now(UTC) + timedelta(days=days),
    )  # fmt: skip
    return made.public_bytes(Encoding.DER)


def status(binding: int) -> BindingStatus:
    with snapshot() as session:
        return session.get_one(CertificateBinding, binding).status


def signed_in_with(binding: int, user_id: int) -> str:
    """Begin a session of this key, as signing in would; return the cookie's secret."""
    secret, now = f"secret-{binding}", clock.instant()
    with transaction() as session:
        session.add(
            UserSession(secret_hash=hashed(secret), user_id=user_id, binding_id=binding,
                        token_serial="1", opened_at=now, seen_at=now)
        )  # fmt: skip
    assert sessions.signed_in(secret)
    return secret


def test_a_key_is_bound_to_a_clerk_and_told(
    authority: DevCA, security: Actor, clerk1: Actor
) -> None:
    der = issued(authority)
    binding = certificates.bind(security, clerk1.user_id, der)
    [key] = certificate_list.keys(security)
    assert (key.id, key.holder, key.place) == (binding, "杨秀英", f"{U1} 凯里市第九中学(示例)")
    assert (key.status, key.bound_by, key.is_soon) == (BindingStatus.ACTIVE, "田晓岚", False)
    [event] = certificate_list.history(security, clerk1.user_id)
    assert (event.event, event.done_by) == ("绑定", "田晓岚")
    with snapshot() as session:
        [told] = session.scalars(select(AuditEvent).filter_by(action=AuditAction.KEY_BOUND.value))
    assert told.subject == f"binding:{binding}"
    assert told.employer == clerk1.employer_id


@pytest.mark.parametrize("form", [Encoding.DER, Encoding.PEM])
def test_both_forms_of_a_file_are_read(authority: DevCA, security: Actor, form: Encoding) -> None:
    der = issued(authority)
    content = x509.load_der_x509_certificate(der).public_bytes(form)
    found = certificate_list.examine(security, content)
    assert (found.person, found.uscc, found.objection) == ("杨秀英", employer(U1).uscc, None)
    assert found.der == der


@pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nx", b"0" * 70_000])
def test_what_is_no_certificate_is_refused(
    authority: DevCA, security: Actor, clerk1: Actor, content: bytes
) -> None:
    with pytest.raises(certificate_text.NotACertificate):
        certificate_list.examine(security, content)
    with pytest.raises(certificate_text.NotACertificate):
        certificates.bind(security, clerk1.user_id, content)


def test_a_certificate_that_could_not_sign_in_is_not_bound(
    authority: DevCA, security: Actor, clerk1: Actor, tmp_path: Path
) -> None:
    expired = issued(authority, days=-1)
    with pytest.raises(certificate_text.Unfit, match="UKey证书已过期"):
        certificates.bind(security, clerk1.user_id, expired)
    stranger = issued(DevCA.open(tmp_path / "stranger"))
    with pytest.raises(certificate_text.Unfit):
        certificates.bind(security, clerk1.user_id, stranger)
    revoked = issued(authority)
    authority.revoke(x509.load_der_x509_certificate(revoked).serial_number)
    authority.write_crls()
    with pytest.raises(certificate_text.Unfit, match="已被吊销"):
        certificates.bind(security, clerk1.user_id, revoked)
    assert certificate_list.keys(security) == []


def test_a_certificate_names_its_own_employer(
    authority: DevCA, security: Actor, clerk2: Actor
) -> None:
    with pytest.raises(certificates.OtherEmployer, match="12522600429000001N"):
        certificates.bind(security, clerk2.user_id, issued(authority, U1))
    certificates.bind(security, clerk2.user_id, issued(authority, U1, uscc=""))


def not_strict(authority: DevCA, der: bytes) -> bytes:
    """Return the certificate as a real authority writes it: BasicConstraints spells out its default."""
    found = asn1_x509.Certificate.load(der)
    body = found["tbs_certificate"]
    for extension in body["extensions"]:
        if extension["extn_id"].native == "basic_constraints":
            extension["extn_value"] = ParsableOctetString(bytes.fromhex("3003010100"))
    signed = authority.issuing.key.sign(body.dump(), ec.ECDSA(hashes.SHA256()))
    found["signature_value"] = signed
    return bytes(found.dump())


def test_a_certificate_that_is_not_strict_der_is_bound_with_its_employers_code(
    authority: DevCA, security: Actor, clerk1: Actor, clerk2: Actor
) -> None:
    der = not_strict(authority, issued(authority))
    with pytest.raises(ValueError, match="EncodedDefault"):
        list(x509.load_der_x509_certificate(der).extensions)
    found = certificate_list.examine(security, der)
    assert (found.person, found.uscc, found.objection) == ("杨秀英", employer(U1).uscc, None)
    with pytest.raises(certificates.OtherEmployer):
        certificates.bind(security, clerk2.user_id, der)
    assert status(certificates.bind(security, clerk1.user_id, der)) is BindingStatus.ACTIVE


def test_an_sm2_certificate_is_bound(
    sm2_world: Sm2World, security: Actor, clerk1: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TRUST", sm2_world.folder)  # root.pem and list.crl stand there
    for name in ("empty.crl", "forged.crl"):
        (sm2_world.folder / name).unlink(missing_ok=True)
    der = sm2_world.read("person").public_bytes(Encoding.DER)
    found = certificate_list.examine(security, der)
    assert (found.person, found.uscc, found.objection) == ("person", "", None)
    assert status(certificates.bind(security, clerk1.user_id, der)) is BindingStatus.ACTIVE
    revoked = sm2_world.read("revoked").public_bytes(Encoding.DER)
    with pytest.raises(certificate_text.Unfit, match="已被吊销"):
        certificates.bind(security, clerk1.user_id, revoked)


def test_a_certificate_is_bound_once(
    authority: DevCA, security: Actor, clerk1: Actor, clerk2: Actor
) -> None:
    der = issued(authority, uscc="")
    binding = certificates.bind(security, clerk1.user_id, der)
    certificates.revoke(security, binding, reason="遗失")
    with pytest.raises(certificates.AlreadyBound, match="杨秀英（已注销）"):
        certificates.bind(security, clerk2.user_id, der)


def test_suspending_ends_live_sessions_and_resuming_lets_in_again(
    authority: DevCA, security: Actor, clerk1: Actor
) -> None:
    binding = certificates.bind(security, clerk1.user_id, issued(authority))
    secret = signed_in_with(binding, clerk1.user_id)
    with pytest.raises(certificates.NoReason):
        certificates.suspend(security, binding, reason=" ")
    certificates.suspend(security, binding, reason="UKey遗失，待查找")
    assert sessions.signed_in(secret) is None
    with snapshot() as session:
        assert session.get_one(UserSession, hashed(secret)).end_reason == "suspended"
    with pytest.raises(certificates.WrongState, match="已停用，不能停用"):
        certificates.suspend(security, binding, reason="再次")
    certificates.resume(security, binding, reason="已找回")
    assert status(binding) is BindingStatus.ACTIVE
    assert sessions.signed_in(secret) is None
    events = certificate_list.history(security, clerk1.user_id)
    assert [(event.event, event.reason) for event in events] == [
        ("恢复", "已找回"), ("停用", "UKey遗失，待查找"), ("绑定", "新绑定"),
    ]  # fmt: skip


def test_a_revoked_key_stays_revoked(authority: DevCA, security: Actor, clerk1: Actor) -> None:
    binding = certificates.bind(security, clerk1.user_id, issued(authority))
    certificates.revoke(security, binding, reason="经办人离职")
    for act in (certificates.resume, certificates.suspend, certificates.revoke):
        with pytest.raises(certificates.WrongState):
            act(security, binding, reason="再试")
    with pytest.raises(certificates.WrongState):
        certificates.renew(security, binding, issued(authority))


def test_renewing_binds_the_new_one_and_revokes_the_old(
    authority: DevCA, security: Actor, clerk1: Actor
) -> None:
    old = certificates.bind(security, clerk1.user_id, issued(authority, days=30))
    secret = signed_in_with(old, clerk1.user_id)
    assert [key.id for key in certificate_list.keys(security, soon=True)] == [old]
    new = certificates.renew(security, old, issued(authority))
    assert (status(old), status(new)) == (BindingStatus.REVOKED, BindingStatus.ACTIVE)
    assert sessions.signed_in(secret) is None
    assert certificate_list.keys(security, soon=True) == []


def test_the_list_of_those_that_end_within_sixty_days(
    authority: DevCA, security: Actor, clerk1: Actor, clerk2: Actor
) -> None:
    soon = certificates.bind(security, clerk1.user_id, issued(authority, days=59))
    certificates.bind(security, clerk2.user_id, issued(authority, U2, days=61))
    [key] = certificate_list.keys(security, soon=True)
    assert (key.id, key.days_left, key.is_soon) == (soon, 58, True)


def test_an_officer_keeps_the_keys_of_her_branchs_clerks_alone(
    authority: DevCA, officer_a: Actor, officer_d: Actor, clerk1: Actor, manager: Actor
) -> None:
    binding = certificates.bind(officer_a, clerk1.user_id, issued(authority))
    with pytest.raises(NotAllowed):
        certificates.suspend(officer_d, binding, reason="无权")
    assert certificate_list.keys(officer_d) == []
    with pytest.raises(NotFound):
        certificate_list.history(officer_d, clerk1.user_id)
    for other in (manager.user_id, officer_d.user_id):
        with pytest.raises(NotAllowed):
            certificates.bind(officer_a, other, issued(authority, uscc=""))
    assert [holder.name for holder in certificate_list.holders(officer_a, U1)] == ["杨秀英"]


def test_nobody_keeps_her_own_key(authority: DevCA, security: Actor) -> None:
    with pytest.raises(certificates.OwnKey):
        certificates.bind(security, security.user_id, issued(authority, uscc=""))


@pytest.mark.parametrize("key", ["admin", "auditor", "manager", "clerk1"])
def test_the_others_bind_nothing(authority: DevCA, clerk2: Actor, key: str) -> None:
    with pytest.raises(NotAllowed):
        certificates.bind(person(key), clerk2.user_id, issued(authority, U2))
    with pytest.raises(NotAllowed):
        certificates.revoke(person(key), 1, reason="无权")


def test_nothing_is_bound_to_somebody_disabled_or_an_employer_closed(
    authority: DevCA, security: Actor, clerk1: Actor, clerk2: Actor
) -> None:
    with transaction() as session:
        session.get_one(User, clerk1.user_id).active = False
        session.get_one(Employer, clerk2.employer_id).status = EmployerStatus.CANCELLED
    with pytest.raises(certificates.PersonInactive):
        certificates.bind(security, clerk1.user_id, issued(authority))
    with pytest.raises(certificates.AccountClosed):
        certificates.bind(security, clerk2.user_id, issued(authority, U2))


# Revocation lists


def crl(authority: DevCA, *, hours: int = 1, days: int = 7, root: bool = False) -> bytes:
    """Return a list issued `hours` from now (negative: ago), current for `days`."""
    at = datetime.now(UTC) + timedelta(hours=hours)
    by = authority.root if root else authority.issuing
    made = by.list_revoked([], at, at + timedelta(days=days))
    return made.public_bytes(Encoding.DER)


def test_every_authoritys_list_is_shown_with_its_age(authority: DevCA, security: Actor) -> None:
    found = revocation_lists.held(security)
    assert [(one.state, one.is_good, one.age_hours) for one in found] == [("有效", True, 0)] * 2
    for path in authority.trust_folder.glob("*.crl"):
        path.unlink()
    assert [one.state for one in revocation_lists.held(security)] == ["缺失", "缺失"]


def test_a_newer_list_is_taken_in_and_used(
    authority: DevCA, security: Actor, clerk1: Actor
) -> None:
    der = issued(authority)
    serial = x509.load_der_x509_certificate(der).serial_number
    authority.write_crls(at=datetime.now(UTC) - timedelta(hours=30))
    assert revocation_lists.held(security)[1].age_hours == 30
    when = datetime.now(UTC) - timedelta(minutes=1)
    newer = authority.issuing.list_revoked(
        [(serial, when, x509.ReasonFlags.key_compromise)], when, when + timedelta(days=7)
    )
    after = revocation_lists.take_in(security, newer.public_bytes(Encoding.DER))
    assert (after.entries, after.age_hours, after.is_good) == (1, 0, True)
    with pytest.raises(certificate_text.Unfit, match="已被吊销"):
        certificates.bind(security, clerk1.user_id, der)
    with pytest.raises(revocation_lists.NotNewer):
        revocation_lists.take_in(security, newer.public_bytes(Encoding.PEM))


def test_a_list_that_may_not_be_trusted_is_refused(
    authority: DevCA, security: Actor, tmp_path: Path
) -> None:
    before = sorted(path.name for path in authority.trust_folder.iterdir())
    stranger = DevCA.open(tmp_path / "stranger")
    for content, refusal in (
        (b"x", revocation_lists.NotAList),
        (crl(stranger), revocation_lists.NotGenuine),
        (crl(authority, hours=2), revocation_lists.NotYet),
        (crl(authority, hours=-240), revocation_lists.TooOld),
        (crl(authority, hours=-5), revocation_lists.NotNewer),
    ):
        with pytest.raises(refusal):
            revocation_lists.take_in(security, content)
    assert sorted(path.name for path in authority.trust_folder.iterdir()) == before


@pytest.mark.parametrize("key", ["admin", "auditor", "officerA", "manager", "clerk1"])
def test_only_the_security_administrator_takes_lists_in(authority: DevCA, key: str) -> None:
    with pytest.raises(NotAllowed):
        revocation_lists.take_in(person(key), crl(authority))


# Demo keys


def test_without_the_demos_ca_no_demo_key_is_made(
    authority: DevCA, security: Actor, clerk1: Actor, storage: Path
) -> None:
    assert demo_keys.is_possible() is False
    with pytest.raises(demo_keys.NoDemo):
        demo_keys.make(security, clerk1.user_id, label="spare1", pin="123456")
