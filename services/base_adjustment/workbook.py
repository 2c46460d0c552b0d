"""Base adjustment by workbook (manual B2.1–B2.3): the template out, the checks, the import in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import AuditAction, BusinessKind, ContributorStatus, Role
from data.models.case import Case
from services import audit
from services.actor import Actor
from services.approval import casework
from services.base_adjustment import facts, roster
from services.base_adjustment.facts import Person, Terms
from services.base_adjustment.line import Line
from services.base_adjustment.roster import Effect
from services.errors import BusinessError
from services.files import workbook
from services.files.cells import CellFault, fen, shown, text
from services.files.columns import Column
from services.files.faults import Fault, faults_workbook
from services.files.workbook import Row, Sheet
from services.rules import clock
from services.rules.limits import Limits, yuan
from services.works.kinds import Count, counted, quietly

BUSINESS, VERSION = "base_adjustment", "1"
NUMBER, ACCOUNT, NAME, ID_NUMBER, RATES, OLD_BASE, OLD_AMOUNT, NEW_BASE = range(8)
SHOWN_FAULTS = 500


class OtherEmployersTemplate(BusinessError):
    message = "模板所属单位与当前单位不一致，请下载本单位的模板"


class OtherTemplate(BusinessError):
    message = "该文件不是基数调整模板，请点击【基数调整数据下载】重新下载"


class LastYearsTemplate(BusinessError):
    message = "该模板是{year}年度的，请重新下载本年度模板"


class NothingInTheFile(BusinessError):
    message = "文件中没有可导入的数据行，请填写后重新上传"


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand out."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """What an upload holds: every fault of every row, or the effect it would have.

    `entered` keeps what could be read of 调整后基数 (account to yuan), for a fresh template.
    """

    faults: list[Fault]
    effect: Effect | None
    report: bytes | None = field(default=None, repr=False)
    entered: Mapping[str, Decimal] = field(default_factory=dict, repr=False)


def columns(limits: Limits | None = None) -> list[Column]:
    """Return the template's columns; `limits` bound what Excel lets her type."""
    low, high = (yuan(limits.base_min), yuan(limits.base_max)) if limits else (None, None)
    return [
        Column("序号", "integer", 6),
        Column("个人账号", "text", 16),
        Column("姓名", "text", 12),
        Column("证件号码", "text", 22),
        Column("缴存比例", "text", 12),
        Column("调整前基数", "money", 14),
        Column("调整前月缴存额", "money", 16),
        Column("调整后基数", "money", 14, editable=True, minimum=low, maximum=high),
    ]


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
        "基数调整",
        columns(terms.policy.limits),
        rows,
        identification={
            "business": BUSINESS,
            "version": VERSION,
            "employer": terms.number,
            "year": year,
            "downloaded": clock.instant().isoformat(),
        },
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
        present = roster.lines(session, case) if case else []
        upload = _judge(session, terms, sheet, present, count)
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
    with transaction() as session:
        terms = facts.terms(session, actor.employer)
        case = casework.live(session, BusinessKind.BASE_ADJUSTMENT, actor.employer)
        if case:
            case = _editable(session, actor, terms)
        upload = _judge(session, terms, sheet, roster.lines(session, case) if case else [], count)
        if not upload.faults:
            case = case or _editable(session, actor, terms)  # a refused file begins no case
            roster.put(session, case, upload.lines)
            rows = len(upload.lines)
            audit.record(session, actor, AuditAction.IMPORTED, casework.about(case), rows=rows)
            if settle:
                settle(session, _checked(upload, sheet))
    return _checked(upload, sheet)


def _editable(session: Session, actor: Actor, terms: Terms) -> Case:
    month = terms.effective_month.number
    return casework.editable(session, BusinessKind.BASE_ADJUSTMENT, actor, month)


@dataclass(slots=True)
class _Upload:
    """What has been found out about an upload so far. Money is fen."""

    terms: Terms
    rates: str
    faults: list[Fault] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    """What the rows without a fault enter."""
    entered: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    """Where each account stands first."""
    after: list[Line] = field(default_factory=list)
    """The roster as it would stand after the import."""

    def fault(self, row: Row, column: int, who: str, reason: str) -> None:
        value = shown(row.cells[column])
        self.faults.append(Fault(row.number, who, _HEADINGS[column], value, reason))


def _judge(
    session: Session, terms: Terms, sheet: Sheet, present: list[Line], count: Count
) -> _Upload:
    if objection := facts.season_objection(session, terms):
        raise objection
    _refuse_other_files(sheet, terms)
    if not sheet.rows:
        raise NothingInTheFile
    people = facts.people(session, terms.employer_id)
    upload = _Upload(terms, terms.rates)
    for row in _not_plainly_right(upload, counted(sheet.rows, count), people):
        _judge_row(upload, row, people)
    there = upload.rows.keys() | {line.account for line in present}
    missing = [
        person
        for person in people.values()
        if person.status is ContributorStatus.NORMAL and person.account not in there
    ]
    if missing:
        opened = facts.opening_moments(session, terms.employer_id)
        upload.faults += _missing(missing, opened, sheet.identification.get("downloaded", ""))
    if not upload.faults:
        upload.after = _afterwards(upload.lines, present)
    return upload


def _refuse_other_files(sheet: Sheet, terms: Terms) -> None:
    """Judge by the hidden identification, where the file still has it; the rows are judged anyway."""
    identification = sheet.identification
    if identification.get("business", BUSINESS) != BUSINESS:
        raise OtherTemplate
    if identification.get("employer", terms.number) != terms.number:
        raise OtherEmployersTemplate
    year = str(terms.effective_month.year)
    if (stated := identification.get("year", year)) != year:
        raise LastYearsTemplate(year=stated)


def _not_plainly_right(
    upload: _Upload, rows: Iterable[Row], people: Mapping[str, Person]
) -> Iterator[Row]:
    """Enter the rows that are right at a glance, as nearly all are; yield those to look at closely."""
    terms, normal = upload.terms, ContributorStatus.NORMAL
    objection = terms.policy.limits.objection
    for row in rows:
        _, account, name, id_number, rates, old_base, old_amount, new_base = row.cells
        person = people.get(account) if type(account) is str else None
        if person is None or account in upload.rows or person.status is not normal:
            yield row
            continue
        try:
            is_untouched = (
                name == person.name
                and id_number == person.id_number
                and rates == upload.rates
                and fen(old_base) == person.base
                and fen(old_amount) == person.amount
            )
            base = fen(new_base)
        except CellFault:
            yield row
            continue
        own, withheld = terms.parts(base)
        if not is_untouched or objection(base, own + withheld):
            yield row
            continue
        upload.rows[person.account], upload.entered[person.account] = row.number, base
        upload.lines.append(_line(person, base, own, withheld))


def _judge_row(upload: _Upload, row: Row, people: Mapping[str, Person]) -> None:
    """Find every fault of one row; where there is none after all, enter it."""
    cells, faults_before = row.cells, len(upload.faults)
    try:
        account = text(cells[ACCOUNT], required=True)
    except CellFault as objection:
        upload.fault(row, ACCOUNT, shown(cells[NAME]), objection.reason)
        return
    person = people.get(account)
    if person is None:
        upload.fault(row, ACCOUNT, account, "不是本单位的个人账号")
        return
    first = upload.rows.setdefault(account, row.number)
    if first != row.number:
        upload.fault(row, ACCOUNT, person.name, f"与第{first}行重复")
    if person.status is not ContributorStatus.NORMAL:
        reason = f"职工已{person.status.label}，请删除该行或重新下载模板"
        upload.fault(row, ACCOUNT, person.name, reason)
    for column, reason in _changed_columns(cells, person, upload.rates):
        upload.fault(row, column, person.name, reason)
    try:
        base = fen(cells[NEW_BASE])
    except CellFault as objection:
        is_empty = cells[NEW_BASE] is None
        reason = "不能为空，基数不变的也需填写" if is_empty else objection.reason
        upload.fault(row, NEW_BASE, person.name, reason)
        return
    upload.entered[account] = base
    own, withheld = upload.terms.parts(base)
    if reason_against := upload.terms.policy.limits.objection(base, own + withheld):
        upload.fault(row, NEW_BASE, person.name, reason_against)
    if len(upload.faults) == faults_before:
        upload.lines.append(_line(person, base, own, withheld))


def _line(person: Person, base: int, own: int, withheld: int) -> Line:
    return Line(
        person.id, person.account, person.name, person.id_number, person.status, person.base,
        0, person.base, base, own, withheld, person.amount,
    )  # fmt: skip


def _changed_columns(
    cells: tuple[str | None, ...], person: Person, rates: str
) -> Iterator[tuple[int, str]]:
    """Yield each locked column that no longer says what the template said (manual B2.2)."""
    for column, kept in ((NAME, person.name), (ID_NUMBER, person.id_number), (RATES, rates)):
        try:
            if cells[column] != kept and text(cells[column]) != kept:
                yield column, f"不得修改“{_HEADINGS[column]}”列"
        except CellFault as objection:
            yield column, objection.reason
    for column, amount in ((OLD_BASE, person.base), (OLD_AMOUNT, person.amount)):
        try:
            if fen(cells[column]) != amount:
                yield column, f"不得修改“{_HEADINGS[column]}”列，应为{yuan(amount)}"
        except CellFault as objection:
            yield column, f"不得修改“{_HEADINGS[column]}”列：{objection.reason}"


def _missing(
    people: Iterable[Person], opened: Mapping[str, datetime], downloaded: str
) -> Iterator[Fault]:
    """Blame the absence of each of `people` on the file, or on the day it was downloaded."""
    for person in people:
        is_new = bool(downloaded) and opened[person.account].isoformat() > downloaded
        reason = f"模板下载后新增职工{person.name}未包含，请重新下载模板" if is_new else (
            f"缺少职工{person.name}（{person.account}），正常状态的职工须全部填写"
        )  # fmt: skip
        yield Fault(0, person.name, "个人账号", person.account, reason)


def _afterwards(lines: list[Line], present: list[Line]) -> list[Line]:
    """Return the roster as it would stand: the lines there, with those of the file over them."""
    entered = {line.contributor_id for line in lines}
    return [line for line in present if line.contributor_id not in entered] + lines


def _checked(upload: _Upload, sheet: Sheet) -> Checked:
    if not upload.faults:
        return Checked([], roster.effect(upload.after, upload.terms))
    faults = sorted(upload.faults, key=lambda fault: (fault.row == 0, fault.row))
    entered = {account: yuan(base) for account, base in upload.entered.items()}
    return Checked(faults, None, faults_workbook(sheet, columns(), faults), entered)


_HEADINGS = [column.heading for column in columns()]
