"""The hall as a plain thing in memory: what should stand after each act, reckoned without the hall.

Money is whole fen; a month is counted from the year 0, so that the next one is one more.
"""

from dataclasses import dataclass, field
from datetime import date

IN, OUT = "in", "out"
NORMAL, SEALED, DEFERRED = "normal", "sealed", "deferred"
DRAFT, PENDING, RETURNED, REJECTED, WITHDRAWN = (
    "draft", "pending", "returned", "rejected", "withdrawn",
)  # fmt: skip
ASSESSED, APPROVED, BOOKED = "assessed", "approved", "booked"
LEAST_BASE, MOST_BASE, LEAST_TOTAL, MOST_TOTAL = 198_000, 2_177_400, 19_800, 522_600
JULY_2026 = 2026 * 12 + 6


def month_of(number: int) -> int:
    """Return the count of a month written as 202607."""
    return number // 100 * 12 + number % 100 - 1


def number_of(month: int) -> int:
    return month // 12 * 100 + month % 12 + 1


def part(base: int, rate: int) -> int:
    """Return `rate` percent of `base`, to the whole yuan, from half a yuan up: all in fen."""
    hundredths = base * rate  # of a fen
    yuan, rest = divmod(hundredths, 10_000)
    return 100 * (yuan + (rest * 2 >= 10_000))


def is_within_limits(base: int, rate: int) -> bool:
    total = 2 * part(base, rate)
    return LEAST_BASE <= base <= MOST_BASE and LEAST_TOTAL <= total <= MOST_TOTAL


def then(values: list[tuple[int, int]], month: int) -> int:
    """Return what was in force in `month`, of values set one after another from a month on."""
    return [value for since, value in values if since <= month][-1]


@dataclass
class Left:
    """What an employer keeps of somebody who has moved on: the months before, at its own figures."""

    employer: str
    base: int
    amount: int
    first: int
    sealed: int


@dataclass
class Person:
    """Somebody with an account: whose it is, and each change of being in or out, by employer."""

    number: str
    employer: str
    status: str
    base: int
    amount: int
    """Each of the two parts: employer and contributor have one rate here."""
    first: int
    sealed: int | None
    paid_to: int | None
    account: str = ""
    turns: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    bases: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """The base and from which month on, as it was set, by employer."""
    facts: dict[str, str] = field(default_factory=dict)
    """What an information change may change."""
    name: str = ""
    id: int = 0

    def turn(self, month: int, to: str) -> None:
        self.turns.setdefault(self.employer, []).append((month, to))

    def due(self, employer: str, month: int) -> tuple[int, int] | None:
        """Return base and part at which the employer remits for the person in `month`, if it does.

        The last turn up to it says whether; who has moved on since has the figures of then.
        """
        turns = sorted(self.turns.get(employer, []), key=lambda turn: turn[0])
        past = [to for when, to in turns if when <= month]
        if past[-1:] != [IN]:
            return None
        for spell in self.left:
            if spell.employer == employer and spell.first <= month < spell.sealed:
                return spell.base, spell.amount
        is_here = self.employer == employer and self.first <= month
        return (self.base, self.amount) if is_here else None

    def was_in(self, employer: str, month: int) -> bool:
        """Tell whether `employer` remits for the person in a month, wherever the person is now."""
        turns = sorted(self.turns.get(employer, []), key=lambda turn: turn[0])
        return [to for when, to in turns if when <= month][-1:] == [IN]

    def set_base(self, base: int, month: int, rate: int) -> None:
        """Give a new base from `month` on, and with it a new amount."""
        self.base, self.amount = base, part(base, rate)
        self.bases.setdefault(self.employer, []).append((month, base))

    def last_turn(self) -> int:
        """Return from when the last turn at this employer is in effect."""
        return max(when for when, _ in self.turns[self.employer])


@dataclass
class Bill:
    """An assessed month: whom it holds, with base, rate and each part."""

    month: int
    people: dict[str, tuple[int, int, int]]
    status: str = ASSESSED
    id: int = 0
    is_deferred: bool = False
    """A month paid back after a deferral (缓缴补缴)."""
    is_ours: bool = True
    """Assessed in the hall, not taken over from before: paid out of what arrived in it."""

    @property
    def total(self) -> int:
        return 2 * sum(amount for _, _, amount in self.people.values())


@dataclass
class Case:
    """What an employer asks for and has not ended."""

    kind: str
    status: str = DRAFT
    version: int = 1
    level: int = 1
    was_submitted: bool = False
    hands: set[str] = field(default_factory=set)
    papers: set[str] = field(default_factory=set)
    form: dict[str, int | str] = field(default_factory=dict)
    lines: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of an information change: item to what it was and what it is to be."""
    about: str = ""
    """Whom it is about, where it is about one person."""
    assigned: str = ""
    """The officer it was handed to, who alone decides at this level."""
    id: int = 0

    @property
    def key(self) -> str:
        """Return what an employer has one live case of: a kind, or a kind and a person."""
        return f"{self.kind} {self.about}".strip()


@dataclass
class Deferral:
    first: int
    last: int
    ended: int | None = None

    def covers(self, month: int) -> bool:
        is_over = self.ended is not None and self.ended <= month
        return self.first <= month <= self.last and not is_over

    def is_over(self, today: int) -> bool:
        return self.ended is not None or self.last < today

    @property
    def months(self) -> list[int]:
        """Return the months that are not remitted, or were not until a release."""
        last = self.last if self.ended is None else min(self.last, self.ended - 1)
        return list(range(self.first, last + 1))


@dataclass
class Employer:
    number: str
    branch: str
    rate: int
    first: int
    assessed_to: int
    paid_to: int
    status: str = NORMAL
    balance: int = 0
    bills: list[Bill] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    deferrals: list[Deferral] = field(default_factory=list)
    ended: list[tuple[str, int]] = field(default_factory=list)
    """Kind and first month of what the center has approved."""
    rates: list[tuple[int, int]] = field(default_factory=list)
    """The rate and from which month on, as it was set."""
    facts: dict[str, str] = field(default_factory=dict)
    """What an information change may change."""

    @property
    def settled(self) -> int:
        return max(self.assessed_to, self.paid_to)

    @property
    def unbooked(self) -> list[Bill]:
        return sorted((b for b in self.bills if b.status != BOOKED), key=lambda bill: bill.month)

    @property
    def running(self) -> Deferral | None:
        return next((one for one in reversed(self.deferrals) if one.ended is None), None)

    @property
    def due(self) -> int:
        """Return the month to assess next, as rates and deferrals see it."""
        month = self.settled + 1
        while any(one.covers(month) for one in self.deferrals):
            month += 1
        return month

    def unpaid(self, today: int) -> list[int]:
        """Return the deferred months to be paid back, the oldest first."""
        taken = {bill.month for bill in self.bills}
        over = sorted((d for d in self.deferrals if d.is_over(today)), key=lambda d: d.first)
        return [m for d in over for m in d.months if m <= today and m not in taken]

    def is_free(self, *kinds: str) -> bool:
        """Tell whether nothing of these kinds stands in the way: rosters from their first line on."""
        return not any(
            kind in self.cases and (self.cases[kind].was_submitted or kind in ROSTERS)
            for kind in kinds
        )


OPENING, SEALING, UNSEALING = "registration", "sealing", "unsealing"
BASE, RATE, DEFERRAL = "base", "rate", "deferral"
FACTS, PERSON_FACTS = "employer info", "person info"
ROSTERS = (OPENING, SEALING, UNSEALING)


@dataclass
class World:
    """All employers, all people, and the day."""

    today: date
    employers: dict[str, Employer]
    people: dict[str, Person]
    references: set[str] = field(default_factory=set)
    arrived: int = 0

    @property
    def this_month(self) -> int:
        return self.today.year * 12 + self.today.month - 1

    def of(self, employer: Employer, status: str = "") -> list[Person]:
        """Return the employer's people, by account."""
        found = [p for p in self.people.values() if p.employer == employer.number]
        return sorted((p for p in found if status in ("", p.status)), key=lambda p: p.account)

    def in_month(self, employer: Employer, month: int) -> list[Person]:
        """Return whom the employer remits for in a month that is over, wherever they are now."""
        return [p for p in self.people.values() if p.was_in(employer.number, month)]

    def may_begin(self, employer: Employer, month: int) -> bool:
        """Tell whether a change of people may take effect from `month` on."""
        first = employer.settled + 1
        return first <= month <= max(self.this_month + 1, first)
