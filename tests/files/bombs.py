"""Workbooks made to be dear to read: each small on the wire, each within the limits of its zip."""

import random
from collections.abc import Callable, Iterator

from tests.files.books import book, number, pack, parts, person, row, sheet, strings, text

COLUMNS = [f"{a}{b}" for a in ("", "A") for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"][:40]
#: Letters that no zip squeezes below a fifth.
LETTERS = (
    random.Random(11).randbytes(4_000_000).translate(bytes(97 + i % 4 for i in range(256))).decode()
)
PIECES = [LETTERS[at : at + 100] for at in range(0, 20_000, 100)]
WIDE = "😀"  # one such mark makes a text of Python four bytes a letter


def shared(item: str, count: int) -> bytes:
    items = "".join(item.format(i % 256) for i in range(count))
    return pack(parts() | {"xl/sharedStrings.xml": strings(items)}, level=1)


def sheet_of(*rows: str) -> bytes:
    return pack(parts(sheet(*rows)), level=1)


def nearly_alike(rows: int, cell: Callable[[str, int, str], str]) -> bytes:
    """Twelve shapes are learnt; all other rows fit each of them but for the very last cell."""

    def spelt(r: int) -> str:
        last = str(r) if r < 14 else "99"
        return row(r, *(cell(c, r, last if c == COLUMNS[-1] else "1") for c in COLUMNS))

    return pack(parts(sheet(*map(spelt, range(2, rows + 2)))))


def attributes() -> bytes:
    listed = " ".join(f'a{i}="{i}"' for i in range(400_000))
    return sheet_of(f'<row r="2" {listed}/>')


def wide_strings() -> bytes:
    items = (f"<si><t>{WIDE}{''.join(PIECES[i % 7 :][:5])}</t></si>" for i in range(40_000))
    return pack(parts() | {"xl/sharedStrings.xml": strings(*items)}, level=1)


def wide_texts() -> bytes:
    return sheet_of(
        *(
            row(r, *(text(f"{c}{r}", PIECES[r % 7] + WIDE) for c in COLUMNS[:9]))
            for r in range(2, 19_000)
        )
    )


def styled(column: str, r: int, style: str) -> str:
    return f'<c r="{column}{r}" s="{style}"/>'


def styled_text(column: str, r: int, style: str) -> str:
    return text(f"{column}{r}", PIECES[r % 3][:60], f' s="{style}"')


def formulas() -> bytes:
    return sheet_of(*(row(r, f'<c r="A{r}"><f>SUM(A1:A{r})</f></c>') for r in range(2, 60_000)))


def far_apart() -> bytes:
    return sheet_of(*(row(10 * r, number(f"A{10 * r}", r)) for r in range(1, 9_000)))


def one_long_text() -> bytes:
    return book(person(2, B=text("B2", "长" * 1_000_000)))


def bombs() -> Iterator[tuple[str, Callable[[], bytes], str]]:
    """Yield (what it is, what makes it, the code it is refused with)."""
    yield "a comment of 4 MB", lambda: sheet_of(person(2), f"<!--{LETTERS}-->"), "TOO_COMPLEX"
    yield "an attribute of 4 MB", lambda: sheet_of(f'<row r="2" x="{LETTERS}"/>'), "TOO_COMPLEX"
    yield "an instruction of 4 MB", lambda: sheet_of(f"<?x {LETTERS}?>"), "TOO_COMPLEX"
    yield "a tag of 4 MB", lambda: sheet_of(person(2), f"<{LETTERS}/>"), "TOO_COMPLEX"
    yield "400,000 attributes", attributes, "TOO_COMPLEX"
    yield "600,000 strings", lambda: shared("<si><t>{:x}</t></si>", 600_000), "TOO_COMPLEX"
    referring = "<si><t>{:x}&amp;</t></si>"
    yield "600,000 strings with references", lambda: shared(referring, 600_000), "TOO_COMPLEX"
    rich = "<si><r><t>{:x}</t></r></si>"
    yield "200,000 formatted strings", lambda: shared(rich, 200_000), "TOO_COMPLEX"
    yield "20 MB of strings four bytes wide", wide_strings, "TOO_COMPLEX"
    yield "a sheet of texts four bytes wide", wide_texts, "TOO_COMPLEX"
    yield "rows of texts that nearly fit", lambda: nearly_alike(6_000, styled_text), "TOO_COMPLEX"
    yield "empty rows that nearly fit", lambda: nearly_alike(15_000, styled), "TOO_COMPLEX"
    yield "60,000 formulas", formulas, "TOO_MANY_ROWS"
    yield "rows ten apart", far_apart, "FAR_CELL"
    yield "a million letters in a cell", one_long_text, "INFLATES"
