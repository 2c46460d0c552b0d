"""Verifying the audit (核对审计链): every event as it was written, every head as it was written down."""

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from data import chain, chain_reading
from data.database import snapshot
from data.enums import AuditAction
from data.models.audit import AuditEvent
from services import audit_heads
from services.audit_heads import Head
from services.verdict import Verdict


def verify(*, last: int | None = None) -> Verdict:
    """Read the chain from end to end, or its last events, and hold it against the heads exported."""
    heads = list(audit_heads.exported())
    faults = [f"{head.place}：链尾签名不符" for head in heads if not head.is_genuine]
    with snapshot() as session:
        remarks, excused = _restored(session, heads)
        known, twice = _known([head for head in heads if head.is_genuine and head not in excused])
        connection = session.connection()
        begun = chain_reading.last(connection)
        after = max(0, begun - last) if last else 0
        try:
            found = chain_reading.read(connection, _key(begun), after=after, known=known)
        except chain.KeyMissing:
            return Verdict(f"{begun:,}条", [*faults, "缺少审计密钥文件，无法核对"])
    scope = f"{found.events:,}条，链尾{len(heads):,}个"
    return Verdict(scope, found.faults + twice + faults, remarks)


def _key(begun: int) -> bytes:
    return chain.Key(settings.AUDIT_KEY).read() if begun else b""


def _known(heads: list[Head]) -> tuple[dict[int, bytes], list[str]]:
    """Return the hashes by number, the first that was written down of each, and who disagrees."""
    known: dict[int, bytes] = {}
    faults = []
    for head in heads:
        if head.seq and known.setdefault(head.seq, head.hash) != head.hash:
            faults.append(f"{head.place}：第{head.seq}条的链尾与先前导出的不一致")
    return known, faults


def _restored(session: Session, heads: list[Head]) -> tuple[list[str], set[Head]]:
    """Return what was lost by restoring backups, and the heads that tell of it: no tampering.

    Each restoration is an event of its own, so nobody restores unseen.
    """
    found = session.execute(
        select(AuditEvent.seq, AuditEvent.instant, AuditEvent.payload)
        .where(AuditEvent.action == AuditAction.RESTORED.value)
        .order_by(AuditEvent.seq)
    )
    remarks, excused = [], set()
    for seq, instant, payload in found:
        at, lost_to = datetime.fromisoformat(instant), json.loads(payload)["lost_to"]
        lost = f"此前第{seq}至{lost_to}条已随之丢失" if lost_to >= seq else "没有记录丢失"
        remarks.append(f"第{seq}条：{instant[:16]}恢复备份，{lost}")
        excused |= {head for head in heads if seq <= head.seq <= lost_to and head.at < at}
    return remarks, excused
