"""A hall of its own, a real browser, and the persons who sit before it.

All of it runs in one process of the test run (`--dist loadgroup`): one hall, one browser.
"""

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor
from ukey import softhsm

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WINDOW: ViewportSize = {"width": 1440, "height": 900}


class Arrive:
    """Lets visitors in, each with a browser of her own."""

    def __init__(self, hall: Hall, browser: Browser) -> None:
        self._hall = hall
        self._browser = browser
        self.visitors: list[Visitor] = []

    def __call__(self, key: str = "") -> Visitor:
        """Open a window; signed in by the key of this name, where one is named."""
        context = self._browser.new_context(locale="zh-CN", viewport=WINDOW)
        context.set_default_timeout(30_000)
        visitor = Visitor.arrive(self._hall, context)
        self.visitors.append(visitor)
        if key:
            visitor.enter(key)
        return visitor


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the journeys and keep them together, before xdist asks who belongs to whom."""
    item.add_marker(pytest.mark.e2e)
    item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say beside a failure what each visitor saw then: a journey fails once in many runs, elsewhere."""
    report = yield
    if call.excinfo and call.when == "call":
        for name in ("arrive", "arrive_once"):
            arrive = getattr(item, "funcargs", {}).get(name)
            for visitor in getattr(arrive, "visitors", ()):
                report.sections.append((f"seen at {visitor.page.url}", visitor.account()))
    return report


@pytest.fixture(scope="session")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demo's people, their keys, and some keys that must not open a hall; return where."""
    try:
        softhsm.find_module()
    except softhsm.ModuleMissing as missing:
        pytest.skip(str(missing))
    if shutil.which("softhsm2-util") is None:
        pytest.skip(f"softhsm2-util is not installed: {softhsm.INSTALL}")
    hall = Hall(tmp_path_factory.mktemp("provisioned") / "data")
    hall.run("-m", "tests.e2e.provision", HALL_SIGNATURES="off")  # no key is at hand for the past
    return hall.data


@pytest.fixture(scope="session")
def hall(provisioned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall on what was provisioned."""
    hall = Hall.copy_of(provisioned, tmp_path_factory.mktemp("hall"))
    with hall.demo():
        yield hall


@pytest.fixture(scope="module")
def own_hall(provisioned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall for one module: its journeys may do what would stand in others' way.

    A module says `hall = conftest.own_hall`.
    """
    hall = Hall.copy_of(provisioned, tmp_path_factory.mktemp("own"))
    hall.open()
    yield hall
    hall.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Run Chromium. Not longer than these tests last: its event loop would stand in others' way."""
    chromium = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if chromium is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def arrive(hall: Hall, browser: Browser) -> Iterator[Arrive]:
    """Make visitors, each with a browser of her own."""
    with arriving(hall, browser) as arrive:
        yield arrive


@pytest.fixture(scope="module")
def arrive_once(hall: Hall, browser: Browser) -> Iterator[Arrive]:
    """As `arrive`, for visitors who stay for a whole module."""
    with arriving(hall, browser) as arrive:
        yield arrive


@contextmanager
def arriving(hall: Hall, browser: Browser) -> Iterator[Arrive]:
    """Let visitors in; in the end look at what their pages asked for, and what failed in them."""
    arrive = Arrive(hall, browser)
    yield arrive
    for visitor in arrive.visitors:
        visitor.context.close()
        assert visitor.errors == []
        assert visitor.hosts() <= {"localhost", "127.0.0.1"}
