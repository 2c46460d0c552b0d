"""The people who come at once: clerks of one employer each, officers, all with UKeys of software.

The demo's center in small, with one employer of 20,000; whatever belongs to a clerk's employer bears
its mark, which nobody else's page may show.
"""

import base64
import hashlib
import random
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from bench.center import id_number
from data import database, schema
from data.enums import BindingStatus, ContributorStatus, Role
from data.models.people import CertificateBinding, User
from data.models.register import Contributor, Employer
from demo import fixture, keys
from demo.cast import CAST, Player
from demo.center import __main__ as center_making
from demo.center.employers import Size
from services.actor import Actor
from services.base_adjustment import facts, workbook
from services.errors import BusinessError
from services.rules import clock
from ukey.dev_ca import DevCA
from ukey.signing import login_bytes

MARK = "探针"
LARGE = 20_000
OFFICERS = ("officerA", "officerB", "officerD")
_HALF = 32
_NEW_BASE = Decimal("6500.00")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a UKey: `mark` is what her pages alone may show, "" for an officer."""

    key: ec.EllipticCurvePrivateKey
    certificate: bytes
    mark: str
    username: str = ""
    password: str = ""
    book: Path | None = None
    """The roster that she imports, for the one who does."""

    def answer(self, origin: str, nonce: str) -> dict[str, str]:
        """Answer a challenge as the agent does with the key on a UKey."""
        signature = self.key.sign(login_bytes("sha256", origin, nonce), ec.ECDSA(SHA256()))
        raw = b"".join(part.to_bytes(_HALF, "big") for part in decode_dss_signature(signature))
        return {
            "unverifiedCertificate": base64.b64encode(self.certificate).decode("ascii"),
            "algorithm": "ES256",
            "signature": base64.b64encode(raw).decode("ascii"),
            "format": "web-eid:1.0",
        }


@dataclass(frozen=True, slots=True)
class Town:
    clerks: list[Person]
    officers: list[Person]
    importer: Person


def build(address: str, folder: Path, clerks: int) -> Town:
    """Fill an empty database at `address`; everybody there has a key, and each clerk a roster."""
    engine = database.connect(address)
    schema.create(engine)
    authority = DevCA.open(keys.CA)
    authority.write_crls(days=30)
    with database.transaction() as session:
        fixture.fill(session)
        employers = 3 * clerks + 50
        size = Size(employers, 60 * employers, decided=1_000, waiting=200, deferred=5)
        center_making.fill(session, size)
    with database.transaction() as session:
        large = _enlarge(session)
        chosen = _chosen(session, large)
    people, importer = [], None
    for actor in chosen:
        if len(people) == clerks and importer:
            break
        is_large = actor.employer == large
        if not is_large and len(people) == clerks:
            continue
        content = _roster(actor)
        if content is None:
            continue
        person = _clerk(authority, actor)
        if is_large:
            book = folder / "large.xlsx"
            book.write_bytes(content)
            importer = Person(person.key, person.certificate, person.mark, book=book)
        else:
            people.append(person)
    with database.transaction() as session:
        cast = [player for player in CAST if player.key in OFFICERS]
        officers = [_bound(session, authority, player) for player in cast]
        session.execute(text("ANALYZE"))
    engine.dispose()
    if importer is None or len(people) < clerks:
        raise RuntimeError(f"only {len(people)} employers of the demo's center may adjust bases")
    return Town(people, officers, importer)


def _enlarge(session: Session) -> int:
    """Let the largest employer that may adjust its bases have 20,000 people."""
    heads = func.count(Contributor.id)
    found = session.execute(
        select(Contributor.employer_id, heads)
        .join(Employer, Employer.id == Contributor.employer_id)
        .where(Employer.assessed_to == 202606, Employer.paid_to == 202606)
        .where(Contributor.status == ContributorStatus.NORMAL)
        .group_by(Contributor.employer_id)
        .order_by(heads.desc())
        .limit(1)
    ).one()
    model = session.scalars(
        select(Contributor)
        .filter_by(employer_id=found.employer_id, status=ContributorStatus.NORMAL)
        .limit(1)
    ).one()
    copied = {
        column.name: getattr(model, column.name)
        for column in Contributor.__table__.columns
        if column.name not in {"id", "account", "id_number"}
    }
    session.execute(
        insert(Contributor),
        [
            copied | {"account": f"5226{90_000_000 + number}", "id_number": id_number(number)}
            for number in range(LARGE - found[1])
        ],
    )
    return int(found.employer_id)


def _chosen(session: Session, large: int) -> list[Actor]:
    """Return the clerks of the center, in no order, but the large employer's first; mark what is theirs."""
    found = session.execute(
        select(User.id, User.name, User.employer_id)
        .join(Employer, Employer.id == User.employer_id)
        .where(User.role == Role.CLERK, Employer.number.not_like("52260%000%0_"))
        .order_by(User.id)
    ).all()
    rows = list(found)
    random.Random(20260706).shuffle(rows)
    rows.sort(key=lambda row: row.employer_id != large)
    mark = f"'{MARK}' || substr('00000' || CAST(%s AS VARCHAR), -5)"
    if session.connection().dialect.name == "postgresql":
        mark = f"'{MARK}' || lpad(CAST(%s AS VARCHAR), 5, '0')"
    session.execute(text(f"UPDATE employer SET name = {mark % 'id'} || '单位'"))
    session.execute(text(f"UPDATE contributor SET name = {mark % 'employer_id'} || '员'"))
    return [Actor(row.id, row.name, Role.CLERK, row.employer_id) for row in rows]


def _roster(clerk: Actor) -> bytes | None:
    """Import a roster of new bases for the clerk's employer; None where it may not have one now."""
    with database.snapshot() as session:
        people = facts.people(session, clerk.employer)
    bases = {
        account: _NEW_BASE
        for account, person in people.items()
        if person.status is ContributorStatus.NORMAL
    }
    try:
        content = workbook.template(clerk, bases).content
        checked = workbook.import_workbook(clerk, content)
    except BusinessError:
        return None
    return content if not checked.faults and len(bases) > 4 else None


def _clerk(authority: DevCA, actor: Actor) -> Person:
    with database.transaction() as session:
        return _keyed(session, authority, actor.user_id, mark=f"{MARK}{actor.employer:05d}")


def _bound(session: Session, authority: DevCA, player: Player) -> Person:
    user = session.scalars(select(User).filter_by(name=player.name, role=player.role)).one()
    return _keyed(session, authority, user.id, username=player.username, password=player.password)


def _keyed(
    session: Session, authority: DevCA, user_id: int, *, mark: str = "",
    username: str = "", password: str = "",
) -> Person:  # fmt: skip
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue(key.public_key(), person=f"U{user_id}", organization="测速")
    der, now = certificate.public_bytes(Encoding.DER), clock.instant()
    session.add(
        CertificateBinding(
            fingerprint=hashlib.sha256(der).hexdigest(),
            issuer=certificate.issuer.rfc4514_string(),
            serial=f"{certificate.serial_number:x}", user_id=user_id,
            status=BindingStatus.ACTIVE, not_after=now + timedelta(days=300),
            bound_by="测速", bound_at=now,
        )
    )  # fmt: skip
    return Person(key, der, mark, username, password)
