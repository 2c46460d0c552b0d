"""The import of a filled roster: 1,000, 20,000 and 100,000 rows, on both databases."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from bench import books, hall, rejects
from bench.comparing import HALL, faster, slower
from bench.results import Line
from bench.rounds import ROOT, Taken, alternate
from bench.setting import Setting
from bench.stores import Store

FEW, ROWS, MANY = 1_000, 20_000, hall.MOST_ROWS
CALAMINE, PANDAS = "plain calamine and Core", "plain pandas, calamine and Core"
DEFAULT_PANDAS = "pandas.read_excel and to_sql"
BULK, DEFAULT = "django-import-export, bulk", "django-import-export, default"
FLOOR = "the floor: inflate, tokenise, bare insert"
WAYS = {
    HALL: "bench.hall",
    CALAMINE: "bench.peers.plain_calamine",
    PANDAS: "bench.peers.plain_pandas",
    DEFAULT_PANDAS: "bench.peers.pandas_default",
    BULK: "bench.peers.import_export",
    DEFAULT: "bench.peers.import_export_default",
    FLOOR: "bench.peers.floor",
}
CHECKING = [name for name in WAYS if name != FLOOR]
SCRIPTS = (CALAMINE, PANDAS)
SLOW = (DEFAULT_PANDAS, BULK, DEFAULT)
ROUNDS, SLOW_ROUNDS, LARGE_ROUNDS = 5, 3, 3
FASTER, SLOWER, MIB = 8, 1.2, 400


def prove(setting: Setting) -> int:
    """Let every way that checks refuse every bad roster; return how many refusals that made."""
    good, _ = setting.books(FEW)
    bad = books.bad(good, setting.folder)
    with ExitStack() as stack:
        ways = {name: WAYS[name] for name in CHECKING}
        workers = setting.workers(stack, ways, setting.sqlite, FEW)
        return rejects.prove(workers, bad, good, FEW)


def measure(setting: Setting) -> Iterator[Line]:
    for store in setting.stores:
        yield from _imports(setting, store, FEW, list(WAYS))
        fast = [name for name in WAYS if name != DEFAULT]
        yield from _imports(setting, store, ROWS, fast)
    yield from _imports(setting, setting.sqlite, ROWS, [HALL, *SCRIPTS, BULK], is_downloaded=True)
    if setting.is_quick:
        return
    for store in setting.stores:
        yield from _imports(setting, store, MANY, [HALL, *SCRIPTS, FLOOR])
    yield from _memory(setting)


def _imports(
    setting: Setting, store: Store, people: int, names: list[str], *, is_downloaded: bool = False
) -> Iterator[Line]:
    """Yield the imports of the same roster, as an office saves it or as it was downloaded."""
    rounds = dict.fromkeys(names, LARGE_ROUNDS if people == MANY else ROUNDS)
    rounds |= {name: SLOW_ROUNDS for name in names if name in SLOW}
    office, ours = setting.books(people)
    spelling = "as downloaded" if is_downloaded else "as offices save it"
    with ExitStack() as stack:
        workers = setting.workers(stack, {name: WAYS[name] for name in names}, store, people)
        taken = alternate(workers, ours if is_downloaded else office, rounds)
    assert {run.stored for each in taken.values() for run in each.runs} == {people}
    yield from _lines(f"import of {people:,} rows, {spelling}, {store.name}", taken)


def _lines(work: str, taken: dict[str, Taken]) -> Iterator[Line]:
    """Compare with each; the fastest of the plain scripts is the one that counts."""
    plain = min((name for name in SCRIPTS if name in taken), key=lambda name: taken[name].cpu)
    for peer in taken:
        if peer == BULK:
            yield faster(work, peer, taken, FASTER)
        elif peer in SLOW:
            yield faster(work, peer, taken)
        elif peer != HALL:
            yield slower(work, peer, taken, SLOWER if peer == plain else None)


def _memory(setting: Setting) -> Iterator[Line]:
    """Yield the peak of the hall's process at 100,000 rows, in either spelling."""
    for book, spelling in zip(
        setting.books(MANY), ("as offices save it", "as downloaded"), strict=True
    ):
        address = setting.sqlite.copy(setting.center(setting.sqlite), "memory")
        command = [sys.executable, "-m", "bench.memory", address, str(book)]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
        found = json.loads(said.stdout)
        assert found["stored"] == MANY
        peak = f"{found['peak']} MiB ({found['idle']} idle), {found['cpu']:.1f} s"
        work = f"memory of {MANY:,} rows, {spelling}"
        yield Line(work, "–", peak, "", "", f"≤ {MIB} MB", found["peak"] * 2**20 <= MIB * 10**6)
