"""Businesses that stand in each other's way: asked inside the transaction that would begin one."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.enums import AssessmentStatus, BusinessKind, CaseStatus
from data.models.case import LIVE, Case
from data.models.register import Employer
from data.models.remittance import Assessment
from services.errors import BusinessError
from services.rules.months import Month

_ROSTERS = (BusinessKind.CONTRIBUTOR_REGISTRATION, BusinessKind.SEALING, BusinessKind.UNSEALING)
#: What must not be open at the employer when this begins (domain rules, table 4.0). The business
#: itself is not here: one live case of a kind is the database's own rule.
BLOCKED_BY: Mapping[BusinessKind, tuple[BusinessKind, ...]] = {
    BusinessKind.BASE_ADJUSTMENT: (BusinessKind.RATE_ADJUSTMENT, BusinessKind.DEFERRAL),
    BusinessKind.RATE_ADJUSTMENT: (BusinessKind.BASE_ADJUSTMENT, BusinessKind.DEFERRAL),
    BusinessKind.DEFERRAL: (BusinessKind.BASE_ADJUSTMENT, BusinessKind.RATE_ADJUSTMENT),
    BusinessKind.REMITTANCE: (
        BusinessKind.BASE_ADJUSTMENT, BusinessKind.RATE_ADJUSTMENT, BusinessKind.DEFERRAL, *_ROSTERS,
    ),
}  # fmt: skip
UNBOOKED = (AssessmentStatus.ASSESSED, AssessmentStatus.APPROVED)


@dataclass(frozen=True, slots=True)
class Blocker:
    """An unfinished business that stands in the way."""

    kind: BusinessKind
    serial: str
    status: CaseStatus
    case_id: int

    def __str__(self) -> str:
        return f"{self.kind.label} {self.serial or '（清册未提交）'} {self.status.label}"


class Unfinished(BusinessError):
    message = "存在未完成的业务：{blockers}"


class MonthNotBooked(BusinessError):
    message = "{month}的汇缴已核定但尚未入账，请先完成入账或删除核定"


def blockers(session: Session, starting: BusinessKind, employer_id: int) -> list[Blocker]:
    """Return every open business that forbids `starting` at this employer.

    A roster of people counts from its first row; the others count once they are submitted.
    """
    kinds = BLOCKED_BY.get(starting, ())
    found = session.scalars(
        select(Case)
        .where(Case.employer_id == employer_id, Case.kind.in_(kinds), Case.status.in_(LIVE))
        .order_by(Case.id)
    )
    return [
        Blocker(case.kind, case.serial or "", case.status, case.id)
        for case in found
        if case.serial or case.kind in _ROSTERS
    ]


def require_free(session: Session, starting: BusinessKind, employer_id: int) -> None:
    """Raise Unfinished, naming each, where an open business forbids `starting`.

    The employer's row is locked, so that two businesses which exclude each other cannot both begin.
    """
    lock_employer(session, employer_id)
    if found := blockers(session, starting, employer_id):
        raise Unfinished(blockers="；".join(map(str, found)))


def require_booked(session: Session, employer_id: int, since: int) -> None:
    """Raise MonthNotBooked where a month from `since` (YYYYMM) on is assessed and not yet booked."""
    month = session.scalar(
        select(Assessment.month)
        .where(
            Assessment.employer_id == employer_id,
            Assessment.month >= since,
            Assessment.status.in_(UNBOOKED),
        )
        .order_by(Assessment.month)
        .limit(1)
    )
    if month:
        raise MonthNotBooked(month=Month.of(month).label)


def lock_employer(session: Session, employer_id: int) -> Employer:
    """Return the employer's row, held until the transaction ends."""
    chosen = select(Employer).where(Employer.id == employer_id).with_for_update()
    return session.scalars(chosen).one()
