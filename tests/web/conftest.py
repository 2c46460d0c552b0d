"""One hall for all tests of this folder; before each test a fresh database, nobody signed in."""

import base64
import hashlib
import json
import os
import warnings
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

import app
import settings
from data.database import transaction
from data.enums import BindingStatus
from data.models.people import CertificateBinding, UserSession
from services.rules import clock
from tests.conftest import person
from ukey.dev_ca import DevCA
from ukey.signing import login_bytes
from web import application, sign_in
from web.seats import seats

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have httpx2
    from starlette.testclient import TestClient

SCRIPT = """
import os, runpy
import streamlit as st
if os.environ.get("HALL_TEST_PAGES"):
    runpy.run_path(os.environ["HALL_TEST_PAGES"])
    st.stop()
if st.query_params.get("fail"):
    raise KeyError("张三")
st.title("业务大厅")
st.text_input("姓名")
st.session_state.count = st.session_state.get("count", 0) + 1
"""
PAGE = {"accept": "text/html", "sec-fetch-dest": "document"}
OURS = {
    "origin": settings.ORIGIN,
    "content-type": "application/json",
    "x-hall": "1",
    "sec-fetch-site": "same-origin",
}


@pytest.fixture(scope="session")
def hall(tmp_path_factory) -> Iterator[TestClient]:
    script = tmp_path_factory.mktemp("hall") / "main.py"
    script.write_text(SCRIPT, "utf-8")
    app = application.build(script)
    client = TestClient(
        app, base_url=settings.ORIGIN, follow_redirects=False, raise_server_exceptions=False
    )
    with client:
        yield client


@pytest.fixture
def client(hall, sqlite_db, storage) -> Iterator[TestClient]:
    """A visitor without any cookie."""
    hall.cookies.clear()
    sign_in.forget_pace()
    seats.clear()
    yield hall
    hall.cookies.clear()


@pytest.fixture
def pages(client, monkeypatch) -> TestClient:
    """The visitor, who finds the hall's own pages: one process has one Streamlit, so one hall is both."""
    monkeypatch.setenv("HALL_TEST_PAGES", str(app.SCRIPT))
    return client


@pytest.fixture
def clerk(client) -> TestClient:
    """The visitor, signed in as clerk1."""
    client.cookies.set(settings.COOKIE, open_session("clerk1"))
    return client


def open_session(player, *, idle_minutes=0, hours_open=0) -> str:
    """Begin a session for a demo person as if signed in; return its cookie's value."""
    user_id = person(player).user_id
    secret = os.urandom(16).hex()
    now = clock.instant()
    seen = now - timedelta(minutes=idle_minutes)
    binding_id = bind(user_id, hashlib.sha256(secret.encode()).hexdigest())
    with transaction() as session:
        session.add(
            UserSession(
                secret_hash=hashlib.sha256(secret.encode()).hexdigest(), user_id=user_id,
                binding_id=binding_id, token_serial="K1",
                opened_at=seen - timedelta(hours=hours_open), seen_at=seen,
            )
        )  # fmt: skip
    return secret


def bind(user_id, fingerprint) -> int:
    with transaction() as session:
        binding = CertificateBinding(
            fingerprint=fingerprint, issuer="CN=CA", serial="1", user_id=user_id,
            status=BindingStatus.ACTIVE, not_after=clock.instant() + timedelta(days=300),
            bound_by="测试", bound_at=clock.instant(),
        )  # fmt: skip
        session.add(binding)
        session.flush()
        return binding.id


class SoftKey:
    """A UKey without the key: signs in software what the agent would have the key sign."""

    def __init__(self, ca) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        certificate = ca.issue(self._key.public_key(), person="杨秀英", organization="示例单位")
        self.der = certificate.public_bytes(Encoding.DER)
        self.fingerprint = hashlib.sha256(self.der).hexdigest()

    def answer(self, nonce, origin=None) -> str:
        data = login_bytes("sha256", origin or settings.ORIGIN, nonce)
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return json.dumps(
            {
                "unverifiedCertificate": base64.b64encode(self.der).decode(),
                "algorithm": "ES256",
                "signature": base64.b64encode(signature).decode(),
                "format": "web-eid:1.0",
                "appVersion": "test",
            }
        )


@pytest.fixture
def trust(tmp_path, monkeypatch) -> DevCA:
    """An authority that the hall trusts."""
    ca = DevCA.open(tmp_path / "ca")
    monkeypatch.setattr(settings, "TRUST", ca.trust_folder)
    return ca


@pytest.fixture
def key(client, trust) -> SoftKey:
    """Clerk1's UKey, bound."""
    soft = SoftKey(trust)
    bind(person("clerk1").user_id, soft.fingerprint)
    return soft
