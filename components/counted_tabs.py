"""Tabs that say how many entries they hold (页签), and stay where they are when the number changes."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer


def draw(
    counts: Mapping[str, int | None], *, key: str, is_kept: bool = False
) -> Sequence[TabContainer]:
    """Draw a tab for each name, with its count where it has one; draw inside only the one that is `open`.

    `is_kept` has them stand where they stood when the page comes back to them from something else.
    """
    labels = {
        name: name if count is None else f"{name}（{count}）" for name, count in counts.items()
    }
    state, kept = st.session_state, f"{key}_kept"
    chosen = str(state.get(key) or state.get(kept) or "")
    for name, label in labels.items():
        if chosen.partition("（")[0] == name and state.get(key) != label:
            state[key] = label
    tabs = st.tabs(list(labels.values()), key=key, on_change="rerun")
    if is_kept:
        state[kept] = state.get(key)
    return tabs
