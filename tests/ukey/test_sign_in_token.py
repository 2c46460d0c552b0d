"""The hall's half of signing in: the published vectors of Web eID, and our own attacks."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from tests.ukey.authorities import DAY, NOW, World, rsa_key
from ukey.certificate import Policy, TrustStore
from ukey.sign_in_token import Rejected, TokenRejected, new_nonce, verify

VECTORS = json.loads((Path(__file__).parent / "vectors" / "webeid.json").read_text("utf-8"))
ORIGIN = "https://hall.example.gov.cn"
NONCE = "bm9uY2Ugb2YgdGhpcnR5LXR3byBieXRlcyBmb3Igbm8xMjM="
EST_IDEMIA = "1.3.6.1.4.1.51361.1.2.1"


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"][:40])
def test_a_published_token_gets_the_verdict_of_the_reference(case) -> None:
    disallowed = frozenset({EST_IDEMIA} if case["needs_policy_oid_check"] else ())
    policy = Policy(
        require_client_auth=False, check_revocation=False, disallowed_policies=disallowed
    )
    roots = [x509.load_der_x509_certificate(base64.b64decode(root)) for root in case["roots"]]
    at = datetime.fromisoformat(case["at"]).replace(tzinfo=UTC)
    try:
        verify(case["token"], case["nonce"], case["origin"], TrustStore(roots, policy=policy), at)
        code = "ok"
    except Rejected as error:
        code = error.code
    assert code in case["code"].split("/")
    assert (code == "ok") == (case["reference"] == "accept")


@pytest.fixture(scope="module")
def world() -> World:
    return World.make()


def sign(
    world: World,
    algorithm: str = "ES256",
    key: PrivateKeyTypes | None = None,
    *,
    origin: str = ORIGIN,
    nonce: str = NONCE,
) -> dict[str, Any]:
    """Do what a key does."""
    key = key or world.key
    name, hash_algorithm = f"sha{algorithm[2:]}", getattr(hashes, f"SHA{algorithm[2:]}")()
    data = b"".join(hashlib.new(name, text.encode()).digest() for text in (origin, nonce))
    if algorithm.startswith("ES"):
        size = (key.curve.key_size + 7) // 8
        pair = decode_dss_signature(key.sign(data, ec.ECDSA(hash_algorithm)))
        signature = b"".join(number.to_bytes(size, "big") for number in pair)
    else:
        pss = padding.PSS(padding.MGF1(hash_algorithm), hash_algorithm.digest_size)
        scheme = pss if algorithm.startswith("PS") else padding.PKCS1v15()
        signature = key.sign(data, scheme, hash_algorithm)
    certificate = world.leaf(key.public_key()).public_bytes(Encoding.DER)
    return {
        "unverifiedCertificate": base64.b64encode(certificate).decode(),
        "algorithm": algorithm,
        "signature": base64.b64encode(signature).decode(),
        "format": "web-eid:1.0",
        "appVersion": "https://ukey.invalid/0.1.0",
    }


def code_of(world: World, token: object, *, nonce=NONCE, origin=ORIGIN) -> str:
    text = token if isinstance(token, str) else json.dumps(token)
    with pytest.raises(Rejected) as refusal:
        verify(text, nonce, origin, world.trust(), NOW)
    return refusal.value.code


CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
RSA_KEY = rsa_key()


@pytest.mark.parametrize(
    "algorithm", [f + n for f in ("ES", "PS", "RS") for n in ("256", "384", "512")]
)
def test_each_algorithm_of_the_format_signs_in(world: World, algorithm: str) -> None:
    key = ec.generate_private_key(CURVES[algorithm]) if algorithm in CURVES else RSA_KEY
    verified = verify(json.dumps(sign(world, algorithm, key)), NONCE, ORIGIN, world.trust(), NOW)
    assert "杨某" in verified.subject
    assert verified.fingerprint == hashlib.sha256(verified.der).hexdigest()
    assert int(verified.serial, 16) == verified.certificate.serial_number
    assert verified.not_after > NOW + DAY
    assert verified.not_after.tzinfo is not None


FOREIGN = (ORIGIN + "/", "http://hall.example.gov.cn", ORIGIN + ":8443", "https://evil.example", "")


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_token_signed_for_another_origin_is_refused(world: World, origin: str) -> None:
    assert code_of(world, sign(world, origin=origin)) == "token_signature"


def test_a_token_signed_for_another_nonce_is_refused(world: World) -> None:
    assert code_of(world, sign(world), nonce=new_nonce()) == "token_signature"


def test_a_nonce_that_was_used_up_refuses_every_token(world: World) -> None:
    assert code_of(world, sign(world, nonce=""), nonce="") == "nonce_missing"


def test_a_certificate_shown_without_its_key_is_refused(world: World) -> None:
    thief = sign(world, key=ec.generate_private_key(ec.SECP256R1()))
    token = sign(world) | {"signature": thief["signature"]}
    assert code_of(world, token) == "token_signature"


MALFORMED: list[tuple[dict[str, object], str]] = [
    ({"format": "web-eid:2.0"}, "token_format"),
    ({"format": "web-eid:10"}, "token_format"),
    ({"format": ""}, "token_field"),
    ({"format": None}, "token_field"),
    ({"algorithm": "none"}, "token_alg"),
    ({"algorithm": "HS256"}, "token_alg"),
    ({"algorithm": "RS256"}, "token_alg"),
    ({"algorithm": "ES384"}, "token_alg"),
    ({"algorithm": ["ES256"]}, "token_field"),
    ({"signature": 5}, "token_field"),
    ({"signature": "AAAA"}, "token_signature"),
    ({"signature": "A" * 86 + "=="}, "token_signature"),
    ({"signature": "not base64!"}, "token_parse"),
    ({"signature": "签名"}, "token_parse"),
    ({"unverifiedCertificate": "AAAA"}, "cert_malformed"),
    ({"unverifiedCertificate": "%%%"}, "token_parse"),
    ({"padding": "x" * 10_000}, "token_length"),
]


@pytest.mark.parametrize(("over", "code"), MALFORMED)
def test_a_malformed_token_is_refused_with_its_own_code(world: World, over, code: str) -> None:
    assert code_of(world, sign(world) | over) == code


NO_TOKENS = [
    ("", "token_length"),
    ("x" * 99, "token_length"),
    ("x" * 200, "token_parse"),
    ("[" + "1," * 100 + "1]", "token_parse"),
    ("[" * 9_000, "token_parse"),
    ('{"format":"web-eid:1.0",' + '"a":"' + "x" * 100 + '"}', "token_field"),
    ('{"format":"web-eid:1.0","format":"web-eid:1.0","a":"' + "x" * 100 + '"}', "token_parse"),
]


@pytest.mark.parametrize(("text", "code"), NO_TOKENS)
def test_what_is_no_token_at_all_is_refused(world: World, text: str, code: str) -> None:
    assert code_of(world, text) == code


@pytest.mark.parametrize("value", [None, 5, b"x" * 200, {"format": "web-eid:1.0"}])
def test_a_component_that_answers_no_text_is_refused(world: World, value) -> None:
    with pytest.raises(TokenRejected) as refusal:
        verify(value, NONCE, ORIGIN, world.trust(), NOW)
    assert refusal.value.code == "token_length"


def test_a_good_signature_does_not_save_a_revoked_certificate(world: World) -> None:
    token = sign(world)
    leaf = x509.load_der_x509_certificate(base64.b64decode(token["unverifiedCertificate"]))
    crl = world.lists([(leaf.serial_number, NOW, x509.ReasonFlags.key_compromise)])
    with pytest.raises(Rejected) as refusal:
        verify(json.dumps(token), NONCE, ORIGIN, world.trust(crl, world.root_list()), NOW)
    assert refusal.value.code == "cert_revoked"


def test_a_nonce_is_44_characters_and_never_the_same() -> None:
    nonces = {new_nonce() for _ in range(100)}
    assert len(nonces) == 100
    assert {len(nonce) for nonce in nonces} == {44}


def test_a_certificate_with_any_byte_altered_is_refused_and_nothing_breaks(world: World) -> None:
    token = sign(world)
    der = base64.b64decode(token["unverifiedCertificate"])
    for place in range(len(der)):
        altered = bytearray(der)
        altered[place] ^= 0x11
        token["unverifiedCertificate"] = base64.b64encode(altered).decode()
        assert code_of(world, token).startswith(("cert_", "token_"))
