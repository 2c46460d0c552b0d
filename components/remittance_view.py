"""How months of a remittance look: the matrix of one or several, and the list of those assessed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import pandas as pd
import streamlit as st

from components import brand
from services.remittance.edit import AssessedMonth
from services.remittance.matrix import Matrix
from services.rules.amounts import signed

SHOWN_WHOLE, HEIGHT = 12, 460  # rows, pixels
_GROUPS = ("上月汇缴", "＋本月增加", "－本月减少")


def figures(months: Sequence[Matrix]) -> None:
    """Draw what is about to be assessed: heads and amounts, of several months together."""
    first, last = months[0], months[-1]
    amount = sum((month.amount for month in months), Decimal(0))
    several = len(months) > 1
    span = f"{first.month} 至 {last.month}（{len(months)}个月）" if several else first.month.label
    own = sum((month.employer_amount for month in months), Decimal(0))
    change = last.amount - first.last_amount
    brand.figures(
        [
            ("核定年月", span, ""),
            ("末月汇缴人数" if several else "汇缴人数", f"{last.heads:,}", ""),
            ("单位缴存", f"{own:,.2f}", ""),
            ("个人缴存", f"{amount - own:,.2f}", ""),
            ("汇缴金额", f"{amount:,.2f}", ""),
            ("月缴存额比上月", signed(change), "up" if change > 0 else "down" if change else ""),
        ]
    )


def matrix(months: Sequence[Matrix]) -> None:
    """Draw 上月 + 增加 − 减少 ± 差额 = 本月 as the printed form has it: a row for each month."""
    groups = "".join(f'<th colspan="2">{name}</th>' for name in _GROUPS)
    kinds = "<th>人数</th><th>金额</th>" * len(_GROUPS)
    rows = "".join(f"<tr>{_cells(month)}</tr>" for month in months)
    st.html(
        '<table class="hall-table hall-matrix"><thead><tr><th rowspan="2">汇缴年月</th>'
        f'{groups}<th rowspan="2">±基数/比例差额</th><th colspan="2">＝本月汇缴</th></tr>'
        f"<tr>{kinds}<th>人数</th><th>金额</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _cells(month: Matrix) -> str:
    numbers = (
        f"{month.last_heads:,}", f"{month.last_amount:,.2f}", f"{month.plus_heads:,}",
        f"{month.plus_amount:,.2f}", f"{month.minus_heads:,}", f"{month.minus_amount:,.2f}",
        signed(month.difference), f"{month.heads:,}",
        f"{month.amount:,.2f}",
    )  # fmt: skip
    return f"<th>{month.month}</th>" + "".join(f'<td class="number">{n}</td>' for n in numbers)


def assessed(months: Sequence[AssessedMonth]) -> None:
    """Draw the months that have been assessed, the latest first."""
    rows = [
        {
            "汇缴年月": str(month.month),
            "类型": month.kind.label,
            "状态": month.status.label,
            "汇缴人数": month.heads,
            "单位缴存": month.employer_amount,
            "个人缴存": month.contributor_amount,
            "汇缴金额": month.amount,
            "业务流水号": month.serial or "—",
            "核定时间": f"{month.assessed_at:%Y-%m-%d %H:%M}",
        }
        for month in months
    ]
    table(pd.DataFrame(rows))


def table(frame: pd.DataFrame) -> None:
    """Draw a table; columns of Decimal are money, columns of whole numbers are counts."""
    config = {name: _column(name, frame[name]) for name in frame.columns}
    height: Literal["content"] | int = "content" if len(frame) <= SHOWN_WHOLE else HEIGHT
    st.dataframe(frame, column_config=config, hide_index=True, height=height)


def _column(name: str, values: pd.Series) -> Any:  # noqa: ANN401 — as in roster
    if len(values) and isinstance(values.iloc[0], Decimal):
        return st.column_config.NumberColumn(name, format="%,.2f", alignment="right")
    if pd.api.types.is_integer_dtype(values):
        return st.column_config.NumberColumn(name, format="%,d", alignment="right")
    return st.column_config.TextColumn(name)
