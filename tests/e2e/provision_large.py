"""`python -m tests.e2e.provision_large`: the demo with one large employer: 10,000 people at work, 6,000
more who were sealed since the last booked month.
"""

import random

from sqlalchemy import select, update

import settings
from data import database
from data.enums import ContributorStatus
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment
from demo import fixture
from demo.__main__ import prepare

NUMBER = "522601000101"
NORMAL, SEALED = 10_000, 6_000


def main() -> None:
    prepare()
    engine = database.connect(settings.DATABASE_URL)
    people = random.Random(20260706)
    with database.transaction() as session:
        employer = session.scalars(select(Employer).filter_by(number=NUMBER)).one()
        taken = set(session.scalars(select(Contributor.id_number)))
        there = sum(who.status is ContributorStatus.NORMAL for who in _of(session, employer))
        session.add_all(
            fixture._contributor(employer, status, "6000.00", people, taken)
            for status, count in (
                (ContributorStatus.NORMAL, NORMAL - there),
                (ContributorStatus.SEALED, SEALED),
            )
            for _ in range(count)
        )
        session.flush()
        session.execute(
            update(Assessment).filter_by(employer_id=employer.id).values(month=employer.paid_to - 1)
        )
        fixture._book_last_month(session, employer, _of(session, employer))
    engine.dispose()


def _of(session, employer: Employer) -> list[Contributor]:
    return list(session.scalars(select(Contributor).filter_by(employer_id=employer.id)))


if __name__ == "__main__":
    main()
