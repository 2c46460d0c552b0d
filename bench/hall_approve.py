"""The approval of a base adjustment of a whole employer, by the officer's own use case."""

import gc
from pathlib import Path

from sqlalchemy import text, update

import settings
from bench import approving, tidy
from bench.actors import CLERK, OFFICER
from data import database
from data.enums import Action, CaseStatus, Channel
from data.models.case import Case, Step
from services import review
from services.rules import clock

#: What an approval writes and a new round must not find.
LEFT = ("message", "contributor_change")


class Way:
    def __init__(self, address: str) -> None:
        gc.set_threshold(*settings.GARBAGE)  # as the launcher does
        self.engine = database.connect(address)
        with database.transaction() as session:
            self.case_id = CLERK.employer
            approving.fill(session, session.get_one(Case, self.case_id))
            now = clock.now()
            session.add(
                Step(
                    case_id=self.case_id, version=1, action=Action.SUBMIT, level=0,
                    status=CaseStatus.PENDING, user_id=CLERK.user_id, user_name=CLERK.name,
                    role=CLERK.role.label, channel=Channel.HALL, arrived_at=now, taken_at=now,
                )
            )  # fmt: skip

    def reset(self) -> None:
        """Put the case before the officer again, and everybody's base back."""
        with database.transaction() as session:
            for table in LEFT:
                session.execute(text(f'DELETE FROM "{table}"'))
            session.execute(text("DELETE FROM case_step WHERE version > 1"))
            session.execute(
                update(Case).where(Case.id == self.case_id).values(
                    status=CaseStatus.PENDING, version=1, level=1, serial="012607060000001",
                    submitted_by=CLERK.user_id, submitted_at=clock.now(), ended_at=None,
                )
            )  # fmt: skip
        approving.put_back(self.engine)
        tidy.settle(self.engine)

    def stored(self) -> int:
        return approving.raised(self.engine)

    def run(self, _order: Path) -> None:
        review.approve(OFFICER, self.case_id, version=1, opinion="同意")
