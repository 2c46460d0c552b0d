"""What everybody can read and press (无障碍): axe-core's rules of WCAG 2 A and AA, on what a page shows."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa"], "resultTypes": ["violations"]}
#: Streamlit puts sections of a menu into a list as they are.
THEIRS = {"exclude": [['[data-testid="stSidebarNav"]']]}
LOOKS, BETWEEN = 4, 700  # milliseconds: what is drawn anew is pale for so long


def assert_accessible(page: Page) -> None:
    """Assert that axe finds nothing to object to: contrast, names of fields, order of headings."""
    for _ in range(LOOKS):
        told = _objections(page)
        if not told:
            return
        page.wait_for_timeout(BETWEEN)
    raise AssertionError("\n".join([page.url, *told]))


def _objections(page: Page) -> list[str]:
    found = Axe().run(page, context=THEIRS, options=RULES).response["violations"]
    return [f"{one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
