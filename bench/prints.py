"""The 汇缴清册 as PDF: 5,000 and 20,000 people."""

from collections.abc import Iterator
from contextlib import ExitStack

from bench.comparing import HALL, alone, faster
from bench.results import Line
from bench.rounds import Worker, alternate
from bench.setting import Setting

FPDF2, WEASYPRINT, TYPST = "fpdf2, cells", "WeasyPrint", "typst"
WAYS = {
    HALL: "bench.hall_paper",
    FPDF2: "bench.peers.paper_fpdf2",
    TYPST: "bench.peers.paper_typst",
    WEASYPRINT: "bench.peers.paper_weasyprint",
}
#: How often each draws so many people. For the larger WeasyPrint would take minutes, typst gigabytes.
ROUNDS = {
    5_000: {HALL: 5, FPDF2: 2, TYPST: 3, WEASYPRINT: 1},
    20_000: {HALL: 5, FPDF2: 1},
}
WARM_UP, SECONDS = "300", 4


def measure(setting: Setting) -> Iterator[Line]:
    for people, rounds in ROUNDS.items():
        if setting.is_quick and people > min(ROUNDS):
            return
        with ExitStack() as stack:
            workers = {
                name: stack.enter_context(Worker(WAYS[name], str(setting.folder / f"{people}_{n}")))
                for n, name in enumerate(rounds)
            }
            taken = alternate(workers, str(people), rounds, WARM_UP)
        work = f"汇缴清册 of {people:,} people"
        yield alone(work, taken[HALL], SECONDS)
        for peer in rounds:
            if peer != HALL:
                yield faster(
                    f"{work}; at most {taken[HALL].peak} / {taken[peer].peak} MiB", peer, taken
                )
