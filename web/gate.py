"""The gate (登录之门): without a live session there is no page, socket, upload or media.

It stands before Streamlit as plain ASGI: an anonymous visitor never gets a Streamlit session.
"""

import hashlib
import time
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

import settings
from services import sessions
from services.sessions import SignedIn
from web import refusal, visitor
from web.owners import Owners
from web.pace import Pace
from web.seats import seats
from web.socket import SocketGuard

#: For the machines that watch this one, which know it by other names.
PROBES: Final = {"/livez", "/readyz"}
OPEN: Final = {
    "/sign-in", "/guide", "/verify", "/favicon.ico", "/favicon.png",
    "/auth/challenge", "/auth/sign-in", "/auth/me", "/auth/sign-out", "/auth/key-removed",
}  # fmt: skip
SIGN_IN: Final = "/sign-in"
OPEN_BELOW: Final = ("/hall/",)
#: Where addresses of more than one word lead; of Streamlit's core only what a page needs. Metrics,
#: the agent's door, old components: all that is not named here is not there.
ROOMS: Final = (
    "/hall/", "/download/", "/static/", "/media/", "/_stcore/upload_file/",
    "/_stcore/bidi-components/",
)  # fmt: skip
CORE: Final = {"/_stcore/health", "/_stcore/host-config"}
SHUT: Final = "/oauth2callback"
UPLOAD: Final = "/_stcore/upload_file/"
METHODS: Final = {"GET", "HEAD", "POST", "PUT", "DELETE"}
#: A page loads some seventy scripts; its session is not asked for anew at each of them.
STATIC: Final = "/static/"
STATIC_SECONDS: Final = 10


class Gate:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._owners = Owners()
        self._socket = SocketGuard(app, self._owners)
        self._uploads = Pace(60, 60)
        self._lately: dict[bytes, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and visitor.header(scope, b"host") == settings.HOST:
            await self._socket(scope, receive, send)
        elif scope["type"] == "websocket":
            refusal.note(scope, "host")
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and scope["path"] not in PROBES:
            refused = _objection(scope) or await self._stopped(scope)
            await (refused or self._app)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _stopped(self, scope: Scope) -> Response | None:
        """Return the answer for those without a live session, None for those who may pass."""
        path, secret = scope["path"], visitor.secret(scope) or ""
        if path == SIGN_IN and visitor.wants_page(scope) and not seats.has_room(secret):
            return refusal.full(scope)  # a PIN given now would only lead to the same page
        if path in OPEN or path.startswith(OPEN_BELOW) or self._was_in_lately(path, secret):
            return None
        # A download is use of the hall; the page's own polling is not.
        touch = path.startswith("/download/")
        live = await run_in_threadpool(sessions.signed_in, secret, touch=touch)
        if live is None:
            return _sent_away(scope, had_cookie=bool(secret))
        self._let_in(scope, secret, live)
        if visitor.wants_page(scope) and not path.startswith(ROOMS) and not seats.take(secret):
            return refusal.full(scope)
        return self._upload_objection(scope, secret) if path.startswith(UPLOAD) else None

    def _let_in(self, scope: Scope, secret: str, live: SignedIn) -> None:
        scope.setdefault("state", {})["signed_in"] = live
        now = time.monotonic()
        self._lately = {
            key: until for key, until in self._lately.items() if until > now
        } | {_digest(secret): now + STATIC_SECONDS}  # fmt: skip

    def _was_in_lately(self, path: str, secret: str) -> bool:
        if not path.startswith(STATIC) or not secret:
            return False
        return self._lately.get(_digest(secret), 0) > time.monotonic()

    def _upload_objection(self, scope: Scope, secret: str) -> Response | None:
        session_id = scope["path"].removeprefix(UPLOAD).partition("/")[0]
        if not self._owners.is_owner(session_id, secret):
            refusal.note(scope, "foreign_upload")
            return refusal.plain(403, "上传失败，请刷新页面后重新上传")
        if self._uploads.is_too_fast(secret):
            refusal.note(scope, "too_many_uploads")
            return refusal.plain(429, "上传过于频繁，请一分钟后再试")
        return None


def _objection(scope: Scope) -> Response | None:
    """Return the answer for requests that nobody may make, signed in or not."""
    if visitor.header(scope, b"host") != settings.HOST:
        refusal.note(scope, "host")
        text = f"网上业务大厅的访问地址是{settings.ORIGIN}，请从该地址进入。"
        return refusal.page(421, "访问地址不正确", text, settings.ORIGIN, "前往网上业务大厅")
    if scope["method"] not in METHODS:
        refusal.note(scope, "method")
        return refusal.plain(405, "不支持的请求方式")
    if _is_shut(scope["path"]):
        # A page opened below another address asks there first; that is no trespass.
        if not scope["path"].endswith(tuple(CORE)):
            refusal.note(scope, "shut")
        return refusal.nothing_there(scope)
    if scope["method"] not in {"GET", "HEAD"} and not visitor.is_same_origin(scope):
        refusal.note(scope, "origin")
        return refusal.answer(403, "cross_site", "请求来源不正确，请从本网上业务大厅的页面重新操作")
    return None


def _is_shut(path: str) -> bool:
    if path in OPEN or path in CORE:
        return False
    return path == SHUT or ("/" in path[1:] and not path.startswith(ROOMS))


def _sent_away(scope: Scope, *, had_cookie: bool) -> Response:
    """Send somebody who opens a page to sign in and come back; answer all else with 401."""
    if visitor.wants_page(scope):
        target = visitor.sign_in_address(scope, "expired" if had_cookie else "")
        return RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    refusal.note(scope, "no_session")
    return refusal.plain(401, "登录已失效，请重新登录")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
