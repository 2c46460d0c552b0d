"""One person's browser, of hundreds in one process: signs in over HTTP, works over a websocket."""

import asyncio
import http.client
import json
import re
import time
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from bench.browser import LARGEST
from bench.load.town import MARK, Person
from bench.screen import Screen

SECONDS = 60
HTTP_OK, CREATED = 200, 204
_MARKS = re.compile(f"{MARK}\\d{{5}}".encode())


class Refused(Exception):
    """The hall did not do what it was asked."""


class Talk:
    """A page that is open, from an address of its own, as each office has one."""

    def __init__(self, socket: ClientConnection, site: "Site", mark: str) -> None:
        self.screen = Screen()
        self.shown: set[str] = set()
        """Marks that its frames have shown: her own, or something is wrong."""
        self._socket, self._site, self._mark = socket, site, mark

    @classmethod
    async def open(cls, port: int, place: int, person: Person | None) -> Self:
        """Sign in, where there is a person, ask for the page, and open its websocket."""
        site = Site(port, f"127.0.{1 + place // 250}.{1 + place % 250}")
        if person:
            await asyncio.to_thread(site.sign_in, person)
        socket = await connect(
            f"ws://localhost:{port}/_stcore/stream",
            subprotocols=["streamlit", "load"],  # type: ignore[list-item]
            origin=site.origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": site.cookies},
            max_size=LARGEST, compression=None, host="127.0.0.1", port=port,
            local_addr=(site.address, 0), open_timeout=SECONDS, ping_interval=None,
        )  # fmt: skip
        return cls(socket, site, person.mark if person else "")

    @property
    def foreign(self) -> set[str]:
        """The marks of others that a clerk's page has shown; an officer sees everybody's."""
        return self.shown - {self._mark} if self._mark else set()

    @property
    def is_blind(self) -> bool:
        """Whether a clerk's page has never shown her own mark: it would not show others' either."""
        return bool(self._mark) and self._mark not in self.shown

    async def close(self) -> None:
        await self._socket.close()

    async def go(self, address: str) -> float:
        """Choose a page in the menu; return the seconds until it was drawn."""
        self.screen.turn(address)
        return await self.run()

    async def run(self, *widgets: WidgetState, fragment: str = "") -> float:
        """Run the page or a fragment; return the seconds from the asking to the end of the run."""
        began = time.perf_counter()
        await self._socket.send(self.screen.ask(fragment, widgets))
        while not self.screen.hear(await self._hear()):
            pass
        taken = time.perf_counter() - began
        if self.screen.errors:
            raise Refused("; ".join(self.screen.errors))
        return taken

    async def upload(self, key: str, name: str, content: bytes) -> WidgetState:
        """Send a file as a file uploader does; return the widget with it."""
        asked = BackMsg()
        request = asked.file_urls_request
        request.request_id, request.session_id = "1", self.screen.session_id
        request.file_names.append(name)
        await self._socket.send(asked.SerializeToString())
        said = ForwardMsg()
        while said.WhichOneof("type") != "file_urls_response":
            said.ParseFromString(await self._hear())
        place = said.file_urls_response.file_urls[0]
        await asyncio.to_thread(self._site.put, place.upload_url, name, content)
        widget = WidgetState(id=key)
        widget.file_uploader_state_value.uploaded_file_info.append(
            UploadedFileInfo(name=name, size=len(content), file_id=place.file_id, file_urls=place)
        )
        return widget

    async def _hear(self) -> bytes:
        async with asyncio.timeout(SECONDS):
            content = await self._socket.recv(decode=False)
        self.shown |= marks(content)
        return content


def marks(content: bytes) -> set[str]:
    """Return the employers' marks in a message, wherever in it."""
    return {mark.decode() for mark in _MARKS.findall(content)}


class Site:
    """The hall's address as one browser knows it: where it asks from, its cookies."""

    def __init__(self, port: int, address: str) -> None:
        self.origin, self.address = f"http://localhost:{port}", address
        self._port = port
        self._cookies: dict[str, str] = {}

    @property
    def cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def sign_in(self, person: Person) -> None:
        """Answer the hall's challenge with the person's key, then ask for the page as a browser does."""
        self._ask("GET", "/sign-in")
        nonce = json.loads(self._ask("POST", "/auth/challenge", {}))["nonce"]
        self._ask(
            "POST", "/auth/sign-in",
            {
                "token": person.answer(self.origin, nonce), "token_serial": "K1",
                "username": person.username, "password": person.password,
            },
        )  # fmt: skip
        for path in ("/", "/_stcore/health", "/_stcore/host-config"):
            self._ask("GET", path)

    def put(self, path: str, name: str, content: bytes) -> None:
        """Upload a file the way the browser's half of Streamlit does."""
        edge = "----load"
        body = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode() + content + f"\r\n--{edge}--\r\n".encode()  # fmt: skip
        self._send("PUT", path, body, f"multipart/form-data; boundary={edge}")

    def _ask(self, method: str, path: str, said: dict[str, Any] | None = None) -> bytes:
        body = json.dumps(said).encode() if said is not None else None
        return self._send(method, path, body, "application/json")

    def _send(self, method: str, path: str, body: bytes | None, kind: str) -> bytes:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=SECONDS, source_address=(self.address, 0)
        )
        headers = {
            "Host": f"localhost:{self._port}", "Origin": self.origin, "Cookie": self.cookies,
            "X-Hall": "1", "Accept": "text/html", "Content-Type": kind,
        }  # fmt: skip
        if token := self._cookies.get("_streamlit_xsrf"):
            headers["X-Xsrftoken"] = token
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        content = reply.read()
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        connection.close()
        if reply.status >= 300:
            raise Refused(f"{method} {path.partition('?')[0]}: {reply.status}")
        return content
