"""The employers behind a bar of months, money or debts (应缴、未缴、缓缴、欠缴)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session

from data.base import YuanType
from data.enums import (
    AssessmentStatus,
    Branch,
    RemittanceKind,
)
from data.models.register import Employer
from data.models.remittance import Assessment
from services.errors import NotFound
from services.files.columns import SheetRow
from services.overview import handling, lists, monthly, risk
from services.overview.chart import count, money, text
from services.overview.lists import Behind
from services.overview.scope import Scope, this_month
from services.rules.months import Month
from services.summary import turnover

_COLUMNS = (*lists.HEAD, money("应缴金额"), money("入账金额"), text("状态", 16))
_DUE, _BOOKED = 5, 6  # where the amounts stand in a row


def of_month(session: Session, scope: Scope, key: str) -> Behind:
    """Return those whose month was due: what is due, what is booked, the most unpaid first."""
    month = lists.month_of(key)
    rows = _dues(session, scope, month)
    rows.sort(key=lambda row: (row[_BOOKED] - row[_DUE], row[0]))
    return Behind(f"{month}应缴单位", _COLUMNS, rows)


def unpaid(session: Session, scope: Scope, key: str) -> Behind:
    """Return those whose month was due and is not booked."""
    month = lists.month_of(key)
    rows = [row for row in _dues(session, scope, month) if not row[_BOOKED]]
    rows.sort(key=lambda row: (-row[_DUE], row[0]))
    return Behind(f"{month}未缴单位", _COLUMNS, rows)


def of_branch(session: Session, scope: Scope, key: str) -> Behind:
    """Return the branch's employers by what they have paid for the scope's months."""
    branch = lists.one_of(Branch, key)
    both = Assessment.employer_amount + Assessment.contributor_amount
    # Summed up before anything is joined: names and branches are not carried along with every month.
    booked = (
        select(
            Assessment.employer_id,
            func.count().label("months"),
            func.sum(both, type_=YuanType()).label("paid"),
        )
        .where(
            Assessment.booked_on >= handling.first_day(scope.first),
            Assessment.booked_on < handling.first_day(scope.last.plus(1)),
        )
        .group_by(Assessment.employer_id)
        .subquery()
    )
    found = session.execute(
        lists.chosen(replace(scope, branch=branch), booked.c.months, booked.c.paid)
        .join(booked, booked.c.employer_id == Employer.id)
        .order_by(booked.c.paid.desc(), Employer.number)
    )
    return Behind(
        branch.label, (*lists.HEAD, count("汇缴笔数"), money("实归集额")), lists.shown(found)
    )


def of_deferral(session: Session, scope: Scope, key: str) -> Behind:
    """Return those that need not pay the month, with the end of their deferral."""
    month = lists.month_of(key)
    granted = monthly.deferrals(session, scope, month, month)
    there = {d.employer_id: d for d in monthly.Months(deferrals=granted).deferred(month)}
    found = session.execute(
        lists.chosen(scope, Employer.id, lists.MONTHLY)
        .where(Employer.id.in_(there))
        .order_by(lists.MONTHLY.desc(), Employer.number)
    )
    rows: list[SheetRow] = [
        (*row[:-2], row[-1], str(there[row[-2]].last)) for row in lists.shown(found)
    ]
    return Behind(f"{month}缓缴单位", (*lists.HEAD, money("缓缴金额"), text("缓缴至")), rows)


def of_arrears(session: Session, scope: Scope, key: str) -> Behind:
    lengths = {str(first): (first, last) for first, last in risk.LENGTHS}
    if key not in lengths:
        raise NotFound(what="该分类")
    first, last = lengths[key]
    rows: list[SheetRow] = [
        (
            row.number, row.name, row.branch.label, row.kind.label, row.heads, len(row.months),
            str(row.months[0]), row.amount,
        )
        for row in risk.overdue(session, scope)
        if risk.is_within(row, first, last)
    ]  # fmt: skip
    return Behind(
        f"欠缴{risk.length(first, last)}的单位",
        (*lists.HEAD, count("欠缴月数"), text("最早欠缴年月"), money("欠缴金额")),
        rows,
    )


def _dues(session: Session, scope: Scope, month: Month) -> list[Any]:
    """Return the employers of a month: as assessed, or as those who belong to it pay now."""
    amount = type_coerce(Assessment.employer_amount + Assessment.contributor_amount, YuanType)
    assessed = session.execute(
        lists.chosen(scope, amount, Assessment.status, Assessment.heads)
        .join(Assessment, Assessment.employer_id == Employer.id)
        .where(
            Assessment.month == month.number,
            Assessment.kind == RemittanceKind.REGULAR,
            Assessment.deleted_at.is_(None),
        )
    )
    rows: list[Any] = []
    for *head, _, due, status, heads in lists.shown(assessed):
        is_booked = status is AssessmentStatus.BOOKED
        rows.append((*head, heads, due, due if is_booked else Decimal("0.00"), status.label))
    if month > this_month():
        return rows
    deferred = {
        d.employer_id
        for d in monthly.Months(deferrals=monthly.deferrals(session, scope, month, month)).deferred(
            month
        )
    }
    settled, left = monthly.settled_to(), monthly.since_left(session, scope)
    open_ones = session.execute(
        lists.chosen(scope, lists.MONTHLY, Employer.id).where(
            monthly.is_remitting() | Employer.id.in_(list(left)),
            settled < month.number,
            (settled > 0) | (Employer.first_month <= month.number),
        )
    )
    for *head, heads, due, employer_id in lists.shown(open_ones):
        more, owed = turnover.in_month(left.get(employer_id, ()), month)
        if heads + more and employer_id not in deferred:
            rows.append((*head, heads + more, due + owed, Decimal("0.00"), "未核定"))
    return rows
