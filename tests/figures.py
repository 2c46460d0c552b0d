"""Figures (`make assurance`): how a test writes down what it has measured, and how much it does.

    CASES = figures.share(quick=2_000, whole=10_000)   # what `make test` does, what `make nightly` does
    figures.record(11, "10,000 × 40 steps, 0 divergences", seed=42, reached=found == 0 and whole)

What the whole run measures is kept in the repository, a quick share's only until the next one.
"""

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parent.parent
WHOLE, QUICK = ROOT / "docs" / "assurance", ROOT / ".assurance"
IS_WHOLE = os.environ.get("HALL_NIGHTLY") == "1"
T = TypeVar("T")


@dataclass(frozen=True)
class Result:
    """What was measured for a figure, or for a `part` of it, such as one database."""

    number: int
    part: str
    measured: str
    seed: int | str | None
    reached: bool
    is_whole: bool
    measured_at: str
    commit: str


def share(quick: T, whole: T) -> T:
    """Return how much to do: the whole in `make nightly` (HALL_NIGHTLY=1), else the quick share."""
    return whole if IS_WHOLE else quick


def record(
    number: int,
    measured: str,
    seed: int | str | None = None,
    *,
    reached: bool,
    part: str = "",
    is_whole: bool = IS_WHOLE,
) -> None:
    """Keep what was measured for the figure `number` of `tests/assurance.py`.

    `measured` is a count with its unit, in words; `reached` tells whether that meets the target.
    `is_whole` may be given where the quick run already does all that the target asks.
    """
    found = Result(
        number, part, measured, seed, reached, is_whole,
        f"{datetime.now(UTC):%Y-%m-%d %H:%M}", _commit(),
    )  # fmt: skip
    folder = WHOLE if IS_WHOLE else QUICK
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(found), ensure_ascii=False, indent=1)
    (folder / f"{number:02d}{'-' if part else ''}{part}.json").write_text(text + "\n", "utf-8")


def results() -> list[Result]:
    """Return what has been measured: the whole run's where there is one, else the quick share's."""
    found: dict[str, Result] = {}
    for folder in (QUICK, WHOLE):
        for path in sorted(folder.glob("[0-9]*.json")):  # beside them lies what mutation has kept
            found[path.name] = Result(**json.loads(path.read_text("utf-8")))
    return sorted(found.values(), key=lambda result: (result.number, result.part))


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip()
