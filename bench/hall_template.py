"""The hall's template of a large employer, from the database to the finished file."""

from pathlib import Path

from bench.hall import CLERK
from data import database
from services.base_adjustment import workbook


class Way:
    def __init__(self, path: Path) -> None:
        database.connect(f"sqlite:///{path}")

    def reset(self) -> None:
        """Nothing is left behind."""

    def stored(self) -> int:
        return 0

    def run(self, book: Path) -> None:
        book.write_bytes(workbook.template(CLERK).content)
