"""The columns of a base adjustment's workbook (模板列): eight, of which one is filled in."""

from services.files.columns import Column
from services.rules.limits import Limits, yuan

NUMBER, ACCOUNT, NAME, ID_NUMBER, RATES, OLD_BASE, OLD_AMOUNT, NEW_BASE = range(8)


def columns(limits: Limits | None = None) -> list[Column]:
    """Return the template's columns; `limits` bound what Excel lets her type."""
    low, high = (yuan(limits.base_min), yuan(limits.base_max)) if limits else (None, None)
    return [
        Column("序号", "integer", 6),
        Column("个人账号", "text", 16),
        Column("姓名", "text", 12),
        Column("证件号码", "text", 22),
        Column("缴存比例", "text", 12),
        Column("调整前基数", "money", 14),
        Column("调整前月缴存额", "money", 16),
        Column("调整后基数", "money", 14, editable=True, minimum=low, maximum=high),
    ]


HEADINGS = [column.heading for column in columns()]
