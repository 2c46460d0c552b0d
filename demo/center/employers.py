"""The employers (单位) of the demo center: how many of which kind where, how large, how punctual."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final, TypeVar

from data.codes import EmployerKind
from data.enums import Branch, EmployerStatus
from demo.center import names
from services.rules.months import Month

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Size:
    """How large the center is made."""

    employers: int = 6_000
    people: int = 300_000
    decided: int = 4_000
    """Cases of the last half year that officers have decided."""
    waiting: int = 360
    deferred: int = 42
    asked: int = 45
    """Employers that ask for a deferral and wait for the answer."""
    months: int = 36
    """Of history: how many of the last months have their lines."""


FIRST, LAST = Month(2023, 7), Month(2026, 6)
"""The months of history."""
MONTHS: Final = tuple(month.number for month in FIRST.through(LAST))
_LARGEST = 6_000
#: How many of a hundred: of a branch, of a kind.
_BRANCHES: Final = dict(zip(Branch, (30, 5, 4, 5, 6, 4, 6, 4, 4, 4, 8, 6, 5, 3, 3, 3), strict=True))
_KINDS: Final = {
    EmployerKind.STATE_ORGAN: 18, EmployerKind.PUBLIC_INSTITUTION: 26, EmployerKind.STATE_OWNED: 8,
    EmployerKind.COLLECTIVE: 3, EmployerKind.FOREIGN: 1, EmployerKind.OTHER_URBAN: 30,
    EmployerKind.NON_ENTERPRISE: 6, EmployerKind.OTHER: 2, EmployerKind.SELF_EMPLOYED: 4,
    EmployerKind.ASSOCIATION: 2,
}  # fmt: skip
_PUBLIC: Final = {
    EmployerKind.STATE_ORGAN, EmployerKind.PUBLIC_INSTITUTION, EmployerKind.ASSOCIATION,
}  # fmt: skip
_RATES: Final = {True: (12, 12, 12, 12, 11, 10), False: (5, 5, 5, 6, 7, 8, 8, 10, 12)}
#: Months behind, and how many of a thousand employers are.
_BEHIND: Final = ((0, 925), (1, 25), (2, 15), (3, 10), (5, 10), (8, 8), (12, 7))
_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(slots=True)
class Invented:
    """One employer, and how many people it has had."""

    number: str
    name: str
    uscc: str
    kind: EmployerKind
    branch: Branch
    status: EmployerStatus
    rate: int
    first_month: int
    assessed_to: int
    paid_to: int
    people: int
    clerk: str
    deferred_from: int | None = None

    @property
    def opened_on(self) -> date:
        return date(self.first_month // 100, self.first_month % 100, 1)


def invent(luck: random.Random, size: Size) -> list[Invented]:
    """Return all employers. The same seed gives the same."""
    made = [_one(luck, place, people) for place, people in enumerate(_sizes(luck, size), start=1)]
    for employer in luck.sample([one for one in made if one.kind not in _PUBLIC], size.deferred):
        _defer(luck, employer)
    return made


def _one(luck: random.Random, place: int, people: int) -> Invented:
    branch, kind = _drawn(luck, _BRANCHES), _drawn(luck, _KINDS)
    first = _first_month(luck)
    behind = _drawn(luck, dict(_BEHIND))
    assessed_to = max(first, LAST.plus(-behind))
    # Some are assessed and wait for their money.
    waits = luck.random() < 0.03 and assessed_to > first  # noqa: PLR2004
    return Invented(
        number=f"5226{branch.value}{100_000 + place:06d}",
        name=names.employer(luck, kind, branch, place),
        uscc=_uscc(luck, kind),
        kind=kind,
        branch=branch,
        status=EmployerStatus.NORMAL,
        rate=luck.choice(_RATES[kind in _PUBLIC]),
        first_month=first.number,
        assessed_to=assessed_to.number,
        paid_to=assessed_to.plus(-1).number if waits else assessed_to.number,
        people=people,
        clerk=names.person(luck),
    )


def _defer(luck: random.Random, employer: Invented) -> None:
    """Let an employer stand in a deferral that runs today."""
    first = LAST.plus(-luck.randrange(1, 8))
    if employer.first_month >= first.number:
        return
    employer.status, employer.deferred_from = EmployerStatus.DEFERRED, first.number
    employer.assessed_to = employer.paid_to = first.plus(-1).number


def _sizes(luck: random.Random, size: Size) -> list[int]:
    """Return the employers' sizes: few large, many small, people in all."""
    weights = [min(luck.paretovariate(1.05), _LARGEST / 12) for _ in range(size.employers)]
    scale = (size.people - 2 * size.employers) / sum(weights)
    sizes = [2 + int(weight * scale) for weight in weights]
    sizes[sizes.index(max(sizes))] += size.people - sum(sizes)
    return sizes


def _first_month(luck: random.Random) -> Month:
    if luck.random() < 0.85:  # noqa: PLR2004 — most are older than the history
        return FIRST.plus(-luck.randrange(12, 200))
    return FIRST.plus(luck.randrange(0, len(MONTHS) - 1))


def _drawn(luck: random.Random, shares: dict[T, int]) -> T:
    steps = list(accumulate(shares.values()))
    return list(shares)[bisect_right(steps, luck.randrange(steps[-1]))]


def _uscc(luck: random.Random, kind: EmployerKind) -> str:
    """Return a code whose check character is right (GB 32100)."""
    body = ("12" if kind in _PUBLIC else "91") + "522600" + "".join(luck.choices(_USCC, k=9))
    total = sum(_USCC.index(mark) * weight for mark, weight in zip(body, _weights(), strict=True))
    return body + _USCC[-total % 31]


def _weights() -> Iterator[int]:
    return (pow(3, place, 31) for place in range(17))
