"""What a deferral and its release ask for: which of the two, the months, the reason, the papers."""

from enum import StrEnum

from sqlalchemy.orm import Session

from data.enums import EmployerStatus
from data.models.case import Case
from data.models.register import Employer
from services import policy
from services.approval.requirements import Material
from services.deferral import periods
from services.errors import BusinessError
from services.rules import clock
from services.rules.months import Month

REASON_LENGTH = 200


class Act(StrEnum):
    """Which of the two a case asks for."""

    DEFER = "defer"
    RELEASE = "release"

    @property
    def label(self) -> str:
        return "缓缴" if self is Act.DEFER else "解除缓缴"


MATERIALS = {
    Act.DEFER: (
        Material("101001", "缓缴申请表"),
        Material("101002", "职工代表大会或工会决议"),
        Material("101003", "近一年财务报表/亏损证明", required=False),
    ),
    Act.RELEASE: (Material("101004", "解除缓缴申请表"),),
}


class NeverPaid(BusinessError):
    message = "单位尚未缴存过，不能申请缓缴"


class AlreadyDeferred(BusinessError):
    message = "单位已在缓缴期内"


class NotDeferred(BusinessError):
    message = "单位不在缓缴期内，不能解除缓缴"


class AccountNotNormal(BusinessError):
    message = "单位账户状态为{status}，不能办理缓缴，请联系所属管理部"


class NotFromDueMonth(BusinessError):
    message = "缓缴须从应汇缴年月开始（{due}）"


class ReleasedAlready(BusinessError):
    message = "已办理解除缓缴，自{month}起恢复汇缴，无需再次办理"


class MonthOutOfRange(BusinessError):
    message = "{what}须在{first}至{last}之间"


class NoRelease(BusinessError):
    message = "缓缴期仅{month}一个月，期满后自动恢复正常，无需解除"


class NoReason(BusinessError):
    message = "请填写{what}原因"


class ReasonTooLong(BusinessError):
    message = "{what}原因最多{limit}字，请精简后再提交"


def asked(session: Session, employer_id: int) -> Act:
    """Tell which of the two the employer's state allows (manual B10 (2))."""
    status = session.get_one(Employer, employer_id).status
    if status is EmployerStatus.DEFERRED or periods.running(session, employer_id):
        return Act.RELEASE
    return Act.DEFER


def due(session: Session, employer_id: int) -> Month:
    """Return the month from which a deferral runs: the one to assess next (应汇缴年月)."""
    return periods.due(session, session.get_one(Employer, employer_id))


def choices(session: Session, employer_id: int, act: Act) -> list[Month]:
    """Return the months to choose from: the last of a deferral, or the one that a release starts."""
    if act is Act.DEFER:
        first = due(session, employer_id)
        most = policy.in_force(session, clock.today(), employer_id).deferral_months
        return first.through(first.plus(most - 1))
    running = periods.running(session, employer_id)
    if running is None:
        return []
    return Month.of(running.first_month).plus(1).through(Month.of(running.last_month))


def objection(session: Session, employer_id: int, act: Act) -> BusinessError | None:
    """Say why the employer may not ask for this at all, or None."""
    employer = session.get_one(Employer, employer_id)
    running = periods.running(session, employer_id)
    if act is Act.RELEASE:
        if running is None:
            return _nothing_to_end(session, employer_id)
        if running.first_month == running.last_month:
            return NoRelease(month=Month.of(running.first_month).label)
        return None
    if running is not None or employer.status is EmployerStatus.DEFERRED:
        return AlreadyDeferred()
    if employer.status is not EmployerStatus.NORMAL:
        return AccountNotNormal(status=employer.status.label)
    return NeverPaid() if employer.paid_to is None else None


def _nothing_to_end(session: Session, employer_id: int) -> BusinessError:
    released = periods.lasting(session, employer_id)
    if released and released.ended_month:
        return ReleasedAlready(month=Month.of(released.ended_month).label)
    return NotDeferred()


def require_month(session: Session, employer_id: int, act: Act, month: Month) -> None:
    """Raise MonthOutOfRange unless `month` is one of the choices."""
    allowed = choices(session, employer_id, act)
    if month not in allowed:
        what = "缓缴结束年月" if act is Act.DEFER else "解除缓缴年月"
        raise MonthOutOfRange(what=what, first=allowed[0].label, last=allowed[-1].label)


def require_reason(act: Act, reason: str) -> None:
    """Raise NoReason or ReasonTooLong."""
    if not reason.strip():
        raise NoReason(what=act.label)
    if len(reason) > REASON_LENGTH:
        raise ReasonTooLong(what=act.label, limit=REASON_LENGTH)


def fill_in(session: Session, case: Case, act: Act, month: Month | None, reason: str) -> None:
    """Write down on the case what is asked for. `last` is the end, or the month of the release."""
    running = periods.running(session, case.employer_id)
    first = Month.of(running.first_month) if running else due(session, case.employer_id)
    case.form = {
        "act": act.value,
        "first": str(first.number),
        "last": str(month.number) if month else "",
        "reason": reason[:REASON_LENGTH].strip(),
    }
    case.effective_month = (month if act is Act.RELEASE and month else first).number
