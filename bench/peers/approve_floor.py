"""The floor of approving: one UPDATE of the people from the lines of the roster."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import approving, tidy
from bench.actors import CLERK
from bench.peers import database
from data import schema  # noqa: F401 — the tables that these refer to
from data.models.case import Case


class Way:
    def __init__(self, address: str) -> None:
        self.engine = database.connect(address)
        with Session(self.engine) as session:
            approving.fill(session, session.get_one(Case, CLERK.employer))
            session.commit()

    def reset(self) -> None:
        approving.put_back(self.engine)
        tidy.settle(self.engine)

    def stored(self) -> int:
        return approving.raised(self.engine)

    def run(self, _order: Path) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(approving.APPLY))
