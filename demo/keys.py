"""The demo's UKeys (演示UKey): a development CA, one software key a person, and the bindings."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from data.enums import BindingStatus
from data.models.people import CertificateBinding, User
from data.models.register import Employer
from demo.cast import CAST, SO_PIN, Player
from services.rules import clock
from ukey import softhsm
from ukey.dev_ca import DevCA
from ukey.tokens import Tokens

STORE = settings.STORAGE / "demo" / "tokens"
CA = settings.STORAGE / "demo" / "ca"
CENTER = "黔东南州住房公积金管理中心"


def make(session: Session, store: Path = STORE, folder: Path = CA) -> None:
    """Make every player's key and bind its certificate, where that has not been done."""
    module = softhsm.ensure_store(store)
    authority = DevCA.open(folder)
    authority.write_crls(days=30)
    tokens = Tokens(module, store)
    there = {info.label for info in tokens.tokens()}
    for player in CAST:
        if player.key not in there:
            bind(session, player, issue(tokens, authority, session, player))


def issue(tokens: Tokens, authority: DevCA, session: Session, player: Player) -> bytes:
    """Make one person's key and put its certificate on it; return the certificate (DER)."""
    softhsm.init_token(player.key, SO_PIN, player.pin)
    key_id, public_key = tokens.generate_key(player.key, player.pin)
    employer = session.scalar(select(Employer).filter_by(number=player.employer))
    certificate = authority.issue(
        public_key,
        person=player.name,
        organization=employer.name if employer else CENTER,
        unit=player.employer,
        uscc=employer.uscc if employer else "",
    )
    der = certificate.public_bytes(Encoding.DER)
    tokens.write_certificate(player.key, player.pin, key_id, der)
    return der


def bind(session: Session, player: Player, der: bytes) -> None:
    """Write down whose certificate this is."""
    certificate = x509.load_der_x509_certificate(der)
    user = session.scalars(select(User).filter_by(name=player.name, role=player.role)).one()
    session.add(
        CertificateBinding(
            fingerprint=certificate.fingerprint(SHA256()).hex(),
            issuer=certificate.issuer.rfc4514_string(),
            serial=f"{certificate.serial_number:x}",
            user_id=user.id,
            status=BindingStatus.ACTIVE,
            not_after=certificate.not_valid_after_utc,
            bound_by="演示数据",
            bound_at=clock.now(),
        )
    )
