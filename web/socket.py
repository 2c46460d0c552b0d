"""The websocket that a hall page lives on: who may open it, and what may be said on it."""

import time
from typing import Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from services import sessions
from web import refusal, visitor
from web.owners import Owners
from web.pace import Pace
from web.seats import seats

STREAM: Final = "/_stcore/stream"
LARGEST_FRAME: Final = 4 * 1024 * 1024
FRAMES, FRAME_SECONDS = 300, 10
#: How long a page left open may go on talking before its session is looked up again.
RECHECK_SECONDS: Final = 20
#: Streamlit sends its session's id among the first messages; later ones need no looking into.
_OPENING_MESSAGES: Final = 50
#: What a hall page says. All else (clear_cache wipes everybody's caches) is not for visitors.
_WANTED: Final = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"}
_WANTED_OPERATIONS: Final = {"deferred_file", "dataframe_chunk"}
REFUSED, UNREADABLE, TOO_BIG = 1008, 1002, 1009


class SocketGuard:
    """Opens the websocket to live sessions only, and listens in."""

    def __init__(self, app: ASGIApp, owners: Owners) -> None:
        self._app = app
        self._owners = owners
        # An office shares one address: generous by address, strict by session.
        self._by_address = Pace(240, 60)
        self._by_session = Pace(60, 60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = visitor.secret(scope) or ""
        if objection := await self._objection(scope, secret):
            refusal.note(scope, objection)
            await receive()
            await send({"type": "websocket.close", "code": REFUSED})
            return
        talk = Conversation(scope, receive, send, secret, self._owners)
        own = self._owners.without_foreign_session(scope, secret)
        seats.open(secret)
        try:
            await self._app(own, talk.receive, talk.send)
        finally:
            seats.close(secret)

    async def _objection(self, scope: Scope, secret: str) -> str | None:
        if scope["path"] != STREAM:
            return "no_such_socket"
        if not visitor.is_same_origin(scope):
            return "origin"
        if self._by_address.is_too_fast(visitor.address(scope)):
            return "too_many_sockets"
        if not await run_in_threadpool(sessions.signed_in, secret, touch=False):
            return "no_session"
        if self._by_session.is_too_fast(secret):
            return "too_many_sockets"
        return None if seats.take(secret) else "full"


class Conversation:
    """One open websocket: reads along in both directions."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, secret: str, owners: Owners
    ) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._secret, self._owners = secret, owners
        self._pace = Pace(FRAMES, FRAME_SECONDS)
        self._checked = time.monotonic()
        self._session_id = ""
        self._unread = _OPENING_MESSAGES

    async def receive(self) -> Message:
        """Return the next message that Streamlit should see; hang up on those who misbehave."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            code = await self._hang_up_code(message)
            if code:
                return await self._hang_up(code)
            frame = BackMsg()
            try:
                frame.ParseFromString(message["bytes"])
            except DecodeError:
                return await self._hang_up(UNREADABLE)
            if self._is_wanted(frame):
                seats.touch(self._secret)
                return message
            refusal.note(self._scope, f"frame_{frame.WhichOneof('type')}")

    async def send(self, message: Message) -> None:
        """Pass on what Streamlit says, learning the session's id from it."""
        if message["type"] == "websocket.send" and self._unread and not self._session_id:
            self._unread -= 1
            self._learn(message.get("bytes") or b"")
        await self._send(message)

    def _learn(self, content: bytes) -> None:
        said = ForwardMsg()
        said.ParseFromString(content)
        if said.WhichOneof("type") == "new_session":
            self._session_id = said.new_session.initialize.session_id
            self._owners.claim(self._session_id, self._secret)

    async def _hang_up_code(self, message: Message) -> int | None:
        content = message.get("bytes")
        if content is None:
            return UNREADABLE
        if len(content) > LARGEST_FRAME:
            return TOO_BIG
        if self._pace.is_too_fast(""):
            return REFUSED
        return None if await self._is_signed_in() else REFUSED

    async def _is_signed_in(self) -> bool:
        """Look the session up again from time to time: a socket outlives a sign-out."""
        now = time.monotonic()
        if now - self._checked < RECHECK_SECONDS:
            return True
        self._checked = now
        return await run_in_threadpool(sessions.signed_in, self._secret, touch=False) is not None

    def _is_wanted(self, frame: BackMsg) -> bool:
        kind = frame.WhichOneof("type")
        if kind == "file_urls_request":
            return self._is_own(frame.file_urls_request.session_id)
        if kind == "backend_operation_request":
            request = frame.backend_operation_request
            known = request.WhichOneof("payload") in _WANTED_OPERATIONS
            return known and self._is_own(request.session_id)
        return kind in _WANTED

    def _is_own(self, session_id: str) -> bool:
        return session_id in {"", self._session_id}

    async def _hang_up(self, code: int) -> Message:
        refusal.note(self._scope, f"hung_up_{code}")
        await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
