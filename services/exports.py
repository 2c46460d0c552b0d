"""Listings (查询结果): what a query found, as screen, workbook and print have it; the export log.

Every way out of the hall is written down before the file is handed over: who took what of whom,
by which conditions, how many rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from data.database import transaction
from data.enums import AuditAction
from data.models.record import Export
from services import audit
from services.actor import Actor
from services.errors import BusinessError
from services.files import workbook
from services.files.columns import Column, SheetRow, Value
from services.files.template import File
from services.rules import clock
from services.rules.months import Month

_LONGEST = 255
_MAX_CODES = 20
_ONE_DAY = timedelta(days=1)


class Reversed(BusinessError):
    message = "开始日期不能晚于结束日期，请重新选择"


class Unreadable(BusinessError):
    message = "查询条件不完整，请返回查询页面重新查询"


class NothingToExport(BusinessError):
    message = "没有符合条件的记录，请调整查询条件后再试"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a query asks for; both days are included, None is no limit, no code is every code."""

    first: date | None = None
    last: date | None = None
    account: str = ""
    codes: tuple[str, ...] = ()

    @classmethod
    def this_month(cls) -> Self:
        """Return the days of the business date's month."""
        month = Month.containing(clock.today())
        after = month.plus(1)
        return cls(date(month.year, month.month, 1), date(after.year, after.month, 1) - _ONE_DAY)

    @classmethod
    def read(cls, words: Mapping[str, str]) -> Self:
        """Read the conditions from an address. Raises Unreadable."""
        try:
            first, last = (_day(words.get(name, "")) for name in ("first", "last"))
        except ValueError as error:
            raise Unreadable from error
        codes = tuple(code for code in words.get("codes", "").split(",") if code)
        if len(codes) > _MAX_CODES:
            raise Unreadable
        return cls(first, last, words.get("account", "")[:20], codes)

    @property
    def query_string(self) -> str:
        days = {"first": self.first, "last": self.last}
        words = {name: day.isoformat() for name, day in days.items() if day}
        words |= {"account": self.account} if self.account else {}
        return urlencode(words | ({"codes": ",".join(self.codes)} if self.codes else {}))

    def check(self) -> None:
        """Raise Reversed where the days are the wrong way round."""
        if self.first and self.last and self.first > self.last:
            raise Reversed

    @property
    def period(self) -> str:
        """Return the days in words: “2026-07-01至2026-07-31”, “不限”."""
        if self.first is None and self.last is None:
            return "不限"
        return f"{self.first or '最早'}至{self.last or '今'}"

    @property
    def span(self) -> str:
        """Return the days for a file's name: `20260701_20260731`."""
        return "_".join(f"{day:%Y%m%d}" if day else "不限" for day in (self.first, self.last))


def whole(row: SheetRow) -> SheetRow:
    return row


@dataclass(frozen=True, slots=True)
class Listing:
    """What a query found. `rows` are whole; `mask` makes of a row what a screen may show.

    `totals` maps headings to totals, `sentence` says them in words. `conditions` is what was asked,
    in words. `filename` is the workbook's.
    """

    title: str
    columns: tuple[Column, ...]
    rows: list[SheetRow]
    conditions: str
    sentence: str
    filename: str = ""
    head: tuple[tuple[str, str], ...] = ()
    totals: dict[str, Value] = field(default_factory=dict)
    mask: Callable[[SheetRow], SheetRow] = whole

    @property
    def on_screen(self) -> list[SheetRow]:
        return [self.mask(row) for row in self.rows]


@audit.refusals
def save(actor: Actor, listing: Listing) -> File:
    """Make the workbook of a listing (数据下载), written down as an export.

    Raises NothingToExport: there is no empty file.
    """
    if not listing.rows:
        raise NothingToExport
    content = workbook.write(
        listing.title, listing.columns, [*listing.rows, *_last_row(listing)], protect=False
    )
    with transaction() as session:
        record(session, actor, f"{listing.title}数据下载", listing.conditions, len(listing.rows))
    return File(listing.filename, content)


def record(
    session: Session,
    actor: Actor,
    what: str,
    conditions: str,
    rows: int,
    *,
    told: AuditAction = AuditAction.EXPORTED,
) -> None:
    """Write down that this person takes data out, in the export log and in the audit."""
    audit.record(session, actor, told, f"listing:{what}", rows=rows)
    session.add(
        Export(
            user_id=actor.user_id,
            employer_id=actor.employer_id,
            what=what,
            conditions=conditions[:_LONGEST],
            rows=rows,
            exported_at=clock.now(),
        )
    )


def _last_row(listing: Listing) -> Sequence[SheetRow]:
    if not listing.totals:
        return []
    return [tuple(listing.totals.get(column.heading) for column in listing.columns)]


def _day(words: str) -> date | None:
    return date.fromisoformat(words) if words else None
