"""What a person has opened from a page's list (办理中的一项), until she goes back to the list."""

from typing import Any, NoReturn

import streamlit as st


class Opened:
    """The one thing that a page of lists has open. All that the page keeps by `KEY_…` goes with it."""

    def __init__(self, key: str) -> None:
        self._key = key

    @property
    def subject(self) -> Any:  # noqa: ANN401 — each page knows what it opens
        """What is open; None where the list is."""
        return st.session_state.get(f"{self._key}_open")

    def open(self, subject: object) -> NoReturn:
        """Run the page again with this open."""
        st.session_state[f"{self._key}_open"] = subject
        st.rerun()

    def leave(self) -> NoReturn:
        """Go back to the list; what was typed into the thing's own fields is forgotten."""
        kept = [str(name) for name in st.session_state]
        for name in filter(lambda name: name.startswith(f"{self._key}_"), kept):
            del st.session_state[name]
        st.rerun()

    def way_back(self, label: str = "返回列表") -> None:
        """Draw the way back to the list, for where the thing itself could not be drawn."""
        if st.button(label, key=f"{self._key}_back_after_refusal"):
            self.leave()
