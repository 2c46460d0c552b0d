"""Marks on everybody in the register, and where they are looked for: lines, addresses, files."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from pypdf import PdfReader
from sqlalchemy import select

from data.database import transaction
from data.models.register import Contributor, Employer

#: What a page hands out to go to or to fetch.
_ADDRESS = re.compile(
    rb"(?:https?://[^\s\"'<>\x00-\x1f]+|/(?:download|verify|auth|media)[^\s\"'<>\x00-\x1f]*)"
)


def _ways(word: str) -> set[str]:
    """Return the ways in which a line or an address may spell a word."""
    escaped = word.encode("unicode_escape").decode("ascii")
    return {word, escaped, escaped.replace("\\", "\\\\"), quote(word)}


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted({re.escape(way) for word in words for way in _ways(word)})))


@dataclass
class Marks:
    """`secrets` are numbers that stand nowhere but where they belong; `names` are people's."""

    secrets: frozenset[str]
    names: frozenset[str]
    found: set[str] = field(default_factory=set)
    looked: int = 0

    def look(self, where: str, text: str, *, names: bool = True) -> None:
        """Note every mark in a text; without `names`, the whole numbers alone."""
        self.looked += 1
        pattern = self._all if names else self._numbers
        self.found |= {f"{where}: {word}" for word in pattern.findall(text)}

    @cached_property
    def _all(self) -> re.Pattern[str]:
        return _any_of(self.secrets | self.names)

    @cached_property
    def _numbers(self) -> re.Pattern[str]:
        return _any_of(self.secrets)

    def look_at_addresses(self, where: str, content: bytes) -> int:
        addresses = _ADDRESS.findall(content)
        for address in addresses:
            self.look(where, address.decode("utf-8", "replace"))
        return len(addresses)

    def look_at_print(self, where: str, name: str, content: bytes) -> None:
        """Look in a print's name, its metadata and its XMP, not on its pages."""
        reader = PdfReader(io.BytesIO(content))
        xmp = reader.xmp_metadata
        said = [
            name,
            *map(str, (reader.metadata or {}).values()),
            str(xmp and xmp.rdf_root.toxml()),
        ]
        self.look(where, "\n".join(said))


def marked() -> Marks:
    """Give every person a name and a phone number of her own; return what is to be looked for."""
    secrets, names = set(), set()
    with transaction() as session:
        for place, one in enumerate(session.scalars(select(Contributor))):
            one.name = f"探针人{place:05d}"
            one.mobile = f"139{place:08d}"
            names.add(one.name)
            secrets |= {one.id_number, one.mobile}
        for place, employer in enumerate(session.scalars(select(Employer))):
            employer.contact_mobile = f"138{place:08d}"
            secrets.add(employer.contact_mobile)
    return Marks(frozenset(secrets), frozenset(names))
