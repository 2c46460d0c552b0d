"""Deferral and its release through the center (缓缴/解除缓缴, manual B10): submission, effect."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import BusinessKind, CaseStatus, PolicyKey, Role
from data.models.case import Case
from data.models.deferral import Deferral
from data.models.register import Employer
from services import audit, past_months
from services.actor import Actor
from services.approval import casework, conflicts, engine, papers, refusals, requirements
from services.approval.kind import ApprovalKind
from services.approval.papers import Paper
from services.approval.requirements import Material
from services.approval.sheet import Check, Figure, Sheet, checked, raised
from services.deferral import form, periods
from services.deferral.form import Act
from services.errors import BusinessError
from services.months_due import MonthDue
from services.rules.months import Month


class DeferralPending(BusinessError):
    message = "存在未审批完成的缓缴/解除缓缴业务"


class MissingDocument(BusinessError):
    message = "请上传{label}"


class NoMonth(BusinessError):
    message = "请选择{what}"


class NothingFilledIn(BusinessError):
    message = "请先填写缓缴信息"


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
        running = periods.running(session, actor.employer)
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
        return past_months.due(session, employer, _covered(act, first, month))


@audit.refusals
def attach(
    actor: Actor, material: str, name: str, content: bytes, *,
    month: Month | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Keep a document, and what is filled in so far, with the open case. Raises as `papers.attach`."""
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


def table(months: Sequence[MonthDue]) -> pd.DataFrame:
    """Return deferred months with Chinese headings: heads, and yuan."""
    rows = [(str(m.month), str(m.heads), m.employer_amount, m.contributor_amount, m.total)
            for m in months]  # fmt: skip
    return pd.DataFrame(rows, columns=("年月", "人数", *MONEY))


MONEY = ("单位月缴存额", "个人月缴存额", "合计")


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


def _covered(act: Act, first: Month, month: Month) -> list[Month]:
    """Return the months that stay unpaid for now: the release's own month is due again."""
    return first.through(month if act is Act.DEFER else month.plus(-1))


def _filled(case: Case) -> tuple[Act, Month, Month]:
    if not case.form.get("last"):
        raise NothingFilledIn
    first, month = (Month.of(int(case.form[name])) for name in ("first", "last"))
    return Act(case.form["act"]), first, month


def _check(session: Session, case: Case) -> None:
    """Raise where this may not be: at submission, and again at the last approval."""
    act, first, month = _filled(case)
    if refusal := form.objection(session, case.employer_id, act):
        raise refusal
    conflicts.require_booked(session, case.employer_id, 0)
    if act is Act.DEFER:
        _from(first, form.due(session, case.employer_id))
    form.require_month(session, case.employer_id, act, month)


def _present(session: Session, case: Case) -> Sheet:
    """Return what is asked for, and the months it concerns with their amounts."""
    act, first, month = _filled(case)
    employer = session.get_one(Employer, case.employer_id)
    months = past_months.due(session, employer, _covered(act, first, month))
    total = sum((due.total for due in months), Decimal("0.00"))
    figures = [
        Figure("申请事项", act.label),
        Figure("缓缴起始年月", str(first)),
        Figure("缓缴结束年月" if act is Act.DEFER else "解除缓缴年月", str(month)),
        Figure("缓缴月数", f"{len(months)}"),
        Figure("缓缴金额" if act is Act.DEFER else "应补缴金额", f"{total:,.2f}", "warn"),
        Figure(f"{act.label}原因", str(case.form["reason"])),
    ]
    return Sheet(figures, table(months), money=MONEY)


def _checks(session: Session, case: Case) -> list[Check]:
    """Return each rule with what it says of the application now."""
    act, first, month = _filled(case)
    employer_id, due = case.employer_id, form.due(session, case.employer_id)
    state = "单位账户正常，缴存过，不在缓缴期内" if act is Act.DEFER else "单位正在缓缴期内"
    end = "缓缴结束年月" if act is Act.DEFER else "解除缓缴年月"
    allowed = form.choices(session, employer_id, act)
    span = f"{end}在{allowed[0]}至{allowed[-1]}之间" if allowed else f"{end}在缓缴期内"
    found = [
        checked("单位状态", state, lambda: raised(form.objection(session, employer_id, act))),
        checked("汇缴入账", "没有已核定未入账的汇缴",
                lambda: conflicts.require_booked(session, employer_id, 0)),
        checked("期限", span, lambda: form.require_month(session, employer_id, act, month)),
        papers.check(session, KIND.code, form.MATERIALS[act], case),
    ]  # fmt: skip
    if act is Act.DEFER:
        found.insert(2, checked("起始年月", "从应汇缴年月开始", lambda: _from(first, due)))
    return found


def _from(first: Month, due: Month) -> None:
    if first != due:
        raise form.NotFromDueMonth(due=due.label)


def _apply(session: Session, case: Case) -> None:
    """Begin the deferral, or end the one that runs; the account's status follows."""
    employer = conflicts.lock_employer(session, case.employer_id)
    act, first, month = _filled(case)
    if act is Act.DEFER:
        granted = Deferral(
            case_id=case.id, employer_id=employer.id, first_month=first.number,
            last_month=month.number,
        )  # fmt: skip
        session.add(granted)
        periods.follow(session, employer)
    elif running := periods.running(session, employer.id):
        periods.end(session, running, month, periods.RELEASED)


KIND = ApprovalKind(
    BusinessKind.DEFERRAL,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缓缴/解除缓缴！",
    checks=_checks,
    days=PolicyKey.DEFERRAL_REVIEW_DAYS,
    levels=(Role.REVIEWER, Role.SENIOR_REVIEWER),
    materials=tuple(material for asked in form.MATERIALS.values() for material in asked),
)
KINDS = (KIND,)
