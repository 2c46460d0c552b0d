"""Sequences (figures 11 and 21): random days of the hall against the model, faults in the middle of acts.

HALL_SEED=17 plays from another seed; a divergence tells its own, to be played again alone.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests import figures
from tests.conftest import DATABASES
from tests.simulation import run

pytestmark = pytest.mark.usefixtures("storage")
SEED = int(os.environ.get("HALL_SEED", "1"))
BLOCK = figures.share(quick={"sqlite": 8, "postgresql": 4}, whole=dict.fromkeys(DATABASES, 500))
"""Sequences at a stretch: the whole is cut up, so that every worker has its share of it."""
BLOCKS = figures.share(quick=dict.fromkeys(DATABASES, 1), whole={"sqlite": 16, "postgresql": 4})
STRETCHES = [
    pytest.param(where, SEED + number * BLOCK[where], id=f"{where}-{SEED + number * BLOCK[where]}")
    for where in DATABASES
    for number in range(BLOCKS[where])
]
FAULTS = 15
"""Percent of the acts that must have been cut off."""


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("where", "first"), STRETCHES)
def test_the_hall_never_differs_from_the_model(
    where: str, first: int, fresh_on: Callable[[str], Callable[[], AbstractContextManager[None]]]
) -> None:
    seeds = range(first, first + BLOCK[where])
    print(f"seeds {seeds.start} to {seeds.stop - 1}")
    tally = run.sequences(seeds, fresh_on(where))
    share = 100 * tally.cut / tally.steps
    part = f"{where} {seeds.start}" if figures.IS_WHOLE else where
    figures.record(
        11,
        f"{tally.sequences:,} × {run.STEPS} steps, {tally.done:,} done, {tally.refused:,} refused, "
        f"{tally.cut:,} cut off ({share:.0f} %), 0 divergences",
        seed=first, reached=share >= FAULTS, part=part,
    )  # fmt: skip
    figures.record(
        21, f"one to one after each of {tally.steps:,} steps", seed=first, reached=True, part=part
    )
    assert share >= FAULTS
