"""What a key signs, and under which name (签名算法)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ukey.backend import Signer
from ukey.faults import KeyFault

_EC_ALGORITHMS = {256: ("ES256", "sha256"), 384: ("ES384", "sha384"), 521: ("ES512", "sha512")}


def algorithm_of(signer: Signer) -> tuple[str, str]:
    if signer.kind == "rsa":
        return "RS256", "sha256"
    if signer.bits not in _EC_ALGORITHMS:
        raise KeyFault("key_error", detail=f"EC-{signer.bits}")
    return _EC_ALGORITHMS[signer.bits]


def der_signer(signer: Signer) -> Callable[[bytes], bytes]:
    """Turn a key's raw R‖S into what CMS wants."""

    def sign(data: bytes) -> bytes:
        signature = signer.sign(data, "sha256")
        if signer.kind == "rsa":
            return signature
        half = len(signature) // 2
        r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        return encode_dss_signature(r, s)

    return sign


def login_bytes(hash_name: str, origin: str, nonce: str) -> bytes:
    """Answer hash(origin) ‖ hash(nonce), what signing in signs."""
    hashed = (hashlib.new(hash_name, text.encode("utf-8")) for text in (origin, nonce))
    return b"".join(one.digest() for one in hashed)
