"""Policy (政策参数) in force on a day, for an employer."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from data import bulk
from data.bulk import table_of
from data.enums import BusinessKind
from data.models.policy import PolicyRow
from data.policy_codes import PolicyKey, Rounding
from services.errors import BusinessError
from services.rules.limits import Limits
from services.rules.months import HpfYear, Month

T = TypeVar("T")


class PolicyMissing(BusinessError):
    message = "中心尚未设置“{label}”，暂不能办理，请联系所属管理部"


_TABLE = table_of(PolicyRow).c
#: Asked in nearly every act, so it is spelt out once.
_ROWS = (
    select(_TABLE.key, _TABLE.value, _TABLE.employer_id)
    .where(_TABLE.effective_from <= bindparam("day"), _TABLE.business.is_(None))
    .where(or_(_TABLE.employer_id.is_(None), _TABLE.employer_id == bindparam("employer_id")))
    .order_by(_TABLE.effective_from, _TABLE.id)
)
_KEYS = {key.value: key for key in PolicyKey}
_LIMITS = (PolicyKey.BASE_MIN, PolicyKey.BASE_MAX, PolicyKey.TOTAL_MIN, PolicyKey.TOTAL_MAX)


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which base adjustments are taken, both included."""

    opens: date
    closes: date
    is_yearly: bool = True

    def is_open(self, day: date) -> bool:
        return self.opens <= day <= self.closes

    def __str__(self) -> str:
        return f"{self.opens}至{self.closes}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for one employer on one day."""

    limits: Limits
    rounding: Rounding
    hpf_year: HpfYear
    window: Window
    adjustments_per_year: int
    june_first: bool
    rate_min: int
    rate_max: int
    rate_changes_per_year: int
    months_ahead: int
    deferral_months: int


def in_force(session: Session, day: date, employer_id: int) -> Policy:
    """Return the policy for the employer on `day`. Raises PolicyMissing."""
    rows = tuple(bulk.tuples(session, _ROWS, {"day": day, "employer_id": employer_id}))
    supposed = _supposed(session)
    if supposed and supposed.employer_id in (None, employer_id):
        return _policy(_values(rows, day, supposed), day)
    return _read(rows, day)


@lru_cache(64)
def _read(rows: tuple[tuple[Any, ...], ...], day: date) -> Policy:
    """Return what these rows mean: they are asked for each time, and seldom others than before."""
    return _policy(_values(rows, day), day)


def _policy(values: Mapping[PolicyKey, str], day: date) -> Policy:
    def value(key: PolicyKey) -> str:
        if key not in values:
            raise PolicyMissing(label=key.label)
        return values[key]

    hpf_year = HpfYear.of(Month.containing(day), int(value(PolicyKey.HPF_YEAR_STARTS)))
    return Policy(
        limits=Limits(
            *(int(Decimal(value(key)).scaleb(2)) for key in _LIMITS),
        ),
        rounding=_rounding(value(PolicyKey.ROUNDING)),
        hpf_year=hpf_year,
        window=_window(value(PolicyKey.ADJUSTMENT_WINDOW), hpf_year),
        adjustments_per_year=int(value(PolicyKey.ADJUSTMENTS_PER_YEAR)),
        june_first=value(PolicyKey.JUNE_FIRST) == "1",
        rate_min=int(value(PolicyKey.RATE_MIN)),
        rate_max=int(value(PolicyKey.RATE_MAX)),
        rate_changes_per_year=int(value(PolicyKey.RATE_CHANGES_PER_YEAR)),
        months_ahead=int(value(PolicyKey.MONTHS_AHEAD)),
        deferral_months=int(value(PolicyKey.DEFERRAL_MONTHS)),
    )


def value(session: Session, key: PolicyKey, day: date) -> str:
    """Return what the center has set for all employers, as text. Raises PolicyMissing."""
    found = session.scalar(
        select(PolicyRow.value)
        .where(PolicyRow.key == key, PolicyRow.employer_id.is_(None))
        .where(PolicyRow.effective_from <= day)
        .order_by(PolicyRow.effective_from.desc(), PolicyRow.id.desc())
        .limit(1)
    )
    if found is None:
        raise PolicyMissing(label=key.label)
    return found


def of_business(session: Session, key: PolicyKey, business: BusinessKind, day: date) -> str | None:
    """Return what is set for one business on `day`, or None where the code's own holds."""
    return session.scalar(
        select(PolicyRow.value)
        .where(PolicyRow.key == key, PolicyRow.business == business)
        .where(PolicyRow.effective_from <= day)
        .order_by(PolicyRow.effective_from.desc(), PolicyRow.id.desc())
        .limit(1)
    )


def _values(
    rows: Iterable[tuple[Any, ...]], day: date, supposed: "Supposed | None" = None
) -> dict[PolicyKey, str]:
    """Return each key's value: the employer's own row before the row for all, then the latest.

    An employer's own row may be empty: from then on the row for all holds again. A window that was
    open once is forgotten with its last day: what was set before it holds again.
    """
    known = [(_KEYS[code], value, owner) for code, value, owner in rows]
    for_all = latest(((key, value, value) for key, value, owner in known if owner is None), day)
    own = {
        key: value
        for key, value, owner in known
        if owner is not None and not has_passed(key, value, day)
    }
    if supposed:
        (for_all if supposed.employer_id is None else own).update(
            (key, value)
            for key, value in supposed.values.items()
            if not has_passed(key, value, day)
        )
    return for_all | {key: value for key, value in own.items() if value}


@dataclass(frozen=True, slots=True)
class Supposed:
    """Values as if they were in force, for all employers or for one."""

    values: Mapping[PolicyKey, str]
    employer_id: int | None = None


@contextmanager
def supposing(session: Session, supposed: Supposed) -> Iterator[None]:
    """Answer inside this block as if `supposed` were in force; nothing is written."""
    session.info[Supposed] = supposed
    try:
        yield
    finally:
        del session.info[Supposed]


def _supposed(session: Session) -> Supposed | None:
    found = session.info.get(Supposed)
    return found if isinstance(found, Supposed) else None


def latest(rows: Iterable[tuple[PolicyKey, str, T]], day: date) -> dict[PolicyKey, T]:
    """Return what holds on `day` of rows of key, value and something, in the order they begin.

    The last of a key holds; a window that was open once and has passed gives way to what stood before.
    """
    rows = list(rows)
    found = {key: what for key, _, what in rows}
    return found | {key: what for key, value, what in rows if not has_passed(key, value, day)}


def has_passed(key: PolicyKey, value: str, day: date) -> bool:
    """Tell whether this is a window that is open once only, and has closed before `day`."""
    if key is not PolicyKey.ADJUSTMENT_WINDOW:
        return False
    closes = value.partition("/")[2]
    return len(closes) == len("YYYY-MM-DD") and date.fromisoformat(closes) < day


def _rounding(code: str) -> Rounding:
    return next(method for method in Rounding if method.value == code)


def window(text: str, day: date, starts: int) -> Window:
    """Return the window that `text` means in the year of `day`, which begins in month `starts`."""
    return _window(text, HpfYear.of(Month.containing(day), starts))


def _window(text: str, year: HpfYear) -> Window:
    """Read “07-01/07-31” (each year) or “2026-09-01/2026-09-15” (once)."""
    opens, closes = text.split("/")
    if len(opens) == len("MM-DD"):
        return Window(_day_in(year, opens), _day_in(year, closes))
    return Window(date.fromisoformat(opens), date.fromisoformat(closes), is_yearly=False)


def _day_in(year: HpfYear, month_and_day: str) -> date:
    month, day = map(int, month_and_day.split("-"))
    calendar_year = year.first.year if month >= year.first.month else year.last.year
    return date(calendar_year, month, day)
