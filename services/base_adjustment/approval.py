"""Base adjustment as its clerk hands it in (manual B2.5–B2.10): where it stands, documents, submission."""

from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import (
    func,
    select,
)
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import BusinessKind, CaseStatus
from data.models.case import Case
from data.models.register import Contributor
from services import audit, standing
from services.actor import Actor
from services.approval import casework, conflicts, engine, papers, refusals, requirements
from services.approval.papers import Paper
from services.approval.requirements import Material
from services.base_adjustment import facts, kept, roster
from services.base_adjustment.kind import KIND, EmptyRoster
from services.errors import BusinessError
from services.policy import Window
from services.rules import clock
from services.rules.months import Month

NAMES_SHOWN = 10


class IncompleteRoster(BusinessError):
    message = "清册缺少{count}名正常状态职工：{names}，请补充导入"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the employer's base adjustment of the year stands: all that its page needs."""

    year: int
    window: Window
    is_open: bool
    effective_month: Month
    objection: str | None
    """Why nothing may be entered now."""
    submission_objection: str | None
    """Why what is entered could not be submitted now."""
    case_id: int | None
    serial: str | None
    status: CaseStatus | None
    version: int
    rows: int
    """How many people the roster has."""
    materials: list[Material]
    papers: list[Paper]


@audit.refusals
def situation(actor: Actor) -> Situation:
    """Return where the clerk's employer stands today."""
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
        case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
        objection = facts.season_objection(session, terms)
        if case and case.status is CaseStatus.PENDING:
            objection = refusals.AlreadyPending()
        months = facts.months_objection(session, terms)
        return Situation(
            year=terms.effective_month.year,
            window=terms.policy.window,
            is_open=terms.policy.window.is_open(clock.today()),
            effective_month=terms.effective_month,
            objection=str(objection) if objection else None,
            submission_objection=str(months) if months else None,
            case_id=case.id if case else None,
            serial=case.serial if case else None,
            status=case.status if case else None,
            version=case.version if case else 0,
            rows=kept.count(session, case) if case else 0,
            materials=requirements.materials_today(session, KIND.code, KIND.materials),
            papers=papers.listed(session, KIND, case) if case else [],
        )


@dataclass(frozen=True, slots=True)
class Season:
    """How far the year's base adjustment has come while it is open and not yet approved."""

    year: int
    closes: date
    people: int
    """How many people are in status 正常."""
    rows: int
    """How many of them the roster has."""
    has_documents: bool
    is_submitted: bool

    @property
    def days_left(self) -> int:
        return (self.closes - clock.today()).days


@audit.refusals
def season(actor: Actor) -> Season | None:
    """Return what remains of the year's base adjustment for the clerk's employer, or None."""
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
        is_open = terms.policy.window.is_open(clock.today())
        if not is_open or facts.season_objection(session, terms):
            return None
        case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
        people = (
            select(func.count())
            .select_from(Contributor)
            .where(Contributor.employer_id == terms.employer_id, standing.IS_NORMAL)
        )
        return Season(
            year=terms.effective_month.year,
            closes=terms.policy.window.closes,
            people=session.scalars(people).one(),
            rows=kept.count(session, case) if case else 0,
            has_documents=case is not None and papers.has_any(session, case),
            is_submitted=case is not None and case.status is CaseStatus.PENDING,
        )


@audit.refusals
def attach(actor: Actor, material: str, name: str, content: bytes) -> None:
    """Keep a document with the open case. Raises as `papers.attach`, AlreadyPending."""
    papers.look_through(content)
    with transaction() as session:
        papers.attach(
            session,
            KIND,
            _open_case(session, actor),
            actor,
            material=material,
            name=name,
            content=content,
        )


@audit.refusals
def detach(actor: Actor, document_id: int) -> None:
    """Take a document back (取消上传). Raises AlreadyPending once it is submitted."""
    with transaction() as session:
        papers.detach(session, _open_case(session, actor), actor, document_id)


@audit.refusals
def submit(actor: Actor, *, version: int, client_id: str) -> None:
    """Send the roster and its documents to the center.

    Raises OutOfSeason, AlreadyAdjusted, EarlierMonthsOpen, AlreadyAssessed, EmptyRoster,
    IncompleteRoster, LineObjection, MissingDocument, AlreadyPending, Stale, NotAllowed.
    Source: manual B2 (5), 注(1)–(4).
    """
    with transaction() as session:
        terms = facts.terms(session, actor.employer)
        case = casework.live(session, KIND.code, actor.employer)
        if case and casework.was_submitted(session, case, client_id):
            return
        for objection in (
            facts.season_objection(session, terms), facts.months_objection(session, terms),
        ):  # fmt: skip
            if objection:
                raise objection
        case = _open_case(session, actor)
        if not kept.count(session, case):
            raise EmptyRoster
        if missing := kept.missing(session, case):
            names = "、".join(islice(missing, NAMES_SHOWN))
            names += "等" if len(missing) > NAMES_SHOWN else ""
            raise IncompleteRoster(count=len(missing), names=names)
        papers.require_all(session, KIND, case)
        conflicts.require_free(session, KIND.code, actor.employer)
        engine.submit(session, KIND, case, actor, version=version, client_id=client_id)


def _open_case(session: Session, actor: Actor) -> Case:
    return roster.opened(session, actor, facts.terms(session, actor.employer))
