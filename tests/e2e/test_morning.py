"""An officer's morning: what is late first, sent back with its reason; the next; three at once."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.accessible import assert_accessible
from tests.e2e.conftest import Arrive
from tests.e2e.morning import MEANWHILE
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

UNIT = "镇远某单位(示例)"
REASON = "材料不全，请补充"
CASE = re.compile(r"缴存人信息变更　(\d{15})")


@pytest.mark.manual("B1.5", "B8.5")
def test_an_officer_clears_her_queue(hall: Hall, arrive: Arrive) -> None:
    hall.run("-m", "tests.e2e.morning", HALL_SIGNATURES="off")
    officer = arrive("officerD")
    _see_what_is_late(officer)
    _send_it_back(officer)
    _walk_to_the_next(officer)
    _hand_one_to_nobody(officer)
    _approve_three_at_once(officer)
    clerk = arrive("clerk4")
    _take_one_back(clerk)
    officer.open("/")
    expect(officer.page.locator(".hall-queue tbody tr")).to_have_count(1)


def _see_what_is_late(officer: Visitor) -> None:
    officer.open("/")
    officer.sees("镇远管理部受理的单位业务，待您审核5件，其中1件已超时，按办理期限排列。")
    rows = officer.page.locator(".hall-queue tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.nth(0)).to_contain_text("超时 07-03")
    expect(rows.nth(1)).to_contain_text("正常 07-09")
    assert_all_chinese(officer.page)
    assert_accessible(officer.page)
    officer.shot("morning-queue")
    officer.page.get_by_text("只看超时", exact=True).click()
    officer.idle()
    expect(rows).to_have_count(1)
    rows.nth(0).focus()
    officer.page.keyboard.press("Enter")
    officer.idle()


def _send_it_back(officer: Visitor) -> None:
    page = officer.page
    expect(page.locator("h1")).to_contain_text("单位信息变更")
    officer.sees("自动检查通过：按当前数据和政策，可以审批。")
    changed = page.locator(".hall-lines td.changed")
    expect(changed).to_have_text(["贵州省镇远县㵲阳镇兴隆街2号"])
    expect(page.locator(".hall-table.checks tbody tr")).to_have_count(5)
    expect(page.locator("iframe")).to_be_visible()
    assert_all_chinese(page)
    assert_accessible(page)
    officer.shot("morning-case")
    page.keyboard.press("Alt+2")
    officer.idle()
    expect(page.get_by_role("alert")).to_have_text(re.compile("请填写驳回原因$"))
    officer.shot("morning-no-reason")
    page.get_by_text(REASON, exact=True).click()
    officer.idle()
    expect(page.get_by_label("审批意见")).to_have_value(REASON)
    page.keyboard.press("Alt+2")
    officer.sign_if_asked()
    officer.hears("已办理，当前条件下没有其他待审核的业务")
    officer.idle()
    officer.sees("没有符合条件的业务，请放宽单位、业务或提交日期后再试。")
    officer.press("清除条件")
    expect(page.locator(".hall-queue tbody tr")).to_have_count(4)


def _walk_to_the_next(officer: Visitor) -> None:
    page = officer.page
    page.locator(".hall-queue tbody tr").nth(0).get_by_role("button", name="办理").click()
    title = page.locator("h1")
    expect(title).to_have_text(CASE)
    first = title.inner_text()
    officer.idle()
    page.keyboard.press("Alt+4")
    expect(title).not_to_have_text(first)
    expect(title).to_have_text(CASE)
    officer.idle()


def _hand_one_to_nobody(officer: Visitor) -> None:
    officer.decide("转办")
    expect(officer.dialog("转办")).to_contain_text("本管理部没有其他同岗位人员，不能转办。")
    officer.page.keyboard.press("Escape")
    officer.decide("返回列表")


def _approve_three_at_once(officer: Visitor) -> None:
    page = officer.page
    rows = page.locator(".hall-queue tbody tr")
    for place in range(3):
        rows.nth(place).get_by_role("checkbox").check()
    page.get_by_role("button", name="批量通过（3）", exact=True).click()
    dialog = officer.dialog("批量通过")
    officer.shot("morning-batch")
    dialog.get_by_role("button", name="取消", exact=True).click()
    officer.idle()
    expect(rows.get_by_role("checkbox", checked=True)).to_have_count(3)  # she may look once more
    page.get_by_role("button", name="批量通过（3）", exact=True).click()
    dialog.get_by_role("button", name="确定", exact=True).click()
    signing = officer.dialog("UKey签名确认")
    expect(signing.locator(".hall-card")).to_have_count(2)  # the third is refused before the PIN
    officer.shot("morning-signing")
    officer.sign(signing)
    officer.sees("批量审批完成：通过2件，未通过复核1件，需单独核对0件。")
    officer.idle()
    left = page.locator(".hall-table tbody tr").filter(has_text="未通过复核")
    expect(left).to_contain_text(f"“手机号码”的登记内容已变为“{MEANWHILE}”")
    expect(rows).to_have_count(2)
    expect(rows.get_by_role("checkbox", checked=True)).to_have_count(0)
    expect(page.get_by_role("button", name="批量通过：请勾选同一业务")).to_be_disabled()
    assert_all_chinese(page)
    assert_accessible(page)
    officer.shot("morning-summary")
    officer.press("知道了")
    rows.nth(0).get_by_role("button", name="办理").click()
    expect(page.locator(".hall-banner.stop")).to_contain_text("自动检查未通过")
    officer.idle()
    officer.shot("morning-failed")
    officer.decide("返回列表")


def _take_one_back(clerk: Visitor) -> None:
    """The clerk sees her doubtful change wait, and takes it back."""
    clerk.open("/")
    clerk.to_tab("我发起的")
    waiting = clerk.entry("待审核")
    expect(waiting).to_have_count(2)
    waiting.nth(0).get_by_role("button", name="查看").click()
    dialog = clerk.dialog("业务详情")
    expect(dialog).to_contain_text("撤回后中心不再审核")
    clerk.idle()
    clerk.shot("morning-withdraw")
    dialog.get_by_role("button", name="确定撤回").click()
    clerk.hears("已撤回，可修改后重新提交")
    clerk.to_tab("待办")
    expect(clerk.entry("已撤回")).to_be_visible()
