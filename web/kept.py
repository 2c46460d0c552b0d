"""Files that are kept in memory as they are sent (常用文件): compressed once, with the tag of their content.

Streamlit reads a script from the disk for each browser, through three threads' turns, and sends it as it
is: seventy of them took a third of a second of a first page.
"""

import gzip
import hashlib
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from web import visitor

#: For names that change with the content.
FOREVER: Final = "public, immutable, max-age=31536000"
ONE_DAY: Final = "private, max-age=86400"
NEVER: Final = "no-store"


@dataclass(frozen=True, slots=True)
class File:
    compressed: bytes
    tag: str

    @classmethod
    def of(cls, content: bytes) -> "File":
        digest = hashlib.sha256(content).hexdigest()[:24]
        return cls(gzip.compress(content, 6, mtime=0), f'"{digest}"')


def sent(scope: Scope, file: File, content_type: str, keep: str) -> Response:
    """Return the answer with this file, or that the browser's own is still the same."""
    headers = {
        "Content-Type": content_type,
        "Cache-Control": keep,
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
    }
    if keep != NEVER and visitor.header(scope, b"if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in visitor.header(scope, b"accept-encoding"):
        return Response(file.compressed, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(file.compressed), headers=headers)
