"""How a request is turned away: a small Chinese page, a line in the log, nothing about the why."""

import html
import logging
import secrets
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

from web import headers, visitor

#: A page for which there was no room asks again after so many seconds.
AGAIN_SECONDS: Final = range(15, 31)
log = logging.getLogger("hall.web")
_PAGE: Final = (Path(__file__).parent / "templates" / "message.html").read_text("utf-8")


def page(
    status: int, title: str, text: str, link: str = "/", link_text: str = "返回首页"
) -> HTMLResponse:
    """Return a calm page: what is the matter, what to do, one link."""
    facts = {"TITLE": title, "TEXT": text, "LINK": link, "LINK_TEXT": link_text}
    content = _PAGE
    for name, value in facts.items():
        content = content.replace("{{" + name + "}}", html.escape(value))
    own = {"Cache-Control": "no-store", "Content-Security-Policy": headers.message_policy()}
    return HTMLResponse(content, status, own)


def full(scope: Scope) -> HTMLResponse:
    """Answer a newcomer for whom there is no room: the same page asks again by itself."""
    note(scope, "full")
    # Not all who wait in the same moment.
    seconds = str(secrets.choice(AGAIN_SECONDS))
    text = (
        f"目前办理业务的人较多，请稍候。本页每隔{seconds}秒自动重试，请不要关闭；"
        "已登录的无需重新登录，已提交的业务不受影响。"
    )
    answer = page(503, "系统繁忙", text, link="", link_text="立即重试")  # "": this very address
    answer.headers.update({"Retry-After": seconds, "Refresh": seconds})
    return answer


def plain(status: int, text: str) -> PlainTextResponse:
    return PlainTextResponse(text, status, {"Cache-Control": "no-store"})


def answer(status: int, code: str, text: str) -> JSONResponse:
    """Return a refusal that a script of ours reads: `code` to act on, `text` to show."""
    return JSONResponse({"code": code, "text": text}, status, {"Cache-Control": "no-store"})


def note(scope: Scope, reason: str) -> None:
    """Log a refusal: no names, no addresses, no query."""
    method = scope.get("method", "WEBSOCKET")
    log.warning("refused reason=%s method=%s path=%s", reason, method, _shown(scope["path"]))


def reference() -> str:
    """Return a number that a user can read out on the phone, to be found in the log."""
    return secrets.token_hex(4).upper()


def nothing_there(scope: Scope) -> Response:
    text = "您访问的页面不存在，请核对网址，或返回首页重新选择业务。"
    return page(404, "页面不存在", text) if visitor.wants_page(scope) else plain(404, text)


async def not_found(request: Request, _error: Exception) -> Response:
    return nothing_there(request.scope)


async def broken(request: Request, error: Exception) -> Response:
    """Answer for a bug: the user gets a number, the log the number and the trace."""
    number = reference()
    path = request.scope["path"]
    log.error("failed reference=%s path=%s", number, _shown(path), exc_info=error)
    text = (
        "系统暂时无法处理您的请求，已提交的业务不受影响。请稍后重试；"
        f"如仍不行，请致电0855-8685631，并告知编号{number}。"
    )
    wants_page = visitor.wants_page(request.scope)
    response = page(500, "系统繁忙", text) if wants_page else answer(500, "busy", text)
    # The outermost error handler stands outside our middleware, so it brings the headers along.
    headers.complete(response.headers, path)
    return response


def _shown(path: str) -> str:
    return ascii(path[:120])[1:-1]
