"""The table of shared strings, where Excel and WPS keep the texts of all sheets."""

import re
from typing import IO

from services.files.allowance import Allowance
from services.files.cells import LONGEST_TEXT
from services.files.refusals import TooComplex
from services.files.strictxml import local, parse_pieces, unescaped

_MAX_TAGS = 500_000
_MAX_STRINGS = 400_000  # twenty texts of their own in each of 20,000 rows
_MAX_BYTES = 40 * 1024 * 1024
_START, _END = "<si><t>", "</t></si>"
_TAGS_OF_A_STRING = 4
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_PLAIN = re.compile(
    r'<si><t(?: xml:space="preserve")?>([^<\x00-\x08\x0b-\x1f]*)</t>'
    r'(?:<phoneticPr(?: [a-zA-Z]+="[^"<>&]*")* ?/>)?</si>'
)


def read_shared_strings(stream: IO[bytes]) -> list[str]:
    """Read the table in its order; long texts are cut."""
    strings = _StringElements()
    parse_pieces(stream, strings, _StringShortcut(strings), max_tags=_MAX_TAGS)
    return strings.found


class _StringElements:
    """Collects the strings from the XML, leaving out how they are pronounced."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._allowance = Allowance(_MAX_BYTES)
        self._path: list[str] = []
        self._parts: list[str] = []

    @property
    def is_between_strings(self) -> bool:
        return self._path == ["sst"]

    def add(self, texts: list[str], piece: str) -> None:
        """Keep texts read from a piece of the XML."""
        self._allowance.take_read(texts, len(texts), piece)
        self.found += texts
        if len(self.found) > _MAX_STRINGS:
            raise TooComplex

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "si":
            self._parts = []
        self._path.append(tag)

    def text(self, data: str) -> None:
        if self._path[-1:] == ["t"] and "rPh" not in self._path:
            self._parts.append(data)

    def end(self, _name: str) -> None:
        if self._path.pop() == "si":
            text = "".join(self._parts)[: LONGEST_TEXT + 1]
            self.add([text], text)


class _StringShortcut:
    """Reads strings without formatting, which is nearly all of them."""

    end_tag = "</si>"

    def __init__(self, strings: _StringElements) -> None:
        self._strings = strings
        self._open = False

    def take(self, buffer: str, position: int) -> int:
        if not self._open:
            return position
        end = buffer.rfind(_END, position)
        piece = buffer[position : end + len(_END)] if end >= 0 else ""
        if texts := _plain_texts(piece):
            self._strings.add(texts, piece)
            return end + len(_END)
        while match := _PLAIN.match(buffer, position):
            self._strings.add([unescaped(match[1])[: LONGEST_TEXT + 1]], match[1])
            position = match.end()
        return position

    def learn(self, piece: str) -> bool:
        self._open = self._strings.is_between_strings and _PLAIN.search(piece) is not None
        return self._strings.is_between_strings


def _plain_texts(piece: str) -> list[str]:
    """Split a run of strings that are nothing but text; none when there is anything else."""
    if not piece.startswith(_START) or _CONTROL.search(piece):
        return []
    texts = piece[len(_START) : -len(_END)].split(_END + _START)
    if piece.count("<") != _TAGS_OF_A_STRING * len(texts):
        return []
    if "&" not in piece and max(map(len, texts)) <= LONGEST_TEXT:
        return texts
    return [unescaped(text)[: LONGEST_TEXT + 1] for text in texts]
