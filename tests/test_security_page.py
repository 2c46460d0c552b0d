"""SECURITY.md promises nothing by a test that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")


def test_every_threat_has_its_row_and_every_row_a_proof_or_a_word() -> None:
    rows = re.findall(r"^\| (\d+) \|(.*)\|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 41))
    for number, row in rows:
        *_, proof, gap = [cell.strip() for cell in row.split("|")]
        assert "`tests/" in proof or gap, number


def test_every_test_that_it_names_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE))
    assert len(named) > 50
    missing = [
        f"{path}::{name}"
        for path, name in sorted(named)
        if not (ROOT / path).exists()
        or (name and f"def {name}(" not in (ROOT / path).read_text("utf-8"))
    ]
    assert missing == []
