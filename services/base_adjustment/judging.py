"""What an uploaded base adjustment holds (逐行检查, manual B2.3): every fault of every row, or its lines."""

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
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
from services.files.cells import CellFault, shown, text
from services.files.faults import Fault
from services.files.numbers import fen, plain_fens
from services.files.template import NothingInTheFile, Template
from services.files.workbook import Row, Sheet
from services.rules.limits import yuan
from services.works.kinds import Count, counted_by_step

_number, _cells = operator.attrgetter("number"), operator.attrgetter("cells")
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
    for rows in counted_by_step(sheet.rows, count):
        if not _enter_plainly_right(upload, rows, people):
            for row in rows:
                _judge_row(upload, row, people)
    there = {line.account for line in present}
    missing = [
        person
        for person in people.values()
        if person.account not in upload.rows
        and person.account not in there
        and person.status is ContributorStatus.NORMAL
    ]
    if missing:
        opened = facts.opening_moments(session, terms.employer_id)
        upload.faults += _missing(missing, opened, sheet.identification.get("downloaded"))
    if not upload.faults:
        upload.after = _afterwards(upload.lines, present)
    return upload


def _enter_plainly_right(upload: Upload, rows: Sequence[Row], people: Mapping[str, Person]) -> bool:
    """Enter these rows, column by column, if all are right at a glance, as nearly all are."""
    terms, entered = upload.terms, upload.entered
    _, accounts, names, id_numbers, rates, *money = zip(*map(_cells, rows), strict=True)
    found = [people[name] for name in accounts if type(name) is str and name in people]
    old_bases, old_amounts, bases = map(plain_fens, money)
    if len(found) < len(rows) or not bases:
        return False
    each = tuple(zip(*found, strict=True))
    is_untouched = (
        each[2:4] == (names, id_numbers)
        and rates.count(upload.rates) == len(rows)
        and each[4].count(ContributorStatus.NORMAL.value) == len(rows)
        and (old_bases, old_amounts) == (list(each[5]), list(each[6]))
    )
    own, withheld = terms.parts_of_each(bases)
    totals = list(map(operator.add, own, withheld))
    if (
        not is_untouched
        or len({*accounts}) < len(rows)
        or not upload.rows.keys().isdisjoint(accounts)
        or not terms.policy.limits.allow(bases, totals)
    ):
        return False
    upload.rows.update(zip(accounts, map(_number, rows), strict=True))
    entered.update(zip(accounts, bases, strict=True))
    ids, _, _, _, codes, old, amounts = each
    fields = zip(
        ids, accounts, names, id_numbers, codes, old, repeat(0), old, bases, own, withheld,
        amounts,
    )  # fmt: skip
    upload.lines += map(Line._make, fields)
    return True


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
        person.id, person.account, person.name, person.id_number, person.status_code, person.base,
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
    people: Iterable[Person], opened: Mapping[str, datetime], downloaded: str | None
) -> Iterator[Fault]:
    """Blame the absence of each of `people` on the file, or on the day it was downloaded."""
    for person in people:
        is_new = downloaded and opened[person.account].isoformat() > downloaded
        reason = f"模板下载后新增职工{person.name}未包含，请重新下载模板" if is_new else (
            f"缺少职工{person.name}（{person.account}），正常状态的职工须全部填写"
        )  # fmt: skip
        yield Fault(0, person.name, "个人账号", person.account, reason)


def _afterwards(lines: list[Line], present: list[Line]) -> list[Line]:
    """Return the roster as it would stand: the lines there, with those of the file over them."""
    if not present:
        return lines
    entered = {line.contributor_id for line in lines}
    return [line for line in present if line.contributor_id not in entered] + lines
