"""The hall in Chinese throughout: Streamlit's index and scripts, with its English words replaced.

The changed files are made when first asked for and kept compressed in memory. Streamlit gives its
scripts a name with their hash and a year in the browser's cache; ours change with our words too, so
a browser keeps them for a day and then asks.
"""

import gzip
import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from web import visitor, words

FOLDER: Final = Path(streamlit.__file__).parent / "static"
SCRIPTS: Final = "/static/js/"
TITLE: Final = "黔东南州住房公积金网上业务大厅"
_ONE_DAY: Final = "private, max-age=86400"
_NOSCRIPT: Final = (
    "<noscript><p>办理业务需要启用JavaScript，请在浏览器设置中启用后刷新页面。</p></noscript>"
)
_PAGE: Final = re.compile(r"/[\w-]*|/index\.html")
_OWN_PAGES: Final = {"/sign-in", "/guide", "/verify", "/livez", "/readyz"}
#: Taken out of the index: pointers to what this hall does not offer.
_OUT: Final = (
    re.compile(r"<link rel=\"service-desc\"[^>]*>"),
    re.compile(r"<link\s+rel=\"preload\"[^>]*SourceSans[^>]*>"),
    re.compile(r"<!--.*?-->", re.DOTALL),
)


@dataclass(frozen=True, slots=True)
class File:
    """A changed file as it is sent: compressed, with the tag that names its content."""

    compressed: bytes
    tag: str

    @classmethod
    def of(cls, content: bytes) -> "File":
        digest = hashlib.sha256(content).hexdigest()[:24]
        return cls(gzip.compress(content, 6, mtime=0), f'"{digest}"')


class Wording:
    """Middleware, the innermost of ours: answers for the files that are changed, and no others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await _answer(scope) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)


async def _answer(scope: Scope) -> Response | None:
    path = scope["path"]
    if scope["method"] not in {"GET", "HEAD"}:
        return None
    if path.startswith(SCRIPTS) and path.removeprefix(SCRIPTS) in changed_scripts():
        file = await run_in_threadpool(script, path.removeprefix(SCRIPTS))
        return _sent(scope, file, "text/javascript; charset=utf-8", _ONE_DAY)
    if path.startswith("/static/") and path not in _static_files():
        return Response("文件不存在", 404)  # Streamlit would send its index instead
    if _is_page(path):
        return _sent(scope, _index_file(), "text/html; charset=utf-8", "no-store")
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
    watch = '<script type="module" src="/hall/watch.js"></script>'
    return text.replace("</head>", f"  {watch}\n  </head>").encode()


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
    for english, chinese in changed_scripts()[name]:
        text = text.replace(english, chinese)
    return text


@cache
def script(name: str) -> File:
    return File.of(translated(name).encode())


@cache
def _index_file() -> File:
    return File.of(index())


def _sent(scope: Scope, file: File, content_type: str, keep: str) -> Response:
    headers = {
        "Content-Type": content_type,
        "Cache-Control": keep,
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
    }
    if keep == _ONE_DAY and visitor.header(scope, b"if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in visitor.header(scope, b"accept-encoding"):
        return Response(file.compressed, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(file.compressed), headers=headers)
