"""What people do all day: a page, an edit, a search, and some seconds of thought between."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from websockets.exceptions import ConnectionClosed

from bench import screen
from bench.load.figures import Tally
from bench.load.talk import Refused, Talk
from bench.load.town import Person
from components.base_adjustment_view import HEADINGS

LEAST_THOUGHT, MOST_THOUGHT = 2.0, 8.0  # seconds
BASE, ROWS = 6500, 5
PAUSE = 20  # seconds: between two imports
POLL = 1.0
HEADING = next(heading.label for heading in HEADINGS.values() if heading.is_editable)

Step = AsyncIterator[tuple[str, float]]


class Visitor:
    """One person at work on one page, until the time is over."""

    def __init__(self, talk: Talk, tally: Tally, seed: int) -> None:
        self.talk, self.tally = talk, tally
        self.chance = random.Random(seed)
        self._typed: dict[str, dict[int, dict[str, float]]] = {}

    async def work(self, until: float, visits: dict[Callable[["Visitor"], Step], int]) -> None:
        """Make one visit after the other; what fails is counted, and she begins again at home."""
        await asyncio.sleep(self.chance.uniform(0, MOST_THOUGHT))  # nobody waits for the others
        while time.monotonic() < until:
            (visit,) = self.chance.choices(list(visits), visits.values())
            try:
                async for what, seconds in visit(self):
                    self.tally.note(what, seconds)
                    await self.think(until)
                    if time.monotonic() >= until:
                        return
            except (Refused, LookupError, TimeoutError, ConnectionClosed) as error:
                self.tally.fail(f"{visit.__name__}: {type(error).__name__}: {error}")
                if isinstance(error, ConnectionClosed):
                    return
                self.talk.screen.errors.clear()
                await self.think(until)

    async def think(self, until: float) -> None:
        thought = self.chance.uniform(LEAST_THOUGHT, MOST_THOUGHT)
        await asyncio.sleep(max(0, min(thought, until - time.monotonic())))

    async def press(self, label: str) -> float:
        key, fragment = self.talk.screen.element("button", label)
        return await self.talk.run(screen.pressed(key), fragment=fragment)

    async def type(self, label: str, text: str) -> float:
        key, fragment = self.talk.screen.element("text_input", label)
        return await self.talk.run(screen.typed(key, text), fragment=fragment)

    async def edit(self, heading: str) -> float:
        """Type one more number into the table; a browser sends all that were typed into it."""
        key, fragment = self.talk.screen.element("dataframe")
        cells = self._typed.setdefault(key, {})
        value = BASE + self.chance.randrange(1000)
        cells[self.chance.randrange(ROWS)] = {heading: value}
        return await self.talk.run(screen.edited(key, cells), fragment=fragment)


async def home(her: Visitor) -> Step:
    yield "首页", await her.talk.go("")


async def roster(her: Visitor) -> Step:
    yield "基数调整", await her.talk.go("base_adjustment")
    for _ in range(her.chance.randrange(2, 6)):
        yield "改一个基数", await her.edit(HEADING)
    yield "清册查找", await her.type("查找", str(her.chance.randrange(10)))
    yield "清册查找", await her.type("查找", "")


async def month(her: Visitor) -> Step:
    yield "汇缴", await her.talk.go("remittance")


async def query(her: Visitor) -> Step:
    yield "缴存人信息查询", await her.talk.go("contributor_query")
    yield "【查询】", await her.press("查询")


async def inbox(her: Visitor) -> Step:
    yield "消息事务管理", await her.talk.go("inbox")


async def queue(her: Visitor) -> Step:
    yield "审批队列", await her.talk.go("")
    yield "打开一件", await her.press("办理第一件")
    yield "返回列表", await her.press("返回列表")


async def register(her: Visitor) -> Step:
    yield "登记查找", await her.talk.go("register")
    await her.type("查找", f"探针{her.chance.randrange(5, 99):05d}")
    yield "登记查找", await her.press("查找")


async def look(her: Visitor) -> Step:
    """Reload the peer's page."""
    yield "peer: the page", await her.talk.run()


async def type_in(her: Visitor) -> Step:
    """Type into the peer's table."""
    for _ in range(3):
        yield "peer: a number typed in", await her.edit("调整后基数")


CLERK = {home: 2, roster: 4, month: 2, query: 3, inbox: 1}
OFFICER = {queue: 3, register: 1}
PEER = {look: 2, type_in: 1}


@asynccontextmanager
async def _importing(tally: Tally) -> AsyncIterator[None]:
    tally.is_importing = True
    try:
        yield
    finally:
        tally.is_importing = False


async def imports(talk: Talk, person: Person, tally: Tally, until: float) -> None:
    """Import a roster of 20,000 over and over, with pauses that show the others without it."""
    assert person.book
    content = person.book.read_bytes()
    her = Visitor(talk, tally, 0)
    for number in count():
        await asyncio.sleep(max(0, min(PAUSE, until - time.monotonic())))
        if time.monotonic() >= until:
            return
        await talk.go("base_adjustment")
        await her.press("批量导入")
        began = time.monotonic()
        async with _importing(tally):
            key, fragment = talk.screen.element("file_uploader")
            chosen = await talk.upload(key, f"roster{number}.xlsx", content)
            await talk.run(chosen, fragment=fragment)
            await _ended(talk, fragment)
            if not talk.screen.shows("button", "确定"):
                raise Refused("the roster was not taken in")
            yes, _ = talk.screen.element("button", "确定")
            await talk.run(screen.pressed(yes), fragment=fragment)
            await _ended(talk, fragment)
        tally.imports.append(time.monotonic() - began)


async def _ended(talk: Talk, fragment: str) -> None:
    """Ask how far the work is, as the dialog does, while it is under way."""
    while talk.screen.shows("button", "转后台处理"):
        await asyncio.sleep(POLL)
        await talk.run(fragment=fragment)
