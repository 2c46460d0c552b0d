"""The employer's changes in a browser (manual B4): asked for by days, printed, saved."""

import pytest
from playwright.sync_api import expect

from tests.e2e import books, querying
from tests.e2e.conftest import Arrive
from tests.e2e.past import HOSTILE
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

PAGE = "/employer_info_query"
UNIT, NUMBER = "凯里香炉山茶业(示例)", "522601000504"
ADDRESS = "贵州省凯里市开发区金山大道18号"
ITEM, OLD, NEW = 2, 3, 4  # columns


@pytest.mark.manual("B4.1", "B4.2", "B4.3")
def test_the_employers_changes_are_found_printed_and_saved(arrive: Arrive) -> None:
    clerk = arrive("B4")
    clerk.open(PAGE)
    clerk.sees("请选择变更日期的起止，点击【查询】。日期留空表示不限。")
    for way in ("打印", "数据下载"):
        expect(clerk.button(way)).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.page.get_by_role("link", name="办理指南").click()
    clerk.sees("选择变更日期，点击【查询】；可【打印】变更记录，或通过【数据下载】导出Excel。")
    clerk.open(PAGE)
    _find_this_months(clerk)
    _save_them(clerk)
    _print_them(clerk)
    _ask_for_other_days(clerk)
    _come_back_to_the_same(clerk)


def _find_this_months(clerk: Visitor) -> None:
    clerk.press("查询")
    querying.finds(clerk, 3, "2笔业务，3项变更")
    for row, cells in enumerate((
        ("经办人手机号码", "", "139****2345"),  # masked on the screen alone
        ("邮政编码", "", "556000"),
        ("单位地址", ADDRESS, HOSTILE),
    )):  # fmt: skip
        for column, text in zip((ITEM, OLD, NEW), cells, strict=True):
            expect(clerk.cell(row, column)).to_have_text(text)
    assert_all_chinese(clerk.page)
    clerk.shot("b4-found")


def _save_them(clerk: Visitor) -> None:
    name, content = clerk.download("数据下载")
    assert name == f"单位信息变更记录_{NUMBER}_20260701_20260731.xlsx"
    head, *rows = books.cells(content)
    assert head[:5] == ("序号", "变更日期", "变更项目", "变更前", "变更后")
    assert [row[1:5] for row in rows] == [
        ("2026-07-06", "经办人手机号码", None, "13985512345"),
        ("2026-07-06", "邮政编码", None, "556000"),
        ("2026-07-06", "单位地址", ADDRESS, HOSTILE),
    ]
    querying.equals_the_screen(clerk, rows, hidden={NEW})
    assert not books.formulas(content)


def _print_them(clerk: Visitor) -> None:
    text = querying.printed(clerk)
    for words in (
        UNIT,
        NUMBER,
        "单位信息变更记录",
        "2026-07-01至2026-07-31",
        "13985512345",
        "金山",
    ):
        assert words in text
    clerk.shot("b4-print")
    querying.close(clerk)


def _ask_for_other_days(clerk: Visitor) -> None:
    querying.give_day(clerk, "变更日期起", "2026-08-01")
    clerk.press("查询")
    clerk.alerts("开始日期不能晚于结束日期，请重新选择")
    querying.give_day(clerk, "变更日期起", "2026-06-01")
    querying.give_day(clerk, "变更日期止", "2026-06-30")
    clerk.press("查询")
    clerk.sees(
        "2026-06-01至2026-06-30没有已办结的单位信息变更记录，请放宽变更日期后再查询。"
        "正在审核的变更办结后才会列出。"
    )
    expect(clerk.button("数据下载")).to_be_disabled()


def _come_back_to_the_same(clerk: Visitor) -> None:
    querying.give_day(clerk, "变更日期止", "2026-07-31")
    clerk.press("查询")
    querying.finds(clerk, 3, "2笔业务，3项变更")
    clerk.to_page("首页")
    expect(clerk.page.locator(".hall-card").first).to_be_visible()
    clerk.to_page("单位信息查询")
    querying.finds(clerk, 3, "2笔业务，3项变更")
    clerk.sees("变更日期2026-06-01至2026-07-31")
