"""The table of Streamlit's own English words and their Chinese, `words.toml`.

Streamlit 1.67 knows one language: its words are literals in its scripts. A test asserts that every
row still occurs there, so that a newer Streamlit cannot bring English back unnoticed.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """A piece of a script's code, and the piece that replaces it."""

    script: str
    """The script's name before its hash: `DataFrame` for `DataFrame.-f9-1zS0.js`."""
    english: str
    chinese: str


@cache
def rows() -> tuple[Row, ...]:
    """Return every row of the table, literals with the backticks they stand in."""
    table = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    texts = [
        Row(script, f"`{english}`", f"`{chinese}`")
        for script, words in table["texts"].items()
        for english, chinese in words.items()
    ]
    named = [
        Row(script, f"{name}:`{english}`", f"{name}:`{chinese}`")
        for script, names in table["named"].items()
        for name, words in names.items()
        for english, chinese in words.items()
    ]
    code = [
        Row(script, english, chinese)
        for script, words in table["code"].items()
        for english, chinese in words.items()
    ]
    return (*texts, *named, *code)
