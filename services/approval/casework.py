"""Cases (业务): found, begun, and whose they are."""

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.bulk import table_of
from data.enums import OFFICERS, AuditAction, Branch, BusinessKind, CaseStatus
from data.models.case import LIVE, Case, Step
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.approval.refusals import AlreadyPending, DraftGone, OtherBranch, Withdrawn
from services.errors import NotFound, Stale
from services.rules import clock

_CASE = table_of(Case).c
#: The statuses one by one: a list would be spelt into the statement anew each time.
_IS_LIVE = _CASE.status.in_([literal(status, _CASE.status.type) for status in LIVE])
_ONE_LIVE = select(Case).where(
    Case.employer_id == bindparam("employer_id"),
    Case.kind == bindparam("kind"),
    _IS_LIVE,
)
#: The case that has not ended: of one person (True) or the employer's own, to be changed (True) or read.
_LIVING = {
    (True, False): _ONE_LIVE.where(Case.contributor_id == bindparam("contributor_id")),
    (False, False): _ONE_LIVE.where(Case.contributor_id.is_(None)),
}
_LIVING |= {(of_one, True): asked.with_for_update() for (of_one, _), asked in _LIVING.items()}


def live(
    session: Session, kind: BusinessKind, employer_id: int, contributor_id: int | None = None
) -> Case | None:
    """Return the case of this kind that has not ended, the employer's or one person's, if any."""
    return _living(session, kind, employer_id, contributor_id)


def live_id(kind: BusinessKind) -> ScalarSelect[int]:
    """Return the id of the live case of `:employer_id` as a part of another statement."""
    return select(_CASE.id).where(*_is_own(kind)).scalar_subquery()


def is_draft(kind: BusinessKind) -> ColumnElement[bool]:
    """Return the condition of what `draft` returns, of `:employer_id`."""
    return and_(*_is_own(kind), _CASE.status != CaseStatus.PENDING)


def _is_own(kind: BusinessKind) -> tuple[ColumnElement[bool], ...]:
    return (
        _CASE.employer_id == bindparam("employer_id"),
        _CASE.kind == kind,
        _CASE.contributor_id.is_(None),
        _IS_LIVE,
    )


def editable(
    session: Session,
    kind: BusinessKind,
    actor: Actor,
    effective_month: int,
    contributor_id: int | None = None,
) -> Case:
    """Return the employer's open case (or that about one person), begun now if need be, and locked.

    Raises AlreadyPending while it is under review.
    """
    case = _living(session, kind, actor.employer, contributor_id, lock=True)
    if case is None:
        case = _begin(session, kind, actor, effective_month, contributor_id)
    if case.status is CaseStatus.PENDING:
        raise AlreadyPending
    return case


def begun(session: Session, kind: BusinessKind, actor: Actor) -> Case | None:
    """Return the employer's open case, locked, if there is one. Raises AlreadyPending as `editable`."""
    case = _living(session, kind, actor.employer, None, lock=True)
    if case and case.status is CaseStatus.PENDING:
        raise AlreadyPending
    return case


def draft(session: Session, kind: BusinessKind, actor: Actor) -> Case:
    """Return the employer's open case, locked, for one who has seen it.

    Raises DraftGone where there is none any more, AlreadyPending while it is under review.
    """
    case = begun(session, kind, actor)
    if case is None:
        raise DraftGone
    return case


def was_submitted(session: Session, case: Case, client_id: str) -> bool:
    """Tell whether this very click has submitted the case already. Raises Stale where it was another's."""
    whose = session.scalar(select(Step.case_id).filter_by(client_id=client_id))
    if whose not in (None, case.id):
        raise Stale
    return whose is not None


def discard(session: Session, case: Case) -> None:
    """Forget a draft that holds nothing any more; whatever was submitted once is kept."""
    if case.status is CaseStatus.DRAFT:
        session.delete(case)
        session.flush()


def require_branch(session: Session, case: Case, actor: Actor) -> None:
    """Raise OtherBranch unless the case's employer belongs to the officer's branch."""
    require_own(session.scalar(select(Employer.branch).filter_by(id=case.employer_id)), actor)


def require_own(branch: Branch | None, actor: Actor) -> None:
    """Raise OtherBranch unless this, an employer's branch, is the officer's."""
    if actor.branch is None or branch is not actor.branch:
        raise OtherBranch


def own(session: Session, case_id: int, actor: Actor) -> Case:
    """Return a case of the clerk's own employer. Raises NotFound for everybody else's."""
    case = session.scalar(
        select(Case).filter_by(id=case_id, employer_id=actor.employer).with_for_update()
    )
    if case is None:
        raise NotFound(what="该业务")
    return case


def of_branch(session: Session, case_id: int, actor: Actor, *, to_look: bool = False) -> Case:
    """Return a submitted case of the officer's branch, locked.

    Who belongs to no branch sees the whole center, `to_look` only. Raises NotFound, OtherBranch,
    Withdrawn.
    """
    actor.require(*OFFICERS)
    case = session.scalar(select(Case).filter_by(id=case_id).with_for_update())
    if case is None or case.status is CaseStatus.DRAFT:
        raise NotFound(what="该业务")
    if not (to_look and actor.branch is None):
        require_branch(session, case, actor)
    if case.status is CaseStatus.WITHDRAWN:
        raise Withdrawn
    return case


def _living(
    session: Session,
    kind: BusinessKind,
    employer_id: int,
    contributor_id: int | None,
    *,
    lock: bool = False,
) -> Case | None:
    asked = _LIVING[contributor_id is not None, lock]
    about = {"employer_id": employer_id, "kind": kind, "contributor_id": contributor_id}
    return session.scalar(asked, about)


def is_live() -> ColumnElement[bool]:
    """Return the condition of a case that has not ended."""
    return Case.status.in_(LIVE)


def _begin(
    session: Session,
    kind: BusinessKind,
    actor: Actor,
    effective_month: int,
    contributor_id: int | None,
) -> Case:
    case = Case(
        employer_id=actor.employer,
        kind=kind,
        status=CaseStatus.DRAFT,
        effective_month=effective_month,
        contributor_id=contributor_id,
        form={},
        started_by=actor.user_id,
        started_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(case)
    except IntegrityError:  # the employer's other clerk began it in this very moment
        again = _living(session, kind, actor.employer, contributor_id, lock=True)
        if again is None:
            raise
        return again
    audit.record(session, actor, AuditAction.CASE_BEGUN, about(case), kind=kind.value)
    return case


def about(case: Case) -> str:
    """Return what the audit calls a case."""
    return about_number(case.id)


def about_number(case_id: int) -> str:
    return f"case:{case_id}"
