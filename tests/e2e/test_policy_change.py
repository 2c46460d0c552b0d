"""An administrator's policy change: proposed, tried on the register, confirmed by a second person (H14)."""

import re
import time

from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

TOPIC = "缴存基数与月缴存额上下限"
SOURCE = "州公积金管委会〔2026〕8号"
SCREENS = ((1366, 768), (1920, 1080))


def both_sizes(visitor: Visitor, name: str) -> None:
    for width, height in SCREENS:
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.shot(f"{name}-{width}")


def test_an_administrators_policy_change(arrive: Arrive) -> None:
    admin, security = arrive("admin"), arrive("security")
    began = time.monotonic()
    _propose(admin)
    _confirm(security)
    assert time.monotonic() - began < 25
    _seen_in_force(admin)


def _propose(admin: Visitor) -> None:
    admin.open("/")
    both_sizes(admin, "policy-list")
    admin.row(TOPIC).get_by_role("button", name="变更").click()
    admin.idle()
    upper = admin.page.get_by_label("缴存基数上限（元）（必填）")
    upper.fill("1000")
    upper.press("Enter")
    admin.idle()
    admin.press("试算影响")
    expect(admin.page.get_by_role("alert").first).to_contain_text(
        "缴存基数下限（元）须小于缴存基数上限（元）"
    )
    both_sizes(admin, "policy-form-error")
    upper.fill("8000")
    upper.press("Enter")
    admin.idle()
    admin.page.get_by_label("依据（必填）").fill(SOURCE)
    admin.page.get_by_label("依据（必填）").press("Enter")
    admin.idle()
    month = admin.page.get_by_role("spinbutton", name="月, 生效日期（必填）")
    month.click()
    month.press_sequentially("08")
    admin.page.get_by_label("说明（生效日期早于今天时必填）").click()
    admin.idle()
    told = admin.page.get_by_role("status").filter(
        has_text="缴存基数高于新上限8,000.00元的正常缴存人"
    )
    expect(told).to_contain_text("家单位")
    both_sizes(admin, "policy-form-tried")
    assert_all_chinese(admin.page)
    admin.press("提交复核")
    admin.hears("变更已提交，等待另一名管理员复核")
    admin.to_tab("待复核")
    admin.row(TOPIC).filter(has_text=SOURCE).get_by_role("button", name="办理").click()
    admin.idle()
    admin.sees("本变更由您提出，须由另一名管理员复核后生效。")
    expect(admin.button("确认生效")).to_have_count(0)
    both_sizes(admin, "policy-own-proposal")


def _confirm(security: Visitor) -> None:
    security.open("/")
    expect(security.page.get_by_role("button", name="变更", exact=True)).to_have_count(0)
    security.to_tab("待复核")
    security.row(TOPIC).filter(has_text=SOURCE).get_by_role("button", name="办理").click()
    security.idle()
    line = security.page.locator(".hall-table tbody tr").filter(has_text="缴存基数上限（元）").first
    expect(line).to_contain_text("21,774.00")
    expect(line).to_contain_text("8,000.00")
    security.press("退回")
    expect(security.page.get_by_role("alert")).to_contain_text("请填写退回原因")
    both_sizes(security, "policy-confirm")
    security.press("确认生效")
    security.hears("变更已复核，将按生效日期执行")


def _seen_in_force(admin: Visitor) -> None:
    admin.press("返回列表")
    expect(admin.row(TOPIC).first).to_contain_text("2026-08-06起：缴存基数上限（元） 8,000.00")
    admin.row(TOPIC).first.get_by_role("button", name="历史").click()
    admin.idle()
    rows = admin.page.locator(".hall-table tbody tr")
    expect(rows.filter(has_text=re.compile("缴存基数上限"))).to_have_count(2)
    expect(rows.first).to_contain_text("谢文博提出，田晓岚复核")
    both_sizes(admin, "policy-history")
    admin.press("返回列表")
    admin.to_tab("待复核")
    both_sizes(admin, "policy-none-waiting")
