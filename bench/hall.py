"""The hall itself among those that are measured: its own services, unchanged."""

import gc
from pathlib import Path

from sqlalchemy import func, select, text

import settings
from bench.peers.rules import Rejected
from data import database
from data.enums import Role
from data.models.base_adjustment import BaseAdjustmentLine
from services.actor import Actor
from services.base_adjustment import workbook
from services.errors import BusinessError

#: The clerk of the employer whose roster is imported.
CLERK = Actor(1, "杨秀英", Role.CLERK, employer_id=1)


class Way:
    def __init__(self, path: Path) -> None:
        gc.set_threshold(*settings.GARBAGE)  # as the launcher does
        self.engine = database.connect(f"sqlite:///{path}")

    def reset(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("DELETE FROM base_adjustment_line"))
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def stored(self) -> int:
        with database.snapshot() as session:
            return session.scalar(select(func.count()).select_from(BaseAdjustmentLine)) or 0

    def run(self, book: Path) -> None:
        try:
            checked = workbook.import_workbook(CLERK, book.read_bytes())
        except BusinessError as refusal:
            raise Rejected(str(refusal)) from refusal
        if checked.faults:
            raise Rejected(checked.faults[:3])
