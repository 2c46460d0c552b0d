"""What an uploaded base adjustment holds (逐行检查, manual B2.3): every fault of every row, or its lines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from data.enums import ContributorStatus
from services.base_adjustment import facts
from services.base_adjustment.columns import (
    ACCOUNT,
    HEADINGS,
    ID_NUMBER,
    NAME,
    NEW_BASE,
    OLD_AMOUNT,
    OLD_BASE,
    RATES,
)
from services.base_adjustment.facts import Person, Terms
from services.base_adjustment.line import Line
from services.errors import BusinessError
from services.files.cells import CellFault, fen, shown, text
from services.files.faults import Fault
from services.files.template import NothingInTheFile, Template
from services.files.workbook import Row, Sheet
from services.rules.limits import yuan
from services.works.kinds import Count, counted

TEMPLATE: Final = Template("base_adjustment", "基数调整", how="请点击【基数调整数据下载】重新下载")


class LastYearsTemplate(BusinessError):
    message = "该模板是{year}年度的，请重新下载本年度模板"


@dataclass(slots=True)
class Upload:
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
        self.faults.append(Fault(row.number, who, HEADINGS[column], value, reason))


class Basis(NamedTuple):
    """All that an upload is judged by. Two that are equal lead to the same verdict on it."""

    terms: Terms
    people: Mapping[str, Person]
    present: list[Line]
    """The lines that are on the roster already."""


def basis(session: Session, terms: Terms, present: list[Line]) -> Basis:
    """Read what an upload is judged by. Raises the season's refusals."""
    if objection := facts.season_objection(session, terms):
        raise objection
    return Basis(terms, facts.people(session, terms.employer_id), present)


def judge(session: Session, basis: Basis, sheet: Sheet, count: Count) -> Upload:
    """Find every fault of a sheet's rows, or what they enter beside the lines that are present.

    Raises OtherTemplate, OtherEmployersTemplate, LastYearsTemplate, NothingInTheFile.
    """
    terms, people, present = basis
    TEMPLATE.require(sheet, employer=terms.number)
    year = str(terms.effective_month.year)
    if (stated := sheet.identification.get("year", year)) != year:
        raise LastYearsTemplate(year=stated)
    if not sheet.rows:
        raise NothingInTheFile
    upload = Upload(terms, terms.rates)
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


def _not_plainly_right(
    upload: Upload, rows: Iterable[Row], people: Mapping[str, Person]
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


def _judge_row(upload: Upload, row: Row, people: Mapping[str, Person]) -> None:
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
        person.id, person.account, person.name, person.id_number, person.status.value, person.base,
        0, person.base, base, own, withheld, person.amount,
    )  # fmt: skip


def _changed_columns(
    cells: tuple[str | None, ...], person: Person, rates: str
) -> Iterator[tuple[int, str]]:
    """Yield each locked column that no longer says what the template said (manual B2.2)."""
    for column, kept in ((NAME, person.name), (ID_NUMBER, person.id_number), (RATES, rates)):
        try:
            if cells[column] != kept and text(cells[column]) != kept:
                yield column, f"不得修改“{HEADINGS[column]}”列"
        except CellFault as objection:
            yield column, objection.reason
    for column, amount in ((OLD_BASE, person.base), (OLD_AMOUNT, person.amount)):
        try:
            if fen(cells[column]) != amount:
                yield column, f"不得修改“{HEADINGS[column]}”列，应为{yuan(amount)}"
        except CellFault as objection:
            yield column, f"不得修改“{HEADINGS[column]}”列：{objection.reason}"


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
