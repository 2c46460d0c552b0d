"""Random order (figure 30): each whole run of the suite writes down its seed, its tests and its failures.

Whole is a run of everything there is, chosen by no path, name or mark, ended by itself, its order thrown
by dice. The last five in a row are the figure, each with its commit; the runs stand in `30-runs.jsonl`
beside the figures.
"""

import json
from collections.abc import Mapping, Sized
from typing import Any

import pytest

from tests import figures

RUNS = "30-runs.jsonl"
ENOUGH = 5
#: Options of the command line that make a run less than the whole.
CHOOSING = (
    "keyword",
    "markexpr",
    "deselect",
    "lf",
    "last_failed",
    "stepwise",
    "collectonly",
    "ignore",
)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if hasattr(config, "workerinput") or not is_whole(config, exitstatus):
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and not session.shouldstop and not session.shouldfail:
        note(config.getoption("randomly_seed"), reporter.stats)


def is_whole(config: pytest.Config, exitstatus: int) -> bool:
    """Tell whether a run that has ended so was one of everything, in an order thrown by dice."""
    is_ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    is_random = config.getoption("randomly_reorganize", default=False) is True
    is_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return (
        is_ended
        and is_random
        and is_all
        and not any(config.getoption(name, default=None) for name in CHOOSING)
    )


def note(seed: int, stats: Mapping[str, Sized]) -> None:
    """Write a run down; record the figure of the last ones, as many as there are."""
    counts = {name: len(stats.get(name, ())) for name in ("passed", "failed", "error")}
    folder = figures.WHOLE if figures.IS_WHOLE else figures.QUICK
    folder.mkdir(parents=True, exist_ok=True)
    line = {"seed": seed, "commit": figures._commit(), **counts}
    with (folder / RUNS).open("a", encoding="utf-8") as kept:
        kept.write(json.dumps(line) + "\n")
    runs = [json.loads(one) for one in (folder / RUNS).read_text("utf-8").splitlines()]
    _record(runs[-ENOUGH:])


def _record(runs: list[dict[str, Any]]) -> None:
    tests = [run["passed"] + run["failed"] for run in runs]
    failures = sum(run["failed"] + run["error"] for run in runs)
    seeds = {run["seed"] for run in runs}
    commits = ", ".join(dict.fromkeys(run["commit"] for run in runs))
    figures.record(
        30, f"the last {len(runs)} runs in random order of {_span(tests)} tests (at {commits}): {failures} "
        "failures", ", ".join(map(str, sorted(seeds))),
        reached=len(seeds) >= ENOUGH and failures == 0, is_whole=len(seeds) >= ENOUGH,
    )  # fmt: skip


def _span(counts: list[int]) -> str:
    """Spell 4,476, or 4,474 to 4,481."""
    return " to ".join(f"{count:,}" for count in sorted({min(counts), max(counts)}))
