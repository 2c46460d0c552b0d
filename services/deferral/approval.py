"""Deferral and its release as the clerk hands them in (缓缴/解除缓缴, manual B10): form, submission."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import CaseStatus
from data.models.case import Case
from data.models.register import Employer
from services import audit, past_months
from services.actor import Actor
from services.approval import casework, conflicts, engine, papers, refusals, requirements
from services.approval.papers import Paper
from services.approval.requirements import Material
from services.deferral import form, periods
from services.deferral.form import Act
from services.deferral.kind import KIND, covered
from services.errors import BusinessError
from services.months_due import MonthDue
from services.rules.months import Month


class DeferralPending(BusinessError):
    message = "存在未审批完成的缓缴/解除缓缴业务"


class MissingDocument(BusinessError):
    message = "请上传{label}"


class NoMonth(BusinessError):
    message = "请选择{what}"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the employer's deferral stands: all that its page needs."""

    act: Act
    """What may be applied for, or is under review."""
    account: str
    """The account's status, in words."""
    period: str | None
    """The months of the deferral that runs, in words."""
    first: Month
    """缓缴起始年月."""
    choices: list[Month]
    materials: tuple[Material, ...]
    objection: str | None
    """Why nothing may be submitted now."""
    case_id: int | None
    serial: str | None
    status: CaseStatus | None
    version: int
    month: Month | None
    """What was chosen before, in the open case: the end, or the month of the release."""
    reason: str
    papers: list[Paper]


@audit.refusals
def situation(actor: Actor) -> Situation:
    """Return where the clerk's employer stands today."""
    with snapshot() as session:
        case = casework.live(session, KIND.code, actor.employer)
        is_pending = case is not None and case.status is CaseStatus.PENDING
        act = form.asked(session, actor.employer)
        filled = case.form if case and case.form.get("act") == act else {}
        running = periods.lasting(session, actor.employer)
        objection = None if is_pending else _objection(session, actor.employer, act)
        return Situation(
            act=act,
            account=session.get_one(Employer, actor.employer).status.label,
            period=periods.label(running) if running else None,
            first=Month.of(running.first_month) if running else form.due(session, actor.employer),
            choices=form.choices(session, actor.employer, act),
            materials=tuple(requirements.materials_today(session, KIND.code, form.MATERIALS[act])),
            objection=DeferralPending.message if is_pending else objection,
            case_id=case.id if case else None,
            serial=case.serial if case else None,
            status=case.status if case else None,
            version=case.version if case else 0,
            month=Month.of(int(filled["last"])) if filled.get("last") else None,
            reason=str(filled.get("reason", "")),
            papers=papers.listed(session, KIND, case) if case else [],
        )


@audit.refusals
def preview(actor: Actor, month: Month) -> list[MonthDue]:
    """Return the months that would be deferred to `month`, or paid back after a release in it.

    Raises MonthOutOfRange.
    """
    with snapshot() as session:
        act = form.asked(session, actor.employer)
        form.require_month(session, actor.employer, act, month)
        running = periods.running(session, actor.employer)
        first = Month.of(running.first_month) if running else form.due(session, actor.employer)
        employer = session.get_one(Employer, actor.employer)
        return past_months.due(session, employer, covered(act, first, month))


@audit.refusals
def attach(
    actor: Actor, material: str, name: str, content: bytes, *,
    month: Month | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Keep a document, and what is filled in so far, with the open case. Raises as `papers.attach`."""
    papers.look_through(content)
    with transaction() as session:
        case, act = _open_case(session, actor), form.asked(session, actor.employer)
        if month or reason:
            form.fill_in(session, case, act, month, reason)
        asked = replace(KIND, materials=form.MATERIALS[act])
        papers.attach(session, asked, case, actor, material=material, name=name, content=content)


@audit.refusals
def detach(actor: Actor, document_id: int) -> None:
    """Take a document back (取消上传). Raises DeferralPending once it is submitted."""
    with transaction() as session:
        papers.detach(session, _open_case(session, actor), actor, document_id)


@audit.refusals
def submit(actor: Actor, *, month: Month, reason: str, version: int, client_id: str) -> None:
    """Ask the center for a deferral to `month`, or for its release from `month` on.

    Which of the two, and from when, follows from the employer's state. Raises DeferralPending,
    NoReason, ReasonTooLong, NeverPaid, AlreadyDeferred, AccountNotNormal, NoRelease,
    MonthOutOfRange, MonthNotBooked, MissingDocument, Unfinished, Stale, NotAllowed.
    Source: manual B10 (2)–(3).
    """
    with transaction() as session:
        case = casework.live(session, KIND.code, actor.employer)
        if case and casework.was_submitted(session, case, client_id):
            return
        case, act = _open_case(session, actor), form.asked(session, actor.employer)
        if refusal := form.objection(session, actor.employer, act):
            raise refusal
        form.require_month(session, actor.employer, act, month)
        form.require_reason(act, reason)
        form.fill_in(session, case, act, month, reason)
        _require_documents(session, case, act)
        conflicts.require_free(session, KIND.code, actor.employer)
        engine.submit(session, KIND, case, actor, version=version, client_id=client_id)


def _objection(session: Session, employer_id: int, act: Act) -> str | None:
    """Say why nothing may be submitted now: the account, a month not booked, another business."""
    if refusal := form.objection(session, employer_id, act):
        return str(refusal)
    try:
        conflicts.require_booked(session, employer_id, 0)
    except conflicts.MonthNotBooked as refusal:
        return str(refusal)
    if found := conflicts.blockers(session, KIND.code, employer_id):
        return str(conflicts.Unfinished(blockers="；".join(map(str, found))))
    return None


def _open_case(session: Session, actor: Actor) -> Case:
    due = form.due(session, actor.employer)
    try:
        return casework.editable(session, KIND.code, actor, due.number)
    except refusals.AlreadyPending as pending:
        raise DeferralPending from pending


def _require_documents(session: Session, case: Case, act: Act) -> None:
    there = {paper.material for paper in papers.listed(session, KIND, case)}
    for material in requirements.materials_today(session, KIND.code, form.MATERIALS[act]):
        if material.required and material.code not in there:
            raise MissingDocument(label=material.label)
