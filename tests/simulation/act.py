"""An act: what is asked of the hall, and what becomes of the model where the rules allow it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from services.actor import Actor
from tests.simulation.model import Employer, World


@dataclass
class Act:
    name: str
    do: Callable[[], object]
    then: Callable[[], None] | None
    """What it does to the model; None where it must be refused."""


@dataclass
class Page:
    """A case as somebody once saw it."""

    case_id: int
    version: int
    employer: str
    kind: str


@dataclass
class Stage:
    """All that an act is made from: the model, the persons, the dice, and pages seen before."""

    world: World
    dice: random.Random
    clerks: dict[str, Actor]
    """By the employer's number."""
    officers: dict[str, Actor]
    pages: list[Page] = field(default_factory=list)
    serial: int = 0
    main: int = 0

    def employer(self) -> Employer:
        """Return an employer, mostly the one that this sequence is about: so it gets far with it."""
        everybody = list(self.world.employers.values())
        return everybody[self.main] if self.sometimes(0.6) else self.dice.choice(everybody)

    def employer_with(self, has: Callable[[Employer], object]) -> Employer | None:
        """Return one of the employers that have something, None where none has."""
        found = [one for one in self.world.employers.values() if has(one)]
        main = list(self.world.employers.values())[self.main]
        if main in found and self.sometimes(0.6):
            return main
        return self.dice.choice(found) if found else None

    def clerk(self, employer: Employer) -> Actor:
        return self.clerks[employer.number]

    def officer(self, employer: Employer) -> str:
        """Return an officer, mostly of the employer's branch."""
        if self.dice.random() < 0.12:
            return self.dice.choice(list(self.officers))
        here = [k for k, who in self.officers.items() if who.branch.value == employer.branch]  # type: ignore[union-attr]
        return self.dice.choice(here)

    def page(self) -> Page | None:
        """Return a case as it stands, or (now and then) as somebody saw it earlier."""
        now = [
            Page(case.id, case.version, employer.number, case.kind)
            for employer in self.world.employers.values()
            for case in employer.cases.values()
            if case.was_submitted
        ]
        if self.sometimes(0.2) or not now:
            now = self.pages[-6:]
        return self.dice.choice(now) if now else None

    def click(self) -> str:
        self.serial += 1
        return f"click-{self.serial}"

    def sometimes(self, chance: float) -> bool:
        return self.dice.random() < chance
