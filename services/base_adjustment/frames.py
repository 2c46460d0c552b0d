"""Lines as a frame (清册表): columns made in the column store's own form, exact and quick to draw."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

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
    return pd.DataFrame(
        {
            "row": _texts(map(str, numbers)) if for_screen else numbers,
            "account": _texts(line.account for line in found),
            "name": _texts(line.name for line in found),
            "id_number": _texts(map(identity.masked, ids) if for_screen else ids),
            **_money(found),
            "note": _texts(_note(line, limits) for line in found),
        }
    )


def _texts(values: Iterable[str]) -> ArrowExtensionArray:
    return ArrowExtensionArray(pa.array(values, pa.large_string()))


def _money(found: Sequence[Line]) -> dict[str, ArrowExtensionArray]:
    """Return the columns of money in yuan, reckoned in one go from fen."""
    amounts = [
        *(line.old_base for line in found),
        *(line.new_base for line in found),
        *(line.old_amount for line in found),
        *(line.new_amount for line in found),
        *(line.new_base - line.old_base for line in found),
    ]
    yuan = pc.multiply(pa.array(amounts, pa.int64()).cast(pa.decimal128(19, 0)), _FEN)
    rows = len(found)
    return {
        name: ArrowExtensionArray(yuan.slice(rows * place, rows))
        for place, name in enumerate(_MONEY)
    }


def _note(line: Line, limits: Limits) -> str:
    notes = []
    if line.is_steep:
        notes.append(f"变动{(line.new_base - line.old_base) * 100 / line.old_base:+.0f}%")
    if limits.is_at_limit(line.new_base):
        notes.append("等于上下限")
    return "，".join(notes)
