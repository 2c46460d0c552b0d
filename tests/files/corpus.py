"""Hostile and accidental workbooks: what is refused as a whole, and with which code."""

import io
import random
import stat
import struct
import warnings
import zipfile
from collections.abc import Iterator

import xlsxwriter

from tests.files.books import (
    HEADING_ROW,
    PART_OF_SHEET,
    book,
    number,
    pack,
    parts,
    person,
    relations,
    row,
    sheet,
    strings,
    text,
    types,
    workbook,
)

GOOD = pack(parts())
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
BOMB = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def with_part(name, data=b"x") -> bytes:
    return pack(parts(), also=[(name, data)])


def doubled(name) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pack(parts(), also=[(name, sheet(person(2, B=text("B2", "李四"))))])


def symlink() -> bytes:
    info = zipfile.ZipInfo("xl/link.xml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return pack(parts(), also=[(info, b"/etc/passwd")])


def flagged_encrypted() -> bytes:
    content = bytearray(GOOD)
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def lying_directory() -> bytes:
    """Declares 100 bytes for a sheet of 80 million, in both places a zip says it."""
    content = bytearray(pack(parts(sheet(person(2)) + " " * 80_000_000), level=1))
    for magic, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = content.find(magic)
        while at >= 0:
            if content[at + name_at :].startswith(PART_OF_SHEET.encode()):
                content[at + size_at : at + size_at + 4] = struct.pack("<I", 100)
            at = content.find(magic, at + 4)
    return bytes(content)


def corrupt_deflate() -> bytes:
    content = bytearray(GOOD)
    at = content.find(PART_OF_SHEET.encode()) + len(PART_OF_SHEET)
    content[at + 4 : at + 40] = b"\xff" * 36
    return bytes(content)


def backslashed() -> bytes:
    """A backslash in a part name, as only a tool written for it leaves it there."""
    return with_part("xl/other/x.xml").replace(b"xl/other/x.xml", b"xl\\other\\x.xml")


def sheet_bytes(data) -> bytes:
    return pack(parts() | {PART_OF_SHEET: data})


def sheets(*entries: str, properties="") -> bytes:
    return pack(parts() | {"xl/workbook.xml": workbook(entries, properties)})


def real_xlsm() -> bytes:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True})
    made.add_worksheet().write_string(0, 0, "个人账号")
    made.add_vba_project(io.BytesIO(b"vba"), is_stream=True)
    made.close()
    return target.getvalue()


def merges(count) -> str:
    listed = "".join(f'<mergeCell ref="G{2 * i + 1}:G{2 * i + 2}"/>' for i in range(count))
    return f"<mergeCells>{listed}</mergeCells>"


def many(rows, cells) -> bytes:
    """A sheet of very many rows that hold nothing but styles, no two alike."""
    chance = random.Random(4).random
    empty = ("".join(f'<c s="{int(chance() * 1e3)}"/>' for _ in range(cells)) for _ in range(rows))
    return pack(parts(sheet(person(2), *(f"<row>{cells}</row>" for cells in empty))), level=9)


def noise(size, seed) -> bytes:
    return random.Random(seed).randbytes(size)


SHEET = '<sheet name="清册" sheetId="1" r:id="rId1"/>'
UNICODE_16 = sheet(person(2), declaration=False)


def refused() -> Iterator[tuple[str, bytes, str]]:  # noqa: PLR0915
    """Yield (what it is, its bytes, the code it is refused with)."""
    # not a workbook at all
    yield "empty", b"", "EMPTY_FILE"
    yield "noise", noise(5000, 1), "NOT_XLSX"
    yield "csv", "个人账号,姓名\n522601000001,张三\n".encode("gbk"), "NOT_XLSX"
    yield "html saved as xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "NOT_XLSX"
    yield "pdf", b"%PDF-1.7\n%%EOF", "NOT_XLSX"
    yield "junk before the zip", b"MZ" + GOOD, "NOT_XLSX"
    yield "noise after PK", b"PK\x03\x04" + noise(5000, 2), "DAMAGED"
    yield "truncated", GOOD[: len(GOOD) * 2 // 3], "DAMAGED"
    yield "directory cut off", GOOD[:-10], "DAMAGED"
    yield "zip of text", pack({"readme.txt": "hello"}), "NOT_XLSX"
    yield "docx", pack(parts() | {"[Content_Types].xml": types(DOCX_TYPE)}), "NOT_XLSX"
    yield "xls", OLE, "OLD_XLS"
    yield "encrypted", OLE + "EncryptedPackage".encode("utf-16-le"), "ENCRYPTED"
    yield "zip flagged encrypted", flagged_encrypted(), "ENCRYPTED"
    yield "xlsb", with_part("xl/workbook.bin"), "BINARY"
    # carrying something along
    yield "xlsm", pack(parts() | {"[Content_Types].xml": types(MACRO_TYPE)}), "MACRO"
    yield "xlsm by XlsxWriter", real_xlsm(), "MACRO"
    yield "vba in an xlsx", with_part("xl/vbaProject.bin"), "MACRO"
    yield "xl4 macro sheet", with_part("xl/macrosheets/sheet1.xml"), "MACRO"
    yield "external link", with_part("xl/externalLinks/externalLink1.xml"), "EXTERNAL"
    external = '<Relationship Id="x" Type="y" Target="http://evil.example" TargetMode="External"/>'
    rels = relations(("worksheet", "worksheets/sheet1.xml"), extra=external)
    yield "external relation", pack(parts() | {"xl/_rels/workbook.xml.rels": rels}), "EXTERNAL"
    yield "embedded object", with_part("xl/embeddings/oleObject1.bin"), "EMBEDDED"
    yield "activex", with_part("xl/activeX/activeX1.xml"), "EMBEDDED"
    # the zip itself
    yield "6 MB of picture", with_part("xl/media/a.png", noise(6 << 20, 3)), "TOO_LARGE"
    yield (
        "a thousand parts",
        pack(parts() | {f"xl/x{i}": "" for i in range(1000)}),
        "TOO_MANY_PARTS",
    )
    yield "a part twice", doubled(PART_OF_SHEET), "DUPLICATE_PART"
    yield "a part twice but for case", doubled("XL/worksheets/SHEET1.xml"), "DUPLICATE_PART"
    yield "path upwards", with_part("../../etc/cron.d/x"), "PART_NAME"
    yield "path from the root", with_part("/etc/passwd"), "PART_NAME"
    yield "drive letter", with_part("C:x.xml"), "PART_NAME"
    yield "backslashes", backslashed(), "PART_NAME"
    yield "symbolic link", symlink(), "PART_NAME"
    yield "name of 300 letters", with_part("x" * 300), "PART_NAME"
    yield "70 MB of spaces", sheet_bytes(sheet(person(2)) + " " * (70 << 20)), "INFLATES"
    long = strings(f"<si><t>{'a' * 10_000_000}</t></si>")
    yield "a string of 10 MB", pack(parts() | {"xl/sharedStrings.xml": long}), "INFLATES"
    yield "lying directory", lying_directory(), "DAMAGED"
    yield "corrupt deflate", corrupt_deflate(), "DAMAGED"
    # the XML
    for part in parts():
        bombed = parts()
        bombed[part] = BOMB + bombed[part].removeprefix(
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        )
        yield f"entities in {part}", pack(bombed), "DTD"
    reading = sheet(person(2, B=text("B2", "&a;")), declaration=False)
    yield "a file read by an entity", sheet_bytes(XXE + reading), "DTD"
    yield "utf-16", sheet_bytes(UNICODE_16.encode("utf-16")), "ENCODING"
    yield "utf-16 without mark", sheet_bytes(UNICODE_16.encode("utf-16-le")), "ENCODING"
    yield "gbk declared", sheet_bytes('<?xml version="1.0" encoding="GBK"?>' + reading), "ENCODING"
    yield "gbk undeclared", sheet_bytes(UNICODE_16.encode("gbk")), "ENCODING"
    yield "200,000 elements deep", sheet_bytes(sheet(tail="<a>" * 200_000)), "DAMAGED"
    yield "no end", sheet_bytes(sheet(person(2))[:-20]), "DAMAGED"
    yield "wrong nesting", sheet_bytes(sheet(row(2, "<c><v>1</c></v>"))), "DAMAGED"
    yield "control character", book(person(2, B=text("B2", "张\x01三"))), "DAMAGED"
    yield "reference to a control", book(person(2), person(3, B=text("B3", "a&#1;"))), "DAMAGED"
    yield "unknown entity", book(person(2), person(3, B=text("B3", "&nbsp;"))), "DAMAGED"
    # the workbook
    yield "no sheet", sheets(), "NOT_XLSX"
    missing = parts()
    del missing[PART_OF_SHEET]
    yield "sheet missing", pack(missing), "NOT_XLSX"
    hidden = SHEET.replace("/>", ' state="hidden"/>')
    yield "first sheet hidden", sheets(hidden), "HIDDEN_SHEET"
    very = SHEET.replace("/>", ' state="veryHidden"/>')
    yield "first sheet very hidden", sheets(very), "HIDDEN_SHEET"
    dated = '<workbookPr date1904="1"/>'
    yield "dates from 1904", sheets(SHEET, properties=dated), "DATE1904"
    yield "nothing in it", book(heading=""), "EMPTY_ROSTER"
    # the sheet
    hidden_row = person(2).replace('r="2"', 'r="2" hidden="1"', 1)
    yield "hidden row", book(hidden_row), "HIDDEN_ROW"
    filtered = person(3).replace('r="3"', 'r="3" hidden="true"', 1)
    yield "row filtered away", book(person(2), filtered, person(4)), "HIDDEN_ROW"
    yield (
        "merged",
        book(person(2), tail='<mergeCells><mergeCell ref="E2:E3"/></mergeCells>'),
        "MERGED",
    )
    everything = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    yield "all merged", book(person(2), tail=everything), "MERGED"
    yield "50,000 merges", book(person(2), tail=merges(50_000)), "MERGED"
    corner = row(1048576, number("XFD1048576", "1"))
    yield "the last cell of all", book(person(2), corner), "FAR_CELL"
    yield (
        "row 99999999999",
        book(person(2), row("99999999999", number("A99999999999", 1))),
        "FAR_CELL",
    )
    yield "cell A1048576", book(person(2), row(1048576, text("A1048576", "x"))), "FAR_CELL"
    wide = row(2, text("A2", "x"), text("XFD2", "x"))
    yield "cell XFD2", book(wide), "FAR_CELL"
    yield "20,001 rows", book(*(person(r) for r in range(2, 20_003))), "TOO_MANY_ROWS"
    sparse = (row(r, number(f"A{r}", r)) for r in range(2, 400_000))
    yield "400,000 rows", book(*sparse), "TOO_MANY_ROWS"
    yield "300,000 empty rows", many(300_000, 3), "TOO_COMPLEX"
    yield "a million empty cells", many(20_000, 50), "TOO_COMPLEX"
    yield "cells out of order", book(row(2, number("B2", 1), number("A2", 1))), "DAMAGED"
    yield "a cell twice", book(row(2, number("A2", 1), number("A2", 2))), "DAMAGED"
    yield "a row twice", book(person(2), person(3), person(3)), "DAMAGED"
    yield "rows out of order", book(person(2), person(5), person(4)), "DAMAGED"
    yield "a cell of another row", book(row(2, text("A3", "x"))), "DAMAGED"
    yield "a row in a row", book(row(2, row(3))), "DAMAGED"
    yield "row zero", book(row(0, text("A0", "x")), heading=""), "DAMAGED"
    unknown = '<c r="A2" t="zz"><v>1</v></c>'
    yield "unknown kind of cell", book(row(2, unknown)), "DAMAGED"
    for index in ("7", "-1", "x", "999999999999"):
        shared = f'<c r="B2" t="s"><v>{index}</v></c>'
        yield f"shared string {index}", book(person(2, B=shared)), "DAMAGED"
    again = person(3, B='<c r="B3" t="s"><v>7</v></c>')
    learnt = book(person(2, B='<c r="B2" t="s"><v>0</v></c>'), again)
    yield "shared string missing further down", learnt, "DAMAGED"
    # the heading row
    yield "a column missing", book(person(2), heading=HEADING_ROW.replace("姓名", "")), "COLUMNS"
    renamed = HEADING_ROW.replace("姓名", "名字")
    yield "a column renamed", book(person(2), heading=renamed), "COLUMNS"
    twice = HEADING_ROW.replace("姓名", "个人账号")
    yield "a column twice", book(person(2), heading=twice), "COLUMNS"
    more = HEADING_ROW.replace("</row>", text("F1", "备注") + "</row>")
    yield "a column more", book(person(2), heading=more), "COLUMNS"
    yield "a note beside the roster", book(person(2, F=text("H2", "请核对"))), "COLUMNS"
    computed = HEADING_ROW.replace("<is><t>姓名</t></is>", "<f>A1</f><v>姓名</v>")
    yield "a computed heading", book(person(2), heading=computed), "COLUMNS"
    yield "no heading row", book(person(2), heading=""), "COLUMNS"
