"""Rate adjustment as its clerk hands it in (缴存比例调整, manual B5): the choice, its effect, submission."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind, CaseStatus
from data.models.case import Case
from services import audit
from services.actor import Actor
from services.approval import casework, conflicts, engine, papers, refusals, requirements
from services.approval.papers import Paper
from services.approval.requirements import Material
from services.errors import BusinessError
from services.rate_adjustment import effect as effects
from services.rate_adjustment import terms as rules
from services.rate_adjustment.effect import Effect
from services.rate_adjustment.kind import KIND, NothingChosen, lines
from services.rate_adjustment.terms import Terms
from services.rules.months import Month
from services.rules.rates import pair


class RateAdjustmentPending(BusinessError):
    message = "存在未审批完成的缴存比例调整业务"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the employer's rate adjustment stands: all that its page needs."""

    present: str
    """The rates now, as 8%+8%."""
    choices: list[int]
    """The rates that may be chosen, each for employer and contributor alike."""
    months: list[Month]
    objection: str | None
    """Why nothing may be submitted now."""
    case_id: int | None
    serial: str | None
    status: CaseStatus | None
    version: int
    rate: int | None
    """What was chosen before, in the open case."""
    month: Month | None
    materials: list[Material]
    papers: list[Paper]


@audit.refusals
def situation(actor: Actor) -> Situation:
    """Return where the clerk's employer stands today."""
    with snapshot() as session:
        terms = rules.terms(session, actor.employer)
        case = casework.live(session, BusinessKind.RATE_ADJUSTMENT, actor.employer)
        form = case.form if case else {}
        return Situation(
            present=pair(terms.employer_rate, terms.contributor_rate),
            choices=terms.choices,
            months=terms.months,
            objection=_objection(session, terms, case),
            case_id=case.id if case else None,
            serial=case.serial if case else None,
            status=case.status if case else None,
            version=case.version if case else 0,
            rate=form.get("employer_rate"),
            month=Month.of(form["effective_month"]) if form.get("effective_month") else None,
            materials=requirements.materials_today(session, KIND.code, KIND.materials),
            papers=papers.listed(session, KIND, case) if case else [],
        )


@audit.refusals
def preview(actor: Actor, rate: int, month: Month) -> tuple[Effect, pd.DataFrame, str | None]:
    """Return what `rate` on both sides would do to everybody, and why it may not be, if so.

    Raises RateOutOfRange and the like for a rate that is not on the list.
    """
    with snapshot() as session:
        terms = rules.terms(session, actor.employer)
        rules.require_rates(terms, rate, rate)
        found = effects.lines(session, terms, rate, rate)
        objection = rules.season_objection(session, terms, month)
        objection = objection or rules.month_objection(terms, month)
        if objection is None:
            try:
                effects.require_below_cap(terms, found)
            except effects.AboveCap as above:
                objection = above
        return effects.effect(found), effects.frame(found), str(objection) if objection else None


@audit.refusals
def submitted(actor: Actor) -> tuple[Effect, pd.DataFrame]:
    """Return the effect of the case under review. Raises NotFound's like where there is none."""
    with snapshot() as session:
        case = casework.live(session, BusinessKind.RATE_ADJUSTMENT, actor.employer)
        if case is None or not case.form:
            raise NothingChosen
        found = lines(session, case, rules.terms(session, actor.employer))
        return effects.effect(found), effects.frame(found)


@audit.refusals
def choose(actor: Actor, rate: int | None, month: Month) -> None:
    """Keep what is chosen so far in the open case; no rate takes the choice back.

    Raises RateOutOfRange and the like for a rate that is not on the list, RateAdjustmentPending.
    """
    with transaction() as session:
        if rate is not None:
            rules.require_rates(rules.terms(session, actor.employer), rate, rate)
            case = _open_case(session, actor)
            _fill_in(case, rate, rate, month)
            audit.record(session, actor, AuditAction.ENTERED, casework.about(case), rate=rate)
        elif casework.live(session, KIND.code, actor.employer):
            case = _open_case(session, actor)
            case.form = {}
            audit.record(session, actor, AuditAction.ROWS_DELETED, casework.about(case))
            _keep_no_empty_draft(session, case)


@audit.refusals
def attach(actor: Actor, material: str, name: str, content: bytes) -> None:
    """Keep a document with the open case. Raises as `papers.attach`, RateAdjustmentPending."""
    papers.look_through(content)
    with transaction() as session:
        case = _open_case(session, actor)
        papers.attach(session, KIND, case, actor, material=material, name=name, content=content)


@audit.refusals
def detach(actor: Actor, document_id: int) -> None:
    """Take a document back (取消上传). Raises RateAdjustmentPending once it is submitted."""
    with transaction() as session:
        case = _open_case(session, actor)
        papers.detach(session, case, actor, document_id)
        _keep_no_empty_draft(session, case)


@audit.refusals
def submit(
    actor: Actor, *, employer_rate: Decimal | int, contributor_rate: Decimal | int, month: Month,
    version: int, client_id: str,
) -> None:  # fmt: skip
    """Send the new rates to the center. Rates are whole percent.

    Raises RateAdjustmentPending, RateNotWhole, RateOutOfRange, RatesDiffer, RateUnchanged,
    AccountNotNormal, AlreadyChanged, MonthNotBooked, MonthOutOfRange, EarlierMonthsOpen, AboveCap,
    MissingDocument, Unfinished, Stale, NotAllowed. Source: manual B5 (2)–(3).
    """
    with transaction() as session:
        case = casework.live(session, KIND.code, actor.employer)
        if case and casework.was_submitted(session, case, client_id):
            return
        if case and case.status is CaseStatus.PENDING:
            raise RateAdjustmentPending
        terms = rules.terms(session, actor.employer)
        rules.require_rates(terms, employer_rate, contributor_rate)
        case = _open_case(session, actor)
        _fill_in(case, int(employer_rate), int(contributor_rate), month)
        papers.require_all(session, KIND, case)
        conflicts.require_free(session, KIND.code, actor.employer)
        engine.submit(session, KIND, case, actor, version=version, client_id=client_id)


def _open_case(session: Session, actor: Actor) -> Case:
    due = rules.terms(session, actor.employer).due
    try:
        return casework.editable(session, KIND.code, actor, due.number)
    except refusals.AlreadyPending as pending:
        raise RateAdjustmentPending from pending


def _keep_no_empty_draft(session: Session, case: Case) -> None:
    """Discard a draft without choice and documents: the home would call it 未提交 for ever."""
    if not case.form and not papers.has_any(session, case):
        casework.discard(session, case)


def _objection(session: Session, terms: Terms, case: Case | None) -> str | None:
    if case and case.status is CaseStatus.PENDING:
        return RateAdjustmentPending.message
    if refusal := rules.season_objection(session, terms, terms.due):
        return str(refusal)
    if found := conflicts.blockers(session, KIND.code, terms.employer_id):
        return str(conflicts.Unfinished(blockers="；".join(map(str, found))))
    return None


def _fill_in(case: Case, employer_rate: int, contributor_rate: int, month: Month) -> None:
    case.effective_month = month.number
    case.form = {
        "employer_rate": employer_rate,
        "contributor_rate": contributor_rate,
        "effective_month": month.number,
    }
