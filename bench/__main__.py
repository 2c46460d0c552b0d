"""The hall beside its peers, and against its targets, in one run: `make bench`.

`--quick` leaves out the largest and the slowest, and writes nothing; `--only NAME` measures one
subject, again without writing.
"""

# ruff: noqa: E402 — the day and the log are set before what reads them is imported

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.rounds import DAY

_STORAGE = tempfile.TemporaryDirectory(prefix="bench-storage-")
os.environ.update(
    HALL_TODAY=DAY, HALL_DATA=_STORAGE.name,
    HALL_SIGNATURES="off",  # nobody is there to sign
)  # fmt: skip

from streamlit import logger as streamlit_logger

streamlit_logger.set_log_level("ERROR")  # it warns of being imported outside its own server

from bench import (
    clicks,
    desk_clicks,
    imports,
    months,
    prints,
    results,
    searches,
    stores,
    visits,
    workbooks,
)
from bench.results import Line
from bench.setting import Setting

MEASURES: dict[str, Callable[[Setting], Iterator[Line]]] = {
    "imports": imports.measure,
    "workbooks": workbooks.measure,
    "months": months.measure,
    "prints": prints.measure,
    "searches": searches.measure,
    "clicks": clicks.measure,
    "desk": desk_clicks.measure,
    "visits": visits.measure,
}


def main() -> None:
    asked = _asked()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        kinds: list[stores.Store] = [stores.Sqlite(folder)]
        if not asked.quick:
            kinds.append(stack.enter_context(stores.postgresql(folder)))
        setting = Setting(folder, kinds, asked.quick)
        proofs = imports.prove(setting) if "imports" in asked.only else 0
        lines = list(_measured(setting, asked.only))
    minutes = (time.monotonic() - started) / 60
    print(f"\n{results.table(lines)}\n\nin {minutes:.0f} minutes")
    if set(asked.only) == set(MEASURES) and not asked.quick:
        results.write(lines, proofs, minutes)
        print(results.RESULTS)


def _asked() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    return arguments.parse_args()


def _measured(setting: Setting, names: list[str]) -> Iterator[Line]:
    for name in names:
        for line in MEASURES[name](setting):
            print(" | ".join(line.cells), flush=True)
            yield line


if __name__ == "__main__":
    main()
