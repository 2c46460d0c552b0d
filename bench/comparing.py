"""The lines of the table: the hall's time beside another's, the ratio, the target."""

import statistics
from collections.abc import Mapping

from bench.results import Line
from bench.rounds import Taken

HALL = "hall"
_SHORT = 0.1  # seconds: what takes less is shown in milliseconds


def faster(work: str, peer: str, taken: Mapping[str, Taken], at_least: float | None = None) -> Line:
    """Say how many times as fast as the peer the hall is."""
    hall, other = taken[HALL], taken[peer]
    ratio = other.cpu / hall.cpu
    target, is_reached = (f"≥ {at_least}× faster", ratio >= at_least) if at_least else ("", None)
    return Line(
        work, peer, shown(hall), shown(other), f"{ratio:.1f}× faster", target, is_reached,
        f"{other.wall / hall.wall:.1f}×",
    )  # fmt: skip


def slower(work: str, peer: str, taken: Mapping[str, Taken], at_most: float | None = None) -> Line:
    """Say how many times the peer's time the hall takes, by pairs of neighbouring runs."""
    hall, other = taken[HALL], taken[peer]
    # What disturbs one of a pair disturbs the other.
    pairs = list(zip(hall.runs, other.runs, strict=False))
    ratio = statistics.median(ours.cpu / theirs.cpu for ours, theirs in pairs)
    wall = statistics.median(ours.wall / theirs.wall for ours, theirs in pairs)
    target, is_reached = (f"≤ {at_most}× the time", ratio <= at_most) if at_most else ("", None)
    return Line(
        work, peer, shown(hall), shown(other), f"{ratio:.2f}× the time", target, is_reached,
        f"{wall:.2f}×",
    )  # fmt: skip


def alone(work: str, taken: Taken, at_most: float) -> Line:
    """Hold the hall's own seconds against a target."""
    return Line(
        work, "–", shown(taken), "", "", f"≤ {at_most:g} s", taken.cpu <= at_most,
        f"{taken.wall:.2f} s",
    )  # fmt: skip


def shown(taken: Taken) -> str:
    """Spell the median, least and most, and the number of rounds."""
    unit, times = ("ms", 1000) if taken.cpu < _SHORT else ("s", 1)
    digits = 1 if unit == "ms" else 2
    least, most = min(run.cpu for run in taken.runs), max(run.cpu for run in taken.runs)
    rounds = len(taken.runs)
    return (
        f"{taken.cpu * times:.{digits}f} {unit} "
        f"({least * times:.{digits}f}–{most * times:.{digits}f}; {rounds}×)"
    )
