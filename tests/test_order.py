"""A whole run writes itself down; the last five are the figure, and a failure in one spoils it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import figures, order


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("WHOLE", "QUICK"):
        monkeypatch.setattr(figures, name, tmp_path)
    return tmp_path


def figure(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "30.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize(
    ("failed", "reached"), [([0] * 5, True), ([0, 0, 1, 0, 0], False), ([1, 0, 0, 0, 0, 0], True)]
)
def test_the_last_five_runs_are_the_figure(folder: Path, failed: list[int], reached: bool) -> None:
    for seed, count in enumerate(failed):
        order.note(seed, {"passed": range(4_000), "failed": range(count)})
        assert figure(folder)["is_whole"] == (seed >= 4)
    assert figure(folder)["reached"] == reached


def test_the_same_seed_five_times_is_one(folder: Path) -> None:
    for _ in range(5):
        order.note(7, {"passed": range(4_000)})
    assert (figure(folder)["reached"], figure(folder)["is_whole"]) == (False, False)


OWN = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests import figures
figures.WHOLE = figures.QUICK = Path({folder!r})
from tests.order import pytest_sessionfinish
"""


@pytest.mark.parametrize(
    ("words", "is_noted"),
    [
        (["-n", "1"], True),
        (["tests"], False),
        (["-k", "one"], False),
        (["-p", "no:randomly"], False),
    ],
)
def test_only_a_whole_run_in_random_order_is_noted(tmp_path: Path, words, is_noted: bool) -> None:
    here = tmp_path / "suite"
    (here / "tests").mkdir(parents=True)
    (here / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n', "utf-8"
    )
    (here / "conftest.py").write_text(
        OWN.format(root=str(figures.ROOT), folder=str(tmp_path / "kept")), "utf-8"
    )
    (here / "tests" / "test_a.py").write_text(
        "def test_one(): pass\ndef test_two(): pass\n", "utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    subprocess.run(command, cwd=here, capture_output=True, check=False)
    assert (tmp_path / "kept" / order.RUNS).exists() == is_noted
