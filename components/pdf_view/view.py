"""A PDF of the hall's own, shown in the page by the browser's viewer.

Not `st.iframe`: its sandbox keeps Chromium's viewer from starting.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def _component() -> Any:  # noqa: ANN401 — Streamlit's renderer has no public type
    script = Path(__file__).with_name("view.js").read_text(encoding="utf-8")
    return st.components.v2.component("pdf_view", html="<span></span>", js=script)


def show(address: str, title: str, *, height: int, key: str) -> None:
    """Show the PDF at `address`, which begins with `/download/`; `height` is in pixels."""
    data = {"address": address, "title": title, "height": height}
    _component()(data=data, key=key, height=height + 8)
