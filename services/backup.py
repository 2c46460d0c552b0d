"""Backup (备份): the database first, then the files that it speaks of, with a signed list of it all.

In this order a row never points to a file that the backup lacks. The files of all backups lie
together, each once under its SHA-256. The audit's keys are not in it: they are kept elsewhere.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

import settings
from data import dump
from data.database import engine, snapshot
from data.models.case import Document
from data.models.record import Print
from services import audit_heads
from services.files import storage
from services.rules import clock

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
FILES: Final = "files"


def make() -> Path:
    """Write a backup into a folder of its own; return the folder. Raises OSError, FileNotFoundError."""
    now = clock.instant()
    final = settings.BACKUPS / f"hall-{now:%Y%m%dT%H%M%S%fZ}"
    begun = final.with_name(f".begun-{final.name}")
    begun.mkdir(parents=True, mode=0o700)
    try:
        facts = dump.write(engine(), begun)
        events = facts["tables"].get("audit_event", {"rows": 0})
        facts |= {"made_at": now.isoformat(timespec="seconds"), "head": events["rows"]}
        facts["documents"] = _keep_files()
        facts["files"] = {path.name: digest(path) for path in sorted(begun.iterdir())}
        content = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True).encode()
        (begun / MANIFEST).write_bytes(content)
        (begun / SIGNATURE).write_bytes(audit_heads.sign(content))
        _settle(begun)
        begun.rename(final)
    except BaseException:
        shutil.rmtree(begun, ignore_errors=True)
        raise
    return final


def latest() -> Path | None:
    """Return the newest backup, if there is one."""
    return max(settings.BACKUPS.glob("hall-*"), default=None)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def named() -> dict[str, set[str]]:
    """Return the SHA-256 of every file that a row names, by the store that it is in."""
    with snapshot() as session:
        return {
            "documents": set(session.scalars(select(Document.sha256))),
            "prints": set(session.scalars(select(Print.sha256))),
        }


def _keep_files() -> int:
    """Copy what is not in the backups yet; return how many files the rows name."""
    wanted = named()
    for store, names in wanted.items():
        for name in names:
            target = settings.BACKUPS / FILES / store / name[:2] / name
            if not target.exists():
                _write(storage.store(store).get(name), target)
    return sum(map(len, wanted.values()))


def _write(content: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = target.with_name(f".begun-{target.name}")
    begun.write_bytes(content)
    _sync(begun)
    begun.replace(target)


def _settle(folder: Path) -> None:
    """Wait until every file of the backup is on the disk."""
    for path in folder.iterdir():
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(folder: Path) -> dict[str, Any]:
    """Return what a backup says of itself. Raises Damaged unless all of it is as it was written."""
    try:
        content = (folder / MANIFEST).read_bytes()
        is_genuine = audit_heads.is_signed((folder / SIGNATURE).read_bytes(), content)
    except FileNotFoundError as missing:
        raise Damaged(f"缺少{Path(str(missing.filename)).name}") from missing
    if not is_genuine:
        raise Damaged("清单签名不符")
    facts: dict[str, Any] = json.loads(content)
    for fault in _faults(folder, facts):
        raise Damaged(fault)
    return facts


def _faults(folder: Path, facts: dict[str, Any]) -> Iterator[str]:
    for name, expected in facts["files"].items():
        path = folder / name
        if not path.exists():
            yield f"缺少{name}"
        elif digest(path) != expected:
            yield f"{name}与备份时不一致"


class Damaged(Exception):
    """The backup is not what was written; nothing has been restored from it."""
