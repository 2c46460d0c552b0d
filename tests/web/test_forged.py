"""Forged messages (threats 13 and 14): whatever is said on the socket, locked cells and other rows stay."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, select
from streamlit.proto.WidgetStates_pb2 import WidgetState

from components.base_adjustment_view import HEADINGS
from data.database import snapshot
from data.models.base_adjustment import BaseAdjustmentLine
from tests import figures
from tests.conftest import person
from tests.faults import killing
from tests.rosters import imported
from tests.web.window import Window, opened, table

OPEN = next(heading.label for heading in HEADINGS.values() if heading.is_editable)
LOCKED = [heading.label for heading in HEADINGS.values() if not heading.is_editable]
LINES = BaseAdjustmentLine.__tablename__


@pytest.fixture
def at_the_roster(pages) -> Iterator[Window]:
    """Clerk2 before the only table of the hall that can be typed into."""
    imported(person("clerk2"), 5000)
    with opened(pages, "clerk2") as window:
        window.go("base_adjustment")
        yield window


def _lines() -> list[BaseAdjustmentLine]:
    with snapshot() as session:
        return list(
            session.scalars(
                select(BaseAdjustmentLine).order_by(*inspect(BaseAdjustmentLine).primary_key)
            )
        )


def _say(window: Window, **state: object) -> None:
    key, _, fragment = window.of_kind("dataframe")[-1]
    widget = table(key, **state)
    window.run(widget, fragment=fragment)


ROWS = len(HEADINGS)
FORGED = {
    "a locked cell": {"edited_rows": {"0": {LOCKED[0]: "522601999999"}}},
    "every locked cell": {"edited_rows": {"0": dict.fromkeys(LOCKED, "1")}},
    "a column by its place": {"edited_rows": {"0": {"1": 1, "2": 2, "3": 3}}},
    "the index": {"edited_rows": {"0": {"_index": 7}}},
    "a column that there is not": {"edited_rows": {"0": {"employer_id": 1, "account": "x"}}},
    "a row beyond the last": {"edited_rows": {"99": {OPEN: 9000}}},
    "a row before the first": {"edited_rows": {"-1": {OPEN: 9000}}},
    "a row of no number": {"edited_rows": {"x": {OPEN: 9000}}},
    "a row of half a number": {"edited_rows": {"0.5": {OPEN: 9000}}},
    "a very far row": {"edited_rows": {"9" * 40: {OPEN: 9000}}},
    "a person more": {"added_rows": [{OPEN: 9000, LOCKED[0]: "522601999999"}]},
    "all persons less": {"deleted_rows": [0, 1, 2, 3, 4]},
    "words for money": {"edited_rows": {"0": {OPEN: "七千"}}},
    "a list for money": {"edited_rows": {"0": {OPEN: [1, 2]}}},
    "a dictionary for money": {"edited_rows": {"0": {OPEN: {"a": 1}}}},
    "truth for money": {"edited_rows": {"0": {OPEN: True}}},
    "nothing for money": {"edited_rows": {"0": {OPEN: None}}},
    "no number for money": {"edited_rows": {"0": {OPEN: float("nan")}}},
    "endless money": {"edited_rows": {"0": {OPEN: float("inf")}}},
    "money below nothing": {"edited_rows": {"0": {OPEN: -7000}}},
    "money beyond all rules": {"edited_rows": {"0": {OPEN: 1e300}}},
    "a list for the cells": {"edited_rows": {"0": [1]}},
    "a list for the rows": {"edited_rows": [1, 2]},
    "words for the rows": {"edited_rows": "x"},
    "nothing for the rows": {"edited_rows": None},
}


@pytest.mark.parametrize("state", FORGED.values(), ids=FORGED.keys())
def test_a_forged_edit_changes_nothing(at_the_roster, state) -> None:
    before = killing.state()
    _say(at_the_roster, **state)
    assert killing.state() == before


def test_a_true_edit_among_forged_ones_changes_its_own_cell_alone(at_the_roster) -> None:
    before = _lines()
    forged = dict.fromkeys(LOCKED, "1") | {OPEN: 6100}
    _say(at_the_roster, edited_rows={"1": forged}, added_rows=[{OPEN: 1}], deleted_rows=[0])
    after = _lines()
    changed = [
        (old, new) for old, new in zip(before, after, strict=True) if _facts(old) != _facts(new)
    ]
    assert len(changed) == 1
    old, new = map(_facts, changed[0])
    assert {name for name in old if old[name] != new[name]} == {
        "new_base",
        "employer_amount",
        "contributor_amount",
    }


def _facts(line: BaseAdjustmentLine) -> dict[str, object]:
    return {
        column.name: getattr(line, column.key) for column in BaseAdjustmentLine.__table__.columns
    }


RAW = [
    "",
    "x",
    "null",
    "[]",
    "{",
    '{"edited_rows": {"0": ',
    "1e999",
    '"' + "a" * 100_000,
    "\\ud800",
]


@pytest.mark.parametrize("text", RAW, ids=[repr(text[:12]) for text in RAW])
def test_what_is_no_state_of_a_table_changes_nothing(at_the_roster, text) -> None:
    before = killing.state()
    key, _, fragment = at_the_roster.of_kind("dataframe")[-1]
    at_the_roster.type(key, text, fragment)
    assert killing.state() == before
    assert b"Traceback" not in at_the_roster.last  # her own page may break: in calm words


SAID = ("", "{", '{"signed": true}', "\x00", "9" * 9999)
KINDS = (
    "selectbox",
    "text_input",
    "checkbox",
    "radio",
    "number_input",
    "multiselect",
    "date_input",
)
PAGES = figures.share(quick=4, whole=1)  # every so many-th


def test_results_that_no_component_gave_do_nothing(pages) -> None:
    """What our own components send comes from the browser as well: the signature, the key pulled out."""
    with opened(pages, "clerk2") as window:
        before, told = killing.state(), 0
        for address in list(window.screen.pages)[::PAGES]:
            window.go(address)
            found = window.of_kind("bidi_component") + window.of_kind("component_instance")
            for key, _, fragment in found:
                for said in SAID:
                    for state in (
                        WidgetState(id=key, json_value=said),
                        WidgetState(id=key, string_value=said),
                        WidgetState(
                            id=key, json_trigger_value=json.dumps([{"event": "x", "value": said}])
                        ),
                    ):
                        window.run(state, fragment=fragment)
                        told += 1
                        assert b"Traceback" not in window.last
        assert told > 10
        assert killing.state() == before


def test_a_widget_told_something_of_another_kind_changes_nothing(pages) -> None:
    with opened(pages, "clerk2") as window:
        before, told = killing.state(), 0
        for address in list(window.screen.pages)[::PAGES]:
            window.go(address)
            for key, _, fragment in [one for kind in KINDS for one in window.of_kind(kind)[:1]]:
                for state in (
                    WidgetState(id=key, int_value=10**12),
                    WidgetState(id=key, string_value="不在其中"),
                    WidgetState(id=key, double_value=float("nan")),
                    WidgetState(id=key, bytes_value=b"\xff"),
                    WidgetState(id=key, json_value="{"),
                ):
                    window.run(state, fragment=fragment)
                    told += 1
                    assert b"Traceback" not in window.last
        assert told >= 10
        assert killing.state() == before
