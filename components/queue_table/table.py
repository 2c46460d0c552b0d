"""A queue as one table with its buttons, ticks and keys: one element, however many rows.

What comes back from the browser are ids: only those that were drawn are taken for such.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: its cells in the headings' order, and the mark (“”, near, overdue) of the first."""

    id: int
    serial: str
    kind: str
    cells: tuple[str, ...]
    mark: str
    label: str
    """What its button says."""
    free: bool
    """Whether it may be ticked."""


@cache
def _component() -> Any:  # noqa: ANN401 — Streamlit's renderer has no public type
    script = Path(__file__).with_name("table.js").read_text(encoding="utf-8")
    return st.components.v2.component(
        "queue_table", html='<div class="hall-queue"></div>', js=script, isolate_styles=False
    )


def show(
    heads: Sequence[str], entries: Sequence[Entry], *, ticks: bool, key: str, decided: int = 0
) -> tuple[int | None, list[int]]:
    """Draw the rows; return the id of the one whose button was pressed, and those sent as a batch.

    `decided` counts the batches decided: after each one nothing is ticked.
    """
    data = {
        "heads": list(heads), "rows": [asdict(entry) for entry in entries], "ticks": ticks,
        "decided": decided,
    }  # fmt: skip
    sent = _component()(
        data=data, key=key, on_opened_change=_nothing, on_batch_change=_nothing
    )  # fmt: skip
    drawn = {entry.id for entry in entries}
    opened, batch = getattr(sent, "opened", None), getattr(sent, "batch", None)
    chosen = [one for one in batch if one in drawn] if isinstance(batch, list) else []
    return opened if opened in drawn else None, chosen


def _nothing() -> None:
    """Let Streamlit know that the browser may send this."""
