"""Restoring a backup (恢复): the database, its files, then everybody signs in again.

What was done after the backup is lost; the audit says how much, by the heads that were exported.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, update

from data import dump, migrating
from data.database import engine, transaction
from data.enums import AuditAction
from data.models.people import Challenge, UserSession
from data.models.slip import Slip
from services import audit, audit_heads, backup
from services.files import storage
from services.files.storage import DocumentDamaged, DocumentMissing
from services.rules import clock
from services.summary import verify


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and which events of the audit did not."""

    made_at: str
    rows: int
    files: int
    kept_to: int
    lost_to: int
    aside: str
    """Where what was there before is now; "" where nothing was."""


def restore(folder: Path, *, replace: bool = False) -> Restored:
    """Bring back a backup. What is there already is set aside if `replace`, else refused.

    Raises Damaged, NotEmpty, OSError.
    """
    facts = backup.read(folder)
    if facts["kind"] != engine().dialect.name:
        raise backup.Damaged(f"备份来自{facts['kind']}，不能恢复到{engine().dialect.name}")
    aside = ""
    if not dump.is_empty(engine()):
        if not replace:
            raise dump.NotEmpty
        aside = dump.set_aside(engine())
    dump.load(engine(), folder, facts)
    migrating.upgrade(engine())
    files = _bring_files(folder)
    lost_to = max((head.seq for head in audit_heads.exported() if head.is_genuine), default=0)
    kept_to = facts["head"]
    lost_to = max(lost_to, kept_to)
    _begin_anew(folder.name, lost_to)
    audit_heads.export()
    rows = sum(table["rows"] for table in facts["tables"].values())
    return Restored(facts["made_at"], rows, files, kept_to, lost_to, aside)


def _bring_files(folder: Path) -> int:
    """Put back the files that the rows name and the stores lack, or hold damaged."""
    wanted = [(store, name) for store, names in backup.named().items() for name in names]
    for store, name in wanted:
        kept = storage.store(store)
        try:
            kept.get(name)
        except (DocumentMissing, DocumentDamaged):
            kept.put((folder.parent / backup.FILES / store / name[:2] / name).read_bytes())
    return len(wanted)


def _begin_anew(name: str, lost_to: int) -> None:
    """End every session, void every question and slip: rights may have changed since the backup."""
    with transaction() as session:
        session.execute(
            update(UserSession)
            .where(UserSession.ended_at.is_(None))
            .values(ended_at=clock.instant(), end_reason="restored")
        )
        session.execute(delete(Challenge))
        session.execute(delete(Slip))
        verify.rebuild(session)
        audit.record(session, None, AuditAction.RESTORED, name, lost_to=lost_to)
