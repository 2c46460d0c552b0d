"""`python -m tests.e2e.walk FOLDER [ROLE…]`: the center's pages with the large center behind them.

Makes the demo's keys and `make demo-center` in FOLDER once, then pictures of each page at 1366×768 and
1920×1080 in tests/e2e/shots, for whoever judges how they look.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

os.environ.setdefault("HALL_TODAY", "2026-07-06")
os.environ["HALL_SHOTS"] = "1"

from playwright.sync_api import ViewportSize, sync_playwright

from tests.e2e.conftest import ARGUMENTS, BROWSERS
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor

SIZES: tuple[ViewportSize, ...] = ({"width": 1366, "height": 768}, {"width": 1920, "height": 1080})
Look = Callable[[Visitor, str], None]


def _pages(*titles: str) -> Look:
    def look(visitor: Visitor, name: str) -> None:
        for title in titles:
            if title:
                visitor.to_page(title)
            visitor.shot(f"{name}-{title or 'first'}")

    return look


def _first_case(visitor: Visitor, name: str) -> None:
    _pages("")(visitor, name)
    visitor.page.get_by_role("button", name="办理", exact=True).first.click()
    visitor.page.get_by_label("审批意见").wait_for()
    visitor.idle()
    visitor.page.wait_for_timeout(1500)
    visitor.shot(f"{name}-case")


def _desk(visitor: Visitor, name: str) -> None:
    _first_case(visitor, name)
    visitor.open("/months")
    visitor.shot(f"{name}-months")
    visitor.open("/arrivals")
    visitor.shot(f"{name}-arrivals")
    visitor.button("台账").first.click()
    visitor.idle()
    visitor.page.wait_for_timeout(800)
    visitor.shot(f"{name}-ledger")
    visitor.page.get_by_role("radio", name="到账冲正").click()
    visitor.page.wait_for_timeout(900)
    visitor.shot(f"{name}-reversal")
    visitor.open("/arrivals")
    visitor.to_tab("催缴")
    visitor.shot(f"{name}-behind")
    _register(visitor, name)
    visitor.open("/certificates")
    visitor.shot(f"{name}-certificates")


def _register(visitor: Visitor, name: str) -> None:
    visitor.open("/register")
    box = visitor.page.get_by_role("textbox").first
    box.fill("凯里市")
    box.press("Enter")
    visitor.idle()
    visitor.page.wait_for_timeout(500)
    visitor.shot(f"{name}-register")
    visitor.button("打开").first.click()
    visitor.idle()
    visitor.shot(f"{name}-employer")


def _board(visitor: Visitor, name: str) -> None:
    page = visitor.page
    page.wait_for_timeout(2_500)  # plotly draws after the page stands
    _pages("")(visitor, name)
    bars = page.locator(".st-key-chart_amounts .barlayer .point path")
    page.wait_for_timeout(1500)
    bars.first.click(force=True)
    visitor.idle()
    page.wait_for_timeout(800)
    visitor.shot(f"{name}-bar")
    page.locator(".st-key-behind_amounts").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    visitor.shot(f"{name}-drill")
    for place, chart in enumerate(("branches", "bases", "deferrals", "work"), start=1):
        page.locator(f".st-key-chart_{chart}").scroll_into_view_if_needed()
        page.wait_for_timeout(700)
        visitor.shot(f"{name}-charts{place}")
    _register(visitor, name)
    _pages("政策参数")(visitor, name)


LOOKS: Mapping[str, Look] = {
    "officerA": _desk,
    "officerC": _first_case,
    "director": _pages("", "政策参数"),
    "manager": _board,
    "admin": _pages("", "人员管理", "证书管理", "单位和缴存人"),
    "security": _pages("", "人员管理", "证书管理", "审计日志"),
    "auditor": _pages("", "政策参数", "人员管理", "证书管理", "单位和缴存人"),
}


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    hall = Hall(folder / "data")
    if not (folder / "data" / "hall.db").exists():
        for program in (
            ["-c", "from demo.__main__ import prepare; prepare()"],
            ["-m", "demo.center"],
        ):
            subprocess.run([sys.executable, *program], env=hall.environment, check=True)
    chromium = next(path for name in BROWSERS for path in _found(name))
    with hall.demo(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for key in sys.argv[2:] or LOOKS:
            for size in SIZES:
                context = browser.new_context(locale="zh-CN", viewport=size)
                visitor = Visitor.arrive(hall, context)
                visitor.enter(key)
                visitor.open("/")
                LOOKS[key](visitor, f"walk-{key}-{size['width']}")
                context.close()


def _found(name: str) -> list[str]:
    from shutil import which

    return [path] if (path := which(name)) else []


if __name__ == "__main__":
    main()
