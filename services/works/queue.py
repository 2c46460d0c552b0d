"""The queue of works (处理队列): with HALL_WORKS=queue, they are done by `python -m worker` elsewhere.

Procrastinate keeps it in the hall's own PostgreSQL. The row of the work stays what counts: a job is
but a call to look at it, and one too many finds nothing to do.
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import cache
from typing import Final

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import func, make_url, select, text

import settings
from data.database import transaction
from services.works import runner, store
from services.works.kinds import Kind

log = logging.getLogger("hall.works")
QUEUE: Final = "works"
TASK: Final = "work"
SWEEP: Final = "sweep"
EVERY_TEN_SECONDS: Final = "* * * * * */10"
#: How long a worker that is told to stop goes on with what it does.
LAST_SECONDS: Final = 60
SCHEMA: Final = "works_queue"
"""Where its tables stand: not among the hall's own, which are compared with the models."""
LOCK: Final = 5226_02
"""The advisory lock's number while the queue's tables are made."""


class NoPostgreSQL(RuntimeError):
    """The queue stands in PostgreSQL; DATABASE_URL names another database."""


def prepare() -> None:
    """Make the queue's tables where they are not there yet. Raises NoPostgreSQL."""
    if not settings.DATABASE_URL.startswith("postgresql"):
        raise NoPostgreSQL(settings.DATABASE_URL.partition(":")[0])
    with transaction() as session:  # whoever comes second waits, and finds them
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        if session.scalar(text(f"select to_regclass('{SCHEMA}.procrastinate_jobs')")) is None:
            with (
                session.connection().engine.connect() as own
            ):  # what it makes stands before the other looks
                own.execute(text(f"create schema if not exists {SCHEMA}"))
                own.commit()
            _sender().schema_manager.apply_schema()


def send(work_id: int, code: str) -> None:
    """Call for a worker. What goes wrong here is mended by the workers' next sweep."""
    job = _sender().configure_task(TASK, queue=QUEUE, queueing_lock=f"work-{work_id}")
    try:
        job.defer(work_id=work_id, code=code)
    except AlreadyEnqueued:
        pass
    except ConnectorException:
        log.exception("work_unsent id=%d kind=%s", work_id, code)


def serve(kinds: Mapping[str, Kind]) -> None:
    """Do works until this process is told to stop; then finish those in hand."""
    app = App(connector=PsycopgConnector(conninfo=_address()))

    @app.task(name=TASK, queue=QUEUE)
    def work(work_id: int, code: str) -> None:
        runner.run(work_id, kinds[code])

    @app.periodic(cron=EVERY_TEN_SECONDS)
    @app.task(name=SWEEP, queue=QUEUE, queueing_lock=SWEEP)
    async def sweep(timestamp: int) -> None:  # noqa: ARG001 — the periodic task's
        for job in await app.job_manager.get_stalled_jobs():
            if job.id is not None:
                await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
        for work_id, code in await asyncio.to_thread(store.to_send_again):
            await asyncio.to_thread(send, work_id, code)

    app.run_worker(
        queues=[QUEUE], concurrency=settings.WORKS_AT_ONCE, delete_jobs="always",
        shutdown_graceful_timeout=LAST_SECONDS,
    )  # fmt: skip


@cache
def _sender() -> App:
    return App(connector=SyncPsycopgConnector(conninfo=_address())).open()


def _address() -> str:
    """Return the database's address as libpq knows it."""
    url = make_url(settings.DATABASE_URL).set(drivername="postgresql")
    url = url.update_query_dict({"options": f"-csearch_path={SCHEMA}"})
    return url.render_as_string(hide_password=False)
