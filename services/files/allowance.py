"""How much text of an upload may be kept at once: twenty thousand full rows, and no more."""

import sys
from collections.abc import Iterable

from services.files.cells import Cell
from services.files.refusals import TooComplex


class Allowance:
    """Counts what is kept in bytes of memory: one rare character makes a text four times as wide."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, cells: Iterable[Cell]) -> None:
        """Take these on. Raises `TooComplex` when it is too much."""
        self._left -= sum(map(sys.getsizeof, cells))
        if self._left < 0:
            raise TooComplex
