"""The people's accounts and changes in a browser (manual B6): three tabs, each printed and saved."""

import pytest
from playwright.sync_api import expect

from tests.e2e import books, querying
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

PAGE = "/contributor_query"
UNIT, NUMBER = "凯里下司物流(示例)", "522601000506"
CHANGED, SEALED = "522620040001", "522620040002"
ID_NUMBER, STATUS = 3, 4  # columns of the accounts
ITEM, OLD, NEW = 4, 5, 6  # columns of the changes of information
KIND, REASON, BEFORE, AFTER, MONTH = 3, 4, 5, 6, 7  # columns of the changes of status
ACCOUNTS = "请选择开户日期或勾选账户状态，点击【查询】；也可选择个人账号单个查询。不选表示不限。"


@pytest.mark.manual("B6.1", "B6.2", "B6.3", "B6.4")
def test_accounts_and_changes_are_found_printed_and_saved(arrive: Arrive) -> None:
    clerk = arrive("B6")
    _find_every_account(clerk)
    _save_and_print_the_accounts(clerk)
    _find_by_status_day_and_account(clerk)
    _find_the_changes_of_information(clerk)
    _find_the_changes_of_status(clerk)


def _find_every_account(clerk: Visitor) -> None:
    clerk.open(PAGE)
    clerk.sees(ACCOUNTS)
    for way in ("打印", "数据下载"):
        expect(clerk.button(way)).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.press("查询")
    querying.finds(
        clerk, 5,
        "5人，其中正常4人；正常账户月缴存额4,034.00元（单位2,017.00元，个人2,017.00元）",
    )  # fmt: skip
    expect(clerk.cell(0, ID_NUMBER)).to_contain_text("********")
    expect(clerk.cell(1, STATUS)).to_have_text("封存")
    assert_all_chinese(clerk.page)
    clerk.shot("b6-accounts")


def _save_and_print_the_accounts(clerk: Visitor) -> None:
    name, content = clerk.download("数据下载")
    assert name == f"缴存人账户信息_{NUMBER}_不限_不限.xlsx"
    _, *rows, totals = books.cells(content)
    assert [row[5:9] for row in rows[:2]] == [
        (7656.25, 613, 613, 1226),
        (4321.05, None, None, None),
    ]
    assert totals[1:3] == ("合计", "5人")
    assert totals[6:9] == (2017, 2017, 4034)
    assert len(str(rows[0][ID_NUMBER])) == 18
    assert "*" not in str(rows[0][ID_NUMBER])
    querying.equals_the_screen(clerk, rows, hidden={ID_NUMBER})
    text = querying.printed(clerk)
    for words in (UNIT, NUMBER, str(rows[0][ID_NUMBER]), CHANGED, "4,034.00"):
        assert words in text
    clerk.shot("b6-print")
    querying.close(clerk)


def _find_by_status_day_and_account(clerk: Visitor) -> None:
    clerk.tick_box("封存")
    clerk.press("查询")
    querying.finds(clerk, 1, "1人，其中正常0人")
    expect(clerk.cell(0, 1)).to_have_text(SEALED)
    querying.give_day(clerk, "开户日期起", "2026-01-01")
    clerk.press("查询")
    clerk.sees(
        "没有符合条件的记录。可以放宽开户日期（现为2026-01-01至今），"
        "或多勾选账户状态或全部不勾选后再查询。"
    )
    clerk.shot("b6-nothing")
    clerk.tick_box("封存")
    querying.give_day(clerk, "开户日期起", "2024-01-01")
    _choose_account(clerk, CHANGED)
    clerk.press("查询")
    querying.finds(clerk, 1, "1人，其中正常1人；正常账户月缴存额1,226.00元")


def _find_the_changes_of_information(clerk: Visitor) -> None:
    _to_tab(clerk, "缴存人客户信息变更查询")
    clerk.press("查询")
    querying.finds(clerk, 2, "1人，2项变更")
    expect(clerk.cell(0, ITEM)).to_have_text("学历")
    expect(clerk.cell(0, NEW)).to_have_text("硕士研究生毕业")
    expect(clerk.cell(1, NEW)).to_have_text("139****7890")
    name, content = clerk.download("数据下载")
    assert name == f"缴存人客户信息变更记录_{NUMBER}_20260701_20260731.xlsx"
    rows = books.cells(content)[1:]
    assert [(row[1], row[ITEM], row[NEW]) for row in rows] == [
        (CHANGED, "学历", "硕士研究生毕业"), (CHANGED, "手机号码", "13985567890")]  # fmt: skip
    querying.equals_the_screen(clerk, rows, most=OLD)
    assert_all_chinese(clerk.page)
    clerk.shot("b6-changes")
    assert "13985567890" in querying.printed(clerk)
    querying.close(clerk)
    _choose_account(clerk, SEALED)
    clerk.press("查询")
    clerk.sees(
        "没有符合条件的记录。可以放宽变更日期（现为2026-07-01至2026-07-31），"
        f"或将个人账号（现为{SEALED}）改为全部后再查询。"
    )


def _find_the_changes_of_status(clerk: Visitor) -> None:
    _to_tab(clerk, "缴存人账户状态变更查询")
    clerk.tick_box("封存")
    clerk.press("查询")
    querying.finds(clerk, 1, "1人，1次变更")
    for column, text in (
        (1, SEALED), (KIND, "封存"), (REASON, "终止/解除劳动关系"), (BEFORE, "正常"),
        (AFTER, "封存"), (MONTH, "2026-07"),
    ):  # fmt: skip
        expect(clerk.cell(0, column)).to_have_text(text)
    name, content = clerk.download("数据下载")
    assert name == f"缴存人账户状态变更记录_{NUMBER}_20260701_20260731.xlsx"
    querying.equals_the_screen(clerk, books.cells(content)[1:], most=8)
    assert_all_chinese(clerk.page)
    clerk.shot("b6-statuses")
    assert SEALED in querying.printed(clerk)
    querying.close(clerk)
    clerk.tick_box("封存")
    clerk.tick_box("启封")
    clerk.press("查询")
    expect(clerk.page.get_by_text("多勾选变更类型或全部不勾选")).to_be_visible()


def _to_tab(clerk: Visitor, name: str) -> None:
    clerk.page.get_by_role("tab", name=name, exact=True).click()
    clerk.idle()
    expect(clerk.button("查询")).to_be_visible()


def _choose_account(clerk: Visitor, account: str) -> None:
    field = clerk.page.get_by_label("个人账号", exact=True)
    field.click()
    field.fill(account)
    clerk.page.get_by_role("option", name=account).click()
    clerk.idle()
