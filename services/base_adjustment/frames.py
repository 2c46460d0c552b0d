"""Lines as a frame (清册表): columns made in the column store's own form, exact and quick to draw."""

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter, sub
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from pandas.arrays import ArrowExtensionArray

from services.base_adjustment.line import Line, is_steep
from services.rules import identity
from services.rules.limits import Limits

_YUAN = pa.decimal128(19, 2)  # as many digits as fen in 64 bits can have
_MONEY = ("old_base", "new_base", "old_amount", "new_amount", "change")


class Shown(NamedTuple):
    """What a frame is made of. Money is fen."""

    row: int
    account: str
    name: str
    id_number: str
    old_base: int
    new_base: int
    old_amount: int
    new_amount: int


_shown = attrgetter(*Shown._fields)


def frame(found: Sequence[Line], limits: Limits) -> pd.DataFrame:
    """Return lines as `roster.roster` describes."""
    return _made(list(map(_shown, found)), limits, is_for_screen=False)


def page(found: Sequence[tuple[Any, ...]], limits: Limits) -> pd.DataFrame:
    """Return the same of rows of `Shown` for the screen: the row is text, the id masked."""
    return _made(found, limits, is_for_screen=True)


def _made(found: Sequence[tuple[Any, ...]], limits: Limits, *, is_for_screen: bool) -> pd.DataFrame:
    by_column = zip(*found, strict=True) if found else ((),) * len(Shown._fields)
    numbers, accounts, names, ids, old, new, before, after = by_column
    account, name, id_number, row, note = _text(
        accounts,
        names,
        map(identity.masked, ids) if is_for_screen else ids,
        map(str, numbers),
        _notes(old, new, limits),
    )
    money = _money(old, new, before, after, map(sub, new, old))
    made = pd.DataFrame(
        {
            "row": row if is_for_screen else numbers,
            "account": account,
            "name": name,
            "id_number": id_number,
            **dict(zip(_MONEY, money, strict=True)),
            "note": note,
        }
    )
    made.columns = pd.Index(list(made.columns), dtype=object)  # columns are taken in half the time
    return made


def _text(*columns: Iterable[str]) -> list[ArrowExtensionArray]:
    """Make columns of text in one go, which costs as much as one alone."""
    made = pa.array(list(chain(*columns)), pa.large_string())
    return _parted(made, len(columns))


def _money(*columns: Iterable[int]) -> list[ArrowExtensionArray]:
    """Make columns of exact yuan from fen: a decimal of two places is its fen, in 128 bits."""
    fen = np.fromiter(chain(*columns), np.int64)
    halves = np.stack((fen, fen >> 63), axis=1)  # the upper half holds the sign alone
    made = pa.Array.from_buffers(_YUAN, len(fen), [None, pa.py_buffer(halves)])
    return _parted(made, len(columns))


def _parted(made: pa.Array, columns: int) -> list[ArrowExtensionArray]:
    rows = len(made) // columns
    return [ArrowExtensionArray(made.slice(rows * place, rows)) for place in range(columns)]


def _notes(old: Sequence[int], new: Sequence[int], limits: Limits) -> list[str]:
    """Return of each line why it deserves a second look."""
    ends = limits.ends
    return [
        _note(before, after, is_end=after in ends)
        if after in ends or is_steep(before, after)
        else ""
        for before, after in zip(old, new, strict=True)
    ]


def _note(old: int, new: int, *, is_end: bool) -> str:
    notes = []
    if is_steep(old, new):
        notes.append(f"变动{(new - old) * 100 / old:+.0f}%")
    if is_end:
        notes.append("等于上下限")
    return "，".join(notes)
