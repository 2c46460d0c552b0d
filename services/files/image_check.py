"""Look at an image's head (JPG, PNG): its size, how it is made up, what stands behind its end.

The pixels are never decoded here.
"""

import io
from collections.abc import Iterator
from itertools import islice

from PIL import Image, UnidentifiedImageError

from services.files.document_refusals import DamagedDocument, HiddenContent, TooManyPixels

_MAX_PIXELS = 50_000_000  # an A4 page at 600 dpi has 35 million
_MAX_SIDE = 20_000
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_ENDS = {"image/jpeg": b"\xff\xd9", "image/png": b"IEND\xaeB`\x82"}
_MAX_SEGMENTS = 300  # before the pixels; a photograph with a large colour profile has 80
_AFTER_END = 64 * 1024  # phones append a little to a photograph
_OTHER_FILES = (b"pk\x03\x04", b"%pdf-", b"mz\x90\x00", b"\x7felf", b"<script", b"<?php", b"<html")
_SCAN = 0xDA


def check_image(content: bytes, content_type: str) -> None:
    """Raise a subclass of `UnacceptableDocument` for what is no sound image of its size."""
    segments = _png_chunks if content_type == "image/png" else _jpeg_segments
    if sum(1 for _ in islice(segments(content), _MAX_SEGMENTS + 1)) > _MAX_SEGMENTS:
        raise DamagedDocument
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]]) as image:
            width, height = image.size
    except Image.DecompressionBombError as error:
        raise TooManyPixels(width="?", height="?") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise DamagedDocument from error
    if width * height > _MAX_PIXELS or max(width, height) > _MAX_SIDE:
        raise TooManyPixels(width=width, height=height)
    _check_nothing_follows(content, _ENDS[content_type])


def _png_chunks(content: bytes) -> Iterator[int]:
    """Yield where each chunk before the pixels stands."""
    at = 8
    while at + 8 <= len(content) and content[at + 4 : at + 8] != b"IDAT":
        yield at
        at += 12 + int.from_bytes(content[at : at + 4])


def _jpeg_segments(content: bytes) -> Iterator[int]:
    """Yield where each segment before the pixels stands; each byte of filling is one, too."""
    at = 2
    while at + 4 <= len(content) and content[at + 1] != _SCAN:
        yield at
        is_segment = content[at] == 0xFF and content[at + 1] not in (0, 0xFF)  # noqa: PLR2004
        at += 2 + int.from_bytes(content[at + 2 : at + 4]) if is_segment else 1


def _check_nothing_follows(content: bytes, end: bytes) -> None:
    """Refuse an image cut short, and one with another file behind it."""
    last = content.rfind(end)
    if last < 0:
        raise DamagedDocument
    behind = content[last + len(end) :]
    if len(behind) > _AFTER_END or any(mark in behind.lower() for mark in _OTHER_FILES):
        raise HiddenContent
