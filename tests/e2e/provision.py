"""`python -m tests.e2e.provision`: the demo's data with keys on top that must not open the hall.

Runs as a process of its own, because a process holds one key store. The folder comes from HALL_DATA.
"""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

import settings
from data import database
from demo import keys
from demo.__main__ import prepare
from demo.cast import CAST, SO_PIN
from tests.e2e import newcomers, past
from ukey import softhsm
from ukey.dev_ca import DevCA
from ukey.tokens import Tokens

PIN = "280604"
#: Bound to clerk4 besides her own: its PIN may be tried and changed.
SPARE = "spare"
UNBOUND, EXPIRED, REVOKED = "unbound", "expired", "revoked"
#: Alone in a store of its own, for the driver that counts wrong PINs; bound to clerk4 too.
LOCKABLE = "lockable"
LOCKABLE_STORE = settings.STORAGE / "demo" / "lockable"

CLERK4 = next(player for player in CAST if player.key == "clerk4")


def main() -> None:
    prepare()
    database.connect(settings.DATABASE_URL)
    authority = DevCA.open(keys.CA)
    tokens = Tokens(softhsm.ensure_store(keys.STORE), keys.STORE)
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=400)
    _bind(_issue(tokens, authority, SPARE))
    _issue(tokens, authority, UNBOUND)
    _bind(_issue(tokens, authority, EXPIRED, long_ago, now - timedelta(days=10)))
    revoked = _issue(tokens, authority, REVOKED)
    _bind(revoked)
    authority.revoke(x509.load_der_x509_certificate(revoked).serial_number)
    authority.write_crls(days=30)
    with database.transaction() as session:
        newcomers.settle(session)
        for player in newcomers.PLAYERS:
            keys.bind(session, player, keys.issue(tokens, authority, session, player))
    past.live_through()
    alone = Tokens(softhsm.ensure_store(LOCKABLE_STORE), LOCKABLE_STORE)
    _bind(_issue(alone, authority, LOCKABLE))


def _issue(
    tokens: Tokens,
    authority: DevCA,
    label: str,
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> bytes:
    softhsm.init_token(label, SO_PIN, PIN)
    key_id, public_key = tokens.generate_key(label, PIN)
    certificate = authority.issue(
        public_key,
        person=CLERK4.name,
        organization="镇远某单位(示例)",
        not_before=begins,
        not_after=ends,
    )
    der = certificate.public_bytes(Encoding.DER)
    tokens.write_certificate(label, PIN, key_id, der)
    return der


def _bind(der: bytes) -> None:
    with database.transaction() as session:
        keys.bind(session, CLERK4, der)


if __name__ == "__main__":
    main()
