"""A browser's half of a hall page without the browser: Streamlit's messages over a websocket."""

from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

from bench import screen
from bench.screen import Screen

#: A frame of a long page is larger than the client's own limit.
LARGEST = 64 * 1024 * 1024
SECONDS = 30


class Page:
    """One open page."""

    def __init__(self, port: int, cookie: str) -> None:
        self._screen = Screen()
        self._socket = connect(
            f"ws://localhost:{port}/_stcore/stream",
            subprotocols=["streamlit", "bench"],  # type: ignore[list-item]
            origin=f"http://localhost:{port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"hall={cookie}"},
            max_size=LARGEST,
            compression=None,
        )

    @property
    def errors(self) -> list[str]:
        return self._screen.errors

    def close(self) -> None:
        self._socket.close()

    def open(self, address: str) -> None:
        """Run the page at this address, "" for the first one, as choosing it in the menu does."""
        if not self._screen.pages:
            self.run()
        self._screen.turn(address)
        self.run()

    def run(self, *widgets: WidgetState, fragment: str = "") -> None:
        """Run the script or one fragment of it, with these widgets changed."""
        self._socket.send(self._screen.ask(fragment, widgets))
        while not self._screen.hear(self._socket.recv(SECONDS, decode=False)):
            pass

    def edit(self, column: str, row: int, value: float) -> None:
        """Type a number into the one editable table of the page."""
        key, fragment = self._screen.element("dataframe")
        self.run(screen.edited(key, {row: {column: value}}), fragment=fragment)
