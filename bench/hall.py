"""The hall itself among those that are measured: its own services, unchanged."""

import gc
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

import settings
from bench import tidy
from bench.actors import CLERKS
from bench.peers.rules import EMPLOYER, Rejected
from data import database, schema  # noqa: F401 — the tables that those it uses refer to
from data.models.base_adjustment import BaseAdjustmentLine
from services.base_adjustment import workbook
from services.errors import BusinessError
from services.files import workbook as reading

#: More rows and bytes than the hall takes: what refuses a larger file is its limits, not the machine.
MOST_ROWS, MOST_BYTES = 100_000, 1 << 30


def lift_limits() -> None:
    """Let this process read rosters of 100,000 rows, which the hall itself refuses."""
    read = partial(reading.read, max_rows=MOST_ROWS, max_bytes=MOST_BYTES)
    workbook.workbook.read = read  # type: ignore[attr-defined]


class Way:
    def __init__(self, address: str) -> None:
        gc.set_threshold(*settings.GARBAGE)  # as the launcher does
        lift_limits()
        self.engine = database.connect(address)

    def reset(self) -> None:
        tidy.forget(self.engine, "base_adjustment_line")

    def stored(self) -> int:
        with database.snapshot() as session:
            return session.scalar(select(func.count()).select_from(BaseAdjustmentLine)) or 0

    def run(self, book: Path) -> None:
        try:
            checked = workbook.import_workbook(CLERKS[EMPLOYER], book.read_bytes())
        except BusinessError as refusal:
            raise Rejected(str(refusal)) from refusal
        if checked.faults:
            raise Rejected(checked.faults[:3])
