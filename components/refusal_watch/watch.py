"""The browser half of a refusal: wherever it is drawn on the page, it is seen."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def _component() -> Any:  # noqa: ANN401 — Streamlit's renderer has no public type
    script = Path(__file__).with_name("watch.js").read_text(encoding="utf-8")
    return st.components.v2.component("refusal_watch", html="<span></span>", js=script)


def keep_in_view() -> None:
    """Scroll to a refusal that appears out of sight while the page is open."""
    _component()(key="refusals")
