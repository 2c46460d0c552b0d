"""How the outcome of an act reaches the person who did it."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from services.errors import BusinessError

_NOTICE = "notice"


@contextmanager
def refusals() -> Iterator[None]:
    """Show a BusinessError raised inside as a red line; let every other error through."""
    try:
        yield
    except BusinessError as refusal:
        st.error(plain(str(refusal)), icon=":material/error:")


def notice(text: str) -> None:
    """Greet the next run of the page with `text`."""
    st.session_state[_NOTICE] = text


def done(text: str) -> None:
    """Run the whole page again and greet it with `text`."""
    notice(text)
    st.rerun()


def show_notice() -> None:
    if text := st.session_state.pop(_NOTICE, None):
        st.toast(plain(text), icon=":material/check_circle:", duration="long")


def plain(text: str) -> str:
    """Return `text` so that Streamlit's Markdown shows it as it is, whatever people typed into it."""
    return "".join(f"\\{mark}" if mark in r"\`*_{}[]()<>#+-.!|~$:" else mark for mark in text)
