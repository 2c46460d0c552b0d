"""Base adjustment by workbook (manual B2.1–B2.3): the template out, the checks, the import in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from data.database import has_one_writer, mark, snapshot, transaction
from data.enums import AuditAction, BusinessKind, ContributorStatus, Role
from services import audit
from services.actor import Actor
from services.approval import casework
from services.base_adjustment import facts, judging, kept, roster
from services.base_adjustment.columns import NEW_BASE, columns
from services.base_adjustment.judging import TEMPLATE, Basis, Upload
from services.base_adjustment.roster import Effect
from services.errors import BusinessError
from services.files import workbook
from services.files.faults import Fault, faults_workbook
from services.files.template import File, refilled
from services.files.workbook import Sheet
from services.rules import clock, within
from services.rules.limits import yuan
from services.works.kinds import Count, quietly

#: From so many rows on, judging them would keep the other writers waiting.
MANY: Final = 1_500


@dataclass(frozen=True, slots=True)
class Checked:
    """What an upload holds: every fault of every row, or the effect it would have.

    `entered` keeps what could be read of 调整后基数 (account to yuan), for a fresh template;
    `beyond` says what `within_limits` would change, where there is anything.
    """

    faults: list[Fault]
    effect: Effect | None
    report: bytes | None = field(default=None, repr=False)
    entered: Mapping[str, Decimal] = field(default_factory=dict, repr=False)
    beyond: str = ""


@audit.refusals
def template(actor: Actor, entered: Mapping[str, Decimal] | None = None) -> File:
    """Return the workbook to fill in: everybody in status 正常, 调整后基数 empty or as `entered`."""
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
        found = facts.people(session, actor.employer)
    entered, rates = entered or {}, terms.rates
    normal = (p for p in found.values() if p.status is ContributorStatus.NORMAL)
    rows = [
        (
            number, person.account, person.name, person.id_number, rates,
            yuan(person.base), yuan(person.amount), entered.get(person.account),
        )
        for number, person in enumerate(normal, start=1)
    ]  # fmt: skip
    year = str(terms.effective_month.year)
    content = workbook.write(
        TEMPLATE.title,
        columns(terms.policy.limits),
        rows,
        identification=TEMPLATE.identification(
            employer=terms.number, year=year, downloaded=clock.instant().isoformat()
        ),
    )
    return File(f"基数调整模板_{terms.number}_{year}.xlsx", content)


@audit.refusals
def check_workbook(actor: Actor, content: bytes, count: Count = quietly) -> Checked:
    """Say what importing `content` would do, and store nothing; `count` hears how far it is.

    Raises UnreadableWorkbook or a refusal of the whole file; the season's refusals.
    """
    actor.require(Role.CLERK)
    sheet = workbook.read(content, columns())
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
        case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
        present = kept.lines(session, case) if case else []
        basis = judging.basis(session, terms, present)
        upload = judging.judge(session, basis, sheet, count)
    return _checked(upload, sheet)


@audit.refusals
def import_workbook(
    actor: Actor,
    content: bytes,
    count: Count = quietly,
    settle: Callable[[Session, Checked], None] | None = None,
) -> Checked:
    """Put the workbook's rows into the roster, all of them or none; say which faults forbid it.

    Rows of people on the roster already replace theirs; `settle` is called in the transaction that
    stores them. Raises as `check_workbook`, AlreadyPending.
    """
    actor.require(Role.CLERK)
    sheet = workbook.read(content, columns())
    ahead = _ahead(actor, sheet, count) if len(sheet.rows) >= MANY and has_one_writer() else None
    with transaction() as session:
        terms = facts.terms(session, actor.employer)
        case = roster.begun(session, actor, terms)
        if ahead and ahead.seen == _seen(session):
            basis, upload = ahead.basis, ahead.upload
        else:
            basis = judging.basis(session, terms, kept.lines(session, case) if case else [])
            known = ahead.upload if ahead and ahead.basis == basis else None
            upload = known or judging.judge(session, basis, sheet, count)
        if not upload.faults:
            there = basis.present if case else None  # her colleague may begin it in this moment
            del ahead, basis  # the people: memory that the lines are written with
            case = case or roster.opened(session, actor, terms)  # a refused file begins no case
            kept.put(session, case, upload.lines, there)
            rows = len(upload.lines)
            audit.record(session, actor, AuditAction.IMPORTED, casework.about(case), rows=rows)
            if settle:
                settle(session, _checked(upload, sheet))
    return _checked(upload, sheet)


@audit.refusals
def within_limits(actor: Actor, content: bytes) -> File:
    """Return the upload with each base beyond the limits brought to the nearest that is allowed.

    All else stays as it was, to be checked again. Raises UnreadableWorkbook.
    """
    actor.require(Role.CLERK)
    sheet = workbook.read(content, columns())
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
    rows = within.brought(refilled(sheet, columns()), NEW_BASE, terms)
    return File(
        f"基数调整_{terms.number}_按上下限修正.xlsx",
        workbook.write(
            TEMPLATE.title, columns(terms.policy.limits), rows, identification=sheet.identification
        ),
    )


class _Ahead(NamedTuple):
    """What was found out about an upload before the transaction, by what, and when."""

    seen: tuple[object, date]
    basis: Basis
    upload: Upload


def _ahead(actor: Actor, sheet: Sheet, count: Count) -> _Ahead | None:
    """Judge an upload while others may write; None where the transaction has to look for itself.

    Where there is one writer at a time, all the others would wait for the verdict. It counts only if
    what it was reached by is found unchanged by the transaction.
    """
    try:
        with snapshot() as session:
            terms = facts.terms(session, actor.employer)
            case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
            basis = judging.basis(session, terms, kept.lines(session, case) if case else [])
            upload = judging.judge(session, basis, sheet, count)
            seen = _seen(session)
    except BusinessError:
        return None  # it is refused there, by whatever comes first
    return None if upload.faults else _Ahead(seen, basis, upload)


def _seen(session: Session) -> tuple[object, date]:
    """Return what is the same again while nobody has written anything, and no day has passed."""
    return mark(session), clock.today()


def _checked(upload: Upload, sheet: Sheet) -> Checked:
    if not upload.faults:
        return Checked([], roster.effect(upload.after, upload.terms))
    faults = sorted(upload.faults, key=lambda fault: (fault.row == 0, fault.row))
    entered = {account: yuan(base) for account, base in upload.entered.items()}
    beyond = within.offer(upload.entered.values(), upload.terms)
    return Checked(faults, None, faults_workbook(sheet, columns(), faults), entered, beyond)
