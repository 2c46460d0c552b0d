"""Files handed out to whom they belong (下载): the template, a case's documents, one-off slips.

Not through Streamlit's /media, whose addresses serve any signed-in user who learns them.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services import signing, slips
from services.actor import Actor
from services.approval import papers
from services.base_adjustment import workbook
from services.errors import BusinessError, NotAllowed
from web import refusal

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a browser may show: known by its content since it was uploaded. The rest is saved.
_SHOWN: Final = {"application/pdf", "image/png", "image/jpeg"}
#: Whatever a file holds, it runs no script and fetches nothing; our own pages may frame it.
_SEALED: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
#: A PDF is shown by a viewer of the browser's own, itself sealed; not every one starts in a sandbox.
_PICTURE: Final = f"{_SEALED}; sandbox"

Fetch = Callable[[Actor], Response]


async def base_adjustment_template(request: Request) -> Response:
    """Hand out the unit's workbook to fill in (基数调整数据下载, manual B2.1)."""

    def fetch(actor: Actor) -> Response:
        file = workbook.template(actor)
        return _saved(file.name, XLSX, file.content)

    return await _for_actor(request, fetch)


async def document(request: Request) -> Response:
    """Show a document of a case in the browser; with `?as=attachment`, save it."""
    is_saved = request.query_params.get("as") == "attachment"

    def fetch(actor: Actor) -> Response:
        paper, content = papers.content(actor, request.path_params["id"])
        if is_saved or paper.content_type not in _SHOWN:
            return _saved(paper.filename, paper.content_type, content)
        return _shown(paper.filename, paper.content_type, content)

    return await _for_actor(request, fetch)


async def slip(request: Request) -> Response:
    """Hand out a file that was made for this person."""

    def fetch(actor: Actor) -> Response:
        name, content_type, content = slips.fetch(actor, request.path_params["id"])
        return _saved(name, content_type, content)

    return await _for_actor(request, fetch)


async def evidence(request: Request) -> Response:
    """Hand out a signature with all that proves it."""

    def fetch(actor: Actor) -> Response:
        file = signing.exported(actor, request.path_params["id"])
        return _saved(file.name, "application/json", file.content)

    return await _for_actor(request, fetch)


async def unknown(request: Request) -> Response:
    """Answer here what Streamlit would answer with its own page."""
    return refusal.nothing_there(request.scope)


ROUTES: Final = [
    Route("/download/base-adjustment/template", base_adjustment_template),
    Route("/download/document/{id:int}", document),
    Route("/download/slip/{id}", slip),
    Route("/download/evidence/{id:int}", evidence),
    Route("/download/{rest:path}", unknown),
]


async def _for_actor(request: Request, fetch: Fetch) -> Response:
    """Fetch for whom the gate let in; a refusal becomes a page that says why."""
    try:
        return await run_in_threadpool(fetch, request.state.signed_in.actor)
    except BusinessError as refused:
        refusal.note(request.scope, type(refused).__name__)
        status = 403 if isinstance(refused, NotAllowed) else 404
        return refusal.page(status, "文件无法下载", str(refused))


def _saved(name: str, content_type: str, content: bytes) -> Response:
    return _file("attachment", name, content_type, content, _PICTURE)


def _shown(name: str, content_type: str, content: bytes) -> Response:
    policy = _SEALED if content_type == "application/pdf" else _PICTURE
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
