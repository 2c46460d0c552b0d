"""The hall's export of an employer's accounts (数据下载), from the database to the finished file."""

import gc
from pathlib import Path

import settings
from bench.actors import CLERK
from data import database, schema  # noqa: F401 — the tables that an export's note refers to
from services import exports
from services.contributor_query.accounts import accounts
from services.exports import Conditions


class Way:
    def __init__(self, address: str) -> None:
        gc.set_threshold(*settings.GARBAGE)  # as the launcher does
        database.connect(address)

    def reset(self) -> None:
        """Nothing stays but the note of who took it."""

    def stored(self) -> int:
        return 0

    def run(self, book: Path) -> None:
        book.write_bytes(exports.save(CLERK, accounts(CLERK, Conditions())).content)
