"""Reading the plugged-in UKey through its client (读取UKey): the public certificates on it, no PIN."""

import base64
import binascii
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

import settings

_HERE = Path(__file__).parent
MOST = 50


@dataclass(frozen=True, slots=True)
class OnKey:
    """A certificate that the browser says is on a key: nothing is believed of it but its bytes."""

    token: str
    holder: str
    der: bytes


@cache
def _component() -> Any:  # noqa: ANN401 — Streamlit's renderer has no public type
    css, js = ((_HERE / f"read.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    html = '<button type="button">读取插入的UKey</button><p role="alert"></p>'
    return st.components.v2.component("ukey_reader", html=html, css=css, js=js)


def ask(*, key: str) -> list[OnKey]:
    """Draw the button; return what was read at this very moment, else nothing."""
    result = _component()(data={"agent": settings.AGENT_URL}, key=key, on_read_change=lambda: None)
    read = result.get("read")
    return _entries(read) if isinstance(read, str) else []


def _entries(text: str) -> list[OnKey]:
    try:
        found = json.loads(text)
        return [
            OnKey(str(one["token"])[:40], str(one["holder"])[:40],
                  base64.b64decode(one["der"], validate=True))
            for one in found[:MOST]
        ]  # fmt: skip
    except (ValueError, TypeError, KeyError, binascii.Error):
        return []
