"""What the center's pages cost with 6,000 employers, 300,000 people and 36 months behind them.

The demo center is filled as `make demo-center` does and served as it is deployed; each person of
the center opens each of her pages, and runs it again and again, as a click does. The queue and the
search of the register are asked by themselves too.
"""

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

import settings
from bench import pages, tidy
from bench.browser import Page
from bench.results import Line
from bench.rounds import DAY, ROOT
from bench.setting import Setting
from bench.stores import Store, server_seconds
from data import database
from data.enums import OFFICERS
from data.models.people import User
from services import review, review_queue
from services.actor import Actor
from services.overview import board
from services.register import search
from services.review_queue import Shown, Wanted

ROUNDS, WARM_UP, QUICK = 40, 3, 5
PAGE, ASKED = 200.0, 100.0  # milliseconds
#: Who opens what; "" is the page that one begins with.
PEOPLE: Final = {
    "王建国": ("", "months", "arrivals", "register", "certificates"),
    "欧阳志强": ("",),
    "顾正华": ("", "policy"),
    "莫志远": ("", "register", "policy"),
    "谢文博": ("", "users", "certificates", "register"),
    "田晓岚": ("", "users", "certificates", "audit_log"),
    "彭立新": ("", "policy", "users", "certificates", "register"),
}
_SMALL: Final = "from demo.center import __main__ as c; c.Size = lambda: c.employers.Size(300, 6_000, 200, 60, 5, 5); c.FULL = 9; c.main()"  # noqa: E501


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of each round by the clock, and of CPU on average, the database's included."""

    clock: Sequence[float]
    cpu: float

    @property
    def p95(self) -> float:
        return sorted(self.clock)[-max(1, len(self.clock) // 20) - 1]

    def line(self, work: str, target: float) -> Line:
        shown = (
            f"{self.p95:.0f} ms p95 ({min(self.clock):.0f} least, "
            f"{statistics.median(self.clock):.0f} median; {len(self.clock)}×), {self.cpu:.0f} ms CPU"
        )
        return Line(work, "–", shown, "", "", f"< {target:.0f} ms", self.p95 < target)


def measure(setting: Setting) -> Iterator[Line]:
    """Yield what each page and question costs, on each database."""
    for store in setting.stores:
        address = store.empty("demo_center")
        folder = setting.folder / f"center-{store.name}"
        _fill(address, folder, small=setting.is_quick)
        yield from measured(store, address, folder, QUICK if setting.is_quick else ROUNDS)


def measured(store: Store, address: str, folder: Path, rounds: int) -> Iterator[Line]:
    """Yield the costs on a center that is filled already."""
    settings.AUDIT_KEY = folder / "audit.key"  # the one of the center, not of the bench
    engine = database.connect(address)
    tidy.after_a_night(engine)
    gc.freeze()  # as the launcher does: what was measured before is not looked through here
    gc.set_threshold(*settings.GARBAGE)
    actors, cookies = _signed_in()
    for work, ask, target in _questions(actors):
        yield _taken(ask, rounds, os.getpid()).line(f"{work}, {store.name}", target)
    engine.dispose()
    with pages.serving("app:app", folder, DATABASE_URL=address) as hall:
        for name, addresses in PEOPLE.items():
            page = Page(hall.port, cookies[name])
            for one in addresses:
                page.open(one)
                taken = _taken(page.run, rounds, hall.process)
                work = f"{actors[name].role.label}: {one or 'the first page'}, {store.name}"
                yield taken.line(work, PAGE)
            assert not page.errors, page.errors
            page.close()


def _questions(actors: dict[str, Actor]) -> Iterator[tuple[str, Callable[[], object], float]]:
    officer, manager = actors["王建国"], actors["莫志远"]
    queues = [Wanted(), Wanted(Shown.DECIDED), Wanted(Shown.ALL), Wanted(employer="凯里")]
    words = ["522601", "凯里市第九中学", "0017", "杨秀英", "522601199003070017", "示例"]
    waiting = review_queue.queue(officer).rows[0].case_id
    scope = board.default_scope(manager)
    yield "four queues", lambda: [review_queue.queue(officer, one) for one in queues], 4 * ASKED
    yield (
        "six searches of the register",
        lambda: [search.search(officer, w) for w in words],
        6 * ASKED,
    )
    yield "six searches by a manager", lambda: [search.search(manager, w) for w in words], 6 * ASKED
    yield "a case opened", lambda: review.open_case(officer, waiting), PAGE
    yield "the managers' figures and charts", lambda: board.page(manager, scope), PAGE
    for name in board.CHARTS:
        drawn = board.chart(manager, name, scope)
        key = drawn.keys[0] if drawn.keys else ""
        yield (
            f"the employers behind “{name}”",
            lambda n=name, k=key: board.behind(manager, n, scope, k),
            PAGE,
        )


def _taken(act: Callable[[], object], rounds: int, process: int) -> Taken:
    for _ in range(WARM_UP):
        act()
    clock = []
    before = _cpu(process)
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        clock.append((time.perf_counter() - begun) * 1000)
    return Taken(clock, (_cpu(process) - before) * 1000 / rounds)


def _cpu(process: int) -> float:
    return pages.seconds(process) + server_seconds()


def _fill(address: str, folder: Path, *, small: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    how = ["-c", _SMALL] if small else ["-m", "demo.center"]
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "HALL_DATA": str(folder),
        "HALL_TODAY": DAY,
    }
    subprocess.run([sys.executable, *how], cwd=ROOT, env=environment, check=True)


def _signed_in() -> tuple[dict[str, Actor], dict[str, str]]:
    with database.transaction() as session:
        found = session.scalars(
            select(User).where(User.name.in_(PEOPLE), User.employer_id.is_(None))
        )
        people = {user.name: user for user in found if user.role in OFFICERS or user.branch is None}
        cookies = {name: pages.sign_in(session, user) for name, user in people.items()}
        return {
            name: Actor(user.id, user.name, user.role, None, user.branch)
            for name, user in people.items()
        }, cookies
