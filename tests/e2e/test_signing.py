"""Signing in the browser: what is signed is shown, a wrong PIN is told, the evidence proves itself."""

import json
import re

from playwright.sync_api import expect

from tests.e2e import conftest
from tests.e2e.conftest import Arrive
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese
from ukey import verify_evidence

hall = conftest.own_hall
FIGURES = (("汇缴年月", "2026年7月"), ("本月汇缴", "3人 / 3,300.00"))


def _ask_for_july(clerk: Visitor) -> None:
    clerk.open("/remittance")
    clerk.press("汇缴核定")
    clerk.dialog("请确认本月是否有人员变动情况 ！").get_by_role("button", name="确定").click()
    expect(clerk.dialog("UKey签名确认")).to_be_visible()
    clerk.idle()


def test_an_assessment_is_signed_and_its_evidence_proves_itself(arrive: Arrive) -> None:
    clerk = arrive("clerk4")
    _ask_for_july(clerk)
    dialog = clerk.dialog("UKey签名确认")
    for label, value in FIGURES:
        item = dialog.locator(".hall-card dl > div").filter(has_text=label)
        expect(item.locator("dd")).to_have_text(value)
    assert_all_chinese(clerk.page)
    _give_a_wrong_pin(clerk)
    dialog.get_by_role("button", name="关闭").or_(dialog.get_by_label("关闭")).first.click()
    expect(dialog).to_be_hidden()
    clerk.open("/remittance")
    expect(clerk.page.get_by_text("2026年7月").first).to_be_visible()
    _ask_for_july(clerk)
    clerk.sign(clerk.dialog("UKey签名确认"))
    clerk.hears("核定成功")
    said = _fetch_evidence(clerk)
    assert (said["purpose"], said["origin"]) == ("hall-submission-v1", clerk.hall.origin)
    (item,) = said["items"]  # type: ignore[misc]
    assert [list(figure) for figure in FIGURES] == [
        figure for figure in item["figures"] if figure[0] in dict(FIGURES)
    ]


def _give_a_wrong_pin(clerk: Visitor) -> None:
    dialog = clerk.dialog("UKey签名确认")
    dialog.get_by_label("Ukey证书密码").fill("999999")
    dialog.get_by_role("button", name="签名并提交").click()
    expect(dialog.get_by_role("alert").first).to_have_text(re.compile("Ukey证书密码不正确"))
    clerk.shot("signing-wrong-pin")


def _fetch_evidence(clerk: Visitor) -> dict[str, object]:
    clerk.open("/")
    clerk.to_tab("我发起的")
    clerk.page.get_by_role("button", name="查看").first.click()
    clerk.shot("signing-evidence")
    clerk.dialog("业务详情")
    name, content = clerk.download("签名证据")
    assert re.fullmatch(r"签名证据_\d{15}_\d+\.json", name)
    assert json.loads(content)["format"] == verify_evidence.FORMAT
    return verify_evidence.verify(content)
