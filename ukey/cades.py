"""The signature of a document (电子签名), CAdES-BES: the agent builds it, the hall checks it.

Anybody can check it without us: `openssl cms -verify -cades -binary -content document -inform DER`.
The chain and the revocation of the certificate are `ukey.certificate`'s business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ukey.backend import KeyKind
from ukey.cms_parts import SignedParts, take_apart
from ukey.rejection import SignatureRejected

__all__ = ["DocumentSignature", "SignatureRejected", "build", "certificate_of", "verify"]

Asn1 = Any  # asn1crypto is untyped
_TOLERANCE = timedelta(minutes=10)


def build(
    document: bytes,
    certificate: bytes,
    sign: Callable[[bytes], bytes],
    kind: KeyKind,
    signed_at: datetime,
) -> bytes:
    """Build the CMS (DER). `sign` answers PKCS#1 v1.5 or DER ECDSA, with SHA-256."""
    signer = asn1_x509.Certificate.load(certificate)
    attributes = _attributes(document, signer, signed_at.replace(microsecond=0))
    signature = sign(attributes.dump(force=True))
    issuer_and_serial = {"issuer": signer.issuer, "serial_number": signer.serial_number}
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", issuer_and_serial),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": f"sha256_{'rsa' if kind == 'rsa' else 'ecdsa'}"},
            "signature": signature,
        }
    )
    signed_data = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": [signer],
        "signer_infos": [signer_info],
    }
    content = {"content_type": "signed_data", "content": cms.SignedData(signed_data)}
    return bytes(cms.ContentInfo(content).dump())


def _attributes(document: bytes, signer: Asn1, signed_at: datetime) -> Asn1:
    issuer = asn1_x509.GeneralName("directory_name", signer.issuer)
    identifier = tsp.ESSCertIDv2(
        {
            "hash_algorithm": {"algorithm": "sha256"},
            "cert_hash": hashlib.sha256(signer.dump()).digest(),
            "issuer_serial": {"issuer": [issuer], "serial_number": signer.serial_number},
        }
    )
    values = {
        "content_type": "data",
        "signing_time": cms.Time({"utc_time": core.UTCTime(signed_at)}),
        "message_digest": hashlib.sha256(document).digest(),
        "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [identifier]}),
    }
    attributes = [cms.CMSAttribute({"type": t, "values": [v]}) for t, v in values.items()]
    return cms.CMSAttributes.load(cms.CMSAttributes(attributes).dump())  # in DER's order


@dataclass(frozen=True)
class DocumentSignature:
    """What a signature says once it holds."""

    certificate: bytes  # DER
    signed_at: datetime  # aware, UTC; the clock of the clerk's computer
    signature: bytes


def verify(
    signature: bytes,
    document: bytes,
    certificate: bytes,
    received_at: datetime,
    tolerance: timedelta = _TOLERANCE,
) -> DocumentSignature:
    """Check a CMS against the hall's own bytes and the DER certificate that signed in.

    `received_at` is aware. Raises SignatureRejected.
    """
    parts = take_apart(signature)
    if parts.certificate.dump() != certificate:
        raise SignatureRejected("cms_certificate")
    if parts.digest != hashlib.sha256(document).digest():
        raise SignatureRejected("cms_digest")
    _check_signature(parts)
    if abs(received_at - parts.signed_at) > tolerance:
        raise SignatureRejected("cms_time", parts.signed_at.isoformat())
    return DocumentSignature(certificate, parts.signed_at, parts.signature)


def certificate_of(signature: bytes) -> bytes:
    """Return the signer's certificate (DER) that a CMS brings along. Raises SignatureRejected."""
    return bytes(take_apart(signature).certificate.dump())


def _check_signature(parts: SignedParts) -> None:
    try:
        key = load_der_public_key(parts.certificate.public_key.dump())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureRejected("cms_algorithm", str(error)) from error
    try:
        if isinstance(key, rsa.RSAPublicKey) and parts.algorithm in {
            "sha256_rsa",
            "rsassa_pkcs1v15",
        }:
            key.verify(parts.signature, parts.attributes, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey) and parts.algorithm == "sha256_ecdsa":
            key.verify(parts.signature, parts.attributes, ec.ECDSA(hashes.SHA256()))
        else:
            raise SignatureRejected("cms_algorithm", parts.algorithm)
    except InvalidSignature as error:
        raise SignatureRejected("cms_signature") from error
