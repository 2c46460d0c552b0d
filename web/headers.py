"""Security headers on every response; Streamlit itself sends none."""

import base64
import hashlib
import re
from functools import cache
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import settings
from web import wording

_ALWAYS: Final = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # `loopback-network` must not be named here: an empty list would cut the page off the UKey.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
    "serial=(), hid=(), midi=(), display-capture=()",
}
_HSTS: Final = "max-age=31536000; includeSubDomains"
#: The only things a browser may keep: neither holds anybody's data.
_MAY_BE_KEPT: Final = ("/static/", "/hall/", "/favicon.")
_PLAIN_PAGES: Final = ("/sign-in", "/guide")
_INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """The outermost middleware: nothing leaves without these."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                complete(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)


def complete(headers: MutableHeaders, path: str) -> None:
    """Add what is missing. A policy of its own that a route has set stays."""
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    policy = plain_page_policy() if path in _PLAIN_PAGES else hall_policy()
    headers.setdefault("Content-Security-Policy", policy)
    if settings.IS_HTTPS:
        headers["Strict-Transport-Security"] = _HSTS
    if not path.startswith(_MAY_BE_KEPT):
        headers["Cache-Control"] = "no-store"
    # Ours have no hash in their names, so a browser asks whether they are still the same.
    headers.setdefault("Cache-Control", "no-cache")
    if "server" in headers:
        del headers["server"]


def hall_policy() -> str:
    """Return the policy for Streamlit: its components load as `blob:` modules, it styles inline."""
    socket = settings.ORIGIN.replace("http", "ws", 1)
    return (
        f"default-src 'none'; script-src 'self' {_inline_hashes()} blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        f"connect-src 'self' {socket} {settings.AGENT_URL}; worker-src 'self' blob:; "
        "media-src 'self' blob:; manifest-src 'self'; frame-src 'self'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def plain_page_policy() -> str:
    """Return the policy for the sign-in page and the guide: our own files and the UKey, no more."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {settings.AGENT_URL}; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def message_policy() -> str:
    """Return the policy for the small pages of one sentence, which carry their own style."""
    return "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


@cache
def _inline_hashes() -> str:
    """Return the hashes of the inline scripts in Streamlit's index, as this hall serves it."""
    scripts = _INLINE_SCRIPT.findall(wording.index().decode("utf-8"))
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
