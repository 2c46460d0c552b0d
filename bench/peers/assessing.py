"""What those that assess have in common: whom an order names, the tables, what is forgotten.

They write a header for each employer and a line for each person in status 正常, and nothing else:
no case, no trail, no message, no comparison with the month before.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench import tidy
from bench.peers import database

MONTH, ALL = 202607, "all"
#: A header as everybody here makes it; what is compared with the month before is nothing.
MADE: dict[str, Any] = {
    "month": MONTH, "kind": "01", "status": "assessed", "last_heads": 0, "last_amount": 0,
    "plus_heads": 0, "plus_amount": 0, "minus_heads": 0, "minus_amount": 0, "difference": 0,
    "assessed_at": "2026-07-06 01:00:00",
}  # fmt: skip


class Assessing:
    def __init__(self, address: str) -> None:
        self.engine = database.connect(address)

    def reset(self) -> None:
        tidy.forget(self.engine, "assessment_line", "assessment")

    def stored(self) -> int:
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM assessment_line")).scalar_one()


def condition(order: Path) -> str:
    """Return whom an order names, as a condition on their contributors."""
    return "c.status = '01'" + ("" if order.name == ALL else f" AND c.employer_id = {order.name}")
