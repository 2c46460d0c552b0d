"""SM2 keys and signatures as certificates encode them (DER), read strictly.

A key may name its curve or spell the curve out; spelt out, every number must be sm2p256v1's: with a
generator of his own choice anybody could sign for anybody (the shape of CVE-2020-0601).
"""

from __future__ import annotations

from typing import Any, Final

from asn1crypto import core

from ukey import sm2
from ukey.sm2 import SM2, Point

Asn1 = Any  # asn1crypto is untyped

CURVE: Final = "1.2.156.10197.1.301"
SM2_WITH_SM3: Final = "1.2.156.10197.1.501"
_EC: Final = "1.2.840.10045.2.1"
_PRIME_FIELD: Final = "1.2.840.10045.1.1"
_UNCOMPRESSED: Final = 4
_OBJECT_IDENTIFIER: Final = 0x06


class _Signature(core.Sequence):  # type: ignore[misc]
    _fields = [("r", core.Integer), ("s", core.Integer)]  # noqa: RUF012


class _Field(core.Sequence):  # type: ignore[misc]
    _fields = [("type", core.ObjectIdentifier), ("prime", core.Integer)]  # noqa: RUF012


class _Coefficients(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("a", core.OctetString),
        ("b", core.OctetString),
        ("seed", core.BitString, {"optional": True}),
    ]


class _Spelt(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("field", _Field),
        ("curve", _Coefficients),
        ("base", core.OctetString),
        ("order", core.Integer),
        ("cofactor", core.Integer, {"optional": True}),
    ]


class _Algorithm(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("algorithm", core.ObjectIdentifier),
        ("parameters", core.Any, {"optional": True}),
    ]


class _PublicKey(core.Sequence):  # type: ignore[misc]
    _fields = [("algorithm", _Algorithm), ("public_key", core.BitString)]  # noqa: RUF012


def read_key(der: bytes) -> Point:
    """Read a SubjectPublicKeyInfo. Raises ValueError unless it is a point on sm2p256v1."""
    info = _PublicKey.load(der, strict=True)
    algorithm = info["algorithm"]["algorithm"].dotted
    parameters = info["algorithm"]["parameters"]
    names_curve = algorithm == _EC and parameters.native is not None and _is_sm2(parameters.dump())
    if not names_curve and algorithm != CURVE:  # OpenSSL 3 may write the curve as the algorithm
        raise ValueError("not an SM2 key")
    bits = info["public_key"].contents
    unused, point = bits[:1], bits[1:]
    if unused != b"\0" or len(point) != 2 * SM2.size + 1 or point[0] != _UNCOMPRESSED:
        raise ValueError("not an uncompressed point")
    key = _numbers(point[1:])
    if not SM2.has(key):
        raise ValueError("the point is not on the curve")
    return key


def is_signed(key: Point, message: bytes, signature: bytes) -> bool:
    """Whether a DER signature holds for `message`; what is not strict DER does not hold."""
    try:
        pair = _Signature.load(signature, strict=True)
        r, s = pair["r"].native, pair["s"].native
    except (ValueError, TypeError):
        return False
    is_der = _Signature({"r": r, "s": s}).dump() == signature
    return is_der and sm2.is_valid(key, message, r, s)


def is_signed_raw(key: Point, message: bytes, signature: bytes) -> bool:
    """Whether r‖s as keys answer it (64 bytes) holds for `message`."""
    if len(signature) != 2 * SM2.size:
        return False
    return sm2.is_valid(key, message, *_numbers(signature))


def _numbers(halves: bytes) -> Point:
    middle = len(halves) // 2
    return int.from_bytes(halves[:middle], "big"), int.from_bytes(halves[middle:], "big")


def _is_sm2(parameters: bytes) -> bool:
    if parameters[0] == _OBJECT_IDENTIFIER:
        return bool(core.ObjectIdentifier.load(parameters, strict=True).dotted == CURVE)
    spelt = _Spelt.load(parameters, strict=True)
    base = spelt["base"].native
    return (
        spelt["field"]["type"].dotted == _PRIME_FIELD
        and spelt["field"]["prime"].native == SM2.p
        and int.from_bytes(spelt["curve"]["a"].native, "big") == SM2.a
        and int.from_bytes(spelt["curve"]["b"].native, "big") == SM2.b
        and base[:1] == bytes([_UNCOMPRESSED])
        and _numbers(base[1:]) == (SM2.gx, SM2.gy)
        and spelt["order"].native == SM2.n
        and spelt["cofactor"].native in (None, 1)
    )
