"""An authority that issues and revokes (签发机构); the development CA has two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def key_usage(*usages: str) -> x509.KeyUsage:
    """Answer the extension with these usages and no other."""
    return x509.KeyUsage(**{usage: usage in usages for usage in _USAGES})


@dataclass(frozen=True)
class LeafProfile:
    """What a person's certificate says besides names; None leaves out; tests bend it."""

    key_usage: x509.KeyUsage | None = field(
        default_factory=lambda: key_usage("digital_signature", "content_commitment")
    )
    extended_key_usage: Sequence[ObjectIdentifier] = (ExtendedKeyUsageOID.CLIENT_AUTH,)
    constraints: x509.BasicConstraints | None = field(
        default_factory=lambda: x509.BasicConstraints(ca=False, path_length=None)
    )
    alternative_name: bool = True
    extra: Sequence[tuple[x509.ExtensionType, bool]] = ()  # extension, whether critical
    hash: Any = field(default_factory=hashes.SHA256)


@dataclass(frozen=True)
class Authority:
    """A certificate that may issue, with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(
        cls,
        name: str,
        issuer: Authority | None = None,
        *,
        path_length: int = 1,
        not_before: datetime,
        not_after: datetime,
    ) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = name_of(name, "公积金演示CA")
        signer = issuer.key if issuer else key
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        )
        return cls(_identify(builder, key.public_key(), signer).sign(signer, hashes.SHA256()), key)

    def issue(
        self,
        public_key: CertificatePublicKeyTypes,
        subject: x509.Name,
        profile: LeafProfile,
        not_before: datetime,
        not_after: datetime,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
        )
        for extension, critical in _leaf_extensions(profile):
            builder = builder.add_extension(extension, critical=critical)
        return _identify(builder, public_key, self.key).sign(self.key, profile.hash)

    def list_revoked(
        self,
        revoked: Sequence[tuple[int, datetime, x509.ReasonFlags]],
        this_update: datetime,
        next_update: datetime,
        number: int = 1,
    ) -> x509.CertificateRevocationList:
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(this_update)
            .next_update(next_update)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(authority_key, critical=False)
        )
        for serial, when, reason in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(serial)
                .revocation_date(when)
                .add_extension(x509.CRLReason(reason), critical=False)
                .build()
            )
        return builder.sign(self.key, hashes.SHA256())


def name_of(person: str, organization: str, unit: str = "", uscc: str = "") -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.SERIAL_NUMBER, uscc),
        (NameOID.COMMON_NAME, person),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])


def _leaf_extensions(profile: LeafProfile) -> list[tuple[x509.ExtensionType, bool]]:
    extensions: list[tuple[x509.ExtensionType, bool]] = list(profile.extra)
    if profile.constraints is not None:
        extensions.append((profile.constraints, True))
    if profile.key_usage is not None:
        extensions.append((profile.key_usage, True))
    if profile.extended_key_usage:
        extensions.append((x509.ExtendedKeyUsage(list(profile.extended_key_usage)), False))
    if profile.alternative_name:
        name = x509.UniformResourceIdentifier("urn:hall:person")
        extensions.append((x509.SubjectAlternativeName([name]), False))
    return extensions


def _identify(
    builder: x509.CertificateBuilder,
    public_key: CertificatePublicKeyTypes,
    signer: ec.EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False
    ).add_extension(authority_key, critical=False)
