"""How cost grows with the center: `python -m bench.curves --people 3000 30000 300000`, on PostgreSQL.

Each center is made anew and measured by itself; a slope of 0 costs nothing more in a larger center, 1 grows
with it. Times are CPU of the hall, its children and PostgreSQL.
"""

# ruff: noqa: E402 — the day and the log are set before what reads them is imported

import argparse
import math
import os
import resource
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.rounds import DAY

_STORAGE = tempfile.TemporaryDirectory(prefix="curves-")
os.environ.update(HALL_TODAY=DAY, HALL_DATA=_STORAGE.name, HALL_SIGNATURES="off")

from streamlit import logger as streamlit_logger

streamlit_logger.set_log_level("ERROR")  # it warns of being imported outside its own server

from sqlalchemy import func, select

from bench import results, stores, tidy
from data import database, schema
from data.enums import ContributorStatus, EmployerStatus, Role
from data.models.people import User
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment
from demo import fixture
from demo.center import __main__ as center
from demo.center.employers import Size
from services import review_queue
from services.actor import Actor
from services.base_adjustment import workbook
from services.errors import BusinessError
from services.overview import board
from services.remittance import assess, edit
from services.rules.months import Month

ROUNDS = 5
EMPLOYERS_SIZES = (30, 300, 3_000)
JUNE, JULY = 202606, Month(2026, 7)
PEOPLE_EACH = 50

Costs = dict[str, list[float]]


class Taken(NamedTuple):
    """What one center cost: how many lines it has, the seconds of its making, medians by act."""

    people: int
    months: int
    made: float
    cpu: dict[str, float]


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.curves", description=__doc__)
    arguments.add_argument("--people", type=int, nargs="+", default=[3_000, 30_000, 300_000])
    arguments.add_argument("--months", type=int, default=12, help="of history")
    asked = arguments.parse_args()
    folder = Path(_STORAGE.name)
    with stores.postgresql(folder) as store:
        taken = []
        for people in asked.people:
            taken.append(_measured(store, people, asked.months))
            results.note("Cost curves", _section(taken))  # should the next not come to its end
            print(results.section("Cost curves"), flush=True)


def _measured(store: stores.Postgresql, people: int, months: int) -> Taken:
    began = time.monotonic()
    engine = database.connect(store.empty(f"people_{people}"))
    schema.create(engine)
    size = Size(
        max(people // PEOPLE_EACH, 60), people, decided=people // 75,
        waiting=max(people // 800, 20), deferred=max(people // 7_000, 2), months=months,
    )  # fmt: skip
    with database.transaction() as session:
        fixture.fill(session)
        center.fill(session, size)
    tidy.settle(engine)
    made = time.monotonic() - began
    cpu: dict[str, float] = {}
    for name, act in _acts().items():
        cpu[name] = _median(act)
    engine.dispose()
    return Taken(people, months, made, cpu)


def _acts() -> dict[str, Callable[[], object]]:
    """Return what is measured, each ready to be done again and again."""
    acts: dict[str, Callable[[], object]] = {}
    for heads in EMPLOYERS_SIZES:
        if clerk := _clerk(heads):
            content = workbook.template(clerk[0], clerk[1]).content
            acts[f"import, an employer of about {heads:,}"] = partial(_import, clerk[0], content)
            acts[f"a month assessed, an employer of about {heads:,}"] = partial(_assess, clerk[0])
    officer, manager = _staff("王建国"), _staff("莫志远")
    acts["the officer's queue"] = lambda: (
        review_queue.waiting(officer), review_queue.queue(officer),
    )  # fmt: skip
    scope = board.default_scope(manager)
    acts["the managers' charts, a year"] = lambda: board.page(manager, scope)
    return acts


def _clerk(heads: int) -> tuple[Actor, dict[str, object]] | None:
    """Return the clerk of an employer about so large that may do both, and its people's bases."""
    count = func.count(Contributor.id)
    with database.snapshot() as session:
        rows = session.execute(
            select(User.id, User.name, User.employer_id, count)
            .join(Employer, Employer.id == User.employer_id)
            .join(Contributor, Contributor.employer_id == Employer.id)
            .where(
                User.role == Role.CLERK, Contributor.status == ContributorStatus.NORMAL,
                Employer.status == EmployerStatus.NORMAL, Employer.assessed_to == JUNE,
            )
            .group_by(User.id, User.name, User.employer_id)
            .having(count.between(heads * 0.7, heads * 1.4))
            .order_by(func.abs(count - heads))
            .limit(20)
        ).all()  # fmt: skip
    for user_id, name, employer_id, _ in rows:
        clerk = Actor(user_id, name, Role.CLERK, employer_id)
        with database.snapshot() as session:
            bases = dict(
                session.execute(
                    select(Contributor.account, Contributor.base).filter_by(
                        employer_id=employer_id, status=ContributorStatus.NORMAL
                    )
                ).all()
            )
        try:
            _assess(clerk)
            _import(clerk, workbook.template(clerk, bases).content)
        except (BusinessError, AssertionError):
            continue
        return clerk, bases  # type: ignore[return-value]
    return None


def _import(clerk: Actor, content: bytes) -> None:
    assert not workbook.import_workbook(clerk, content).faults


def _assess(clerk: Actor) -> None:
    """Assess July and take it back."""
    assess.assess(clerk, [JULY], client_id=secrets.token_urlsafe(16))
    with database.snapshot() as session:
        standing = session.scalars(
            select(Assessment.id).filter_by(
                employer_id=clerk.employer, month=JULY.number, deleted_at=None
            )
        ).one()
    edit.delete(clerk, standing)


def _staff(name: str) -> Actor:
    with database.snapshot() as session:
        user = session.scalars(select(User).filter_by(name=name)).one()
        return Actor(user.id, user.name, user.role, None, user.branch)


def _median(act: Callable[[], object]) -> float:
    act()
    taken = []
    for _ in range(ROUNDS):
        before = _cpu()
        act()
        taken.append(_cpu() - before)
    return statistics.median(taken)


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used) + stores.server_seconds()


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the straight line through the points' logarithms."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    return statistics.linear_regression(*zip(*logs, strict=True)).slope


def _section(taken: list[Taken]) -> str:
    names = list(dict.fromkeys(name for one in taken for name in one.cpu))
    head = ("act, CPU ms", *(f"{one.people:,} people" for one in taken), "slope")
    rows = [head, ("---",) * len(head)]
    for name in names:
        cells = [f"{one.cpu[name] * 1000:.1f}" if name in one.cpu else "–" for one in taken]
        points = [(one.people, one.cpu[name]) for one in taken if name in one.cpu]
        rows.append((name, *cells, f"{slope(points):.2f}" if len(points) > 1 else "–"))
    made = ", ".join(f"{one.people:,} people in {one.made:.0f} s" for one in taken)
    by_size = _by_size(taken[-1])
    return "\n".join(
        [
            f"{results.today()}, PostgreSQL, {taken[0].months} months of history, "
            f"{PEOPLE_EACH} people an employer on the average. {results.machine()}",
            "", *("| " + " | ".join(row) + " |" for row in rows), "",
            "CPU of the hall, its children and PostgreSQL, medians of "
            f"{ROUNDS}; a month is assessed and taken back. The slope is that of the logarithms: 0 is "
            f"no more in a larger center, 1 grows with it. Made: {made}. {by_size}",
        ]
    )  # fmt: skip


def _by_size(one: Taken) -> str:
    """Say how cost grows with an employer's own size, in the largest center."""
    said = []
    for act in ("import", "a month assessed"):
        points = [
            (heads, cpu)
            for heads in EMPLOYERS_SIZES
            if (cpu := one.cpu.get(f"{act}, an employer of about {heads:,}"))
        ]
        if len(points) > 1:
            said.append(f"{act} {slope(points):.2f}")
    return f"Slope over the employer's own size, in the largest center: {', '.join(said)}."


if __name__ == "__main__":
    main()
