"""What a browser knows of a hall page, without the browser: Streamlit's messages, taken in and asked."""

import json
from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

#: A browser keeps a message that has not been shown for so many runs.
KEPT_RUNS = 2


class Screen:
    """One open page, and what it shows: every element with an id, and the fragment it is in."""

    def __init__(self) -> None:
        self.elements: dict[str, tuple[str, Any, str]] = {}
        self.pages: dict[str, str] = {}
        self.errors: list[str] = []
        self.session_id = ""
        self._drawn: set[str] = set()
        self._page = ""
        self._run = 0
        self._cached: dict[str, tuple[ForwardMsg, int]] = {}

    def turn(self, address: str) -> None:
        """Have the next run be of the page at this address, "" for the first one."""
        self._page = self.pages[address]
        self.elements.clear()

    def ask(self, fragment: str = "", widgets: Iterable[WidgetState] = ()) -> bytes:
        """Return the message that runs the script or one fragment of it, with widgets changed."""
        self._run += 1
        self._drawn.clear()
        self._forget()
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash, asked.fragment_id = self._page, fragment
        asked.cached_message_hashes.extend(self._cached)
        asked.widget_states.widgets.extend(widgets)
        return message.SerializeToString()

    def hear(self, content: bytes) -> bool:
        """Take one message in; tell whether the run has ended, and no other follows it."""
        said = ForwardMsg()
        said.ParseFromString(content)
        if said.WhichOneof("type") == "ref_hash":
            said, _ = self._cached[said.ref_hash]
            self._cached[said.hash] = said, self._run
        elif said.metadata.cacheable:
            self._cached[said.hash] = said, self._run
        kind = said.WhichOneof("type")
        if kind == "new_session":
            self.session_id = said.new_session.initialize.session_id or self.session_id
        elif kind == "navigation":
            self.pages = {
                page.url_pathname: page.page_script_hash for page in said.navigation.app_pages
            }
        elif kind == "delta" and said.delta.HasField("new_element"):
            self._keep(said.delta.new_element, said.delta.fragment_id)
        if kind != "script_finished":
            return False
        return said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def element(self, kind: str, label: str = "") -> tuple[str, str]:
        """Return the last element of a kind, by its label: its id and its fragment."""
        for key, (there, content, fragment) in reversed(self.elements.items()):
            if there == kind and label in getattr(content, "label", ""):
                return key, fragment
        raise LookupError(f"{kind} {label}")

    def shows(self, kind: str, label: str) -> bool:
        """Tell whether the last run drew such an element, that may be used."""
        return any(
            there == kind and label in getattr(content, "label", "") and not content.disabled
            for key, (there, content, _) in self.elements.items()
            if key in self._drawn
        )

    def _forget(self) -> None:
        self._cached = {
            key: kept for key, kept in self._cached.items() if self._run - kept[1] <= KEPT_RUNS
        }

    def _keep(self, element: Message, fragment: str) -> None:
        kind = element.WhichOneof("type")
        content = getattr(element, kind) if kind else None
        if kind == "exception":
            self.errors.append(content.message)
        elif content is not None and getattr(content, "id", ""):
            self.elements.pop(content.id, None)
            self.elements[content.id] = (kind, content, fragment)
            self._drawn.add(content.id)


def typed(key: str, text: str) -> WidgetState:
    """Return a field with this text in it."""
    return WidgetState(id=key, string_value=text)


def pressed(key: str) -> WidgetState:
    """Return a button that was pressed."""
    return WidgetState(id=key, trigger_value=True)


def edited(key: str, cells: dict[int, dict[str, float]]) -> WidgetState:
    """Return a table with these numbers typed into it, by row and heading."""
    rows = {str(row): cell for row, cell in cells.items()}
    return typed(key, json.dumps({"edited_rows": rows, "added_rows": [], "deleted_rows": []}))
