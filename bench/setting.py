"""What a run of the bench works in: its folder, its databases, the rosters, the ways at work."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import books, center
from bench.actors import CLERKS, employer_of
from bench.rounds import ROOT, Worker
from bench.stores import Store
from data import database

#: The ways that need tables of their own, and the module that makes them.
OWN_TABLES = "bench.peers.import_export"
_FILL = f"import sys; from {OWN_TABLES} import fill; fill(*sys.argv[1:])"


@dataclass
class Setting:
    folder: Path
    stores: list[Store]
    is_quick: bool
    _addresses: dict[tuple[str, str], str] = field(default_factory=dict)
    _books: dict[int, tuple[Path, Path]] = field(default_factory=dict)

    @property
    def sqlite(self) -> Store:
        return self.stores[0]

    def center(self, store: Store) -> str:
        """Return the center that all others are copies of, made once."""
        return self._once(store, "center", lambda: center.make(store.empty("center")))

    def books(self, people: int) -> tuple[Path, Path]:
        """Return the roster of so many, filled in: as an office saves it, and as downloaded."""
        if people not in self._books:
            clerk = CLERKS[employer_of(people)]
            engine = database.connect(self.center(self.sqlite))
            ours = books.ours(self.folder / f"ours_{people}.xlsx", clerk)
            engine.dispose()
            self._books[people] = books.office(ours, self.folder / f"office_{people}.xlsx"), ours
        return self._books[people]

    def workers(
        self, stack: ExitStack, ways: dict[str, str], store: Store, people: int
    ) -> dict[str, Worker]:
        """Start each way in a process of its own, on a database of its own kind of work."""
        os.environ["BENCH_EMPLOYER"] = str(employer_of(people))
        return {
            name: stack.enter_context(Worker(way, self._address(store, way)))
            for name, way in ways.items()
        }

    def _address(self, store: Store, way: str) -> str:
        source = self.center(store)
        if not way.startswith(OWN_TABLES):
            return self._once(store, way, lambda: store.copy(source, way.replace(".", "_")))
        return self._once(store, OWN_TABLES, lambda: self._filled(store, source))

    def _filled(self, store: Store, source: str) -> str:
        address = store.empty("own_tables")
        subprocess.run([sys.executable, "-c", _FILL, address, source], cwd=ROOT, check=True)
        return address

    def _once(self, store: Store, what: str, make: Callable[[], str]) -> str:
        key = store.name, what
        if key not in self._addresses:
            self._addresses[key] = make()
        return self._addresses[key]
