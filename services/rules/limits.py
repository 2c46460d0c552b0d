"""The year's limits (上下限) on a base and on a monthly amount."""

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple


class Limits(NamedTuple):
    """Fen a month, like everything that is checked by the thousand. Both ends are allowed."""

    base_min: int
    base_max: int
    total_min: int
    total_max: int

    def objection(self, base: int, total: int) -> str | None:
        """Say why this base with this monthly total may not be, or None. Source: manual B2 注(2)."""
        if base < self.base_min:
            return f"缴存基数低于下限{yuan(self.base_min)}"
        if base > self.base_max:
            return f"缴存基数高于上限{yuan(self.base_max)}"
        if total < self.total_min:
            return f"月缴存额{yuan(total)}低于下限{yuan(self.total_min)}"
        if total > self.total_max:
            return f"月缴存额{yuan(total)}高于上限{yuan(self.total_max)}"
        return None

    def allow(self, bases: Collection[int], totals: Collection[int]) -> bool:
        """Tell whether nothing is objected to in any of these, each column looked at by itself."""
        return not bases or not (
            self.objection(min(bases), min(totals)) or self.objection(max(bases), max(totals))
        )

    @property
    def ends(self) -> frozenset[int]:
        """The least and the most a base may be."""
        return frozenset((self.base_min, self.base_max))


def yuan(fen: int) -> Decimal:
    """Return fen as yuan with two decimals."""
    return Decimal(fen).scaleb(-2)
