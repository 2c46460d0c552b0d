"""The bank's credits by workbook (到账导入): the template, the checks of every row, the import."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import OFFICERS
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.files import workbook
from services.files.cells import Cell, CellFault, shown, text
from services.files.columns import Column, SheetRow
from services.files.faults import Fault, faults_workbook, in_order
from services.files.numbers import yuan
from services.files.template import File, Template, filled_rows, refilled
from services.files.words import day
from services.files.workbook import Row, Sheet
from services.remittance import arrivals
from services.remittance.credits import MOST, Credit, Outcome, objections
from services.rules import clock
from services.works.kinds import Count, counted, quietly

TEMPLATE: Final = Template("arrivals", "到账导入")
MOST_ROWS, SPARE_ROWS = 5_000, 500
#: What each column holds, in order; the first is the row's own number.
FIELDS: Final = (
    "", "reference", "arrived_on", "employer_number", "employer_name", "amount", "payer", "note",
)  # fmt: skip
COLUMNS: Final = (
    Column("序号", "integer", 6, editable=True, minimum=1),
    Column("银行流水号*", width=26, editable=True),
    Column("到账日期*", width=14, editable=True),
    Column("单位账号*", width=16, editable=True),
    Column("单位名称", width=30, editable=True),
    Column("到账金额*", "money", 16, editable=True, minimum=Decimal("0.01"), maximum=MOST),
    Column("付款户名", width=30, editable=True),
    Column("摘要", width=24, editable=True),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What an upload holds: every fault of every row, or what it would do, employer by employer."""

    faults: list[Fault]
    outcomes: list[Outcome]
    credits: int
    report: bytes | None = field(default=None, repr=False)
    again: File | None = field(default=None, repr=False)

    @property
    def total(self) -> Decimal:
        return sum((outcome.arrived for outcome in self.outcomes), Decimal("0.00"))


@audit.refusals
def template(actor: Actor) -> File:
    """Return the workbook to fill in with the bank's credits. Raises NotAllowed."""
    actor.require(*OFFICERS)
    return _template([])


@audit.refusals
def check_workbook(actor: Actor, content: bytes, count: Count = quietly) -> Checked:
    """Say what importing `content` would do, and store nothing; `count` hears how far it is.

    Raises UnreadableWorkbook, OtherTemplate, NothingInTheFile, NotAllowed.
    """
    actor.require(*OFFICERS)
    sheet = workbook.read(content, COLUMNS, max_rows=MOST_ROWS)
    upload = _judged(actor, sheet, count)
    if upload.faults:
        return _refused(upload, sheet)
    return Checked([], arrivals.foresee(actor, upload.credits), len(upload.credits))


@audit.refusals
def import_workbook(
    actor: Actor,
    content: bytes,
    count: Count = quietly,
    settle: Callable[[Session, Checked], None] | None = None,
) -> Checked:
    """Enter every credit of the workbook, or none; say which faults forbid it.

    `settle` is called in the transaction that enters them. Raises as
    `check_workbook`, and WrongCredit where somebody was quicker.
    """
    actor.require(*OFFICERS)
    sheet = workbook.read(content, COLUMNS, max_rows=MOST_ROWS)
    upload = _judged(actor, sheet, count)
    if upload.faults:
        return _refused(upload, sheet)

    def settled(session: Session, outcomes: list[Outcome]) -> None:
        if settle:
            settle(session, Checked([], outcomes, len(upload.credits)))

    outcomes = arrivals.receive_all(actor, upload.credits, settled)
    return Checked([], outcomes, len(upload.credits))


@dataclass(slots=True)
class _Upload:
    """What has been found out about an upload so far."""

    employers: Mapping[str, Employer]
    entered: set[str]
    rows: dict[str, int] = field(default_factory=dict)
    """Where each bank reference stands first."""
    faults: list[Fault] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)


def _judged(actor: Actor, sheet: Sheet, count: Count) -> _Upload:
    TEMPLATE.require(sheet)
    rows = filled_rows(sheet)
    with snapshot() as session:
        upload = _known(session, actor, rows)
    for row in counted(rows, count):
        _judge_row(upload, row)
    return upload


def _known(session: Session, actor: Actor, rows: Sequence[Row]) -> _Upload:
    def spelt(name: str) -> list[str]:
        return [shown(row.cells[FIELDS.index(name)]) for row in rows]

    return _Upload(
        arrivals.payers(session, actor, spelt("employer_number")),
        arrivals.entered(session, spelt("reference")),
    )


def _judge_row(upload: _Upload, row: Row) -> None:
    """Find every fault of one row; where there is none, keep its credit."""
    read, found = _parsed(row.cells)
    credit = Credit(**{name: read[name] for name in read if name != "employer_name"})
    for name, reason in objections(credit).items():
        found.setdefault(name, reason)
    employer = upload.employers.get(credit.employer_number)
    if credit.employer_number and employer is None:
        found.setdefault("employer_number", arrivals.NOT_HERE)
    if employer and read["employer_name"] not in ("", employer.name):
        found.setdefault("employer_name", f"与单位账号登记的名称不一致（{employer.name}）")
    first = upload.rows.setdefault(credit.reference, row.number)
    if first != row.number:
        found.setdefault("reference", f"与第{first}行重复")
    if credit.reference in upload.entered:
        found.setdefault("reference", arrivals.ENTERED)
    for name in FIELDS:
        if name and name in found:
            place = FIELDS.index(name)
            who = read["employer_name"] or credit.employer_number
            value = shown(row.cells[place])
            upload.faults.append(Fault(row.number, who, COLUMNS[place].heading, value, found[name]))
    if not found:
        upload.credits.append(credit)


def _parsed(cells: Sequence[Cell]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a row: the values by field, and by field why a cell could not be read."""
    read: dict[str, Any] = dict.fromkeys(FIELDS[1:], "")
    read |= {"amount": Decimal(0), "arrived_on": date.min}
    unread: dict[str, str] = {}
    for name, cell in zip(FIELDS[1:], cells[1:], strict=True):
        try:
            read[name] = (
                yuan(cell)
                if name == "amount"
                else _day(cell)
                if name == "arrived_on"
                else text(cell)
            )
        except CellFault as fault:
            unread[name] = fault.reason
    return read, unread


def _day(cell: Cell) -> date:
    read = day(cell)
    if read is None:
        raise CellFault("请填写到账日期")
    return read


def _refused(upload: _Upload, sheet: Sheet) -> Checked:
    faults = in_order(upload.faults)
    again = _template(refilled(sheet, COLUMNS))
    return Checked(faults, [], 0, faults_workbook(sheet, COLUMNS, faults), again)


def _template(rows: Sequence[SheetRow]) -> File:
    content = workbook.write(
        TEMPLATE.title, COLUMNS, list(rows), protect=False, spare_rows=SPARE_ROWS,
        identification=TEMPLATE.identification(),
    )  # fmt: skip
    return File(f"到账导入模板_{clock.today():%Y%m%d}.xlsx", content)
