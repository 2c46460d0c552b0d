"""UKeys (证书) of the demo center's clerks: for the lists; no key opens with them."""

import hashlib
import random
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from data import bulk
from data.enums import BindingStatus
from data.models.people import CertificateBinding
from services.rules import clock

_LIFE, _PAST, _LOST_ONE_IN = 730, 5, 60
_COLUMNS: Final = (
    "fingerprint", "issuer", "serial", "user_id", "status", "not_after", "bound_by", "bound_at",
)  # fmt: skip


def write(session: Session, luck: random.Random, clerks: dict[int, int]) -> None:
    """Bind a certificate to every clerk; they end on any day of the two years to come."""
    today = clock.instant().replace(hour=16, minute=0, second=0, microsecond=0)
    rows = []
    for user_id in clerks.values():
        ends = today + timedelta(days=luck.randrange(-_PAST, _LIFE))
        is_lost = luck.randrange(_LOST_ONE_IN) == 0
        rows.append((
            hashlib.sha256(f"示例{user_id}".encode()).hexdigest(), "CN=公积金演示签发CA",
            f"{luck.randrange(16**16):016x}", user_id,
            (BindingStatus.SUSPENDED if is_lost else BindingStatus.ACTIVE).value,
            ends, "田晓岚", ends - timedelta(days=_LIFE),
        ))  # fmt: skip
    bulk.insert(session, CertificateBinding, _COLUMNS, rows)
