"""Making keys and putting certificates on a token (制证), inside a session that is logged in."""

from __future__ import annotations

import secrets

import pkcs11
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from ukey.backend import KeyKind
from ukey.pkcs11_module import Handle

_RSA_BITS = 2048
_ID_BYTES = 16
_OCTET_STRING_HEADER = 2  # PKCS#11 wraps the point: 04 41 04 x y


def generate_key(
    session: Handle, label: str, kind: KeyKind
) -> tuple[bytes, CertificatePublicKeyTypes]:
    """Make P-256 or RSA-2048 on the token; the private half never leaves it."""
    key_id = secrets.token_bytes(_ID_BYTES)
    names = {"id": key_id, "label": label, "store": True}
    if kind == "rsa":
        public, _ = session.generate_keypair(KeyType.RSA, _RSA_BITS, **names)
        exponent, modulus = (
            int.from_bytes(public[name], "big")
            for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS)
        )
        return key_id, rsa.RSAPublicNumbers(exponent, modulus).public_key()
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
    public, _ = parameters.generate_keypair(**names)
    point = public[Attribute.EC_POINT][_OCTET_STRING_HEADER:]
    return key_id, ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def write_certificate(session: Handle, label: str, key_id: bytes, der: bytes) -> None:
    """Put the certificate beside its key pair, readable without a PIN."""
    certificate = asn1_x509.Certificate.load(der)
    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.PRIVATE: False,
            Attribute.LABEL: label,
            Attribute.ID: key_id,
            Attribute.SUBJECT: certificate.subject.dump(),
            Attribute.ISSUER: certificate.issuer.dump(),
            Attribute.SERIAL_NUMBER: certificate["tbs_certificate"]["serial_number"].dump(),
            Attribute.VALUE: der,
        }
    )
