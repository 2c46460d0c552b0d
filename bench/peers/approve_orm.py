"""A loop over ORM objects: each line and its person loaded, the person changed, all flushed."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.peers import approve_floor
from data import schema  # noqa: F401 — the tables that these refer to
from data.models.base_adjustment import BaseAdjustmentLine
from data.models.register import Contributor


class Way(approve_floor.Way):
    def run(self, _order: Path) -> None:
        chosen = select(BaseAdjustmentLine, Contributor).join(
            Contributor, Contributor.id == BaseAdjustmentLine.contributor_id
        )
        with Session(self.engine) as session:
            for line, person in session.execute(chosen):
                person.base = line.new_base
                person.employer_amount = line.employer_amount
                person.contributor_amount = line.contributor_amount
            session.commit()
