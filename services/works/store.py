"""The table of works: one row a work, moved from state to state by whoever runs it."""

import os
import socket
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session, undefer

import settings
from data.database import transaction
from data.enums import WorkState
from data.models.people import User
from data.models.work import LIVE, Work
from services.actor import Actor
from services.rules import clock
from services.works.kinds import Outcome

HOST: Final = socket.gethostname()[:40]
#: This process, and no other before or after it.
RUNNER: Final = f"{HOST}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
#: A process that has been silent for so long is gone.
SILENCE: Final = timedelta(seconds=30)
#: A work that has waited no longer than this is on its way to the queue.
SETTLED: Final = timedelta(seconds=10)
MOST_TRIES: Final = 3
INTERRUPTED: Final = "处理因系统重启而中断，数据未受影响，请重新办理"


class TakenAway(Exception):
    """The work was declared lost, or begun again elsewhere: its effect must not come twice."""


@dataclass(slots=True)
class Counts:
    """How far a work has come."""

    stage: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is to be done."""

    actor: Actor
    arguments: Mapping[str, Any]
    filename: str
    content: bytes = field(repr=False)


def claim(work_id: int) -> Claimed | None:
    """Take a waiting work on; None where somebody else has, or its person is no longer here."""
    now = clock.instant()
    with transaction() as session:
        if not _move(session, Work.state == WorkState.WAITING, work_id, state=WorkState.RUNNING,
                     runner=RUNNER, beat_at=now, tries=Work.tries + 1):  # fmt: skip
            return None
        work = session.get_one(Work, work_id, options=[undefer(Work.content)])
        user = session.get_one(User, work.user_id)
        if not user.active or user.employer_id != work.employer_id:
            work.state, work.ended_at, work.refusal = WorkState.LOST, now, INTERRUPTED
            return None
        actor = Actor(user.id, user.name, user.role, user.employer_id, user.branch)
        return Claimed(actor, work.arguments, work.filename, work.content)


def settle(session: Session, work_id: int, outcome: Outcome) -> None:
    """Write that this process has done a work, in the transaction of its effect. Raises TakenAway."""
    if not _move(session, _mine(), work_id, state=WorkState.DONE, outcome=dict(outcome),
                 ended_at=clock.instant()):  # fmt: skip
        raise TakenAway


def end(
    work_id: int, state: WorkState, *, outcome: Outcome | None = None, refusal: str = ""
) -> None:
    """Write how a work ended that has not settled itself."""
    with transaction() as session:
        _move(session, _mine(), work_id, state=state, outcome=dict(outcome) if outcome else None,
              refusal=refusal[:500], ended_at=clock.instant())  # fmt: skip


def beat(counts: Mapping[int, Counts]) -> None:
    """Say that this process is alive, and how far its works have come."""
    now = clock.instant()
    with transaction() as session:
        for work_id, found in counts.items():
            _move(session, Work.runner == RUNNER, work_id, beat_at=now, stage=found.stage,
                  done=found.done, total=found.total)  # fmt: skip


def mark_lost(session: Session, *more: ColumnElement[bool]) -> None:
    """Mark works whose process is gone; `more` says which works are looked at.

    Where a queue keeps them, none is lost: another worker takes them on.
    """
    if settings.WORKS_BY != "queue":
        _lose(session, Work.state.in_(LIVE), _is_gone(session), *more)


def to_send_again() -> list[tuple[int, str]]:
    """Give back to the queue what a dead worker was doing; return all that waits there, with kinds.

    What has taken three workers with it is lost.
    """
    now = clock.instant()
    with transaction() as session:
        running, gone = Work.state == WorkState.RUNNING, _is_gone(session)
        _lose(session, running, gone, Work.tries >= MOST_TRIES)
        session.execute(update(Work).where(running, gone).values(state=WorkState.WAITING))
        waiting = (Work.state == WorkState.WAITING) & (Work.started_at < now - SETTLED)
        return [
            (row.id, row.kind) for row in session.execute(select(Work.id, Work.kind).where(waiting))
        ]


def is_gone(work: Work) -> bool:
    """Tell whether the process of a work under way is no longer there."""
    is_late = work.beat_at < clock.instant() - SILENCE
    return work.runner != RUNNER and (is_late or not is_alive(work.runner))


def recover() -> None:
    """Mark what the processes before this one have left unfinished; once, when it starts."""
    with transaction() as session:
        mark_lost(session)


def is_alive(runner: str) -> bool:
    """Tell whether a process of this host may still be running; of others only their silence tells."""
    host, _, rest = runner.rpartition(":")[0].rpartition(":")
    if host != HOST:
        return True
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return int(rest) != os.getpid() or runner == RUNNER


def _is_gone(session: Session) -> ColumnElement[bool]:
    silent = Work.beat_at < clock.instant() - SILENCE
    return and_(Work.runner != RUNNER, or_(silent, Work.runner.in_(_ended_runners(session))))


def _lose(session: Session, *which: ColumnElement[bool]) -> None:
    lost = {"state": WorkState.LOST, "refusal": INTERRUPTED, "ended_at": clock.instant()}
    session.execute(update(Work).where(*which).values(lost))


def _ended_runners(session: Session) -> list[str]:
    live: Iterable[str] = session.scalars(
        select(Work.runner).where(Work.state.in_(LIVE)).distinct()
    )
    return [runner for runner in live if not is_alive(runner)]


def _mine() -> ColumnElement[bool]:
    return (Work.state == WorkState.RUNNING) & (Work.runner == RUNNER)


def _move(session: Session, where: ColumnElement[bool], work_id: int, **values: object) -> bool:
    """Change a work if it is as it should be; tell whether it was."""
    changed = session.execute(
        update(Work)
        .where(Work.id == work_id, where)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(changed, CursorResult)  # noqa: S101 — for the type checker
    return changed.rowcount == 1
