"""A month's assessment of one employer by the hall's own service; the order names the employer."""

import gc
import secrets
from pathlib import Path

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.orm import Session

import settings
from bench import tidy
from bench.actors import CLERKS
from data import database
from data.enums import AssessmentStatus, RemittanceKind
from data.models.case import Case
from data.models.register import Employer
from data.models.remittance import Assessment, AssessmentLine
from services import months_due
from services.remittance import assess, edit
from services.rules import clock
from services.rules.months import Month

ASSESSED = (1, 2)
JUNE, JULY = Month.of(202606), Month.of(202607)


class Way:
    def __init__(self, address: str) -> None:
        gc.set_threshold(*settings.GARBAGE)  # as the launcher does
        self.engine = database.connect(address)
        with database.transaction() as session:
            session.execute(delete(Case))
            for number in ASSESSED:
                _settle_june(session, number)

    def reset(self) -> None:
        """Take back what stands of July, as a clerk would, and forget the lines it left."""
        with database.snapshot() as session:
            standing = session.execute(
                select(Assessment.id, Assessment.employer_id).filter_by(
                    month=JULY.number, deleted_at=None
                )
            ).all()
        for assessment_id, number in standing:
            edit.delete(CLERKS[number], assessment_id)
        with database.transaction() as session:
            gone = select(Assessment.id).where(Assessment.deleted_at.is_not(None))
            session.execute(delete(AssessmentLine).where(AssessmentLine.assessment_id.in_(gone)))
        tidy.settle(self.engine)

    def stored(self) -> int:
        july = select(Assessment.id).filter_by(month=JULY.number, deleted_at=None)
        lines = select(func.count()).where(AssessmentLine.assessment_id.in_(july))
        with database.snapshot() as session:
            return session.scalars(lines).one()

    def run(self, order: Path) -> None:
        actor = CLERKS[int(order.name)]
        assess.assess(actor, [JULY], client_id=secrets.token_urlsafe(16))


def _settle_june(session: Session, number: int) -> None:
    """Give the employer the month before, booked, so that there is one to compare July with."""
    employer = session.get_one(Employer, number)
    people = months_due.people(employer, JUNE).subquery()
    heads, own, withheld = session.execute(
        select(
            func.count(), func.sum(people.c.employer_amount), func.sum(people.c.contributor_amount)
        )
    ).one()
    june = Assessment(
        employer_id=number, month=JUNE.number, kind=RemittanceKind.REGULAR,
        status=AssessmentStatus.BOOKED, last_heads=heads, last_amount=own + withheld,
        plus_heads=0, plus_amount=0, minus_heads=0, minus_amount=0, difference=0, heads=heads,
        employer_amount=own, contributor_amount=withheld, assessed_at=clock.now(),
        booked_on=clock.today(),
    )  # fmt: skip
    session.add(june)
    session.flush()
    session.execute(
        insert(AssessmentLine).from_select(
            ["assessment_id", "employer_id", *people.c.keys()],
            select(literal(june.id), literal(number), *people.c),
        )
    )
