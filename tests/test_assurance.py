"""The assurance table says what was measured, and says so where nothing was."""

from tests import assurance, figures
from tests.figures import Result


def test_the_table_has_a_row_for_every_figure_measured_or_not() -> None:
    assert [figure.number for figure in assurance.FIGURES] == list(range(1, 31))
    lines = assurance.table([])[2:]
    assert len(lines) == 30
    assert all("not measured" in line for line in lines)


def test_a_miss_says_so_and_each_part_has_its_row() -> None:
    found = [
        Result(19, part, "8 kinds", 7, part == "sqlite", True, "2026-07-06 08:00", "abc")
        for part in ("postgresql", "sqlite")
    ]
    page = assurance.page(found)
    assert "0 of 30 figures reached, 1 missed, 29 not measured in full." in page
    assert "| postgresql: 8 kinds | 7 | **missed** | abc 2026-07-06 08:00 |" in page
    assert "| sqlite: 8 kinds | 7 | reached | abc 2026-07-06 08:00 |" in page


def test_a_figure_of_two_databases_is_whole_with_both() -> None:
    both = [Result(20, part, "9 s", None, True, True, "-", "abc") for part in ("pg", "sqlite")]
    assert "0 of 30 figures reached, 0 missed, 30 not measured" in assurance.page(both[:1])
    assert "1 of 30 figures reached, 0 missed, 29 not measured" in assurance.page(both)


def test_what_the_whole_run_measured_outranks_a_quick_share(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(figures, "WHOLE", tmp_path / "whole")
    monkeypatch.setattr(figures, "QUICK", tmp_path / "quick")
    for is_whole in (True, False):
        monkeypatch.setattr(figures, "IS_WHOLE", is_whole)
        figures.record(11, f"{is_whole}", 1, reached=True, is_whole=is_whole)
    assert [result.measured for result in figures.results()] == ["True"]


def test_the_share_is_the_quick_one_here() -> None:
    assert figures.share(quick=1, whole=2) == (2 if figures.IS_WHOLE else 1)
