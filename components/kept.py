"""What a page's widgets hold while it is left (保留查询条件), for as long as the session lasts."""

from typing import Any

import streamlit as st


def keep(key: str, default: Any) -> None:  # noqa: ANN401 — a widget's value is whatever it is
    """Give a widget the value it had when its page was last left, or the default."""
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(f"{key}_kept", default)
    st.session_state[f"{key}_kept"] = st.session_state[key]
