"""Is the hall alive, and can it serve (运行检查)? For the machines that watch this one.

/livez answers while the process does. /readyz tries what sign-in and filing need, and names what
fails by code alone; a hall that is full is well, and must not be taken from those who are in it.
"""

import logging
import os
import shutil
import uuid
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

import settings
from data import migrating
from data.database import snapshot, transaction
from data.models.people import Challenge
from services import audit_heads, backup
from services.files import storage
from services.rules import clock
from ukey.certificate import TrustStore
from web.seats import seats

log = logging.getLogger("hall.web")
LEAST_FREE_BYTES: Final = 500 * 1024 * 1024
OLDEST_BACKUP: Final = 26 * 3600.0


class _NotReady(Exception):
    """Raised by a check; its argument is the code to report."""


async def alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def ready(_request: Request) -> Response:
    faults = await run_in_threadpool(_faults)
    word = "not_ready" if faults else "full" if seats.is_full() else "ready"
    said = {
        "status": word,
        "faults": faults,
        "people": seats.taken(),
        "late": round(seats.late(), 2),
    }
    return JSONResponse(said, 503 if faults else 200)


ROUTES: Final = [Route("/livez", alive), Route("/readyz", ready)]


def _faults() -> list[str]:
    found = []
    for code, check in _CHECKS.items():
        try:
            check()
        except _NotReady as fault:
            found.append(str(fault))
        except Exception as error:  # noqa: BLE001 — whatever it is, the hall is not ready
            log.warning("not_ready check=%s error=%s", code, type(error).__name__)
            found.append(code)
    return found


def _check_database() -> None:
    """Take the writers' turn and write, then take it back: a full disk fails here."""
    with transaction() as session:
        probe = f"readyz-{uuid.uuid4().hex}"
        session.add(Challenge(browser_hash=probe, nonce="", expires_at=clock.instant()))
        session.flush()
        session.rollback()


def _check_trust() -> None:
    store = TrustStore.load(settings.TRUST)
    if not store.roots:
        raise _NotReady("trust_missing")
    if store.faults:
        raise _NotReady("trust_unreadable")
    now = clock.instant()
    ends = (index.crl.next_update_utc for index in store.crls)
    if store.policy.check_revocation and (
        not store.crls or any(end is None or end <= now for end in ends)
    ):
        raise _NotReady("crl_stale")


def _check_storage() -> None:
    settings.STORAGE.mkdir(parents=True, exist_ok=True)
    probe = settings.STORAGE / f".ready-{uuid.uuid4().hex}"
    try:
        with probe.open("xb") as file:
            file.write(b"ready")
            os.fsync(file.fileno())
    finally:
        probe.unlink(missing_ok=True)


def _check_files() -> None:
    """Put a file and get it back, where files are kept elsewhere."""
    if settings.FILES:
        kept = storage.store("documents")
        kept.get(kept.put(b"ready"))


def _check_disk() -> None:
    if shutil.disk_usage(settings.STORAGE).free < LEAST_FREE_BYTES:
        raise _NotReady("disk_full")


def _check_schema() -> None:
    """Notice a migration under our feet: the whole structure was compared at the start."""
    with snapshot() as session:
        if migrating.revision(session.connection()) != migrating.head():
            raise _NotReady("schema")


def _check_backup() -> None:
    """Only where backups are expected (HALL_BACKUPS is set): the newest is of the last day."""
    if not settings.ARE_BACKUPS_EXPECTED:
        return
    newest = backup.latest()
    if newest is None or clock.instant().timestamp() - newest.stat().st_mtime > OLDEST_BACKUP:
        raise _NotReady("backup_stale")


def _check_heads() -> None:
    """Nobody could tell whether the audit's end is still there: better no work than unproved work."""
    last = audit_heads.last_at()
    if last is None or clock.instant() - last > audit_heads.LONGEST:
        raise _NotReady("audit_heads_stale")


_CHECKS: Final[dict[str, Callable[[], None]]] = {
    "database": _check_database,
    "trust": _check_trust,
    "storage": _check_storage,
    "files": _check_files,
    "disk": _check_disk,
    "audit_heads": _check_heads,
    "schema": _check_schema,
    "backup": _check_backup,
}
