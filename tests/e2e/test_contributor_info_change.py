"""A person's information in a browser (manual B8): returned once, saved again, in force."""

import pytest
from playwright.sync_api import expect

from tests.e2e import changing, desk
from tests.e2e.changing import choose, enter, has_list
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

PAGE = "/contributor_info_change"
UNIT = "凯里舟溪旅游(示例)"
BEGIN = "请先在【个人账号】中选择需要变更的职工，其登记信息会显示在这里。"
PENDING = "存在未审批完成的缴存人信息变更业务"
EDUCATION = ("学历", "其他", "硕士研究生毕业")
POSTCODE = ("邮政编码", "（空）", "556000")
INCOME = ("家庭月收入", "（空）", "12,500.50")
REASON = "请补充学历证书"
FIRST, SECOND = "522620050001", "522620050002"


@pytest.mark.manual("B8.1", "B8.2", "B8.3", "B8.4", "B8.5", "H4", "H5")
def test_a_persons_change_is_returned_saved_again_and_in_force(arrive: Arrive) -> None:
    clerk = arrive("B8")
    clerk.open(PAGE)
    clerk.sees(BEGIN)
    assert_all_chinese(clerk.page)
    _choose_the_person(clerk, FIRST)
    _enter_what_cannot_be(clerk)
    _enter_and_take_back(clerk)
    _sign_out_and_find_the_draft(clerk)
    _save(clerk)
    officer = arrive("officerA")
    desk.send_back(officer, desk.open_case(officer, UNIT), REASON)
    _read_why_and_save_again(clerk)
    serial = desk.open_case(officer, UNIT)
    expect(officer.case_cell(0, 2)).to_have_text(INCOME[2])
    expect(officer.case_cell(1, 2)).to_have_text(EDUCATION[2])
    desk.approve(officer, serial)
    clerk.open("/")
    clerk.sees(f"尊敬的{UNIT}，您已完成办理缴存人信息变更！")
    clerk.open(PAGE)
    _choose_the_person(clerk, FIRST)
    expect(clerk.page.get_by_label("学历", exact=True)).to_have_value("14 硕士研究生毕业")
    expect(clerk.page.get_by_label("邮政编码", exact=True)).to_have_value("")


def _choose_the_person(clerk: Visitor, account: str) -> None:
    field = clerk.page.get_by_label("个人账号", exact=True).first
    field.click()
    field.fill(account[-6:])
    clerk.page.get_by_role("option", name=account).click()
    fixed = clerk.page.get_by_label("个人账号", exact=True).nth(1)
    expect(fixed).to_have_value(account)
    expect(fixed).to_be_disabled()


def _enter_what_cannot_be(clerk: Visitor) -> None:
    for label in ("姓名", "证件类型", "证件号码", "性别", "出生日期", "缴存基数", "账户状态"):
        expect(clerk.page.get_by_label(label, exact=True)).to_be_disabled()
    for label, text, reason in (
        ("邮政编码", "5560", "邮政编码应为6位数字，请核对"),
        ("手机号码", "138855000001", "手机号码应为11位数字，以13至19开头，请核对"),
        ("家庭月收入", "=1+1", "家庭月收入应填写数字，如8000或8000.50"),
    ):
        enter(clerk, label, text)
        clerk.blamed(reason)
        expect(clerk.page.get_by_label(label, exact=True)).to_have_value(text)
    expect(clerk.button("保存")).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.shot("b8-errors")
    clerk.open(PAGE)
    _choose_the_person(clerk, FIRST)


def _enter_and_take_back(clerk: Visitor) -> None:
    choose(clerk, "学历", "14", "14 硕士研究生毕业")
    has_list(clerk, EDUCATION)
    enter(clerk, "邮政编码", "556000")
    has_list(clerk, EDUCATION, POSTCODE)
    changing.take_back(clerk, "邮政编码")
    has_list(clerk, EDUCATION)
    expect(clerk.page.get_by_label("邮政编码", exact=True)).to_have_value("")
    clerk.shot("b8-list")


def _sign_out_and_find_the_draft(clerk: Visitor) -> None:
    clerk.page.get_by_role("link", name="退出").click()
    expect(clerk.page.locator("#sign-in")).to_be_visible()
    clerk.sign_in("B8")
    expect(clerk.page.locator(".hall-banner")).to_contain_text("未提交：缴存人信息变更")
    clerk.open(PAGE)
    _choose_the_person(clerk, FIRST)
    has_list(clerk, EDUCATION)


def _save(clerk: Visitor) -> None:
    clerk.press("保存")
    clerk.hears("已提交至中心审核")
    expect(clerk.page.get_by_role("status").filter(has_text=PENDING)).to_be_visible()
    expect(clerk.button("保存")).to_have_count(0)
    assert_all_chinese(clerk.page)
    clerk.shot("b8-pending")
    _choose_the_person(clerk, SECOND)  # one under review stands in nobody else's way
    clerk.sees("待变更清册（0项）")
    expect(clerk.page.get_by_label("邮政编码", exact=True)).to_be_enabled()


def _read_why_and_save_again(clerk: Visitor) -> None:
    clerk.open("/")
    expect(clerk.page.get_by_text(f"已退回，原因：{REASON}。").first).to_be_visible()
    expect(clerk.tile("缴存人信息变更")).to_contain_text("已退回")
    clerk.to_tab("待办")
    clerk.entry(REASON).get_by_role("button", name="打开").click()
    dialog = clerk.dialog("业务详情")
    expect(dialog).to_contain_text(FIRST)
    dialog.get_by_role("button", name="去修改").click()
    expect(clerk.page.get_by_label("个人账号", exact=True).nth(1)).to_have_value(FIRST)
    has_list(clerk, EDUCATION)
    enter(clerk, "家庭月收入", "12,500.50")
    has_list(clerk, INCOME, EDUCATION)
    clerk.press("保存")
    clerk.hears("已提交至中心审核")
