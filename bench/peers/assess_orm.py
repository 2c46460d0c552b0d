"""A loop over ORM objects: each person loaded, reckoned in Decimal, added as a line."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.peers.assessing import ALL, MADE, Assessing
from data import schema  # noqa: F401 — the tables that these refer to
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from services.rules import clock


class Way(Assessing):
    def run(self, order: Path) -> None:
        chosen = select(Employer)
        if order.name != ALL:
            chosen = chosen.where(Employer.id == int(order.name))
        with Session(self.engine) as session:
            for employer in session.scalars(chosen).all():
                _assess(session, employer)
            session.commit()


def _assess(session: Session, employer: Employer) -> None:
    header = Assessment(
        **{**MADE, "assessed_at": clock.now()}, employer_id=employer.id, heads=0,
        employer_amount=Decimal(0), contributor_amount=Decimal(0),
    )  # fmt: skip
    session.add(header)
    session.flush()
    people = session.scalars(select(Contributor).filter_by(employer_id=employer.id, status="01"))
    lines = []
    for person in people:
        own, withheld = (
            (person.base * rate / 100).quantize(Decimal(1), ROUND_HALF_UP)
            for rate in (employer.employer_rate, employer.contributor_rate)
        )
        lines.append(
            AssessmentLine(
                assessment_id=header.id, employer_id=employer.id, contributor_id=person.id,
                account=person.account, name=person.name, id_number=person.id_number, base=person.base,
                employer_rate=employer.employer_rate, contributor_rate=employer.contributor_rate,
                employer_amount=own, contributor_amount=withheld,
            )
        )  # fmt: skip
        header.heads += 1
        header.employer_amount += own
        header.contributor_amount += withheld
    session.add_all(lines)
    session.flush()
    for one in lines:
        session.expunge(one)
