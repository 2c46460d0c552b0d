"""An assessment as a case: its checks, its effect, what an officer sees of it.

It takes effect at once (`docs/decisions/0005-assessment-and-approval.md`); the center's approval
is a later status of the month itself, in `desk`.
"""

from decimal import Decimal

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from data.base import YuanType
from data.enums import AssessmentStatus, BusinessKind, EmployerStatus, RemittanceKind
from data.models.case import Case
from data.models.register import Employer
from data.models.remittance import Assessment, AssessmentLine
from services import months_due, past_months
from services.approval import conflicts
from services.approval.kind import ApprovalKind
from services.approval.sheet import Figure, Sheet
from services.deferral import periods
from services.errors import BusinessError
from services.remittance import chain, matrix, reckoning
from services.remittance.matrix import Matrix
from services.rules import clock
from services.rules.amounts import signed
from services.rules.months import Month
from services.summary import keep


class NobodyDue(BusinessError):
    message = "{month}没有正常状态的缴存人，不能核定"


class NotDeferred(BusinessError):
    message = "{month}不是待补缴的缓缴月份"


class OldestFirst(BusinessError):
    message = "缓缴月份应从{month}起依次补缴"


def require(session: Session, employer: Employer, month: Month, kind: RemittanceKind) -> None:
    """Raise where this month may not be assessed now (domain rules 4.3)."""
    if kind is RemittanceKind.DEFERRED:
        _require_deferred(session, employer, month)
    elif objection := chain.read(session, employer).objection(month):
        raise objection
    conflicts.require_free(session, BusinessKind.REMITTANCE, employer.id)
    if nobody := emptiness(_reckoned(session, employer, month, kind)):
        raise nobody


def _reckoned(session: Session, employer: Employer, month: Month, kind: RemittanceKind) -> Matrix:
    if kind is RemittanceKind.DEFERRED:
        return reckoning.as_they_were(session, employer, [month])[0]
    return reckoning.in_a_row(session, employer, [month])[0]


def emptiness(found: Matrix) -> BusinessError | None:
    """Say that nobody is in the month, or that nothing is due, or None."""
    if found.heads and found.amount:
        return None
    return NobodyDue(month=found.month.label)


def _require_deferred(session: Session, employer: Employer, month: Month) -> None:
    if employer.status is not EmployerStatus.NORMAL:
        raise chain.AccountNotNormal(status=employer.status.label)
    months = periods.unpaid(session, employer.id)
    if month not in months:
        raise NotDeferred(month=month.label)
    if month != months[0]:
        raise OldestFirst(month=months[0].label)


def _check(session: Session, case: Case) -> None:
    employer = session.get_one(Employer, case.employer_id)
    require(session, employer, Month.of(case.effective_month), kind_of(case))


def kind_of(case: Case) -> RemittanceKind:
    code = case.form.get("kind", RemittanceKind.REGULAR.value)
    return next(kind for kind in RemittanceKind if kind.value == code)


def _apply(session: Session, case: Case) -> None:
    """Write the month and the snapshot of everybody in it; the chain moves on."""
    employer = session.get_one(Employer, case.employer_id)
    month = Month.of(case.effective_month)
    assessment = _written(case, _reckoned(session, employer, month, kind_of(case)))
    session.add(assessment)
    session.flush()
    _write_lines(session, employer, assessment)
    if assessment.kind is RemittanceKind.REGULAR:
        employer.assessed_to = month.number
    _require_same(session, assessment)
    keep.assessed(session, [assessment])


def _written(case: Case, found: Matrix) -> Assessment:
    return Assessment(
        case_id=case.id, employer_id=case.employer_id, month=case.effective_month,
        kind=kind_of(case), status=AssessmentStatus.ASSESSED, last_heads=found.last_heads,
        last_amount=found.last_amount, plus_heads=found.plus_heads, plus_amount=found.plus_amount,
        minus_heads=found.minus_heads, minus_amount=found.minus_amount,
        difference=found.difference, heads=found.heads, employer_amount=found.employer_amount,
        contributor_amount=found.contributor_amount, assessed_by=case.submitted_by,
        assessed_at=clock.now(),
    )  # fmt: skip


def _write_lines(session: Session, employer: Employer, assessment: Assessment) -> None:
    """Write everybody in the month: as of now, or as of then where more has changed since."""
    month = Month.of(assessment.month)
    is_paid_back = assessment.kind is RemittanceKind.DEFERRED
    if is_paid_back or past_months.has_changed(session, employer, month):
        (due,) = past_months.due(session, employer, [month])
        session.execute(
            insert(AssessmentLine),
            [
                {**line._asdict(), "assessment_id": assessment.id, "employer_id": employer.id}
                for line in due.lines
            ],
        )
        return
    people = months_due.people(employer, month).subquery()
    session.execute(
        insert(AssessmentLine).from_select(
            ["assessment_id", "employer_id", *people.c.keys()],
            select(literal(assessment.id), literal(employer.id), *people.c),
        )
    )


def _require_same(session: Session, assessment: Assessment) -> None:
    """Raise OutOfBalance unless the lines written are the month's head count and amounts."""
    line = AssessmentLine
    written = session.execute(
        select(
            func.count(),
            func.sum(line.employer_amount, type_=YuanType()),
            func.sum(line.contributor_amount, type_=YuanType()),
        ).where(line.assessment_id == assessment.id, line.employer_id == assessment.employer_id)
    ).one()
    stated = (assessment.heads, assessment.employer_amount, assessment.contributor_amount)
    if tuple(written) != stated:
        raise matrix.OutOfBalance(stated, written)


def _present(session: Session, case: Case) -> Sheet:
    """Return the month's matrix as figures: as assessed, or as it would be now."""
    found = session.scalar(select(Assessment).where(Assessment.case_id == case.id))
    if found:
        total = found.employer_amount + found.contributor_amount
        return _sheet(found, found.kind, found.status.label, total)
    employer = session.get_one(Employer, case.employer_id)
    month, kind = Month.of(case.effective_month), kind_of(case)
    due = _reckoned(session, employer, month, kind)
    return _sheet(due, kind, "待核定", due.amount)


def _sheet(found: Assessment | Matrix, kind: RemittanceKind, status: str, total: Decimal) -> Sheet:
    month = found.month if isinstance(found.month, Month) else Month.of(found.month)
    return Sheet(
        [
            Figure("汇缴年月", month.label),
            Figure("类型", kind.label),
            Figure("状态", status),
            Figure("上月汇缴", f"{found.last_heads:,}人 / {found.last_amount:,.2f}"),
            Figure("本月增加", f"{found.plus_heads:,}人 / {found.plus_amount:,.2f}"),
            Figure("本月减少", f"{found.minus_heads:,}人 / {found.minus_amount:,.2f}"),
            Figure("差额", signed(found.difference)),
            Figure("本月汇缴", f"{found.heads:,}人 / {total:,.2f}"),
        ]
    )


KIND = ApprovalKind(
    BusinessKind.REMITTANCE,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理汇缴核定",
    levels=(),
)
KINDS = (KIND,)
