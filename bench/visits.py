"""What a clerk's browser sees: the hall's cold start, signing in, how much each page weighs.

A real Chromium on this machine, the demo's people and keys, the agent beside the hall.
"""

import shutil
import statistics
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from playwright.sync_api import Browser, Page, Response, WebSocket, sync_playwright

from bench import pages
from bench.results import Line
from bench.setting import Setting
from tests.e2e.conftest import ARGUMENTS, BROWSERS, WINDOW
from tests.e2e.serving import Hall
from tests.e2e.visitor import PINS, READY, Visitor

ROUNDS = 5
CLERK = "clerk1"
SETTLED = 3_000  # milliseconds
PAGES = {"the clerk's home": "/", "base adjustment": "/base_adjustment", "the inbox": "/inbox"}


@dataclass
class _Scale:
    """Weighs what one page loads."""

    requests: int = 0
    loaded: int = 0
    said: int = 0
    _answers: list[Response] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("response", self._note)
        page.on("websocket", self._listen)

    def _note(self, answer: Response) -> None:
        self._answers.append(answer)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._hear)

    def _hear(self, frame: str | bytes) -> None:
        self.said += len(frame)

    def read(self) -> None:
        self.requests = len(self._answers)
        self.loaded = sum(
            sizes["responseBodySize"] + sizes["responseHeadersSize"]
            for sizes in (answer.request.sizes() for answer in self._answers)
        )


def measure(setting: Setting) -> Iterator[Line]:
    hall = Hall(setting.folder / "visits")
    hall.run("-c", "from demo.__main__ import prepare; prepare()")
    chromium = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        starts = [_cold_start(hall) for _ in range(ROUNDS)]
        yield _timed("cold start to the sign-in page, CPU", [cpu for cpu, _ in starts], 4.0)
        yield _timed(
            "cold start to the sign-in page, by the clock", [wall for _, wall in starts], 4.0
        )
        with hall.demo():
            seconds = [_sign_in(hall, browser) for _ in range(ROUNDS)]
            yield _timed("from the PIN to the home, an empty cache, by the clock", seconds, 1.5)
            for name, path in PAGES.items():
                yield _weighed(name, path, hall, browser)
        browser.close()


def _cold_start(hall: Hall) -> tuple[float, float]:
    """Start the hall until it answers with the sign-in page; return CPU and clock in seconds."""
    started = time.perf_counter()
    with hall.alone() as process:
        asked = urllib.request.Request(f"http://127.0.0.1:{hall.port}/sign-in")
        asked.add_header("Host", f"localhost:{hall.port}")
        with urllib.request.urlopen(asked, timeout=30) as page:
            assert page.status == HTTPStatus.OK
        return pages.seconds(process.number), time.perf_counter() - started


def _sign_in(hall: Hall, browser: Browser) -> float:
    """Sign in, in a browser that knows nothing of the hall; return the seconds from PIN to home."""
    visitor = Visitor.arrive(hall, browser.new_context(viewport=WINDOW))
    visitor.open_sign_in()
    visitor.choose_key(CLERK)
    started = time.perf_counter()
    visitor.give_pin(PINS[CLERK])
    visitor.page.wait_for_selector(READY, timeout=30_000)
    taken = time.perf_counter() - started
    visitor.context.close()
    return taken


def _timed(work: str, seconds: Sequence[float], target: float) -> Line:
    middle = statistics.median(seconds)
    shown = f"{middle:.2f} s ({min(seconds):.2f}–{max(seconds):.2f}; {len(seconds)}×)"
    return Line(work, "–", shown, "", "", f"< {target:g} s", middle < target)


def _weighed(name: str, path: str, hall: Hall, browser: Browser) -> Line:
    """Open a page with an empty cache; nothing may come from outside this machine."""
    visitor = Visitor.arrive(hall, browser.new_context(viewport=WINDOW))
    visitor.enter(CLERK)
    scale = _Scale()
    scale.watch(visitor.page)
    visitor.open(path)
    visitor.page.wait_for_timeout(SETTLED)  # the page polls: its network is never idle
    scale.read()
    outside = visitor.hosts() - {"localhost", "127.0.0.1"}
    visitor.context.close()
    weight = (
        f"{scale.requests} requests, {scale.loaded / 1e6:.2f} MB, {scale.said / 1e3:.0f} kB said"
    )
    return Line(f"{name}, an empty cache", "–", weight, "", "", "nothing from outside", not outside)
