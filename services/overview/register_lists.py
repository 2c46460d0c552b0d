"""The employers behind a bar of the register or of the center's work (性质、基数、比例、办理、调整)."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Integer, cast, exists, func, select
from sqlalchemy.orm import Session

from data.codes import EmployerKind
from data.enums import Branch, BusinessKind, CaseStatus
from data.models.case import Case
from data.models.register import Employer
from services.overview import handling, lists, monthly, register
from services.overview.chart import count, money
from services.overview.lists import Behind
from services.overview.scope import Scope
from services.summary import present


def of_kind(session: Session, scope: Scope, key: str) -> Behind:
    kind = lists.one_of(EmployerKind, key)
    rows = lists.employers(session, replace(scope, kind=kind), monthly.is_remitting())
    return Behind(kind.label, (*lists.HEAD, money("月缴存额")), rows)


def of_step(session: Session, scope: Scope, key: str) -> Behind:
    step = lists.number_of(key)
    every = present.bases().subquery()
    people = (
        select(every.c.employer_id, func.sum(every.c.heads).label("heads"))
        .where(every.c.step == step)
        .group_by(every.c.employer_id)
        .having(func.sum(every.c.heads) > 0)
        .subquery()
    )
    heads = cast(people.c.heads, Integer)  # PostgreSQL adds integers up to a number with decimals
    found = session.execute(
        lists.chosen(scope, heads)
        .join(people, people.c.employer_id == Employer.id)
        .order_by(heads.desc(), Employer.number)
    )
    title = f"缴存基数{register.step_label(step)}元"
    return Behind(title, (*lists.HEAD, count("该档人数")), lists.shown(found))


def of_rate(session: Session, scope: Scope, key: str) -> Behind:
    rate = lists.number_of(key)
    rows = lists.employers(session, scope, monthly.is_remitting(), Employer.employer_rate == rate)
    return Behind(f"缴存比例{rate}%", (*lists.HEAD, money("月缴存额")), rows)


def of_business(session: Session, scope: Scope, key: str) -> Behind:
    """Return those whose cases of this business wait or were done."""
    kind = lists.one_of(BusinessKind, key)
    waiting = _cases(kind, Case.status == CaseStatus.PENDING)
    done = _cases(kind, *handling.ended_within(scope))
    found = session.execute(
        lists.chosen(scope, waiting, done)
        .where((waiting > 0) | (done > 0))
        .order_by(waiting.desc(), done.desc(), Employer.number)
    )
    return Behind(kind.label, (*lists.HEAD, count("待审核"), count("办结")), lists.shown(found))


def not_adjusted(session: Session, scope: Scope, key: str) -> Behind:
    """Return the branch's employers that have not adjusted their bases in the HPF year."""
    branch, year = lists.one_of(Branch, key), register.hpf_year(session, scope)
    adjusted = exists().where(
        Case.employer_id == Employer.id,
        Case.kind == BusinessKind.BASE_ADJUSTMENT,
        Case.effective_month == year.first.number,
        Case.status.in_((CaseStatus.APPROVED, CaseStatus.PENDING)),
    )
    rows = lists.employers(
        session, replace(scope, branch=branch), monthly.is_remitting(), ~adjusted
    )
    return Behind(
        f"{branch.label}{year.label}未调整基数的单位", (*lists.HEAD, money("月缴存额")), rows
    )


def _cases(kind: BusinessKind, *which: ColumnElement[bool]) -> ColumnElement[int]:
    return (
        select(func.count())
        .where(Case.employer_id == Employer.id, Case.kind == kind, *which)
        .correlate(Employer)
        .scalar_subquery()
    )
