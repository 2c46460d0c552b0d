"""What a certificate's extensions say (证书扩展), read leniently: real authorities' are not all strict DER.

`cryptography` refuses the whole certificate where, for one, BasicConstraints spells out its default;
a real Chinese authority and one published Web eID certificate do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ukey.rejection import CertificateRejected

Asn1 = Any  # asn1crypto is untyped

CLIENT_AUTH: Final = "client_auth"
_READ: Final = frozenset(
    {"basic_constraints", "key_usage", "extended_key_usage", "certificate_policies",
     "subject_alt_name"}
)  # fmt: skip
_FAULTS = (ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True)
class Extensions:
    """What the hall asks of a certificate's extensions. None is an extension that is not there."""

    is_authority: bool
    path_length: int | None
    usages: frozenset[str] | None
    extended: frozenset[str] | None
    policies: frozenset[str]
    unknown_critical: tuple[str, ...]


def read(certificate: x509.Certificate) -> Extensions:
    """Read the extensions. Raises CertificateRejected where not even a lenient reader can."""
    try:
        parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER), strict=True)
        return _read(parsed["tbs_certificate"]["extensions"])
    except _FAULTS as error:
        raise CertificateRejected("cert_malformed", str(error)) from error


def values(certificate: x509.Certificate) -> dict[str, bytes]:
    """Return every extension's bytes by its dotted name. Raises CertificateRejected as `read`."""
    try:
        parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER), strict=True)
        found = parsed["tbs_certificate"]["extensions"]
        return {one["extn_id"].dotted: one["extn_value"].contents for one in found}
    except _FAULTS as error:
        raise CertificateRejected("cert_malformed", str(error)) from error


def _read(extensions: Asn1) -> Extensions:
    found: dict[str, Any] = {}
    unknown = []
    for extension in extensions:
        name = extension["extn_id"].native
        if name in found:
            raise ValueError(f"{name} stands twice")
        is_known = name in _READ
        found[name] = extension["extn_value"].parsed if is_known else None
        if extension["critical"].native and not is_known:
            unknown.append(name)
    constraints = found["basic_constraints"].native if "basic_constraints" in found else {}
    policies = found.get("certificate_policies", ())
    return Extensions(
        is_authority=bool(constraints.get("ca")),
        path_length=constraints.get("path_len_constraint"),
        usages=_set(found.get("key_usage")),
        extended=_set(found.get("extended_key_usage")),
        policies=frozenset(p["policy_identifier"].dotted for p in policies),
        unknown_critical=tuple(unknown),
    )


def _set(names: Any) -> frozenset[str] | None:  # noqa: ANN401 — whatever asn1crypto answers
    return None if names is None else frozenset(names.native)
