"""What an employer's file lists (单位档案): its people by account, its cases."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from data.database import snapshot
from data.enums import ADMINISTRATORS, OFFICERS, CaseStatus, ContributorStatus, Role
from data.models.case import Case
from data.models.people import User
from data.models.register import Contributor
from services import audit, standing
from services.actor import Actor
from services.approval import history
from services.approval.history import Stage
from services.businesses import BY_CODE
from services.errors import NotFound
from services.register import scope
from services.rules import clock, identity
from services.rules.months import Month

A_PAGE = 50
MOST_CASES = 100


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
    id: int
    serial: str
    kind: str
    status: CaseStatus
    effective_month: Month
    started_by: str
    submitted_at: datetime | None
    ended_at: datetime | None


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
            CaseRow(row.id, row.serial or "", row.kind.label, row.status, Month.of(row.effective_month),
                    name, _moment(row.submitted_at), _moment(row.ended_at))
            for row, name in rows
        ]  # fmt: skip


@audit.refusals
def course(actor: Actor, case_id: int) -> list[Stage]:
    """Return the flow (流程图) of a submitted case: who decided what, when. Raises NotFound, NotAllowed."""
    actor.require(*OFFICERS, *ADMINISTRATORS, Role.AUDITOR)
    with snapshot() as session:
        case = session.get(Case, case_id)
        if case is None or case.serial is None:
            raise NotFound(what="该业务")
        scope.employer(session, actor, case.employer_id)
        return history.course(session, BY_CODE[case.kind], case)


def _moment(at: datetime | None) -> datetime | None:
    return clock.in_china(at) if at else None
