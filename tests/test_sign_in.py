"""Signing in: the challenge, the binding, the password, the session's ends — with real signatures."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from sqlalchemy import func, select, update

import settings
from data.database import snapshot, transaction
from data.enums import BindingStatus, EmployerStatus
from data.models.people import CertificateBinding, Challenge, User, UserSession
from data.models.register import Employer
from demo.cast import CAST
from services import passwords, sessions, sign_in
from services.rules import clock
from services.sign_in import REASONS, SignInRefused
from tests import quick_passwords
from tests.conftest import person
from ukey.dev_ca import DevCA

pytestmark = pytest.mark.usefixtures("sqlite_db")
KEY = ec.generate_private_key(ec.SECP256R1())


class Browser:
    """One browser with one key in the computer."""

    def __init__(self, authority: DevCA, **dates: datetime) -> None:
        self.certificate = authority.issue(
            KEY.public_key(), person="某人", organization="某单位", **dates
        )

    def bind(self, key: str) -> "Browser":
        with transaction() as session:
            session.add(
                CertificateBinding(
                    fingerprint=self.certificate.fingerprint(hashes.SHA256()).hex(),
                    issuer=self.certificate.issuer.rfc4514_string(), serial="1",
                    user_id=person(key).user_id, status=BindingStatus.ACTIVE,
                    not_after=self.certificate.not_valid_after_utc, bound_by="测试", bound_at=clock.now(),
                )
            )  # fmt: skip
        return self

    def sign_in(self, username: str = "", password: str = "", origin: str = settings.ORIGIN) -> str:
        nonce = sign_in.challenge("browser")
        secret, _ = sign_in.sign_in(
            token=answer(self.certificate, nonce, origin), browser="browser", token_serial="S1",
            username=username, password=password,
        )  # fmt: skip
        return secret

    def refusal(self, **given: str) -> str:
        with pytest.raises(SignInRefused) as refused:
            self.sign_in(**given)
        assert str(refused.value) == REASONS[refused.value.code]
        return refused.value.code


def answer(certificate: Certificate, nonce: str, origin: str) -> str:
    """Return what the agent answers: the Web eID token over origin and nonce."""
    data = hashlib.sha256(origin.encode()).digest() + hashlib.sha256(nonce.encode()).digest()
    r, s = decode_dss_signature(KEY.sign(data, ec.ECDSA(hashes.SHA256())))
    return json.dumps(
        {
            "unverifiedCertificate": base64.b64encode(
                certificate.public_bytes(Encoding.DER)
            ).decode(),
            "algorithm": "ES256",
            "signature": base64.b64encode(r.to_bytes(32) + s.to_bytes(32)).decode(),
            "format": "web-eid:1.0",
        }
    )


@pytest.fixture
def browser(authority: DevCA) -> Browser:
    return Browser(authority)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[timedelta], None]]:
    """Move the instant, as only tests can."""
    start = datetime.now(UTC)
    moved = timedelta(0)

    def move(by: timedelta) -> None:
        nonlocal moved
        moved += by

    monkeypatch.setattr(clock, "instant", lambda: start + moved)
    return move


@pytest.mark.manual("L2")
def test_a_bound_key_opens_a_session_for_its_clerk_and_employer(browser: Browser) -> None:
    who = sessions.signed_in(browser.bind("clerk1").sign_in())
    assert who
    assert who.actor == person("clerk1")
    assert (who.employer_number, who.token_serial) == ("522601000101", "S1")


def test_the_cookies_secret_is_not_kept(browser: Browser) -> None:
    secret = browser.bind("clerk1").sign_in()
    with snapshot() as session:
        kept = session.scalars(select(UserSession.secret_hash)).one()
    assert kept == hashlib.sha256(secret.encode()).hexdigest()
    assert sessions.signed_in(kept) is None


def test_the_business_date_does_not_move_certificates_or_sessions(
    browser: Browser, on_day: Callable[[str], None]
) -> None:
    on_day("2040-01-01")
    assert sessions.signed_in(browser.bind("clerk1").sign_in())


def test_a_key_without_a_binding_opens_nothing(browser: Browser) -> None:
    assert browser.refusal() == "unbound"


def test_an_answer_to_another_challenge_is_refused(browser: Browser) -> None:
    browser.bind("clerk1")
    old = sign_in.challenge("browser")
    sign_in.challenge("browser")
    with pytest.raises(SignInRefused) as refused:
        sign_in.sign_in(
            token=answer(browser.certificate, old, settings.ORIGIN),
            browser="browser",
            token_serial="",
        )
    assert refused.value.code == "token_signature"


def test_an_answer_works_once_and_in_its_own_browser_only(browser: Browser) -> None:
    browser.bind("clerk1")
    token = answer(browser.certificate, sign_in.challenge("mine"), settings.ORIGIN)
    for other in ("yours", ""):
        with pytest.raises(SignInRefused, match="登录请求已失效"):
            sign_in.sign_in(token=token, browser=other, token_serial="")
    sign_in.sign_in(token=token, browser="mine", token_serial="")
    with pytest.raises(SignInRefused, match="登录请求已失效"):
        sign_in.sign_in(token=token, browser="mine", token_serial="")


def test_an_answer_given_to_another_site_is_refused(browser: Browser) -> None:
    assert browser.bind("clerk1").refusal(origin="https://hall.example.com") == "token_signature"


def test_a_challenge_lives_two_minutes(
    browser: Browser, later: Callable[[timedelta], None]
) -> None:
    browser.bind("clerk1")
    token = answer(browser.certificate, sign_in.challenge("browser"), settings.ORIGIN)
    later(timedelta(minutes=2, seconds=1))
    with pytest.raises(SignInRefused) as refused:
        sign_in.sign_in(token=token, browser="browser", token_serial="")
    assert refused.value.code == "challenge_expired"
    sign_in.challenge("another")
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Challenge)).one() == 1


def test_each_bad_certificate_has_its_own_sentence(authority: DevCA, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    year = timedelta(days=365)
    expired = Browser(authority, not_before=now - 2 * year, not_after=now - year).bind("clerk1")
    future = Browser(authority, not_before=now + year, not_after=now + 2 * year).bind("clerk2")
    stranger = Browser(DevCA.open(tmp_path / "stranger")).bind("clerk3")
    revoked = Browser(authority).bind("clerk4")
    authority.revoke(revoked.certificate.serial_number)
    authority.write_crls()
    codes = [b.refusal() for b in (expired, future, revoked)]
    assert codes == ["cert_expired", "cert_not_yet_valid", "cert_revoked"]
    assert stranger.refusal() in ("cert_untrusted", "cert_chain_invalid")


@pytest.mark.parametrize(
    ("spoil", "code"), [("missing", "crl_unavailable"), ("stale", "crl_stale")]
)
def test_without_a_fresh_revocation_list_nobody_comes_in(
    authority: DevCA, browser: Browser, spoil: str, code: str
) -> None:
    browser.bind("clerk1")
    if spoil == "missing":
        for crl in authority.trust_folder.glob("*.crl"):
            crl.unlink()
    else:
        authority.write_crls(days=1, at=datetime.now(UTC) - timedelta(days=3))
    assert browser.refusal() == code


@pytest.mark.parametrize(
    ("status", "code"),
    [(BindingStatus.SUSPENDED, "binding_suspended"), (BindingStatus.REVOKED, "binding_revoked")],
)
def test_a_binding_can_be_taken_away_at_the_door_and_within(
    browser: Browser, status: BindingStatus, code: str
) -> None:
    secret = browser.bind("clerk1").sign_in()
    with transaction() as session:
        session.execute(update(CertificateBinding).values(status=status))
    assert sessions.signed_in(secret) is None
    assert browser.refusal() == code


def test_a_person_put_out_of_office_is_out_at_once(browser: Browser) -> None:
    secret = browser.bind("clerk1").sign_in()
    with transaction() as session:
        session.execute(update(User).values(active=False))
    assert sessions.signed_in(secret) is None
    assert browser.refusal() == "user_inactive"


def test_a_cancelled_employers_clerk_is_refused(browser: Browser) -> None:
    with transaction() as session:
        session.execute(update(Employer).values(status=EmployerStatus.CANCELLED))
    assert browser.bind("clerk1").refusal() == "employer_closed"


def test_a_session_ends_after_15_idle_minutes(
    browser: Browser, later: Callable[[timedelta], None]
) -> None:
    secret = browser.bind("clerk1").sign_in()
    for _ in range(3):
        later(timedelta(minutes=14))
        assert sessions.signed_in(secret)
    later(timedelta(minutes=15, seconds=1))
    assert sessions.signed_in(secret) is None


def test_watching_is_no_use_of_a_session(
    browser: Browser, later: Callable[[timedelta], None]
) -> None:
    secret = browser.bind("clerk1").sign_in()
    later(timedelta(minutes=10))
    assert sessions.signed_in(secret, touch=False)
    later(timedelta(minutes=6))
    assert sessions.signed_in(secret, touch=False) is None


def test_a_session_ends_after_eight_hours_however_busy(
    browser: Browser, later: Callable[[timedelta], None]
) -> None:
    secret = browser.bind("clerk1").sign_in()
    for _ in range(48):
        later(timedelta(minutes=10))
        assert sessions.signed_in(secret)
    later(timedelta(minutes=10))
    assert sessions.signed_in(secret) is None


def test_signing_out_ends_it_for_good(browser: Browser) -> None:
    secret = browser.bind("clerk1").sign_in()
    sessions.sign_out(secret)
    assert sessions.signed_in(secret) is None
    assert sessions.signed_in(None) is None
    assert sessions.signed_in("") is None


def test_every_session_of_a_person_can_be_ended(browser: Browser) -> None:
    secrets = [browser.bind("clerk1").sign_in(), browser.sign_in()]
    with transaction() as session:
        sessions.sign_out_everywhere(session, person("clerk1").user_id, "suspended")
    assert [sessions.signed_in(secret) for secret in secrets] == [None, None]


def staff(key: str) -> dict[str, str]:
    player = next(player for player in CAST if player.key == key)
    return {"username": player.username, "password": player.password}


def test_staff_need_password_and_key(browser: Browser) -> None:
    browser.bind("officerA")
    assert browser.refusal() == "password_needed"
    assert browser.refusal(username="officera", password="wrong-password") == "password_wrong"
    assert browser.refusal(**staff("officerB")) == "password_wrong"
    who = sessions.signed_in(browser.sign_in(**staff("officerA")))
    assert who
    assert who.actor == person("officerA")


def test_clerks_have_no_way_in_by_password(browser: Browser) -> None:
    assert browser.bind("clerk1").refusal(**staff("officerA")) == "clerk_by_password"


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(
    later: Callable[[timedelta], None],
) -> None:
    given = staff("officerA")
    for _ in range(5):
        assert passwords.is_right("officera", "wrong-password") is None
    assert passwords.is_right(**given) is None
    later(timedelta(minutes=15, seconds=1))
    assert passwords.is_right(**given) == person("officerA").user_id


def test_a_right_password_forgives_the_wrong_ones_before() -> None:
    for _ in range(3):
        for _ in range(4):
            passwords.is_right("officera", "wrong-password")
        assert passwords.is_right(**staff("officerA"))


def test_names_are_taken_in_any_case_and_width() -> None:
    assert (
        passwords.is_right("ＯfficerA ", staff("officerA")["password"])
        == person("officerA").user_id
    )


@pytest.mark.parametrize("password", ["short", " leading-space-pw", "长" * 30, ""])
def test_unfit_passwords_are_refused_when_set_and_never_match(password: str) -> None:
    with pytest.raises(passwords.WeakPassword):
        passwords.hashed(password)
    assert passwords.is_right("officera", password) is None


def test_a_password_is_hashed_at_a_cost_that_makes_guessing_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bcrypt.gensalt", quick_passwords.as_the_hall_does)
    assert passwords.hashed("kaili-xinren-2026").startswith("$2b$12$")
