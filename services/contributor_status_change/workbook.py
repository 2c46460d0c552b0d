"""Status changes by workbook (manual B9.2): the template, the checks of every row, the import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind, Role
from data.models.register import Contributor
from services import audit
from services.actor import Actor
from services.approval import casework
from services.contributor_status_change import entry as entries
from services.contributor_status_change import facts, roster
from services.contributor_status_change.columns import LAST, columns, fields, parsed
from services.contributor_status_change.entry import Entry
from services.contributor_status_change.facts import Terms
from services.files import workbook
from services.files.cells import shown
from services.files.columns import SheetRow
from services.files.faults import Fault, faults_workbook, in_order
from services.files.template import File, Template, filled_rows, refilled
from services.files.workbook import Row, Sheet
from services.rules import identity
from services.rules.months import Month
from services.works.kinds import Count, counted, quietly

SPARE_ROWS = 500
NOT_HERE = "不是本单位的个人账号"


@dataclass(frozen=True, slots=True)
class Checked:
    """What an upload holds: every fault of every row, or how many people it would enter.

    `report` is the upload with its faults marked; `again` a template with what was filled in.
    """

    faults: list[Fault]
    people: int
    notes: int = 0
    """How many rows deserve a second look."""
    report: bytes | None = field(default=None, repr=False)
    again: File | None = field(default=None, repr=False)


@audit.refusals
def template(actor: Actor, kind: BusinessKind) -> File:
    """Return the workbook to fill in. Raises UnknownKind."""
    with snapshot() as session:
        terms = facts.terms(session, kind, actor.employer)
    return _template(terms, [])


@audit.refusals
def check_workbook(
    actor: Actor, kind: BusinessKind, content: bytes, count: Count = quietly
) -> Checked:
    """Say what importing `content` would do, and store nothing; `count` hears how far it is.

    Raises UnknownKind, UnreadableWorkbook or a refusal of the whole file; EmployerNotOpen.
    """
    actor.require(Role.CLERK)
    facts.require_kind(kind)
    sheet = workbook.read(content, columns(kind), max_rows=roster.MOST_ROWS)
    with snapshot() as session:
        upload = _judge(session, facts.terms(session, kind, actor.employer), sheet, count)
    return _checked(upload, sheet)


@audit.refusals
def import_workbook(
    actor: Actor,
    kind: BusinessKind,
    content: bytes,
    count: Count = quietly,
    settle: Callable[[Session, Checked], None] | None = None,
) -> Checked:
    """Put the workbook's rows on the roster, all of them or none; say which faults forbid it.

    `settle` is called in the transaction that stores them. Raises as `check_workbook`.
    """
    actor.require(Role.CLERK)
    facts.require_kind(kind)
    sheet = workbook.read(content, columns(kind), max_rows=roster.MOST_ROWS)
    with transaction() as session:
        upload = _judge(session, facts.terms(session, kind, actor.employer), sheet, count)
        if not upload.faults:
            case, _ = roster.opened(session, kind, actor)
            roster.put(session, case, upload.entered)
            rows = len(upload.entered)
            audit.record(session, actor, AuditAction.IMPORTED, casework.about(case), rows=rows)
            if settle:
                settle(session, _checked(upload, sheet))
    return _checked(upload, sheet)


@dataclass(slots=True)
class _Upload:
    """What has been found out about an upload so far."""

    terms: Terms
    people: Mapping[str, Contributor]
    by_document: Mapping[str, Contributor]
    there: set[int]
    """Who is on the roster already."""
    others: Mapping[int, BusinessKind]
    last_changes: Mapping[int, Month]
    fields: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)
    entered: list[tuple[Entry, Contributor]] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=dict)
    """Where each person stands first."""

    def fault(self, row: Row, name: str, reason: str) -> None:
        place = self.fields.index(name)
        heading = columns(self.terms.kind)[place].heading
        who = shown(row.cells[self.fields.index("name")]) or shown(row.cells[1])
        self.faults.append(Fault(row.number, who, heading, shown(row.cells[place]), reason))


def _judge(session: Session, terms: Terms, sheet: Sheet, count: Count) -> _Upload:
    if terms.objection:
        raise terms.objection
    _kind_of(terms).require(sheet, employer=terms.number)
    rows = filled_rows(sheet)
    people = facts.people(session, terms.employer_id)
    case = casework.live(session, terms.kind, terms.employer_id)
    upload = _Upload(
        terms,
        people,
        {person.id_number: person for person in people.values()},
        {line.person.id for line in roster.lines(session, case)} if case else set(),
        facts.on_other_rosters(session, terms.kind, terms.employer_id),
        facts.last_changes(session, terms.employer_id),
        fields(terms.kind),
    )
    for row in counted(rows, count):
        _judge_row(upload, row)
    return upload


def _judge_row(upload: _Upload, row: Row) -> None:
    """Find every fault of one row; where there is none, enter it."""
    read, found = parsed(upload.terms.kind, row.cells)
    person = _person(upload, read, found)
    if person:
        entry = Entry(
            account=person.account,
            **{name: read[name] for name in ("reason", "note", "month", LAST[upload.terms.kind])},
        )
        other = upload.others.get(person.id)
        since = upload.last_changes.get(person.id)
        for name, reason in entries.objections(entry, person, upload.terms, other, since):
            found.setdefault(name, reason)
        if repeated := _repeated(upload, row, person):
            found.setdefault("account", repeated)
        if not found:
            upload.entered.append((entry, person))
    for name in upload.fields:
        if name in found:
            upload.fault(row, name, found[name])


def _person(upload: _Upload, read: Mapping[str, Any], found: dict[str, str]) -> Contributor | None:
    """Find whom a row means, by account or by ID number; note in `found` what does not fit."""
    account, number = read["account"], read["id_number"]
    if not account and not number:
        found.setdefault("account", "个人账号和证件号码至少填写一项")
        return None
    person = upload.people.get(account) if account else upload.by_document.get(number)
    if person is None:
        name = "account" if account else "id_number"
        found.setdefault(name, NOT_HERE if account else "本单位没有该证件号码的职工")
        return None
    if read["name"] and not identity.is_same_name(read["name"], person.name):
        found.setdefault("name", f"姓名与个人账号{person.account}登记的姓名不一致")
    if number and number != person.id_number:
        found.setdefault("id_number", "证件号码与个人账号登记的不一致")
    return person


def _repeated(upload: _Upload, row: Row, person: Contributor) -> str | None:
    first = upload.rows.setdefault(person.id, row.number)
    if first != row.number:
        return f"与第{first}行重复"
    return roster.ON_THE_ROSTER if person.id in upload.there else None


def _checked(upload: _Upload, sheet: Sheet) -> Checked:
    if not upload.faults:
        kind = upload.terms.kind
        notes = sum(bool(entries.warning(kind, entry.left_on)) for entry, _ in upload.entered)
        return Checked([], len(upload.entered), notes)
    faults = in_order(upload.faults)
    declared = columns(upload.terms.kind)
    again = _template(upload.terms, refilled(sheet, declared))
    return Checked(faults, 0, 0, faults_workbook(sheet, declared, faults), again)


def _kind_of(terms: Terms) -> Template:
    return Template(terms.kind.value, f"缴存人{terms.verb}")


def _template(terms: Terms, rows: list[SheetRow]) -> File:
    kind = _kind_of(terms)
    content = workbook.write(
        kind.title,
        columns(terms.kind, terms),
        rows,
        identification=kind.identification(employer=terms.number),
        protect=False,
        spare_rows=SPARE_ROWS,
    )
    return File(f"{kind.title}模板_{terms.number}.xlsx", content)
