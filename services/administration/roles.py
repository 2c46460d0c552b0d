"""Roles and branches of the staff (角色变更): proposed by one administrator, confirmed by another."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import ADMINISTRATORS, Branch, Role
from data.models.people import User
from data.models.proposal import Proposal
from data.policy_codes import ProposalStatus, ProposalTopic
from services import audit, sessions
from services.actor import Actor
from services.administration import proposal_statement, proposals, users
from services.administration.proposals import Draft, Trace
from services.approval import holding
from services.errors import NotFound
from services.rules import clock

MOST = 200
_ROLES = {role.value: role for role in Role}
_BRANCHES = {branch.value: branch for branch in Branch}


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A proposed change of role or branch, in words."""

    trace: Trace
    name: str
    before: str
    after: str


@audit.refusals
def propose(actor: Actor, user_id: int, *, role: Role, branch: Branch | None, source: str) -> int:
    """Propose another role or branch for a member of the staff; return the proposal's id.

    Raises BadRole, BadBranch, LastOne, OwnAccount, NotFound, and as `proposals.put`.
    """
    actor.require(Role.ADMINISTRATOR)
    users.require_place(role, branch)
    with transaction() as session:
        row = users.member(session, actor, user_id)
        if role is not row.role:
            users.require_not_last(session, row)
        draft = Draft(
            ProposalTopic.USER, f"user:{row.id}", _place(row.role, row.branch),
            _place(role, branch), clock.today(), source, user_id=row.id,
        )  # fmt: skip
        return proposals.put(session, actor, draft).id


@audit.refusals
def confirm(actor: Actor, proposal_id: int) -> None:
    """Give a person the proposed role; their sessions end at once.

    Raises OwnProposal, OwnAccount, LastOne, Stale, NotFound, NotAllowed.
    """
    actor.require(*ADMINISTRATORS)
    with transaction() as session:
        proposal, row = _proposal(session, actor, proposal_id)
        role, branch = _ROLES[proposal.after["role"]], _BRANCHES.get(proposal.after["branch"])
        if role is not row.role:
            users.require_not_last(session, row)
        proposals.confirm(session, proposal, actor)
        row.role, row.branch = role, branch
        holding.hand_back(session, row.id)
        sessions.sign_out_everywhere(session, row.id, "role_changed")


@audit.refusals
def reject(actor: Actor, proposal_id: int, *, opinion: str) -> None:
    """Turn a change of role down. Raises OwnProposal, NoOpinion, Stale, NotAllowed."""
    actor.require(*ADMINISTRATORS)
    with transaction() as session:
        proposals.reject(session, _proposal(session, actor, proposal_id)[0], actor, opinion)


@audit.refusals
def withdraw(actor: Actor, proposal_id: int) -> None:
    """Take back one's own proposal. Raises NotOwnProposal, Stale, NotAllowed."""
    actor.require(*ADMINISTRATORS)
    with transaction() as session:
        proposals.withdraw(session, _proposal(session, actor, proposal_id)[0], actor)


@audit.refusals
def listed(actor: Actor) -> list[RoleChange]:
    """Return the changes of role, those that wait first, then the latest."""
    actor.require(*users.READERS)
    with snapshot() as session:
        rows = session.execute(
            select(Proposal, User.name)
            .join(User, User.id == Proposal.user_id)
            .where(Proposal.topic == ProposalTopic.USER)
            .order_by((Proposal.status == ProposalStatus.PENDING).desc(), Proposal.id.desc())
            .limit(MOST)
        )
        return [
            RoleChange(
                proposals.trace(row, actor), name,
                proposal_statement.place(row.before), proposal_statement.place(row.after),
            )
            for row, name in rows
        ]  # fmt: skip


def _proposal(session: Session, actor: Actor, proposal_id: int) -> tuple[Proposal, User]:
    row = proposals.waiting(session, proposal_id)
    if row.topic is not ProposalTopic.USER or row.user_id is None:
        raise NotFound(what="该变更")
    return row, users.member(session, actor, row.user_id)


def _place(role: Role, branch: Branch | None) -> dict[str, str]:
    return {"role": role.value, "branch": branch.value if branch else ""}
