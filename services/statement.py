"""Statements (签名内容): what an act says, before it is signed and once it is.

An act is rehearsed with a Draft in the actor's hand, which gathers what would be said; the person
signs that; then the act is done with the Signed in hand, and may say nothing else.
"""

from dataclasses import dataclass, field
from datetime import datetime

from ukey.canonical import canonical

Item = dict[str, object]
"""What one step says: text, whole numbers, lists of them. Money is text in yuan."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an act would say, gathered in a rehearsal."""

    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a person has signed, checked: certificate, signature and time hold."""

    submission: str
    document: str
    signature: bytes
    chain: str
    lists: tuple[bytes, ...]
    received_at: datetime
    items: frozenset[bytes]

    def says(self, item: Item) -> bool:
        return canonical(item) in self.items


Statement = Draft | Signed
