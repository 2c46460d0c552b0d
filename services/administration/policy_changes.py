"""Changes of policy (政策参数变更): what is in force, what is proposed, and what a second person confirms."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from data.database import transaction
from data.enums import ADMINISTRATORS, BusinessKind, Role
from data.models.policy import PolicyRow
from data.models.proposal import Proposal
from data.policy_codes import DayKind, PolicyKey, ProposalTopic
from services import audit, policy
from services.actor import Actor
from services.administration import business_terms, calendar_days, policy_view, proposals
from services.administration.proposals import Draft
from services.errors import BusinessError, NotFound
from services.rules import clock, policy_values

#: What `changes` of business terms are, beside the plain values of FIELDS.
OF_BUSINESS = {
    ProposalTopic.LEVELS: PolicyKey.APPROVAL_LEVELS,
    ProposalTopic.MATERIALS: PolicyKey.MATERIALS,
}
LONGEST_BACK, LONGEST_AHEAD = timedelta(days=366), timedelta(days=3 * 366)


class InThePast(BusinessError):
    message = "生效日期{day}早于今天，追溯生效须在“说明”中写明理由"


class TooFar(BusinessError):
    message = "生效日期须在{first}至{last}之间"


class DayPassed(BusinessError):
    message = "生效日期{day}已过，请退回后由提出人按新的日期重新提出"


class WindowReversed(BusinessError):
    message = "基数调整办理期间的开始日期不能晚于结束日期（按缴存年度{month}月起算）"


def drafted(
    session: Session, topic: ProposalTopic, typed: Mapping[PolicyKey, str], *,
    effective_from: date, source: str, reason: str, employer_number: str = "",
) -> Draft:  # fmt: skip
    """Return the proposal that was typed in, checked. Raises BadValue and the like."""
    employer_id = policy_view.employer_of(session, employer_number)
    fields = policy_view.fields_of(topic, employer_id)
    require_day(effective_from, reason)
    before = policy_view.in_force(session, fields, effective_from, employer_id)
    after = {
        field.key: policy_values.read(field, typed.get(field.key, ""))
        if typed.get(field.key, "").strip() or employer_id is None
        else ""
        for field in fields
    }
    policy_values.require_sound(after)
    _require_window(session, after, effective_from)
    return Draft(
        topic=topic,
        subject=topic.value if employer_id is None else f"{topic.value}:{employer_id}",
        before={key.value: value for key, value in before.items()},
        after={key.value: value for key, value in after.items()},
        effective_from=effective_from, source=source, reason=reason, employer_id=employer_id,
    )  # fmt: skip


@audit.refusals
def propose(
    actor: Actor, topic: ProposalTopic, typed: Mapping[PolicyKey, str], *, effective_from: date,
    source: str, reason: str = "", employer_number: str = "",
) -> int:  # fmt: skip
    """Propose values of a topic from a day on; return the proposal's id.

    `typed` is what was entered, as text; for one employer an empty value takes its own back.
    Raises BadValue, Reversed, WindowReversed, InThePast, TooFar, NotForOne, NotFound, and as
    `proposals.put`.
    """
    actor.require(Role.ADMINISTRATOR)
    with transaction() as session:
        draft = drafted(
            session, topic, typed, effective_from=effective_from, source=source, reason=reason,
            employer_number=employer_number,
        )  # fmt: skip
        return proposals.put(session, actor, draft).id


@audit.refusals
def propose_terms(
    actor: Actor, topic: ProposalTopic, business: BusinessKind, value: str, *,
    effective_from: date, source: str, reason: str = "",
) -> int:  # fmt: skip
    """Propose a business's levels or documents, written as `requirements` reads them.

    Raises as `propose`, and as `business_terms.read`.
    """
    actor.require(Role.ADMINISTRATOR)
    if topic not in OF_BUSINESS:
        raise NotFound(what="该参数")
    with transaction() as session:
        require_day(effective_from, reason)
        before = business_terms.stated(session, topic, business, effective_from)
        draft = Draft(
            topic, f"{topic.value}:{business.value}",
            {OF_BUSINESS[topic].value: before},
            {OF_BUSINESS[topic].value: business_terms.read(topic, business, value)},
            effective_from, source, reason, business=business,
        )  # fmt: skip
        return proposals.put(session, actor, draft).id


@audit.refusals
def propose_days(
    actor: Actor,
    first: date,
    last: date,
    kind: DayKind,
    name: str,
    *,
    source: str,
    reason: str = "",
) -> int:
    """Propose what the days from `first` to `last` are. Raises as `calendar_days.read`, `put`."""
    actor.require(Role.ADMINISTRATOR)
    with transaction() as session:
        before, after = calendar_days.read(session, first, last, kind, name)
        draft = Draft(
            ProposalTopic.CALENDAR, ProposalTopic.CALENDAR.value, before, after, clock.today(),
            source, reason,
        )  # fmt: skip
        return proposals.put(session, actor, draft).id


@audit.refusals
def confirm(actor: Actor, proposal_id: int) -> None:
    """Put a proposal in force: its changed values become rows; older rows are kept.

    Raises OwnProposal, Stale, NotFound, DayPassed, Reversed, NotAllowed.
    """
    actor.require(*ADMINISTRATORS)
    with transaction() as session:
        row = _policy_proposal(session, proposal_id)
        proposals.confirm(session, row, actor)
        if row.topic is not ProposalTopic.CALENDAR and _has_passed_since(row):
            raise DayPassed(day=row.effective_from)
        if row.topic is ProposalTopic.CALENDAR:
            calendar_days.put_in_force(session, row)
        else:
            session.add_all(_rows(row))


@audit.refusals
def reject(actor: Actor, proposal_id: int, *, opinion: str) -> None:
    """Turn a proposal down with a reason. Raises OwnProposal, NoOpinion, Stale, NotAllowed."""
    actor.require(*ADMINISTRATORS)
    with transaction() as session:
        proposals.reject(session, _policy_proposal(session, proposal_id), actor, opinion)


@audit.refusals
def withdraw(actor: Actor, proposal_id: int) -> None:
    """Take back one's own proposal. Raises NotOwnProposal, Stale, NotAllowed."""
    actor.require(*ADMINISTRATORS)
    with transaction() as session:
        proposals.withdraw(session, _policy_proposal(session, proposal_id), actor)


def require_day(day: date, reason: str) -> None:
    """Raise where a change may not begin on `day`."""
    today = clock.today()
    if not today - LONGEST_BACK <= day <= today + LONGEST_AHEAD:
        raise TooFar(first=today - LONGEST_BACK, last=today + LONGEST_AHEAD)
    if day < today and not reason.strip():
        raise InThePast(day=day)


def _has_passed_since(row: Proposal) -> bool:
    """Tell whether the day has passed while it waited: what was asked for backwards says why."""
    asked_on = clock.in_china(row.proposed_at).date()
    return asked_on <= row.effective_from < clock.today()


def _require_window(session: Session, after: Mapping[PolicyKey, str], day: date) -> None:
    text = after.get(PolicyKey.ADJUSTMENT_WINDOW)
    if not text:
        return
    stated = after.get(PolicyKey.HPF_YEAR_STARTS)
    starts = int(stated or policy.value(session, PolicyKey.HPF_YEAR_STARTS, day))
    window = policy.window(text, day, starts)
    if window.opens > window.closes:
        raise WindowReversed(month=starts)


def _policy_proposal(session: Session, proposal_id: int) -> Proposal:
    row = proposals.waiting(session, proposal_id)
    if row.topic is ProposalTopic.USER:
        raise NotFound(what="该变更")
    return row


def _rows(row: Proposal) -> list[PolicyRow]:
    keys = {key.value: key for key in PolicyKey}
    return [
        PolicyRow(
            key=keys[code], value=value, effective_from=row.effective_from,
            employer_id=row.employer_id, business=row.business, source=row.source,
            author=f"{row.proposer}提出，{row.decider}复核", recorded_at=clock.now(),
            proposal_id=row.id,
        )
        for code, value in row.after.items()
        if value != row.before.get(code)
    ]  # fmt: skip
