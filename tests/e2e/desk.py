"""What an officer does at the center's desk, for several journeys."""

import re

from playwright.sync_api import expect

from tests.e2e.visitor import Visitor


def open_case(officer: Visitor, unit: str) -> str:
    """Open the case of the unit that waits; return its serial."""
    officer.open("/")
    row = officer.row(unit)
    found = re.search(r"\d{15}", row.inner_text())
    assert found
    row.get_by_role("button", name="办理").click()
    expect(officer.page.get_by_label("审批意见")).to_be_visible()
    officer.idle()
    return found.group()


def approve(officer: Visitor, serial: str) -> None:
    """Approve the open case."""
    officer.decide("通过")
    officer.hears(f"业务{serial}已办理")


def send_back(officer: Visitor, serial: str, reason: str) -> None:
    """Return the open case with its reason."""
    opinion = officer.page.get_by_label("审批意见")
    opinion.fill(reason)
    opinion.press("Enter")
    officer.idle()
    officer.decide("退回")
    officer.hears(f"业务{serial}已办理")
