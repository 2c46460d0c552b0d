"""Lines as a frame (清册表): columns made in the column store's own form, exact and quick to draw."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from operator import add, sub

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
    by_column = zip(*found, strict=True) if found else ((),) * len(Line._fields)
    _, accounts, names, ids, _, _, numbers, old, new, own, withheld, before = by_column
    account, name, id_number, row, note = _columns(
        pa.large_string(),
        accounts,
        names,
        map(identity.masked, ids) if for_screen else ids,
        map(str, numbers),
        [_note(line, limits) for line in found],
    )
    money = _columns(pa.int64(), old, new, before, map(add, own, withheld), map(sub, new, old))
    made = pd.DataFrame(
        {
            "row": row if for_screen else numbers,
            "account": account,
            "name": name,
            "id_number": id_number,
            **dict(zip(_MONEY, money, strict=True)),
            "note": note,
        }
    )
    made.columns = pd.Index(list(made.columns), dtype=object)  # columns are taken in half the time
    return made


def _columns(kind: pa.DataType, *columns: Iterable[object]) -> list[ArrowExtensionArray]:
    """Make columns of one kind in one go, which costs as much as one alone. Fen become exact yuan."""
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
