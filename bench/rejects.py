"""Equal work, proven before any timing: every way refuses every bad roster, and stores nothing."""

from collections.abc import Mapping
from pathlib import Path

from bench.rounds import Worker


class UnequalWork(Exception):
    """A way took a roster that is wrong, or kept part of it; its time would prove nothing."""


def prove(workers: Mapping[str, Worker], bad: Mapping[str, Path], good: Path, rows: int) -> int:
    """Raise UnequalWork unless each bad roster is refused whole and the good one taken whole."""
    for name, worker in workers.items():
        for what, book in bad.items():
            run = worker.run(book)
            if not run.rejected or run.stored:
                raise UnequalWork(f"{name} took a roster with {what}: {run}")
        run = worker.run(good)
        if run.rejected or run.stored != rows:
            raise UnequalWork(f"{name} did not take the good roster: {run}")
    return len(workers) * len(bad)
