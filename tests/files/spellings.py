"""Sheets whose XML no program writes: other encodings, other digits, other orders."""

from collections.abc import Iterator

from tests.files.books import (
    MAIN,
    PART_OF_SHEET,
    book,
    number,
    pack,
    parts,
    person,
    row,
    sheet,
    text,
)

PLAIN = sheet(person(2), declaration=False)


def declared(words: str, content: str = PLAIN) -> bytes:
    return pack(parts() | {PART_OF_SHEET: f"<?xml {words}?>{content}"})


def raw(content: bytes) -> bytes:
    return pack(parts() | {PART_OF_SHEET: content})


def spelt(old: str, new: str, content: str = PLAIN) -> bytes:
    return pack(parts(content.replace(old, new, 1)))


def misspelt() -> Iterator[tuple[str, bytes, str]]:
    """Yield (what it is, its bytes, the code it is refused with)."""
    # what kind of text
    for encoding in ("UTF-7", "ISO-8859-1", "Shift_JIS", "x-unheard-of"):
        yield f"declared {encoding}", declared(f'version="1.0" encoding="{encoding}"'), "ENCODING"
    yield "utf-16 the other way", raw(PLAIN.encode("utf-16-be")), "ENCODING"
    yield "utf-32", raw(PLAIN.encode("utf-32")), "ENCODING"
    yield "utf-32 the other way", raw(PLAIN.encode("utf-32-be")), "ENCODING"
    name = "张三".encode()
    yield "an overlong letter", raw(PLAIN.encode().replace(name, b"\xc0\xbc")), "ENCODING"
    yield "half a letter", raw(PLAIN.encode().replace(name, b"\xe5\xbc")), "ENCODING"
    yield "a lone surrogate", raw(PLAIN.encode().replace(name, b"\xed\xa0\x80")), "ENCODING"
    yield (
        "a letter beyond all letters",
        raw(PLAIN.encode().replace(name, b"\xf5\x80\x80\x80")),
        "ENCODING",
    )
    yield "ends within a letter", raw(PLAIN.encode() + b"\xe5"), "ENCODING"
    yield "a zero among the letters", spelt("张三", "张\0三"), "DAMAGED"
    # document types
    yield (
        "an outer document type",
        spelt("<w", '<!DOCTYPE w SYSTEM "http://evil.example/x"><w'),
        "DTD",
    )
    yield "a public document type", spelt("<w", '<!DOCTYPE w PUBLIC "-//x" "http://e.x/"><w'), "DTD"
    yield "an empty document type", spelt("<w", "<!DOCTYPE worksheet []><w"), "DTD"
    parameter = '<!DOCTYPE w [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><w'
    yield "a parameter entity", spelt("<w", parameter), "DTD"
    default = '<!DOCTYPE w [<!ATTLIST row hidden CDATA "0">]><w'
    yield "attributes by default", spelt("<w", default), "DTD"
    # well-formed or not
    yield "an attribute twice", spelt('<row r="2"', '<row r="2" r="3"'), "DAMAGED"
    yield "a prefix that nobody declared", spelt("<sheetData>", "<x:y/><sheetData>"), "DAMAGED"
    yield "two roots", pack(parts(PLAIN + PLAIN)), "DAMAGED"
    yield "text behind the end", pack(parts(PLAIN + "x")), "DAMAGED"
    yield "an unended comment", spelt("<sheetData>", "<!-- <sheetData>"), "DAMAGED"
    yield "an unended CDATA", spelt("张三", "<![CDATA[张三"), "DAMAGED"
    yield "nothing", raw(b""), "DAMAGED"
    yield "only spaces", raw(b"   "), "DAMAGED"
    # places
    for kind, good in (("first", 2), ("later", 4)):
        above = [person(r) for r in range(2, good)]
        arabic = person(good).replace(f'"{good}"', f'"{chr(0x660 + good)}"')
        arabic = arabic.replace(f'{good}"', f'{chr(0x660 + good)}"')
        yield f"the {kind} row in other digits", book(*above, arabic), "DAMAGED"
        index = person(good, B=f'<c r="B{good}" t="s"><v>٠</v></c>')
        yield f"the {kind} shared string in other digits", book(*above, index), "DAMAGED"
    yield "a small letter for a column", book(row(2, text("a2", "x"))), "DAMAGED"
    yield "a fixed reference", book(row(2, text("$A$2", "x"))), "DAMAGED"
    yield "a zero before the row", book(row(2, text("A02", "x"))), "DAMAGED"
    yield "a column of four letters", book(row(2, text("ABCD2", "x"))), "DAMAGED"
    yield "no column at all", book(row(2, text("2", "x"))), "DAMAGED"
    yield "a row below zero", book(row(-2, text("A-2", "x"))), "DAMAGED"
    yield "a row of an exponent", book(row("1e3", text("A1e3", "x"))), "DAMAGED"
    yield "a cell beside the rows", spelt("<sheetData>", f"<sheetData>{number('A1', 1)}"), "DAMAGED"
    again = f"</sheetData><sheetData>{person(2)}</sheetData>"
    yield "the rows twice", spelt("</sheetData>", again), "DAMAGED"
    yield (
        "a merge of nothing",
        book(person(2), tail="<mergeCells><mergeCell/></mergeCells>"),
        "MERGED",
    )
    yield "a sheet of another vocabulary", spelt(MAIN, "urn:other"), "EMPTY_ROSTER"
    yield "a root of another name", pack(parts(PLAIN.replace("worksheet", "chart"))), "DAMAGED"
