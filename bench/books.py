"""The rosters that are imported: the hall's own template, filled in, and saved in two spellings.

`ours` is spelt as the hall writes it (inline strings); `office` as an office program saves it
again (shared strings), which is what a clerk sends.
"""

import io
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from bench import center
from data.database import snapshot
from data.enums import ContributorStatus
from services.actor import Actor
from services.base_adjustment import facts, workbook

ACCOUNT, NAME, ID_NUMBER, RATES, OLD_BASE, OLD_AMOUNT, NEW_BASE = range(2, 9)
BAD_ROW = 500


def ours(path: Path, clerk: Actor) -> Path:
    """Write the template of the clerk's employer with a new base for everybody."""
    chance = random.Random(center.SEED + 1)
    with snapshot() as session:
        people = facts.people(session, clerk.employer).values()
    bases = {
        person.account: Decimal(chance.randrange(center.LOWEST, center.HIGHEST + 1)).scaleb(-2)
        for person in people
        if person.status is ContributorStatus.NORMAL
    }
    path.write_bytes(workbook.template(clerk, bases).content)
    return path


def office(source: Path, path: Path, change: Callable[[Worksheet], None] | None = None) -> Path:
    """Open a filled template, change it, and save it with shared strings."""
    book = openpyxl.load_workbook(io.BytesIO(source.read_bytes()))
    if change:
        change(book.worksheets[0])
    with xlsxwriter.Workbook(path) as saved:
        formats = {
            str: saved.add_format({"num_format": "@", "border": 1}),
            float: saved.add_format({"num_format": "#,##0.00", "border": 1}),
            int: saved.add_format({"num_format": "0", "border": 1}),
        }
        for sheet in book.worksheets:
            copy = saved.add_worksheet(sheet.title)
            for number, row in enumerate(sheet.iter_rows(values_only=True)):
                for index, value in enumerate(row):
                    copy.write(number, index, value, formats.get(type(value)))
    return path


def bad(source: Path, folder: Path) -> dict[str, Path]:
    """Return rosters that are wrong in one row each, by what is wrong."""
    return {
        name: office(source, folder / f"bad_{number}.xlsx", change)
        for number, (name, change) in enumerate(_BAD.items())
    }


def _set(column: int, value: object) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet.cell(BAD_ROW, column).value = value  # type: ignore[assignment]

    return change


def _same_as_above(sheet: Worksheet) -> None:
    for column in range(ACCOUNT, NEW_BASE + 1):
        sheet.cell(BAD_ROW, column).value = sheet.cell(BAD_ROW - 1, column).value


_BAD: dict[str, Callable[[Worksheet], None]] = {
    "an account of another employer": _set(ACCOUNT, f"5226{10_000_000 + center.CONTRIBUTORS:08d}"),
    "one person twice": _same_as_above,
    "another name": _set(NAME, "欧阳改"),
    "another ID number": _set(ID_NUMBER, "522601199001011234"),
    "another rate": _set(RATES, "5%+5%"),
    "another old base": _set(OLD_BASE, 1980.01),
    "another old amount": _set(OLD_AMOUNT, 1.00),
    "no new base": _set(NEW_BASE, None),
    "words for a new base": _set(NEW_BASE, "五千"),
    "a third decimal": _set(NEW_BASE, 5000.123),
    "a base above the limit": _set(NEW_BASE, 21774.01),
    "a base below the limit": _set(NEW_BASE, 1979.99),
    "somebody missing": lambda sheet: sheet.delete_rows(BAD_ROW),
}
