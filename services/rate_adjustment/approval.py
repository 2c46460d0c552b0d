"""Rate adjustment through the center (缴存比例调整, manual B5): the form, submission, effect."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind, CaseStatus, ChangeKind
from data.models.case import Case
from data.models.register import Contributor, ContributorChange, Departure, Employer
from services import audit
from services.actor import Actor
from services.approval import casework, conflicts, engine, papers, refusals, requirements
from services.approval.kind import ApprovalKind
from services.approval.papers import Paper
from services.approval.requirements import Material
from services.approval.sheet import Check, Figure, Sheet, checked, raised
from services.errors import BusinessError
from services.rate_adjustment import effect as effects
from services.rate_adjustment import terms as rules
from services.rate_adjustment.effect import Effect
from services.rate_adjustment.terms import Terms
from services.rules import clock, contribution
from services.rules.limits import yuan
from services.rules.months import Month
from services.summary import keep


class RateAdjustmentPending(BusinessError):
    message = "存在未审批完成的缴存比例调整业务"


class NothingChosen(BusinessError):
    message = "请选择调整后缴存比例"


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
        found = _lines(session, case, rules.terms(session, actor.employer))
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


def pair(employer_rate: int, contributor_rate: int) -> str:
    """Return two rates as people write them: 8%+8%."""
    return f"{employer_rate}%+{contributor_rate}%"


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


def _rates(case: Case) -> tuple[int, int]:
    if not case.form:
        raise NothingChosen
    return int(case.form["employer_rate"]), int(case.form["contributor_rate"])


def _lines(session: Session, case: Case, terms: Terms) -> list[effects.Line]:
    return effects.lines(session, terms, *_rates(case))


def _check(session: Session, case: Case) -> None:
    """Raise where these rates may not be: at submission, and again at the approval."""
    terms, month = rules.terms(session, case.employer_id), Month.of(case.effective_month)
    rules.require_rates(terms, *_rates(case))
    conflicts.require_booked(session, case.employer_id, case.effective_month)
    for objection in (
        rules.season_objection(session, terms, month), rules.month_objection(terms, month),
    ):  # fmt: skip
        if objection:
            raise objection
    effects.require_below_cap(terms, _lines(session, case, terms))


def _present(session: Session, case: Case) -> Sheet:
    """Return the rates and everybody's amounts, before and after."""
    terms = rules.terms(session, case.employer_id)
    found = _lines(session, case, terms)
    whole = effects.effect(found)
    figures = [
        Figure("现缴存比例", pair(terms.employer_rate, terms.contributor_rate)),
        Figure("调整后缴存比例", pair(*_rates(case))),
        Figure("职工人数", f"{whole.people}"),
        Figure("调整前月缴存额", f"{whole.before:,.2f}"),
        Figure("调整后月缴存额", f"{whole.after:,.2f}"),
        Figure("差额", f"{whole.difference:+,.2f}", "up" if whole.difference > 0 else "down"),
    ]
    pairs = (("调整前月缴存额", "调整后月缴存额"),)
    return Sheet(figures, effects.frame(found), money=effects.MONEY, pairs=pairs)


def _checks(session: Session, case: Case) -> list[Check]:
    """Return each rule with what it says of the new rates now."""
    terms, month = rules.terms(session, case.employer_id), Month.of(case.effective_month)
    found, allowed, limits = _lines(session, case, terms), terms.policy, terms.policy.limits
    return [
        checked("缴存比例", f"单位与个人一致，为{allowed.rate_min}%至{allowed.rate_max}%的整数，与现比例不同",
                lambda: rules.require_rates(terms, *_rates(case))),
        checked("账户和次数", f"单位账户正常，每年度限办{allowed.rate_changes_per_year}次",
                lambda: raised(rules.season_objection(session, terms, month))),
        checked("汇缴入账", f"{month.label}起没有已核定未入账的汇缴",
                lambda: conflicts.require_booked(session, case.employer_id, case.effective_month)),
        checked("生效年月", "自应汇缴年月起，之前各月已核定",
                lambda: raised(rules.month_objection(terms, month))),
        checked("月缴存额上限", f"每人月缴存额不超过{yuan(limits.total_max):,.2f}元",
                lambda: effects.require_below_cap(terms, found)),
        checked("缴存额变动", "下调比例使职工月缴存额减少，请核对职工是否知情",
                lambda: _lowering(effects.effect(found))),
        papers.check(session, KIND.code, KIND.materials, case),
    ]  # fmt: skip


def _lowering(whole: Effect) -> str | None:
    if whole.difference >= 0:
        return None
    return f"{whole.people}人月缴存额合计减少{-whole.difference:,.2f}元"


def _apply(session: Session, case: Case) -> None:
    """Give the employer the new rates, and whoever is remitted for the new amounts.

    Who is sealed already keeps what there is; the amounts are reckoned when they are unsealed.
    """
    employer = conflicts.lock_employer(session, case.employer_id)
    terms = rules.terms(session, case.employer_id)
    found, new = _lines(session, case, terms), _rates(case)
    _record(session, case, terms, pair(*new))
    employer.employer_rate, employer.contributor_rate = new
    if found:
        session.execute(
            update(Contributor),
            [
                {
                    "id": line.contributor_id,
                    "employer_amount": yuan(line.employer_amount),
                    "contributor_amount": yuan(line.contributor_amount),
                }
                for line in found
            ],
        )
    _follow_the_departed(session, employer, terms)
    keep.people(session, case.employer_id)


def _follow_the_departed(session: Session, employer: Employer, terms: Terms) -> None:
    """Give whoever has moved on the new amounts, for the months still to be assessed here."""
    departed = select(Departure).where(
        Departure.employer_id == employer.id, Departure.sealed_month > terms.due.number
    )
    for one in session.scalars(departed):
        one.employer_amount, one.contributor_amount = contribution.amounts(
            one.base, employer.employer_rate, employer.contributor_rate, terms.policy.rounding
        )


def _record(session: Session, case: Case, terms: Terms, new: str) -> None:
    """Keep a record of the change for everybody it concerns."""
    old = pair(terms.employer_rate, terms.contributor_rate)
    session.execute(
        insert(ContributorChange).from_select(
            ["contributor_id", "employer_id", "case_id", "kind", "old", "new",
             "effective_month", "changed_on"],
            select(
                Contributor.id, literal(case.employer_id), literal(case.id),
                literal(ChangeKind.RATE_CHANGED.value), literal(old), literal(new),
                literal(case.effective_month), literal(clock.today()),
            ).where(effects.concerns(terms)),
        )
    )  # fmt: skip


KIND = ApprovalKind(
    BusinessKind.RATE_ADJUSTMENT,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缴存比例调整！",
    checks=_checks,
    materials=(Material("051101", "比例调整申请表（盖章）"),),
)
KINDS = (KIND,)
