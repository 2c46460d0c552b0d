"""The hall beside its peers, and against its targets, in one run: `make bench`."""

# ruff: noqa: E402 — the day and the log are set before what reads them is imported

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.rounds import DAY, ROOT, Taken, Worker, alternate

os.environ["HALL_TODAY"] = DAY
os.environ["HALL_SIGNATURES"] = "off"  # no key is asked: what the hall itself takes is measured

from streamlit import logger as streamlit_logger

streamlit_logger.set_log_level("ERROR")  # it warns of being imported outside its own server

from bench import books, center, memory, pages, rejects, results
from bench.results import Line
from data import database

ROWS, FEW = 20_000, 1_000
ROUNDS, SLOW_ROUNDS = 7, 3
HALL, BULK = "hall", "django-import-export, bulk"
IMPORTS = {
    HALL: "bench.hall",
    "plain calamine and Core": "bench.peers.plain_calamine",
    "plain pandas, calamine and Core": "bench.peers.plain_pandas",
    BULK: "bench.peers.import_export",
}
TEMPLATES = {HALL: "bench.hall_template", "openpyxl": "bench.peers.openpyxl_template"}
FASTER, SLOWER, TEMPLATE, MIB = 5, 1.5, 8, 400


def main() -> None:
    started = time.monotonic()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="hall-bench-") as name:
        folder = Path(name)
        proofs = _prove(folder)
        for measure in (_imports, _templates, _memory, _pages):
            for line in measure(folder):
                lines.append(line)
                print(" | ".join(line.cells), flush=True)
    results.write(lines, proofs, (time.monotonic() - started) / 60)
    print(f"\n{results.table(lines)}\n\n{results.RESULTS}")


def _prove(folder: Path) -> int:
    small = folder / "small"
    small.mkdir()
    hall, (good, _) = _center(small, FEW)
    bad = books.bad(good, small)
    with ExitStack() as stack:
        workers = _workers(stack, IMPORTS, small, hall)
        proofs = rejects.prove(workers, bad, good, FEW)
    print(f"{proofs} bad rosters refused, nothing stored")
    return proofs


def _imports(folder: Path) -> Iterator[Line]:
    """Yield the imports of the same roster, in the two spellings."""
    hall, spelt = _center(folder, ROWS)
    with ExitStack() as stack:
        workers = _workers(stack, IMPORTS, folder, hall)
        rounds = {name: SLOW_ROUNDS if name == BULK else ROUNDS for name in workers}
        for book, spelling in zip(spelt, ("as offices save it", "as downloaded"), strict=True):
            taken = alternate(workers, book, rounds)
            work = f"import of {ROWS:,} rows, {spelling}"
            plain = min((n for n in taken if n not in (HALL, BULK)), key=lambda n: taken[n].cpu)
            for peer in taken:
                if peer == BULK:
                    yield _faster(work, peer, taken, FASTER)
                elif peer != HALL:
                    yield _no_slower(work, peer, taken, counts=peer == plain)


def _templates(folder: Path) -> Iterator[Line]:
    with ExitStack() as stack:
        workers = _workers(stack, TEMPLATES, folder, folder / f"hall_{ROWS}.db")
        rounds = {HALL: ROUNDS, "openpyxl": SLOW_ROUNDS}
        taken = alternate(workers, folder / "template.xlsx", rounds)
    yield _faster(f"template of {ROWS:,} rows", "openpyxl", taken, TEMPLATE)


def _memory(folder: Path) -> Iterator[Line]:
    """Yield the peak of the hall's process at 100,000 rows, in either spelling."""
    hall, spelt = _center(folder, memory.ROWS)
    for book, spelling in zip(spelt, ("as offices save it", "as downloaded"), strict=True):
        command = [sys.executable, "-m", "bench.memory", str(hall), str(book)]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
        found = json.loads(said.stdout)
        assert found["stored"] == memory.ROWS
        shown = f"{found['peak']} MiB ({found['idle']} idle), {found['cpu']:.1f} s"
        work = f"memory of {memory.ROWS:,} rows, {spelling}"
        yield Line(work, "–", shown, "", "", f"≤ {MIB} MB", found["peak"] * 2**20 <= MIB * 10**6)


def _pages(folder: Path) -> Iterator[Line]:
    """Yield what pages cost, beside the least page of Streamlit with the same table."""
    for cost in pages.measure(folder / "pages"):
        shown, target = f"{cost.milliseconds:.1f} ms", f"< {cost.target:.0f} ms"
        is_reached = cost.milliseconds < cost.target
        if cost.bare is None:
            yield Line(cost.work, "–", shown, "", "", target, is_reached)
        else:
            ratio = f"{cost.milliseconds / cost.bare:.1f}× the time"
            peer = "a bare page with that table"
            yield Line(cost.work, peer, shown, f"{cost.bare:.1f} ms", ratio, target, is_reached)


def _center(folder: Path, people: int) -> tuple[Path, tuple[Path, Path]]:
    """Make a center; return its database, and its roster as an office spells it and as we do."""
    hall = center.make(folder, people)
    engine = database.connect(f"sqlite:///{hall}")
    ours = books.ours(folder / f"ours_{people}.xlsx")
    engine.dispose()
    return hall, (books.office(ours, folder / f"office_{people}.xlsx"), ours)


def _workers(stack: ExitStack, ways: dict[str, str], folder: Path, hall: Path) -> dict[str, Worker]:
    """Start each way in a process and on a database of its own."""
    workers = {}
    for name, way in ways.items():
        own = folder / f"{way}.db"
        if name == BULK:
            fill = "import sys; from bench.peers.import_export import fill; fill(*sys.argv[1:])"
            subprocess.run([sys.executable, "-c", fill, own, hall], cwd=ROOT, check=True)
        else:
            shutil.copyfile(hall, own)
        workers[name] = stack.enter_context(Worker(way, own))
    return workers


def _faster(work: str, peer: str, taken: dict[str, Taken], times: float) -> Line:
    hall, other = taken[HALL], taken[peer]
    ratio = other.cpu / hall.cpu
    return Line(
        work, peer, _seconds(hall), _seconds(other), f"{ratio:.1f}× faster",
        f"≥ {times}× faster", ratio >= times, f"{other.wall / hall.wall:.1f}×",
    )  # fmt: skip


def _no_slower(work: str, peer: str, taken: dict[str, Taken], *, counts: bool) -> Line:
    """Compare with a plain script; the fastest of them is the one that counts."""
    hall, other = taken[HALL], taken[peer]
    # By pairs of neighbouring runs: what disturbs one disturbs the other.
    pairs = list(zip(hall.runs, other.runs, strict=True))
    ratio = statistics.median(ours.cpu / theirs.cpu for ours, theirs in pairs)
    wall = statistics.median(ours.wall / theirs.wall for ours, theirs in pairs)
    target, is_reached = (f"≤ {SLOWER}× the time", ratio <= SLOWER) if counts else ("", None)
    return Line(
        work, peer, _seconds(hall), _seconds(other), f"{ratio:.2f}× the time",
        target, is_reached, f"{wall:.2f}×",
    )  # fmt: skip


def _seconds(taken: Taken) -> str:
    return f"{taken.cpu:.2f} s ({taken.spread})"


if __name__ == "__main__":
    main()
