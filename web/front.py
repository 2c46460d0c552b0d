"""What stands open before signing in: the sign-in page, the guide to the UKey, their files."""

from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

import settings
from web import driver

_HERE: Final = Path(__file__).parent
STATIC: Final = _HERE / "static"


async def sign_in_page(_request: Request) -> Response:
    return _page("sign-in.html")


async def guide(_request: Request) -> Response:
    return _page("guide.html")


async def icon(_request: Request) -> Response:
    return FileResponse(STATIC / "icon.png", headers={"Cache-Control": "public, max-age=86400"})


async def ukey_client(_request: Request) -> Response:
    """Hand out the UKey client."""
    content = await run_in_threadpool(driver.package)
    named = f"attachment; filename=\"ukey-client.zip\"; filename*=UTF-8''{quote(driver.NAME)}"
    return Response(content, media_type="application/zip", headers={"Content-Disposition": named})


ROUTES: Final[list[BaseRoute]] = [
    Route("/sign-in", sign_in_page),
    Route("/guide", guide),
    Route("/favicon.ico", icon),
    Route("/favicon.png", icon),
    Route("/hall/ukey-client.zip", ukey_client),
    Mount("/hall", StaticFiles(directory=STATIC)),
]


def _page(name: str) -> HTMLResponse:
    content = _template(name).replace("{{AGENT}}", settings.AGENT_URL)
    return HTMLResponse(content, headers={"Cache-Control": "no-store"})


@cache
def _template(name: str) -> str:
    return (_HERE / "templates" / name).read_text("utf-8")
