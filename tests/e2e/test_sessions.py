"""How long a sign-in lasts: across refreshes and tabs, until 退出 or until the key is pulled out."""

import re

from playwright.sync_api import expect

from tests.e2e import base_adjustment as adjusting
from tests.e2e.base_adjustment import PAGE
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor

WHO = "单位经办人 龙再明"


def test_a_refresh_and_a_second_tab_stay_signed_in_until_she_leaves(arrive: Arrive) -> None:
    clerk = arrive("clerk3")
    kept = clerk.context.cookies()
    clerk.open("/")
    clerk.page.reload()
    clerk.idle()
    clerk.sees(WHO)
    tab = clerk.second_tab()
    tab.open(PAGE)
    tab.sees(WHO)
    clerk.page.get_by_role("link", name="退出").click()
    _is_at_sign_in(clerk, "您已安全退出。请拔出UKey并妥善保管。")
    tab.button("批量导入").click()
    _is_at_sign_in(tab)
    clerk.context.add_cookies(kept)  # the old cookie opens nothing any more
    clerk.page.goto(clerk.hall.origin + PAGE)
    _is_at_sign_in(clerk)


def test_pulling_the_key_out_ends_the_session_at_once_with_its_reason(arrive: Arrive) -> None:
    clerk = arrive("clerk3")
    clerk.open("/")
    clerk.sees(WHO)
    clerk.page.wait_for_timeout(500)
    clerk.hall.key_tool("unplug", "--token", "clerk3")
    try:
        clerk.page.wait_for_url(re.compile("/sign-in"), timeout=5_000)
        _is_at_sign_in(clerk, "UKey已拔出，系统已自动退出。请插入UKey后重新登录。")
        clerk.shot("key-removed")
    finally:
        clerk.hall.key_tool("plug", "--token", "clerk3")


def test_a_roster_not_submitted_survives_leaving_and_coming_back(arrive: Arrive) -> None:
    clerk = arrive("clerk4")
    adjusting.import_all(clerk, 5600, 3)
    clerk.page.get_by_role("link", name="退出").click()
    _is_at_sign_in(clerk)
    clerk.sign_in("clerk4")
    expect(clerk.page.locator(".hall-banner")).to_contain_text("未提交：基数调整")
    clerk.page.get_by_role("link", name="基数调整", exact=True).click()
    clerk.sees("有未提交的清册，已为您保存，可继续办理。")
    expect(clerk.figure("职工人数")).to_have_text("3")


def _is_at_sign_in(visitor: Visitor, reason: str = "") -> None:
    expect(visitor.page.locator("#sign-in")).to_be_visible()
    assert visitor.page.url.startswith(f"{visitor.hall.origin}/sign-in")
    if reason:
        expect(visitor.page.locator("#reason")).to_have_text(reason)
