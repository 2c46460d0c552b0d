"""What a change of policy will affect (影响试算), reckoned on today's register before anybody confirms it."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import ADMINISTRATORS, CaseStatus
from data.models.case import Case
from data.models.proposal import Proposal
from data.models.register import Employer
from data.policy_codes import PolicyKey, ProposalTopic
from services import audit, businesses, policy
from services.actor import Actor
from services.administration import policy_changes, policy_view
from services.administration.effects_by_topic import MOST_LINES, OF_TOPIC, Asked, Effect
from services.approval import engine
from services.errors import NotFound
from services.policy import Supposed

MOST_CASES = 300
_KEYS = {key.value: key for key in PolicyKey}


@audit.refusals
def of_proposal(actor: Actor, proposal_id: int) -> list[Effect]:
    """Return what a proposal would do if it held today. Raises NotFound, NotAllowed."""
    actor.require(*policy_view.READERS)
    with snapshot() as session:
        row = session.get(Proposal, proposal_id)
        if row is None or row.topic is ProposalTopic.USER:
            raise NotFound(what="该变更")
        return _effects(
            session,
            Asked(row.topic, row.before, row.after, row.effective_from, row.employer_id,
                   row.business),
        )  # fmt: skip


@audit.refusals
def of_values(
    actor: Actor, topic: ProposalTopic, typed: Mapping[PolicyKey, str], *, effective_from: date,
    reason: str = "", employer_number: str = "",
) -> list[Effect]:  # fmt: skip
    """Return what these values would do. Raises as `policy_changes.propose`."""
    actor.require(*ADMINISTRATORS)
    with snapshot() as session:
        draft = policy_changes.drafted(
            session, topic, typed, effective_from=effective_from, source="试算", reason=reason,
            employer_number=employer_number,
        )  # fmt: skip
        return _effects(
            session,
            Asked(topic, draft.before, draft.after, effective_from, draft.employer_id, None),
        )


def _effects(session: Session, asked: Asked) -> list[Effect]:
    found = list(OF_TOPIC[asked.topic](session, asked))
    if asked.topic in _CHECKED:
        found.append(_refused(session, asked))
    return found


def _refused(session: Session, asked: Asked) -> Effect:
    """Which cases under review pass their check now and would not any more."""
    pending = session.execute(
        select(Case, Employer.name)
        .join(Employer, Employer.id == Case.employer_id)
        .where(Case.status == CaseStatus.PENDING)
        .where(Case.employer_id == asked.employer_id if asked.employer_id else Case.id > 0)
        .order_by(Case.id)
        .limit(MOST_CASES + 1)
    ).all()
    values = {_KEYS[code]: value for code, value in asked.after.items()}
    failing = []
    for row, name in pending[:MOST_CASES]:
        now = engine.objection(session, businesses.BY_CODE[row.kind], row)
        with policy.supposing(session, Supposed(values, asked.employer_id)):
            then = engine.objection(session, businesses.BY_CODE[row.kind], row)
        if then and not now:
            failing.append((row.serial or "", row.kind.label, name, then))
    more = f"（只检查了前{MOST_CASES}件）" if len(pending) > MOST_CASES else ""
    return Effect(
        f"审核中的业务{len(failing):,}件将不能通过复查{more}", len(failing),
        ("业务流水号", "业务", "单位名称", "原因"), failing[:MOST_LINES],
    )  # fmt: skip


_CHECKED = (
    ProposalTopic.LIMITS, ProposalTopic.RATES, ProposalTopic.ROUNDING, ProposalTopic.ADJUSTMENT,
    ProposalTopic.DEFERRAL, ProposalTopic.REMITTANCE,
)  # fmt: skip
