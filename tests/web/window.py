"""A page that is open, without a browser: what it shows, and whatever a forger may say on its socket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState

import settings
from bench.screen import Screen, pressed, typed
from tests.web.conftest import TestClient, open_session

STREAM = f"{settings.ORIGIN.replace('http', 'ws', 1)}/_stcore/stream"
BROKEN = "页面暂时无法显示".encode()


class Window:
    """Reads every frame of one person's websocket, and looks in it for what must not be there."""

    def __init__(self, talk: Any, foreign: frozenset[bytes]) -> None:  # noqa: ANN401
        self.screen = Screen()
        self.frames, self.length = 0, 0
        self.leaked: set[bytes] = set()
        self.last = b""
        """All that the last run said."""
        self._talk, self._foreign = talk, foreign

    def run(self, *widgets: WidgetState, fragment: str = "") -> None:
        self._talk.send_bytes(self.screen.ask(fragment, widgets))
        self.last, is_over = b"", False
        while not is_over:
            content = self._talk.receive_bytes()
            self.frames, self.length = self.frames + 1, self.length + len(content)
            self.leaked |= {word for word in self._foreign if word in content}
            self.last += content
            is_over = self.screen.hear(content)

    def go(self, address: str) -> None:
        self.screen.turn(address)
        self.run()

    def press(self, label: str) -> None:
        key, fragment = self.screen.element("button", label)
        self.run(pressed(key), fragment=fragment)

    def type(self, key: str, text: str, fragment: str = "") -> None:
        self.run(typed(key, text), fragment=fragment)

    def of_kind(self, kind: str) -> list[tuple[str, str, str]]:
        """Return the elements of this kind that stand here: id, label, fragment."""
        return [
            (key, getattr(content, "label", ""), fragment)
            for key, (there, content, fragment) in self.screen.elements.items()
            if there == kind
        ]

    def shows(self, text: str) -> bool:
        return text.encode() in self.last

    @property
    def is_broken(self) -> bool:
        return BROKEN in self.last or bool(self.screen.errors)


@contextmanager
def opened(
    client: TestClient, key: str, foreign: frozenset[bytes] = frozenset()
) -> Iterator[Window]:
    """Open the hall as this demo person."""
    client.cookies.set(settings.COOKIE, open_session(key))
    with client.websocket_connect(
        STREAM, subprotocols=["streamlit"], headers={"origin": settings.ORIGIN}
    ) as talk:
        window = Window(talk, foreign)
        window.run()
        yield window


def table(key: str, **state: Any) -> WidgetState:  # noqa: ANN401
    """Return a table in a state that no browser would send."""
    whole = {"edited_rows": {}, "added_rows": [], "deleted_rows": []} | state
    return typed(key, json.dumps(whole))
