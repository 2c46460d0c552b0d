"""One sequence: a seed, forty acts, some of them cut off in the middle, and the model beside the hall."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import event

from data import database
from data.enums import BusinessKind, PolicyKey
from services.errors import BusinessError
from services.summary import verify
from tests.conftest import person
from tests.policy_rows import set_for
from tests.simulation import case_acts, money_acts, people_acts, watch
from tests.simulation.act import Act, Page, Stage
from tests.simulation.model import PENDING, World
from tests.simulation.watch import Divergence

CLERKS = {"522601000202": "clerk2", "522601000303": "clerk3", "522602000404": "clerk4"}
OFFICERS = ("officerA", "officerB", "officerC", "officerD")
STEPS = 40
FAULTS = 0.3
"""How many acts are to meet a fault; those that end before it comes don't."""

ACTS: dict[Callable[[Stage], Act | None], int] = {
    people_acts.enter_opening: 4,
    people_acts.confirm_opening: 7,
    people_acts.enter_status: 9,
    people_acts.confirm_status: 16,
    people_acts.delete_line: 3,
    case_acts.import_bases: 3,
    case_acts.set_base: 3,
    case_acts.attach: 6,
    case_acts.submit: 14,
    case_acts.decide: 16,
    case_acts.take_back: 4,
    money_acts.assess_months: 12,
    money_acts.delete_month: 2,
    money_acts.decide_month: 7,
    money_acts.receive: 6,
    money_acts.pay_from_balance: 2,
    money_acts.next_day: 3,
}


class Cut(Exception):
    """The fault: what a lost connection or a bug would be in the middle of an act."""


@dataclass
class Tally:
    sequences: int = 0
    steps: int = 0
    done: int = 0
    refused: int = 0
    cut: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    """Those that were done, by name."""


def sequence(seed: int, tally: Tally, steps: int = STEPS) -> None:
    """Play a sequence on the connected database, a fresh copy of the fixture. Raises Divergence."""
    stage = _stage(seed)
    for number in range(steps):
        act = _chosen(stage)
        os.environ["HALL_TODAY"] = stage.world.today.isoformat()
        try:
            _play(stage, act, tally)
            watch.compare(stage.world)
        except Divergence as found:
            raise Divergence(f"seed {seed}, step {number + 1}, {act.name}: {found}") from found
        _look(stage)
    if wrong := verify.differences():
        raise Divergence(f"seed {seed}, at the end: {wrong}")
    tally.sequences += 1


def _stage(seed: int) -> Stage:
    dice = random.Random(seed)
    world = World(date(2026, 7, dice.randint(1, 20)), {}, {})
    os.environ["HALL_TODAY"] = world.today.isoformat()
    set_for(BusinessKind.BASE_ADJUSTMENT, PolicyKey.APPROVAL_LEVELS, "reviewer,reviewer")
    with database.engine().connect() as connection:
        watch.begin(connection, world, tuple(CLERKS))
    clerks = {number: person(key) for number, key in CLERKS.items()}
    officers = {key: person(key) for key in OFFICERS}
    return Stage(world, dice, clerks, officers, main=dice.randrange(len(clerks)))


def _chosen(stage: Stage) -> Act:
    """Throw the dice until they fall on something that can be asked."""
    while True:
        [make] = stage.dice.choices(list(ACTS), list(ACTS.values()))
        if act := make(stage):
            return act


def _play(stage: Stage, act: Act, tally: Tally) -> None:
    """Do an act, perhaps cut off; hold what the hall answers against what the model says."""
    before = _events()
    after = stage.dice.randint(1, 14) if stage.sometimes(FAULTS) else 0
    tally.steps += 1
    try:
        with _cut_off(after):
            act.do()
    except Cut:
        tally.cut += 1
        if _events() != before:
            raise Divergence("an act that was cut off has left an event") from None
        return
    except BusinessError as refusal:
        tally.refused += 1
        if act.then is not None:
            raise Divergence(
                f"refused ({type(refusal).__name__}: {refusal}), and may be"
            ) from refusal
        if _events() != before + refusal.is_denial:
            raise Divergence(
                f"{type(refusal).__name__}: audited {_events() - before} times"
            ) from None
        return
    except Exception as broken:  # the database's own guard, or a bug: the person would see an error
        raise Divergence(f"broken: {type(broken).__name__}") from broken
    if act.then is None:
        raise Divergence("done, and must not be")
    tally.done += 1
    tally.acts[act.name] += 1
    act.then()


@contextmanager
def _cut_off(after: int) -> Iterator[None]:
    """Raise Cut in place of the statement number `after`; 0 lets all pass."""
    left = after

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Cut

    engine = database.engine()
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


def _events() -> int:
    with database.engine().connect() as connection:
        return watch.events(connection)


def _look(stage: Stage) -> None:
    """Remember the cases under review as somebody's open page, to be used sooner or later."""
    for employer in stage.world.employers.values():
        for case in employer.cases.values():
            if case.id and (case.status == PENDING or case.was_submitted):
                page = Page(case.id, case.version, employer.number, case.kind)
                if page not in stage.pages:
                    stage.pages.append(page)


def sequences(
    seeds: Sequence[int], fresh: Callable[[], AbstractContextManager[None]], steps: int = STEPS
) -> Tally:
    """Play one sequence for each seed, each in a database of its own."""
    tally = Tally()
    for seed in seeds:
        with fresh():
            sequence(seed, tally, steps)
    return tally
