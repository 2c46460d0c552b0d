"""A manager's question: how do we stand, in one branch, who is behind it, and the list to take along."""

from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Arrive
from tests.e2e.wording import assert_all_chinese


def test_a_managers_question(arrive: Arrive) -> None:
    manager = arrive("manager")
    page = manager.page
    manager.open("/")
    expect(page.locator(".hall-measures > div")).to_have_count(8)
    expect(page.locator(".js-plotly-plot")).to_have_count(8, timeout=15_000)
    manager.shot("overview")
    _choose(page, "管理部", "镇远管理部")
    manager.idle()
    chart = page.locator(".st-key-chart_arrears")
    chart.scroll_into_view_if_needed()
    expect(chart).to_contain_text("统计范围内没有数据")
    _choose(page, "管理部", "凯里管理部")
    manager.idle()
    chart.scroll_into_view_if_needed()
    bar = chart.locator(".barlayer .point path").nth(2)
    bar.click(force=True)
    behind = page.locator(".st-key-behind_arrears")
    expect(behind).to_contain_text("欠缴3个月的单位")
    expect(behind).to_contain_text("共1家")
    manager.shot("overview-drill")
    name, content = manager.download("导出名单")
    assert name == "欠缴3个月的单位名单_202507_202606.xlsx"
    book = load_workbook(BytesIO(content))
    assert book.worksheets[0].cell(2, 1).value == "522601000303"
    assert_all_chinese(page)


def _choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
