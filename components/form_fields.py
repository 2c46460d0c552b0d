"""Fields of a form that is judged as a whole: required ones marked, the fault under each field."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

import streamlit as st

from services.files.cells import CellFault
from services.files.numbers import yuan

T = TypeVar("T")


class Fields:
    """The fields of one form; `renew` empties them all, `blame` says what is wrong in each.

    A fault goes away as soon as its field says something else.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._values: dict[str, str] = {}

    @property
    def _faults(self) -> dict[str, tuple[str, str]]:
        faults: dict[str, tuple[str, str]] = st.session_state.setdefault(f"{self._key}_faults", {})
        return faults

    def place(self, name: str) -> str:
        """Return the widget key of a field."""
        return f"{self._key}_{st.session_state.get(f'{self._key}_form', 0)}_{name}"

    def renew(self) -> None:
        st.session_state[f"{self._key}_form"] = st.session_state.get(f"{self._key}_form", 0) + 1
        st.session_state[f"{self._key}_faults"] = {}

    def blame(self, faults: Mapping[str, str]) -> None:
        st.session_state[f"{self._key}_faults"] = {
            name: (self._values.get(name, ""), reason) for name, reason in faults.items()
        }

    def is_blamed(self, reason: str) -> bool:
        """Tell whether a field stands blamed for exactly this reason."""
        return any(
            told == reason and self._values.get(name, "") == value
            for name, (value, told) in self._faults.items()
        )

    def text(
        self, name: str, label: str, *, is_required: bool = False, placeholder: str = "",
        most: int = 60, objection: Callable[[str], str | None] | None = None,
    ) -> str:  # fmt: skip
        """Draw a line to type in; `objection` judges it at once."""
        value = st.text_input(
            _marked(label, is_required=is_required), key=self.place(name), max_chars=most,
            placeholder=placeholder,
        ).strip()  # fmt: skip
        self._tell(name, value, objection(value) if objection and value else None)
        return value

    def money(
        self, name: str, label: str, *, is_required: bool = False, default: str = "",
        placeholder: str = "", objection: Callable[[Decimal], str | None] | None = None,
    ) -> Decimal | None:  # fmt: skip
        """Draw an amount in yuan; None where nothing, or no amount, is typed."""
        key = self.place(name)
        st.session_state.setdefault(key, default)
        typed = st.text_input(
            _marked(label, is_required=is_required), key=key, max_chars=16, placeholder=placeholder
        ).strip()
        amount, reason = None, None
        if typed:
            try:
                amount = yuan(typed)
                reason = objection(amount) if objection else None
            except CellFault as fault:
                reason = fault.reason
        self._tell(name, typed, reason)
        return amount

    def choice(
        self, name: str, label: str, options: Sequence[T], words: Callable[[T], str], *,
        is_required: bool = False, default: T | None = None,
    ) -> T | None:  # fmt: skip
        """Draw a list to choose from; without a default nothing is chosen at first."""
        index = options.index(default) if default is not None and default in options else None
        value = st.selectbox(
            _marked(label, is_required=is_required), options, index=index, format_func=words,
            key=self.place(name), placeholder="请选择",
        )  # fmt: skip
        self._tell(name, str(value), None)
        return value

    def fixed(self, name: str, label: str, value: str) -> None:
        """Draw a value that cannot be changed here."""
        st.text_input(label, value=value, disabled=True, key=f"{self.place(name)}_{value}")
        self._tell(name, value, None)

    def _tell(self, name: str, value: str, reason: str | None) -> None:
        self._values[name] = value
        blamed_for, told = self._faults.get(name, ("", ""))
        if reason is None and told and blamed_for == value:
            reason = told
        if reason:
            st.caption(f":red[:material/error: {reason}]")


def _marked(label: str, *, is_required: bool) -> str:
    return f"{label}（必填）" if is_required else label
