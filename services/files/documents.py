"""Documents attached to an application (材料): what may be attached, judged by content alone."""

import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass

import pikepdf
from PIL import Image, UnidentifiedImageError

from services.errors import BusinessError
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
_MAX_PIXELS = 50_000_000  # an A4 page at 600 dpi has 35 million
_MAX_SIDE = 20_000
_MAX_NAME = 120
_MAX_PDF_OBJECTS = 50_000
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
_IMAGE_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_IMAGE_ENDS = {"image/jpeg": b"\xff\xd9", "image/png": b"IEND\xaeB`\x82"}
_AFTER_END = 64 * 1024  # phones append a little to a photograph
_OTHER_FILES = (b"pk\x03\x04", b"%pdf-", b"mz\x90\x00", b"\x7felf", b"<script", b"<?php", b"<html")
_EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
_ACTIVE_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/GoToR",
    "/Rendition",
    "/RichMediaExecute",
    "/EmbeddedFile",
}
_SEPARATORS = re.compile(r"[/\\]")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


class UnacceptableDocument(BusinessError):
    """A file that may not be attached; subclasses say why and what to do."""

    message = "该文件不能作为材料上传"


class EmptyDocument(UnacceptableDocument):
    message = "文件是空的，请重新选择文件"


class DocumentTooLarge(UnacceptableDocument):
    message = "文件超过10MB，请压缩或分成几个文件后上传"


class NotADocument(UnacceptableDocument):
    message = "文件内容不是PDF、JPG或PNG，请扫描或另存为其中一种后上传"


class EncryptedPdf(UnacceptableDocument):
    message = "PDF设有密码或权限限制，请取消后上传"


class ActivePdf(UnacceptableDocument):
    message = "PDF含有脚本、外部程序或嵌入文件，请打印成新的PDF后上传"


class DamagedDocument(UnacceptableDocument):
    message = "文件已损坏，无法打开，请重新扫描或导出后上传"


class TooManyPixels(UnacceptableDocument):
    message = "图片尺寸过大（{width}×{height}），请缩小后上传"


class HiddenContent(UnacceptableDocument):
    message = "图片中夹带了其他内容，请重新拍照或截图后上传"


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
        _check_pdf(content)
    else:
        _check_image(content, content_type)
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


def _check_image(content: bytes, content_type: str) -> None:
    """Open the header only; the pixels are never decoded here."""
    try:
        with Image.open(io.BytesIO(content), formats=[_IMAGE_FORMATS[content_type]]) as image:
            width, height = image.size
    except Image.DecompressionBombError as error:
        raise TooManyPixels(width="?", height="?") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise DamagedDocument from error
    if width * height > _MAX_PIXELS or max(width, height) > _MAX_SIDE:
        raise TooManyPixels(width=width, height=height)
    _check_nothing_follows(content, _IMAGE_ENDS[content_type])


def _check_nothing_follows(content: bytes, end: bytes) -> None:
    """Refuse an image cut short, and one with another file behind it."""
    last = content.rfind(end)
    if last < 0:
        raise DamagedDocument
    behind = content[last + len(end) :]
    if len(behind) > _AFTER_END or any(mark in behind.lower() for mark in _OTHER_FILES):
        raise HiddenContent


def _check_pdf(content: bytes) -> None:
    """Walk every object, those inside compressed streams too, for what would act when opened."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise EncryptedPdf
            if not pdf.pages or len(pdf.objects) > _MAX_PDF_OBJECTS:
                raise DamagedDocument
            for thing in pdf.objects:
                _check_object(thing)
            _check_object(pdf.trailer)
    except pikepdf.PasswordError as error:
        raise EncryptedPdf from error
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise DamagedDocument from error


def _check_object(root: object) -> None:
    """Look through one object and what stands directly inside it."""
    waiting = [root]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Stream):
            thing = thing.stream_dict
        if isinstance(thing, pikepdf.Dictionary):
            _check_keys(thing)
            waiting += [value for _, value in thing.items() if _is_inside(value)]
        elif isinstance(thing, pikepdf.Array):
            waiting += [value for value in thing if _is_inside(value)]


def _is_inside(value: object) -> bool:
    """Tell containers written in place from references, which are met on their own."""
    containers = (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream)
    return isinstance(value, containers) and not value.is_indirect


def _check_keys(thing: pikepdf.Dictionary) -> None:
    if _ACTIVE_KEYS & set(thing.keys()):
        raise ActivePdf
    kinds = {str(thing.get(key, "")) for key in ("/S", "/Type", "/Subtype")}
    if kinds & _ACTIVE_ACTIONS:
        raise ActivePdf
