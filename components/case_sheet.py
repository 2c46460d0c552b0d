"""A case as its officer reads it: the checks with their rules, the lines with what has changed."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from html import escape

import pandas as pd
import streamlit as st

from components import brand
from services.approval.sheet import Check, Outcome, Sheet

A_PAGE = 100
NOTE = "核对提示"
_CLASS = {Outcome.PASSED: "good", Outcome.NOTED: "warn", Outcome.FAILED: "stop"}


def banner(found: Sequence[Check], objection: str | None) -> None:
    """Say in one line what the checks come to, and what would refuse an approval."""
    said = {outcome: [check for check in found if check.outcome is outcome] for outcome in Outcome}
    if objection or (failed := said[Outcome.FAILED]):
        brand.banner(f"自动检查未通过：{objection or failed[0].said}", "stop")
    elif noted := said[Outcome.NOTED]:
        names = "、".join(check.name for check in noted)
        brand.banner(f"自动检查通过，其中{len(noted)}项请核对：{names}。", "warn")
    else:
        brand.banner("自动检查通过：按当前数据和政策，可以审批。", "good")


def checks(found: Sequence[Check]) -> None:
    """Draw each check: what it says, its rule, and why."""
    rows = "".join(
        f'<tr><td><span class="hall-tag {_CLASS[check.outcome]}">{check.outcome.value}</span></td>'
        f"<td>{escape(check.name)}</td><td>{escape(check.rule)}</td><td>{escape(check.said)}</td></tr>"
        for check in found
    )
    counted = Counter(check.outcome for check in found)
    summed = "，".join(f"{one.value}{counted[one]}项" for one in Outcome if counted[one])
    st.html(
        f'<p class="hall-heading">自动检查<span>{summed}</span></p><table class="hall-table checks">'
        "<thead><tr><th>结果</th><th>检查项</th><th>规则</th><th>说明</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def lines(sheet: Sheet, *, key: str) -> None:
    """Draw the lines before and after, changed cells marked, 100 a page; doubtful ones on request."""
    frame = sheet.lines
    if frame is None or frame.empty:
        return
    title, tick, pages = st.columns((1.2, 1, 1.6), vertical_alignment="center")
    title.html(f'<p class="hall-heading">业务内容<span>共{len(frame)}条</span></p>')
    doubtful = int((frame[NOTE] != "").sum()) if NOTE in frame else 0
    if doubtful and tick.checkbox(f"只看需核对的行（{doubtful}）", key=f"{key}_only"):
        frame = frame[frame[NOTE] != ""]
    first, count = 0, -(-len(frame) // A_PAGE)
    if count > 1:
        with pages:
            number = st.pagination(count, key=f"{key}_page")
        first = (min(number, count) - 1) * A_PAGE
    st.html(_table(frame.iloc[first : first + A_PAGE], sheet))


def _table(frame: pd.DataFrame, sheet: Sheet) -> str:
    names = list(map(str, frame.columns))
    before = {after: earlier for earlier, after in sheet.pairs if after in frame}
    heads = "".join(
        f'<th class="{"number" if name in sheet.money else ""}">{escape(name)}</th>'
        for name in names
    )
    body = "".join(
        "<tr>" + "".join(_cell(name, row, sheet.money, before) for name in row) + "</tr>"
        for row in (dict(zip(names, cells, strict=True)) for cells in frame.itertuples(index=False))
    )
    return (
        '<div class="hall-lines"><table class="hall-table"><thead><tr>'
        f"{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(
    name: str, row: dict[str, object], money: Sequence[str], before: dict[str, str]
) -> str:  # fmt: skip
    value = row[name]
    kinds = ["number"] if name in money else []
    if name in before and value != row[before[name]]:
        kinds.append("changed")
    if name == NOTE and value:
        kinds.append("note")
    text = f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
    return f'<td class="{" ".join(kinds)}">{escape(text)}</td>'
