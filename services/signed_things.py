"""What was signed (签名事项): the case, correction or change a signature is about, and who may have it."""

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from data.enums import ADMINISTRATORS, OFFICERS, Role
from data.models.case import Case, Step
from data.models.ledger import MoneyCorrection
from data.models.proposal import Proposal
from data.models.register import Employer
from services.actor import Actor

READERS = (Role.CLERK, *OFFICERS, *ADMINISTRATORS, Role.AUDITOR)


def name_of(session: Session, actor: Actor, evidence_id: int) -> str | None:
    """Return what a signature's file is called, None where this person may have none.

    Of a case: for the clerks of its employer, the branch's officers, the auditor. Of a correction:
    for the latter two. Of a change of policy or role: for administrators and the auditor.
    """
    if actor.role in ADMINISTRATORS:
        return _of_proposal(session, evidence_id)
    found = _of_case(session, actor, evidence_id)
    if actor.role is not Role.CLERK:
        found = found or _of_correction(session, actor, evidence_id)
    if actor.role is Role.AUDITOR:
        found = found or _of_proposal(session, evidence_id)
    return found


def _of_case(session: Session, actor: Actor, evidence_id: int) -> str | None:
    chosen = (
        select(Case.serial)
        .join(Step, Step.case_id == Case.id)
        .join(Employer, Employer.id == Case.employer_id)
        .where(Step.evidence_id == evidence_id, _own(actor))
    )
    return session.scalar(chosen.limit(1))


def _of_correction(session: Session, actor: Actor, evidence_id: int) -> str | None:
    chosen = (
        select(MoneyCorrection.id)
        .join(Employer, Employer.id == MoneyCorrection.employer_id)
        .where(
            or_(
                MoneyCorrection.proposal_evidence_id == evidence_id,
                MoneyCorrection.decision_evidence_id == evidence_id,
            ),
            _own(actor),
        )
    )
    number = session.scalar(chosen.limit(1))
    return f"资金更正{number}" if number else None


def _of_proposal(session: Session, evidence_id: int) -> str | None:
    chosen = select(Proposal.id).where(
        or_(
            Proposal.proposal_evidence_id == evidence_id,
            Proposal.decision_evidence_id == evidence_id,
        )
    )
    number = session.scalar(chosen.limit(1))
    return f"变更{number}" if number else None


def _own(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.CLERK:
        return Employer.id == actor.employer
    return true() if actor.role is Role.AUDITOR else Employer.branch == actor.branch
