"""Signing in and out over HTTP (登录、退出): the routes below /auth."""

import json
import logging
import secrets
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

import settings
from services import sessions, sign_in
from services.sign_in import SignInRefused
from web import refusal, visitor
from web.pace import Pace

log = logging.getLogger("hall.web")

#: Binds a challenge to the browser that asked for it, before anybody is signed in.
BROWSER: Final = "hall-browser"
BROWSER_SECONDS: Final = 300
LARGEST_BODY: Final = 64 * 1024
TOO_OFTEN: Final = "操作过于频繁，请一分钟后再试"
UNREADABLE: Final = "请求内容不完整，请刷新页面后重试"
CROSS_SITE: Final = "请求来源不正确，请从本网上业务大厅的页面重新操作"

_challenges = Pace(60, 60)
_sign_ins = Pace(30, 60)
_looks = Pace(240, 60)
_removals = Pace(240, 60)


class _Unreadable(Exception):
    """The body is too large, or not the JSON object it should be."""


async def challenge(request: Request) -> Response:
    """Answer with a nonce for the UKey to sign, tied to this browser by a cookie."""
    if objection := _objection(request, _challenges):
        return objection
    browser = secrets.token_urlsafe(32)
    nonce = await run_in_threadpool(sign_in.challenge, browser)
    response = _answer({"nonce": nonce})
    response.set_cookie(
        _browser_cookie(), browser, max_age=BROWSER_SECONDS, path="/",
        secure=settings.IS_HTTPS, httponly=True, samesite="strict",
    )  # fmt: skip
    return response


async def begin(request: Request) -> Response:
    """Let in whoever's UKey answered the challenge: the session cookie, a name, where to go."""
    if objection := _objection(request, _sign_ins):
        return objection
    try:
        asked = await _body(request)
    except _Unreadable:
        return refusal.answer(400, "bad_request", UNREADABLE)
    browser = request.cookies.get(_browser_cookie(), "")
    try:
        secret, actor = await run_in_threadpool(
            sign_in.sign_in,
            token=_token(asked),
            browser=browser,
            token_serial=_text(asked, "token_serial"),
            username=_text(asked, "username"),
            password=_text(asked, "password"),
        )
    except SignInRefused as refused:
        log.warning("refused reason=sign_in code=%s", refused.code)
        return refusal.answer(401, refused.code, str(refused))
    await run_in_threadpool(sessions.sign_out, visitor.secret(request.scope), "replaced")
    response = _answer({"name": actor.name, "next": visitor.safe_next(_text(asked, "next"))})
    _keep_cookie(response, secret)
    response.delete_cookie(_browser_cookie(), "/", secure=settings.IS_HTTPS, samesite="strict")
    return response


async def me(request: Request) -> Response:
    """Tell who is signed in, without counting as use: 200 with the name, or 401.

    The sign-in page asks, because a SameSite=Strict cookie is not sent when a link on another
    site leads here, but is sent with this.
    """
    if _looks.is_too_fast(visitor.address(request.scope)):
        return refusal.answer(429, "too_many", TOO_OFTEN)
    live = await run_in_threadpool(sessions.signed_in, visitor.secret(request.scope), touch=False)
    if live is None:
        return refusal.answer(401, "no_session", "登录已失效，请重新登录")
    return _answer({"name": live.actor.name, "employer": live.employer_name})


async def end(request: Request) -> Response:
    """Sign out (退出) and lead to the sign-in page.

    A link may do it: the Strict cookie does not come along from another site.
    """
    if visitor.is_cross_site(request.scope):
        refusal.note(request.scope, "cross_site")
        return RedirectResponse("/sign-in", 303)
    await run_in_threadpool(sessions.sign_out, visitor.secret(request.scope))
    response = RedirectResponse("/sign-in?reason=signed_out", 303)
    _drop_cookie(response)
    return response


async def key_removed(request: Request) -> Response:
    """End the session of a page whose UKey has been pulled out."""
    if objection := _objection(request, _removals):
        return objection
    await run_in_threadpool(sessions.sign_out, visitor.secret(request.scope), "key_removed")
    response = _answer({"next": "/sign-in?reason=key_removed"})
    _drop_cookie(response)
    return response


ROUTES: Final = [
    Route("/auth/challenge", challenge, methods=["POST"]),
    Route("/auth/sign-in", begin, methods=["POST"]),
    Route("/auth/me", me, methods=["GET"]),
    Route("/auth/sign-out", end, methods=["GET", "POST"]),
    Route("/auth/key-removed", key_removed, methods=["POST"]),
]


def forget_pace() -> None:
    """Begin all counts anew, for tests."""
    for pace in (_challenges, _sign_ins, _looks, _removals):
        pace.clear()


def _objection(request: Request, pace: Pace) -> Response | None:
    """Return the refusal of what only our own pages' scripts may send, or of one too many."""
    scope = request.scope
    is_ours = (
        visitor.is_same_origin(scope)
        and not visitor.is_cross_site(scope)
        # Neither can be sent from another origin without a preflight, which nobody answers.
        and visitor.header(scope, b"content-type").partition(";")[0] == "application/json"
        and visitor.header(scope, b"x-hall") == "1"
    )
    if not is_ours:
        refusal.note(scope, "cross_site")
        return refusal.answer(403, "cross_site", CROSS_SITE)
    if pace.is_too_fast(visitor.address(scope)):
        refusal.note(scope, "too_many")
        response = refusal.answer(429, "too_many", TOO_OFTEN)
        response.headers["Retry-After"] = "60"
        return response
    return None


async def _body(request: Request) -> dict[str, Any]:
    content = b""
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > LARGEST_BODY:
                raise _Unreadable
        read = json.loads(content)
    except (ValueError, RecursionError, ClientDisconnect) as error:
        raise _Unreadable from error
    if not isinstance(read, dict):
        raise _Unreadable
    return read


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name, "")
    return value if isinstance(value, str) else ""


def _token(asked: dict[str, Any]) -> str:
    """Return the agent's answer as the text it is verified as, however the page sent it."""
    token = asked.get("token", "")
    return json.dumps(token) if isinstance(token, dict) else _text(asked, "token")


def _answer(content: dict[str, Any]) -> JSONResponse:
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


def _browser_cookie() -> str:
    return f"__Host-{BROWSER}" if settings.IS_HTTPS else BROWSER


def _keep_cookie(response: Response, secret: str) -> None:
    """Give the browser its session for as long as it stays open; the server knows when it ends."""
    response.set_cookie(
        settings.COOKIE, secret, path="/",
        secure=settings.IS_HTTPS, httponly=True, samesite="strict",
    )  # fmt: skip


def _drop_cookie(response: Response) -> None:
    response.delete_cookie(
        settings.COOKIE, "/", secure=settings.IS_HTTPS, httponly=True, samesite="strict"
    )
