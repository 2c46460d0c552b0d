"""A strict reader of the XML inside a workbook: UTF-8, no DTD, bounded in tags and their length.

Long parts are read in pieces (a row, a shared string). expat reads every piece, but for those a
`Shortcut` recognises as spelt exactly like one expat has read before; those never reach it. That
is four times faster, and what is read stays what expat would read: a shortcut is only asked right
after expat has closed a piece, so it never looks inside a comment or another element.
"""

import codecs
import functools
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, NoReturn, Protocol
from xml.parsers import expat

from services.files.refusals import DamagedWorkbook, ForbiddenXml, TooComplex, WrongEncoding

_CHUNK = 256 * 1024
_LONGEST_PIECE = 256 * 1024
_LONGEST_TOKEN = 512 * 1024  # a comment, a tag: expat reads one anew from its start at every feed
_SPREADSHEET = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
_REFERENCE = re.compile(r"&(?:#(\d{1,7});|#x([0-9a-fA-F]{1,6});|(amp|lt|gt|quot|apos);|)")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_FIRST_CODE, _LAST_CODE = 0x9, 0x10FFFF
_NOT_XML = {0xB, 0xC, *range(0xE, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF}
_NOT_IN_TEXT = ("]]>", "\ufffe", "\uffff")  # what patterns let by and expat does not
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Elements(Protocol):
    """What listens to the XML. Names are `namespace}local`."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, data: str) -> None: ...


class Shortcut(Protocol):
    """What reads plain pieces without expat."""

    end_tag: str

    def take(self, buffer: str, position: int) -> int:
        """Read as many plain pieces as stand from `position` on, and say where they end."""

    def learn(self, piece: str) -> bool:
        """Look at a piece just read by expat; False when it is no piece, and to ask no more."""


class _Parser:
    """expat with everything off that a workbook does not need."""

    def __init__(self, elements: Elements, max_tags: int) -> None:
        self._elements = elements
        self._tags_left = max_tags
        self._fed = 0
        self._last_end = -1
        self._expat = expat.ParserCreate(namespace_separator="}")
        self._expat.buffer_text = True
        self._expat.StartElementHandler = elements.start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = elements.text
        self._expat.StartDoctypeDeclHandler = _refuse_dtd
        self._expat.EntityDeclHandler = _refuse_dtd
        self._expat.XmlDeclHandler = _check_declaration

    def feed(self, piece: str, *, final: bool = False) -> None:
        self._tags_left -= piece.count("<")
        if self._tags_left < 0:
            raise TooComplex
        data = piece.encode()
        self._fed += len(data)
        try:
            self._expat.Parse(data, final)
        except expat.ExpatError as error:
            raise DamagedWorkbook from error
        if self._fed - self._expat.CurrentByteIndex > _LONGEST_TOKEN:
            raise TooComplex

    def has_just_closed(self, end_tag: str) -> bool:
        """Tell whether the last thing fed was this very end tag, read as one."""
        return self._last_end == self._fed - len(end_tag)

    def _end(self, name: str) -> None:
        self._last_end = self._expat.CurrentByteIndex
        self._elements.end(name)


def parse(stream: IO[bytes], elements: Elements, *, max_tags: int) -> None:
    """Read a whole part. Raises a refusal when it is damaged, too complex or has a DTD."""
    parser = _Parser(elements, max_tags)
    for chunk in _text_of(stream):
        parser.feed(chunk)
    parser.feed("", final=True)


def parse_pieces(
    stream: IO[bytes], elements: Elements, shortcut: Shortcut, *, max_tags: int
) -> None:
    """Read a whole part as `parse` does, letting the shortcut take what it can."""
    parser = _Parser(elements, max_tags)
    buffer, open_to_shortcut = "", True
    for chunk in _text_of(stream):
        buffer += chunk
        position = 0
        while open_to_shortcut:
            taken = shortcut.take(buffer, position)
            if _holds_what_is_no_text(buffer, position, taken):
                raise DamagedWorkbook
            position = taken
            end = buffer.find(shortcut.end_tag, position) + len(shortcut.end_tag)
            if end < len(shortcut.end_tag):
                open_to_shortcut = len(buffer) - position < _LONGEST_PIECE
                break
            piece = buffer[position:end]
            parser.feed(piece)
            position = end
            open_to_shortcut = parser.has_just_closed(shortcut.end_tag) and shortcut.learn(piece)
        buffer = buffer[position:]
        if not open_to_shortcut:
            parser.feed(buffer)
            buffer = ""
    parser.feed(buffer, final=True)


def _holds_what_is_no_text(buffer: str, start: int, end: int) -> bool:
    """Look for each mark by its first letter first: one letter is found ten times as fast."""
    return any(
        buffer.find(mark[0], start, end) >= 0 and buffer.find(mark, start, end) >= 0
        for mark in _NOT_IN_TEXT
    )


@functools.lru_cache(maxsize=256)
def local(name: str) -> str:
    """Give the name of a spreadsheet element, "" for one of another vocabulary."""
    for namespace in _SPREADSHEET:
        if name.startswith(namespace):
            return name[len(namespace) :]
    return ""


def unescaped(text: str) -> str:
    """Resolve the references in text that did not pass through expat. Raises `DamagedWorkbook`."""
    if "&" not in text:
        return text
    return _REFERENCE.sub(_referred, text)


def _referred(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal or "0", 16)
    if code in _NOT_XML or not _FIRST_CODE <= code <= _LAST_CODE:
        raise DamagedWorkbook
    return chr(code)


def _text_of(stream: IO[bytes]) -> Iterator[str]:
    """Inflate and decode a part, chunk by chunk."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with stream:
            chunk = stream.read(_CHUNK)
            if chunk.startswith(_BOMS) or b"\0" in chunk[:4]:
                raise WrongEncoding
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
            while chunk:
                yield decoder.decode(chunk)
                chunk = stream.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise WrongEncoding from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise DamagedWorkbook from error


def _refuse_dtd(*_: object) -> NoReturn:
    raise ForbiddenXml


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.upper().replace("_", "-") not in ("UTF-8", "UTF8", "US-ASCII"):
        raise WrongEncoding
