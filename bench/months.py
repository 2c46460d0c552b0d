"""A month's assessment, of one employer and of the whole center; the approval of a roster."""

from collections.abc import Iterator
from contextlib import ExitStack

from bench.comparing import HALL, faster, slower
from bench.results import Line
from bench.rounds import alternate
from bench.setting import Setting
from bench.stores import Store

LARGE = 20_000
FLOOR, PANDAS, LOOP = (
    "one statement for the lines, one for the headers",
    "pandas, to_sql",
    "a loop over ORM objects",
)
ONE = {
    HALL: "bench.hall_assess",
    FLOOR: "bench.peers.assess_floor",
    PANDAS: "bench.peers.assess_pandas",
    LOOP: "bench.peers.assess_orm",
}
ALL = {**ONE, HALL: "bench.hall_assess_all"}
UPDATE = "the bare UPDATE"
APPROVALS = {
    HALL: "bench.hall_approve", UPDATE: "bench.peers.approve_floor", LOOP: "bench.peers.approve_orm",
}  # fmt: skip
EMPLOYERS = {"2": 300, "1": LARGE}
ROUNDS, SLOW_ROUNDS = 5, 3
CENTER, APPROVAL = 2, 3


def measure(setting: Setting) -> Iterator[Line]:
    for store in setting.stores:
        yield from _of_one(setting, store)
        if not setting.is_quick:
            yield from _of_all(setting, store)
        yield from _approval(setting, store)


def _of_one(setting: Setting, store: Store) -> Iterator[Line]:
    with ExitStack() as stack:
        workers = setting.workers(stack, ONE, store, LARGE)
        for order, people in EMPLOYERS.items():
            rounds = dict.fromkeys(ONE, ROUNDS) | {LOOP: SLOW_ROUNDS}
            taken = alternate(workers, order, rounds)
            assert {run.stored for each in taken.values() for run in each.runs} == {people}
            work = f"assessment of one employer, {people:,} people, {store.name}"
            yield slower(work, FLOOR, taken)
            yield faster(work, PANDAS, taken)
            yield faster(work, LOOP, taken)


def _of_all(setting: Setting, store: Store) -> Iterator[Line]:
    # A loop over 300,000 objects takes half a minute of CPU, on either database.
    rounds = {HALL: 5, FLOOR: 5, PANDAS: 1} | ({LOOP: 1} if store.name == "SQLite" else {})
    with ExitStack() as stack:
        ways = {name: ALL[name] for name in rounds}
        workers = setting.workers(stack, ways, store, LARGE)
        taken = alternate(workers, "all", rounds)
        assert len({run.stored for each in taken.values() for run in each.runs}) == 1
        work = f"assessment of the whole center (set-based, bench only), {store.name}"
        yield slower(work, FLOOR, taken, CENTER)
        for peer in (PANDAS, LOOP):
            if peer in taken:
                yield faster(work, peer, taken)


def _approval(setting: Setting, store: Store) -> Iterator[Line]:
    with ExitStack() as stack:
        workers = setting.workers(stack, APPROVALS, store, LARGE)
        taken = alternate(workers, "all", {HALL: ROUNDS, UPDATE: ROUNDS, LOOP: SLOW_ROUNDS})
        assert {run.stored for each in taken.values() for run in each.runs} == {LARGE}
        work = f"approval of {LARGE:,} lines, {store.name}"
        yield slower(work, UPDATE, taken, APPROVAL)
        yield faster(work, LOOP, taken)
