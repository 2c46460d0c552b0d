"""A browser's half of a hall page without the browser: Streamlit's messages over a websocket."""

import json
from typing import Any

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

#: A frame of a long page is larger than the client's own limit.
LARGEST = 64 * 1024 * 1024
SECONDS = 30


class Page:
    """One open page, and what it shows: every element with an id, and the fragment it is in."""

    def __init__(self, port: int, cookie: str) -> None:
        self.elements: dict[str, tuple[str, Any, str]] = {}
        self.pages: dict[str, str] = {}
        self.errors: list[str] = []
        self._page = ""
        self._cached: dict[str, ForwardMsg] = {}
        self._socket = connect(
            f"ws://localhost:{port}/_stcore/stream",
            subprotocols=["streamlit", "bench"],  # type: ignore[list-item]
            origin=f"http://localhost:{port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"hall={cookie}"},
            max_size=LARGEST,
            compression=None,
        )

    def close(self) -> None:
        self._socket.close()

    def open(self, address: str) -> None:
        """Run the page at this address, "" for the first one, as choosing it in the menu does."""
        if not self.pages:
            self.run()
        self._page = self.pages[address]
        self.elements.clear()
        self.run()

    def run(self, *, fragment: str = "", **widgets: str) -> None:
        """Run the script or one fragment of it, with these strings as the values of widgets."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash, asked.fragment_id = self._page, fragment
        asked.cached_message_hashes.extend(self._cached)
        for key, value in widgets.items():
            state = asked.widget_states.widgets.add()
            state.id, state.string_value = key, value
        self._socket.send(message.SerializeToString())
        while not self._read():
            pass

    def edit(self, column: str, row: int, value: float) -> None:
        """Type a number into the one editable table of the page."""
        key, _, fragment = next(
            found
            for found in ((key, kind, place) for key, (kind, _, place) in self.elements.items())
            if found[1] == "dataframe"
        )
        typed = {"edited_rows": {str(row): {column: value}}, "added_rows": [], "deleted_rows": []}
        self.run(fragment=fragment, **{key: json.dumps(typed)})

    def _read(self) -> bool:
        """Take one message in; tell whether the run has ended."""
        said = ForwardMsg()
        said.ParseFromString(self._socket.recv(SECONDS, decode=False))
        if said.metadata.cacheable:
            self._cached[said.hash] = said
        said = self._cached.get(said.ref_hash, said)
        kind = said.WhichOneof("type")
        if kind == "navigation":
            self.pages = {
                page.url_pathname: page.page_script_hash for page in said.navigation.app_pages
            }
        elif kind == "delta" and said.delta.HasField("new_element"):
            self._keep(said.delta.new_element, said.delta.fragment_id)
        return kind == "script_finished"

    def _keep(self, element: Message, fragment: str) -> None:
        kind = element.WhichOneof("type")
        content = getattr(element, kind) if kind else None
        if kind == "exception":
            self.errors.append(content.message)
        elif content is not None and getattr(content, "id", ""):
            self.elements[content.id] = (kind, content, fragment)
