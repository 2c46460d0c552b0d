"""An employer's file (单位档案): its facts, its people, its cases, its months, what it owes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import AssessmentStatus, CaseStatus, ContributorStatus, Role
from data.models.case import Case
from data.models.people import CertificateBinding, User
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment
from data.models.summary import PeopleSummary
from services import audit, standing
from services.actor import Actor
from services.deferral import periods
from services.deferral.periods import Span
from services.register import scope
from services.rules import clock, identity
from services.rules.months import Month

A_PAGE = 50
MOST_CASES, MOST_MONTHS = 100, 48
PAID_WITHIN = timedelta(days=5)
BOOKED = AssessmentStatus.BOOKED


@dataclass(frozen=True, slots=True)
class Clerk:
    """One of the employer's clerks, and the keys that are hers, in words."""

    id: int
    name: str
    mobile: str
    active: bool
    keys: str


@dataclass(frozen=True, slots=True)
class EmployerFile:
    """Label and value of every fact, in three groups; who acts for the employer."""

    id: int
    number: str
    name: str
    register: list[tuple[str, str]]
    account: list[tuple[str, str]]
    contact: list[tuple[str, str]]
    clerks: list[Clerk]
    normal: int
    sealed: int
    monthly_amount: Decimal


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as listed. Money is yuan; the identity number is masked."""

    account: str
    name: str
    id_number: str
    status: ContributorStatus
    base: Decimal
    monthly_amount: Decimal
    first_month: Month
    paid_to: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    rows: list[PersonRow]
    count: int
    pages: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    serial: str
    kind: str
    status: CaseStatus
    effective_month: Month
    started_by: str
    submitted_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """An assessed month. Money is yuan."""

    month: Month
    kind: str
    status: AssessmentStatus
    heads: int
    amount: Decimal
    assessed_at: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """A month that is due and not booked: what was assessed, else what the people pay now."""

    month: Month
    due_on: date
    heads: int
    amount: Decimal
    status: str


@audit.refusals
def opened(actor: Actor, employer_id: int) -> EmployerFile:
    """Return an employer's facts. Raises NotFound, NotAllowed."""
    with snapshot() as session:
        row = scope.employer(session, actor, employer_id)
        counts, amount = standing.counted(session, employer_id)
        normal, sealed = counts[ContributorStatus.NORMAL], counts[ContributorStatus.SEALED]
        return EmployerFile(
            row.id, row.number, row.name, _register(row), _account(row, normal, sealed, amount),
            _contact(row), _clerks(session, employer_id), normal, sealed, amount,
        )  # fmt: skip


@audit.refusals
def people(
    actor: Actor, employer_id: int, *, page: int = 1, status: ContributorStatus | None = None
) -> PeoplePage:
    """Return a page of the employer's people, by account. Raises NotFound, NotAllowed."""
    with snapshot() as session:
        scope.employer(session, actor, employer_id)
        chosen = select(Contributor).where(Contributor.employer_id == employer_id)
        if status:
            chosen = chosen.where(standing.STATUS.in_([status.value]))
        count = session.scalars(select(func.count()).select_from(chosen.subquery())).one()
        pages = max(1, -(-count // A_PAGE))
        page = min(max(page, 1), pages)
        rows = session.scalars(
            chosen.order_by(Contributor.account).limit(A_PAGE).offset((page - 1) * A_PAGE)
        )
        return PeoplePage(
            [
                PersonRow(who.account, who.name, identity.masked(who.id_number),
                          standing.status(who), who.base, who.employer_amount + who.contributor_amount,
                          Month.of(who.first_month),
                          str(Month.of(who.paid_to)) if who.paid_to else "—")
                for who in rows
            ],
            count, pages,
        )  # fmt: skip


@audit.refusals
def cases(actor: Actor, employer_id: int) -> list[CaseRow]:
    """Return the employer's submitted cases, the latest first. Raises NotFound, NotAllowed."""
    with snapshot() as session:
        scope.employer(session, actor, employer_id)
        rows = session.execute(
            select(Case, User.name)
            .join(User, User.id == Case.started_by)
            .where(Case.employer_id == employer_id, Case.serial.is_not(None))
            .order_by(Case.id.desc())
            .limit(MOST_CASES)
        )
        return [
            CaseRow(row.serial or "", row.kind.label, row.status, Month.of(row.effective_month),
                    name, _moment(row.submitted_at), _moment(row.ended_at))
            for row, name in rows
        ]  # fmt: skip


@audit.refusals
def months(actor: Actor, employer_id: int) -> list[MonthRow]:
    """Return the employer's assessed months, the latest first. Raises NotFound, NotAllowed."""
    with snapshot() as session:
        scope.employer(session, actor, employer_id)
        rows = session.scalars(
            select(Assessment)
            .where(Assessment.employer_id == employer_id, Assessment.deleted_at.is_(None))
            .order_by(Assessment.month.desc(), Assessment.id.desc())
            .limit(MOST_MONTHS)
        )
        return [
            MonthRow(Month.of(row.month), row.kind.label, row.status, row.heads,
                     row.employer_amount + row.contributor_amount,
                     clock.in_china(row.assessed_at))
            for row in rows
        ]  # fmt: skip


@audit.refusals
def owed(actor: Actor, employer_id: int) -> list[Owed]:
    """Return the months up to this one that are not booked, the oldest first.

    A month that nobody has assessed is reckoned with the people and amounts of today, and says so.
    Deferred months are in 【缓缴】, and here once they are assessed to be paid back. Raises NotFound,
    NotAllowed.
    """
    with snapshot() as session:
        row = scope.employer(session, actor, employer_id)
        first = Month.of(row.paid_to).plus(1) if row.paid_to else Month.of(row.first_month)
        due = first.through(Month.containing(clock.today()))
        assessed = {
            found.month: found
            for found in session.scalars(
                select(Assessment).where(
                    Assessment.employer_id == employer_id, Assessment.deleted_at.is_(None),
                    Assessment.month >= first.number,
                )
            )
        }  # fmt: skip
        freed = periods.spans(session, employer_id)
        now = session.get(PeopleSummary, employer_id)
        return [
            _owed(row, when, found, now)
            for when in due
            if not ((found := assessed.get(when.number)) and found.status is BOOKED)
            and (found or _is_open(row, when, freed))
        ]


def _is_open(row: Employer, when: Month, freed: Collection[Span]) -> bool:
    """Tell whether a month is still to be assessed: neither passed over, for nobody was in it, nor deferred."""
    return when.number > (row.assessed_to or 0) and not any(one.covers(when) for one in freed)


def _owed(row: Employer, when: Month, found: Assessment | None, now: PeopleSummary | None) -> Owed:
    due_on = _due_on(row.payday, when)
    if found:
        amount = found.employer_amount + found.contributor_amount
        return Owed(when, due_on, found.heads, amount, found.status.label)
    if now is None:
        return Owed(when, due_on, 0, Decimal(0), "未核定（按现有人员估算）")
    amount = now.employer_amount + now.contributor_amount
    return Owed(when, due_on, now.normal_heads, amount, "未核定（按现有人员估算）")


def _due_on(payday: int, when: Month) -> date:
    """Return the last day to pay a month: five days after its payday (条例: 发薪后5日内)."""
    after = when.plus(1)
    last = date(after.year, after.month, 1) - timedelta(days=1)
    return last.replace(day=min(payday, last.day)) + PAID_WITHIN


def month(number: int | None) -> str:
    return Month.of(number).label if number else "—"


def _moment(at: datetime | None) -> datetime | None:
    return clock.in_china(at) if at else None


def _register(row: Employer) -> list[tuple[str, str]]:
    return [
        ("单位账号", row.number), ("单位名称", row.name), ("统一社会信用代码", row.uscc),
        ("单位性质", row.kind.label), ("所属管理部", row.branch.label),
        ("单位地址", row.address), ("法定代表人", row.legal_representative),
        ("开户日期", str(row.opened_on)),
    ]  # fmt: skip


def _account(row: Employer, normal: int, sealed: int, amount: Decimal) -> list[tuple[str, str]]:
    return [
        ("账户状态", row.status.label), ("缴存比例", f"{row.employer_rate}%+{row.contributor_rate}%"),
        ("缴存人数", f"正常{normal:,}人，封存{sealed:,}人"), ("月缴存额", f"{amount:,.2f}元"),
        ("首次汇缴年月", month(row.first_month)), ("已核定至", month(row.assessed_to)),
        ("缴至年月", month(row.paid_to)), ("发薪日", f"每月{row.payday}日"),
    ]  # fmt: skip


def _contact(row: Employer) -> list[tuple[str, str]]:
    return [
        ("受托银行", row.bank or "—"), ("单位电话", row.phone or "—"),
        ("联系人", row.contact_name or "—"), ("联系人手机", row.contact_mobile or "—"),
    ]  # fmt: skip


def _clerks(session: Session, employer_id: int) -> list[Clerk]:
    keys: dict[int, list[str]] = {}
    for binding in session.scalars(
        select(CertificateBinding)
        .join(User, User.id == CertificateBinding.user_id)
        .where(User.employer_id == employer_id)
        .order_by(CertificateBinding.id)
    ):
        ends = clock.in_china(binding.not_after)
        keys.setdefault(binding.user_id, []).append(f"{binding.status.label}，{ends:%Y-%m-%d}到期")
    rows = session.scalars(
        select(User).filter_by(employer_id=employer_id, role=Role.CLERK).order_by(User.id)
    )
    return [
        Clerk(row.id, row.name, row.mobile, row.active, "；".join(keys.get(row.id, ["未绑定UKey"])))
        for row in rows
    ]
