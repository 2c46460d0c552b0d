"""Imports (批量导入) as long works: a business says how it checks and takes in; here is the rest.

The check keeps the upload with its work, so that 【确定】 takes in what was checked, also after the
page was reloaded. Taking in is one transaction, which the work's own end is part of.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from services import audit, slips
from services.actor import Actor
from services.errors import NotFound
from services.files.faults import Fault
from services.files.template import File
from services.works import desk
from services.works.desk import Progress
from services.works.kinds import Count, Job, Kind, Outcome

SHOWN_FAULTS: Final = 500
_PAGE_SLIP: Final = "/download/slip/"


class Checked(Protocol):
    """What a business has found out about an upload."""

    @property
    def faults(self) -> list[Fault]: ...
    @property
    def report(self) -> bytes | None: ...


class Refilled(Checked, Protocol):
    """An upload whose check has made the template with what was filled in, where there are faults."""

    @property
    def again(self) -> File | None: ...


C = TypeVar("C", bound=Checked)
Settle = Callable[[Session, C], None]
"""Called within the transaction that takes an upload in."""


@dataclass(frozen=True, slots=True)
class Mending(Generic[C]):
    """What a business can put right of an upload by itself, where the person asks for it."""

    label: str
    offer: Callable[[C], str]
    """Says what would be put right, "" for nothing."""
    make: Callable[[Actor, bytes], File]


@dataclass(frozen=True, slots=True)
class Import:
    """A business's two works: look at an upload, take in what was looked at."""

    check: Kind
    take: Kind
    mending: Mending[Any] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a check, or of taking in: faults, or the effect by its names, money in yuan.

    `faults` are the first 500 of `total`, in `rows` rows; `report` and `again` are the addresses of
    the upload with its faults marked, and of a template with what was filled in; `mendable` says
    what `mend` would put right.
    """

    faults: list[Fault]
    total: int
    rows: int
    report: str
    again: str
    mendable: str
    effect: Mapping[str, Any]
    summary: str


def declare(
    code: str,
    *,
    label: str,
    page: str,
    report: str,
    check: Callable[[Actor, bytes, Count], C],
    take: Callable[[Actor, bytes, Count, Settle[C]], C],
    effect: Callable[[C], Mapping[str, Any]],
    again: Callable[[Actor, C], File],
    done: Callable[[C], str],
    mending: Mending[C] | None = None,
) -> Import:
    """Make an import of a business's own `check` and `take`.

    `effect` says what a good upload would do, `done` words what was taken in; `report` is the name
    of the file of faults, `again` makes the template with what was filled in, `mending` is what
    can be put right at one click.
    """

    def outcome(actor: Actor, checked: C, summary: str) -> Outcome:
        if checked.faults:
            mendable = mending.offer(checked) if mending else ""
            return {
                **_faulty(actor, checked, report, again(actor, checked)), "mendable": mendable,
            }  # fmt: skip
        return {"effect": _packed(effect(checked)), "summary": summary}

    def run_check(job: Job) -> Outcome:
        checked = check(job.actor, job.content, job.count)
        return outcome(job.actor, checked, "检查通过，请点击【查看】确认导入")

    def run_take(job: Job) -> Outcome:
        content = desk.content(job.actor, int(job.arguments["checked"]))

        def settle(session: Session, taken: C) -> None:
            job.settle(session, outcome(job.actor, taken, done(taken)))

        taken = take(job.actor, content, job.count, settle)
        return outcome(job.actor, taken, done(taken)) if taken.faults else {}

    return Import(
        Kind(f"{code}_check", f"{label}检查", page, run_check),
        Kind(f"{code}_take", label, page, run_take),
        mending,
    )


@audit.refusals
def begin(actor: Actor, batch: Import, *, click: str, name: str, content: bytes) -> int:
    """Have an upload checked; return the work's number. Raises TooManyAtOnce."""
    return desk.start(actor, batch.check, click=click, content=content, filename=name)


@audit.refusals
def mend(actor: Actor, batch: Import, checked: Progress) -> int:
    """Put right what can be of an upload with faults, and have it checked: once, however often asked.

    Raises NotFound where there is nothing of the kind, TooManyAtOnce.
    """
    if batch.mending is None or checked.kind != batch.check.code:
        raise NotFound(what="可修正的文件")
    mended = batch.mending.make(actor, desk.content(actor, checked.id))
    return desk.start(
        actor, batch.check, click=f"mend-{checked.id}", content=mended.content,
        filename=checked.filename,
    )  # fmt: skip


@audit.refusals
def take(actor: Actor, batch: Import, checked: Progress) -> int:
    """Have taken in what was checked: once, however often asked. Raises TooManyAtOnce."""
    kept = {"checked": checked.id, "bytes": desk.size(actor, checked.id)}
    return desk.start(
        actor, batch.take, click=str(checked.id), arguments=kept, filename=checked.filename
    )


def found(ended: Progress) -> Found:
    """Return what came of a check or of taking in."""
    came = ended.outcome
    return Found(
        [Fault(*fault) for fault in came.get("faults", [])],
        came.get("total", 0),
        came.get("rows", 0),
        came.get("report", ""),
        came.get("again", ""),
        came.get("mendable", ""),
        _unpacked(came.get("effect", {})),
        came.get("summary", ""),
    )


def filled_in(_actor: Actor, checked: Refilled) -> File:
    """Return the template that the check has made. Raises NotFound where nothing was wrong."""
    if checked.again is None:
        raise NotFound(what="重新下载的模板")
    return checked.again


def facts(effect: Any) -> dict[str, Any]:  # noqa: ANN401 — any dataclass
    """Return a dataclass of figures by their names."""
    return asdict(effect)


def _faulty(actor: Actor, checked: Checked, report: str, again: File) -> Outcome:
    listed = slips.keep(actor, report, checked.report or b"")
    filled = slips.keep(actor, again.name, again.content)
    rows = {fault.row for fault in checked.faults if fault.row}
    return {
        "faults": [
            [fault.row, fault.person, fault.column, fault.value, fault.reason]
            for fault in checked.faults[:SHOWN_FAULTS]
        ],
        "total": len(checked.faults),
        "rows": len(rows),
        "report": _PAGE_SLIP + listed,
        "again": _PAGE_SLIP + filled,
        "summary": f"文件未导入：发现{len(checked.faults)}处错误，涉及{len(rows)}行",
    }


def _packed(value: Any) -> Any:  # noqa: ANN401 — whatever JSON can hold, and money
    """Spell money as text: JSON knows no decimals."""
    if isinstance(value, Decimal):
        return {"yuan": str(value)}
    if isinstance(value, Mapping):
        return {name: _packed(each) for name, each in value.items()}
    return [_packed(each) for each in value] if isinstance(value, (list, tuple)) else value


def _unpacked(value: Any) -> Any:  # noqa: ANN401 — as in `_packed`
    if isinstance(value, Mapping):
        if value.keys() == {"yuan"}:
            return Decimal(value["yuan"])
        return {name: _unpacked(each) for name, each in value.items()}
    return [_unpacked(each) for each in value] if isinstance(value, list) else value
