"""Tabs that say how many entries they hold (页签), and stay where they are when the number changes."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer


def draw(counts: Mapping[str, int | None], *, key: str) -> Sequence[TabContainer]:
    """Draw a tab for each name, with its count where it has one; draw inside only the one that is `open`."""
    labels = {
        name: name if count is None else f"{name}（{count}）" for name, count in counts.items()
    }
    chosen = str(st.session_state.get(key) or "")
    for name, label in labels.items():
        if chosen.startswith(f"{name}（") and chosen != label:
            st.session_state[key] = label
    return st.tabs(list(labels.values()), key=key, on_change="rerun")
