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
SEQUENCES = figures.share(
    quick={"sqlite": 8, "postgresql": 4}, whole={"sqlite": 8_000, "postgresql": 2_000}
)
FAULTS = 15
"""Percent of the acts that must have been cut off."""


@pytest.mark.parametrize("where", DATABASES)
def test_the_hall_never_differs_from_the_model(
    where: str, fresh_on: Callable[[str], Callable[[], AbstractContextManager[None]]]
) -> None:
    seeds = range(SEED, SEED + SEQUENCES[where])
    print(f"seeds {seeds.start} to {seeds.stop - 1}")
    tally = run.sequences(seeds, fresh_on(where))
    share = 100 * tally.cut / tally.steps
    figures.record(
        11,
        f"{tally.sequences:,} × {run.STEPS} steps, {tally.done:,} done, {tally.refused:,} refused, "
        f"{tally.cut:,} cut off ({share:.0f} %), 0 divergences",
        seed=SEED, reached=share >= FAULTS, part=where,
    )  # fmt: skip
    figures.record(
        21, f"one to one after each of {tally.steps:,} steps", seed=SEED, reached=True, part=where
    )
    assert share >= FAULTS
