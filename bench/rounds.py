"""Rounds of the same work done in several ways by turns, so that a busy machine is busy for all."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

ROOT = Path(__file__).parent.parent
DAY = "2026-07-06"


class Run(NamedTuple):
    """One run: seconds by the clock and of CPU, what was said against the file, rows stored."""

    wall: float
    cpu: float
    rejected: str
    stored: int
    peak: int


class Taken(NamedTuple):
    """The runs of one way, without the first, which warms it up."""

    runs: Sequence[Run]

    @property
    def cpu(self) -> float:
        return statistics.median(run.cpu for run in self.runs)

    @property
    def wall(self) -> float:
        return statistics.median(run.wall for run in self.runs)

    @property
    def spread(self) -> str:
        cpu = [run.cpu for run in self.runs]
        return f"{min(cpu):.2f}–{max(cpu):.2f}"

    @property
    def peak(self) -> int:
        return max(run.peak for run in self.runs)


class Worker:
    """A way that waits in a process of its own."""

    def __init__(self, way: str, address: str) -> None:
        command = [sys.executable, "-m", "bench.worker", way, address]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "HALL_TODAY": DAY}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, target: Path | str) -> Run:
        assert self._process.stdin
        assert self._process.stdout
        print(target, file=self._process.stdin, flush=True)
        return Run(**json.loads(self._process.stdout.readline()))


def alternate(
    workers: Mapping[str, Worker],
    target: Path | str,
    rounds: Mapping[str, int],
    warm_up: Path | str | None = None,
) -> dict[str, Taken]:
    """Let everyone warm up once, then run by turns, each as many rounds as it is given.

    What runs once only, because it takes so long, warms up by `warm_up` or not at all.
    """
    taken: dict[str, list[Run]] = {name: [] for name in workers}
    for name, worker in workers.items():
        if warm_up or rounds[name] > 1:
            worker.run(warm_up or target)
    for number in range(max(rounds.values())):
        for name, worker in workers.items():
            if number < rounds[name]:
                taken[name].append(worker.run(target))
    return {name: Taken(runs) for name, runs in taken.items()}
