"""Slips (待取文件): files made for one person, handed out by the download route to that person.

Streamlit's own media links open for whoever has the address; what holds people's data goes here.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from data.database import snapshot, transaction
from data.enums import AuditAction
from data.models.slip import Slip
from services import audit
from services.actor import Actor
from services.errors import NotFound
from services.rules import clock

LIFE = timedelta(hours=1)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@audit.refusals
def keep(actor: Actor, name: str, content: bytes, content_type: str = XLSX) -> str:
    """Keep a file for this person for an hour; return the id that its address ends in."""
    slip_id = secrets.token_urlsafe(32)
    now = clock.instant()
    with transaction() as session:
        session.execute(delete(Slip).where(Slip.made_at < now - LIFE))
        session.add(
            Slip(
                id=slip_id, user_id=actor.user_id, name=name, content_type=content_type,
                content=content, made_at=now,
            )
        )  # fmt: skip
        subject = f"slip:{_mark(slip_id)}"
        audit.record(session, actor, AuditAction.EXPORTED, subject, size=len(content))
    return slip_id


@audit.refusals
def fetch(actor: Actor, slip_id: str) -> tuple[str, str, bytes]:
    """Return a file's name, content type and bytes. Raises NotFound unless it is this person's."""
    with snapshot() as session:
        found = session.scalar(
            select(Slip)
            .filter_by(id=slip_id, user_id=actor.user_id)
            .where(Slip.made_at >= clock.instant() - LIFE)
        )
    if found is None:
        raise NotFound(what="该文件（可能已过期）")
    with transaction() as session:
        audit.record(session, actor, AuditAction.DOWNLOADED, f"slip:{_mark(slip_id)}")
    return found.name, found.content_type, found.content


def _mark(slip_id: str) -> str:
    """Return what the audit calls a slip: its id itself would open it."""
    return hashlib.sha256(slip_id.encode()).hexdigest()[:16]
