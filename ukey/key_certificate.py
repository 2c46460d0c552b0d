"""What a certificate on a key says of itself (证书信息), read leniently: not all are strict DER."""

from __future__ import annotations

import hashlib
from typing import Any

from asn1crypto import x509 as asn1_x509

from ukey.backend import KeyCertificate, KeyKind, PinState

Asn1 = Any  # asn1crypto is untyped
_SHORT = {
    "common_name": "CN",
    "organization_name": "O",
    "organizational_unit_name": "OU",
    "serial_number": "SERIALNUMBER",
    "locality_name": "L",
    "state_or_province_name": "ST",
    "country_name": "C",
}


def describe(
    der: bytes, *, token: str, serial: str, pin_state: PinState, pin_pad: bool
) -> KeyCertificate | None:
    """Describe a certificate that may sign; None for an authority's, an encrypting one, rubbish."""
    try:
        certificate = asn1_x509.Certificate.load(der)
        if certificate.ca or not _may_sign(certificate):
            return None
        names = certificate.subject.native
        return KeyCertificate(
            id=hashlib.sha256(der).hexdigest(),
            token=token,
            serial=serial,
            subject=_line(names),
            subject_cn=_text(names.get("common_name")),
            organization=_text(names.get("organization_name")),
            issuer=_line(certificate.issuer.native),
            not_after=certificate.not_valid_after.isoformat(),
            pin_state=pin_state,
            pin_pad=pin_pad,
            der=der,
        )
    except (ValueError, TypeError, KeyError):
        return None


def key_of(der: bytes) -> tuple[KeyKind, int]:
    """Tell the kind of key and its bits. Raises ValueError for any but RSA and EC."""
    key = asn1_x509.Certificate.load(der).public_key
    if key.algorithm == "rsa":
        return "rsa", int(key.bit_size)
    if key.algorithm == "ec":
        return "ec", int(key.bit_size)
    raise ValueError(f"{key.algorithm} keys cannot sign here")


def _may_sign(certificate: Asn1) -> bool:
    usage = certificate.key_usage_value
    return usage is None or "digital_signature" in usage.native


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _line(names: dict[str, object]) -> str:
    return ", ".join(f"{_SHORT.get(name, name)}={_text(names[name])}" for name in names)
