"""`python -m tests.files.other_reader FOLDER`: what openpyxl reads of every file there, a line of JSON each.

It is held to a gigabyte and a half and ten seconds a file: some small files would take all there is.
"""

import json
import resource
import signal
import sys
import warnings
from datetime import date, time
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

MEMORY, SECONDS = 1_500 * 1024 * 1024, 10


class TooSlow(Exception):
    pass


def read(path: Path) -> list[tuple[int, list[tuple[str, str]]]]:
    """Return the rows that hold anything: the number, and of each cell its kind and its value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        active = load_workbook(path).worksheets[0]
    return [
        (number, [_spoken(cell) for cell in row])
        for number, row in enumerate(active.iter_rows(), start=1)
        if any(cell.value is not None for cell in row)
    ]


def _spoken(cell: Cell) -> tuple[str, str]:
    value = cell.value
    if value is None:
        return "empty", ""
    if isinstance(value, bool):
        return "boolean", str(int(value))
    if cell.data_type in ("f", "e"):
        return {"f": "formula", "e": "error"}[cell.data_type], str(value)
    if isinstance(value, date | time):
        return "date", str(value)
    return ("number", repr(value)) if isinstance(value, int | float) else ("text", str(value))


def _give_up(*_: object) -> None:
    raise TooSlow


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _give_up)
    for path in sorted(Path(sys.argv[1]).iterdir()):
        signal.alarm(SECONDS)
        try:
            said: object = read(path)
        except Exception as error:
            said = type(error).__name__
        signal.alarm(0)
        print(json.dumps([path.name, said]), flush=True)


if __name__ == "__main__":
    main()
