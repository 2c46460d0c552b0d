"""Documents attached to an application (材料): what may be attached, judged by content alone."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from services.files.document_refusals import (
    DocumentTooLarge,
    EmptyDocument,
    NotADocument,
    UnacceptableDocument,
)
from services.files.image_check import check_image
from services.files.pdf_check import check_pdf
from services.files.storage import DocumentDamaged, DocumentMissing, Store

__all__ = [
    "Document",
    "DocumentDamaged",
    "DocumentMissing",
    "Store",
    "UnacceptableDocument",
    "display_name",
    "inspect",
]

MAX_BYTES = 10 * 1024 * 1024
_MAX_NAME = 120
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
_EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
_SEPARATORS = re.compile(r"[/\\]")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


@dataclass(frozen=True)
class Document:
    """A file found fit to be attached. `size` is in bytes, `sha256` in hexadecimal."""

    name: str
    content_type: str
    size: int
    sha256: str


def inspect(name: str, content: bytes) -> Document:
    """Check a file by its content and say what it is.

    Raises a subclass of `UnacceptableDocument`. The name is for display only: cleaned, and given
    the ending of what the file is.
    """
    if not content:
        raise EmptyDocument
    if len(content) > MAX_BYTES:
        raise DocumentTooLarge
    content_type = _content_type(content)
    if content_type == "application/pdf":
        check_pdf(content)
    else:
        check_image(content, content_type)
    return Document(
        name=display_name(name, content_type),
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def display_name(name: str, content_type: str) -> str:
    """Clean a file name for showing: no path, nothing invisible, 120 characters, a true ending."""
    base = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1].translate(_NOT_IN_A_NAME)
    visible = "".join(mark for mark in base if unicodedata.category(mark) not in _INVISIBLE)
    stem = " ".join(visible.split()).rstrip(". ")
    endings = _EXTENSIONS[content_type]
    lower = stem.lower()
    ending = next((ending for ending in endings if lower.endswith(ending)), "")
    if ending:
        stem = stem[: -len(ending)]
    ending = ending or endings[0]
    return (stem.strip(". ") or "材料")[: _MAX_NAME - len(ending)] + ending


def _content_type(content: bytes) -> str:
    for magic, content_type in _MAGIC.items():
        if content.startswith(magic):
            return content_type
    raise NotADocument
