"""A second engine for chains (证书链) that `cryptography` cannot build: SM2, and not strictly DER.

It is as strict in substance: only pinned authorities issue, each link's signature, dates, right to
issue and path length are checked. The verdict table runs over both engines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from ukey import extensions, sm2_certificate
from ukey.rejection import CertificateRejected
from ukey.trust import TrustStore

_DOES_NOT_HOLD = (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError)


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key signed the certificate; its right to is another question."""
    if sm2_certificate.is_sm2(certificate):
        return sm2_certificate.is_signed_by(certificate, issuer)
    try:
        certificate.verify_directly_issued_by(issuer)
    except _DOES_NOT_HOLD:
        return False
    return True


def build_chain(
    certificate: x509.Certificate, trust: TrustStore, at: datetime
) -> list[x509.Certificate]:
    """Answer the chain from the certificate up to its pinned root.

    Raises CertificateRejected as the strict engine does.
    """
    if extensions.read(certificate).unknown_critical:
        raise CertificateRejected("cert_chain_invalid", "an unknown critical extension")
    chain = [certificate]
    for below in range(trust.policy.max_chain_depth + 1):
        issuer = _issuer(chain[-1], trust, at, below)
        chain.append(issuer)
        if issuer in trust.roots:
            return chain
    raise CertificateRejected("cert_untrusted", "the chain is too long")


def _issuer(
    certificate: x509.Certificate, trust: TrustStore, at: datetime, below: int
) -> x509.Certificate:
    """Return the pinned authority that signed this one, with `below` authorities under it."""
    named = list(_named(certificate.issuer, (*trust.roots, *trust.intermediates)))
    if not named:
        raise CertificateRejected("cert_untrusted", certificate.issuer.rfc4514_string())
    for authority in named:
        if _may_issue(authority, at, below) and is_signed_by(certificate, authority):
            return authority
    raise CertificateRejected("cert_chain_invalid", certificate.issuer.rfc4514_string())


def _named(name: x509.Name, authorities: Sequence[x509.Certificate]) -> Iterator[x509.Certificate]:
    return (authority for authority in authorities if authority.subject == name)


def _may_issue(authority: x509.Certificate, at: datetime, below: int) -> bool:
    said = extensions.read(authority)
    return (
        authority.not_valid_before_utc <= at <= authority.not_valid_after_utc
        and said.is_authority
        and said.usages is not None
        and "key_cert_sign" in said.usages
        and (said.path_length is None or said.path_length >= below)
        and not said.unknown_critical
    )
