"""What happens to a month after it was assessed, written into the trail of its case.

The case itself has ended with the assessment: its status is the engine's and stays as it is.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.enums import OFFICERS, Action, AuditAction, BusinessKind, Channel
from data.models.case import Case, Message, Step
from data.models.register import Employer
from data.models.remittance import Assessment
from services import audit
from services.actor import Actor
from services.approval import evidence
from services.approval.sheet import Figure, Sheet
from services.rules import clock
from services.rules.months import Month

_TOLD = {
    Action.APPROVE: AuditAction.MONTH_APPROVED,
    Action.RETURN: AuditAction.MONTH_RETURNED,
    Action.CLOSE: AuditAction.MONTH_DELETED,
}


def note(
    session: Session, assessment: Assessment, actor: Actor, action: Action, opinion: str
) -> None:
    """Append a step to the case of an assessment; months taken over have no case and no trail.

    The audit tells of both.
    """
    audit.record(
        session, actor, _TOLD[action], f"assessment:{assessment.id}",
        employer=assessment.employer_id, month=assessment.month, status=assessment.status.value,
    )  # fmt: skip
    if assessment.case_id is None:
        return
    chosen = select(Case).where(Case.id == assessment.case_id).with_for_update()
    case = session.scalars(chosen).one()
    evidence_id = None
    if action in evidence.SIGNED:
        evidence_id = evidence.witness(
            session, actor, case, action, lambda: sheet(assessment), opinion=opinion
        )
    case.version += 1
    before = select(Step.taken_at).where(Step.case_id == case.id).order_by(Step.id.desc()).limit(1)
    session.add(
        Step(
            case_id=case.id, version=case.version, action=action, status=case.status,
            level=1 if actor.role in OFFICERS else 0, user_id=actor.user_id,
            user_name=actor.name, role=actor.role.label, opinion=opinion, channel=Channel.HALL,
            arrived_at=session.scalar(before) or case.started_at, taken_at=clock.now(),
            evidence_id=evidence_id,
        )
    )  # fmt: skip


def sheet(assessment: Assessment) -> Sheet:
    """Return a month as its decision states it."""
    total = assessment.employer_amount + assessment.contributor_amount
    return Sheet(
        [
            Figure("汇缴年月", Month.of(assessment.month).label),
            Figure("类型", assessment.kind.label),
            Figure("人数", f"{assessment.heads:,}"),
            Figure("金额", f"{total:,.2f}"),
        ]
    )


def tell(session: Session, assessment: Assessment, text: str) -> None:
    """Send the employer a message about one of its months."""
    if assessment.case_id:
        employer = session.get_one(Employer, assessment.employer_id)
        tell_employer(session, employer, text, assessment.case_id)


def tell_employer(
    session: Session, employer: Employer, text: str, case_id: int | None = None
) -> None:
    """Send the employer a message about its remittance."""
    session.add(
        Message(
            employer_id=employer.id, case_id=case_id, kind=BusinessKind.REMITTANCE,
            text=f"尊敬的{employer.name}，{text}", channel=Channel.HALL, sent_at=clock.now(),
        )
    )  # fmt: skip
