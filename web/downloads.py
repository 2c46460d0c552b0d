"""Files handed out to whom they belong (下载): the template, a case's documents, one-off slips, evidence."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services import signing, slips
from services.actor import Actor
from services.approval import papers
from services.base_adjustment import workbook
from web import files, refusal

#: What a browser may show: known by its content since it was uploaded. The rest is saved.
_SHOWN: Final = {files.PDF, "image/png", "image/jpeg"}


async def base_adjustment_template(request: Request) -> Response:
    """Hand out the unit's workbook to fill in (基数调整数据下载, manual B2.1)."""

    def fetch(actor: Actor) -> Response:
        file = workbook.template(actor)
        return files.saved(file.name, files.XLSX, file.content)

    return await files.for_actor(request, fetch)


async def document(request: Request) -> Response:
    """Show a document of a case in the browser; with `?as=attachment`, save it."""
    is_saved = request.query_params.get("as") == "attachment"

    def fetch(actor: Actor) -> Response:
        paper, content = papers.content(actor, request.path_params["id"])
        if is_saved or paper.content_type not in _SHOWN:
            return files.saved(paper.filename, paper.content_type, content)
        return files.shown(paper.filename, paper.content_type, content)

    return await files.for_actor(request, fetch)


async def slip(request: Request) -> Response:
    """Hand out a file that was made for this person."""

    def fetch(actor: Actor) -> Response:
        name, content_type, content = slips.fetch(actor, request.path_params["id"])
        return files.saved(name, content_type, content)

    return await files.for_actor(request, fetch)


async def evidence(request: Request) -> Response:
    """Hand out a signature with all that proves it."""

    def fetch(actor: Actor) -> Response:
        file = signing.exported(actor, request.path_params["id"])
        return files.saved(file.name, "application/json", file.content)

    return await files.for_actor(request, fetch)


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
