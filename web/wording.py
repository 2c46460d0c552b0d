"""The hall in Chinese throughout: Streamlit's index and scripts, with its English words replaced.

Scripts are made when first asked for and kept compressed in memory. Streamlit gives them a name with
their hash and a year in the browser's cache; those that we change do so with our words too, so a
browser keeps them for a day and then asks.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Final

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from web import kept, words
from web.kept import File

FOLDER: Final = Path(streamlit.__file__).parent / "static"
SCRIPTS: Final = "/static/js/"
TITLE: Final = "黔东南州住房公积金网上业务大厅"
_NOSCRIPT: Final = (
    "<noscript><p>办理业务需要启用JavaScript，请在浏览器设置中启用后刷新页面。</p></noscript>"
)
_ON_EVERY_PAGE: Final = ("Html", "BidiComponent", "Button")
_IMPORT: Final = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')
_PAGE: Final = re.compile(r"/[\w-]*|/index\.html")
_OWN_PAGES: Final = {"/sign-in", "/guide", "/verify", "/livez", "/readyz"}
#: Taken out of the index: pointers to what this hall does not offer.
_OUT: Final = (
    re.compile(r"<link rel=\"service-desc\"[^>]*>"),
    re.compile(r"<link\s+rel=\"preload\"[^>]*SourceSans[^>]*>"),
    re.compile(r"<!--.*?-->", re.DOTALL),
)

#: By name. Asked for in the event loop, where waiting for a thread would cost more than the answer.
_ready: dict[str, File] = {}


class Wording:
    """Middleware, the innermost of ours: answers for the index and the scripts, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await _answer(scope) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)


async def _answer(scope: Scope) -> Response | None:
    path = scope["path"]
    if scope["method"] not in {"GET", "HEAD"}:
        return None
    if path.startswith("/static/") and path not in _static_files():
        return Response("文件不存在", 404)  # Streamlit would send its index instead
    if path.startswith(SCRIPTS) and path.endswith(".js"):
        name = path.removeprefix(SCRIPTS)
        file = _ready.get(name)
        if file is None:
            file = await run_in_threadpool(script, name)
        keep = kept.ONE_DAY if name in changed_scripts() else kept.FOREVER
        return kept.sent(scope, file, "text/javascript; charset=utf-8", keep)
    if _is_page(path):
        return kept.sent(scope, _index_file(), "text/html; charset=utf-8", kept.NEVER)
    return None


def _is_page(path: str) -> bool:
    """Tell whether Streamlit would answer this path with its index: one word, or nothing."""
    return _PAGE.fullmatch(path) is not None and path not in _OWN_PAGES


@cache
def _static_files() -> frozenset[str]:
    files = (path for path in (FOLDER / "static").rglob("*") if path.is_file())
    return frozenset(f"/{path.relative_to(FOLDER).as_posix()}" for path in files)


@cache
def index() -> bytes:
    """Return Streamlit's index.html in Chinese."""
    text = (FOLDER / "index.html").read_text("utf-8")
    for pattern in _OUT:
        text = pattern.sub("", text)
    text = re.sub(r"<noscript>.*?</noscript>", _NOSCRIPT, text, flags=re.DOTALL)
    text = text.replace('<html lang="en">', '<html lang="zh-CN">')
    text = text.replace("<title>Streamlit</title>", f"<title>{TITLE}</title>")
    early = "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">\n' for name in _early()
    )
    watch = '<script type="module" src="/hall/watch.js"></script>'
    return text.replace("</head>", f"  {early}{watch}\n  </head>").encode()


def _preloaded(index: str) -> list[str]:
    return re.findall(r'(?:src|href)="\./static/js/([^"]+)"', index)


@cache
def _early() -> list[str]:
    """Return the scripts of what stands on every page, with those they import.

    Streamlit would ask for them only once the page has been told to show such a thing.
    """
    folder = FOLDER / "static" / "js"
    there = set(_preloaded((FOLDER / "index.html").read_text("utf-8")))
    asked = [file.name for stem in _ON_EVERY_PAGE for file in folder.glob(f"{stem}.*.js")]
    found: dict[str, None] = {}
    while asked:
        name = asked.pop(0)
        if name not in there and name not in found:
            found[name] = None
            asked += _IMPORT.findall((folder / name).read_text("utf-8"))
    return list(found)


@cache
def changed_scripts() -> dict[str, list[tuple[str, str]]]:
    """Return the names of the scripts to change, each with its replacements, longest first."""
    by_script = defaultdict(list)
    for row in words.rows():
        by_script[row.script].append((row.english, row.chinese))
    return {
        file.name: sorted(by_script[stem], key=lambda pair: -len(pair[0]))
        for stem in by_script
        for file in (FOLDER / "static" / "js").glob(f"{stem}.*.js")
    }


def translated(name: str) -> str:
    """Return a script's text with its words replaced."""
    text = (FOLDER / "static" / "js" / name).read_text("utf-8")
    for english, chinese in changed_scripts().get(name, ()):
        text = text.replace(english, chinese)
    return text


def script(name: str) -> File:
    """Return a script as it is sent, changed or not."""
    if name not in _ready:
        _ready[name] = File.of(translated(name).encode())
    return _ready[name]


def prepare() -> None:
    """Make what every page loads, before the first one asks."""
    _index_file()
    for name in (*_preloaded((FOLDER / "index.html").read_text("utf-8")), *_early()):
        script(name)


@cache
def _index_file() -> File:
    return File.of(index())
