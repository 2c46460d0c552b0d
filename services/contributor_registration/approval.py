"""Opening the accounts of a roster (确认开户, manual B7.4–B7.5): all of the chosen, or none."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import BusinessKind, CaseStatus
from data.models.case import Case, Step
from data.models.registration import RegistrationLine
from services import audit
from services.actor import Actor
from services.approval import belonging, casework, engine
from services.approval.kind import ApprovalKind
from services.approval.refusals import RowsRefused
from services.approval.sheet import Figure, Sheet
from services.contributor_registration import entry as entries
from services.contributor_registration import facts, locks, opening, outcome, roster
from services.contributor_registration.facts import Terms
from services.contributor_registration.roster import Effect
from services.errors import BusinessError
from services.rules import identity

ATTEMPTS = 3


class NothingChosen(BusinessError):
    message = "清册为空，请先录入或导入缴存人信息"


class RosterMoved(BusinessError):
    message = "清册已由其他经办人变动，请核对后重新确认开户"


class Busy(BusinessError):
    message = "同时办理开户的单位较多，本次未办理，请稍后重新点击【确认开户】"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the employer's registration stands: all that its page needs."""

    terms: Terms
    objection: str | None
    """Why nobody may be entered now."""
    effect: Effect
    last: "Result | None"
    """The registration done last."""


@dataclass(frozen=True, slots=True)
class Result:
    """A registration that is done, and how many accounts it made."""

    case_id: int
    serial: str
    people: int


@audit.refusals
def situation(actor: Actor) -> Situation:
    """Return where the clerk's employer stands today."""
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
        case = casework.live(session, KIND.code, actor.employer)
        found = roster.standing(session, case, terms) if case else []
        done = session.scalar(
            select(Case)
            .filter_by(employer_id=actor.employer, kind=KIND.code, status=CaseStatus.APPROVED)
            .order_by(Case.ended_at.desc(), Case.id.desc())
            .limit(1)
        )
        return Situation(
            terms,
            str(terms.objection) if terms.objection else None,
            roster.effect(found),
            Result(done.id, done.serial or "", len(roster.lines(session, done))) if done else None,
        )


@audit.refusals
def confirm(actor: Actor, line_ids: Collection[int], *, client_id: str) -> int:
    """Open an account for each of these lines of the roster; return the case that did.

    Nobody is left half registered: where one may not be, none is. Lines not chosen stay on the
    roster. Raises NothingChosen, RosterMoved, RowsRefused, EmployerNotOpen, Stale, NotAllowed, and
    NotFound for another's line.
    """
    for _ in range(ATTEMPTS):
        try:
            return _confirm(actor, frozenset(line_ids), client_id)
        except IntegrityError:
            continue  # somebody else was opened in between: the second look finds and names it
    raise Busy


def _confirm(actor: Actor, chosen: frozenset[int], client_id: str) -> int:
    with transaction() as session:
        locks.lock_openings(session)
        locks.lock_employers(session, actor.employer)
        if done := _confirmed(session, actor, client_id):
            return done
        if not chosen:
            raise NothingChosen
        belonging.require_own_lines(session, actor, chosen)
        case = casework.live(session, KIND.code, actor.employer)
        found = roster.lines(session, case) if case else []
        if case is None or not chosen <= {line.id for line in found}:
            raise RosterMoved
        rest = _set_aside(session, [line for line in found if line.id not in chosen])
        engine.submit(session, KIND, case, actor, version=case.version, client_id=client_id)
        if rest:
            case_id = roster.opened(session, actor)[0].id
            session.execute(insert(RegistrationLine), [{**row, "case_id": case_id} for row in rest])
        return case.id


def _confirmed(session: Session, actor: Actor, client_id: str) -> int | None:
    """Return the case that this very click has opened already."""
    return session.scalar(
        select(Case.id)
        .join(Step, Step.case_id == Case.id)
        .where(Step.client_id == client_id, Case.employer_id == actor.employer)
    )


def _set_aside(session: Session, rest: list[RegistrationLine]) -> list[dict[str, object]]:
    """Take lines off their case and return them: one live case of a kind is the database's rule."""
    names = [column.key for column in inspect(RegistrationLine).column_attrs]
    kept = [{name: getattr(line, name) for name in names} for line in rest]
    ids = [line.id for line in rest]
    for line in rest:
        session.expunge(line)
    session.execute(delete(RegistrationLine).where(RegistrationLine.id.in_(ids)))
    return kept


def _check(session: Session, case: Case) -> None:
    """Raise where the roster may not stand, with everybody who may not."""
    terms = facts.terms(session, case.employer_id)
    if terms.objection:
        raise terms.objection
    found = roster.standing(session, case, terms)
    if not found:
        raise NothingChosen
    people = facts.known(session, [line.id_number for line in found], is_held=True)
    refused = []
    for line in found:
        entry = roster.as_entry(line)
        person = people.get(roster.identity_of(line))
        reasons = [reason for _, reason in entries.objections(entry, terms)]
        if known := roster.registered_objection(entry, person, terms, ()):
            reasons.append(known[1])
        refused += [(line.name, reason) for reason in reasons]
    if refused:
        raise RowsRefused("开户", refused)


def _present(session: Session, case: Case) -> Sheet:
    """Return who was registered, with the accounts."""
    summed = roster.effect(roster.lines(session, case))
    lines = outcome.listed(session, case)
    lines["证件号码"] = lines["证件号码"].map(identity.masked)
    figures = [
        Figure("登记人数", f"{summed.people}"),
        Figure("其中转入", f"{summed.moving_in}"),
        Figure("月缴存额", f"{summed.amount:,.2f}"),
    ]
    return Sheet(figures, lines, money=("缴存基数", "单位月缴存额", "个人月缴存额"))


def line_ids(accounts: Iterable[str]) -> list[int]:
    """Return the lines that a roster's column `account` names."""
    return [int(account) for account in accounts]


KIND = ApprovalKind(
    BusinessKind.CONTRIBUTOR_REGISTRATION,
    check=_check,
    apply=opening.open_accounts,
    present=_present,
    done="您已完成办理缴存人登记！",
    levels=(),
)
KINDS = (KIND,)
