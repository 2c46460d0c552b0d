"""The browser half of a signature: hands the document to the UKey client, brings the signature back."""

import base64
import binascii
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

import settings

_HERE = Path(__file__).parent


@cache
def _component() -> Any:  # noqa: ANN401 — Streamlit's renderer has no public type
    html, css, js = (
        (_HERE / f"sign.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    return st.components.v2.component("ukey_sign", html=html, css=css, js=js)


def ask(document: str, fingerprint: str, label: str) -> bytes | None:
    """Draw the PIN's field and the button `label`; return the CMS once the key has signed.

    What comes back is the browser's word: `services.signing` checks it.
    """
    data = {
        "agent": settings.AGENT_URL,
        "document": document,
        "certificate": fingerprint,
        "label": label,
    }
    key = f"sign_{sha256(document.encode()).hexdigest()}"  # another document, another element
    result = _component()(data=data, key=key, on_signed_change=lambda: None)
    signed = result.get("signed")
    if not isinstance(signed, str):
        return None
    try:
        return base64.b64decode(signed, validate=True)
    except (binascii.Error, ValueError):
        return b""
