"""Kills at random moments (figure 8): what was acknowledged is there, what was not is whole or absent."""

import random
import time
from collections.abc import Iterator
from functools import partial

import pytest

from tests import figures
from tests.conftest import DATABASES
from tests.faults import killing
from tests.faults.acts import ACTS, Act
from tests.faults.bench import Bench, State, connected, differs, faults

SEED = 20260701
KILLS = figures.share(quick=3, whole=250)  # on each of the two databases
FAR = 100_000


@pytest.fixture(params=DATABASES)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = Bench(request.getfixturevalue(f"{request.param}_template"))
    yield made
    made.clear()


@pytest.mark.usefixtures("storage")
@pytest.mark.timeout(3600)
def test_a_kill_at_a_random_moment_loses_nothing_acknowledged(
    bench: Bench, request: pytest.FixtureRequest
) -> None:
    chance, counts, wrong = random.Random(SEED), {"acknowledged": 0, "kept": 0, "killed": 0}, []
    wholly: dict[str, tuple[State, float]] = {}
    for number in range(KILLS):
        act = chance.choice(ACTS)
        if act.name not in wholly:
            wholly[act.name] = _wholly(bench, act)
        after, needed = wholly[act.name]
        ready = bench.ready(act)
        moment = chance.uniform(0, needed * 1.1)
        outcome = killing.run_until(ready.url, partial(act.do, ready.given), moment)
        with connected(ready.url):
            found = killing.state()
            said = [] if found in (ready.before, after) else faults()
        counts["acknowledged"] += outcome.acknowledged
        counts["killed"] += not outcome.is_over
        counts["kept"] += found == after
        lost = outcome.acknowledged and found != after
        if lost or said or found not in (ready.before, after):
            wrong.append(f"{number} {act.name} {said} {differs(found, ready.before)}")
        bench.clear()
    name = request.node.callspec.params["bench"]
    figures.record(
        8, f"{KILLS} kills: {counts['killed']} before the end, {counts['acknowledged']} acknowledged, "
        f"{counts['kept']} kept, {len(wrong)} lost or torn", SEED, reached=not wrong, part=name,
    )  # fmt: skip
    assert wrong == []


def _wholly(bench: Bench, act: Act) -> tuple[State, float]:
    """Do the act to its end; return what is there then, and the seconds that it took."""
    ready = bench.ready(act)
    started = time.monotonic()
    killing.run(ready.url, partial(act.do, ready.given), FAR)
    needed = time.monotonic() - started
    with connected(ready.url):
        assert faults() == []
        return killing.state(), needed
