"""Reading a certificate from outside (证书识别): its holder, its dates, whether the hall would let it in."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

import settings
from services.errors import BusinessError
from services.rules import clock, identity
from services.sign_in import REASONS
from ukey import certificate, extensions
from ukey.certificate import TrustStore
from ukey.rejection import Rejected

LARGEST = 64 * 1024
#: Where CAs write an employer's USCC: RSA and SM2 certificates, and GM/T 0015-2023.
USCC_EXTENSIONS = (
    "1.2.86.11.7.4", "1.2.156.10260.4.1.4", "1.2.156.10260.4.4",
)  # fmt: skip
_TEXT_TAGS = (0x0C, 0x13, 0x16)  # UTF8String, PrintableString, IA5String


class NotACertificate(BusinessError):
    message = "文件不是有效的证书（PEM或DER格式），请重新选择或在UKey管理工具中导出"


class Unfit(BusinessError):
    message = "{reason}"


@dataclass(frozen=True, slots=True)
class Read:
    """A certificate as people compare it. Times are China's."""

    der: bytes
    fingerprint: str
    person: str
    organization: str
    uscc: str
    """The employer's USCC that the CA wrote into it, "" where there is none."""
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    objection: str | None
    """Why nobody could sign in with it, or None."""


def read(content: bytes) -> Read:
    """Read one certificate, PEM or DER. Raises NotACertificate."""
    if len(content) > LARGEST:
        raise NotACertificate
    try:
        is_pem = content.lstrip().startswith(b"-----BEGIN")
        found = (
            x509.load_pem_x509_certificate(content)
            if is_pem
            else x509.load_der_x509_certificate(content)
        )
        return Read(
            found.public_bytes(Encoding.DER), found.fingerprint(SHA256()).hex(),
            _name(found.subject, NameOID.COMMON_NAME), _name(found.subject, NameOID.ORGANIZATION_NAME),
            _uscc(found), named(found.issuer), f"{found.serial_number:x}",
            clock.in_china(found.not_valid_before_utc), clock.in_china(found.not_valid_after_utc),
            _objection(found),
        )  # fmt: skip
    except (ValueError, x509.InvalidVersion, Rejected) as fault:
        raise NotACertificate from fault


def require_fit(found: Read) -> None:
    """Raise Unfit where nobody could sign in with this certificate."""
    if found.objection:
        raise Unfit(reason=found.objection)


def _objection(found: x509.Certificate) -> str | None:
    try:
        certificate.check(found, TrustStore.load(settings.TRUST), clock.instant())
    except Rejected as rejected:
        return REASONS.get(rejected.code, f"证书校验未通过（{rejected.code}）")
    return None


def named(who: x509.Name) -> str:
    """Return a name as people read it: common name, organization in brackets."""
    person, organization = _name(who, NameOID.COMMON_NAME), _name(who, NameOID.ORGANIZATION_NAME)
    return f"{person}（{organization}）" if organization else person


def readable(issuer: str) -> str:
    """Return an issuer kept as RFC 4514 text as people read it; any other text as it is."""
    try:
        return named(x509.Name.from_rfc4514_string(issuer))
    except ValueError:
        return issuer


def _name(who: x509.Name, oid: ObjectIdentifier) -> str:
    return " ".join(str(one.value) for one in who.get_attributes_for_oid(oid))


def _uscc(found: x509.Certificate) -> str:
    written = extensions.values(found)  # leniently: `cryptography` refuses all of them for one
    for name in USCC_EXTENSIONS:
        if name in written:
            return identity.normal(_der_text(written[name]))
    stated = _name(found.subject, NameOID.SERIAL_NUMBER)
    return identity.normal(stated) if identity.is_uscc(identity.normal(stated)) else ""


def _der_text(value: bytes) -> str:
    """Return a short DER string's text; the bytes themselves where it is none."""
    is_short_string = len(value) > 2 and value[0] in _TEXT_TAGS and value[1] == len(value) - 2  # noqa: PLR2004
    return (value[2:] if is_short_string else value).decode("utf-8", "replace")
