"""Four eyes (双人复核): one administrator proposes, another confirms; nobody confirms her own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.enums import ADMINISTRATORS, AuditAction, BusinessKind, Role
from data.models.proposal import Proposal
from data.policy_codes import ProposalStatus, ProposalTopic
from services import audit
from services.actor import Actor
from services.administration import proposal_statement
from services.approval import evidence
from services.errors import BusinessError, NotFound, Stale
from services.rules import clock

OPINION_LENGTH = 500
SOURCE_LENGTH = 255
SHORTEST_SOURCE = 2


class OwnProposal(BusinessError):
    message = "提出人不能复核自己提出的变更，请由另一名管理员复核"


class NotOwnProposal(BusinessError):
    message = "只有提出人可以撤回该变更"


class AlreadyProposed(BusinessError):
    message = "“{topic}”已有一项待复核的变更，请先复核或撤回后再提出"


class NothingChanged(BusinessError):
    message = "变更后的内容与现行内容相同，无需提出"


class NoSource(BusinessError):
    message = "请填写依据（文件名称和文号等，{shortest}至{longest}字）"


class NoOpinion(BusinessError):
    message = "请填写退回原因（最多{longest}字）"


class TooLong(BusinessError):
    message = "{what}最多{longest}字，请精简"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is about to propose."""

    topic: ProposalTopic
    subject: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    effective_from: date
    source: str
    reason: str = ""
    employer_id: int | None = None
    business: BusinessKind | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Who proposed, who decided, when (China's time) and with which words."""

    id: int
    topic: ProposalTopic
    status: ProposalStatus
    effective_from: date
    source: str
    reason: str
    proposer: str
    proposed_at: datetime
    decider: str
    decided_at: datetime | None
    opinion: str
    is_own: bool
    """Whether the one who asks has proposed it."""
    evidence: list[tuple[str, int]]
    """What was signed of it: which act, and the evidence's id."""


def put(session: Session, actor: Actor, draft: Draft) -> Proposal:
    """Write a proposal down.

    Raises NoSource, TooLong, NothingChanged, AlreadyProposed, NotSigned, SignedOtherwise, NotAllowed.
    """
    actor.require(Role.ADMINISTRATOR)
    source, reason = draft.source.strip(), draft.reason.strip()
    if not SHORTEST_SOURCE <= len(source) <= SOURCE_LENGTH:
        raise NoSource(shortest=SHORTEST_SOURCE, longest=SOURCE_LENGTH)
    if len(reason) > OPINION_LENGTH:
        raise TooLong(what="说明", longest=OPINION_LENGTH)
    if dict(draft.before) == dict(draft.after):
        raise NothingChanged
    row = Proposal(
        topic=draft.topic, subject=draft.subject, employer_id=draft.employer_id,
        business=draft.business, user_id=draft.user_id, before=dict(draft.before),
        after=dict(draft.after), effective_from=draft.effective_from, source=source,
        reason=reason, status=ProposalStatus.PENDING, proposed_by=actor.user_id,
        proposer=actor.name, proposed_at=clock.now(),
    )  # fmt: skip
    row.proposal_evidence_id = evidence.hold(
        session, actor, lambda: proposal_statement.said(session, row, "提出")
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as taken:
        raise AlreadyProposed(topic=draft.topic.label) from taken
    _note(session, actor, AuditAction.PROPOSED, row)
    return row


def waiting(session: Session, proposal_id: int) -> Proposal:
    """Return a proposal that nobody has decided, locked. Raises NotFound, Stale."""
    row = session.scalar(select(Proposal).filter_by(id=proposal_id).with_for_update())
    if row is None:
        raise NotFound(what="该变更")
    if row.status is not ProposalStatus.PENDING:
        raise Stale
    return row


def confirm(session: Session, row: Proposal, actor: Actor) -> None:
    """Note the second person's word; the effect is the caller's. Raises OwnProposal, NotSigned, NotAllowed."""
    actor.require(*ADMINISTRATORS)
    if row.proposed_by == actor.user_id:
        raise OwnProposal
    _witness(session, actor, row, "确认生效")
    _decide(row, actor, ProposalStatus.CONFIRMED, "")
    is_user = row.topic is ProposalTopic.USER
    _note(session, actor, AuditAction.USER_SET if is_user else AuditAction.POLICY_SET, row)


def reject(session: Session, row: Proposal, actor: Actor, opinion: str) -> None:
    """Turn a proposal down. Raises OwnProposal, NoOpinion, NotSigned, NotAllowed."""
    actor.require(*ADMINISTRATORS)
    if row.proposed_by == actor.user_id:
        raise OwnProposal
    if not 0 < len(opinion.strip()) <= OPINION_LENGTH:
        raise NoOpinion(longest=OPINION_LENGTH)
    _witness(session, actor, row, "退回", opinion.strip())
    _decide(row, actor, ProposalStatus.REJECTED, opinion.strip())
    _note(session, actor, AuditAction.PROPOSAL_REJECTED, row)


def withdraw(session: Session, row: Proposal, actor: Actor) -> None:
    """Take back one's own proposal. Raises NotOwnProposal, NotAllowed."""
    actor.require(*ADMINISTRATORS)
    if row.proposed_by != actor.user_id:
        raise NotOwnProposal
    _decide(row, actor, ProposalStatus.WITHDRAWN, "")
    _note(session, actor, AuditAction.PROPOSAL_WITHDRAWN, row)


def _witness(session: Session, actor: Actor, row: Proposal, action: str, opinion: str = "") -> None:
    row.decision_evidence_id = evidence.hold(
        session, actor, lambda: proposal_statement.said(session, row, action, opinion)
    )


def _decide(row: Proposal, actor: Actor, status: ProposalStatus, opinion: str) -> None:
    row.status, row.opinion = status, opinion
    row.decided_by, row.decider, row.decided_at = actor.user_id, actor.name, clock.now()


def _note(session: Session, actor: Actor, action: AuditAction, row: Proposal) -> None:
    audit.record(
        session, actor, action, f"proposal:{row.id}", employer=row.employer_id,
        topic=row.topic.value, user=row.user_id, day=str(row.effective_from),
        old=_facts(row.before), new=_facts(row.after),
    )  # fmt: skip


def _facts(values: Mapping[str, str]) -> list[str]:
    """Return values for the audit, without a day's name: what is typed freely may hold a person's."""
    return sorted(f"{key}={value.partition('|')[0]}" for key, value in values.items())


def trace(row: Proposal, actor: Actor) -> Trace:
    return Trace(
        row.id, row.topic, row.status, row.effective_from, row.source, row.reason, row.proposer,
        clock.in_china(row.proposed_at), row.decider,
        clock.in_china(row.decided_at) if row.decided_at else None, row.opinion,
        row.proposed_by == actor.user_id,
        evidence.by_two(row.proposal_evidence_id, row.decision_evidence_id),
    )  # fmt: skip
