"""An employer's file (单位档案) on the page: facts, people, cases, months, what is owed."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import streamlit as st

from components import brand, case_timeline, plain_table
from services.approval.history import Stage
from services.register.employer_file import EmployerFile
from services.register.employer_months import MonthRow, Owed
from services.register.employer_records import CaseRow, PeoplePage
from services.remittance.balances import Line


def facts(file: EmployerFile) -> None:
    """Draw the cards and who acts for the employer."""
    cards = (("登记信息", file.register), ("账户信息", file.account), ("联系信息", file.contact))
    for column, (heading, items) in zip(st.columns((1.3, 1.3, 1), gap="small"), cards, strict=True):
        with column:
            brand.facts(heading, items)
    st.markdown(f"**经办人（{len(file.clerks)}名）**")
    if not file.clerks:
        brand.quiet("该单位没有经办人。")
        return
    rows = [(one.name, one.mobile or "—", "在用" if one.active else "已停用", one.keys)
            for one in file.clerks]  # fmt: skip
    plain_table.show(("姓名", "手机号码", "状态", "UKey"), rows)


def people(page: PeoplePage) -> None:
    if not page.rows:
        brand.quiet("没有符合条件的缴存人。单位办理缴存人登记后会显示在这里。")
        return
    rows = [
        (one.account, one.name, one.id_number, one.status.label, f"{one.base:,.2f}",
         f"{one.monthly_amount:,.2f}", str(one.first_month), one.paid_to)
        for one in page.rows
    ]  # fmt: skip
    heads = (
        "个人账号",
        "姓名",
        "证件号码",
        "账户状态",
        "缴存基数",
        "月缴存额",
        "首次汇缴年月",
        "缴至年月",
    )
    plain_table.show(heads, rows, numbers=(4, 5))


def cases(
    found: Sequence[CaseRow], course: Callable[[int], Sequence[Stage]] | None, *, key: str
) -> None:
    """Draw the cases, and the flow of the one that is chosen."""
    if not found:
        brand.quiet("该单位还没有提交过业务。")
        return
    rows = [
        (one.serial, one.kind, one.status.label, str(one.effective_month), one.started_by,
         case_timeline.moment(one.submitted_at), case_timeline.moment(one.ended_at) or "—")
        for one in found
    ]  # fmt: skip
    heads = ("业务流水号", "业务", "状态", "生效年月", "经办人", "提交时间", "办结时间")
    plain_table.show(heads, rows)
    if course is None:
        return
    named = {one.id: f"{one.serial}　{one.kind}（{one.status.label}）" for one in found}
    chosen = st.selectbox(
        "流程图", list(named), index=None, format_func=named.__getitem__, key=key, width=420,
        placeholder="选择一笔业务，查看审批人、意见和时间",
    )  # fmt: skip
    if chosen in named:
        case_timeline.show(course(chosen))


def ledger(lines: Sequence[Line]) -> None:
    """Draw what came in and what it paid, the latest first."""
    if not lines:
        brand.quiet("该单位还没有到账记录。")
        return
    rows = [
        (str(one.posted_on), one.kind.label, one.subject, _yuan(one.money_in),
         _yuan(one.money_out), f"{one.balance:,.2f}", one.by)
        for one in lines
    ]  # fmt: skip
    heads = ("日期", "类型", "银行流水号/汇缴年月", "转入金额", "转出金额", "未分摊余额", "经办")
    plain_table.show(heads, rows, numbers=(3, 4, 5))


def _yuan(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def months(found: Sequence[MonthRow]) -> None:
    if not found:
        brand.quiet("该单位还没有核定过汇缴。")
        return
    rows = [
        (str(one.month), one.kind, one.status.label, f"{one.heads:,}", f"{one.amount:,.2f}",
         case_timeline.moment(one.assessed_at))
        for one in found
    ]  # fmt: skip
    heads = ("汇缴年月", "类型", "状态", "人数", "金额", "核定时间")
    plain_table.show(heads, rows, numbers=(3, 4))


def owed(found: Sequence[Owed]) -> None:
    if not found:
        brand.quiet("没有应缴未缴的月份。")
        return
    total = sum((one.amount for one in found), Decimal(0))
    st.markdown(f"**应缴未缴{len(found)}个月，共{total:,.2f}元**")
    rows = [
        (str(one.month), str(one.due_on), f"{one.heads:,}", f"{one.amount:,.2f}", one.status)
        for one in found
    ]
    plain_table.show(("汇缴年月", "应缴日期", "人数", "金额", "状态"), rows, numbers=(2, 3))
