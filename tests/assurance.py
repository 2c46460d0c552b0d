"""`python -m tests.assurance`: what the hall promises, and what was measured of it on this tree.

Prints the table and writes it to `docs/assurance.md`. The figures come from the tests, by
`tests/figures.py`; nothing here is typed in but the targets.
"""

import sys
from collections import Counter
from typing import NamedTuple

from tests import figures
from tests.figures import Result


class Figure(NamedTuple):
    number: int
    what: str
    target: str
    parts: int = 1
    """The least number of parts in which it is measured: databases, areas, acts."""


FIGURES = (
    Figure(1, "Hostile workbooks refused or read exactly right, each < 0.5 s and < 150 MB",
           "120 of 120, server alive"),
    Figure(2, "Mutated workbooks: only a refusal or the right rows", "50,000, 0 uncaught", 2),
    Figure(3, "Coverage-guided fuzzing of the workbook reader", "250,000 executions, 0 crashes"),
    Figure(4, "Accepted mutants agree with openpyxl where it reads them", "100 %, or explained"),
    Figure(5, "Hostile attachments refused right, each < 0.5 s and < 150 MB",
           "60 of 60, server alive"),
    Figure(6, "Hostile strings in text fields: no dialog, no request, stored exact or refused",
           "40 × all text fields", 28),
    Figure(7, "kill -9 at every SQL statement and file step of every write operation, both databases",
           "100 %, ≥ 1,000 points, 0 invariants broken", 52),
    Figure(8, "Kills at random times", "500, 0 acknowledged but lost", 2),
    Figure(9, "Power loss: WAL cut, flipped, zeroed", "1,000 recoveries to a committed prefix"),
    Figure(10, "Disk full, database locked, connection lost at each point",
           "100 points each, 0 partial effects, a Chinese sentence", 5),
    Figure(11, "Random sequences against an independent model, ≥ 15 % faults",
           "10,000 × 40 steps, 0 divergences", 20),
    Figure(12, "Seeded bugs caught by the simulator", "25 of 25, each < 10 s"),
    Figure(13, "Races with exactly one winner, 50 threads × 100 rounds × 2 databases",
           "0 rounds with two winners", 14),
    Figure(14, "Lost updates with two open forms, every editable form", "0 of 50 a form", 2),
    Figure(15, "Attempts across employers: use case × role × foreign object",
           "≥ 1,500, 100 % refused and audited"),
    Figure(16, "Websocket canary: bytes of another employer in my stream",
           "0 in 100 sessions of clicking through"),
    Figure(17, "Session attacks", "20 of 20 refused"),
    Figure(18, "Bad certificates and signatures refused for the right reason", "≥ 37 of 37", 3),
    Figure(19, "Audit tampering, both databases",
           "12 kinds, all with the exact row; 10,000 random, 0 missed", 4),
    Figure(20, "Audit verification", "1,000,000 events < 10 s; the last 10,000 < 1 s", 2),
    Figure(21, "State changes and audit events match one to one", "100 %", 4),
    Figure(22, "Mutation score of money, workflow, authorisation and import rules", "≥ 95 %", 4),
    Figure(23, "Money against an independent reckoning in fen", "1,000,000 people, 0 fen", 19),
    Figure(24, "Personal data in logs, errors, addresses, PDF metadata after the suite", "0 hits", 2),
    Figure(25, "Backup, restore, verification", "every row, chain whole; 1,000,000 events < 60 s", 4),
    Figure(26, "Migrations on filled databases, schema equal to the models", "100 %, both databases", 2),
    Figure(27, "Clerks at work at once on two cores", "50, p95 < 1 s, 0 errors, 8 min"),
    Figure(28, "Import of 10,000 people to the checked preview", "< 3 s", 4),
    Figure(29, "Soak: 30 minutes of clicking", "< 50 MB growth, 0 unhandled exceptions"),
    Figure(30, "Random test order × 5, both databases", "0 flakes"),
)  # fmt: skip


def table(results: list[Result]) -> list[str]:
    """Return the table's lines, in Markdown: a row for each part, at least one for each figure."""
    lines = [
        "| # | figure | target | measured | seed | | at |",
        "|---|---|---|---|---|---|---|",
    ]
    for figure in FIGURES:
        found = [result for result in results if result.number == figure.number]
        head = f"| {figure.number} | {figure.what} | {figure.target} |"
        lines += [f"{head} {_row(result)}" for result in found] or [
            f"{head} – | – | not measured | |"
        ]
    return lines


def _row(result: Result) -> str:
    part = f"{result.part}: " if result.part else ""
    seed = "–" if result.seed is None else result.seed
    verdict = "reached" if result.reached else "**missed**"
    verdict = verdict if result.is_whole else "quick share only"
    return f"{part}{result.measured} | {seed} | {verdict} | {result.commit} {result.measured_at} |"


def page(results: list[Result]) -> str:
    """Return the whole page."""
    whole = [result for result in results if result.is_whole]
    parts = Counter(result.number for result in whole)
    measured = {figure.number for figure in FIGURES if parts[figure.number] >= figure.parts}
    missed = {result.number for result in whole if not result.reached}
    return "\n".join(
        [
            "# Assurance: what is promised, what was measured",
            "",
            "Written by `make assurance` from what the tests recorded; `make nightly` records the whole, "
            "`make test` a quick share of it. `at` is the commit and the time (UTC) of the measurement.",
            "",
            f"{len(measured - missed)} of {len(FIGURES)} figures reached, {len(missed)} missed, "
            f"{len(FIGURES) - len(measured | missed)} not measured in full.",
            "",
            *table(results),
            "",
        ]
    )


def main() -> int:
    text = page(figures.results())
    (figures.ROOT / "docs" / "assurance.md").write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
