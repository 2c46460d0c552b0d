"""Cases that wait know for whom, and until when: before, only the code knew."""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CASE = sa.table(
    "case", sa.column("id", sa.BigInteger), sa.column("kind", sa.String),
    sa.column("status", sa.String), sa.column("level", sa.Integer),
    sa.column("levels", sa.String), sa.column("waits_for", sa.String),
    sa.column("submitted_at", sa.DateTime(timezone=True)), sa.column("due_on", sa.Date),
)  # fmt: skip
#: Who decided in the first release, and in how many working days.
_LEVELS, _DAYS = {"deferral": ("reviewer", "senior_reviewer")}, {"deferral": 10}
_SATURDAY = 5


def upgrade() -> None:
    waiting = sa.select(_CASE).where(_CASE.c.status == "pending", _CASE.c.waits_for.is_(None))
    for case in op.get_bind().execute(waiting).all():
        levels = case.levels.split(",") if case.levels else _LEVELS.get(case.kind, ("reviewer",))
        op.execute(
            sa.update(_CASE)
            .where(_CASE.c.id == case.id)
            .values(
                levels=",".join(levels),
                waits_for=levels[case.level - 1],
                due_on=case.due_on or _after(case.submitted_at.date(), _DAYS.get(case.kind, 3)),
            )
        )


def _after(day: date, count: int) -> date:
    """Return the working day so many later, by the week alone: no holidays were kept before."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day
