"""What a long work (长时间处理) is: a business adds one `Kind`, and its pages start it by that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from services.actor import Actor

T = TypeVar("T")
#: Counting each row would cost more than the row.
STEP: Final = 500

Outcome = Mapping[str, Any]
"""What came of a work, in what JSON can hold. `summary` says it in words; `links` are files of it,
each a label and an address."""


Count = Callable[[str, int, int], None]
"""Told how far a work has come: the stage in words, how many are done, of how many."""

Settle = Callable[[Session, Outcome], None]
"""Writes a work's outcome in the transaction that its effect is in: neither comes without the other,
nor twice."""


def quietly(stage: str, done: int, total: int) -> None:
    """Count for nobody."""


@dataclass(frozen=True, slots=True)
class Job:
    """One work as its `Kind.run` gets it. `content` is the upload, empty where there is none."""

    actor: Actor
    arguments: Mapping[str, Any]
    filename: str
    content: bytes
    count: Count
    settle: Settle


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of work: `label` is what the person reads, `page` the title of the page it belongs to."""

    code: str
    label: str
    page: str
    run: Callable[[Job], Outcome]


def counted_by_step(rows: Sequence[T], count: Count) -> Iterator[Sequence[T]]:
    """Yield the rows of an upload some hundreds at a time, counting as they are checked."""
    for done in range(0, len(rows), STEP):
        count("正在检查数据", done, len(rows))
        yield rows[done : done + STEP]


def counted(rows: Sequence[T], count: Count) -> Iterator[T]:
    """Yield the rows of an upload, counting as they are checked."""
    for some in counted_by_step(rows, count):
        yield from some
