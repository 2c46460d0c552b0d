"""The officer's queue (待审核、已审核、全部): what is shown, a page of it, several cases at once."""

from collections.abc import Callable

import streamlit as st

from components import batch_approval, brand, case_timeline, queue_filter
from components.queue_table import table
from components.queue_table.table import Entry
from services import review_queue
from services.actor import Actor
from services.review_queue import COUNT_TO, Row, Shown, Wanted
from services.rules.workdays import Urgency

A_PAGE = 20
HEADS = (
    "办理期限", "业务流水号", "业务名称", "单位账号", "单位名称", "经办人", "提交时间", "状态", "办理情况",
)  # fmt: skip
MARKS = {Urgency.ON_TIME: "time", Urgency.NEAR: "near", Urgency.OVERDUE: "overdue"}


def draw(actor: Actor, *, key: str, title: str, go: Callable[[int | None], None]) -> None:
    """Draw the queue; `go` opens a case."""
    is_asked, wanted = st.session_state.get(_first(key)), st.session_state.get(f"{key}_wanted")
    # Pressed: the queue itself need not be drawn once more.
    if is_asked and wanted and (case := review_queue.next_case(actor, wanted)):
        go(case)
        st.rerun()
    branch = actor.branch.label if actor.branch else "全州"
    count, overdue = review_queue.waiting(actor)
    late = f"，其中{_many(overdue)}件已超时" if overdue else ""
    brand.title(title, f"{branch}受理的单位业务，待您审核{_many(count)}件{late}，按办理期限排列。")
    batch_approval.summary(key)
    labels = {shown: shown.value for shown in Shown} | {
        Shown.WAITING: f"{Shown.WAITING.value}（{_many(count)}）"
    }
    wanted = queue_filter.chosen(key, labels, sees_all_branches=actor.branch is None)
    st.session_state[f"{key}_wanted"] = wanted
    number = int(st.session_state.get(f"{key}_page", 1))
    page = review_queue.queue(actor, wanted, first=(number - 1) * A_PAGE, most=A_PAGE)
    if not page.rows and number > 1:  # the last page has emptied
        st.session_state[f"{key}_page"] = 1
        st.rerun()
    if not page.rows:
        _empty(wanted)
        return
    is_mine = wanted.shown is Shown.WAITING
    opened, batch = table.show(
        HEADS, [_entry(row, is_mine=is_mine) for row in page.rows], ticks=is_mine,
        key=f"{key}_table_{wanted.shown.name}", decided=batch_approval.decided(key),
    )  # fmt: skip
    _foot(wanted, page.total, key)
    if opened:
        go(opened)
        st.rerun()
    if batch:
        batch_approval.ask(
            {row.case_id: row.version for row in page.rows if row.case_id in batch}, key
        )


def _many(count: int) -> str:
    return f"{count}以上" if count >= COUNT_TO else str(count)


def _empty(wanted: Wanted) -> None:
    if wanted == Wanted(wanted.shown):
        brand.quiet(f"暂无{wanted.shown.value}的业务。单位提交后会显示在这里。")
    else:
        brand.quiet("没有符合条件的业务，请放宽单位、业务或提交日期后再试。")


def _entry(row: Row, *, is_mine: bool) -> Entry:
    due = f"{row.urgency.value} {row.due_on:%m-%d}" if row.urgency and row.due_on else "—"
    state = f"待{row.waits_for}审核" if row.waits_for else row.status.label
    doing = f"{row.opened_by}正在审核" if row.opened_by else ""
    if row.handed_to:
        doing = doing or f"已转给{row.handed_to}"
    return Entry(
        id=row.case_id, serial=row.serial, kind=row.kind.value,
        cells=(
            due, row.serial, row.kind.label, row.employer_number, row.employer_name,
            row.submitted_by, case_timeline.moment(row.submitted_at), state, doing or "—",
        ),
        mark=MARKS[row.urgency] if row.urgency else "",
        label="办理" if is_mine else "查看",
        free=row.opened_by is None,
    )  # fmt: skip


def _first(key: str) -> str:
    return f"{key}_first"


def _foot(wanted: Wanted, total: int, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if total > A_PAGE:
            st.pagination(-(-total // A_PAGE), key=f"{key}_page")
        st.caption(f"共{_many(total)}件　表格内：↑↓选择，回车打开，空格勾选")
        if wanted.shown is Shown.WAITING:
            st.button("办理第一件", key=_first(key), shortcut="Alt+4")
