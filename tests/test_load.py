"""What the load tool judges by (bench.load): marks that must not be mixed, seconds, runs that have ended."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.load import figures
from bench.load.figures import Tally
from bench.load.talk import marks
from bench.load.town import MARK
from bench.screen import Screen


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
