"""Trials: the hall with one slip in a module, and whether a test notices it.

Where a function's body alone is changed, a fork of a process that has all tests ready changes it in
place (`swap`); where a table or a default is, a fork of a process that has only the libraries imports
the hall with the module as the mutant says. Both run on SQLite.
"""

import ast
import contextlib
import importlib
import importlib.machinery
import importlib.util
import json
import os
import sys
import tempfile
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests import figures
from tests.figures import ROOT
from tests.mutation.stage import NOT_IMPORTED, TOO_LONG, Stage, limit

OURS = ("services", "data", "demo", "tests", "settings", "ukey", "web", "pages", "components")
_OPTIONS = [
    "-q", "-x", "-p", "no:randomly", "-k", "not postgresql", "-o", "timeout=300", "--tb=native",
    "--capture=sys",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # the libraries are warm
]  # fmt: skip
_LAST = 1e9


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


def path_of(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def ready(tests: Sequence[str], modules: Sequence[str], work: Callable[[Stage], str]) -> str:
    """Return what `work` answers in a child that has the tests collected and the modules loaded."""

    def child() -> str:
        answer = []
        paths = {module: str(path_of(module)) for module in modules}
        stage = Stage(paths, lambda it: answer.append(work(it)))
        stage.watch_imports()
        _collect(tests, stage)
        return answer[0]

    return in_child(child)


def fresh(
    tests: Sequence[str],
    module: str,
    tree: ast.Module,
    order: Mapping[str, float],
    *,
    patience: float,
) -> str | None:
    """Import the hall with the module as `tree` says; return what notices it, or None."""

    def child() -> str:
        limit(60 + int(patience))
        sys.meta_path.insert(0, _Finder(module, path_of(module), tree))  # type: ignore[arg-type]
        answer = []

        def work(stage: Stage) -> None:
            items = sorted(stage.items, key=lambda item: order.get(item.nodeid, _LAST))
            answer.append(stage.run(items, patience))

        with tempfile.TemporaryDirectory(prefix="trial-") as base:
            figures.QUICK = Path(base)
            _collect([*tests, f"--basetemp={base}/tests"], Stage({}, work))
        return json.dumps(answer)

    said = in_child(child)
    found = json.loads(said) if said else [TOO_LONG]
    return (found[0] or None) if found else NOT_IMPORTED


def _collect(asked: Sequence[str], stage: Stage) -> None:
    os.environ.pop("HALL_NIGHTLY", None)
    figures.IS_WHOLE = False  # the quick shares tell soonest
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        import pytest

        pytest.main([*_OPTIONS, *asked], plugins=[stage])


def in_child(work: Callable[[], str]) -> str:
    """Return what `work` answers in a child: what it imports is not imported here."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(into, "w") as answer:
                answer.write(work())
        finally:
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
