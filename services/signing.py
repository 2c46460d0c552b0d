"""Signing (UKey签名): from the rehearsal of an act to the signature that lets it be done.

The hall writes the document, keeps it, and checks the signature against its own bytes: what a page
or an agent sends back is a signature and nothing else.
"""

import hashlib
import json
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import settings
from data.database import rehearsal, snapshot
from data.enums import Role
from data.models.evidence import Evidence, RevocationList
from services import audit, signed_things
from services.actor import Actor
from services.errors import BusinessError, NotFound
from services.files.template import File
from services.rules import clock
from services.statement import Draft, Item, Signed
from ukey import cades, certificate
from ukey.canonical import canonical
from ukey.certificate import TrustStore
from ukey.rejection import Rejected

#: The format of an exported file: see `ukey.verify_evidence`.
FORMAT: Final = "hall-evidence-1"


class SignatureRefused(BusinessError):
    message = "{reason}，本次未办理，请重新签名"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be signed: the document, and what it says, act by act."""

    submission: str
    document: str
    items: tuple[Item, ...]


@audit.refusals
def prepare(actor: Actor, act: Callable[[Actor], object]) -> Prepared | None:
    """Rehearse the act and return what is to be signed for it; None where it needs no signature.

    Nothing is kept of the rehearsal. Raises whatever the act would.
    """
    if not settings.SIGNATURES:
        return None
    draft = Draft()
    with rehearsal():
        act(replace(actor, statement=draft))
    if not draft.items:
        return None
    submission = secrets.token_hex(24)
    purpose = "submission" if actor.role is Role.CLERK else "approval"
    document = canonical(
        {
            "purpose": f"hall-{purpose}-v1",
            "origin": settings.ORIGIN,
            "submission": submission,
            "signer": {"id": actor.user_id, "name": actor.name, "role": actor.role.label},
            "items": draft.items,
        }
    )
    return Prepared(submission, document.decode("utf-8"), tuple(draft.items))


@audit.refusals
def sign(actor: Actor, fingerprint: str, prepared: Prepared, signature: bytes) -> Actor:
    """Return the actor with the signature in hand, checked.

    `fingerprint` is of the certificate that signed in. Raises SignatureRefused.
    """
    now = clock.instant()
    try:
        signer = cades.certificate_of(signature)
        if hashlib.sha256(signer).hexdigest() != fingerprint:
            raise cades.SignatureRejected("cms_certificate")
        cades.verify(signature, prepared.document.encode("utf-8"), signer, now)
        trust = TrustStore.load(settings.TRUST)
        chain = certificate.check(x509.load_der_x509_certificate(signer), trust, now)
    except Rejected as rejected:
        raise SignatureRefused(reason=rejected.text) from rejected
    issuers = {authority.subject for authority in chain[1:]}
    lists = (one.crl for one in trust.crls if one.crl.issuer in issuers)
    signed = Signed(
        submission=prepared.submission, document=prepared.document, signature=signature,
        chain="".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in chain),
        lists=tuple(one.public_bytes(Encoding.DER) for one in lists), received_at=now,
        items=frozenset(map(canonical, prepared.items)),
    )  # fmt: skip
    return replace(actor, statement=signed)


@audit.refusals
def exported(actor: Actor, evidence_id: int) -> File:
    """Return a signature with all that is needed to check it, as one file of JSON.

    Of a case: for the clerks of its employer, the branch's officers, and the auditor; of a
    correction of money for the latter two; of a change of policy or role for the administrators
    and the auditor. Raises NotFound, NotAllowed.
    """
    actor.require(*signed_things.READERS)
    with snapshot() as session:
        evidence = session.get(Evidence, evidence_id)
        name = signed_things.name_of(session, actor, evidence_id)
        if evidence is None or name is None:
            raise NotFound(what="该签名证据")
        lists = [
            session.get_one(RevocationList, one).content for one in evidence.lists.splitlines()
        ]
    content = {
        "format": FORMAT,
        "document": evidence.document,
        "signature": b64encode(evidence.signature).decode("ascii"),
        "chain": evidence.chain,
        "lists": [b64encode(one).decode("ascii") for one in lists],
        "received_at": evidence.received_at.isoformat(),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return File(f"签名证据_{name}_{evidence.id}.json", text.encode("utf-8"))
