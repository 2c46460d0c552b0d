"""The sign-in token (登录令牌, Web eID format web-eid:1.0) as the hall checks it.

The key signed hash(origin) ‖ hash(nonce). Neither stands in the token, so that nobody can
read them from it by mistake: the hall takes both from its own side. A key of the national
algorithms says "SM2" (a private name), hashes with SM3 and signs under the default identity.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ukey import sm2_certificate, sm2_keys
from ukey.certificate import TrustStore, check
from ukey.rejection import CertificateRejected, Rejected, TokenRejected
from ukey.sm2 import sm3

__all__ = ["CertificateRejected", "Rejected", "TokenRejected", "Verified", "new_nonce", "verify"]

_SHORTEST, _LONGEST = 100, 10_000
_FIELDS = ("unverifiedCertificate", "algorithm", "signature", "format")
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_SM2 = "SM2"
_ALGORITHMS = frozenset(family + size for family in ("ES", "PS", "RS") for size in _HASHES) | {_SM2}
_CURVES = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}


@dataclass(frozen=True)
class Verified:
    """Who signed in, as far as the certificate goes; the binding table says who that is to us."""

    certificate: x509.Certificate
    fingerprint: str  # SHA-256 of the DER, hex; equals the agent's certificate id
    serial: str  # hex, of the certificate
    issuer: str  # RFC 4514
    subject: str  # RFC 4514
    not_after: datetime  # aware, UTC
    der: bytes


def new_nonce() -> str:
    """Make 32 random bytes, base64, 44 characters. Keep it in the session, use it once."""
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def verify(token: str, nonce: str, origin: str, trust: TrustStore, at: datetime) -> Verified:
    """Check a token against the nonce and the origin (`https://host[:port]`) that the *hall* holds.

    Raises TokenRejected, CertificateRejected.
    """
    if not nonce:
        raise TokenRejected("nonce_missing")
    fields = _parse(token)
    if fields["algorithm"] not in _ALGORITHMS:
        raise TokenRejected("token_alg", fields["algorithm"][:40])
    der = _decode(fields["unverifiedCertificate"])
    try:
        certificate = x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion) as error:
        raise CertificateRejected("cert_malformed", str(error)) from error
    check(certificate, trust, at)
    _check_signature(certificate, fields["algorithm"], _decode(fields["signature"]), origin, nonce)
    return Verified(
        certificate=certificate,
        fingerprint=hashlib.sha256(der).hexdigest(),
        serial=format(certificate.serial_number, "x"),
        issuer=certificate.issuer.rfc4514_string(),
        subject=certificate.subject.rfc4514_string(),
        not_after=certificate.not_valid_after_utc,
        der=der,
    )


def _parse(token: str) -> dict[str, str]:
    if not isinstance(token, str) or not _SHORTEST <= len(token) <= _LONGEST:
        raise TokenRejected("token_length")
    try:
        fields = json.loads(token, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise TokenRejected("token_parse", str(error)) from error
    if not isinstance(fields, dict):
        raise TokenRejected("token_parse", "not an object")
    for name in _FIELDS:
        if not isinstance(fields.get(name), str) or not fields[name]:
            raise TokenRejected("token_field", name)
    version = fields["format"]
    if version != "web-eid:1" and not version.startswith("web-eid:1."):
        raise TokenRejected("token_format", version[:40])
    return {name: fields[name] for name in _FIELDS}


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a field stands twice")
    return dict(pairs)


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise TokenRejected("token_parse", str(error)) from error


def _check_signature(
    certificate: x509.Certificate, algorithm: str, signature: bytes, origin: str, nonce: str
) -> None:
    if algorithm == _SM2:
        _verify_sm2(certificate, signature, origin, nonce)
        return
    hash_algorithm = _HASHES[algorithm[2:]]
    signed = _digest(origin, hash_algorithm) + _digest(nonce, hash_algorithm)
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        raise TokenRejected("token_alg", str(error)) from error
    try:
        if algorithm.startswith("ES"):
            _verify_ec(key, algorithm, signature, signed, hash_algorithm)
        else:
            _verify_rsa(key, algorithm, signature, signed, hash_algorithm)
    except InvalidSignature as error:
        raise TokenRejected("token_signature") from error


def _verify_sm2(certificate: x509.Certificate, signature: bytes, origin: str, nonce: str) -> None:
    try:
        key = sm2_certificate.key_of(certificate)
    except ValueError as error:
        raise TokenRejected("token_alg", str(error)) from error
    signed = sm3(origin.encode("utf-8")) + sm3(nonce.encode("utf-8"))
    if not sm2_keys.is_signed_raw(key, signed, signature):
        raise TokenRejected("token_signature")


def _digest(text: str, algorithm: hashes.HashAlgorithm) -> bytes:
    return hashlib.new(algorithm.name, text.encode("utf-8")).digest()


def _verify_ec(
    key: object,
    algorithm: str,
    signature: bytes,
    signed: bytes,
    hash_algorithm: hashes.HashAlgorithm,
) -> None:
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != _CURVES[algorithm]:
        raise TokenRejected("token_alg", f"the key does not fit {algorithm}")
    size = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        raise TokenRejected("token_signature", "length")
    r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
    key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hash_algorithm))


def _verify_rsa(
    key: object,
    algorithm: str,
    signature: bytes,
    signed: bytes,
    hash_algorithm: hashes.HashAlgorithm,
) -> None:
    if not isinstance(key, rsa.RSAPublicKey):
        raise TokenRejected("token_alg", f"the key does not fit {algorithm}")
    pss = padding.PSS(padding.MGF1(hash_algorithm), hash_algorithm.digest_size)
    key.verify(
        signature,
        signed,
        pss if algorithm.startswith("PS") else padding.PKCS1v15(),
        hash_algorithm,
    )
