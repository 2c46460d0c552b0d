"""An act: what is asked of the hall, and what becomes of the model where the rules allow it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from services.actor import Actor
from tests.simulation.model import PENDING, Case, Employer, World


@dataclass
class Act:
    name: str
    do: Callable[[], object]
    then: Callable[[], None] | None
    """What it does to the model; None where it must be refused."""


@dataclass(frozen=True)
class Page:
    """A case as somebody once saw it."""

    case_id: int
    version: int
    employer: str
    kind: str
    key: str
    """Under which the model's employer keeps the case."""

    @classmethod
    def of(cls, employer: Employer, case: Case) -> "Page":
        return cls(case.id, case.version, employer.number, case.kind, case.key)

    def older(self, versions: int) -> "Page":
        return replace(self, version=self.version - versions)

    def shows(self, case: Case) -> bool:
        """Tell whether this is the case as it stands."""
        return (self.case_id, self.version) == (case.id, case.version)


Maker = Callable[["Stage"], Act | None]


@dataclass
class Stage:
    """All that an act is made from: the model, the persons, the dice, and pages seen before."""

    world: World
    dice: random.Random
    clerks: dict[str, Actor]
    """By the employer's number."""
    officers: dict[str, Actor]
    leads: dict[str, Callable[..., Act | None]]
    """By name, the acts that others lead to."""
    pages: list[Page] = field(default_factory=list)
    serial: int = 0
    main: int = 0
    agenda: list["Maker"] = field(default_factory=list)
    """What belongs next to what was just asked: mostly it is what comes next."""
    theme: str = ""
    """What the sequence is mostly about: so that it gets far with it."""

    def employer(self) -> Employer:
        """Return an employer, mostly the one that this sequence is about: so it gets far with it."""
        everybody = list(self.world.employers.values())
        return everybody[self.main] if self.sometimes(0.7) else self.dice.choice(everybody)

    def other(self, than: Employer) -> Employer:
        return self.dice.choice([e for e in self.world.employers.values() if e is not than])

    def employer_with(self, has: Callable[[Employer], object]) -> Employer | None:
        """Return one of the employers that have something, None where none has."""
        found = [one for one in self.world.employers.values() if has(one)]
        main = list(self.world.employers.values())[self.main]
        if main in found and self.sometimes(0.7):
            return main
        return self.dice.choice(found) if found else None

    def clerk(self, employer: Employer) -> Actor:
        return self.clerks[employer.number]

    def officer(self, employer: Employer) -> str:
        """Return an officer, mostly of the employer's branch."""
        if self.dice.random() < 0.16:
            return self.dice.choice(list(self.officers))
        here = [k for k, who in self.officers.items() if who.branch.value == employer.branch]  # type: ignore[union-attr]
        return self.dice.choice(here)

    def waiting(self, *statuses: str) -> list[tuple[Employer, Case]]:
        """Return what was submitted and stands so: under review, unless said otherwise."""
        return [
            (employer, case)
            for employer in self.world.employers.values()
            for case in employer.cases.values()
            if case.was_submitted and case.status in (statuses or (PENDING,))
        ]

    def page(self) -> Page | None:
        """Return a case as it stands, or (now and then) as somebody saw it earlier."""
        now = [
            Page.of(employer, case)
            for employer in self.world.employers.values()
            for case in employer.cases.values()
            if case.was_submitted
        ]
        if self.sometimes(0.1) or not now:
            now = self.pages[-6:]
        return self.dice.choice(now) if now else None

    def lead_to(self, *names: str, **about: Employer) -> None:
        """Put on the agenda what belongs next."""
        self.agenda += [partial(self.leads[name], **about) for name in names]

    def click(self) -> str:
        self.serial += 1
        return f"click-{self.serial}"

    def sometimes(self, chance: float) -> bool:
        return self.dice.random() < chance
