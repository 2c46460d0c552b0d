"""How a file leaves the hall (文件下发): for whom the gate let in, under its name, and harmless.

Not through Streamlit's /media, whose addresses serve any signed-in user who learns them.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.actor import Actor
from services.errors import BusinessError, NotAllowed
from web import refusal

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF: Final = "application/pdf"
#: Whatever a file holds, it runs no script and fetches nothing; our own pages may frame it.
_SEALED: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
#: A PDF is shown by a viewer of the browser's own, itself sealed; not every one starts in a sandbox.
_PICTURE: Final = f"{_SEALED}; sandbox"

Fetch = Callable[[Actor], Response]


async def for_actor(request: Request, fetch: Fetch) -> Response:
    """Fetch for whom the gate let in; a refusal becomes a page that says why."""
    try:
        return await run_in_threadpool(fetch, request.state.signed_in.actor)
    except BusinessError as refused:
        refusal.note(request.scope, type(refused).__name__)
        status = 403 if isinstance(refused, NotAllowed) else 404
        return refusal.page(status, "文件无法下载", str(refused))


def saved(name: str, content_type: str, content: bytes) -> Response:
    """Return a file that the browser saves."""
    return _file("attachment", name, content_type, content, _PICTURE)


def shown(name: str, content_type: str, content: bytes) -> Response:
    """Return a file that the browser shows; our own pages may frame it."""
    policy = _SEALED if content_type == PDF else _PICTURE
    response = _file("inline", name, content_type, content, policy)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _file(disposition: str, name: str, content_type: str, content: bytes, policy: str) -> Response:
    """Return a file under its Chinese name (RFC 6266): old programs see `download` instead."""
    ending = name.rpartition(".")[2]
    plain = f"download.{ending}" if ending.isascii() and ending.isalnum() else "download"
    named = f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": named, "Content-Security-Policy": policy}
    return Response(content, media_type=content_type, headers=headers)
