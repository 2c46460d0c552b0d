"""What the load tool judges by (bench.load): marks that must not be mixed, seconds, runs that have ended."""

from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.load import figures, promises
from bench.load.figures import Tally
from bench.load.talk import marks
from bench.load.town import MARK
from bench.screen import Screen
from tests import figures as kept


def test_a_mark_is_found_wherever_it_stands_in_a_message() -> None:
    said = ForwardMsg()
    said.delta.new_element.markdown.body = f"<b>{MARK}00012单位</b>和{MARK}00345员"
    assert marks(said.SerializeToString()) == {f"{MARK}00012", f"{MARK}00345"}
    table = ForwardMsg()
    table.delta.new_element.dataframe.arrow_data.data = f"\0{MARK}00007员\0".encode()
    assert marks(table.SerializeToString()) == {f"{MARK}00007"}
    assert marks(ForwardMsg().SerializeToString()) == set()


def test_a_run_ends_where_no_other_follows_it() -> None:
    screen = Screen()
    ended = {
        status: screen.hear(ForwardMsg(script_finished=status).SerializeToString())
        for status in ForwardMsg.ScriptFinishedStatus.values()
    }
    assert ended.pop(ForwardMsg.FINISHED_EARLY_FOR_RERUN) is False
    assert set(ended.values()) == {True}


def test_seconds_beside_an_import_are_counted_apart() -> None:
    tally = Tally()
    for milliseconds in range(1, 101):
        tally.note("home", milliseconds / 1000)
    tally.is_importing = True
    tally.note("home", 9.0)
    assert (len(tally.alone), tally.beside) == (100, [9.0])
    assert 0.095 <= figures.quantile(tally.alone, 95) <= 0.096
    assert "| home | 101 |" in tally.table()


@pytest.mark.parametrize(
    ("last", "error", "reached"),
    [(347, "", [True, True]), (348, "", [True, False]), (300, "home: Refused", [False, False])],
)
def test_a_soak_of_half_an_hour_is_two_of_the_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: float, error: str, reached: list[bool]
) -> None:
    for name in ("WHOLE", "QUICK"):
        monkeypatch.setattr(kept, name, tmp_path)
    tally = Tally(memory=[[260.0, 300.0], [262.0, last]], errors=[error] if error else [])
    for _ in range(100):
        tally.note("home", 0.9)
    promises.record(100, 30, tally)
    promised = [found for found in kept.results() if found.is_whole]
    assert [found.number for found in promised] == [27, 29]
    assert [found.reached for found in promised] == reached
    promises.record(49, 29, tally)
    assert [found.is_whole for found in kept.results()] == [False, False]
