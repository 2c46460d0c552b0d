"""Workbooks whose zip tells one program this and another program that, or nothing that holds."""

import io
import struct
import zipfile
from collections.abc import Iterator

from tests.files.books import (
    PART_OF_SHEET,
    RELATED,
    pack,
    parts,
    person,
    relations,
    sheet,
    text,
    types,
    workbook,
)

GOOD = pack(parts())
OTHER = pack(parts(sheet(person(2, B=text("B2", "李四")))))
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
SHEET = PART_OF_SHEET.encode()


def edited(magic: bytes, offset: int, value: bytes, name: bytes = SHEET) -> bytes:
    """Change a field in the headers of one part, central or local."""
    content, at, name_at = bytearray(GOOD), GOOD.find(magic), 30 if magic == LOCAL else 46
    while at >= 0:
        if content[at + name_at :].startswith(name):
            content[at + offset : at + offset + len(value)] = value
        at = content.find(magic, at + 4)
    return bytes(content)


def at_end(offset: int, value: bytes) -> bytes:
    content = bytearray(GOOD)
    place = content.rfind(END) + offset
    content[place : place + len(value)] = value
    return bytes(content)


def packed_as(method: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in parts().items():
            archive.writestr(name, data)
    return target.getvalue()


def local_offset(part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return struct.pack("<I", archive.getinfo(part).header_offset)


def with_nul() -> bytes:
    odd = "xl/worksheets/sheet2.xmlxx"
    return pack(parts(), also=[(odd, b"x")]).replace(odd.encode(), b"xl/worksheets/sheet2.xml\0x")


def main_type(kind: str) -> bytes:
    return pack(parts() | {"[Content_Types].xml": types(f"application/{kind}+xml")})


def related(*targets: tuple[str, str], extra: str = "") -> bytes:
    return pack(parts() | {"xl/_rels/workbook.xml.rels": relations(*targets, extra=extra)})


def lying() -> Iterator[tuple[str, bytes, str]]:
    """Yield (what it is, its bytes, the code it is refused with)."""
    # two in one
    yield "a workbook behind another", GOOD + OTHER, "DAMAGED"
    yield "a zip's head before a workbook", LOCAL + bytes(26) + GOOD, "DAMAGED"
    yield "a second end of the directory", at_end(20, b"\x16\0" + GOOD[-22:]), "DAMAGED"
    yield (
        "parts that share their bytes",
        edited(CENTRAL, 42, local_offset("_rels/.rels")),
        "DAMAGED",
    )
    yield "named otherwise in its own head", edited(LOCAL, 30, b"xl/worksheets/sheet2"), "DAMAGED"
    # sizes and sums
    yield "a wrong sum", edited(CENTRAL, 16, b"\0\0\0\0"), "DAMAGED"
    yield "said to be smaller", edited(CENTRAL, 24, b"\x20\0\0\0"), "DAMAGED"
    yield "said to be 60 MB", edited(CENTRAL, 24, struct.pack("<I", 60 << 20)), "INFLATES"
    yield "said to be four gigabytes", edited(CENTRAL, 24, b"\xfe\xff\xff\xff"), "INFLATES"
    yield "squeezed into nothing", edited(CENTRAL, 20, b"\1\0\0\0"), "DAMAGED"
    yield "squeezed into more than there is", edited(CENTRAL, 20, b"\0\0\0\x10"), "DAMAGED"
    yield "said to be stored", edited(CENTRAL, 10, b"\0\0"), "DAMAGED"
    yield "squeezed by bzip2", packed_as(zipfile.ZIP_BZIP2), "DAMAGED"
    yield "squeezed by LZMA", packed_as(zipfile.ZIP_LZMA), "DAMAGED"
    yield "squeezed by a method of its own", edited(CENTRAL, 10, b"\x63\0"), "DAMAGED"
    yield "a sheet beyond the end", edited(CENTRAL, 42, b"\xff\xff\xff\x7f"), "DAMAGED"
    yield "a directory beyond the end", at_end(16, b"\xff\xff\xff\x7f"), "DAMAGED"
    yield "a sheet of a later zip", edited(CENTRAL, 6, b"\xff\0"), "DAMAGED"
    yield "a name with an end inside", with_nul(), "PART_NAME"
    yield "a name upwards in the middle", pack(parts(), also=[("xl/../../x", b"x")]), "PART_NAME"
    # other packages
    yield "an OpenDocument sheet", pack({"mimetype": "application/vnd.oasis"}), "NOT_XLSX"
    yield "a Java archive", pack({"META-INF/MANIFEST.MF": "Main-Class: x"}), "NOT_XLSX"
    yield "a RAR", b"Rar!\x1a\x07\x01\x00" + bytes(200), "NOT_XLSX"
    yield "a gzip", b"\x1f\x8b\x08\x00" + bytes(200), "NOT_XLSX"
    yield "an empty zip", pack({}), "NOT_XLSX"
    openxml = "vnd.openxmlformats-officedocument"
    yield "a template", main_type(f"{openxml}.spreadsheetml.template.main"), "NOT_XLSX"
    yield "a presentation", main_type(f"{openxml}.presentationml.presentation.main"), "NOT_XLSX"
    yield "an add-in", main_type("vnd.ms-excel.addin.macroEnabled.main"), "MACRO"
    yield "a template with macros", main_type("vnd.ms-excel.template.macroEnabled.main"), "MACRO"
    # where its parts are said to be
    yield "a sheet outside the file", related(("worksheet", "../../../../etc/passwd")), "NOT_XLSX"
    yield "a sheet at an address", related(("worksheet", "http://evil.example/x")), "NOT_XLSX"
    yield "a chart for a sheet", related(("chartsheet", "worksheets/sheet1.xml")), "NOT_XLSX"
    yield "a sheet of no relation", related(), "NOT_XLSX"
    doubled = relations(("officeDocument", "xl/workbook.xml"), ("officeDocument", "xl/other.xml"))
    yield "two workbooks in one package", pack(parts() | {"_rels/.rels": doubled}), "DAMAGED"
    elsewhere = f'<Relationships xmlns="{RELATED}"/>'
    yield "no workbook in the package", pack(parts() | {"_rels/.rels": elsewhere}), "NOT_XLSX"
    itself = related(("worksheet", "workbook.xml"))
    yield "the workbook for its own sheet", itself, "EMPTY_ROSTER"
    yield "a workbook of nothing", pack(parts() | {"xl/workbook.xml": workbook(())}), "NOT_XLSX"
