"""Mutants that are read (figure 4): openpyxl, where it reads them too, finds the same in every cell."""

import io
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

from services.files import cells, guard, workbook
from services.files.sheet_elements import Row
from tests import figures
from tests.files import mutants
from tests.files.books import COLUMNS, HEADINGS, PART_OF_SHEET

MUTANTS = figures.share(quick=500, whole=25_000)  # of each of two kinds
KINDS = {
    cells.Number: "number", cells.DateNumber: "date", cells.Boolean: "boolean",
    cells.Formula: "formula", cells.ErrorValue: "error", str: "text",
}  # fmt: skip
#: Kinds of cells that no column takes.
FAULTS = ("no number", "date", "boolean", "formula", "error")
#: A cell with a text in it that no longer says so.
LOST = re.compile(r'<c(?![^>]*t="inlineStr")[^>]*>[^<]*<is>')
Rows = dict[int, list[tuple[str, str]]]


def accepted() -> dict[str, tuple[bytes, list[Row]]]:
    """Return the mutants that the hall reads, with what it reads of them."""
    contents = {f"bytes-{n:05d}.xlsx": one for n, one in enumerate(mutants.of_bytes(MUTANTS))}
    contents |= {
        f"xml-{n:05d}.xlsx": mutants.packed(one) for n, one in enumerate(mutants.of_xml(MUTANTS))
    }
    found = {}
    for name, content in contents.items():
        try:
            found[name] = content, workbook.read(content, COLUMNS).rows
        except guard.UnreadableWorkbook:
            continue
    return found


def ours(rows: list[Row]) -> Rows:
    return {row.number: [_spoken(cell) for cell in row.cells] for row in rows}


def _spoken(cell: cells.Cell) -> tuple[str, str]:
    if cell is None:
        return "empty", ""
    kind = KINDS[type(cell)]
    return _said(kind, cell)


def theirs(rows: list[tuple[int, list[tuple[str, str]]]]) -> Rows:
    """Return the rows below the headings, their cells in the order of our columns."""
    (_, heading), *rest = rows
    named = [_seen(value) for _, value in heading]
    if missing := set(HEADINGS) - set(named):
        return {1: [("no heading", name) for name in sorted(missing)]}
    places = [named.index(name) for name in HEADINGS]
    return {
        number: [_said(*row[place]) if place < len(row) else ("empty", "") for place in places]
        for number, row in rest
    }


def _said(kind: str, value: str) -> tuple[str, str]:
    if kind == "text" and not value:
        return "empty", ""
    if kind != "number":
        return kind, _plain(value)
    try:
        return kind, repr(float(value))
    except ValueError:
        return "no number", _plain(value)


def _seen(heading: str) -> str:
    """Return of a heading what is seen of it."""
    plain = unicodedata.normalize("NFKC", heading)
    return "".join(mark for mark in plain if unicodedata.category(mark)[0] not in "ZC")


def _plain(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def test_openpyxl_reads_the_same_of_every_mutant_that_it_reads(tmp_path: Path) -> None:
    read = accepted()
    for name, (content, _) in read.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-m", "tests.files.other_reader", str(tmp_path)]
    done = subprocess.run(command, cwd=figures.ROOT, capture_output=True, text=True, check=True)
    outcomes = Counter[str]()
    differing = []
    for name, said in map(json.loads, done.stdout.splitlines()):
        if isinstance(said, str):
            outcomes["not read"] += 1
        elif theirs(said) == ours(read[name][1]):
            outcomes["alike"] += 1
        elif _is_refused_there(ours(read[name][1]), theirs(said)):
            outcomes["refused"] += 1
        elif LOST.search(spelt(read[name][0])):
            outcomes["lost"] += 1
        else:
            outcomes["otherwise"] += 1
            differing.append((name, _difference(ours(read[name][1]), theirs(said))))
    assert sum(outcomes.values()) == len(read)
    figures.record(
        4, f"of {len(read):,} mutants read {outcomes['alike']:,} are read alike by openpyxl, "
        f"{outcomes['not read']:,} not at all, {outcomes['refused']:,} otherwise in a cell that the hall "
        f"refuses as a fault, {outcomes['lost']:,} where a cell has lost the word that it holds text (the "
        f"hall reads what is there, openpyxl nothing), {outcomes['otherwise']:,} otherwise",
        f"{mutants.SEED_OF_BYTES}, {mutants.SEED_OF_XML}", reached=not differing,
    )  # fmt: skip
    assert differing == []
    assert outcomes["alike"] > len(read) // 2


def spelt(content: bytes) -> str:
    """Return the sheet of a workbook that both have read."""
    with ZipFile(io.BytesIO(content)) as archive:
        return archive.read(PART_OF_SHEET).decode("utf-8", "surrogatepass")


def _is_refused_there(here: Rows, there: Rows) -> bool:
    """Tell whether they differ only where the hall sees a fault and keeps nothing.

    A cell that says it is a number and is none, for example: openpyxl takes it for empty.
    """
    return here.keys() == there.keys() and all(
        mine == other or mine[0] in FAULTS
        for number, row in here.items()
        for mine, other in zip(row, there[number], strict=True)
    )


def _difference(here: Rows, there: Rows) -> object:
    numbers = sorted(here.keys() | there.keys())
    return next((n, here.get(n), there.get(n)) for n in numbers if here.get(n) != there.get(n))
