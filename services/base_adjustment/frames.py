"""Lines as a frame (清册表): columns made in the column store's own form, exact and quick to draw."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pandas.arrays import ArrowExtensionArray

from services.base_adjustment.line import Line
from services.rules import identity
from services.rules.limits import Limits

_FEN = pa.scalar(Decimal("0.01"))  # in yuan
_MONEY = ("old_base", "new_base", "old_amount", "new_amount", "change")


def frame(found: Sequence[Line], limits: Limits, *, for_screen: bool = False) -> pd.DataFrame:
    """Return lines as `roster.roster` describes; `for_screen` the row is text, the id masked."""
    numbers = [line.row for line in found]
    ids = [line.id_number for line in found]
    account, name, id_number, row, note = _columns(
        pa.large_string(),
        [line.account for line in found],
        [line.name for line in found],
        map(identity.masked, ids) if for_screen else ids,
        map(str, numbers),
        [_note(line, limits) for line in found],
    )
    made = pd.DataFrame(
        {
            "row": row if for_screen else numbers,
            "account": account,
            "name": name,
            "id_number": id_number,
            **dict(zip(_MONEY, _money(found), strict=True)),
            "note": note,
        }
    )
    made.columns = pd.Index(list(made.columns), dtype=object)  # columns are taken in half the time
    return made


def _money(found: Sequence[Line]) -> list[ArrowExtensionArray]:
    """Return the columns of money in yuan, exact, from fen."""
    return _columns(
        pa.int64(),
        [line.old_base for line in found],
        [line.new_base for line in found],
        [line.old_amount for line in found],
        [line.new_amount for line in found],
        [line.new_base - line.old_base for line in found],
    )


def _columns(kind: pa.DataType, *columns: Iterable[object]) -> list[ArrowExtensionArray]:
    """Make columns of one kind, in one go: it costs as much as one of them. Numbers are fen."""
    made = pa.array(list(chain(*columns)), kind)
    if pa.types.is_integer(kind):
        made = pc.multiply(made.cast(pa.decimal128(19, 0)), _FEN)
    rows = len(made) // len(columns)
    return [ArrowExtensionArray(made.slice(rows * place, rows)) for place in range(len(columns))]


def _note(line: Line, limits: Limits) -> str:
    notes = []
    if line.is_steep:
        notes.append(f"变动{(line.new_base - line.old_base) * 100 / line.old_base:+.0f}%")
    if limits.is_at_limit(line.new_base):
        notes.append("等于上下限")
    return "，".join(notes)
