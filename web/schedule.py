"""What the serving process does by the clock (定时): every ten minutes the audit's head is written down."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.concurrency import run_in_threadpool

from services import audit_heads

log = logging.getLogger("hall.web")


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Keep exporting heads for as long as the block runs, the first at once."""
    task = asyncio.create_task(_export_heads())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _export_heads() -> None:
    while True:
        try:
            await run_in_threadpool(audit_heads.export)
        except Exception as error:  # noqa: BLE001 — /readyz says so when it lasts, the next try is near
            log.error("head_not_exported error=%s", type(error).__name__)  # noqa: TRY400 — no trace: it holds paths
        await asyncio.sleep(audit_heads.EVERY.total_seconds())
