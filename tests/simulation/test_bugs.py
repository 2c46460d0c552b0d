"""Seeded bugs (figure 12): a simulator that finds nothing must be shown to find what is there."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests import figures
from tests.simulation import bugs, run
from tests.simulation.bugs import Bug
from tests.simulation.run import Tally
from tests.simulation.watch import Divergence

pytestmark = pytest.mark.usefixtures("storage")
EASY = (
    "amounts are rounded to the fen", "money does not wait for the month before",
    "what was unallocated is lost", "half a yuan is cut off", "an act is committed in halves",
)  # fmt: skip
CHOSEN = figures.share(quick=[bug for bug in bugs.BUGS if bug.name in EASY], whole=bugs.BUGS)
SECONDS = 10
"""How long one bug may stay unseen: of the processor's time, which others don't shorten."""
SEEDS = range(1, 400)


Fresh = Callable[[], AbstractContextManager[None]]


def test_the_simulator_sees_a_wrong_rule(fresh_on: Callable[[str], Fresh]) -> None:
    fresh = fresh_on("sqlite")
    unseen = [bug.name for bug in CHOSEN if not _is_seen(bug, fresh)]
    figures.record(
        12, f"{len(CHOSEN) - len(unseen)} of {len(CHOSEN)} caught, each in {SECONDS} s",
        seed=SEEDS.start, reached=not unseen,
    )  # fmt: skip
    assert unseen == []


def _is_seen(bug: Bug, fresh: Fresh) -> bool:
    tally, until = Tally(), time.process_time() + SECONDS
    with bugs.seeded(bug):
        for seed in SEEDS:
            try:
                with fresh():
                    run.sequence(seed, tally)
            except Divergence:
                return True
            if time.process_time() > until:
                return False
    return False


@pytest.mark.parametrize("bug", bugs.BUGS, ids=lambda bug: bug.name)
def test_every_bug_has_its_place_in_the_source(bug: Bug) -> None:
    with bugs.seeded(bug):
        pass
