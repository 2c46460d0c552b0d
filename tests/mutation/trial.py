"""One trial: a child of a warm process imports the hall with one module changed, and runs its tests.

The parent has imported the libraries, and none of the hall; so a trial costs the tests alone.
"""

import ast
import contextlib
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import tempfile
import time
import types
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.figures import ROOT

OURS = ("services", "data", "demo", "tests", "settings", "ukey", "web", "pages", "components")
PASSED, FAILED, TOO_LONG = 0, 1, -1


class _Changed(importlib.machinery.SourceFileLoader):
    """Load a module from a syntax tree."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> types.CodeType:
        assert fullname == self.name
        return compile(self.tree, self.path, "exec")


class _Finder:
    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, str(path), tree

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        loader = _Changed(name, self.path, self.tree)
        return importlib.util.spec_from_file_location(name, self.path, loader=loader)


def run(
    tests: Sequence[str], module: str, tree: ast.Module | None, *, seconds: int
) -> tuple[int, float]:
    """Run the tests on SQLite with the module as `tree` says; return the outcome and the time it took."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os._exit(_child(tests, module, tree, seconds))
    _, status = os.waitpid(child, 0)
    took = time.monotonic() - started
    if os.WIFSIGNALED(status):
        return TOO_LONG, took
    return os.WEXITSTATUS(status), took


def _child(tests: Sequence[str], module: str, tree: ast.Module | None, seconds: int) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    signal.alarm(20 * seconds)  # what waits takes no processor
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    if tree is not None:
        path = ROOT / f"{module.replace('.', '/')}.py"
        sys.meta_path.insert(0, _Finder(module, path, tree))  # type: ignore[arg-type]
    import pytest

    options = ["-q", "-x", "-p", "no:randomly", "-k", "not postgresql"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # the libraries are warm
    return int(pytest.main([*options, *tests]))


def in_child(work: Callable[[], str]) -> str:
    """Return what `work` answers in a child: what it imports is not imported here."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(into, "w") as answer:
            answer.write(work())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def template(path: Path) -> str:
    """Fill the database that every trial copies; return the libraries that it takes."""
    os.environ["HALL_TEST_TEMPLATE"] = str(path)
    os.environ["TMPDIR"] = str(path.parent)  # a trial ends at once, and clears nothing away
    tempfile.tempdir = None

    def work() -> str:
        from tests import conftest

        conftest._fill(f"sqlite:///{path}")
        return "\n".join(sorted(sys.modules))

    return in_child(work)


def warm(names: str) -> None:
    """Import libraries, so that no trial has to."""
    for name in [*names.split(), "openpyxl", "hypothesis", "xlsxwriter", "reportlab.pdfgen.canvas"]:
        if name.partition(".")[0] not in OURS:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
