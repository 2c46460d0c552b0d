"""Bad certificates, lists, tokens and signatures, all together (figure 18): each for its own reason."""

import base64
import json
import warnings
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests import figures
from tests.ukey import test_cades, test_sign_in_token, test_sm2
from tests.ukey.authorities import DAY, NOW, YEARS, World
from tests.ukey.test_certificate import COMPROMISED, HOLD, LEAVES, LISTS, verdict
from ukey import cades, sm2
from ukey.authority import Authority, LeafProfile
from ukey.certificate import TrustStore
from ukey.rejection import SignatureRejected
from ukey.sign_in_token import Rejected, new_nonce, verify

#: What was tried, the right verdict, the hall's.
Judged = Iterator[tuple[str, str, str]]


def certificates(world: World) -> Judged:
    for name, (expected, make) in LEAVES.items():
        yield name, expected, verdict(make(world), world.trust())
    for name, (expected, make_lists) in LISTS.items():
        trust = world.trust(world.root_list(), *make_lists(world))
        yield name, expected, verdict(world.leaf(), trust)


def chains(world: World) -> Judged:
    leaf = world.leaf()
    for name, reason in (("compromised", COMPROMISED), ("on hold", HOLD)):
        crl = world.lists([(leaf.serial_number, NOW - DAY, reason)])
        yield name, "cert_revoked", verdict(leaf, world.trust(crl, world.root_list()))
    older = world.lists(start=NOW - DAY)
    newer = world.lists([(leaf.serial_number, NOW - DAY, COMPROMISED)], start=NOW - DAY / 2)
    told = verdict(leaf, world.trust(world.root_list(), older, newer))
    yield "revoked by the newer list", "cert_revoked", told
    crl = world.root_list([(world.issuing.certificate.serial_number, NOW - DAY, COMPROMISED)])
    yield "authority revoked", "ca_revoked", verdict(leaf, world.trust(world.lists(), crl))
    late = World.make(issuing_until=NOW - DAY)
    yield "authority expired", "cert_chain_invalid", verdict(late.leaf(), late.trust())
    own = Authority(world.issuing.certificate, world.key)
    name = x509.Name(world.issuing.certificate.subject)
    itself = own.issue(world.key.public_key(), name, LeafProfile(), NOW - DAY, NOW + DAY)
    yield "self-signed", "cert_self_signed", verdict(itself, world.trust())
    child = world.leaf(
        ec.generate_private_key(ec.SECP256R1()).public_key(), by=Authority(leaf, world.key)
    )
    yield "issued by a leaf", "cert_untrusted", verdict(child, world.trust(), offered=[leaf])
    below = Authority.make("下级", world.issuing, not_before=NOW - YEARS, not_after=NOW + YEARS)
    longer = world.trust(world.lists(), world.root_list(), world.lists(by=below))
    told = verdict(world.leaf(by=below), longer, offered=[below.certificate])
    yield "path too long", "cert_untrusted", told
    yield "no root at all", "cert_untrusted", verdict(leaf, TrustStore([]))


def tokens(world: World) -> Judged:
    def judged(token: object, nonce: str = test_sign_in_token.NONCE) -> str:
        text = token if isinstance(token, str) else json.dumps(token)
        try:
            verify(text, nonce, test_sign_in_token.ORIGIN, world.trust(), NOW)
        except Rejected as refusal:
            return refusal.code
        return "ok"

    good = test_sign_in_token.sign(world)
    yield "a good token", "ok", judged(good)
    for origin in test_sign_in_token.FOREIGN:
        signed = test_sign_in_token.sign(world, origin=origin)
        yield f"origin {origin}", "token_signature", judged(signed)
    yield "another nonce", "token_signature", judged(good, new_nonce())
    yield "nonce used up", "nonce_missing", judged(good, "")
    thief = test_sign_in_token.sign(world, key=ec.generate_private_key(ec.SECP256R1()))
    stolen = good | {"signature": thief["signature"]}
    yield "certificate without its key", "token_signature", judged(stolen)
    for over, code in test_sign_in_token.MALFORMED:
        yield f"token with {over}"[:60], code, judged(good | over)
    for text, code in test_sign_in_token.NO_TOKENS:
        yield f"text {text}"[:60], code, judged(text)
    leaf = x509.load_der_x509_certificate(base64.b64decode(good["unverifiedCertificate"]))
    revoked = world.trust(world.lists([(leaf.serial_number, NOW, COMPROMISED)]), world.root_list())
    try:
        verify(json.dumps(good), test_sign_in_token.NONCE, test_sign_in_token.ORIGIN, revoked, NOW)
    except Rejected as refusal:
        yield "a good signature of a revoked one", "cert_revoked", refusal.code


def signatures(world: World) -> Judged:
    def judged(signature: bytes, document: bytes = test_cades.DOCUMENT, minutes: int = 0) -> str:
        try:
            cades.verify(signature, document, der, NOW + timedelta(minutes=minutes))
        except SignatureRejected as refusal:
            return refusal.code
        return "ok"

    signature, der = test_cades.sign(world)
    yield "a good signature", "ok", judged(signature)
    other = test_cades.DOCUMENT.replace(b"18650", b"28650")
    yield "an altered amount", "cms_digest", judged(signature, other)
    broken = signature[:-1] + bytes([signature[-1] ^ 1])
    yield "a broken signature", "cms_signature", judged(broken)
    colleague, _ = test_cades.sign(world, ec.generate_private_key(ec.SECP256R1()))
    yield "a colleague's", "cms_certificate", judged(colleague)
    for minutes in (-11, 11):
        yield f"signed {minutes} minutes off", "cms_time", judged(signature, minutes=minutes)
    for shape in test_cades.SHAPES:
        yield f"shape: {shape}", "cms_structure", judged(test_cades.reshaped(signature, shape))


def in_sm2(world: test_sm2.Sm2World) -> Judged:
    for expected, name, crl, root in test_sm2.SAME_CODES:
        trust = world.trust(world.crl(crl), root=root)
        yield f"SM2: {name}, {crl}, {root}", expected, test_sm2.verdict(world.read(name), trust)
    for name, key, message, r, s, identity in test_sm2.DIFFERENT:
        is_valid = sm2.is_valid(key, message, r, s, identity=identity)
        yield f"SM2: {name}", "no", "yes" if is_valid else "no"


def _noted(part: str, judged: Judged) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # weak keys are what we want here
        found = list(judged)
    bad = [one for one in found if one[1] != "ok"]
    wrong = [one for one in found if one[1] != one[2]]
    refused = len(bad) - sum(one in wrong for one in bad)
    figures.record(
        18, f"{refused} of {len(bad)} bad ones refused for the right reason, {len(found) - len(bad)} good "
        "ones let in", reached=not wrong, is_whole=True, part=part,
    )  # fmt: skip
    assert wrong == []


@pytest.fixture(scope="module")
def world() -> World:
    return World.make()


def test_bad_certificates_and_lists_get_their_own_verdicts(world: World) -> None:
    _noted("certificates", chain(certificates(world), chains(world)))


def test_bad_tokens_and_signatures_get_their_own_verdicts(world: World) -> None:
    _noted("tokens and signatures", chain(tokens(world), signatures(world)))


def test_bad_sm2_certificates_and_signatures_get_their_own_verdicts(tmp_path) -> None:
    _noted("SM2", in_sm2(test_sm2.make_world(tmp_path)))
