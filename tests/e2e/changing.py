"""What a clerk does on a form whose changes go to a list (待变更清册), for two journeys."""

import re

from playwright.sync_api import Locator, expect

from tests.e2e.books import PDF
from tests.e2e.visitor import Visitor


def enter(clerk: Visitor, label: str, text: str) -> None:
    """Type into a field and leave it."""
    field = clerk.page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")


def choose(clerk: Visitor, label: str, typed: str, option: str) -> None:
    """Search a list of codes by what is typed and take the one option that is left."""
    field = clerk.page.get_by_label(label, exact=True)
    field.click()
    field.fill(typed)
    expect(clerk.page.get_by_role("option")).to_have_text([option])
    clerk.page.get_by_role("option", name=option, exact=True).click()
    expect(field).to_have_value(option)


def has_list(clerk: Visitor, *lines: tuple[str, str, str]) -> None:
    """Expect exactly these lines on the list: item, before, after."""
    clerk.sees(f"待变更清册（{len(lines)}项）")
    for number, (item, before, after) in enumerate(lines, start=1):
        cells = line(clerk, item).get_by_test_id("stColumn")
        expect(cells.first.get_by_role("button")).to_have_text(re.compile(f"^{number} ✕"))
        for place, text in enumerate((item, before, after), start=1):
            expect(cells.nth(place)).to_have_text(text)


def line(clerk: Visitor, item: str) -> Locator:
    exact = clerk.page.get_by_text(item, exact=True)
    rows = clerk.page.locator('[class*="st-key-list_"]').get_by_test_id("stHorizontalBlock")
    return rows.filter(has=exact)


def take_back(clerk: Visitor, item: str) -> None:
    """Press the ✕ at an item's number."""
    line(clerk, item).get_by_role("button").click()
    clerk.idle()


def upload(clerk: Visitor, material: str, name: str) -> None:
    """Choose a material and a file, and press 【上传】."""
    clerk.choose_file(name, PDF)
    expect(clerk.button("上传")).to_be_enabled()
    clerk.press("上传")
    clerk.hears(f"“{material}”已上传")
