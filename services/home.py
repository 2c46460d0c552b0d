"""The employer's home (首页, manual H1): who the employer is, its account, its clerk, what is due."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import dropwhile

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import BusinessKind, CaseStatus, ContributorStatus
from data.models.case import Case
from data.models.people import User
from data.models.register import Employer
from services import audit, months_due, standing
from services.actor import Actor
from services.approval import casework
from services.deferral import periods
from services.rules import clock
from services.rules.months import Month


@dataclass(frozen=True, slots=True)
class Home:
    """What the home shows. Amounts are yuan a month."""

    name: str
    number: str
    uscc: str
    kind: str
    branch: str
    address: str
    status: str
    rates: str
    normal: int
    sealed: int
    monthly_amount: Decimal
    paid_to: str
    assessed_to: str
    clerk: str
    clerk_mobile: str
    clerk_landline: str
    next_month: Month
    """应核定年月: the month to assess next."""
    due_months: list[Month]
    """The months to assess, up to the current one; none where all are assessed."""
    open_cases: dict[BusinessKind, dict[CaseStatus, int]]
    """How many cases of each business have not ended, by where they stand."""


@audit.refusals
def home(actor: Actor) -> Home:
    """Return the home of the clerk's employer."""
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        clerk = session.get_one(User, actor.user_id)
        people, due = standing.counted(session, employer.id)
        cases = session.execute(
            select(Case.kind, Case.status, func.count())
            .where(Case.employer_id == employer.id, casework.is_live())
            .group_by(Case.kind, Case.status)
        )
        next_month, due_months = _due(session, employer)
        assessed_to = periods.assessed_to(session, employer)
        deferral = periods.lasting(session, employer.id)
        open_cases: dict[BusinessKind, dict[CaseStatus, int]] = {}
        for kind, stands, count in cases:
            open_cases.setdefault(kind, {})[stands] = count
    status = employer.status.label + (f"（{periods.label(deferral)}）" if deferral else "")
    return Home(
        employer.name, employer.number, employer.uscc, employer.kind.label, employer.branch.label,
        employer.address, status,
        f"单位{employer.employer_rate}% + 个人{employer.contributor_rate}%",
        people[ContributorStatus.NORMAL], people[ContributorStatus.SEALED], due,
        _month(employer.paid_to), assessed_to.label if assessed_to else "—",
        clerk.name, clerk.mobile, clerk.landline, next_month, due_months, open_cases,
    )  # fmt: skip


def _due(session: Session, employer: Employer) -> tuple[Month, list[Month]]:
    """Return the month to assess next, and all up to the current one; none at first that nobody is in."""
    first = periods.due(session, employer)
    months = first.through(Month.containing(clock.today()))
    filled = set(months_due.with_anybody(session, employer, months))
    left = list(dropwhile(lambda month: month not in filled, months)) or months
    return (left or [first])[0], left


def _month(number: int | None) -> str:
    return Month.of(number).label if number else "—"
