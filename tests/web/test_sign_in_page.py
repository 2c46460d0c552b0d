"""The sign-in page in a real browser: every failure has its sentence, and the PIN does not stay.

No port is opened: the browser's requests are answered by the hall's test client, the agent's by
what each test says the agent would answer.
"""

import json
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

import settings
from services import sessions

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not CHROMIUM, reason="no browser")]
CORS = {
    "Access-Control-Allow-Origin": settings.ORIGIN,
    "Access-Control-Allow-Headers": "content-type, x-ukey-client",
}
CERTIFICATE = {
    "id": "c1", "token": "UKEY-001", "serial": "K1", "subject": "", "subject_cn": "杨秀英",
    "organization": "凯里市第九中学", "issuer": "", "not_after": "2030-05-01T00:00:00+00:00",
    "pin_state": "ok", "pin_pad": False,
}  # fmt: skip


class Agent:
    """What the agent answers: a value, or a refusal as (code, facts). None: it is not there."""

    def __init__(self) -> None:
        self.status: dict | None = {"version": "1", "pin_mode": "page", "present": ["K1"]}
        self.certificates = [dict(CERTIFICATE)]
        self.authenticate = lambda asked: ("pin_incorrect", {})
        self.heard: list[dict] = []

    def answer(self, route: Route) -> None:
        if self.status is None:
            route.abort("connectionrefused")
            return
        if route.request.method == "OPTIONS":
            route.fulfill(status=204, headers=CORS)
            return
        asked = json.loads(route.request.post_data or "{}")
        content = {
            "/v1/status": lambda: self.status,
            "/v1/certificates": lambda: {"certificates": self.certificates},
            "/v1/authenticate": lambda: self.heard.append(asked) or self.authenticate(asked),
        }[urlsplit(route.request.url).path]()
        refused = isinstance(content, tuple)
        body = {"code": content[0], "text": "?", **content[1]} if refused else content
        route.fulfill(status=401 if refused else 200, headers=CORS, json=body)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
        )
        yield launched
        launched.close()


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
def page(browser, client, agent) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 650}, locale="zh-CN")
    page = context.new_page()

    def from_hall(route: Route) -> None:
        asked = route.request
        headers = {k: v for k, v in asked.all_headers().items() if not k.startswith(":")}
        path = asked.url.removeprefix(settings.ORIGIN)
        client.cookies.clear()  # the browser keeps them
        got = client.request(asked.method, path, headers=headers, content=asked.post_data_buffer)
        sent = {k: v for k, v in got.headers.items() if k != "content-encoding"}
        if "set-cookie" in sent:
            sent["set-cookie"] = "\n".join(got.headers.get_list("set-cookie"))
        route.fulfill(status=got.status_code, headers=sent, body=got.content)

    page.route(f"{settings.ORIGIN}/**", from_hall)
    page.route(f"{settings.AGENT_URL}/**", agent.answer)
    yield page
    context.close()


def _open(page: Page, query: str = "") -> None:
    page.goto(f"{settings.ORIGIN}/sign-in{query}")


def _dialog(page: Page) -> None:
    _open(page)
    page.click("#sign-in")
    expect(page.locator("#dialog")).to_be_visible()


def _enter(page: Page, pin: str = "123456") -> None:
    expect(page.locator("#confirm")).to_have_text("确定")
    page.fill("#pin", pin)
    page.keyboard.press("Enter")


def _says(page: Page, box: str, words: str) -> None:
    expect(page.locator(f"{box} p").first).to_contain_text(words)


@pytest.mark.manual("L2")
def test_the_pin_opens_the_hall(page, agent, key) -> None:
    agent.authenticate = lambda asked: json.loads(key.answer(asked["nonce"]))
    _dialog(page)
    expect(page.get_by_label("Ukey证书密码")).to_be_focused()
    _enter(page)
    page.wait_for_url(f"{settings.ORIGIN}/", wait_until="commit")
    cookie = next(c for c in page.context.cookies() if c["name"] == settings.COOKIE)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert sessions.signed_in(cookie["value"]).token_serial == "K1"


def test_it_fits_the_window_and_breaks_no_policy(page) -> None:
    errors = []
    page.on("console", lambda said: errors.append(said.text) if "Policy" in said.text else None)
    _open(page)
    for tab in ("#tab-employer", "#tab-center"):
        page.click(tab)
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert not errors


def test_without_the_agent_it_says_how_to_get_it_and_tries_again(page, agent) -> None:
    present, agent.status = agent.status, None
    _open(page)
    expect(page.locator("#agent-state")).to_have_text("未启动")
    page.click("#sign-in")
    _says(page, "#failure", "未检测到UKey客户端")
    _says(page, "#failure", "允许")
    agent.status = present
    page.click("#retry")
    expect(page.locator("#dialog")).to_be_visible()


@pytest.mark.parametrize(
    ("present", "words"), [([], "未检测到UKey：请将UKey插入"), (["K1"], "没有可用的证书")]
)
def test_without_a_key_or_certificate(page, agent, present, words) -> None:
    agent.status["present"], agent.certificates = present, []
    _open(page)
    page.click("#sign-in")
    _says(page, "#failure", words)


REFUSALS = (
    ("pin_incorrect", {}, "Ukey证书密码不正确，请重新输入"),
    ("pin_incorrect", {"final_try": True}, "仅剩最后一次机会"),
    ("pin_incorrect", {"locked": True}, "UKey已锁定"),
    ("pin_locked", {"locked": True}, "深圳CA管理工具"),
    ("pin_length", {}, "长度不正确"),
    ("pin_cancelled", {}, "已取消输入密码"),
    ("rate_limited", {"retry_after": 240}, "请等待4分钟后再试"),
    ("busy", {}, "UKey正在使用中"),
    ("origin_denied", {}, "请核对网址"),
    ("host_denied", {}, "网络代理"),
    ("bad_request", {}, "安装新版UKey客户端"),
    ("key_error", {}, "重新插入"),
    ("module_error", {}, "安装驱动"),
    ("no_certificate", {}, "没有可用的证书"),
    ("something_new", {}, "?"),
)


def test_each_refusal_of_the_key_has_its_sentence(page, agent) -> None:
    _dialog(page)
    for code, facts, words in REFUSALS:
        agent.authenticate = lambda asked, code=code, facts=facts: (code, facts)
        _enter(page)
        expect(page.locator("#confirm")).to_have_text("确定")
        _says(page, "#dialog-failure", words)
        assert page.input_value("#pin") == ""


def test_a_key_pulled_out_closes_the_dialog(page, agent) -> None:
    agent.authenticate = lambda asked: ("key_removed", {})
    _dialog(page)
    _enter(page)
    _says(page, "#failure", "UKey已被拔出")
    expect(page.locator("#dialog")).to_be_hidden()


def test_the_final_try_must_be_confirmed(page, agent) -> None:
    agent.certificates[0]["pin_state"] = "final_try"
    _dialog(page)
    _enter(page)
    _says(page, "#dialog-failure", "请勾选确认")
    assert agent.heard == []
    page.check("#final-confirmed")
    _enter(page)
    _says(page, "#dialog-failure", "不正确")
    assert agent.heard[0]["confirm_final_try"] is True


def test_a_locked_key_is_not_asked_for_its_pin(page, agent) -> None:
    agent.certificates[0]["pin_state"] = "locked"
    _dialog(page)
    expect(page.locator("#confirm")).to_be_disabled()
    expect(page.locator("#pin")).to_be_hidden()
    expect(page.locator("#dialog-failure a")).to_have_attribute("href", "/guide#unlock")


def test_one_of_two_keys_is_chosen(page, agent) -> None:
    agent.certificates.append({**CERTIFICATE, "id": "c2", "subject_cn": "潘文军"})
    _dialog(page)
    page.select_option("#certificate", index=1)
    expect(page.locator("#holder-name")).to_have_text("潘文军")
    _enter(page)
    _says(page, "#dialog-failure", "不正确")
    assert agent.heard[0]["certificate"] == "c2"


def test_in_window_mode_the_page_asks_for_no_pin(page, agent) -> None:
    agent.status["pin_mode"] = "window"
    _dialog(page)
    expect(page.locator("#pin")).to_be_hidden()
    expect(page.locator("#pin-elsewhere")).to_contain_text("请在UKey客户端弹出的窗口中输入密码")
    page.keyboard.press("Enter")
    _says(page, "#dialog-failure", "不正确")
    assert "pin" not in agent.heard[0]


def test_what_the_hall_refuses_is_said_on_the_page(page, agent, key, trust) -> None:
    from tests.web.conftest import SoftKey

    unbound = SoftKey(trust)
    agent.authenticate = lambda asked: json.loads(unbound.answer(asked["nonce"]))
    _dialog(page)
    _enter(page)
    _says(page, "#failure", "尚未绑定")


def test_staff_give_name_and_password_first(page) -> None:
    _open(page)
    page.click("#tab-center")
    page.click("#sign-in")
    _says(page, "#failure", "请输入用户名和密码")
    expect(page.get_by_label("用户名")).to_be_focused()


def test_the_page_says_why_one_is_here(page) -> None:
    reasons = {
        "idle": "15分钟", "expired": "失效", "key_removed": "拔出", "signed_out": "安全退出",
    }  # fmt: skip
    for reason, words in reasons.items():
        _open(page, f"?reason={reason}")
        expect(page.locator("#reason")).to_contain_text(words)


def test_who_is_signed_in_already_goes_on(page, client) -> None:
    from tests.web.conftest import open_session

    secret = open_session("clerk1")
    page.context.add_cookies([{"name": settings.COOKIE, "value": secret, "url": settings.ORIGIN}])
    _open(page, "?next=/base_adjustment")
    page.wait_for_url(f"{settings.ORIGIN}/base_adjustment", wait_until="commit")
