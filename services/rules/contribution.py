"""The monthly amount (月缴存额) of a base at two rates. The only place that rounds money.

Each part is rounded on its own and the two are added; rounding base × (sum of rates) is wrong.
All is reckoned in whole fen. Source: the 条例 §16, and the published limits of twenty cities, which
fit half up to whole yuan.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

from data.policy_codes import Rounding

FEN, JIAO, YUAN = 1, 10, 100  # in fen
_PERCENT = 100


class _Towards(Enum):
    DOWN = "舍入到"
    UP = "见…进…"
    HALF_UP = "四舍五入"


_METHODS = {
    Rounding.DOWN_TO_FEN: (FEN, _Towards.DOWN),
    Rounding.UP_FEN_TO_JIAO: (JIAO, _Towards.UP),
    Rounding.DOWN_TO_JIAO: (JIAO, _Towards.DOWN),
    Rounding.UP_JIAO_TO_YUAN: (YUAN, _Towards.UP),
    Rounding.DOWN_TO_YUAN: (YUAN, _Towards.DOWN),
    Rounding.UP_LI_TO_FEN: (FEN, _Towards.UP),
    Rounding.HALF_UP_TO_FEN: (FEN, _Towards.HALF_UP),
    Rounding.HALF_UP_TO_JIAO: (JIAO, _Towards.HALF_UP),
    Rounding.HALF_UP_TO_YUAN: (YUAN, _Towards.HALF_UP),
}


class Amounts(NamedTuple):
    """A month's two parts in yuan, with at most two decimals."""

    employer: Decimal
    contributor: Decimal

    @property
    def total(self) -> Decimal:
        return self.employer + self.contributor


def amounts(
    base: Decimal, employer_rate: int, contributor_rate: int, rounding: Rounding
) -> Amounts:
    """Return what is due a month on `base` yuan at rates in whole percent."""
    own, withheld = parts(int(base.scaleb(2)), employer_rate, contributor_rate, rounding)
    return Amounts(Decimal(own).scaleb(-2), Decimal(withheld).scaleb(-2))


def parts(
    base: int, employer_rate: int, contributor_rate: int, rounding: Rounding
) -> tuple[int, int]:
    """Return the employer's part and the contributor's, all in fen: see `part`."""
    own = part(base, employer_rate, rounding)
    if contributor_rate == employer_rate:
        return own, own
    return own, part(base, contributor_rate, rounding)


def part(base: int, rate: int, rounding: Rounding) -> int:
    """Return one part in fen: a base in fen at `rate` whole percent, rounded by `rounding`."""
    return part_of_each((base,), rate, rounding)[0]


def part_of_each(bases: Iterable[int], rate: int, rounding: Rounding) -> list[int]:
    """Return the same of each base: 20,000 at once, without asking each how it is rounded."""
    step, towards = _METHODS[rounding]
    unit = step * _PERCENT  # like a base at a rate, in hundredths of a fen
    if towards is _Towards.DOWN:
        return [base * rate // unit * step for base in bases]
    if towards is _Towards.UP:
        return [(base * rate + unit - 1) // unit * step for base in bases]
    return [(2 * base * rate + unit) // (2 * unit) * step for base in bases]


def part_of_column(base: Any, rate: int, rounding: Rounding) -> Any:  # noqa: ANN401 — an expression of SQL
    """Return the same of a column of bases, reckoned by the database in whole numbers, none negative."""
    return part_of_each((base,), rate, rounding)[0]
