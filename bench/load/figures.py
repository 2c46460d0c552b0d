"""What the load came to: seconds by act, errors, memory, as one table."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HEAD = ("act", "times", "p50 ms", "p95 ms", "p99 ms", "most ms")


@dataclass
class Tally:
    """Seconds of each act, from the asking to the end of the run; those under an import apart."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    """Seconds of acts that ended while somebody's import was under way."""
    imports: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    """How late this process itself came to its turns: what it adds to every figure."""
    memory: list[list[float]] = field(default_factory=list)
    """MiB of each of the hall's processes, each minute."""
    foreign: set[str] = field(default_factory=set)
    """Marks of employers that showed on somebody else's page: there must be none."""
    blind: int = 0
    """Clerks who have not even seen the mark of their own employer."""
    is_importing: bool = False

    def note(self, act: str, seconds: float) -> None:
        self.seconds[act].append(seconds)
        (self.beside if self.is_importing else self.alone).append(seconds)

    def fail(self, what: str) -> None:
        self.errors.append(what)

    def all(self) -> list[float]:
        return [second for seconds in self.seconds.values() for second in seconds]

    def table(self) -> str:
        rows = [_row(act, seconds) for act, seconds in sorted(self.seconds.items())]
        rows.append(_row("all", self.all()))
        if self.beside:
            rows.append(_row("all, nobody importing", self.alone))
            rows.append(_row("all, beside an import of 20,000 rows", self.beside))
        return "\n".join(
            "| " + " | ".join(row) + " |" for row in (HEAD, ("---",) * len(HEAD), *rows)
        )


def quantile(seconds: Sequence[float], hundredth: int) -> float:
    if len(seconds) < 2:
        return max(seconds, default=0.0)
    return statistics.quantiles(seconds, n=100, method="inclusive")[hundredth - 1]


def _row(act: str, seconds: list[float]) -> tuple[str, ...]:
    figures = (*(quantile(seconds, part) for part in (50, 95, 99)), max(seconds, default=0.0))
    return act, str(len(seconds)), *(f"{figure * 1000:.0f}" for figure in figures)


def resident(process: int) -> float:
    """Return the memory of a process that is in RAM, in MiB."""
    told = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    (line,) = (one for one in told if one.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def shown(memory: Iterable[float]) -> str:
    """Spell the memory of each process: 310 + 305 MiB."""
    return " + ".join(f"{one:.0f}" for one in memory) + " MiB"
