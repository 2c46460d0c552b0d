"""Every page of every role: there, in Chinese, and for everybody to use."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from demo.cast import CAST
from tests.e2e import conftest
from tests.e2e.accessible import assert_accessible
from tests.e2e.conftest import Arrive
from tests.e2e.test_gate import ADDRESSES
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

hall = conftest.own_hall
TEN = (
    "单位信息变更", "基数调整", "汇缴", "单位信息查询", "缴存比例调整", "缴存人信息查询",
    "缴存人登记", "缴存人信息变更", "缴存人状态变更", "缓缴/解除缓缴",
)  # fmt: skip
USERNAMES = tuple(player.username for player in CAST)
EMPTY = {
    "消息": "暂无新消息。业务办结或被退回时，中心的通知会显示在这里。",
    "待办": "暂无待办。被中心退回的业务会显示在这里，可修改后重新提交或结束流程。",
    "已办": "暂无已办业务。办结或终止的业务会显示在这里。",
    "我发起的": "您还没有发起过业务。提交审批后可在这里查看进度。",
    "已阅": "暂无已阅消息。在消息详情中点击【标为已阅】后会移到这里。",
}


@pytest.fixture(scope="module")
def clerk(arrive_once: Arrive) -> Visitor:
    return arrive_once("clerk3")


@pytest.mark.manual("H1", "H2", "H3")
def test_the_home_shows_the_unit_the_ten_businesses_and_five_empty_lists(clerk: Visitor) -> None:
    clerk.open("/")
    for heading, facts in (
        ("单位信息", ("凯里鼓楼建筑(示例)", "522601000303", "91522600709612345N", "凯里管理部")),
        ("账户信息", ("正常", "单位5% + 个人5%", "正常40人，封存0人", "12,000.00元", "2026年3月")),
        ("经办人信息", ("龙再明", "13885500000", "0855-8220000")),
    ):
        card = clerk.page.locator(".hall-card").filter(has_text=heading)
        for fact in facts:
            expect(card).to_contain_text(fact)
    buttons = clerk.page.locator(".st-key-tiles button")
    expect(buttons).to_have_count(10)
    for button, name in zip(buttons.all(), TEN, strict=True):
        expect(button).to_contain_text(name)
    for tab, sentence in EMPTY.items():
        clerk.to_tab(tab)
        clerk.sees(sentence)
    assert_all_chinese(clerk.page)
    clerk.shot("home")


@pytest.mark.parametrize(
    "key", ["clerk3", "officerD", "director", "manager", "admin", "security", "auditor"]
)
def test_every_page_in_a_menu_opens_in_chinese_and_for_everybody_to_use(
    arrive: Arrive, key: str
) -> None:
    visitor = arrive(key)
    visitor.open("/")
    links = visitor.page.get_by_test_id("stSidebarNavLink")
    expect(links.first).to_be_visible()
    addresses = {urlsplit(str(link.get_attribute("href"))).path for link in links.all()}
    assert addresses <= set(ADDRESSES)
    for link in links.all():
        link.click()
        visitor.idle()
        expect(visitor.page.get_by_text("页面暂时无法显示")).to_have_count(0)
        expect(visitor.page.get_by_text("您没有办理此业务的权限")).to_have_count(0)
        assert_all_chinese(visitor.page, *USERNAMES)
        assert_accessible(visitor.page)
    visitor.shot(f"menu-{key}")


def test_the_sign_in_page_is_for_everybody_to_use(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_sign_in()
    assert_accessible(visitor.page)


def test_an_address_that_is_none_is_told_in_chinese_and_shows_the_home(clerk: Visitor) -> None:
    clerk.open("/nowhere")
    clerk.sees("单位经办人 龙再明")
    assert_all_chinese(clerk.page, "nowhere")
    clerk.shot("nowhere")


@pytest.mark.manual("B2.7")
def test_a_unit_with_months_open_sees_which_before_it_enters_anything(clerk: Visitor) -> None:
    clerk.open("/base_adjustment")
    clerk.sees("请先完成2026年6月及以前的汇缴核定（尚未核定：2026-04、2026-05、2026-06）")


def test_no_page_of_another_role_opens_for_a_clerk(clerk: Visitor) -> None:
    clerk.open("/review")
    _sees_none_of_the_center(clerk)


def _sees_none_of_the_center(clerk: Visitor) -> None:
    clerk.sees("单位经办人 龙再明")
    expect(clerk.page.get_by_text("业务审批")).to_have_count(0)
    expect(clerk.page.get_by_text("待审核（")).to_have_count(0)
