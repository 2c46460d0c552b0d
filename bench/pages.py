"""What a page costs the server: CPU of a click, and of a number typed into the roster.

The hall runs as it is deployed, with the demo's people, a roster of 300 and a queue of 20 cases;
its CPU is read from the operating system, before and after so many runs.
"""

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import center
from bench.browser import Page
from bench.rounds import DAY, ROOT
from data import database, schema
from data.enums import BindingStatus, BusinessKind, CaseStatus, Role
from data.models.base_adjustment import BaseAdjustmentLine
from data.models.case import Case
from data.models.people import CertificateBinding, User, UserSession
from demo import fixture
from services.actor import Actor
from services.base_adjustment import facts, workbook
from services.rules import clock

RUNS, WARM_UP = 50, 8
QUEUE = 20
READY_SECONDS = 60
CLERK, OFFICER = "杨秀英", "王建国"
HEADING, FIRST_BASE = "调整后基数", 6500
BARE = "bench.peers.bare.application:app"


Act = Callable[[Page, int], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of CPU a run; `bare` is what the least page of Streamlit takes, where it can."""

    work: str
    milliseconds: float
    target: float
    bare: float | None = None


def measure(folder: Path) -> list[Cost]:
    """Return the server's CPU of each kind of work."""
    cookies = _prepare(folder)
    with serving("app:app", folder) as hall, serving(BARE, folder) as bare:
        clerk, officer = Page(hall.port, cookies[CLERK]), Page(hall.port, cookies[OFFICER])
        plain = Page(bare.port, "")
        plain.run()
        works: list[tuple[str, float, Page, str, Act, bool]] = [
            ("the clerk's home", 50, clerk, "", _click, False),
            ("base adjustment, a roster of 300", 50, clerk, "base_adjustment", _click, True),
            ("an edit in that roster", 15, clerk, "base_adjustment", _edit, True),
            (f"the officer's queue of {QUEUE}", 50, officer, "", _click, False),
        ]
        costs = []
        for work, target, page, address, act, has_peer in works:
            page.open(address)
            peer = _cpu(bare.process, plain, act) if has_peer else None
            costs.append(Cost(work, _cpu(hall.process, page, act), target, peer))
            assert not page.errors, page.errors
        for page in (clerk, officer, plain):
            page.close()
    _prove_written(folder)
    return costs


def _prove_written(folder: Path) -> None:
    """Raise unless the roster holds what was typed last: an edit refused would be a quick one."""
    engine = database.connect(f"sqlite:///{folder / 'hall.db'}")
    with database.snapshot() as session:
        found = session.scalar(select(BaseAdjustmentLine.new_base).filter_by(row=1))
    engine.dispose()
    assert found == FIRST_BASE + RUNS - 1, f"the last edit was not written down: {found}"


def _click(page: Page, _number: int) -> None:
    page.run()


def _edit(page: Page, number: int) -> None:
    page.edit(HEADING, 0, FIRST_BASE + number)


def _cpu(server: int, page: Page, act: Act) -> float:
    for number in range(WARM_UP):
        act(page, number)
    before = seconds(server)
    for number in range(RUNS):
        act(page, number)
        time.sleep(0.02)  # nobody clicks faster; what a run leaves to be done is done by then
    return (seconds(server) - before) * 1000 / RUNS


def seconds(process: int) -> float:
    """Return the CPU seconds of all threads of a process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server(NamedTuple):
    process: int
    port: int


@contextmanager
def serving(application: str, folder: Path, **more: str) -> Iterator[Server]:
    """Serve an application on a free port until the block ends; `more` goes into its environment."""
    command = ["uvicorn", application, "--host", "127.0.0.1", "--log-level", "warning", "--port"]
    with running(command, folder, **more) as server:
        yield server


@contextmanager
def running(
    command: list[str], folder: Path, *, is_listening: bool = True, **more: str
) -> Iterator[Server]:
    """Run `python -m command`, with a free port after it where it listens, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "HALL_DATA": str(folder), "HALL_PORT": str(port), "HALL_TODAY": DAY, **more,
    }  # fmt: skip
    told = [*command, str(port)] if is_listening else command
    with subprocess.Popen([sys.executable, "-m", *told], cwd=ROOT, env=environment) as process:
        try:
            if is_listening:
                _wait(port)
            yield Server(process.pid, port)
        finally:
            process.terminate()


def _wait(port: int) -> None:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/livez", headers={"Host": f"localhost:{port}"}
    )
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=2):
                return
        except urllib.error.HTTPError:
            return  # the bare page knows no such address, but is there
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _prepare(folder: Path) -> dict[str, str]:
    """Fill the hall's database; return the cookie of each person, signed in already."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = database.connect(f"sqlite:///{folder / 'hall.db'}")
    schema.create(engine)
    with database.transaction() as session:
        fixture.fill(session)
        cookies = {
            user.name: sign_in(session, user)
            for user in session.scalars(select(User).where(User.name.in_((CLERK, OFFICER)))).all()
        }
        clerk = session.scalars(select(User).filter_by(name=CLERK)).one()
        employer_id = clerk.employer_id or 0
        for number in range(1, QUEUE + 1):
            _submit(session, number, clerk.id)
        accounts = facts.people(session, employer_id)
    actor = Actor(clerk.id, clerk.name, Role.CLERK, employer_id)
    bases = dict.fromkeys(accounts, Decimal(FIRST_BASE))
    checked = workbook.import_workbook(actor, workbook.template(actor, bases).content)
    assert not checked.faults
    engine.dispose()
    return cookies


def _submit(session: Session, number: int, clerk_id: int) -> None:
    """Put another employer with a submitted case into the queue."""
    employer = center.employer(1000 + number)
    session.add(employer)
    session.flush()
    session.add(
        Case(
            serial=f"01260706{number:07d}", employer_id=employer.id, effective_month=202607,
            kind=BusinessKind.BASE_ADJUSTMENT, status=CaseStatus.PENDING,
            started_by=clerk_id, started_at=clock.now(),
            submitted_by=clerk_id, submitted_at=clock.now(), levels=Role.REVIEWER.value,
            waits_for=Role.REVIEWER, due_on=clock.today(),
        )
    )  # fmt: skip


def sign_in(session: Session, user: User) -> str:
    """Give a person a key and a session of it; return the cookie."""
    secret = os.urandom(16).hex()
    digest, now = hashlib.sha256(secret.encode()).hexdigest(), clock.instant()
    binding = CertificateBinding(
        fingerprint=digest, issuer="CN=CA", serial="1", user_id=user.id,
        status=BindingStatus.ACTIVE, not_after=now + timedelta(days=300),
        bound_by="测速", bound_at=now,
    )  # fmt: skip
    session.add(binding)
    session.flush()
    session.add(
        UserSession(
            secret_hash=digest, user_id=user.id, binding_id=binding.id, token_serial="K1",
            opened_at=now, seen_at=now,
        )
    )  # fmt: skip
    return secret
