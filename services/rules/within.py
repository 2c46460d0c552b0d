"""Bases beyond the limits (按上下限修正): the limit is what is to be entered for such a wage, at one click.

A wage above the cap is no slip of the clerk's: the cap itself is the base then (domain rules 1.5).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from services.rules.limits import Limits, yuan

_YUAN = 100
_PERCENT = 100


class _Policy(Protocol):
    @property
    def limits(self) -> Limits: ...


class Terms(Protocol):
    """An employer's rates, in whole percent, and the limits that hold for it."""

    @property
    def employer_rate(self) -> int: ...
    @property
    def contributor_rate(self) -> int: ...
    @property
    def policy(self) -> _Policy: ...
    def parts(self, base: int) -> tuple[int, int]:
        """Return the employer's and the contributor's part of the monthly amount, all in fen."""


class Ends(NamedTuple):
    """The lowest and the highest base, in fen, that all four limits allow."""

    lowest: int
    highest: int


def ends(terms: Terms) -> Ends:
    return Ends(_lowest(terms), _highest(terms))


def nearest(base: int, allowed: Ends) -> int:
    """Return the allowed base next to this one, both in fen; what is no wage at all stays as it is."""
    lowest, highest = allowed
    if base <= 0 or lowest > highest:
        return base
    return min(max(base, lowest), highest)


def brought(rows: Iterable[Sequence[Any]], place: int, terms: Terms) -> list[list[Any]]:
    """Return the rows of an upload with what stands at `place`, where it is money, brought within."""
    allowed, mended = ends(terms), [list(row) for row in rows]
    for row in mended:
        if isinstance(base := row[place], Decimal):
            row[place] = yuan(nearest(int(base.scaleb(2)), allowed))
    return mended


def offer(bases: Iterable[int], terms: Terms) -> str:
    """Say what bringing these bases (fen) within the limits would change, or ""."""
    allowed = ends(terms)
    moved = [(base, there) for base in bases if (there := nearest(base, allowed)) != base]
    above = sum(base > there for base, there in moved)
    said = []
    if above:
        said.append(f"{above}人高于上限，改为{yuan(allowed.highest):,.2f}元")
    if below := len(moved) - above:
        said.append(f"{below}人低于下限，改为{yuan(allowed.lowest):,.2f}元")
    return "；".join(said)


def _highest(terms: Terms) -> int:
    """Return the highest base that both upper limits allow."""
    limits, base = terms.policy.limits, terms.policy.limits.base_max
    if sum(terms.parts(base)) <= limits.total_max:
        return base
    base = limits.total_max * _PERCENT // _rates(terms)
    while sum(terms.parts(base)) > limits.total_max:  # both parts may be rounded up
        base -= _YUAN
    return base


def _lowest(terms: Terms) -> int:
    """Return the lowest base that both lower limits allow."""
    limits, base = terms.policy.limits, terms.policy.limits.base_min
    if sum(terms.parts(base)) >= limits.total_min:
        return base
    base = -(-limits.total_min * _PERCENT // _rates(terms))
    while sum(terms.parts(base)) < limits.total_min:
        base += _YUAN
    return base


def _rates(terms: Terms) -> int:
    return terms.employer_rate + terms.contributor_rate
