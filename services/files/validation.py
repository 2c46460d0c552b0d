"""What Excel lets a clerk type into a column, and what it says when refusing.

This only helps while typing: what is pasted escapes it, so the import checks everything again.
"""

from decimal import Decimal
from typing import Any

import xlsxwriter

from services.files.columns import Column

_LEAST = Decimal(0)
_MOST = Decimal("999999999.99")
_TITLE = "填写有误"


def add_validation(
    sheet: xlsxwriter.worksheet.Worksheet, index: int, column: Column, last: int
) -> None:
    """Add the validation of a column to the rows 2 to `last`."""
    rule = _rule(column)
    if rule and last > 1:
        sheet.data_validation(1, index, last - 1, index, {**rule, "error_title": _TITLE})


def _rule(column: Column) -> dict[str, Any] | None:
    if column.kind == "choice":
        words = "、".join(column.choices)
        return {
            "validate": "list",
            "source": list(column.choices),
            "error_message": f"请从下拉列表中选择：{words}"[:255],
        }
    if column.kind == "text" or not column.editable:
        return None
    least = _LEAST if column.minimum is None else Decimal(column.minimum)
    most = _MOST if column.maximum is None else Decimal(column.maximum)
    return _between(column, least, most)


def _between(column: Column, least: Decimal, most: Decimal) -> dict[str, Any]:
    """Allow numbers from `least` to `most`, in the words of the column's kind."""
    kind, share, words = {
        "money": ("decimal", 1, f"请填写{least:.2f}至{most:.2f}之间的金额，最多两位小数"),
        "integer": ("integer", 1, f"请填写{least:f}至{most:f}之间的整数"),
        "percent": ("decimal", 100, f"请填写{least:f}%至{most:f}%之间的比例"),
    }[column.kind]
    return {
        "validate": kind,
        "criteria": "between",
        "minimum": f"{least / share:f}",
        "maximum": f"{most / share:f}",
        "error_message": words,
    }
