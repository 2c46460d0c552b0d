"""Taking a detached CMS signature apart (签名数据解析), strictly: one signer, nothing twice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms

from ukey.rejection import SignatureRejected

Asn1 = Any  # asn1crypto is untyped
_SHA256 = {"algorithm": "sha256", "parameters": None}
_LONGEST = 65_536
_SET_OF = b"\x31"


@dataclass(frozen=True)
class SignedParts:
    certificate: Any
    attributes: bytes
    digest: bytes
    signed_at: datetime
    algorithm: str
    signature: bytes


def take_apart(signature: bytes) -> SignedParts:
    """Read the parts; nothing is verified but that they fit. Raises SignatureRejected."""
    if len(signature) > _LONGEST:
        raise SignatureRejected("cms_structure", "too long")
    try:
        return _read(signature)
    except SignatureRejected:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise SignatureRejected("cms_structure", f"{type(error).__name__} {error}") from error


def _read(signature: bytes) -> SignedParts:
    outer = cms.ContentInfo.load(signature, strict=True)
    _demand(outer["content_type"].native == "signed_data", "not signed data")
    signed_data = outer["content"]
    _demand(signed_data["version"].native == "v1", "version")
    _demand(signed_data["digest_algorithms"].native == [_SHA256], "not SHA-256")
    content = signed_data["encap_content_info"]
    _demand(content["content_type"].native == "data", "not plain data")
    _demand(content["content"].native is None, "the content is inside")
    _demand(len(signed_data["signer_infos"]) == 1, "not one signer")
    signer = signed_data["signer_infos"][0]
    _demand(signer["version"].native == "v1", "signer's version")
    _demand(signer["digest_algorithm"].native == _SHA256, "not SHA-256")
    attributes = _read_attributes(signer["signed_attrs"])
    _demand(attributes["content_type"].native == "data", "content type")
    certificate = _signer_certificate(signed_data, signer["sid"].chosen)
    _check_identifier(attributes["signing_certificate_v2"], certificate)
    return SignedParts(
        certificate,
        _SET_OF + signer["signed_attrs"].dump()[1:],
        attributes["message_digest"].native,
        attributes["signing_time"].chosen.native,
        signer["signature_algorithm"]["algorithm"].native,
        signer["signature"].native,
    )


def _demand(held: Asn1, what: str) -> None:
    if not held:
        raise SignatureRejected("cms_structure", what)


def _read_attributes(attributes: Asn1) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for attribute in attributes:
        name = attribute["type"].native
        _demand(name not in read and len(attribute["values"]) == 1, f"{name} stands twice")
        read[name] = attribute["values"][0]
    return read


def _signer_certificate(signed_data: Asn1, sid: Asn1) -> Asn1:
    found = [
        choice.chosen
        for choice in signed_data["certificates"]
        if choice.chosen.serial_number == sid["serial_number"].native
        and choice.chosen.issuer == sid["issuer"]
    ]
    _demand(len(found) == 1, "the signer's certificate is not there once")
    return found[0]


def _check_identifier(signing_certificate: Asn1, certificate: Asn1) -> None:
    identifier = signing_certificate["certs"][0]
    _demand(identifier["hash_algorithm"]["algorithm"].native == "sha256", "identifier's hash")
    if identifier["cert_hash"].native != hashlib.sha256(certificate.dump()).digest():
        raise SignatureRejected("cms_certificate", "signed for another certificate")
