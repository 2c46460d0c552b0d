"""The employer's information in a browser (manual B1): entered, taken back, sent, in force."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import changing, desk
from tests.e2e.changing import choose, enter, has_list
from tests.e2e.conftest import Arrive
from tests.e2e.past import HOSTILE
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

PAGE = "/employer_info_change"
UNIT = "凯里清水江纸业(示例)"
ADDRESS = "贵州省凯里市开发区金山大道18号"
EMPTY = "没有变更项目。请在上方修改需要变更的项目，变更会显示在这里，核对后上传材料并提交审核。"
FORM = "变更登记表（盖章）"
PENDING = "存在未审批完成的单位信息变更业务"
SUBMIT = "提交审核"
POSTCODE = ("邮政编码", "（空）", "556000")
ECONOMY = ("经济类型", "其他", "国有独资（公司）")
INDUSTRY = ("所属行业", "（空）", HOSTILE)
BEFORE, AFTER = 1, 2  # columns of the officer's table


@pytest.mark.manual("B1.1", "B1.2", "B1.3", "B1.4", "B1.5", "B1.6", "B1.7", "H4")
def test_a_change_goes_from_the_form_to_the_register(arrive: Arrive) -> None:
    clerk = arrive("B1")
    _see_what_is_registered(clerk)
    _enter_what_cannot_be(clerk)
    _enter_and_take_back(clerk)
    _find_the_draft_again(clerk)
    _miss_the_document(clerk)
    other = clerk.second_tab()
    other.open(PAGE)
    expect(other.button(SUBMIT)).to_be_enabled()
    clerk.press(SUBMIT)
    clerk.hears("已提交至中心审核")
    _see_it_pending(clerk)
    other.button(SUBMIT).click()
    expect(other.page.get_by_role("status").filter(has_text=PENDING)).to_be_visible()
    other.page.close()
    _see_the_case_and_approve(arrive("officerA"))
    _read_the_verdict(clerk)
    _see_it_in_force(clerk)


def _see_what_is_registered(clerk: Visitor) -> None:
    clerk.open(PAGE)
    clerk.sees(EMPTY)
    for label, value in (
        ("单位账号", "522601000501"), ("账户状态", "正常"), ("开户日期", "2024-03-01"),
        ("首次汇缴年月", "2024-03"), ("缴至年月", "2026-06"), ("缴存人数", "5人"),
        ("缴存比例", "单位8%　个人8%"), ("受托银行", "中国建设银行凯里分行"),
    ):  # fmt: skip
        field = clerk.page.get_by_label(label, exact=True)
        expect(field).to_have_value(value)
        expect(field).to_be_disabled()
    expect(clerk.page.get_by_label("统一社会信用代码", exact=True)).to_be_disabled()
    expect(clerk.page.get_by_label("单位地址（必填）", exact=True)).to_have_value(ADDRESS)
    expect(clerk.button(SUBMIT)).to_be_disabled()
    assert_all_chinese(clerk.page)
    clerk.shot("b1-empty")


def _enter_what_cannot_be(clerk: Visitor) -> None:
    for label, text, reason in (
        ("邮政编码", "5560", "邮政编码应为6位数字，请核对"),
        ("单位名称（必填）", "凯里 纸业", "单位名称不能含空格，请删除空格"),
        ("经办人手机号码", "12855500000", "手机号码应为11位数字，以13至19开头，请核对"),
        ("法定代表人证件号码", "522601199003070018", "身份证号码应为18位且校验码正确，请对照证件核对"),
    ):  # fmt: skip
        enter(clerk, label, text)
        clerk.blamed(reason)
        expect(clerk.page.get_by_label(label, exact=True)).to_have_value(text)
    expect(clerk.button(SUBMIT)).to_be_disabled()
    clerk.shot("b1-errors")
    changing.take_back(clerk, "法定代表人证件号码")
    clerk.open(PAGE)
    clerk.sees(EMPTY)


def _enter_and_take_back(clerk: Visitor) -> None:
    enter(clerk, "邮政编码", "５５６０００")  # half-width is what is kept
    has_list(clerk, POSTCODE)
    expect(clerk.page.get_by_label("邮政编码", exact=True)).to_have_value("556000")
    choose(clerk, "经济类型", "国有独资", "151 国有独资（公司）")
    has_list(clerk, ECONOMY, POSTCODE)
    enter(clerk, "所属行业", HOSTILE)
    has_list(clerk, ECONOMY, INDUSTRY, POSTCODE)
    enter(clerk, "单位地址（必填）", "贵州省凯里市北京东路1号")
    changing.line(clerk, "单位地址").wait_for()
    enter(clerk, "单位地址（必填）", ADDRESS)
    has_list(clerk, ECONOMY, INDUSTRY, POSTCODE)
    enter(clerk, "法定代表人（必填）", "杨正华")
    for material in ("营业执照或批准文件", "法人身份证"):
        clerk.sees(f"{material}（必传）")
    changing.take_back(clerk, "法定代表人")
    has_list(clerk, ECONOMY, INDUSTRY, POSTCODE)
    expect(clerk.page.get_by_label("法定代表人（必填）", exact=True)).to_have_value("潘胜利")
    expect(clerk.page.get_by_text("营业执照或批准文件（必传）")).to_have_count(0)
    assert_all_chinese(clerk.page)
    clerk.shot("b1-list")


def _find_the_draft_again(clerk: Visitor) -> None:
    clerk.open("/")
    expect(clerk.tile("单位信息变更")).to_contain_text("未提交")
    clerk.open(PAGE)
    has_list(clerk, ECONOMY, INDUSTRY, POSTCODE)
    expect(clerk.page.get_by_label("所属行业", exact=True)).to_have_value(HOSTILE)


def _miss_the_document(clerk: Visitor) -> None:
    clerk.press(SUBMIT)
    clerk.alerts(f"请上传“{FORM}”后再提交")
    changing.upload(clerk, FORM, "登记表.pdf")
    clerk.sees("登记表.pdf")


def _see_it_pending(clerk: Visitor) -> None:
    expect(clerk.page.get_by_role("status").filter(has_text=PENDING)).to_be_visible()
    expect(clerk.page.get_by_role("img", name="流程图：")).to_be_visible()
    expect(clerk.button(SUBMIT)).to_have_count(0)
    clerk.sees("待变更清册（3项）")
    assert_all_chinese(clerk.page)
    clerk.shot("b1-pending")


def _see_the_case_and_approve(officer: Visitor) -> None:
    serial = desk.open_case(officer, UNIT)
    for row, (item, before, after) in enumerate((ECONOMY, INDUSTRY, POSTCODE)):
        expect(officer.case_cell(row, 0)).to_have_text(item)
        expect(officer.case_cell(row, BEFORE)).to_have_text(before)
        expect(officer.case_cell(row, AFTER)).to_have_text(after)
    desk.approve(officer, serial)


def _read_the_verdict(clerk: Visitor) -> None:
    clerk.open("/")
    clerk.sees(f"尊敬的{UNIT}，您已完成办理单位信息变更！")
    expect(clerk.tile("单位信息变更")).to_have_text(re.compile("单位信息变更$"))


def _see_it_in_force(clerk: Visitor) -> None:
    clerk.open(PAGE)
    clerk.sees(EMPTY)
    for label, value in (
        ("邮政编码", "556000"), ("经济类型", "151 国有独资（公司）"), ("所属行业", HOSTILE),
    ):  # fmt: skip
        expect(clerk.page.get_by_label(label, exact=True)).to_have_value(value)
    clerk.open("/employer_info_query")
    clerk.press("查询")
    expect(clerk.page.get_by_text("1笔业务，3项变更")).to_be_visible()
