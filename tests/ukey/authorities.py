"""A small world of certificates: a root, an issuing authority, and every way to be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding

from ukey.authority import Authority, LeafProfile, name_of
from ukey.certificate import CrlIndex, Policy, TrustStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEARS = timedelta(days=3650)
PERSON = name_of("杨某", "凯里某某有限公司", "QDN0001", "91522601MA6DEMO01X")
Revoked = Sequence[tuple[int, datetime, x509.ReasonFlags]]


@dataclass
class World:
    root: Authority
    issuing: Authority

    @classmethod
    def make(cls, *, issuing_until: datetime = NOW + YEARS) -> World:
        root = Authority.make("根", not_before=NOW - YEARS, not_after=NOW + YEARS)
        issuing = Authority.make(
            "签发", root, path_length=0, not_before=NOW - YEARS, not_after=issuing_until
        )
        return cls(root, issuing)

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    def leaf(
        self,
        public_key: CertificatePublicKeyTypes | None = None,
        *,
        start: datetime = NOW - DAY,
        end: datetime = NOW + 365 * DAY,
        by: Authority | None = None,
        **profile: object,
    ) -> x509.Certificate:
        return (by or self.issuing).issue(
            public_key or self.key.public_key(),
            PERSON,
            LeafProfile(**profile),
            start,
            end,
        )

    def lists(
        self,
        revoked: Revoked = (),
        *,
        by: Authority | None = None,
        start: datetime = NOW - DAY / 24,
        end: datetime = NOW + DAY,
    ) -> CrlIndex:
        """Make the issuing authority's list."""
        return index((by or self.issuing).list_revoked(list(revoked), start, end))

    def root_list(self, revoked: Revoked = ()) -> CrlIndex:
        return self.lists(revoked, by=self.root)

    def trust(self, *crls: CrlIndex, policy: Policy | None = None) -> TrustStore:
        crls = crls or (self.lists(), self.root_list())
        authorities = [self.issuing.certificate]
        return TrustStore([self.root.certificate], authorities, crls, policy or Policy())


def index(crl: x509.CertificateRevocationList) -> CrlIndex:
    return CrlIndex.read(crl.public_bytes(Encoding.DER))


def rsa_key(bits: int = 2048, exponent: int = 65537) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(exponent, bits)


def altered(certificate: x509.Certificate, old: bytes, new: bytes) -> x509.Certificate:
    der = certificate.public_bytes(Encoding.DER)
    assert len(old) == len(new)
    assert old in der
    return x509.load_der_x509_certificate(der.replace(old, new))


def with_broken_signature(certificate: x509.Certificate) -> x509.Certificate:
    der = certificate.public_bytes(Encoding.DER)
    return x509.load_der_x509_certificate(der[:-1] + bytes([der[-1] ^ 1]))
