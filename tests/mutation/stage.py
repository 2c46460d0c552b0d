"""The tests of an area, collected once and ready: each trial is a fork that runs those it takes.

Whoever runs a line is written down once, so a change is tried with the tests that come by it, those
first that have noticed something before, then the quickest.
"""

import hashlib
import importlib
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
import traceback
import types
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests import figures

_Watch = Callable[[types.FrameType, str, object], object]
_Child = tuple[int, int, Path]
"""Its process, where it answers, and its folder."""
NOT_IMPORTED, TOO_LONG = "does not come up", "runs on"
BROKEN = 3
_HOURS = 36_000
_MEMORY = 4 * 2**30


def limit(seconds: int) -> None:
    """Let this process have so much of the processor, and no more than a test can need of memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))


def _following(items: Sequence[pytest.Item]) -> list[pytest.Item | None]:
    return [*items[1:], None] if items else []


def _digest(test: Path, *also: str) -> str:
    """Name a module of tests and the hall as they are."""
    made = hashlib.sha256(" ".join(also).encode())
    ours = [*figures.ROOT.glob("*.py"), *(figures.ROOT / "tests").glob("[!t]*.py")]
    for folder in ("services", "data", "demo", "pages", "components", "ukey", "web"):
        ours += (figures.ROOT / folder).rglob("*.py")
    for path in [*sorted(ours), test]:
        made.update(path.read_bytes())
    return made.hexdigest()


class Stage:
    """A plugin of pytest's: collects, and then does `work` instead of running everything."""

    def __init__(self, modules: Mapping[str, str], work: Callable[["Stage"], None]) -> None:
        """`modules` are those to look at: their names, and their paths."""
        self.modules, self.work = modules, work
        self._paths = frozenset(modules.values())
        self.items: list[pytest.Item] = []
        self.seconds: dict[str, float] = {}
        self.takers: dict[tuple[str, int], set[str]] = {}
        """Path and line → the tests that run it."""
        self.imported: set[tuple[str, int]] = set()
        """Path and first line of what has run while the hall was imported."""
        self._failed = False
        self._lines: set[tuple[str, int]] = set()

    def imported_of(self, path: str) -> set[int]:
        return {line for where, line in self.imported if where == path}

    def watch_imports(self) -> None:
        sys.settrace(self._call)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for module in self.modules:
            importlib.import_module(module)
        sys.settrace(None)
        self.items = session.items
        self.work(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    def look(self, kept: Path, jobs: int) -> None:
        """Run every test as things are; remember how long it takes and which lines it runs.

        What is `kept` of that holds as long as neither the hall nor the test's module changes.
        """
        known = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
        keys = {path: _digest(path, *sorted(self.modules)) for path in {i.path for i in self.items}}
        new = [item for item in self.items if item.nodeid not in known.get(keys[item.path], {})]
        said: dict[str, Any] = {}
        for looked in self.side_by_side(lambda number: self._looked(new[number::jobs]), jobs):
            said |= json.loads(looked)
        if broken := {name for name, one in said.items() if one["failed"]}:
            print(
                f"not asked, they fail as it is: {sorted(broken)}", file=sys.__stdout__, flush=True
            )
        self.items = [item for item in self.items if item.nodeid not in broken]
        new = [item for item in new if item.nodeid not in broken]
        for item in new:
            known.setdefault(keys[item.path], {})[item.nodeid] = said[item.nodeid]
        for item in self.items:
            one = known[keys[item.path]][item.nodeid]
            self.seconds[item.nodeid] = one["seconds"]
            for path, line in one["lines"]:
                self.takers.setdefault((path, line), set()).add(item.nodeid)
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps({key: known[key] for key in keys.values()}), "utf-8")

    def side_by_side(self, work: Callable[[int], str], jobs: int) -> list[str]:
        """Return what `work` answers in so many processes, each given its number."""

        begun = [self._begin(partial(work, number), seconds=_HOURS) for number in range(jobs)]
        return [self._end(one) for one in begun]

    def attempt(
        self, names: Sequence[str], change: Callable[[], None], *, patience: float
    ) -> str | None:
        """Return the test that fails once `change` is made; None where none has in so many seconds."""
        wanted = {name: number for number, name in enumerate(names)}
        items = sorted(
            (item for item in self.items if item.nodeid in wanted), key=lambda i: wanted[i.nodeid]
        )

        def work() -> str:
            try:
                change()
            except Exception:
                return NOT_IMPORTED
            return self.run(items, patience)

        seconds = 10 + int(patience + 3 * max([0.0, *(self.seconds[name] for name in names)]))
        return self._fork(work, seconds=seconds) or None

    def _looked(self, items: Sequence[pytest.Item]) -> str:
        found: dict[str, Any] = {}
        sys.settrace(self._call)
        threading.settrace(self._call)
        for item, following in zip(items, _following(items), strict=True):
            self._forget()
            self._lines, self._failed, started = set(), False, time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            found[item.nodeid] = {
                "failed": self._failed,
                "seconds": time.process_time() - started,
                "lines": sorted(self._lines),
            }
        return json.dumps(found)

    def _forget(self) -> None:
        """Let what a test before has had reckoned and kept be reckoned again."""
        for module in self.modules:
            for one in vars(sys.modules[module]).values():
                if callable(forget := getattr(one, "cache_clear", None)):
                    forget()

    def run(self, items: Sequence[pytest.Item], patience: float) -> str:
        started = time.process_time()
        for item, following in zip(items, _following(items), strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return item.nodeid
            if time.process_time() - started > patience:
                break
        return ""

    def _fork(self, work: Callable[[], str], *, seconds: int) -> str:
        return self._end(self._begin(work, seconds=seconds))

    def _begin(self, work: Callable[[], str], *, seconds: int) -> _Child:
        base = Path(tempfile.mkdtemp(prefix="trial-"))
        out, into = os.pipe()
        child = os.fork()
        if child:
            os.close(into)
            return child, out, base
        try:
            os.close(out)
            limit(seconds)
            figures.QUICK = base  # what a trial measures is no figure
            self.items[0].config._tmp_path_factory._basetemp = base  # type: ignore[attr-defined]
            with os.fdopen(into, "w") as answer:
                answer.write(work())
            os._exit(0)
        finally:  # whatever happens, a child does not go on as its parent
            traceback.print_exc(file=sys.__stderr__)
            os._exit(BROKEN)

    def _end(self, begun: _Child) -> str:
        child, out, base = begun
        with os.fdopen(out) as answer:
            said = answer.read()
        _, status = os.waitpid(child, 0)
        shutil.rmtree(base, ignore_errors=True)
        if os.WIFSIGNALED(status):
            return TOO_LONG
        if os.WEXITSTATUS(status):
            raise SystemExit(f"a trial could not be made: {os.WEXITSTATUS(status)}")
        return said

    def _call(self, frame: types.FrameType, _event: str, _arg: object) -> _Watch | None:
        path = frame.f_code.co_filename
        if path not in self._paths:
            return None
        if not self.items:
            self.imported.add((path, frame.f_code.co_firstlineno))
            return None
        self._lines.add((path, frame.f_lineno))
        return self._line

    def _line(self, frame: types.FrameType, _event: str, _arg: object) -> _Watch | None:
        self._lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line
