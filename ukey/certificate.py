"""Is this certificate good for the hall (证书校验)? Path, purpose, strength, revocation.

`cryptography` builds the path; alone it would let pass a revoked certificate, a wrong usage and
a weak key, so those are checked here. In doubt it refuses, each fault with its own code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

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

Extension = TypeVar("Extension", bound=x509.ExtensionType)
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
    chain = _build_chain(certificate, trust, at, offered)
    if policy.check_revocation:
        check_revocation(chain, trust.crls, at, policy.skew, policy.crl_grace)
    return chain


def _check_readable(certificate: x509.Certificate) -> None:
    try:
        _ = (certificate.subject, certificate.issuer, certificate.serial_number)
        _ = list(certificate.extensions)
    except _UNREADABLE as error:
        raise CertificateRejected("cert_malformed", str(error)) from error


def _check_dates(certificate: x509.Certificate, policy: Policy, at: datetime) -> None:
    if at + policy.skew < certificate.not_valid_before_utc:
        raise CertificateRejected("cert_not_yet_valid", str(certificate.not_valid_before_utc))
    if at > certificate.not_valid_after_utc:
        raise CertificateRejected("cert_expired", str(certificate.not_valid_after_utc))


def _check_strength(certificate: x509.Certificate, policy: Policy) -> None:
    objection = _key_objection(certificate, policy) or _hash_objection(certificate)
    if objection:
        raise CertificateRejected("cert_key_weak", objection)


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
    constraints = _value(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise CertificateRejected("cert_is_ca")
    usage = _value(certificate, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise CertificateRejected("cert_key_usage")
    extended = _value(certificate, x509.ExtendedKeyUsage)
    if extended is None and policy.require_client_auth:
        raise CertificateRejected("cert_eku", "missing")
    if extended is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in list(extended):
        raise CertificateRejected("cert_eku", ",".join(o.dotted_string for o in extended))
    policies = _value(certificate, x509.CertificatePolicies)
    oids = {p.policy_identifier.dotted_string for p in policies or ()}
    if oids & policy.disallowed_policies:
        raise CertificateRejected("cert_policy", ",".join(sorted(oids)))


def _build_chain(
    certificate: x509.Certificate,
    trust: TrustStore,
    at: datetime,
    offered: Sequence[x509.Certificate],
) -> list[x509.Certificate]:
    if _is_self_signed(certificate):
        raise CertificateRejected("cert_self_signed")
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
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


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


def _value(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
