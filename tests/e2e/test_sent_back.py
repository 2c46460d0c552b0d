"""A case that comes back (manual H5): no reason, no return; the clerk reads it, ends it, begins anew."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import base_adjustment as adjusting
from tests.e2e.base_adjustment import PAGE
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

UNIT = "黔东南苗岭食品(示例)"
REASON = "缺工资表"


@pytest.mark.manual("B2.10", "H3", "H4", "H5", "H7")
def test_a_case_sent_back_is_read_ended_and_begun_anew(arrive: Arrive) -> None:
    clerk, officer = arrive("clerk2"), arrive("officerA")
    adjusting.submit(clerk, 8000, 5)
    serial = _send_it_back(officer)
    clerk.open("/")
    clerk.sees(
        f"尊敬的{UNIT}，您提交的基数调整业务（流水号{serial}）已退回，原因：{REASON}。"
        "请在“待办”中打开，修改后重新提交或结束流程。"
    )
    _end_it(clerk, serial)
    clerk.open(PAGE)
    expect(clerk.button("批量导入")).to_be_enabled()
    adjusting.import_all(clerk, 9000, 5)
    expect(clerk.figure("职工人数")).to_have_text("5")


def _send_it_back(officer: Visitor) -> str:
    """Return the case, with its reason at the second try only; answer its serial."""
    officer.open("/")
    row = officer.row(UNIT)
    found = re.search(r"\d{15}", row.inner_text())
    assert found
    row.get_by_role("button", name="办理").click()
    opinion = officer.page.get_by_label("审批意见")
    for text in ("同意", ""):
        opinion.fill(text)
        opinion.press("Enter")
        officer.idle()
        officer.decide("退回")
        expect(officer.page.get_by_role("alert")).to_have_text(re.compile("请填写驳回原因$"))
    officer.shot("sent-back-no-reason")
    opinion.fill(REASON)
    opinion.press("Enter")
    officer.idle()
    officer.decide("退回")
    officer.hears(f"业务{found.group()}已办理")
    return found.group()


def _end_it(clerk: Visitor, serial: str) -> None:
    clerk.to_tab("待办")
    expect(clerk.row(serial)).to_contain_text(f"王建国 退回：{REASON}")
    assert_all_chinese(clerk.page)
    clerk.row(serial).get_by_role("button", name="打开").click()
    dialog = clerk.dialog("业务详情")
    expect(dialog.get_by_role("img", name="流程图：")).to_be_visible()
    step = dialog.locator(".hall-table tbody tr").nth(1)
    for text in ("王建国（初审员）", "退回", REASON):
        expect(step).to_contain_text(text)
    clerk.shot("sent-back-dialog")
    dialog.get_by_role("button", name="结束流程").click()
    clerk.hears("流程已结束，可以重新申请")
    clerk.to_tab("待办")
    clerk.sees("暂无待办。被中心退回的业务会显示在这里，可修改后重新提交或结束流程。")
    clerk.to_tab("已办")
    expect(clerk.row(serial)).to_contain_text("已终止")
