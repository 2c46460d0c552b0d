"""The home and the task center in a browser (manual H): what is due, messages, tasks, pages, search."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.past import MESSAGES
from tests.e2e.test_pages import TEN
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

UNIT, NUMBER = "凯里大十字百货(示例)", "522601000510"
DONE = f"尊敬的{UNIT}，您已完成办理缴存人信息变更！"
REASON = "请补充学历证书"
A_PAGE = 15


@pytest.mark.manual("H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8")
def test_the_clerk_sees_what_is_due_and_works_through_her_messages(arrive: Arrive) -> None:
    clerk = arrive("H4")
    clerk.open("/")
    _see_the_frame(clerk)
    _see_what_is_due(clerk)
    _read_mark_and_delete(clerk)
    _turn_pages_and_search(clerk)
    _see_a_finished_flow(clerk)
    _end_the_returned_one(clerk)


def _see_the_frame(clerk: Visitor) -> None:
    bar = clerk.page.locator(".hall-top")
    for text in (
        "黔东南州住房公积金网上业务大厅", "单位版", UNIT, NUMBER, "业务日期 2026-07-06",
        "证书到期", "单位经办人 陆小凤", "退出",
    ):  # fmt: skip
        expect(bar).to_contain_text(text)
    links = clerk.page.get_by_test_id("stSidebarNavLink")
    expect(links).to_have_text(
        [re.compile(f"{name}$") for name in ("首页", *TEN, "消息事务管理", "办事指南")]
    )
    expect(links.first).to_have_attribute("aria-current", "page")
    expect(clerk.page).to_have_title(re.compile("黔东南州住房公积金网上业务大厅|首页"))


def _see_what_is_due(clerk: Visitor) -> None:
    banner = clerk.page.locator(".hall-banner")
    expect(banner).to_have_text(
        "本月待办　应核定 2026年7月，月缴存额 4,726.00元　·　已退回：缴存人信息变更"
    )
    season = clerk.page.locator(".st-key-season")
    expect(season).to_contain_text("2026年度基数调整（2026-07-31前办理，剩25天）")
    expect(season.locator("li")).to_have_text(
        ["1下载模板并填写", "2批量导入（0/5人）", "3上传材料", "4提交审批", "5中心审批"]
    )
    expect(season.locator("li.current")).to_have_text("1下载模板并填写")
    for business, state in (
        ("基数调整", "仅7月办理"), ("汇缴", "应核定2026年7月"), ("缴存人信息变更", "已退回"),
    ):  # fmt: skip
        expect(clerk.tile(business)).to_contain_text(state)
    _counts(clerk, MESSAGES + 1, 1, MESSAGES, MESSAGES + 1, 0)
    assert_all_chinese(clerk.page)
    clerk.shot("h-home")


def _counts(clerk: Visitor, *counts: int) -> None:
    names = ("消息", "待办", "已办", "我发起的", "已阅")
    texts = [f"{name}（{count}）" for name, count in zip(names, counts, strict=True)]
    expect(clerk.page.get_by_role("tab")).to_have_text(texts)


def _read_mark_and_delete(clerk: Visitor) -> None:
    entries = clerk.entry("尊敬的")
    expect(entries).to_have_count(5)
    expect(entries.first).to_contain_text(REASON)  # the newest
    entries.nth(1).get_by_role("button", name="查看").click()
    dialog = clerk.dialog("消息详情")
    for text in ("业务名称缴存人信息变更", "时间2026-07-06", "推送渠道网厅", DONE):
        expect(dialog).to_contain_text(text)
    clerk.shot("h-message")
    dialog.get_by_role("button", name="标为已阅").click()
    clerk.hears("已标为已阅")
    _counts(clerk, MESSAGES, 1, MESSAGES, MESSAGES + 1, 1)
    clerk.entry(DONE).first.get_by_role("button", name="删除").click()
    clerk.hears("消息已删除")
    _counts(clerk, MESSAGES - 1, 1, MESSAGES, MESSAGES + 1, 1)
    clerk.to_tab("已阅")
    clerk.entry(DONE).get_by_role("button", name="查看").click()
    expect(clerk.dialog("消息详情").get_by_role("button", name="标为已阅")).to_have_count(0)
    clerk.page.keyboard.press("Escape")
    clerk.entry(DONE).get_by_role("button", name="删除").click()
    clerk.hears("消息已删除")
    clerk.sees("暂无已阅消息。在消息详情中点击【标为已阅】后会移到这里。")


def _turn_pages_and_search(clerk: Visitor) -> None:
    clerk.to_tab("消息")
    clerk.press("更多")
    expect(clerk.page.locator("h1")).to_have_text("消息事务管理")
    expect(clerk.entry("尊敬的")).to_have_count(A_PAGE)
    clerk.shot("h-history")
    clerk.page.get_by_test_id("stPagination").get_by_role("button", name="第2页").click()
    expect(clerk.entry("尊敬的")).to_have_count(MESSAGES - 1 - A_PAGE)
    _search(clerk, "退回")
    expect(clerk.entry("尊敬的")).to_have_count(1)
    serial = re.search(r"\d{15}", clerk.entry(REASON).inner_text())
    assert serial
    _search(clerk, "<b>%")
    clerk.sees("消息中没有包含“<b>%”的记录，请减少查找字数或换一个类别后再试。")
    assert_all_chinese(clerk.page)
    clerk.page.get_by_role("radio", name=re.compile("^我发起的（")).click()
    _search(clerk, serial.group())
    expect(clerk.entry(serial.group())).to_have_count(1)
    _search(clerk, "信息变更")
    expect(clerk.entry("缴存人信息变更")).to_have_count(A_PAGE)


def _search(clerk: Visitor, words: str) -> None:
    field = clerk.page.get_by_label("查找", exact=True)
    field.fill(words)
    field.press("Enter")
    clerk.idle()


def _see_a_finished_flow(clerk: Visitor) -> None:
    clerk.to_page("首页")
    clerk.to_tab("已办")
    clerk.entry("王建国 通过：同意").first.get_by_role("button", name="查看").click()
    dialog = clerk.dialog("业务详情")
    expect(dialog.get_by_role("img", name="流程图：")).to_be_visible()
    steps = dialog.locator(".hall-table tbody tr")
    expect(steps).to_have_count(3)
    for text in ("王建国（初审员）", "通过", "同意", "2026-07-06"):
        expect(steps.nth(1)).to_contain_text(text)
    clerk.shot("h-flow")
    clerk.page.keyboard.press("Escape")


def _end_the_returned_one(clerk: Visitor) -> None:
    clerk.to_tab("待办")
    clerk.entry(REASON).get_by_role("button", name="打开").click()
    dialog = clerk.dialog("业务详情")
    expect(dialog.locator(".hall-table tbody tr").nth(1)).to_contain_text(REASON)
    dialog.get_by_role("button", name="结束流程").click()
    clerk.hears("流程已结束，可以重新申请")
    _counts(clerk, MESSAGES - 1, 0, MESSAGES + 1, MESSAGES + 1, 0)
    expect(clerk.page.locator(".hall-banner")).not_to_contain_text("已退回")
    expect(clerk.tile("缴存人信息变更")).to_have_text(re.compile("缴存人信息变更$"))
