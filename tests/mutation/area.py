"""An area's mutants, one after another: which test notices each, or that none does."""

import ast
import gc
import json
import os
import random
import sys
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from tests import figures
from tests.mutation import swap, trial
from tests.mutation.operators import Mutant, mutants
from tests.mutation.stage import Stage
from tests.mutation.targets import Area

_PATIENCE, _FRESH_PATIENCE = 12, 24
"""Seconds of tests after which a change counts as not noticed; more where any test may notice it."""
_LATER = "needs a fresh process"


SEED = 22
JOBS = int(os.environ.get("HALL_JOBS", "2"))
Chosen = dict[str, list[Mutant]]


class Tried(NamedTuple):
    mutant: Mutant
    killer: str | None
    """The test that notices it; None where none does."""


class _Order:
    """Which tests to ask first: who noticed this very change the last time, who noticed one lately."""

    def __init__(self) -> None:
        self.path = figures.QUICK / "mutation.json"
        self.known = self.kept()
        self.lately: dict[str, int] = {}

    def ranks(self, name: str, seconds: Mapping[str, float]) -> dict[str, float]:
        ranks = dict(seconds)
        ranks |= {test: -float(turn) for test, turn in self.lately.items() if test in seconds}
        if self.known.get(name) in seconds:
            ranks[self.known[name]] = -1e9
        return ranks

    def noticed(self, name: str, killer: str) -> None:
        self.known[name] = killer
        self.lately[killer] = max(self.lately.values(), default=0) + 1

    def kept(self) -> dict[str, str]:
        return json.loads(self.path.read_text("utf-8")) if self.path.is_file() else {}

    def keep(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        known = self.kept() | self.known
        self.path.write_text(json.dumps(known, indent=1, ensure_ascii=False), "utf-8")


def measure(name: str, area: Area, all_of_it: Chosen) -> dict[str, list[Tried]]:
    """Try the mutants."""
    order = _Order()

    def work(stage: Stage) -> str:
        return _bodies(name, stage, all_of_it, order)

    found = json.loads(trial.ready(area.tests, area.modules, work))
    order.known |= found["known"]
    tried: dict[str, list[Tried]] = {}
    for module, killers in found["killers"].items():
        tried[module] = []
        for mutant, killer in zip(all_of_it[module], killers, strict=True):
            if killer == _LATER:
                fresh = _fresh(found["takers"][module], module, mutant, order)
                tried[module].append(Tried(mutant, fresh))
            else:
                tried[module].append(Tried(mutant, killer))
    order.keep()
    return tried


def _bodies(area: str, stage: Stage, all_of_it: Chosen, order: _Order) -> str:
    """Try what a change of code in place can do; leave the rest for later."""
    functions = {module: swap.functions_of(path) for module, path in stage.modules.items()}
    gc.freeze()
    stage.look(figures.QUICK / f"mutation-{area}.json", JOBS)
    every = [(module, one) for module in stage.modules for one in all_of_it[module]]

    def part(number: int) -> str:
        """Try each so-manieth, so that all processes have their share of every module."""
        order.known |= order.kept()
        killers = [
            _in_place(stage, module, functions[module], one, order)
            for module, one in every[number::JOBS]
        ]
        return json.dumps({"killers": killers, "known": order.known})

    parts = [json.loads(said) for said in stage.side_by_side(part, JOBS)]
    killers: dict[str, list[str | None]] = {module: [] for module in stage.modules}
    for number, (module, _) in enumerate(every):
        killers[module].append(parts[number % JOBS]["killers"][number // JOBS])
    for one in parts:
        order.known |= one["known"]
    order.keep()
    takers = {module: _takers_of(stage, path) for module, path in stage.modules.items()}
    return json.dumps({"killers": killers, "known": order.known, "takers": takers})


def _takers_of(stage: Stage, path: str) -> dict[str, float]:
    """Return the tests that come by a module, and how long they take: all, if it is tables alone."""
    found = set().union(*(tests for (where, _), tests in stage.takers.items() if where == path))
    return {test: stage.seconds[test] for test in found or stage.seconds}


def _in_place(
    stage: Stage, module: str, functions: swap.Functions, mutant: Mutant, order: _Order
) -> str | None:
    path = stage.modules[module]
    before = ast.parse(trial.path_of(module).read_text("utf-8"))
    bodies, names = swap.differing(before, mutant.tree), swap.restated(before, mutant.tree)
    there = {line for _, line in functions}
    if bodies is not None and bodies <= there and not bodies & stage.imported_of(path):
        takers = set().union(*(stage.takers.get((path, line), set()) for line in mutant.lines))
        seconds = {test: stage.seconds[test] for test in takers}
        change = partial(swap.put, functions, mutant.tree, path)
    elif bodies is None and names:
        seconds, change = _takers_of(stage, path), partial(swap.bind, module, names)
    else:
        return _LATER
    ranks = order.ranks(f"{module}: {mutant.before} → {mutant.after}", seconds)
    killer = stage.attempt(sorted(seconds, key=ranks.__getitem__), change, patience=_PATIENCE)
    if killer is None and bodies is None:
        return _LATER  # perhaps something has been made of it while the hall was imported
    _tell(module, mutant, killer, len(seconds), order)
    return killer


def _fresh(takers: Mapping[str, float], module: str, mutant: Mutant, order: _Order) -> str | None:
    files = {test.partition("::")[0] for test in takers}
    ranks = order.ranks(f"{module}: {mutant.before} → {mutant.after}", takers)
    killer = trial.fresh(sorted(files), module, mutant.tree, ranks, patience=_FRESH_PATIENCE)
    _tell(module, mutant, killer, len(takers), order)
    return killer


def _tell(module: str, mutant: Mutant, killer: str | None, asked: int, order: _Order) -> None:
    if killer is None:
        print(f"{module}:{mutant}   ({asked} tests asked)", file=sys.__stdout__, flush=True)
    elif "::" in killer:
        order.noticed(f"{module}: {mutant.before} → {mutant.after}", killer)


def chosen(area: Area, sample: int | None) -> Chosen:
    """Return the mutants of each module, or as many of the area's as the sample has, drawn by a seed."""
    every = [
        (module, mutant)
        for module in area.modules
        for mutant in mutants(trial.path_of(module).read_text("utf-8"))
    ]
    numbers = set(range(len(every)))
    if sample is not None and sample < len(every):
        numbers = set(random.Random(SEED).sample(range(len(every)), sample))
    return {
        module: [one for n, (where, one) in enumerate(every) if where == module and n in numbers]
        for module in area.modules
    }
