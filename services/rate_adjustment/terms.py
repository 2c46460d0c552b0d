"""What a rate adjustment is judged by: the rates allowed, the months, once a year (domain rules 4.5)."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.enums import BusinessKind, CaseStatus, EmployerStatus
from data.models.case import Case
from data.models.register import Employer
from services import policy
from services.deferral import periods
from services.errors import BusinessError
from services.policy import Policy
from services.rules import clock
from services.rules.months import HpfYear, Month

REFUSED = (EmployerStatus.DEFERRED, EmployerStatus.CANCELLED, EmployerStatus.SEALED)


class Terms(NamedTuple):
    """The employer's side, and the policy in force today. Rates are whole percent."""

    employer_id: int
    status: EmployerStatus
    employer_rate: int
    contributor_rate: int
    due: Month
    """应汇缴年月: the month to assess next."""
    policy: Policy

    @property
    def choices(self) -> list[int]:
        """The rates that may be chosen, each for both sides: all allowed ones but the present."""
        allowed = range(self.policy.rate_min, self.policy.rate_max + 1)
        return [rate for rate in allowed if not self.are_present(rate, rate)]

    @property
    def months(self) -> list[Month]:
        """The months from which new rates may run: from the one due to the current one."""
        return self.due.through(max(self.due, Month.containing(clock.today())))

    def are_present(self, employer_rate: int, contributor_rate: int) -> bool:
        return (employer_rate, contributor_rate) == (self.employer_rate, self.contributor_rate)


class RateOutOfRange(BusinessError):
    message = "缴存比例须在{low}%至{high}%之间"


class RateNotWhole(BusinessError):
    message = "缴存比例须为整数"


class RatesDiffer(BusinessError):
    message = "单位与个人缴存比例须一致"


class RateUnchanged(BusinessError):
    message = "调整后缴存比例与现缴存比例相同，请选择其他比例"


class AlreadyChanged(BusinessError):
    message = "{year}已办理过缴存比例调整，每年度限办{limit}次，如需再次调整请联系所属管理部"


class AccountNotNormal(BusinessError):
    message = "单位账户状态为{status}，不能办理缴存比例调整，请联系所属管理部"


class MonthOutOfRange(BusinessError):
    message = "生效年月须在{first}至{last}之间"


class EarlierMonthsOpen(BusinessError):
    message = "请先完成{last}及以前的汇缴核定（尚未核定：{months}），或选择{due}起生效"


def terms(session: Session, employer_id: int) -> Terms:
    """Return the employer's terms today. Raises PolicyMissing."""
    employer = session.get_one(Employer, employer_id)
    return Terms(
        employer.id,
        employer.status,
        employer.employer_rate,
        employer.contributor_rate,
        periods.due(session, employer),
        policy.in_force(session, clock.today(), employer_id),
    )


def require_rates(
    terms: Terms, employer_rate: Decimal | int, contributor_rate: Decimal | int
) -> None:
    """Raise where these may not be the new rates: RateNotWhole, RateOutOfRange, RatesDiffer, …."""
    low, high = terms.policy.rate_min, terms.policy.rate_max
    for rate in (employer_rate, contributor_rate):
        if rate != int(rate):
            raise RateNotWhole
        if not low <= rate <= high:
            raise RateOutOfRange(low=low, high=high)
    if employer_rate != contributor_rate:
        raise RatesDiffer
    if terms.are_present(int(employer_rate), int(contributor_rate)):
        raise RateUnchanged


def season_objection(session: Session, terms: Terms, month: Month) -> BusinessError | None:
    """Say why no rate may be changed from `month` on: the account, and how often a year."""
    if terms.status in REFUSED:
        return AccountNotNormal(status=terms.status.label)
    year = HpfYear.of(month, terms.policy.hpf_year.first.month)
    done = (
        select(func.count())
        .select_from(Case)
        .where(
            Case.employer_id == terms.employer_id,
            Case.kind == BusinessKind.RATE_ADJUSTMENT,
            Case.status == CaseStatus.APPROVED,
            Case.effective_month.between(year.first.number, year.last.number),
        )
    )
    limit = terms.policy.rate_changes_per_year
    if session.scalars(done).one() >= limit:
        return AlreadyChanged(year=year.label, limit=limit)
    return None


def month_objection(terms: Terms, month: Month) -> BusinessError | None:
    """Say why new rates may not run from `month`, or None.

    Amounts change with the approval, so that a month before `month` which is still to be assessed
    would be assessed at the new rates: it comes first.
    """
    if month not in terms.months:
        return MonthOutOfRange(first=terms.months[0].label, last=terms.months[-1].label)
    if month > terms.due:
        last = month.plus(-1)
        missing = "、".join(map(str, terms.due.through(last)))
        return EarlierMonthsOpen(last=last.label, months=missing, due=terms.due.label)
    return None
