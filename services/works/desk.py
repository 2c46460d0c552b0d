"""The works of a person (我的处理): begin one, ask how far it is, find those left behind."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

import settings
from data.bulk import table_of
from data.database import glance, snapshot, transaction
from data.enums import WorkState
from data.models.work import LIVE, Work
from services import audit
from services.actor import Actor
from services.errors import BusinessError, NotFound
from services.rules import clock
from services.works import beside, queue, runner, store
from services.works.kinds import Kind, Outcome

#: How long a work is kept after it ended, with what was uploaded for it; as long as its files.
LIFE: Final = timedelta(hours=1)
MOST_AT_ONCE: Final = 5
LOOK_SECONDS: Final = 0.05
_WORK: Final = table_of(Work).c
_UNDER_WAY: Final = select(func.count()).where(
    _WORK.user_id == bindparam("user"),
    _WORK.employer_id.is_not_distinct_from(bindparam("employer", type_=_WORK.employer_id.type)),
    _WORK.state.in_(LIVE),
)


class TooManyAtOnce(BusinessError):
    message = "您已有{most}项正在处理，请等待其中一项完成后再试"


@dataclass(frozen=True, slots=True)
class Progress:
    """How a work stands. `outcome` is there when it is done, `refusal` when it was refused or lost."""

    id: int
    kind: str
    label: str
    page: str
    filename: str
    state: WorkState
    stage: str
    done: int
    total: int
    started_at: datetime
    outcome: Outcome
    refusal: str

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_done(self) -> bool:
        return self.state is WorkState.DONE

    @property
    def can_begin_again(self) -> bool:
        """Whether it ended by no fault of its own."""
        return self.state in (WorkState.LOST, WorkState.FAILED)


@audit.refusals
def start(
    actor: Actor,
    kind: Kind,
    *,
    click: str,
    arguments: Mapping[str, Any] | None = None,
    content: bytes = b"",
    filename: str = "",
) -> int:
    """Begin a work and return its number; the same `click`, or the same work under way, is the one.

    What an argument `bytes` says of an upload that was kept before counts like `content` itself.
    Raises TooManyAtOnce.
    """
    key = f"{actor.user_id}:{kind.code}:{click}"[:160]
    given = dict(arguments or {})
    subject = _subject(kind, given, content)
    now = clock.instant()
    try:
        with transaction() as session:
            if there := _there(session, actor, key, subject):
                return there
            _make_room(session, actor, now)
            work = Work(
                key=key, user_id=actor.user_id, employer_id=actor.employer_id, kind=kind.code,
                label=kind.label, page=kind.page, subject=subject, arguments=given,
                filename=filename[:200], content=content,
                state=WorkState.WAITING, runner=store.RUNNER, started_at=now, beat_at=now,
            )  # fmt: skip
            session.add(work)
            session.flush()
            work_id = work.id
    except IntegrityError:  # begun in the same moment by the other of two clicks
        with snapshot() as session:
            if there := _there(session, actor, key, subject):
                return there
        raise
    _hand_on(work_id, kind, len(content) + given.get("bytes", 0))
    return work_id


@audit.refusals
def again(actor: Actor, kind: Kind, work_id: int) -> int:
    """Begin anew a work that was lost or failed: once, however often asked. Raises NotFound."""
    with snapshot() as session:
        chosen = select(Work).where(*_own(actor), Work.id == work_id, Work.kind == kind.code)
        lost = session.scalar(chosen.options(undefer(Work.content)))
    if lost is None or not _shown(lost).can_begin_again:
        raise NotFound(what="该项处理（可能已过期）")
    close(actor, work_id)
    return start(
        actor, kind, click=f"again-{work_id}", arguments=lost.arguments, content=lost.content,
        filename=lost.filename,
    )  # fmt: skip


@audit.refusals
def progress(actor: Actor, work_id: int, *, wait: float = 0) -> Progress:
    """Return how a work stands, waiting for its end up to `wait` seconds. Raises NotFound."""
    found = _progress(actor, work_id)
    if found.is_live and wait > 0 and not _is_queued():
        runner.wait(work_id, wait)
        return _progress(actor, work_id)
    until = time.monotonic() + wait
    while found.is_live and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        found = _progress(actor, work_id)
    return found


@audit.refusals
def soon(actor: Actor, work_id: int) -> Progress:
    """Return how a work stands once it has had the time that a page waits for short ones."""
    return progress(actor, work_id, wait=settings.PATIENCE)


@audit.refusals
def content(actor: Actor, work_id: int) -> bytes:
    """Return what was uploaded for a work. Raises NotFound."""
    with snapshot() as session:
        found = session.scalar(select(Work.content).where(*_own(actor), Work.id == work_id))
    if found is None:
        raise NotFound(what="上传的文件（可能已过期），请重新上传")
    return found


@audit.refusals
def size(actor: Actor, work_id: int) -> int:
    """Return how many bytes were uploaded for a work, 0 where they are no longer kept. Raises NotFound."""
    asked = select(func.length(Work.content)).where(*_own(actor), Work.id == work_id)
    with snapshot() as session:
        found = session.execute(asked).one_or_none()
    if found is None:
        raise NotFound(what="上传的文件（可能已过期），请重新上传")
    return found[0] or 0


@audit.refusals
def latest(actor: Actor, *kinds: Kind) -> Progress | None:
    """Return the person's last work of these kinds that is under way or not yet looked at."""
    codes = {kind.code for kind in kinds}
    return next((found for found in listed(actor) if found.kind in codes), None)


@audit.refusals
def listed(actor: Actor) -> list[Progress]:
    """Return the person's works that are under way or not yet looked at, the latest first."""
    recent = or_(Work.ended_at.is_(None), Work.ended_at >= clock.instant() - LIFE)
    with snapshot() as session:
        found = session.scalars(
            select(Work)
            .where(*_own(actor), Work.is_closed.is_(False), recent)
            .order_by(Work.id.desc())
        ).all()
    return [_counted(actor, work) for work in found]


@audit.refusals
def live(actor: Actor) -> int:
    """Return how many works of the person are under way: asked by every page."""
    own = {"user": actor.user_id, "employer": actor.employer_id}
    with glance() as connection:
        return connection.execute(_UNDER_WAY, own).scalar_one()


@audit.refusals
def close(actor: Actor, work_id: int) -> None:
    """Put a work away that has ended: the person has seen how. Raises NotFound for another's."""
    with transaction() as session:
        if session.scalar(select(Work.user_id).filter_by(id=work_id)) not in (None, actor.user_id):
            raise NotFound(what="该项处理（可能已过期）")
        session.execute(
            update(Work)
            .where(*_own(actor), Work.id == work_id, Work.state.not_in(LIVE))
            .values(is_closed=True)
        )


def _hand_on(work_id: int, kind: Kind, size: int) -> None:
    if _is_queued():
        queue.send(work_id, kind.code)
    else:
        runner.submit(work_id, kind, beside.run if beside.takes(size) else runner.run)


def _is_queued() -> bool:
    """Tell whether workers of their own do the works, and not this process."""
    return settings.WORKS_BY == "queue"


def _there(session: Session, actor: Actor, key: str, subject: str) -> int | None:
    same = (Work.subject == subject) & Work.state.in_(LIVE)
    return session.scalar(select(Work.id).where(*_own(actor), or_(Work.key == key, same)).limit(1))


def _make_room(session: Session, actor: Actor, now: datetime) -> None:
    """Forget works that ended long ago, mark those whose process is gone; then count. Raises."""
    session.execute(delete(Work).where(Work.ended_at < now - LIFE))
    store.mark_lost(session, *_own(actor))
    own = select(func.count()).where(*_own(actor), Work.state.in_(LIVE))
    if session.scalars(own).one() >= MOST_AT_ONCE:
        raise TooManyAtOnce(most=MOST_AT_ONCE)


def _progress(actor: Actor, work_id: int) -> Progress:
    with snapshot() as session:
        work = session.scalar(select(Work).where(*_own(actor), Work.id == work_id))
    if work is None:
        raise NotFound(what="该项处理（可能已过期）")
    return _counted(actor, work)


def _counted(actor: Actor, work: Work) -> Progress:
    """Return how a work stands by what its own process says, where that is this one."""
    if work.state in LIVE and not _is_queued() and store.is_gone(work):
        with transaction() as session:
            store.mark_lost(session, *_own(actor))
        return replace(_shown(work), state=WorkState.LOST, refusal=store.INTERRUPTED)
    shown = _shown(work)
    if work.state in LIVE and (here := runner.counts(work.id)):
        shown = replace(shown, stage=here.stage, done=here.done, total=here.total)
    return shown


def _shown(work: Work) -> Progress:
    return Progress(
        work.id, work.kind, work.label, work.page, work.filename, work.state, work.stage, work.done, work.total,
        clock.in_china(work.started_at), work.outcome or {}, work.refusal,
    )  # fmt: skip


def _own(actor: Actor) -> tuple[Any, ...]:
    return Work.user_id == actor.user_id, Work.employer_id == actor.employer_id


def _subject(kind: Kind, arguments: Mapping[str, Any], content: bytes) -> str:
    said = json.dumps([kind.code, arguments], sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(said + b"\0" + hashlib.sha256(content).digest()).hexdigest()
