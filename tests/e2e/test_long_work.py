"""Long work in a browser: progress in counts, left by a reload, found again, begun once."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e import base_adjustment as adjusting
from tests.e2e import books
from tests.e2e.conftest import Arrive, arriving
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor
from tests.e2e.wording import assert_all_chinese

PEOPLE = 10_000
PROGRESS = re.compile(r"正在(排版|生成页面)：已完成[\d,]+，共[\d,]+|正在读取汇缴明细…")
#: Behind the print, which a fast machine may have done by then.
WAITING = re.compile("排队中，前面的处理完成后自动开始|检查通过")
MADE = 60_000  # milliseconds, at most, on a busy machine


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall with a large employer that does one work at a time."""
    hall = Hall(tmp_path_factory.mktemp("large") / "data")
    hall.run("-m", "tests.e2e.provision_large")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HALL_WORKS_AT_ONCE", "1")
        with hall.demo():
            yield hall


@pytest.fixture
def enter(large: Hall, browser: Browser) -> Iterator[Arrive]:
    with arriving(large, browser) as arrive:
        yield arrive


@pytest.mark.manual("B2.3", "B3.7")
def test_works_survive_a_reload_and_begin_once(enter: Arrive, large: Hall) -> None:
    clerk = enter("clerk1")
    good = books.filled(adjusting.template(clerk), 6500)
    _print_the_roster(clerk)
    clerk.page.reload()
    expect(clerk.page.locator(".hall-top .works")).to_have_text("1项正在处理")
    clerk.idle()
    _offer(clerk, good)
    expect(clerk.dialog("批量导入")).to_contain_text(WAITING)
    clerk.shot("long-import-waiting")
    assert_all_chinese(clerk.page)
    clerk.open("/")
    row = clerk.row("基数调整批量导入检查")
    expect(row).to_contain_text(WAITING)
    clerk.shot("long-home-waiting")
    expect(clerk.row("汇缴清册打印").get_by_role("link", name="保存PDF")).to_be_visible(
        timeout=MADE
    )
    expect(row).to_contain_text("检查通过，请点击【查看】确认导入", timeout=MADE)
    clerk.shot("long-home-done")
    row.get_by_role("button", name="查看").click()
    clerk.sees(f"检查通过：{PEOPLE:,}名职工的数据全部正确。")
    clerk.shot("long-import-found")
    adjusting.take_in(clerk, PEOPLE)
    clerk.open("/")
    name, pdf = _saved(clerk)
    assert name.startswith("住房公积金汇缴清册_")
    assert pdf[:5] == b"%PDF-"
    assert _begun(large) == {
        "base_adjustment_check": 1, "base_adjustment_take": 1, "remittance_roster": 1,
    }  # fmt: skip


def _print_the_roster(clerk: Visitor) -> None:
    clerk.open("/remittance")
    clerk.page.get_by_role("tab", name="汇缴核定编辑").click()
    clerk.idle()
    clerk.button("汇缴清册打印").dblclick()
    dialog = clerk.dialog("打印预览")
    # Neither a picture nor a look at each word of it: it may be done by then.
    expect(dialog.get_by_text(PROGRESS)).to_be_visible()


def _offer(clerk: Visitor, content: bytes) -> None:
    clerk.open(adjusting.PAGE)
    clerk.press("批量导入")
    clerk.choose_file("基数调整.xlsx", content, clerk.dialog("批量导入"))


def _saved(clerk: Visitor) -> tuple[str, bytes]:
    found = clerk.download("保存PDF")
    clerk.row("汇缴清册打印").get_by_role("button", name="移除").click()
    expect(clerk.page.get_by_text("我的处理")).to_have_count(0)
    return found


def _begun(hall: Hall) -> dict[str, int]:
    with closing(sqlite3.connect(hall.data / "hall.db")) as database:
        return dict(database.execute("select kind, count(*) from work group by kind").fetchall())
