"""What waits for the officer of 镇远 in the morning, put there through the services themselves."""

import os

from sqlalchemy import select, update

import settings
from data import database
from data.database import snapshot, transaction
from data.models.people import User
from data.models.register import Contributor
from services.actor import Actor
from tests.desk_cases import employer_change, info_change

LATE, TODAY = "2026-06-30", "2026-07-06"
#: The mobile that the third person's register gets after the case is submitted.
MEANWHILE = "13985599999"


def main() -> None:
    """Leave an employer's change that is late, three good changes of people, and a doubtful one."""
    database.connect(settings.DATABASE_URL)
    with snapshot() as session:
        user = session.scalars(select(User).filter_by(name="吴芝兰")).one()
        clerk = Actor(user.id, user.name, user.role, user.employer_id)
        mine = select(Contributor).filter_by(employer_id=user.employer_id)
        people = session.scalars(mine.order_by(Contributor.account)).all()
    os.environ["HALL_TODAY"] = LATE
    employer_change(clerk, address="贵州省镇远县㵲阳镇兴隆街2号")
    os.environ["HALL_TODAY"] = TODAY
    for number in range(3):
        info_change(clerk, number, mobile=f"1398551110{number}")
    info_change(clerk, 3, mobile=people[0].mobile)
    with transaction() as session:
        session.execute(
            update(Contributor).where(Contributor.id == people[2].id).values(mobile=MEANWHILE)
        )


if __name__ == "__main__":
    main()
