"""`python -m demo.center`: a realistic center to look at, beside the demo's own four employers.

6,000 employers, 300,000 people, 36 months; the same every time; all names are invented. One
transaction: where it is cut off, nothing of it stays.
"""

import os
import random
import sys
import time

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from streamlit import logger as streamlit_logger

os.environ.setdefault("HALL_TODAY", "2026-07-06")
streamlit_logger.set_log_level("ERROR")  # the password hasher's package warns outside its server

import settings
from data import bulk, database, schema
from data.enums import Branch, Role
from data.models.case import Case
from data.models.ledger import Arrival
from data.models.people import User
from data.models.register import Contributor, Employer
from demo import fixture
from demo.center import adjustments, cases, deferrals, employers, keys, money, months, people
from demo.center.employers import Invented, Size
from services.summary import verify as summaries

SEED = 2026_07_06
FULL = 1_000
"""More employers than the demo's own: the center is there already."""


def fill(session: Session, size: Size) -> None:
    """Write the center into a database that has the demo fixture."""
    luck = random.Random(SEED)  # noqa: S311 — invented, the same every time
    after = session.scalar(select(func.max(Employer.id))) or 0
    by_id = _employers(session, employers.invent(luck, size), after)
    clerks, officers = _users(session, by_id)
    taken = {number[:17] for number in session.scalars(select(Contributor.id_number))}
    everybody = people.rows(luck, by_id, taken)
    with bulk.bare(session, Contributor):
        bulk.insert(session, Contributor, people.COLUMNS, everybody)
    months.write(session, after, size.months)
    money.write(session, luck, after, officers[Branch.KAILI].id)
    cases.write(session, luck, by_id, clerks, officers, size=size)
    adjustments.write(session, luck, by_id, clerks, officers)
    deferrals.write(session, luck, by_id, clerks, officers, size=size)
    keys.write(session, luck, clerks)
    summaries.rebuild(session)
    _count_on(session)


def _count_on(session: Session) -> None:
    """Let PostgreSQL number the next rows after those that were given their numbers here."""
    if session.connection().dialect.name == "postgresql":
        for model in (Employer, Case, Arrival):
            name = f'"{model.__tablename__}"'
            sequence = func.setval(func.pg_get_serial_sequence(name, "id"), func.max(model.id))
            session.execute(select(sequence))


def _employers(session: Session, invented: list[Invented], after: int) -> dict[int, Invented]:
    by_id = dict(enumerate(invented, start=after + 1))
    session.execute(
        insert(Employer),
        [
            {
                "id": employer_id, "number": one.number, "name": one.name, "uscc": one.uscc,
                "kind": one.kind, "branch": one.branch, "status": one.status,
                "address": f"贵州省黔东南州{one.branch.label.removesuffix('管理部')}",
                "legal_representative": "（示例）", "opened_on": one.opened_on,
                "first_month": one.first_month, "employer_rate": one.rate,
                "contributor_rate": one.rate, "payday": 10, "bank": "中国建设银行",
                "contact_name": one.clerk, "assessed_to": one.assessed_to, "paid_to": one.paid_to,
            }
            for employer_id, one in by_id.items()
        ],
    )  # fmt: skip
    return by_id


def _users(
    session: Session, by_id: dict[int, Invented]
) -> tuple[dict[int, int], dict[Branch, User]]:
    """Give every employer a clerk and every branch an officer, who have no keys yet."""
    there = session.scalars(select(User).filter_by(role=Role.REVIEWER).order_by(User.id.desc()))
    officers = {user.branch: user for user in there if user.branch}
    for branch in Branch:
        if branch not in officers:
            officers[branch] = User(
                name=f"{branch.label[:2]}初审", role=Role.REVIEWER, branch=branch
            )
            session.add(officers[branch])
    made = {
        employer_id: User(name=one.clerk, role=Role.CLERK, employer_id=employer_id)
        for employer_id, one in by_id.items()
    }
    session.add_all(made.values())
    session.flush()
    return {employer_id: user.id for employer_id, user in made.items()}, officers


def main() -> int:
    started = time.monotonic()
    engine = database.connect(settings.DATABASE_URL)
    bulk.with_room(engine)
    schema.create(engine)
    with database.transaction() as session:
        if not fixture.is_filled(session):
            fixture.fill(session)
        if (session.scalar(select(func.count(Employer.id))) or 0) > FULL:
            print(
                "大数据量演示数据已在，无需重建。重新开始：make demo-reset，然后 make demo-center。"
            )
            return 0
        fill(session, size := Size())
    engine.dispose()
    print(
        f"已建立{size.employers:,}个单位、{size.people:,}名缴存人、{len(employers.MONTHS)}个月的演示数据，"
        f"用时{time.monotonic() - started:.0f}秒。"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
