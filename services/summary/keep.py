"""Keeping the summaries in step: called inside the transaction that changes the details.

People are counted anew for the one employer, under a lock on its summary row; months and money are
added to and taken from. Rows shared by many employers are always written in one order (months
before cash, each by its key), so that two transactions never wait for each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.codes import EmployerKind
from data.enums import Branch, RemittanceKind
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment
from data.models.summary import BaseSummary, CashSummary, MonthSummary, PeopleSummary
from services.summary import details

_Key = tuple[int, Branch, EmployerKind]
_Adding = dict[_Key, dict[str, int | Decimal]]
_Sums = Mapping[_Key, Mapping[str, int | Decimal]]


def people(session: Session, *employer_ids: int) -> None:
    """Count the people of these employers anew, after any change of status, base or amount."""
    session.flush()
    for employer_id in sorted(set(employer_ids)):
        _recount(session, employer_id)


def assessed(session: Session, months: Iterable[Assessment], sign: int = 1) -> None:
    """Add assessed months; take them off again with `sign` −1, when they are deleted or returned."""
    sums = _empty()
    for month in months:
        if month.kind is RemittanceKind.REGULAR:
            _add(sums, (month.month, *_place(session, month.employer_id)), {
                "assessed_units": sign, "assessed_heads": sign * month.heads,
                "assessed_amount": sign * _total(month),
            })  # fmt: skip
    _write(session, MonthSummary.__table__, sums)


def money(
    session: Session,
    *,
    arrived: Iterable[tuple[int, date, Decimal]] = (),
    refunded: Iterable[tuple[int, date, Decimal]] = (),
    booked: Iterable[Assessment] = (),
    unbooked: Iterable[tuple[Assessment, date, date]] = (),
) -> None:
    """Add what a transaction has received and refunded (employer, day of posting, yuan) and booked.

    What it has unbooked comes with the day of its booking and the day that takes it back.
    """
    months, cash = _empty(), _empty()
    for name, moved_money in (("arrived", arrived), ("refunded", refunded)):
        for employer_id, day, amount in moved_money:
            _add(cash, (_month(day), *_place(session, employer_id)), {name: amount})
    for month in booked:
        if booked_on := month.booked_on:
            days = (booked_on, booked_on)
            _add_booking((months, cash), month, _place(session, month.employer_id), days, 1)
    for month, *both in unbooked:
        _add_booking((months, cash), month, _place(session, month.employer_id), both, -1)
    _write(session, MonthSummary.__table__, months)
    _write(session, CashSummary.__table__, cash)


def moved(session: Session, employer: Employer, branch: Branch, kind: EmployerKind) -> None:
    """Follow an employer to another branch or kind; `branch` and `kind` are those it had before."""
    if (employer.branch, employer.kind) == (branch, kind):
        return
    session.flush()
    for table, query in (
        (MonthSummary.__table__, details.months),
        (CashSummary.__table__, details.cash),
    ):
        sums = _empty()
        for row in session.execute(query(Employer.id == employer.id)).mappings():
            measures = {name: row[name] for name in row if name not in _KEYS}
            _add(sums, (row["month"], branch, kind), {n: -value for n, value in measures.items()})
            _add(sums, (row["month"], employer.branch, employer.kind), measures)
        _write(session, table, sums)


_KEYS = ("month", "branch", "kind")


def _recount(session: Session, employer_id: int) -> None:
    row = _upsert(session, PeopleSummary.__table__).values(employer_id=employer_id)
    session.execute(row.on_conflict_do_nothing())
    chosen = select(PeopleSummary).where(PeopleSummary.employer_id == employer_id)
    # Whoever waited here counts what the one before has committed: each statement sees it.
    held = chosen.with_for_update().execution_options(populate_existing=True)
    summary = session.scalars(held).one()
    own = Contributor.employer_id == employer_id
    counted: Mapping[str, Any] = (
        session.execute(details.people(own)).mappings().one_or_none() or {}  # type: ignore[assignment]
    )
    for name in ("normal_heads", "sealed_heads", "employer_amount", "contributor_amount"):
        setattr(summary, name, counted.get(name, 0))
    session.execute(delete(BaseSummary).where(BaseSummary.employer_id == employer_id))
    columns = [column.name for column in BaseSummary.__table__.columns]
    session.execute(insert(BaseSummary).from_select(columns, details.bases(own)))


def _add_booking(
    sums: tuple[_Adding, _Adding],
    month: Assessment,
    place: tuple[Branch, EmployerKind],
    days: Sequence[date],
    sign: int,
) -> None:
    """Add a month booked on the first of `days` and posted on the second, or take it off again."""
    (months, cash), total = sums, sign * _total(month)
    booked_on, posted_on = days
    _add(cash, (_month(posted_on), *place), {"allocated": total})
    _add(cash, (_month(booked_on), *place), {"collected": total})
    if month.kind is RemittanceKind.REGULAR:
        _add(months, (month.month, *place), {
            "booked_units": sign, "booked_heads": sign * month.heads, "booked_amount": total,
        })  # fmt: skip


def _place(session: Session, employer_id: int) -> tuple[Branch, EmployerKind]:
    employer = session.get_one(Employer, employer_id)
    return employer.branch, employer.kind


def _empty() -> defaultdict[_Key, dict[str, int | Decimal]]:
    return defaultdict(dict)


def _add(sums: _Adding, key: _Key, measures: Mapping[str, int | Decimal]) -> None:
    for name, value in measures.items():
        sums[key][name] = sums[key].get(name, 0) + value


def _write(session: Session, table: Any, sums: _Sums) -> None:  # noqa: ANN401 — a mapped table
    """Add to the rows of these keys, in the keys' order, making those that are not there."""
    for key in sorted(sums):
        row = _upsert(session, table).values(**dict(zip(_KEYS, key, strict=True)), **sums[key])
        more = {name: table.c[name] + row.excluded[name] for name in sums[key]}
        session.execute(row.on_conflict_do_update(index_elements=_KEYS, set_=more))


def _upsert(session: Session, table: Any) -> Any:  # noqa: ANN401 — the two dialects share no type
    dialect = session.connection().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _total(month: Assessment) -> Decimal:
    return month.employer_amount + month.contributor_amount


def _month(day: date) -> int:
    return day.year * 100 + day.month
