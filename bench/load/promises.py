"""What a run shows of two promises of `tests/assurance.py`: clerks at once (27), and the soak (29)."""

from bench.load.figures import Tally, quantile
from tests import figures

CLERKS, MINUTES, SECONDS = 50, 8, 1.0
"""Figure 27: so many clerks, so long, each act within so many seconds (p95)."""
SOAK_MINUTES, GROWTH = 30, 50
"""Figure 29: minutes of clicking, and how many MB a process may have grown by then."""
MB = 2**20 / 1_000_000
"""A MiB, in MB."""


def record(clerks: int, minutes: float, tally: Tally) -> None:
    """Write down what was found, whole if as many clerks were at work for as long as is promised."""
    faults = f"{len(tally.errors)} errors, {len(tally.foreign)} marks of others"
    is_clean = not (tally.errors or tally.foreign or tally.blind)
    p50, p95 = (quantile(tally.all(), part) for part in (50, 95))
    figures.record(
        27,
        f"{clerks} clerks, {minutes:g} minutes, {len(tally.all()):,} acts: p50 {p50 * 1000:.0f} ms, "
        f"p95 {p95 * 1000:.0f} ms, {faults}",
        reached=is_clean and p95 < SECONDS,
        is_whole=clerks >= CLERKS and minutes >= MINUTES,
    )
    grown = growth(tally)
    figures.record(
        29,
        f"{minutes:g} minutes, {clerks} clerks, {len(tally.all()):,} acts: processes grown by "
        f"{' and '.join(f'{one:.0f}' for one in grown)} MB, {len(tally.errors)} errors",
        reached=not tally.errors and max(grown) < GROWTH,
        is_whole=clerks >= CLERKS and minutes >= SOAK_MINUTES,
    )


def growth(tally: Tally) -> list[float]:
    """Return by how many MB each process has grown, from the first act to the last."""
    first, last = tally.memory[0], tally.memory[-1]
    return [(now - was) * MB for was, now in zip(first, last, strict=True)]
