"""Prints and exports handed out to whom they belong; the open page that checks a print (验证)."""

import html
from functools import cache
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from services import exports, prints, queries
from services.actor import Actor
from services.exports import Conditions
from services.prints import Facts, Printed
from web import files, refusal, visitor
from web.pace import Pace

_TEMPLATE: Final = Path(__file__).parent / "templates" / "verify.html"
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_WRONG: Final = "没有查到该验证码对应的打印件。请核对后重新输入；如仍查不到，请到所属管理部核实。"
_TOO_OFTEN: Final = "查验过于频繁，请一分钟后再试。"
_VOID: Final = "注意：该月核定已删除，此打印件已作废。"
#: An office shares one address; nobody reads codes off paper faster than this.
_looks = Pace(30, 60)


async def kept(request: Request) -> Response:
    """Show a print that was made before; with `?as=attachment`, save it."""
    is_saved = request.query_params.get("as") == "attachment"

    def fetch(actor: Actor) -> Response:
        printed = prints.kept(actor, request.path_params["code"])
        return files.saved(printed.name, files.PDF, printed.content) if is_saved else _pdf(printed)

    return await files.for_actor(request, fetch)


async def export(request: Request) -> Response:
    """Hand out what a query finds as a workbook (数据下载)."""
    return await files.for_actor(request, _exported(request))


async def verify(request: Request) -> Response:
    """Tell whoever holds a print what was printed under its code."""
    code = request.query_params.get("code", "")[:40].strip()
    if not code:
        return _page("")
    if _looks.is_too_fast(visitor.address(request.scope)):
        refusal.note(request.scope, "too_many_verifications")
        return _page(_sentence(_TOO_OFTEN), 429, code)
    facts = await run_in_threadpool(prints.verify, code)
    if facts is None:
        return _page(_sentence(_WRONG), 404, code)
    return _page(_facts(facts), code=code)


def forget_pace() -> None:
    """Forget who has asked how often."""
    _looks.clear()


ROUTES: Final = [
    Route("/verify", verify),
    Route("/download/print/{code}", kept),
    Route("/download/export/{query}", export),
]


def _exported(request: Request) -> files.Fetch:
    def fetch(actor: Actor) -> Response:
        conditions = Conditions.read(request.query_params)
        listing = queries.ask(request.path_params["query"], actor, conditions)
        file = exports.save(actor, listing)
        return files.saved(file.name, files.XLSX, file.content)

    return fetch


def _pdf(printed: Printed) -> Response:
    return files.shown(printed.name, files.PDF, printed.content)


def _facts(facts: Facts) -> str:
    rows = [
        ("打印件", facts.title),
        ("单位名称", facts.employer),
        ("内容", facts.summary),
        ("打印时间", f"{facts.printed_at:%Y-%m-%d %H:%M}"),
    ]
    items = "".join(f"<dt>{label}</dt><dd>{html.escape(value)}</dd>" for label, value in rows)
    found = "该打印件由本大厅出具。请核对下列内容与纸面是否一致："
    return _sentence(_VOID if facts.is_void else found) + f"<dl>{items}</dl>"


def _sentence(words: str) -> str:
    return f'<p role="status">{html.escape(words)}</p>'


def _page(outcome: str, status: int = 200, code: str = "") -> Response:
    content = _template().replace("{{CODE}}", html.escape(code, quote=True))
    content = content.replace("{{OUTCOME}}", outcome)
    own = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    return HTMLResponse(content, status, own)


@cache
def _template() -> str:
    return _TEMPLATE.read_text("utf-8")
