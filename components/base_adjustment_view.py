"""How a base adjustment looks, to the clerk who enters it and to the officer who decides it."""

from components import brand
from components.roster import Heading
from services.base_adjustment.roster import Effect
from services.rules.amounts import signed

HEADINGS = {
    "row": Heading("序号", width=52),
    "account": Heading("个人账号", width=112),
    "name": Heading("姓名", width=78),
    "id_number": Heading("证件号码", width=150),
    "old_base": Heading("调整前基数", is_money=True, width=98),
    "new_base": Heading("调整后基数", is_money=True, is_editable=True, width=118),
    "old_amount": Heading("调整前月缴存额", is_money=True, width=116),
    "new_amount": Heading("调整后月缴存额", is_money=True, width=116),
    "change": Heading("基数变动", is_money=True, width=98),
    "note": Heading("核对提示", width=150),
}


def figures(effect: Effect) -> None:
    """Draw what the roster would do: heads, amounts before and after, what deserves a second look."""
    rise = effect.difference
    items = [
        ("职工人数", f"{effect.people:,}", ""),
        ("基数有变动", f"{effect.changed:,}", ""),
        ("调整前月缴存额", f"{effect.before:,.2f}", ""),
        ("调整后月缴存额", f"{effect.after:,.2f}", ""),
        ("差额", signed(rise), "up" if rise > 0 else "down" if rise < 0 else ""),
        ("最低/最高基数", f"{effect.lowest:,.2f} / {effect.highest:,.2f}", ""),
    ]
    if effect.steep:
        items.append(("涨超50%或降超30%", f"{effect.steep:,}人", "warn"))
    if effect.at_limit:
        items.append(("等于上下限", f"{effect.at_limit:,}人", "warn"))
    brand.figures(items)
