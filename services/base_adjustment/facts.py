"""What a base adjustment is judged by: the people, the employer's terms, and the season."""

import operator
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from data import bulk
from data.bulk import table_of
from data.enums import BusinessKind, CaseStatus, ContributorStatus, EmployerStatus
from data.models.case import Case
from data.models.register import Contributor, Employer
from services import months_due, policy, standing
from services.deferral import periods
from services.errors import BusinessError
from services.policy import Policy
from services.rules import clock, contribution
from services.rules.months import Month
from services.rules.rates import pair

_TABLE = table_of(Employer).c
_EMPLOYER = select(
    _TABLE.id,
    _TABLE.number,
    _TABLE.name,
    _TABLE.status,
    _TABLE.employer_rate,
    _TABLE.contributor_rate,
    _TABLE.assessed_to,
    _TABLE.paid_to,
).where(_TABLE.id == bindparam("employer_id"))
_PERSON = table_of(Contributor).c
#: The columns of `Person`; Python sorts accounts that come nearly in order faster than a database.
_PEOPLE = select(
    _PERSON.id,
    _PERSON.account,
    _PERSON.name,
    _PERSON.id_number,
    standing.STATUS,
    type_coerce(_PERSON.base, BigInteger),
    type_coerce(_PERSON.employer_amount + _PERSON.contributor_amount, BigInteger),
).where(_PERSON.employer_id == bindparam("employer_id"))
_CASE = table_of(Case).c
_DONE = (
    select(func.count())
    .where(_CASE.employer_id == bindparam("employer_id"))
    .where(_CASE.kind == BusinessKind.BASE_ADJUSTMENT, _CASE.status == CaseStatus.APPROVED)
    .where(_CASE.effective_month == bindparam("effective_month"))
)
_SENT_BACK = (
    select(_CASE.submitted_at)
    .where(_CASE.employer_id == bindparam("employer_id"))
    .where(_CASE.kind == BusinessKind.BASE_ADJUSTMENT)
    .where(_CASE.status.in_((CaseStatus.RETURNED, CaseStatus.REJECTED)))
)
_account = operator.attrgetter("account")
_STATUSES = {status.value: status for status in ContributorStatus}


class Person(NamedTuple):
    """A contributor as the checks need it. Base and amount are fen a month."""

    id: int
    account: str
    name: str
    id_number: str
    status_code: str
    base: int
    amount: int

    @property
    def status(self) -> ContributorStatus:
        return _STATUSES[self.status_code]


class Terms(NamedTuple):
    """The employer's side: who it is, its rates, and the policy in force today."""

    employer_id: int
    number: str
    name: str
    status: EmployerStatus
    employer_rate: int
    contributor_rate: int
    settled_to: Month | None
    """The last month assessed or booked, whichever is later."""
    policy: Policy

    @property
    def effective_month(self) -> Month:
        """生效年月: the first month of the year that the adjustment is for."""
        return self.policy.hpf_year.first

    @property
    def rates(self) -> str:
        return pair(self.employer_rate, self.contributor_rate)

    def parts(self, base: int) -> tuple[int, int]:
        """Return the employer's and the contributor's part of the monthly amount, in fen."""
        rounding = self.policy.rounding
        return contribution.parts(base, self.employer_rate, self.contributor_rate, rounding)

    def parts_of_each(self, bases: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return the same of each of these bases: all employer's parts, all contributors' parts."""
        rounding = self.policy.rounding
        own = contribution.part_of_each(bases, self.employer_rate, rounding)
        if self.contributor_rate == self.employer_rate:
            return own, own
        return own, contribution.part_of_each(bases, self.contributor_rate, rounding)


class OutOfSeason(BusinessError):
    message = "基数调整仅在每年{month}月办理（{window}）"


class OutOfOpening(OutOfSeason):
    """The days are those of one opening by the center, not of every year."""

    message = "现在不在基数调整办理期间内（{window}）"


class AlreadyAdjusted(BusinessError):
    message = "{year}已办理过基数调整，每年度限办{limit}次，如需再次调整请联系所属管理部"


class EarlierMonthsOpen(BusinessError):
    message = "请先完成{last}及以前的汇缴核定（尚未核定：{months}）"


class AlreadyAssessed(BusinessError):
    message = "{month}已核定，请先删除核定或联系管理部"


class AccountNotNormal(BusinessError):
    message = "单位账户状态为{status}，不能办理基数调整，请联系所属管理部"


def people(session: Session, employer_id: int) -> dict[str, Person]:
    """Return every person of the employer by account, in the accounts' order."""
    found = map(Person._make, bulk.tuples(session, _PEOPLE, {"employer_id": employer_id}))
    return {person.account: person for person in sorted(found, key=_account)}


def opening_moments(session: Session, employer_id: int) -> dict[str, datetime]:
    """Return when each account of the employer was opened, by account."""
    opened = select(Contributor.account, Contributor.opened_at).filter_by(employer_id=employer_id)
    return dict(session.execute(opened).all())


def terms(session: Session, employer_id: int) -> Terms:
    """Return the employer's terms today. Raises PolicyMissing."""
    employer = session.execute(_EMPLOYER, {"employer_id": employer_id}).one()
    settled = max(employer.assessed_to or 0, employer.paid_to or 0)
    return Terms(
        employer.id,
        employer.number,
        employer.name,
        employer.status,
        employer.employer_rate,
        employer.contributor_rate,
        Month.of(settled) if settled else None,
        policy.in_force(session, clock.today(), employer_id),
    )


def season_objection(session: Session, terms: Terms) -> BusinessError | None:
    """Say why nothing may be entered now, or None: the window, and once a year (manual B2 注(1)).

    What was handed in within the window and the center has sent back may be mended after it.
    """
    window = terms.policy.window
    if not window.is_open(clock.today()) and not _is_sent_back(session, terms):
        refusal = OutOfSeason if window.is_yearly else OutOfOpening
        return refusal(month=window.opens.month, window=window)
    if terms.status in (EmployerStatus.CANCELLED, EmployerStatus.SEALED):
        return AccountNotNormal(status=terms.status.label)
    limit, month = terms.policy.adjustments_per_year, terms.effective_month.number
    asked = {"employer_id": terms.employer_id, "effective_month": month}
    if session.execute(_DONE, asked).scalar_one() >= limit:
        return AlreadyAdjusted(year=terms.policy.hpf_year.label, limit=limit)
    return None


def _is_sent_back(session: Session, terms: Terms) -> bool:
    """Tell whether this year's roster was submitted, and waits for what the center found wrong."""
    submitted = session.scalar(_SENT_BACK, {"employer_id": terms.employer_id})
    return (
        submitted is not None
        and Month.containing(clock.in_china(submitted).date()) >= terms.effective_month
    )


def months_objection(session: Session, terms: Terms) -> BusinessError | None:
    """Say why the chain of assessed months forbids submission, or None (domain rules 4.2).

    Deferred months wait for no assessment, they are paid back at the bases of then; nor do months
    that nobody is in.
    """
    first = terms.effective_month
    if terms.settled_to and terms.settled_to >= first:
        return AlreadyAssessed(month=f"{first.month}月")
    if not terms.policy.june_first or terms.settled_to is None:
        return None
    last = first.plus(-1)
    freed = periods.spans(session, terms.employer_id)
    open_months = terms.settled_to.plus(1).through(last)
    employer = session.get_one(Employer, terms.employer_id)
    missing = months_due.with_anybody(
        session,
        employer,
        [month for month in open_months if not any(one.covers(month) for one in freed)],
    )
    if missing:
        return EarlierMonthsOpen(last=last.label, months="、".join(map(str, missing)))
    return None
