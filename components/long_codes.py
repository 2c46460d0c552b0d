"""Long codes of machines (指纹): the ends on one line; the whole of it where the pointer rests."""

import re
from html import escape

#: Shorter ones are read as they are.
_LONG = re.compile(r"[0-9A-Fa-f]{24,}")
_END = 8


def shortened(text: str) -> str:
    """Return a text with each long code's middle left out."""
    return _LONG.sub(lambda found: _ends(found[0]), text)


def html(text: str) -> str:
    """Return a text as HTML, its long codes shortened, each with the whole of it as its title."""
    parts, after = [], 0
    for found in _LONG.finditer(text):
        parts += [
            escape(text[after : found.start()]),
            f'<abbr class="hall-digest" title="{found[0]}">{_ends(found[0])}</abbr>',
        ]
        after = found.end()
    return "".join((*parts, escape(text[after:])))


def _ends(code: str) -> str:
    return f"{code[:_END]}…{code[-_END:]}"
