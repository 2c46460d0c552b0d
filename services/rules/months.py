"""Months (年月) as values, and the housing provident fund's year (缴存年度)."""

from dataclasses import dataclass
from datetime import date
from typing import Self

MONTHS = 12
JULY = 7


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month. Stored as the number YYYYMM."""

    year: int
    month: int

    @classmethod
    def of(cls, number: int) -> Self:
        """Read a stored YYYYMM. Raises ValueError where there is no such month."""
        year, month = divmod(number, 100)
        if not 1 <= month <= MONTHS:
            raise ValueError(number)
        return cls(year, month)

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @property
    def number(self) -> int:
        return self.year * 100 + self.month

    def plus(self, months: int) -> "Month":
        year, month = divmod(self.year * MONTHS + self.month - 1 + months, MONTHS)
        return Month(year, month + 1)

    def through(self, last: "Month") -> "list[Month]":
        """Return every month from this one to `last`, both included; none if `last` is earlier."""
        count = (last.year - self.year) * MONTHS + last.month - self.month + 1
        return [self.plus(i) for i in range(max(count, 0))]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    @property
    def label(self) -> str:
        return f"{self.year}年{self.month}月"


@dataclass(frozen=True, slots=True)
class HpfYear:
    """A 缴存年度: twelve months, by default from July to June."""

    first: Month

    @classmethod
    def of(cls, month: Month, starts: int = JULY) -> Self:
        year = month.year if month.month >= starts else month.year - 1
        return cls(Month(year, starts))

    @property
    def last(self) -> Month:
        return self.first.plus(MONTHS - 1)

    @property
    def label(self) -> str:
        return f"{self.first.year}年度"
