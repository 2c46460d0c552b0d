"""Sealing and unsealing the chosen (确定封存, 确定启封, manual B9.4): all of them, or none."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import pandas as pd
from sqlalchemy import insert, inspect, select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import BusinessKind, ChangeKind, Role
from data.models.case import Case, Step
from data.models.register import ContributorChange
from data.models.status_change import StatusChangeLine
from services import audit
from services.actor import Actor
from services.approval import belonging, casework, conflicts, engine
from services.approval.kind import ApprovalKind
from services.approval.refusals import RowsRefused
from services.approval.sheet import Figure, Sheet
from services.contributor_status_change import entry as entries
from services.contributor_status_change import facts, roster
from services.contributor_status_change import line as status_lines
from services.contributor_status_change.facts import SEALING, UNSEALING, Terms
from services.contributor_status_change.line import Effect, Line
from services.errors import BusinessError
from services.rules import clock, identity
from services.rules.limits import yuan
from services.summary import keep

_CHANGES = {SEALING: ChangeKind.SEALED, UNSEALING: ChangeKind.UNSEALED}


class NothingChosen(BusinessError):
    message = "请先在清册中选择需办理的缴存人"


class RosterMoved(BusinessError):
    message = "清册已由其他经办人变动，请核对后重新办理"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where one of the two kinds stands at the employer: all that its tab needs."""

    terms: Terms
    objection: str | None
    """Why nobody may be entered now."""
    effect: Effect


@audit.refusals
def situation(actor: Actor, kind: BusinessKind) -> Situation:
    """Return where the clerk's employer stands today. Raises UnknownKind."""
    with snapshot() as session:
        terms = facts.terms(session, kind, actor.employer)
        case = casework.live(session, kind, actor.employer)
        return Situation(
            terms,
            str(terms.objection) if terms.objection else None,
            status_lines.effect(roster.lines(session, case) if case else [], terms),
        )


@audit.refusals
def confirm(actor: Actor, kind: BusinessKind, accounts: Collection[str], *, client_id: str) -> int:
    """Seal or unseal these people of the roster; return the case that did.

    Where one may not be, nobody is. Lines not chosen stay on the roster. Raises NothingChosen,
    RosterMoved, RowsRefused, EmployerNotOpen, UnknownKind, NotAllowed, NotFound for another's account.
    """
    actor.require(Role.CLERK)
    facts.require_kind(kind)
    wanted = set(accounts)
    with transaction() as session:
        conflicts.lock_employer(session, actor.employer)
        if done := _confirmed(session, actor, client_id):
            return done
        if not wanted:
            raise NothingChosen
        case = casework.live(session, kind, actor.employer)
        found = roster.lines(session, case) if case else []
        strangers = wanted - {line.person.account for line in found}
        belonging.require_own_people(session, actor, strangers)
        if case is None or strangers:
            raise RosterMoved
        rest = _set_aside(session, case, [x for x in found if x.person.account not in wanted])
        engine.submit(
            session, KIND_OF[kind], case, actor, version=case.version, client_id=client_id
        )
        if rest:
            case_id = roster.opened(session, kind, actor)[0].id
            session.execute(insert(StatusChangeLine), [{**row, "case_id": case_id} for row in rest])
        return case.id


def _confirmed(session: Session, actor: Actor, client_id: str) -> int | None:
    """Return the case that this very click has finished already."""
    return session.scalar(
        select(Case.id)
        .join(Step, Step.case_id == Case.id)
        .where(Step.client_id == client_id, Case.employer_id == actor.employer)
    )


def _set_aside(session: Session, case: Case, rest: list[Line]) -> list[dict[str, object]]:
    """Take lines off their case and return them: one live case of a kind is the database's rule."""
    names = [column.key for column in inspect(StatusChangeLine).column_attrs]
    kept = [{name: getattr(line.entry, name) for name in names} for line in rest]
    ids = [line.person.id for line in rest]
    for line in rest:
        session.expunge(line.entry)
    roster.take_off(session, case, ids)
    return kept


def _check(session: Session, case: Case) -> None:
    """Raise where the roster may not stand, with everybody who may not; hold the people's rows."""
    terms = facts.terms(session, case.kind, case.employer_id)
    if terms.objection:
        raise terms.objection
    found = roster.lines(session, case)
    if not found:
        raise NothingChosen
    accounts = [line.person.account for line in found]
    people = facts.people(session, case.employer_id, accounts=accounts, is_held=True)
    others = facts.on_other_rosters(session, case.kind, case.employer_id)
    since = facts.last_changes(session, case.employer_id)
    refused = []
    for line in found:
        who = f"{line.person.name}（{line.person.account}）"
        if line.person.account not in people:
            refused.append((who, "账户已转出本单位，请从清册中删除"))
            continue
        said = entries.objections(
            status_lines.as_entry(line), line.person, terms, others.get(line.person.id),
            since.get(line.person.id),
        )  # fmt: skip
        refused += [(who, reason) for _, reason in said]
    if refused:
        raise RowsRefused("办理", refused)


def _apply(session: Session, case: Case) -> None:
    """Give everybody the new status, and note each change."""
    terms = facts.terms(session, case.kind, case.employer_id)
    change: Callable[[Line], None] = (
        partial(_unseal, terms=terms) if case.kind is UNSEALING else _seal
    )
    for line in roster.lines(session, case):
        base = line.person.base
        change(line)
        line.person.version += 1
        session.add(_record(line, case))
        if line.person.base != base:
            session.add(_base_record(line, case, base))
    keep.people(session, case.employer_id)


def _seal(line: Line) -> None:
    line.person.status = facts.AFTER[SEALING]
    line.person.sealed_month = line.entry.effective_month
    line.person.seal_reason = line.entry.reason


def _unseal(line: Line, terms: Terms) -> None:
    base = status_lines.base_of(line)
    own, withheld = terms.parts(int(base.scaleb(2)))
    line.person.status = facts.AFTER[UNSEALING]
    _note_rest(line)
    line.person.sealed_month, line.person.seal_reason = None, ""
    line.person.base = base
    line.person.employer_amount, line.person.contributor_amount = yuan(own), yuan(withheld)


def _note_rest(line: Line) -> None:
    """Keep the months that the sealing has taken out, if any."""
    since, until = line.person.sealed_month or line.person.first_month, line.entry.effective_month
    has_rested = since < until
    line.person.rest_from = since if has_rested else None
    line.person.rest_until = until if has_rested else None


def _record(line: Line, case: Case) -> ContributorChange:
    return ContributorChange(
        contributor_id=line.person.id,
        employer_id=case.employer_id,
        case_id=case.id,
        kind=_CHANGES[case.kind],
        old=facts.BEFORE[case.kind].label,
        new=facts.AFTER[case.kind].label,
        effective_month=line.entry.effective_month,
        changed_on=clock.today(),
    )


def _base_record(line: Line, case: Case, base: Decimal) -> ContributorChange:
    """Note what the base was: months before the unsealing may still be reckoned (缓缴补缴)."""
    return ContributorChange(
        contributor_id=line.person.id,
        employer_id=case.employer_id,
        case_id=case.id,
        kind=ChangeKind.BASE_CHANGED,
        old=f"{base:.2f}",
        new=f"{line.person.base:.2f}",
        effective_month=line.entry.effective_month,
        changed_on=clock.today(),
    )


def _present(session: Session, case: Case) -> Sheet:
    """Return whose status is changed, why, and from when."""
    terms = facts.terms(session, case.kind, case.employer_id)
    found = roster.lines(session, case)
    frame = status_lines.frame(found, terms)
    summed = status_lines.effect(found, terms)
    lines = pd.DataFrame(
        {
            "个人账号": frame["account"],
            "姓名": frame["name"],
            "证件号码": frame["id_number"].map(identity.masked),
            "变更原因": frame["reason"],
            "生效年月": frame["month"],
            "缴存基数": frame["base"],
            "月缴存额": frame["amount"],
            "核对提示": frame["note"],
        }
    )
    sign = "+" if case.kind is UNSEALING else "-"
    figures = [
        Figure(f"{terms.verb}人数", f"{summed.people:,}"),
        Figure("月缴存额变动", f"{sign}{summed.amount:,.2f}"),
    ]
    return Sheet(figures, lines, money=("缴存基数", "月缴存额"))


SEAL = ApprovalKind(
    SEALING,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缴存人封存！",
    levels=(),
)
UNSEAL = ApprovalKind(
    UNSEALING,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缴存人启封！",
    levels=(),
)
KINDS = (SEAL, UNSEAL)
KIND_OF = {kind.code: kind for kind in KINDS}
