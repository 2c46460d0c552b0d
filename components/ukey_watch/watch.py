"""The browser half of the UKey: notices that the key is pulled out, and leaves when all is over."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

import settings


@cache
def _component() -> Any:  # noqa: ANN401 — Streamlit's renderer has no public type
    script = Path(__file__).with_name("watch.js").read_text(encoding="utf-8")
    return st.components.v2.component("ukey_watch", html="<span></span>", js=script)


def keep_watch(token_serial: str) -> None:
    """Watch the key of this serial while the page is open."""
    data = {"agent": settings.AGENT_URL, "serial": token_serial, "ended": ""}
    _component()(data=data, key="watch")


def leave(reason: str) -> None:
    """Go to the sign-in page, which says `reason` and leads back here."""
    _component()(data={"agent": settings.AGENT_URL, "serial": "", "ended": reason}, key="leave")
