"""Certificates and revocation lists signed with SM2 (国密证书): what `cryptography` parses but cannot check."""

from __future__ import annotations

from typing import Any

from asn1crypto import core
from cryptography import x509

from ukey import sm2_keys
from ukey.sm2 import Point

Asn1 = Any  # asn1crypto is untyped
_INTEGER = b"\x02"
_FAULTS = (ValueError, TypeError, KeyError)


class _Body(core.Sequence):  # type: ignore[misc]
    """A TBSCertificate of which only the key is looked at."""

    _fields = [  # noqa: RUF012
        ("version", core.Any, {"explicit": 0, "optional": True}),
        ("serial", core.Any),
        ("signature", core.Any),
        ("issuer", core.Any),
        ("validity", core.Any),
        ("subject", core.Any),
        ("key", core.Any),
        ("issuer_id", core.Any, {"implicit": 1, "optional": True}),
        ("subject_id", core.Any, {"implicit": 2, "optional": True}),
        ("extensions", core.Any, {"explicit": 3, "optional": True}),
    ]


class _Algorithm(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("algorithm", core.ObjectIdentifier),
        ("parameters", core.Any, {"optional": True}),
    ]


def is_sm2(signed: x509.Certificate | x509.CertificateRevocationList) -> bool:
    """Whether it says that an SM2 authority signed it."""
    return signed.signature_algorithm_oid.dotted_string == sm2_keys.SM2_WITH_SM3


def key_of(certificate: x509.Certificate) -> Point:
    """Return a certificate's SM2 key. Raises ValueError unless it has one."""
    return sm2_keys.read_key(_Body.load(certificate.tbs_certificate_bytes)["key"].dump())


def is_signed_by(
    signed: x509.Certificate | x509.CertificateRevocationList, issuer: x509.Certificate
) -> bool:
    """Whether the issuer's SM2 key signed it; what names another algorithm inside does not hold."""
    try:
        body, inside = _parts(signed)
        names_sm2 = _Algorithm.load(inside.dump())["algorithm"].dotted == sm2_keys.SM2_WITH_SM3
        return names_sm2 and sm2_keys.is_signed(key_of(issuer), body, signed.signature)
    except _FAULTS:
        return False


def _parts(signed: x509.Certificate | x509.CertificateRevocationList) -> tuple[bytes, Asn1]:
    """Return the bytes that are signed, and the algorithm that they themselves name."""
    if isinstance(signed, x509.Certificate):
        return signed.tbs_certificate_bytes, _Body.load(signed.tbs_certificate_bytes)["signature"]
    first, second, *_ = core.SequenceOf.load(signed.tbs_certlist_bytes, spec=core.Any)
    is_version = first.dump()[:1] == _INTEGER
    return signed.tbs_certlist_bytes, second if is_version else first
