"""How much text of an upload may be kept at once: twenty thousand full rows, and no more."""

import itertools
import sys
from collections.abc import Iterable

from services.files.cells import Cell
from services.files.refusals import TooComplex

_A_CELL = 128  # bytes of the largest kind of cell, its letters not counted
_WIDEST = 4


class Allowance:
    """Counts what is kept in bytes of memory: one rare character makes a text four times as wide."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._unmeasured: list[Iterable[Cell]] = []
        self._at_most = 0

    def take(self, cells: Iterable[Cell]) -> None:
        """Take these on. Raises `TooComplex` when it is too much."""
        self._left -= sum(map(sys.getsizeof, cells))
        if self._left < self._at_most:
            self._measure()

    def take_read(self, cells: Iterable[Cell], count: int, piece: str, *, longest: int = 0) -> None:
        """Take on `count` cells read from a piece of XML, or texts of at most `longest` letters.

        They are measured one by one only where the most that they can be does not fit.
        """
        self._unmeasured.append(cells)
        letters = len(piece) * _WIDEST if "&" in piece else sys.getsizeof(piece)
        self._at_most += letters + count * (_A_CELL + longest * _WIDEST)
        if self._left < self._at_most:
            self._measure()

    def _measure(self) -> None:
        cells = itertools.chain.from_iterable(self._unmeasured)
        self._left -= sum(map(sys.getsizeof, cells))
        self._unmeasured, self._at_most = [], 0
        if self._left < 0:
            raise TooComplex
