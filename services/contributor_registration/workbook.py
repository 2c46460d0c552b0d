"""Registration by workbook (manual B7.2): the template for a rate, the checks, the import."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import AuditAction, Role
from data.models.registration import RegistrationLine
from services import audit
from services.actor import Actor
from services.approval import casework
from services.contributor_registration import entry as entries
from services.contributor_registration import facts, roster
from services.contributor_registration.columns import COLUMNS, FIELDS, columns, parsed
from services.contributor_registration.facts import Identity, Known, Terms
from services.contributor_registration.roster import Effect
from services.errors import BusinessError
from services.files import workbook
from services.files.cells import shown
from services.files.faults import Fault, faults_workbook, in_order
from services.files.template import File, Template, filled_rows, refilled
from services.files.workbook import Row, Sheet, SheetRow
from services.rules import within
from services.works.kinds import Count, counted, quietly

TEMPLATE = Template("contributor_registration", "缴存人登记")
SPARE_ROWS = 500
NAME, BASE = FIELDS.index("name"), FIELDS.index("base")


class OtherRate(BusinessError):
    message = "模板的缴存比例{stated}与单位现缴存比例{present}不一致，请重新选择比例并下载模板"


@dataclass(frozen=True, slots=True)
class Checked:
    """What an upload holds: every fault of every row, or the effect it would have.

    `report` is the upload with its faults marked; `again` a template with what was filled in;
    `beyond` says what `within_limits` would change, where there is anything.
    """

    faults: list[Fault]
    effect: Effect | None
    report: bytes | None = field(default=None, repr=False)
    again: File | None = field(default=None, repr=False)
    beyond: str = ""


@audit.refusals
def rates(actor: Actor) -> list[str]:
    """Return the rates (缴存比例) to choose from: the employer's present pair."""
    with snapshot() as session:
        return [facts.terms(session, actor.employer).rates]


@audit.refusals
def template(actor: Actor, chosen_rates: str) -> File:
    """Return the workbook to fill in for a pair of rates (“12%+12%”). Raises OtherRate."""
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
    if chosen_rates != terms.rates:
        raise OtherRate(stated=chosen_rates, present=terms.rates)
    return _template(terms, [])


@audit.refusals
def check_workbook(actor: Actor, content: bytes, count: Count = quietly) -> Checked:
    """Say what importing `content` would do, and store nothing; `count` hears how far it is.

    Raises UnreadableWorkbook or a refusal of the whole file; EmployerNotOpen.
    """
    actor.require(Role.CLERK)
    sheet = workbook.read(content, COLUMNS, max_rows=roster.MOST_ROWS)
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
        case = casework.live(session, roster.KIND, actor.employer)
        there = roster.lines(session, case) if case else []
        upload = _judge(session, terms, sheet, there, count)
    return _checked(upload, sheet)


@audit.refusals
def import_workbook(
    actor: Actor,
    content: bytes,
    count: Count = quietly,
    settle: Callable[[Session, Checked], None] | None = None,
) -> Checked:
    """Put the workbook's rows on the roster, all of them or none; say which faults forbid it.

    `settle` is called in the transaction that stores them. Raises as `check_workbook`, RosterFull.
    """
    actor.require(Role.CLERK)
    sheet = workbook.read(content, COLUMNS, max_rows=roster.MOST_ROWS)
    with transaction() as session:
        terms = facts.terms(session, actor.employer)
        case = casework.live(session, roster.KIND, actor.employer)
        there = roster.lines(session, case) if case else []
        upload = _judge(session, terms, sheet, there, count)
        if not upload.faults:
            case, _ = roster.opened(session, actor)
            if len(roster.lines(session, case)) + len(upload.lines) > roster.MOST_ROWS:
                raise roster.RosterFull
            roster.put(session, case, upload.lines)
            rows = len(upload.lines)
            audit.record(session, actor, AuditAction.IMPORTED, casework.about(case), rows=rows)
            if settle:
                settle(session, _checked(upload, sheet))
    return _checked(upload, sheet)


@audit.refusals
def within_limits(actor: Actor, content: bytes) -> File:
    """Return the upload with each base beyond the limits brought to the nearest that is allowed.

    All else stays as it was, to be checked again. Raises UnreadableWorkbook, OtherRate or a refusal
    of the whole file.
    """
    actor.require(Role.CLERK)
    sheet = workbook.read(content, COLUMNS, max_rows=roster.MOST_ROWS)
    with snapshot() as session:
        terms = facts.terms(session, actor.employer)
    _require_ours(sheet, terms)
    return _template(terms, within.brought(refilled(sheet, COLUMNS), BASE, terms))


@dataclass(slots=True)
class _Upload:
    """What has been found out about an upload so far."""

    terms: Terms
    known: Mapping[Identity, Known]
    there: Collection[Identity]
    """Who is on the roster already."""
    faults: list[Fault] = field(default_factory=list)
    lines: list[RegistrationLine] = field(default_factory=list)
    rows: dict[Identity, int] = field(default_factory=dict)
    """Where each person stands first."""
    bases: list[int] = field(default_factory=list)
    """Those that could be read, in fen."""

    def fault(self, row: Row, name: str, reason: str) -> None:
        column = FIELDS.index(name)
        self.faults.append(
            Fault(
                row.number, shown(row.cells[NAME]), COLUMNS[column].heading,
                shown(row.cells[column]), reason,
            )
        )  # fmt: skip


def _judge(
    session: Session, terms: Terms, sheet: Sheet, present: list[RegistrationLine], count: Count
) -> _Upload:
    if terms.objection:
        raise terms.objection
    _require_ours(sheet, terms)
    entered = [(row, *parsed(row.cells)) for row in filled_rows(sheet)]
    people = facts.known(session, {entry.id_number for _, entry, _ in entered})
    upload = _Upload(terms, people, {roster.identity_of(line) for line in present})
    for row, entry, unread in counted(entered, count):
        _judge_row(upload, row, entry, unread)
    upload.bases += [int(one.base.scaleb(2)) for _, one, _ in entered if one.base is not None]
    return upload


def _require_ours(sheet: Sheet, terms: Terms) -> None:
    TEMPLATE.require(sheet, employer=terms.number)
    if (rate := sheet.identification.get("rates", terms.rates)) != terms.rates:
        raise OtherRate(stated=rate, present=terms.rates)


def _judge_row(upload: _Upload, row: Row, entry: entries.Entry, unread: dict[str, str]) -> None:
    """Find every fault of one row; where there is none, enter it."""
    before = len(upload.faults)
    found = dict(unread)
    for name, reason in entries.objections(entry, upload.terms):
        found.setdefault(name, reason)
    document: Identity = (entry.id_type, entry.id_number)
    if "id_number" not in found:
        first = upload.rows.setdefault(document, row.number)
        if first != row.number:
            found["id_number"] = f"与第{first}行重复"
    person = upload.known.get(document)
    registered = roster.registered_objection(entry, person, upload.terms, upload.there)
    if registered and "id_number" not in found:
        found[registered[0]] = registered[1]
    for name in FIELDS:
        if name in found:
            upload.fault(row, name, found[name])
    if len(upload.faults) == before:
        upload.lines.append(roster.line(entry, person, upload.terms))


def _checked(upload: _Upload, sheet: Sheet) -> Checked:
    if not upload.faults:
        return Checked([], roster.effect(upload.lines))
    faults = in_order(upload.faults)
    report = faults_workbook(sheet, COLUMNS, faults)
    again = _template(upload.terms, refilled(sheet, COLUMNS))
    return Checked(faults, None, report, again, within.offer(upload.bases, upload.terms))


def _template(terms: Terms, rows: Sequence[SheetRow]) -> File:
    content = workbook.write(
        TEMPLATE.title,
        columns(terms),
        rows,
        identification=TEMPLATE.identification(employer=terms.number, rates=terms.rates),
        protect=False,
        spare_rows=SPARE_ROWS,
    )
    return File(f"缴存人登记模板_{terms.number}_{terms.employer_rate}%.xlsx", content)
