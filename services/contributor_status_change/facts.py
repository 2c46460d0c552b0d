"""What sealing (封存) and unsealing (启封) are judged by: the employer, and each person's account."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.codes import SealReason, UnsealReason
from data.enums import BusinessKind, ChangeKind, ContributorStatus, EmployerStatus, LabelledEnum
from data.models.case import LIVE, Case
from data.models.register import Contributor, ContributorChange, Employer
from data.models.status_change import StatusChangeLine
from services import policy, standing
from services.deferral import periods
from services.errors import BusinessError
from services.policy import Policy
from services.rules import clock, contribution, effective
from services.rules.effective import Settled, Span
from services.rules.months import Month

SEALING, UNSEALING = BusinessKind.SEALING, BusinessKind.UNSEALING
KINDS = (SEALING, UNSEALING)
VERBS = {SEALING: "封存", UNSEALING: "启封"}
REASONS: Mapping[BusinessKind, type[LabelledEnum]] = {SEALING: SealReason, UNSEALING: UnsealReason}
#: The reasons that say nothing without a note (说明).
UNSPECIFIC = (SealReason.OTHER.value, UnsealReason.OTHER.value)
#: The status an account must have, and the one it gets.
BEFORE = {SEALING: ContributorStatus.NORMAL, UNSEALING: ContributorStatus.SEALED}
AFTER = {SEALING: ContributorStatus.SEALED, UNSEALING: ContributorStatus.NORMAL}


class EmployerNotOpen(BusinessError):
    message = "单位已{status}，不能办理缴存人{verb}，请联系所属管理部"


class UnknownKind(BusinessError):
    message = "请选择封存或启封"


class Terms(NamedTuple):
    """The employer's side today, for one of the two kinds."""

    kind: BusinessKind
    employer_id: int
    number: str
    status: EmployerStatus
    employer_rate: int
    contributor_rate: int
    settled: Settled
    span: Span
    """The months from which a change may take effect."""
    policy: Policy

    @property
    def verb(self) -> str:
        return VERBS[self.kind]

    @property
    def objection(self) -> EmployerNotOpen | None:
        """Why this employer may change nobody's status, or None."""
        if self.status in (EmployerStatus.SEALED, EmployerStatus.CANCELLED):
            return EmployerNotOpen(status=self.status.label, verb=self.verb)
        return None

    def parts(self, base: int) -> tuple[int, int]:
        """Return the employer's and the contributor's part of the monthly amount, all in fen."""
        rounding = self.policy.rounding
        return contribution.parts(base, self.employer_rate, self.contributor_rate, rounding)

    def base_objection(self, base: int) -> str | None:
        """Say why this base (fen) is not within today's limits, or None."""
        return self.policy.limits.objection(base, sum(self.parts(base)))


def require_kind(kind: BusinessKind) -> None:
    """Raise UnknownKind unless it is one of the two: what a caller names may be any business."""
    if kind not in KINDS:
        raise UnknownKind


def terms(session: Session, kind: BusinessKind, employer_id: int) -> Terms:
    """Return the employer's terms today. Raises UnknownKind, PolicyMissing."""
    require_kind(kind)
    employer = session.get_one(Employer, employer_id)
    settled = periods.settled(session, employer)
    today = clock.today()
    return Terms(
        kind,
        employer.id,
        employer.number,
        employer.status,
        employer.employer_rate,
        employer.contributor_rate,
        settled,
        effective.span(Month.containing(today), Month.of(employer.first_month), settled.to),
        policy.in_force(session, today, employer_id),
    )


def people(
    session: Session,
    employer_id: int,
    *,
    accounts: Collection[str] | None = None,
    is_held: bool = False,
) -> dict[str, Contributor]:
    """Return the employer's people by account, in the accounts' order; `is_held` locks their rows."""
    chosen = select(Contributor).where(Contributor.employer_id == employer_id)
    if accounts is not None:
        chosen = chosen.where(Contributor.account.in_(list(accounts)))
    if is_held:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(chosen.order_by(Contributor.account))
    return {person.account: person for person in found}


def on_other_rosters(
    session: Session, kind: BusinessKind, employer_id: int
) -> dict[int, BusinessKind]:
    """Return who of the employer stands on the open roster of the other kind, by person."""
    rows = session.execute(
        select(StatusChangeLine.contributor_id, Case.kind)
        .join(Case, Case.id == StatusChangeLine.case_id)
        .where(
            StatusChangeLine.employer_id == employer_id,
            Case.kind.in_([other for other in KINDS if other is not kind]),
            Case.status.in_(LIVE),
        )
    )
    return dict(rows.all())


def status_objection(terms: Terms, person: Contributor, other: BusinessKind | None) -> str | None:
    """Say why this person's account can't be changed so, or None."""
    if person.status is not BEFORE[terms.kind]:
        if person.sealed_month and standing.status(person) is not person.status:
            return f"该职工已办理封存，自{Month.of(person.sealed_month)}起生效"
        if person.rest_until and standing.rests(person):
            return f"该职工已办理启封，自{Month.of(person.rest_until)}起生效"
        return f"当前状态为{person.status.label}，不能办理{terms.verb}"
    if other:
        return f"该职工已有{VERBS[other]}业务在办，请先办结或从清册中删除"
    return None


def unassessed(terms: Terms, person: Contributor) -> Month | None:
    """Return the last month before the sealing where it has still to be assessed, at the old base."""
    if person.sealed_month is None:
        return None
    before = Month.of(person.sealed_month).plus(-1)
    settled_to = terms.settled.to
    first = settled_to.plus(1) if settled_to else Month.of(person.first_month)
    return before if first <= before else None


def last_changes(session: Session, employer_id: int) -> dict[int, Month]:
    """Return from when the last change of status at this employer is in effect, by person."""
    change = ContributorChange
    rows = session.execute(
        select(change.contributor_id, func.max(change.effective_month))
        .where(
            change.employer_id == employer_id,
            change.kind.in_((ChangeKind.SEALED, ChangeKind.UNSEALED)),
        )
        .group_by(change.contributor_id)
    )
    return {person: Month.of(month) for person, month in rows}


def month_objection(
    terms: Terms, person: Contributor, month: Month, since: Month | None
) -> str | None:
    """Say why the change may not take effect from this month, or None.

    `since` is the month of the person's last change: one before it would rewrite the months between.
    """
    late = effective.BACK_PAID if terms.kind is UNSEALING else effective.CORRECTED
    if reason := terms.span.objection(month, "生效年月", settled=terms.settled, late=late):
        return reason
    first = Month.of(person.first_month)
    if month < first:
        return f"生效年月{month}早于该职工首次汇缴年月，最早可填{first}"
    if terms.kind is UNSEALING:
        return _unsealing_objection(person, month)
    if since and month < since:
        return f"生效年月{month}早于该职工上次状态变更的生效年月，最早可填{since}"
    return None


def _unsealing_objection(person: Contributor, month: Month) -> str | None:
    if person.sealed_month and month.number < person.sealed_month:
        return f"生效年月{month}早于该职工封存年月，最早可填{Month.of(person.sealed_month)}"
    if person.paid_to and month.number <= person.paid_to:
        paid_to = Month.of(person.paid_to)
        return f"该职工已缴至{paid_to}，生效年月最早可填{paid_to.plus(1)}"
    return None
