"""What an administrator's change (变更) says: its values as people read them, and what of it is signed."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.enums import Branch, Role
from data.models.people import User
from data.models.proposal import Proposal
from data.models.register import Employer
from data.policy_codes import PolicyKey, ProposalTopic
from services.administration import business_terms, calendar_days
from services.rules import policy_values
from services.statement import Item

_KEYS = {key.value: key for key in PolicyKey}
_ROLES = {role.value: role for role in Role}
_BRANCHES = {branch.value: branch for branch in Branch}


@dataclass(frozen=True, slots=True)
class Line:
    """One value, as people read it: before and after, or now and next."""

    label: str
    before: str
    after: str


def scope(session: Session, row: Proposal) -> str:
    """Return whom it is for: the center, a business, one employer, one person."""
    if row.employer_id:
        employer = session.get_one(Employer, row.employer_id)
        return f"{employer.number} {employer.name}"
    if row.user_id:
        return session.get_one(User, row.user_id).name
    return row.business.label if row.business else "全中心"


def lines(row: Proposal) -> list[Line]:
    """Return its values before and after."""
    if row.topic is ProposalTopic.USER:
        return [Line("角色", place(row.before), place(row.after))]
    if row.topic is ProposalTopic.CALENDAR:
        return [
            Line(day, calendar_days.shown(row.before[day]), calendar_days.shown(said))
            for day, said in row.after.items()
        ]
    return [
        Line(_KEYS[code].label, _shown(_KEYS[code], row.before.get(code, "")),
             _shown(_KEYS[code], value))
        for code, value in row.after.items()
    ]  # fmt: skip


def place(stated: Mapping[str, str]) -> str:
    """Return a role and its branch in words."""
    branch = _BRANCHES.get(stated["branch"])
    return (f"{branch.label} " if branch else "") + _ROLES[stated["role"]].label


def said(session: Session, row: Proposal, action: str, opinion: str = "") -> Item:
    """Return what is signed of proposing or deciding a change."""
    item: Item = {
        "business": f"{row.topic.label}变更",
        "action": action,
        "employer": scope(session, row),
        "version": _place(session, row),
        "figures": [
            *([line.label, _changed(line)] for line in lines(row)),
            ["生效日期", str(row.effective_from)],
            ["依据", row.source],
            *([["说明", row.reason]] if row.reason else []),
            ["提出人", row.proposer],
        ],
        "documents": [],
    }
    return item | ({"opinion": opinion} if opinion else {})


def _changed(line: Line) -> str:
    if line.before == line.after:
        return f"{line.after or '—'}（不变）"
    return f"{line.before or '—'} → {line.after or '—'}"


def _place(session: Session, row: Proposal) -> int:
    """Return the how-manieth on its subject it is: a signature serves for no later one."""
    others = select(func.count(Proposal.id)).filter_by(subject=row.subject)
    if row.id:
        others = others.where(Proposal.id < row.id)
    return session.scalars(others).one() + 1


def _shown(key: PolicyKey, value: str) -> str:
    if key in (PolicyKey.APPROVAL_LEVELS, PolicyKey.MATERIALS):
        return business_terms.shown(key, value)
    return policy_values.shown(key, value)
