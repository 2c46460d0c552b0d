"""Deferral in a browser (manual B10): granted by two officers, released in October, paid back."""

import re

import pytest
from playwright.sync_api import expect

from services import review
from services.deferral import approval
from tests.conftest import person
from tests.e2e import books, conftest
from tests.e2e.accessible import assert_accessible
from tests.e2e.conftest import Arrive
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

hall = conftest.own_hall
PAGE = "/deferral"
UNIT = "黔东南苗岭食品(示例)"
SUBMITTED = "已提交至中心审核"


@pytest.mark.manual("B10.1", "B10.2", "B10.3")
def test_a_deferral_is_granted_released_and_paid_back(hall: Hall, arrive: Arrive) -> None:
    clerk, first, second = arrive("clerk2"), arrive("officerA"), arrive("officerC")
    _fill_in(clerk)
    _miss_the_resolution(clerk)
    _upload_and_submit(clerk)
    _approve(first, "初审")
    _approve(second, "终审")
    _be_deferred(clerk)
    hall.move_to("2026-10-10")
    _apply_for_the_release(clerk)
    with hall.behind():
        case_id = approval.situation(person("clerk2")).case_id
        assert case_id
        for version, officer in ((2, "officerA"), (3, "officerC")):
            review.approve(person(officer), case_id, version=version, opinion="同意")
    _owe_three_months(clerk)
    _pay_them_back(clerk)


def _choose_the_month_and_submit_at_once(clerk: Visitor) -> None:
    """Press the button that the month's table is about to push down, with the refusal above it."""
    box = clerk.page.get_by_role("combobox", name="缓缴结束年月")
    box.click()
    clerk.page.get_by_role("option", name="2026年12月").click()
    clerk.press("提交审批")


def _fill_in(clerk: Visitor) -> None:
    clerk.page.set_viewport_size({"width": 1366, "height": 768})
    clerk.open(PAGE)
    clerk.sees("单位账户状态：正常。本次可办理：缓缴。经中心两级审批后生效。 办理指南")
    expect(clerk.field("缓缴起始年月")).to_have_value("2026年7月")
    expect(clerk.field("缓缴起始年月")).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.shot("deferral-empty")
    clerk.press("提交审批")
    clerk.refused("请选择缓缴结束年月")
    _choose_the_month_and_submit_at_once(clerk)
    clerk.refused("请填写缓缴原因")
    clerk.fill("缓缴原因（必填，最多200字）", "受市场影响连续亏损，暂无力缴存")
    for label, value in (("缓缴月数", "6"), ("职工人数", "5"), ("缓缴金额", "28,356.00")):
        expect(clerk.figure(label)).to_have_text(value)


def _miss_the_resolution(clerk: Visitor) -> None:
    """Scenario G3."""
    _upload(clerk, "缓缴申请表")
    clerk.press("提交审批")
    clerk.refused("请上传职工代表大会或工会决议")
    expect(clerk.field("缓缴原因（必填，最多200字）")).to_have_value(
        "受市场影响连续亏损，暂无力缴存"
    )
    clerk.shot("deferral-no-resolution")


def _upload_and_submit(clerk: Visitor) -> None:
    clerk.page.get_by_role("radio", name=re.compile("^职工代表大会或工会决议")).check(force=True)
    clerk.idle()
    _upload(clerk, "职工代表大会或工会决议")
    clerk.press("提交审批")
    clerk.hears(SUBMITTED)
    clerk.sees("存在未审批完成的缓缴/解除缓缴业务")
    expect(clerk.page.get_by_role("img", name="流程图：")).to_be_visible()
    expect(clerk.button("提交审批")).to_have_count(0)
    assert_all_chinese(clerk.page)
    clerk.shot("deferral-pending")
    assert_accessible(clerk.page)


def _upload(clerk: Visitor, material: str) -> None:
    clerk.choose_file(f"{material}.pdf", books.PDF)
    expect(clerk.button("上传")).to_be_enabled()
    clerk.press("上传")
    clerk.hears(f"“{material}”已上传")
    clerk.idle()


def _approve(officer: Visitor, level: str) -> None:
    officer.open("/")
    officer.row(UNIT).get_by_role("button", name="办理").click()
    officer.sees("自动检查通过：按当前数据和政策，可以审批。")
    officer.idle()
    officer.shot(f"deferral-{level}")
    officer.decide("通过")
    officer.open("/")
    expect(officer.row(UNIT)).to_have_count(0)


def _be_deferred(clerk: Visitor) -> None:
    """Scenario G1."""
    clerk.open("/")
    account = clerk.page.locator(".hall-card").filter(has_text="账户信息")
    expect(account).to_contain_text("缓缴（2026年7月至2026年12月）")
    clerk.sees(f"尊敬的{UNIT}，您已完成办理缓缴/解除缓缴！")
    clerk.shot("deferral-home")
    clerk.open("/remittance")
    expect(clerk.button("汇缴核定")).to_be_disabled()
    expect(clerk.page.locator(".hall-banner").first).to_contain_text("缓缴期")
    clerk.shot("deferral-remittance")
    clerk.open(PAGE)
    clerk.sees(
        "单位账户状态：缓缴，缓缴期2026年7月至2026年12月。本次可办理：解除缓缴。"
        "经中心两级审批后生效。 办理指南"
    )
    expect(clerk.page.get_by_label("缓缴结束年月（必填）")).to_have_count(0)


def _apply_for_the_release(clerk: Visitor) -> None:
    clerk.open(PAGE)
    clerk.pick("解除缓缴年月", "2026年10月")
    expect(clerk.figure("解除后应补缴")).to_have_text("14,178.00")
    clerk.fill("解除缓缴原因（必填，最多200字）", "经营好转")
    _upload(clerk, "解除缓缴申请表")
    clerk.shot("deferral-release")
    clerk.press("提交审批")
    clerk.hears(SUBMITTED)


def _owe_three_months(clerk: Visitor) -> None:
    """Scenario G7."""
    clerk.open(PAGE)
    clerk.sees("单位账户状态：正常。本次可办理：缓缴。经中心两级审批后生效。 办理指南")
    clerk.sees("待补缴月份（3个月，共14,178.00元）")
    clerk.shot("deferral-owed")
    clerk.open("/remittance")
    months = clerk.page.locator(".hall-figures").first
    expect(months).to_contain_text("2026年10月")


def _pay_them_back(clerk: Visitor) -> None:
    expect(clerk.figure("核定年月")).to_have_text("2026-07 至 2026-09（3个月）")
    expect(clerk.figure("汇缴金额")).to_have_text("14,178.00")
    clerk.shot("deferral-back-payment")
    clerk.press("核定补缴")
    expect(clerk.dialog("汇缴核定")).to_contain_text("将核定：2026年7月、2026年8月、2026年9月")
    clerk.confirm("汇缴核定")
    clerk.hears("核定成功")
    clerk.page.get_by_role("tab", name="汇缴核定编辑").click()
    clerk.idle()
    for row in range(3):
        expect(clerk.cell(row, 1)).to_have_text("缓缴补缴")
    clerk.open(PAGE)
    expect(clerk.page.get_by_text("待补缴月份")).to_have_count(0)
