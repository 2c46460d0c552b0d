"""Which months (年月) a change of people may begin in: after the assessed ones, not far ahead."""

from typing import NamedTuple, Self

from services.rules.months import Month


class Settled(NamedTuple):
    """How far an employer's months are done with."""

    to: Month | None
    """The last month assessed or booked, whichever is later."""
    paid_to: Month | None
    """The last month booked, which no clerk can undo."""
    deferred: frozenset[Month] = frozenset()
    """Months passed over by a deferral that has ended: nobody has assessed them in the chain."""

    @classmethod
    def of(
        cls, settled_to: int | None, paid_to: int | None, deferred: frozenset[Month] = frozenset()
    ) -> Self:
        """Return the same of an employer's months as they are stored."""
        to, paid = (Month.of(month) if month else None for month in (settled_to, paid_to))
        return cls(to, paid, deferred)


class Late(NamedTuple):
    """A change for a month that is done with: what the clerk wants, and what the center calls it."""

    wish: str
    remedy: str


BACK_PAID = Late("补入该月", "补缴")
CORRECTED = Late("自该月起封存", "错缴更正")


class Span(NamedTuple):
    """The months that may be chosen, both ends included."""

    first: Month
    last: Month

    @property
    def months(self) -> list[Month]:
        return self.first.through(self.last)

    def objection(
        self, month: Month, what: str, *, settled: Settled, late: Late = BACK_PAID
    ) -> str | None:
        """Say why `month` may not be, naming the first that may and the way there is, or None.

        `what` names the field, `late` what a change that comes too late for a month is called.
        """
        way = f"最早可填{self.first}"
        if settled.paid_to and month <= settled.paid_to:
            return f"{what}{month}已入账，{way}；如须{late.wish}，请联系所属管理部办理{late.remedy}"
        if settled.to and month <= settled.to and month in settled.deferred:
            return f"{what}{month}在已结束的缓缴期内，{way}；如须{late.wish}，请联系所属管理部"
        if settled.to and month <= settled.to:
            return f"{what}{month}已核定，{way}；如须{late.wish}，请先在【汇缴】中删除该月核定"
        if month < self.first:
            return f"{what}{month}早于单位首次汇缴年月，{way}"
        if month > self.last:
            return f"{what}{month}过晚，{way}，最晚可填{self.last}"
        return None


def span(today: Month, employer_first: Month, settled_to: Month | None) -> Span:
    """Return the months open at an employer: not before its first nor assessed, at most next month.

    Where everything to next month is assessed already, the month after is the one left.
    """
    first = max(employer_first, settled_to.plus(1)) if settled_to else employer_first
    return Span(first, max(today.plus(1), first))


def read(text: str) -> Month | None:
    """Read a month as people type it: 2026-07, 202607, 2026年7月, 2026/7; None for anything else."""
    digits = text.replace("年", "-").replace("月", "").replace("/", "-").replace(".", "-").strip()
    year, dash, month = digits.partition("-")
    if not dash and len(digits) == len("YYYYMM"):
        year, month = digits[:4], digits[4:]
    if not (year.isascii() and year.isdigit() and month.isascii() and month.isdigit()):
        return None
    try:
        return Month.of(int(year) * 100 + int(month)) if len(year) == len("YYYY") else None
    except ValueError:
        return None
