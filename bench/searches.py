"""Searching the register: thirty searches by an officer among 300,000 people."""

from collections.abc import Iterator
from contextlib import ExitStack

from bench.comparing import HALL, faster
from bench.results import Line
from bench.rounds import alternate
from bench.setting import Setting

LIKE, ROUNDS, PEOPLE = "LIKE over three columns", 5, 20_000
WAYS = {HALL: "bench.hall_search", LIKE: "bench.peers.search_like"}


def measure(setting: Setting) -> Iterator[Line]:
    for store in setting.stores:
        with ExitStack() as stack:
            workers = setting.workers(stack, WAYS, store, PEOPLE)
            taken = alternate(workers, "30", dict.fromkeys(WAYS, ROUNDS))
        yield faster(f"30 searches of the register, {store.name}", LIKE, taken)
