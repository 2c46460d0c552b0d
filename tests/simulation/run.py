"""One sequence: a seed, forty acts, some of them cut off in the middle, and the model beside the hall."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import event

from data import database
from data.enums import BusinessKind
from data.policy_codes import PolicyKey
from services.errors import BusinessError
from services.summary import verify
from tests.conftest import person
from tests.policy_rows import set_for
from tests.simulation import case_acts, desk_acts, money_acts, people_acts, watch
from tests.simulation.act import Act, Maker, Page, Stage
from tests.simulation.model import BASE, DEFERRAL, FACTS, PENDING, RATE, World
from tests.simulation.watch import Divergence

CLERKS = {"522601000202": "clerk2", "522601000303": "clerk3", "522602000404": "clerk4"}
OFFICERS = ("officerA", "officerB", "officerC", "officerD")
STEPS = 40
FAULTS = 0.3
"""How many acts are to meet a fault; those that end before it comes don't."""

ACTS: dict[Maker, int] = {
    people_acts.enter_opening: 4,
    people_acts.confirm_opening: 7,
    people_acts.enter_status: 8,
    people_acts.confirm_status: 12,
    people_acts.delete_line: 2,
    case_acts.import_bases: 2,
    case_acts.set_base: 2,
    case_acts.enter_fact: 5,
    case_acts.attach: 6,
    case_acts.submit: 14,
    desk_acts.decide: 14,
    desk_acts.decide_wrongly: 5,
    desk_acts.hand_on: 3,
    desk_acts.take_back: 4,
    desk_acts.take_back_wrongly: 5,
    money_acts.assess_months: 10,
    money_acts.pay_back: 6,
    money_acts.delete_month: 2,
    money_acts.delete_wrongly: 2,
    money_acts.unsettle: 3,
    money_acts.decide_month: 7,
    money_acts.receive: 6,
    money_acts.pay_from_balance: 2,
    money_acts.next_day: 3,
}
"""How often each is asked for; one that has nothing to act on gives way to another."""
_CASES = (
    case_acts.import_bases, case_acts.set_base, case_acts.enter_fact, case_acts.attach,
    case_acts.submit, desk_acts.decide, desk_acts.decide_wrongly, desk_acts.hand_on,
    desk_acts.take_back, desk_acts.take_back_wrongly,
)  # fmt: skip
_PEOPLE = (
    people_acts.enter_opening, people_acts.confirm_opening, people_acts.enter_status,
    people_acts.confirm_status,
)  # fmt: skip
_FEW_CASES: dict[Maker, float] = dict.fromkeys(_CASES, 0.25)
_FEW_PEOPLE: dict[Maker, float] = dict.fromkeys(_PEOPLE, 0.3)


class Theme(NamedTuple):
    """What a sequence is mostly about: of which employers, and how many times as often as usual."""

    mains: tuple[int, ...]
    often: dict[Maker, float]


THEMES: dict[str, Theme] = {
    "people": Theme(
        (2, 0, 2, 1),  # the third has somebody sealed
        _FEW_CASES
        | {
            people_acts.enter_opening: 3, people_acts.confirm_opening: 2,
            people_acts.enter_status: 2, people_acts.confirm_status: 3,
            money_acts.assess_months: 2,
        },
    ),
    "money": Theme(
        (1, 1, 0),  # the second has four months to assess
        _FEW_CASES
        | {
            money_acts.assess_months: 3, money_acts.delete_month: 2, money_acts.delete_wrongly: 4,
            money_acts.decide_month: 3, money_acts.receive: 2,
        },
    ),
    BASE: Theme(
        (0, 2),  # these have June assessed, and may adjust
        _FEW_PEOPLE
        | {
            case_acts.import_bases: 4, case_acts.attach: 2, case_acts.submit: 2,
            desk_acts.decide: 2, desk_acts.decide_wrongly: 4, money_acts.unsettle: 7,
            case_acts.enter_fact: 0.2, money_acts.assess_months: 0.3, money_acts.next_day: 0.3,
        },
    ),
    RATE: Theme(
        (1, 0, 1, 2),  # the second may have a month before the new rates assessed and not booked
        _FEW_PEOPLE
        | {
            case_acts.attach: 4, case_acts.submit: 3, desk_acts.decide: 3, money_acts.unsettle: 4,
            case_acts.enter_fact: 0.2, money_acts.assess_months: 2,
        },
    ),
    DEFERRAL: Theme(
        (0, 1),  # the third's branch has nobody for the second level
        _FEW_PEOPLE
        | {
            case_acts.attach: 4, case_acts.submit: 3, desk_acts.decide: 3, money_acts.pay_back: 2,
            money_acts.next_day: 2, case_acts.enter_fact: 0.2,
        },
    ),
    FACTS: Theme(
        (0, 1),  # their officers have a colleague to hand a case to
        _FEW_PEOPLE
        | {
            case_acts.enter_fact: 5, case_acts.attach: 2, case_acts.submit: 2,
            desk_acts.decide: 2, desk_acts.hand_on: 3, desk_acts.take_back: 2,
            desk_acts.take_back_wrongly: 4,
        },
    ),
}  # fmt: skip


TURNS = ("people", BASE, "money", RATE, "people", FACTS, BASE, DEFERRAL)
"""Whose turn it is, seed after seed: a few in a row have seen all of it."""


LEADS: dict[str, Callable[..., Act | None]] = {
    "assess": money_acts.assess_months, "unsettle": money_acts.unsettle,
    "days": money_acts.next_day, "pay back": money_acts.pay_back,
}  # fmt: skip


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


@dataclass
class Tap:
    """What passes between the hall and its database: where an act is cut off, what is committed."""

    left: int = 0
    """Statements until the cut; 0 lets all pass."""
    commits: int = 0

    def statement(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise Cut

    def commit(self, *_: object) -> None:
        self.commits += 1


def sequence(seed: int, tally: Tally, steps: int = STEPS) -> None:
    """Play a sequence on the connected database, a fresh copy of the fixture. Raises Divergence.

    What commits nothing and moves nothing in the model leaves nothing to compare: the last step and
    every one that does are held against the model, so that nothing escapes for long.
    """
    stage, told = _stage(seed), _events()
    with _tapped() as tap:
        for number in range(steps):
            act, done = _chosen(stage), tally.done
            os.environ["HALL_TODAY"] = stage.world.today.isoformat()
            try:
                told = _play(stage, act, tally, tap, told)
                if tap.commits or tally.done > done or number == steps - 1:
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
    theme = TURNS[seed % len(TURNS)]
    mains = THEMES[theme].mains
    main = mains[seed * 2 // len(TURNS) % len(mains)]
    return Stage(world, dice, clerks, officers, LEADS, main=main, theme=theme)


def _chosen(stage: Stage) -> Act:
    """Throw the dice until they fall on something that can be asked."""
    while stage.agenda:
        make = stage.agenda.pop(0)
        if stage.sometimes(0.85) and (act := make(stage)):
            return act
    often = THEMES[stage.theme].often
    weights = [weight * often.get(make, 1) for make, weight in ACTS.items()]
    while True:
        [make] = stage.dice.choices(list(ACTS), weights)
        if act := make(stage):
            return act


def _play(stage: Stage, act: Act, tally: Tally, tap: Tap, before: int) -> int:
    """Do an act, perhaps cut off; hold what the hall answers against what the model says.

    `before` is how many events the audit had; return how many it has.
    """
    tap.commits = 0
    tally.steps += 1
    try:
        tap.left = stage.dice.randint(1, 14) if stage.sometimes(FAULTS) else 0
        try:
            act.do()
        finally:
            tap.left = 0
            now = _events() if tap.commits else before
    except Cut:
        tally.cut += 1
        if now != before:
            raise Divergence("an act that was cut off has left an event") from None
        return now
    except BusinessError as refusal:
        tally.refused += 1
        if act.then is not None:
            raise Divergence(
                f"refused ({type(refusal).__name__}: {refusal}), and may be"
            ) from refusal
        if now != before + refusal.is_denial:
            raise Divergence(f"{type(refusal).__name__}: audited {now - before} times") from None
        return now
    except Exception as broken:  # the database's own guard, or a bug: the person would see an error
        raise Divergence(f"broken: {type(broken).__name__}") from broken
    if act.then is None:
        raise Divergence("done, and must not be")
    tally.done += 1
    tally.acts[act.name] += 1
    act.then()
    return now


@contextmanager
def _tapped() -> Iterator[Tap]:
    """Listen to the database while a sequence lasts."""
    engine, tap = database.engine(), Tap()
    event.listen(engine, "before_cursor_execute", tap.statement)
    event.listen(engine, "commit", tap.commit)
    try:
        yield tap
    finally:
        event.remove(engine, "before_cursor_execute", tap.statement)
        event.remove(engine, "commit", tap.commit)


def _events() -> int:
    with database.engine().connect() as connection:
        return watch.events(connection)


def _look(stage: Stage) -> None:
    """Remember the cases under review as somebody's open page, to be used sooner or later."""
    for employer in stage.world.employers.values():
        for case in employer.cases.values():
            if case.id and (case.status == PENDING or case.was_submitted):
                page = Page.of(employer, case)
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
