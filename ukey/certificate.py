"""Is this certificate good for the hall (证书校验)? Path, purpose, strength, revocation.

`cryptography` builds the path; alone it would let pass a revoked certificate, a wrong usage and
a weak key, so those are checked here. What it cannot read, SM2 and not strictly DER, takes the
second engine (`ukey.lenient`). In doubt it refuses, each fault with its own code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification

from ukey import extensions, lenient, sm2_certificate
from ukey.rejection import CertificateRejected, Rejected
from ukey.revocation import CrlIndex, check_revocation, read_crl
from ukey.trust import Policy, TrustStore

__all__ = [
    "CertificateRejected",
    "CrlIndex",
    "Policy",
    "Rejected",
    "TrustStore",
    "check",
    "read_crl",
]

_SAFE_RSA_EXPONENT = 65537
_BROKEN_HASHES = frozenset({"md5", "sha1"})
_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.UnsupportedGeneralNameType,
    x509.DuplicateExtension,
    x509.InvalidVersion,
)


def check(
    certificate: x509.Certificate,
    trust: TrustStore,
    at: datetime,
    offered: Sequence[x509.Certificate] = (),
) -> list[x509.Certificate]:
    """Answer the chain from the certificate up to its pinned root.

    `at` is aware; `offered` are intermediates from the other side, themselves verified. Raises
    CertificateRejected.
    """
    policy = trust.policy
    _check_readable(certificate)
    _check_dates(certificate, policy, at)
    _check_strength(certificate, policy)
    _check_purpose(certificate, policy)
    if _is_self_signed(certificate):
        raise CertificateRejected("cert_self_signed")
    if _is_strict(certificate):
        chain = _build_chain(certificate, trust, at, offered)
    else:
        chain = lenient.build_chain(certificate, trust, at)
    if policy.check_revocation:
        check_revocation(chain, trust.crls, at, policy.skew, policy.crl_grace)
    return chain


def _check_readable(certificate: x509.Certificate) -> None:
    try:
        _ = (certificate.subject, certificate.issuer, certificate.serial_number)
    except _UNREADABLE as error:
        raise CertificateRejected("cert_malformed", str(error)) from error


def _is_strict(certificate: x509.Certificate) -> bool:
    """Whether `cryptography` can judge it."""
    try:
        _ = list(certificate.extensions)
    except _UNREADABLE:
        return False
    return not sm2_certificate.is_sm2(certificate)


def _check_dates(certificate: x509.Certificate, policy: Policy, at: datetime) -> None:
    if at + policy.skew < certificate.not_valid_before_utc:
        raise CertificateRejected("cert_not_yet_valid", str(certificate.not_valid_before_utc))
    if at > certificate.not_valid_after_utc:
        raise CertificateRejected("cert_expired", str(certificate.not_valid_after_utc))


def _check_strength(certificate: x509.Certificate, policy: Policy) -> None:
    if sm2_certificate.is_sm2(certificate):
        objection = _sm2_objection(certificate)
    else:
        objection = _key_objection(certificate, policy) or _hash_objection(certificate)
    if objection:
        raise CertificateRejected("cert_key_weak", objection)


def _sm2_objection(certificate: x509.Certificate) -> str | None:
    try:
        sm2_certificate.key_of(certificate)
    except ValueError as error:
        return str(error)
    return None


def _key_objection(certificate: x509.Certificate, policy: Policy) -> str | None:
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        return str(error)
    except ValueError as error:
        raise CertificateRejected("cert_malformed", str(error)) from error
    if isinstance(key, rsa.RSAPublicKey):
        exponent = key.public_numbers().e
        weak = key.key_size < policy.min_rsa_bits or exponent < _SAFE_RSA_EXPONENT
        return f"RSA-{key.key_size} e={exponent}" if weak else None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return None if key.curve.name in policy.curves else key.curve.name
    return type(key).__name__


def _hash_objection(certificate: x509.Certificate) -> str | None:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return certificate.signature_algorithm_oid.dotted_string
    if algorithm is None:
        return "no hash"
    return algorithm.name if algorithm.name in _BROKEN_HASHES else None


def _check_purpose(certificate: x509.Certificate, policy: Policy) -> None:
    said = extensions.read(certificate)
    if said.is_authority:
        raise CertificateRejected("cert_is_ca")
    if said.usages is None or "digital_signature" not in said.usages:
        raise CertificateRejected("cert_key_usage")
    if said.extended is None and policy.require_client_auth:
        raise CertificateRejected("cert_eku", "missing")
    if said.extended is not None and extensions.CLIENT_AUTH not in said.extended:
        raise CertificateRejected("cert_eku", ",".join(sorted(said.extended)))
    if said.policies & policy.disallowed_policies:
        raise CertificateRejected("cert_policy", ",".join(sorted(said.policies)))


def _build_chain(
    certificate: x509.Certificate,
    trust: TrustStore,
    at: datetime,
    offered: Sequence[x509.Certificate],
) -> list[x509.Certificate]:
    if not trust.roots:
        raise CertificateRejected("cert_untrusted", "no root is configured")
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(trust.roots)))
        .time(max(at, certificate.not_valid_before_utc))  # _check_dates allowed the skew already
        .max_chain_depth(trust.policy.max_chain_depth)
        .extension_policies(
            ca_policy=_authority_policy(), ee_policy=verification.ExtensionPolicy.permit_all()
        )
        .build_client_verifier()
    )
    try:
        return verifier.verify(certificate, [*trust.intermediates, *offered]).chain
    except verification.VerificationError as error:
        known = {authority.subject for authority in (*trust.roots, *trust.intermediates)}
        code = "cert_chain_invalid" if certificate.issuer in known else "cert_untrusted"
        raise CertificateRejected(code, str(error)) from error


def _is_self_signed(certificate: x509.Certificate) -> bool:
    if certificate.issuer != certificate.subject:
        return False
    return lenient.is_signed_by(certificate, certificate)


def _authority_policy() -> verification.ExtensionPolicy:
    """Demand of issuers what RFC 5280 does; the default wants what real ones lack."""
    agnostic = verification.Criticality.AGNOSTIC
    return (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, agnostic, _must_be_authority)
        .require_present(x509.KeyUsage, agnostic, _must_sign_certificates)
    )


def _must_be_authority(
    _policy: verification.Policy, _certificate: x509.Certificate, value: x509.BasicConstraints
) -> None:
    if not value.ca:
        raise ValueError("the issuer is not an authority")


def _must_sign_certificates(
    _policy: verification.Policy, _certificate: x509.Certificate, value: x509.KeyUsage
) -> None:
    if not value.key_cert_sign:
        raise ValueError("the issuer may not sign certificates")
