"""Workbooks handed out: the template to fill in, and an export of the employer's accounts."""

from collections.abc import Iterator
from contextlib import ExitStack

from bench.comparing import HALL, faster
from bench.results import Line
from bench.rounds import alternate
from bench.setting import Setting

ROWS = 20_000
OPENPYXL, XLSXWRITER = "openpyxl", "XlsxWriter, cell by cell"
PANDAS = "pandas.to_excel by XlsxWriter, unstyled"
TEMPLATES = {
    HALL: "bench.hall_template",
    OPENPYXL: "bench.peers.openpyxl_template",
    XLSXWRITER: "bench.peers.xlsxwriter_template",
}
EXPORTS = {HALL: "bench.hall_export", PANDAS: "bench.peers.export_pandas"}
ROUNDS, SLOW_ROUNDS, FASTER = 7, 5, 8


def measure(setting: Setting) -> Iterator[Line]:
    target = setting.folder / "written.xlsx"
    with ExitStack() as stack:
        workers = setting.workers(stack, TEMPLATES, setting.sqlite, ROWS)
        rounds = {HALL: ROUNDS, OPENPYXL: SLOW_ROUNDS, XLSXWRITER: SLOW_ROUNDS}
        taken = alternate(workers, target, rounds)
    yield faster(f"template of {ROWS:,} rows", OPENPYXL, taken, FASTER)
    yield faster(f"template of {ROWS:,} rows", XLSXWRITER, taken)
    with ExitStack() as stack:
        workers = setting.workers(stack, EXPORTS, setting.sqlite, ROWS)
        taken = alternate(workers, target, dict.fromkeys(EXPORTS, SLOW_ROUNDS))
    yield faster(f"export of {ROWS:,} accounts", PANDAS, taken)
