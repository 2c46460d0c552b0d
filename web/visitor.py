"""What an ASGI scope tells of a visitor: headers, cookies, address, where she wants to go."""

import re
from typing import Final
from urllib.parse import quote

from starlette.requests import cookie_parser
from starlette.types import Scope

import settings

LONGEST_ADDRESS: Final = 500
_SAFE_ADDRESS: Final = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")
#: Where a sign-in must not lead: back to itself, or out again.
_NO_DESTINATION: Final = ("/sign-in", "/auth/", "/hall/", "/_stcore")


def header(scope: Scope, name: bytes) -> str:
    """Return the header's value, "" where it is missing or, which no browser does, sent twice."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def secret(scope: Scope) -> str | None:
    """Return the session cookie's secret."""
    return cookie_parser(header(scope, b"cookie")).get(settings.COOKIE) or None


def address(scope: Scope) -> str:
    """Return the visitor's network address, to count her requests by."""
    client = scope.get("client")
    return client[0] if client else "?"


def is_same_origin(scope: Scope) -> bool:
    """Tell whether a page of ours made the request: the exact Origin, and not without one."""
    return header(scope, b"origin") == settings.ORIGIN


def is_cross_site(scope: Scope) -> bool:
    """Tell whether the browser says that another site, or a sibling host, caused the request."""
    return header(scope, b"sec-fetch-site") not in {"", "same-origin", "none"}


def wants_page(scope: Scope) -> bool:
    """Tell whether somebody opens a page, rather than a script asking for something."""
    if scope["method"] not in {"GET", "HEAD"}:
        return False
    destination = header(scope, b"sec-fetch-dest")
    return destination == "document" or (
        not destination and "text/html" in header(scope, b"accept")
    )


def safe_next(wanted: str) -> str:
    """Return `wanted` where it is an address of this hall that a sign-in may lead to, else "/"."""
    if len(wanted) > LONGEST_ADDRESS or not _SAFE_ADDRESS.fullmatch(wanted):
        return "/"
    return "/" if wanted.startswith(_NO_DESTINATION) else wanted


def sign_in_address(scope: Scope, reason: str = "") -> str:
    """Return the sign-in page's address that leads back to where this request wanted to go."""
    query = scope.get("query_string", b"").decode("latin-1")
    wanted = safe_next(quote(scope["path"], safe="/") + (f"?{query}" if query else ""))
    parts = [f"next={quote(wanted, safe='/')}"] if wanted != "/" else []
    parts += [f"reason={reason}"] if reason else []
    return "/sign-in" + (f"?{'&'.join(parts)}" if parts else "")
