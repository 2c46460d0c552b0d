"""Signing in (manual L1–L3): the page, the PIN, the way back, and a sentence for each failure."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from demo.cast import CAST, SO_PIN
from tests.e2e.conftest import Arrive
from tests.e2e.provision import EXPIRED, LOCKABLE, PIN, REVOKED, SPARE, UNBOUND
from tests.e2e.serving import Hall, free_port
from tests.e2e.visitor import PINS, Visitor
from tests.e2e.wording import assert_all_chinese
from ukey import softhsm

SIM = Path(__file__).parents[1] / "ukey" / "ukeysim.c"
HELP_LINES = ("0855-8685631", "4001123838")
LABELS = ("officerA", "officerB", "officerC", "officerD", "director", "manager", "admin",
          "security", "auditor", SPARE, UNBOUND, EXPIRED, REVOKED, LOCKABLE)  # fmt: skip

OtherAgent = Callable[..., None]


@pytest.fixture
def other_agent(hall: Hall) -> Iterator[OtherAgent]:
    """Lead a visitor's page to another agent, over another store, without its knowing."""
    with ExitStack() as running:

        def lead(visitor: Visitor, store: Path, **environment: str) -> None:
            port = free_port()
            running.enter_context(hall.other_agent(port, store, **environment))

            def to_other(route: Route) -> None:
                route.continue_(
                    url=route.request.url.replace(hall.agent, f"http://127.0.0.1:{port}")
                )

            visitor.context.route(f"{hall.agent}/**", to_other)

        yield lead


@pytest.mark.manual("L1")
def test_the_page_names_the_hall_and_offers_what_the_manual_says(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open_sign_in()
    page = visitor.page
    expect(page.locator("h1")).to_have_text("黔东南州住房公积金网上业务大厅 · 单位版")
    expect(page.locator("#sign-in")).to_have_text("登录")
    for line in HELP_LINES:
        expect(page.get_by_text(line).first).to_be_visible()
    expect(page.locator("#agent-state")).to_have_text("已连接")
    expect(page.locator("#key-state")).to_contain_text("已插入")
    assert_all_chinese(page)
    visitor.shot("sign-in")
    for link, heading in (
        ("数字证书操作指南", "一、登录前的准备"),
        ("数字证书驱动下载", "二、数字证书驱动下载"),
        ("CA密钥在线咨询", "六、CA密钥在线咨询"),
    ):
        visitor.open_sign_in()
        page.get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", name=heading)).to_be_in_viewport()
    assert_all_chinese(page)
    visitor.shot("guide")


@pytest.mark.manual("L1")
def test_the_driver_is_handed_out_with_its_install_steps(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.page.goto(f"{visitor.hall.origin}/guide#driver")
    name, content = visitor.download("下载数字证书驱动")
    assert name == "UKey客户端.zip"
    assert content.startswith(b"PK")
    expect(visitor.page.get_by_role("heading", name="安装步骤")).to_be_visible()


@pytest.mark.manual("L2")
def test_a_clerk_types_her_pin_and_is_at_her_units_home(arrive: Arrive) -> None:
    clerk = arrive()
    clerk.open_sign_in()
    clerk.choose_key("clerk1")
    dialog = clerk.page.locator("#dialog")
    expect(dialog).to_contain_text("Ukey证书密码")
    expect(clerk.page.locator("#holder-name")).to_have_text("杨秀英")
    expect(clerk.page.locator("#holder-organization")).to_have_text("凯里市第九中学(示例)")
    assert_all_chinese(clerk.page, *LABELS)
    clerk.shot("sign-in-dialog")
    clerk.give_pin("260101")
    clerk.idle()
    assert clerk.page.url == f"{clerk.hall.origin}/"
    clerk.sees("凯里市第九中学(示例)")
    clerk.sees("单位经办人 杨秀英")


def test_staff_sign_in_with_password_and_key(arrive: Arrive) -> None:
    staff = arrive()
    for player in (player for player in CAST if player.key in {"officerC", "manager", "security"}):
        staff.open_sign_in("/sign-in?reason=signed_out")
        staff.sign_in(player.key, username=player.username, password=player.password)
        bar = staff.page.locator(".hall-top")
        expect(bar).to_contain_text("· 中心版")
        expect(bar).to_contain_text(f"{player.role.label} {player.name}")
        bar.get_by_role("link", name="退出").click()
        expect(staff.page.locator("#reason")).to_have_text("您已安全退出。请拔出UKey并妥善保管。")


@pytest.mark.manual("L3")
def test_a_forgotten_pin_is_reset_with_the_tool_that_the_guide_names(arrive: Arrive) -> None:
    clerk = arrive()
    clerk.page.goto(f"{clerk.hall.origin}/guide#unlock")
    section = clerk.page.locator("#unlock")
    for words in (
        "深圳CA管理工具",
        "管理员密码（SO PIN",
        "python -m ukey.token unlock --token UKey名称",
    ):
        expect(section).to_contain_text(words)
    unlock = ("unlock", "--token", SPARE, "--so-pin", SO_PIN, "--pin")
    said = clerk.hall.key_tool(*unlock, "593817")
    assert "已解锁，新密码已生效" in said
    try:
        clerk.open_sign_in()
        clerk.choose_key(SPARE)
        clerk.give_pin("")
        _is_told(clerk, "#dialog-failure", "请输入Ukey证书密码。")
        clerk.give_pin(PIN)
        _is_told(clerk, "#dialog-failure", "Ukey证书密码不正确")
        expect(clerk.page.get_by_label("Ukey证书密码")).to_have_value("")
        clerk.shot("sign-in-wrong-pin")
        clerk.give_pin("593817")
        clerk.idle()
        clerk.sees("单位经办人 吴芝兰")
    finally:
        clerk.hall.key_tool(*unlock, PIN)


def test_a_locked_key_says_so_and_opens_again_once_the_tool_has_reset_it(
    arrive: Arrive, other_agent: OtherAgent, tmp_path: Path
) -> None:
    clerk = arrive()
    store = clerk.hall.data / "demo" / "lockable"
    sim = _driver_that_locks(tmp_path)
    other_agent(clerk, store, **sim)
    clerk.open_sign_in()
    clerk.choose_key(LOCKABLE)
    clerk.give_pin("000000")
    _is_told(
        clerk, "#dialog-failure",
        "Ukey证书密码不正确，剩余次数不多，请核对后再输入；如忘记密码，请按【数字证书操作指南】重置。",
    )  # fmt: skip
    clerk.give_pin("000001")
    _is_told(clerk, "#dialog-failure", "Ukey证书密码不正确，仅剩最后一次机会。")
    clerk.give_pin("000002")
    _is_told(
        clerk,
        "#dialog-failure",
        "仅剩最后一次输入机会，再次输错UKey将被锁定。请勾选确认后再输入密码。",
    )
    clerk.page.get_by_label("我确认密码正确，继续输入").check()
    clerk.give_pin("000003")
    _is_told(
        clerk, "#dialog-failure",
        "UKey已锁定：请用“深圳CA管理工具”重置密码，或携带UKey到CA网点解锁，步骤见【数字证书操作指南】。",
    )  # fmt: skip
    expect(clerk.page.locator("#confirm")).to_be_disabled()
    clerk.shot("sign-in-locked")
    _unlock(clerk.hall, store, sim)
    clerk.page.locator("#cancel").click()
    clerk.sign_in(LOCKABLE, "710932")
    clerk.sees("单位经办人 吴芝兰")


def test_without_the_agent_the_page_says_where_to_get_it_and_recovers(arrive: Arrive) -> None:
    clerk = arrive()
    clerk.context.route(f"{clerk.hall.agent}/**", lambda route: route.abort("connectionrefused"))
    clerk.open_sign_in()
    expect(clerk.page.locator("#agent-state")).to_have_text("未启动")
    clerk.page.locator("#sign-in").click()
    _is_told(
        clerk, "#failure",
        "未检测到UKey客户端：请从【数字证书驱动下载】安装并启动UKey客户端，再点击【重试】。"
        "如浏览器询问是否允许访问本地网络，请选择“允许”。",
    )  # fmt: skip
    clerk.shot("sign-in-no-agent")
    clerk.context.unroute_all()
    clerk.page.get_by_role("button", name="重试").click()
    expect(clerk.page.locator("#dialog")).to_be_visible()


def test_without_a_key_the_page_asks_to_plug_it_in(
    arrive: Arrive, other_agent: OtherAgent, tmp_path: Path
) -> None:
    clerk = arrive()
    softhsm.prepare_store(tmp_path / "empty")
    other_agent(clerk, tmp_path / "empty")
    clerk.open_sign_in()
    expect(clerk.page.locator("#key-state")).to_have_text("未检测到UKey")
    clerk.page.locator("#sign-in").click()
    _is_told(
        clerk,
        "#failure",
        "未检测到UKey：请将UKey插入电脑USB接口，等待指示灯亮起后，再点击【登录】。",
    )
    clerk.shot("sign-in-no-key")


def test_a_key_that_may_not_open_the_hall_is_told_why(arrive: Arrive) -> None:
    clerk = arrive()
    clerk.open_sign_in()
    for key, sentence in (
        (UNBOUND, "该UKey尚未绑定任何单位或人员，请携带UKey和经办人身份证到所属管理部办理绑定"),
        (EXPIRED, "UKey证书已过期，请到CA网点办理证书更新后再登录"),
        (REVOKED, "UKey证书已被吊销，请到CA网点重新办理"),
        ("officerB", "中心工作人员请从【中心人员登录】进入，并输入用户名和密码"),
    ):
        clerk.choose_key(key)
        clerk.give_pin(PINS.get(key, PIN))
        _is_told(clerk, "#failure", sentence)
        expect(clerk.page.locator("#dialog")).to_be_hidden()
        assert _session_cookie(clerk) is None


def test_on_the_staff_tab_key_and_password_must_belong_together(arrive: Arrive) -> None:
    staff = arrive()
    staff.open_sign_in()
    staff.page.get_by_role("tab", name="中心人员登录").click()
    staff.page.locator("#sign-in").click()
    _is_told(staff, "#failure", "请输入用户名和密码，再点击【登录】。")
    wrong = "用户名、密码或UKey不正确；连续输错5次将锁定15分钟"
    for key, username, password, sentence in (
        ("manager", "manager", "wrong-password", wrong),
        ("manager", "officerd", "zhenyuan-chushen-D", wrong),
        (
            "clerk3",
            "officerd",
            "zhenyuan-chushen-D",
            "单位经办人请从【单位登录】进入，使用UKey登录",
        ),
    ):
        staff.choose_key(key, username=username, password=password)
        staff.give_pin(PINS[key])
        _is_told(staff, "#failure", sentence)
        assert _session_cookie(staff) is None


def _is_told(visitor: Visitor, place: str, sentence: str) -> None:
    told = visitor.page.locator(f"{place} p").first
    expect(told).to_have_text(re.compile(f"^{re.escape(sentence)}"))
    expect(told).to_be_visible()


def _session_cookie(visitor: Visitor) -> str | None:
    return next((c["value"] for c in visitor.context.cookies() if c["name"] == "hall"), None)


def _driver_that_locks(folder: Path) -> dict[str, str]:
    """Build the driver that counts wrong PINs; return the environment it needs."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed: the key that locks cannot be built")
    library = folder / "libukeysim.so"
    flags = ["-shared", "-fPIC", "-O1", "-o", str(library), str(SIM), "-ldl"]
    subprocess.run(["gcc", *flags], check=True)
    return {
        "module": str(library),
        "UKEYSIM_REAL": softhsm.find_module(),
        "UKEYSIM_DIR": str(folder),
        "UKEYSIM_MAX": "3",
    }


def _unlock(hall: Hall, store: Path, sim: dict[str, str]) -> None:
    environment = hall.environment | sim
    command = ["-m", "ukey.token", "--store", str(store), "--module", environment.pop("module")]
    asked = ["unlock", "--token", LOCKABLE, "--so-pin", SO_PIN, "--pin", "710932"]
    said = hall.run(*command, *asked, **environment)
    assert "已解锁，新密码已生效" in said
