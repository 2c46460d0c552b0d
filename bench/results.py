"""What was measured, as one table: on the screen, and in RESULTS.md with the machine and versions."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from pysqlite3 import dbapi2

from bench import center

RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = (
    "streamlit", "sqlalchemy", "xlsxwriter", "openpyxl", "pandas", "python-calamine",
    "django", "django-import-export", "tablib", "psycopg", "reportlab", "fpdf2", "weasyprint", "typst",
)  # fmt: skip
_SECTION = "\n## "
HEAD = ("work", "peer", "hall", "peer's", "ratio", "target", "reached", "by the clock")


class Line(NamedTuple):
    """One row of the table, its figures as they are shown."""

    work: str
    peer: str
    hall: str
    peers: str
    ratio: str
    target: str
    is_reached: bool | None
    """None where there is no target."""
    clock: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        reached = {True: "yes", False: "**no**", None: ""}[self.is_reached]
        return (*self[:6], reached, self.clock)


def table(lines: Sequence[Line]) -> str:
    rows = [HEAD, ("---",) * len(HEAD), *(line.cells for line in lines)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def note(heading: str, content: str) -> None:
    """Write one section of RESULTS.md anew, below what `make bench` measures; the others stay."""
    head, *rest = RESULTS.read_text("utf-8").split(_SECTION)
    kept = {one.partition("\n")[0]: one.partition("\n")[2].strip() for one in rest}
    kept[heading] = content
    said = [f"{_SECTION}{name}\n\n{words}\n" for name, words in kept.items()]
    RESULTS.write_text(head.rstrip() + "\n" + "".join(said), "utf-8")


def section(heading: str) -> str:
    """Return a section of RESULTS.md, "" where it was never measured."""
    _, *rest = RESULTS.read_text("utf-8").split(_SECTION)
    return next((one for one in rest if one.startswith(heading)), "")


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def write(lines: Sequence[Line], proofs: int, minutes: float) -> None:
    """Write RESULTS.md anew, but for its sections."""
    _, *rest = RESULTS.read_text("utf-8").split(_SECTION)
    RESULTS.write_text(
        f"""# Measured by `make bench`

{today()}, in {minutes:.0f} minutes. {machine()}

{table(lines)}

Times are CPU seconds of the process that does the work and of PostgreSQL's own, medians of rounds in
which all ways take turns; in brackets least, most and the number of rounds. Each way ran once before
to be warm, but for what is so slow that it ran only once. CPU and not the clock, because the machine
may have other things to do: the last column gives the ratio by the clock, the wait for the disk
included. Before the timing {proofs} bad rosters were refused, each way each of
them, with nothing stored. Seed {center.SEED}. What is compared, and why so:
docs/decisions/0004-bench.md.

{versions()}
"""
        + "".join(_SECTION + one for one in rest),
        encoding="utf-8",
    )


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    return (
        f"{cores} cores ({platform.machine()}), {memory:.0f} GiB, {platform.system()}; "
        f"load at the end {load:.1f}."
    )


def versions() -> str:
    names = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Python {platform.python_version()}, SQLite {dbapi2.sqlite_version} (WAL, FULL), {names}."
    )
