"""What a person has opened from a page's list (办理中的一项), until she goes back to the list.

A thing that is known by its number alone can stand in the page's address: the browser's 刷新 leaves it
open, and 后退 leads to the list.
"""

import re
from typing import Any, Final, NoReturn

import streamlit as st

_PARAMETER: Final = "open"
_NUMBER: Final = re.compile(r"[1-9]\d{0,8}", re.ASCII)  # what an address says is anybody's guess


class Opened:
    """The one thing that a page of lists has open. All that the page keeps by `KEY_…` goes with it.

    `by_number` says that numbers stand in the address; what else is open does not.
    """

    def __init__(self, key: str, *, by_number: bool = False) -> None:
        self._key = key
        self._by_number = by_number

    @property
    def subject(self) -> Any:  # noqa: ANN401 — each page knows what it opens
        """What is open; None where the list is."""
        said = st.query_params.get(_PARAMETER, "") if self._by_number else ""
        if _NUMBER.fullmatch(said):
            return int(said)
        return st.session_state.get(f"{self._key}_open")

    def open(self, subject: object) -> NoReturn:
        """Run the page again with this open."""
        if self._by_number and isinstance(subject, int):
            st.session_state.pop(f"{self._key}_open", None)
            st.query_params[_PARAMETER] = str(subject)
        else:
            st.session_state[f"{self._key}_open"] = subject
        st.rerun()

    def leave(self) -> NoReturn:
        """Go back to the list; what was typed into the thing's own fields is forgotten."""
        kept = [str(name) for name in st.session_state]
        for name in filter(lambda name: name.startswith(f"{self._key}_"), kept):
            del st.session_state[name]
        st.query_params.pop(_PARAMETER, None)
        st.rerun()

    def way_back(self, label: str = "返回列表") -> None:
        """Draw the way back to the list, for where the thing itself could not be drawn."""
        if st.button(label, key=f"{self._key}_back_after_refusal"):
            self.leave()
