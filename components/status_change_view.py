"""How a sealing and an unsealing look (缴存人状态变更): the roster's columns, what it would do."""

from components import brand
from components.roster import Heading
from data.enums import BusinessKind
from services.contributor_status_change.facts import SEALING, UNSEALING
from services.contributor_status_change.line import Effect

_SHARED = {
    "row": Heading("序号", width=52),
    "account": Heading("个人账号", width=112),
    "name": Heading("姓名", width=84),
    "id_number": Heading("证件号码", width=152),
    "status": Heading("当前状态", width=76),
    "reason": Heading("变更原因", width=170),
    "month": Heading("生效年月", width=84),
}
HEADINGS = {
    SEALING: {
        **_SHARED,
        "left_on": Heading("离职日期", width=92),
        "amount": Heading("月缴存额", is_money=True, width=92),
        "note": Heading("核对提示", width=260),
    },
    UNSEALING: {
        **_SHARED,
        "base": Heading("启封后缴存基数", is_money=True, width=112),
        "amount": Heading("启封后月缴存额", is_money=True, width=112),
    },
}


def figures(effect: Effect, kind: BusinessKind) -> None:
    """Draw how many people it holds, and what comes to or goes from the month's amount."""
    sign = "+" if kind is UNSEALING else "-"
    brand.figures(
        [
            ("清册人数", f"{effect.people:,}", ""),
            ("月缴存额变动", f"{sign}{effect.amount:,.2f}", "up" if kind is UNSEALING else "down"),
        ]
    )
