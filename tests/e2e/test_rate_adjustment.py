"""The rates in a browser (manual B5): chosen, seen in figures, submitted once, decided, in force."""

import pytest
from playwright.sync_api import expect

from tests.e2e import desk
from tests.e2e.books import PDF
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

PAGE = "/rate_adjustment"
UNIT = "凯里苗侗银饰(示例)"
CHOOSE = "请选择调整后缴存比例，系统会先列出每位职工月缴存额的变化，再由您提交。"
RATE = "调整后缴存比例（单位+个人，必填）"
PENDING = "存在未审批完成的缴存比例调整业务"
FORM = "比例调整申请表（盖章）"
EMPLOYER_PART, AFTER = 4, 6  # columns of the table of people


@pytest.mark.manual("B5.1", "B5.2", "H1", "H3", "H4")
def test_new_rates_go_from_the_list_to_everybodys_amounts(arrive: Arrive) -> None:
    clerk = arrive("B5")
    _choose_from_the_list(clerk)
    _see_the_effect(clerk)
    _find_the_draft_again(clerk)
    _miss_the_document(clerk)
    other = clerk.second_tab()
    _ready(other)
    clerk.press("提交审批")
    clerk.hears("已提交至中心审核")
    _see_it_pending(clerk)
    other.press("提交审批")
    other.sees(PENDING)
    other.page.close()
    _see_it_on_the_home(clerk)
    _hand_it_on(arrive("officerA"))
    _see_the_case_and_approve(arrive("officerB"))
    _read_the_verdict(clerk)
    clerk.open(PAGE)
    clerk.sees("2026年度已办理过缴存比例调整，每年度限办1次，如需再次调整请联系所属管理部")
    expect(clerk.page.get_by_label(RATE)).to_be_disabled()
    expect(clerk.button("提交审批")).to_have_count(0)
    clerk.shot("rate-once-a-year")


def _choose_from_the_list(clerk: Visitor) -> None:
    clerk.open(PAGE)
    clerk.sees(CHOOSE)
    assert_all_chinese(clerk.page)
    clerk.press("提交审批")
    clerk.alerts("请选择调整后缴存比例")
    clerk.page.get_by_label(RATE).click()
    rates = [f"{rate}%+{rate}%" for rate in (5, 6, 7, 9, 10, 11, 12)]
    expect(clerk.page.get_by_role("option")).to_have_text(rates)
    clerk.page.get_by_role("option", name="10%+10%").click()
    clerk.idle()


def _see_the_effect(clerk: Visitor) -> None:
    for label, value in (
        ("职工人数", "5"), ("调整前月缴存额", "4,726.00"),
        ("调整后月缴存额", "5,908.00"), ("差额", "+1,182.00"),
    ):  # fmt: skip
        expect(clerk.figure(label)).to_have_text(value)
    for row, part in enumerate((766, 432, 889, 213, 654)):
        expect(clerk.cell(row, EMPLOYER_PART)).to_have_text(str(part))
        expect(clerk.cell(row, AFTER)).to_have_text(str(2 * part))
    assert_all_chinese(clerk.page)
    clerk.shot("rate-chosen")


def _find_the_draft_again(clerk: Visitor) -> None:
    clerk.open("/")
    expect(clerk.tile("缴存比例调整")).to_contain_text("未提交")
    clerk.open(PAGE)
    _ready(clerk)


def _ready(clerk: Visitor) -> None:
    if not clerk.page.url.endswith(PAGE):
        clerk.open(PAGE)
    expect(clerk.page.get_by_label(RATE)).to_have_value("10%+10%")
    expect(clerk.figure("差额")).to_have_text("+1,182.00")


def _miss_the_document(clerk: Visitor) -> None:
    clerk.page.set_viewport_size({"width": 1366, "height": 768})  # the button is at its lower edge
    clerk.press("提交审批")
    clerk.alerts(f"请上传“{FORM}”后再提交")
    clerk.shot("rate-no-document")
    clerk.choose_file("申请表.pdf", PDF)
    expect(clerk.button("上传")).to_be_enabled()
    clerk.press("上传")
    clerk.hears(f"“{FORM}”已上传")
    _ready(clerk)


def _see_it_pending(clerk: Visitor) -> None:
    clerk.sees(PENDING)
    expect(clerk.page.get_by_role("img", name="流程图：")).to_be_visible()
    expect(clerk.page.get_by_label(RATE)).to_have_count(0)
    expect(clerk.button("提交审批")).to_have_count(0)
    clerk.sees("调整后缴存比例 10%+10%　2026年7月起生效")
    assert_all_chinese(clerk.page)
    clerk.shot("rate-pending")


def _see_it_on_the_home(clerk: Visitor) -> None:
    clerk.open("/")
    expect(clerk.tile("缴存比例调整")).to_contain_text("待审核")
    card = clerk.page.locator(".hall-card").filter(has_text="账户信息")
    expect(card).to_contain_text("单位8% + 个人8%")
    expect(card).to_contain_text("4,726.00元")
    clerk.to_tab("我发起的")
    expect(clerk.entry("缴存比例调整")).to_contain_text("待审核")


def _hand_it_on(officer: Visitor) -> None:
    """The officer gives the case to her colleague (转办), and can decide it no more herself."""
    serial = desk.open_case(officer, UNIT)
    officer.page.keyboard.press("Alt+5")
    dialog = officer.dialog("转办")
    expect(dialog).to_contain_text(f"转办后，业务{serial}由所选同事办理，其他人不再办理。")
    dialog.get_by_label("转办原因（选填）").fill("今日外出")
    dialog.get_by_label("转办原因（选填）").press("Tab")
    officer.idle()
    officer.shot("rate-transfer")
    dialog.get_by_role("button", name="确定转办").click()
    officer.hears(f"业务{serial}已转给李春梅办理")
    officer.open("/")
    officer.page.get_by_role("radio", name="全部").click()
    officer.idle()
    row = officer.row(serial)
    expect(row).to_contain_text("已转给李春梅")
    row.get_by_role("button", name="查看").click()
    officer.sees("该业务已转给李春梅办理，您可以查看。")
    expect(officer.button("通过")).to_have_count(0)
    officer.shot("rate-transferred")


def _see_the_case_and_approve(officer: Visitor) -> None:
    serial = desk.open_case(officer, UNIT)
    for label, value in (
        ("现缴存比例", "8%+8%"), ("调整后缴存比例", "10%+10%"), ("差额", "+1,182.00"),
    ):  # fmt: skip
        expect(officer.figure(label)).to_have_text(value)
    desk.approve(officer, serial)


def _read_the_verdict(clerk: Visitor) -> None:
    clerk.open("/")
    clerk.sees(f"尊敬的{UNIT}，您已完成办理缴存比例调整！")
    card = clerk.page.locator(".hall-card").filter(has_text="账户信息")
    expect(card).to_contain_text("单位10% + 个人10%")
    expect(card).to_contain_text("5,908.00元")
    clerk.to_tab("已办")
    expect(clerk.entry("缴存比例调整")).to_contain_text("李春梅 通过：同意")
