"""A certificate authority for development and tests (演示CA): root → issuing → persons."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ObjectIdentifier

from ukey.authority import Authority, LeafProfile, key_usage, name_of

__all__ = ["Authority", "DevCA", "LeafProfile", "key_usage"]

USCC_EXTENSION = ObjectIdentifier("1.2.86.11.7.4")
_AUTHORITY_LIFE = timedelta(days=20 * 365)
_PERSON_LIFE = timedelta(days=365)


class DevCA:
    """Lives in a folder; `trust_folder` is what the hall's TrustStore.load reads."""

    def __init__(self, folder: Path, root: Authority, issuing: Authority) -> None:
        self.folder = folder
        self.root = root
        self.issuing = issuing

    @property
    def trust_folder(self) -> Path:
        return self.folder / "trust"

    @classmethod
    def open(cls, folder: Path, *, at: datetime | None = None) -> DevCA:
        """Load the authority, or create it with its first lists, valid ten years around `at`."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / "issuing.key").is_file():
            return cls._create(folder, at or datetime.now(UTC))
        trust = folder / "trust"
        return cls(
            folder,
            _load(trust / "root.pem", folder / "root.key"),
            _load(trust / "issuing.pem", folder / "issuing.key"),
        )

    @classmethod
    def _create(cls, folder: Path, at: datetime) -> DevCA:
        start, end = at - _AUTHORITY_LIFE / 2, at + _AUTHORITY_LIFE / 2
        root = Authority.make("公积金演示根CA", not_before=start, not_after=end)
        issuing = Authority.make(
            "公积金演示签发CA", root, path_length=0, not_before=start, not_after=end
        )
        authority = cls(folder, root, issuing)
        authority.trust_folder.mkdir(exist_ok=True)
        for name, one in (("root", root), ("issuing", issuing)):
            _write(authority.trust_folder / f"{name}.pem", _pem(one.certificate))
            _write(folder / f"{name}.key", _key_pem(one.key), mode=0o600)
        authority.write_crls(at=at)
        return authority

    def issue(
        self,
        public_key: CertificatePublicKeyTypes,
        *,
        person: str,
        organization: str,
        unit: str = "",
        uscc: str = "",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        profile: LeafProfile | None = None,
    ) -> x509.Certificate:
        """Issue to a person: CN=person, O=employer or 中心, OU=unit number, serialNumber=USCC.

        Valid from a day ago for a year, unless told otherwise (aware datetimes).
        """
        start = not_before or datetime.now(UTC) - timedelta(days=1)
        profile = profile or LeafProfile()
        extra = list(profile.extra)
        if uscc:
            extra.append((x509.UnrecognizedExtension(USCC_EXTENSION, _utf8(uscc)), False))
        return self.issuing.issue(
            public_key,
            name_of(person, organization, unit, uscc),
            replace(profile, extra=extra),
            start,
            not_after or start + _PERSON_LIFE,
        )

    def revoke(
        self,
        serial: int,
        *,
        reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise,
        at: datetime | None = None,
    ) -> None:
        """Remember a revocation; it takes effect with the next `write_crls`."""
        entry = [str(serial), (at or datetime.now(UTC)).isoformat(), reason.value]
        text = json.dumps([*self._revoked_entries(), entry])
        _write(self.folder / "revoked.json", text.encode("ascii"))

    def write_crls(self, days: int = 7, *, at: datetime | None = None) -> None:
        """Write root.crl and issuing.crl into the trust folder, current for so many days."""
        this_update = (at or datetime.now(UTC)) - timedelta(minutes=5)
        next_update = this_update + timedelta(days=days)
        revoked = [
            (int(serial), datetime.fromisoformat(when), x509.ReasonFlags(reason))
            for serial, when, reason in self._revoked_entries()
        ]
        for name, authority in (("root", self.root), ("issuing", self.issuing)):
            crl = authority.list_revoked(
                revoked, this_update, next_update, number=int(this_update.timestamp())
            )
            _write(self.trust_folder / f"{name}.crl", crl.public_bytes(serialization.Encoding.DER))

    def _revoked_entries(self) -> list[list[str]]:
        path = self.folder / "revoked.json"
        entries: list[list[str]] = json.loads(path.read_bytes()) if path.is_file() else []
        return entries


def _utf8(text: str) -> bytes:
    """Encode a DER UTF8String of under 128 bytes."""
    value = text.encode("utf-8")
    return bytes([0x0C, len(value)]) + value


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _load(certificate_path: Path, key_path: Path) -> Authority:
    key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key_path.name} is not an EC key")
    return Authority(x509.load_pem_x509_certificate(certificate_path.read_bytes()), key)


def _write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write whole or not at all, never readable by more than `mode` allows."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    draft.replace(path)
