"""What a clerk does on a query's page, for several journeys."""

from collections.abc import Collection, Sequence
from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.e2e.visitor import Visitor


def give_day(clerk: Visitor, label: str, day: str) -> None:
    """Type a day (2026-07-01) into a date field."""
    field = clerk.page.get_by_role("group", name=label, exact=True)
    year = field.get_by_role("spinbutton").first
    year.click()
    clerk.page.keyboard.type(day.replace("-", ""))
    clerk.page.keyboard.press("Enter")
    clerk.idle()


def finds(clerk: Visitor, count: int, sentence: str) -> None:
    """Expect so many records, and their total in words."""
    line = clerk.page.get_by_test_id("stMarkdownContainer").filter(has_text=f"共{count}条记录")
    expect(line.last).to_contain_text(f"合计：{sentence}")


def equals_the_screen(
    clerk: Visitor, rows: Sequence[Sequence[object]], *, hidden: Collection[int] = (), most: int = 7
) -> None:
    """Expect the rows of a saved file in the table, but for the columns that a screen masks."""
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells[:most]):
            if column in hidden:
                continue
            shown = clerk.cell(row, column)
            if isinstance(cell, int | float):
                assert float(shown.inner_text().replace(",", "")) == cell
            else:
                expect(shown).to_have_text(str(cell or ""))


def printed(clerk: Visitor) -> str:
    """Press 【打印】, save the print that is shown, and return its words."""
    clerk.press("打印")
    dialog = clerk.dialog("打印预览")
    expect(dialog.locator("iframe,embed,object")).to_be_visible()
    _, content = clerk.download("保存PDF")
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def close(clerk: Visitor) -> None:
    clerk.page.keyboard.press("Escape")
    expect(clerk.page.get_by_role("dialog")).to_have_count(0)
