"""The verdict table: each way a certificate or a list can be wrong has its own code."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import timedelta

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from tests.ukey.authorities import (
    DAY,
    NOW,
    YEARS,
    World,
    altered,
    index,
    rsa_key,
    with_broken_signature,
)
from ukey import certificate as certificate_rules
from ukey.authority import Authority, LeafProfile, key_usage
from ukey.certificate import CertificateRejected, CrlIndex, Policy, TrustStore, check
from ukey.dev_ca import DevCA

Case = Callable[[World], "tuple[object, ...]"]
HOLD = x509.ReasonFlags.certificate_hold
COMPROMISED = x509.ReasonFlags.key_compromise
UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.2.156.112562.2.1.1.1"), b"\x05\x00")


@pytest.fixture(scope="module")
def world() -> World:
    return World.make()


def verdict(certificate, trust, at=NOW, offered=()) -> str:
    try:
        check(certificate, trust, at, offered)
    except CertificateRejected as error:
        return error.code if error.text != "UKey验证失败" else "a code without words"
    return "ok"


def sha1_signed(world: World) -> x509.Certificate:
    """`cryptography` no longer signs with SHA-1: name it in the DER; the name alone must refuse."""
    der = asn1_x509.Certificate.load(world.leaf().public_bytes(Encoding.DER))
    sha1 = {"algorithm": "sha1_ecdsa"}
    der["signature_algorithm"] = sha1
    der["tbs_certificate"]["signature"] = sha1
    return x509.load_der_x509_certificate(der.dump(force=True))


def impostor() -> Authority:
    return World.make().issuing


LEAVES: dict[str, tuple[str, Callable[[World], x509.Certificate]]] = {
    "good EC P-256": ("ok", lambda w: w.leaf()),
    "good RSA-2048": ("ok", lambda w: w.leaf(rsa_key().public_key())),
    "expired": ("cert_expired", lambda w: w.leaf(start=NOW - 2 * DAY, end=NOW - DAY)),
    "not yet valid": ("cert_not_yet_valid", lambda w: w.leaf(start=NOW + DAY)),
    "unknown issuer": (
        "cert_untrusted",
        lambda w: w.leaf(by=Authority.make("别家", not_before=NOW - YEARS, not_after=NOW + YEARS)),
    ),
    "impostor authority of the same name": (
        "cert_chain_invalid",
        lambda w: w.leaf(by=impostor()),
    ),
    "key usage: keyEncipherment only": (
        "cert_key_usage",
        lambda w: w.leaf(key_usage=key_usage("key_encipherment")),
    ),
    "key usage missing": ("cert_key_usage", lambda w: w.leaf(key_usage=None)),
    "key usage: nonRepudiation only": (
        "cert_key_usage",
        lambda w: w.leaf(key_usage=key_usage("content_commitment")),
    ),
    "EKU serverAuth only": (
        "cert_eku",
        lambda w: w.leaf(extended_key_usage=[ExtendedKeyUsageOID.SERVER_AUTH]),
    ),
    "EKU missing": ("cert_eku", lambda w: w.leaf(extended_key_usage=[])),
    "EKU anyExtendedKeyUsage only": (
        "cert_eku",
        lambda w: w.leaf(extended_key_usage=[ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]),
    ),
    "tampered subject": (
        "cert_chain_invalid",
        lambda w: altered(w.leaf(), b"QDN0001", b"QDN0002"),
    ),
    "bad signature": ("cert_chain_invalid", lambda w: with_broken_signature(w.leaf())),
    "weak key RSA-1024": ("cert_key_weak", lambda w: w.leaf(rsa_key(1024).public_key())),
    "RSA-2048 e=3": ("cert_key_weak", lambda w: w.leaf(rsa_key(2048, 3).public_key())),
    "curve P-192": (
        "cert_key_weak",
        lambda w: w.leaf(ec.generate_private_key(ec.SECP192R1()).public_key()),
    ),
    "curve secp256k1": (
        "cert_key_weak",
        lambda w: w.leaf(ec.generate_private_key(ec.SECP256K1()).public_key()),
    ),
    "Ed25519 leaf key": (
        "cert_key_weak",
        lambda w: w.leaf(ed25519.Ed25519PrivateKey.generate().public_key()),
    ),
    "SHA-1 signature": ("cert_key_weak", sha1_signed),
    "CA certificate as login certificate": ("cert_is_ca", lambda w: w.issuing.certificate),
    "unknown critical extension": (
        "cert_chain_invalid",
        lambda w: w.leaf(extra=[(UNKNOWN, True)]),
    ),
    "unknown non-critical extension": ("ok", lambda w: w.leaf(extra=[(UNKNOWN, False)])),
    "no SAN": ("ok", lambda w: w.leaf(alternative_name=False)),
    "no basicConstraints": ("ok", lambda w: w.leaf(constraints=None)),
}


@pytest.mark.parametrize("name", LEAVES)
def test_a_leaf_gets_the_verdict_of_the_table(world: World, name: str) -> None:
    expected, make = LEAVES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # weak keys are what we want here
        assert verdict(make(world), world.trust()) == expected


@pytest.mark.parametrize("name", LEAVES)
def test_the_second_engine_gives_the_same_verdicts(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate_rules, "_is_strict", lambda _certificate: False)
    test_a_leaf_gets_the_verdict_of_the_table(world, name)


def test_the_second_engine_refuses_a_longer_path_and_a_leaf_that_issues(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate_rules, "_is_strict", lambda _certificate: False)
    below = Authority.make("下级", world.issuing, not_before=NOW - YEARS, not_after=NOW + YEARS)
    pinned = [world.issuing.certificate, below.certificate]
    crls = (world.lists(), world.root_list(), world.lists(by=below))
    trust = TrustStore([world.root.certificate], pinned, crls)
    assert verdict(world.leaf(by=below), trust) == "cert_chain_invalid"
    leaf = world.leaf()
    child = world.leaf(rsa_key().public_key(), by=Authority(leaf, world.key))
    pinned = [world.issuing.certificate, leaf]
    assert verdict(child, TrustStore(trust.roots, pinned, crls)) == "cert_chain_invalid"


def test_a_self_signed_leaf_is_named_so(world: World) -> None:
    own = Authority(world.issuing.certificate, world.key)
    mine = own.issue(
        world.key.public_key(), world.leaf().subject, LeafProfile(), NOW - DAY, NOW + DAY
    )
    subject = x509.Name(mine.issuer)
    self_signed = own.issue(world.key.public_key(), subject, LeafProfile(), NOW - DAY, NOW + DAY)
    assert verdict(self_signed, world.trust()) == "cert_self_signed"


def test_a_leaf_may_not_issue_leaves(world: World) -> None:
    leaf = world.leaf()
    another = ec.generate_private_key(ec.SECP256R1())
    child = world.leaf(another.public_key(), by=Authority(leaf, world.key))
    assert verdict(child, world.trust(), offered=[leaf]) == "cert_untrusted"


def test_an_authority_may_not_make_a_longer_path_than_it_was_given(world: World) -> None:
    below = Authority.make("下级", world.issuing, not_before=NOW - YEARS, not_after=NOW + YEARS)
    leaf = world.leaf(by=below)
    trust = world.trust(world.lists(), world.root_list(), world.lists(by=below))
    assert verdict(leaf, trust, offered=[below.certificate]) == "cert_untrusted"


def test_an_offered_intermediate_is_verified_and_then_serves(world: World) -> None:
    leaf = world.leaf()
    bare = TrustStore([world.root.certificate], [], world.trust().crls)
    assert verdict(leaf, bare) == "cert_untrusted"
    assert verdict(leaf, bare, offered=[world.issuing.certificate]) == "ok"


def test_an_expired_issuing_authority_breaks_the_chain() -> None:
    world = World.make(issuing_until=NOW - DAY)
    assert verdict(world.leaf(), world.trust()) == "cert_chain_invalid"


@pytest.mark.parametrize("reason", [COMPROMISED, HOLD])
def test_a_revoked_certificate_is_refused_also_when_only_on_hold(world: World, reason) -> None:
    leaf = world.leaf()
    crl = world.lists([(leaf.serial_number, NOW - DAY, reason)])
    assert verdict(leaf, world.trust(crl, world.root_list())) == "cert_revoked"


def test_a_certificate_taken_off_the_list_is_good_again(world: World) -> None:
    leaf = world.leaf()
    crl = world.lists([(leaf.serial_number, NOW - DAY, x509.ReasonFlags.remove_from_crl)])
    assert verdict(leaf, world.trust(crl, world.root_list())) == "ok"


def test_a_revoked_issuing_authority_takes_its_leaves_with_it(world: World) -> None:
    crl = world.root_list([(world.issuing.certificate.serial_number, NOW - DAY, COMPROMISED)])
    assert verdict(world.leaf(), world.trust(world.lists(), crl)) == "ca_revoked"


def forged(world: World) -> CrlIndex:
    return world.lists(by=Authority(world.issuing.certificate, world.key))


def partial(world: World) -> CrlIndex:
    scope = x509.IssuingDistributionPoint(
        full_name=None,
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=True,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )
    return _extended(world, scope)


def delta(world: World) -> CrlIndex:
    return _extended(world, x509.DeltaCRLIndicator(1))


def _extended(world: World, extension: x509.ExtensionType):
    return index(
        x509.CertificateRevocationListBuilder()
        .issuer_name(world.issuing.certificate.subject)
        .last_update(NOW - DAY)
        .next_update(NOW + DAY)
        .add_extension(extension, critical=True)
        .sign(world.issuing.key, hashes.SHA256())
    )


LISTS = {
    "CRL missing": ("crl_unavailable", lambda w: ()),
    "CRL expired": ("crl_stale", lambda w: (w.lists(start=NOW - 2 * DAY, end=NOW - DAY),)),
    "CRL forged": ("crl_invalid", lambda w: (forged(w),)),
    "CRL from the future": (
        "crl_invalid",
        lambda w: (w.lists(start=NOW + DAY, end=NOW + 2 * DAY),),
    ),
    "CRL for some certificates only": ("crl_invalid", lambda w: (partial(w),)),
    "delta CRL": ("crl_invalid", lambda w: (delta(w),)),
    "forged beside a genuine one": ("ok", lambda w: (forged(w), w.lists())),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_cannot_be_relied_on_closes_the_door(world: World, name: str) -> None:
    expected, make = LISTS[name]
    assert verdict(world.leaf(), world.trust(world.root_list(), *make(world))) == expected


def test_the_newest_list_decides(world: World) -> None:
    leaf = world.leaf()
    older = world.lists(start=NOW - DAY)
    newer = world.lists([(leaf.serial_number, NOW - DAY, COMPROMISED)], start=NOW - DAY / 2)
    for order in ([older, newer], [newer, older]):
        assert verdict(leaf, world.trust(world.root_list(), *order)) == "cert_revoked"


def test_a_list_of_the_issuing_authority_alone_is_not_enough(world: World) -> None:
    assert verdict(world.leaf(), world.trust(world.lists())) == "crl_unavailable"


def test_a_stale_list_serves_within_the_grace_that_was_granted(world: World) -> None:
    crl = world.lists(start=NOW - 2 * DAY, end=NOW - DAY)
    trust = world.trust(crl, world.root_list(), policy=Policy(crl_grace=timedelta(days=2)))
    assert verdict(world.leaf(), trust) == "ok"


def test_a_clock_five_minutes_slow_does_not_shut_out_a_new_certificate(world: World) -> None:
    assert verdict(world.leaf(start=NOW + timedelta(minutes=4)), world.trust()) == "ok"
    late = world.leaf(start=NOW + timedelta(minutes=6))
    assert verdict(late, world.trust()) == "cert_not_yet_valid"


def test_a_missing_extended_key_usage_passes_where_the_policy_says_so(world: World) -> None:
    trust = world.trust(policy=Policy(require_client_auth=False))
    assert verdict(world.leaf(extended_key_usage=[]), trust) == "ok"
    server = world.leaf(extended_key_usage=[ExtendedKeyUsageOID.SERVER_AUTH])
    assert verdict(server, trust) == "cert_eku"


def test_without_any_root_nobody_is_trusted(world: World) -> None:
    assert verdict(world.leaf(), TrustStore([])) == "cert_untrusted"


def issue(ca: DevCA, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return ca.issue(key.public_key(), person="龙某", organization="中心", not_before=NOW - DAY)


def test_the_development_authority_is_the_same_when_opened_again(tmp_path, world: World) -> None:
    first = DevCA.open(tmp_path / "ca", at=NOW)
    leaf = issue(DevCA.open(tmp_path / "ca", at=NOW), world.key)
    assert verdict(leaf, TrustStore.load(first.trust_folder)) == "ok"
    for name in ("root.key", "issuing.key"):
        assert (tmp_path / "ca" / name).stat().st_mode & 0o077 == 0


def test_a_revocation_takes_effect_when_the_lists_are_written(tmp_path, world: World) -> None:
    ca = DevCA.open(tmp_path / "ca", at=NOW)
    leaf = issue(ca, world.key)
    before = TrustStore.load(ca.trust_folder)
    ca.revoke(leaf.serial_number, at=NOW)
    assert verdict(leaf, TrustStore.load(ca.trust_folder)) == "ok"
    ca.write_crls(at=NOW)
    assert verdict(leaf, TrustStore.load(ca.trust_folder)) == "cert_revoked"
    assert verdict(leaf, before) == "ok", "a store already in hand does not change under its user"


def test_the_lists_of_the_development_authority_last_the_days_asked_for(tmp_path, world) -> None:
    ca = DevCA.open(tmp_path / "ca", at=NOW)
    ca.write_crls(days=2, at=NOW)
    leaf = issue(ca, world.key)
    assert verdict(leaf, TrustStore.load(ca.trust_folder), at=NOW + DAY) == "ok"
    assert verdict(leaf, TrustStore.load(ca.trust_folder), at=NOW + 3 * DAY) == "crl_stale"


def test_a_trust_folder_is_read_again_only_when_a_file_changed(tmp_path) -> None:
    folder = DevCA.open(tmp_path / "ca", at=NOW).trust_folder
    first = TrustStore.load(folder)
    assert TrustStore.load(folder) is first
    (folder / "issuing.crl").unlink()
    assert TrustStore.load(folder) is not first


def test_an_unreadable_file_is_named_and_closes_the_door(tmp_path, world: World) -> None:
    ca = DevCA.open(tmp_path / "ca", at=NOW)
    leaf = issue(ca, world.key)
    (ca.trust_folder / "issuing.crl").write_bytes(b"not a list")
    trust = TrustStore.load(ca.trust_folder)
    assert [fault.split(":")[0] for fault in trust.faults] == ["issuing.crl"]
    assert verdict(leaf, trust) == "crl_unavailable"
    (ca.trust_folder / "root.pem").write_bytes(b"not a certificate")
    assert verdict(leaf, TrustStore.load(ca.trust_folder)) == "cert_untrusted"
