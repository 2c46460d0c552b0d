"""The hall's template of a large employer, from the database to the finished file."""

import gc
from pathlib import Path

import settings
from bench.actors import CLERK
from data import database
from services.base_adjustment import workbook


class Way:
    def __init__(self, address: str) -> None:
        gc.set_threshold(*settings.GARBAGE)  # as the launcher does
        database.connect(address)

    def reset(self) -> None:
        """Nothing is left behind."""

    def stored(self) -> int:
        return 0

    def run(self, book: Path) -> None:
        book.write_bytes(workbook.template(CLERK).content)
