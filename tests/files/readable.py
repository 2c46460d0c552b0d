"""Workbooks that lie in wait and are read all the same: what each must be read as, to the cell."""

import io
import warnings
import zipfile
from collections.abc import Iterator

from services.files import cells, numbers
from services.files.cells import Cell, CellFault
from services.files.workbook import Row
from tests.files.books import (
    HEADING_ROW,
    PERSON,
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
    workbook,
)
from tests.files.zips import at_end

Seen = tuple[int, tuple[str, str, str, str, str]]
READERS = (cells.text, cells.text, cells.text, numbers.yuan, numbers.yuan)
DDE = "=cmd|'/c calc'!A1"
TAG = "<img src=x onerror=alert(1)>"


def seen(row_read: Row) -> Seen:
    """Say what a clerk would see of a row: each value, or why it is none."""
    values = []
    for reader, cell in zip(READERS, row_read.cells, strict=True):
        values.append(_value(reader, cell))
    return row_read.number, tuple(values)


def _value(reader, cell: Cell) -> str:
    try:
        return str(reader(cell))
    except CellFault as fault:
        return fault.reason


def good(r: int = 2, **cells_of: str) -> Seen:
    """The good row, with other values in some columns."""
    columns = {"A": f"5226010{r:05d}", "B": "张三", "C": PERSON[2], "D": "6000.00", "E": "7200.50"}
    return r, tuple((columns | cells_of).values())


def beside(name: str, data: str | bytes = b"x") -> bytes:
    return pack(parts(), also=[(name, data)])


def second_sheet(content: str, state: str = "") -> bytes:
    entries = (
        '<sheet name="清册" sheetId="1" r:id="rId1"/>',
        f'<sheet name="{TAG.replace("<", "&lt;")}" sheetId="2"{state} r:id="rId2"/>',
    )
    related = relations(
        ("worksheet", "worksheets/sheet1.xml"), ("worksheet", "worksheets/sheet2.xml")
    )
    return pack(
        parts()
        | {
            "xl/workbook.xml": workbook(entries),
            "xl/worksheets/sheet2.xml": content,
            "xl/_rels/workbook.xml.rels": related,
        }
    )


def streamed() -> bytes:
    """As written to a pipe: sizes stand behind each part."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    target = Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts().items():
            archive.writestr(name, data)
    return target.getvalue()


def stored(*, zip64: bool = False) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts().items():
            with archive.open(name, "w", force_zip64=zip64) as part:
                part.write(data.encode())
    return target.getvalue()


def defined_names() -> bytes:
    names = f'<definedNames><definedName name="x">{DDE[1:]}</definedName></definedNames>'
    content = parts()["xl/workbook.xml"].replace("</workbook>", names + "</workbook>")
    return pack(parts() | {"xl/workbook.xml": content})


def cell(**changed: str) -> bytes:
    return book(person(2, **changed), person(3))


def traps() -> Iterator[tuple[str, bytes, list[Seen]]]:
    """Yield (what it is, its bytes, what is seen of its rows)."""
    for kind in (_zips, _beside_the_sheet, _around_the_rows, _texts, _numbers, _headings):
        yield from kind()


def _zips() -> Iterator[tuple[str, bytes, list[Seen]]]:
    plain = [good()]
    yield "not squeezed", stored(), plain
    yield "in the large form", stored(zip64=True), plain
    yield "written to a pipe", streamed(), plain
    yield "65,535 parts said", at_end(8, b"\xff\xff\xff\xfe"), plain
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield "with a note to the zip", at_end(20, b"\x05\x00hello"), plain


def _beside_the_sheet() -> Iterator[tuple[str, bytes, list[Seen]]]:
    plain = [good()]
    yield (
        "a hidden sheet of far cells",
        second_sheet(sheet(row(1048576, number("XFD1048576", 1))), ' state="veryHidden"'),
        plain,
    )
    yield "a second sheet that is no XML", second_sheet("<"), plain
    yield (
        "a second sheet with a document type",
        second_sheet("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
        plain,
    )
    yield "names that call a program", defined_names(), plain
    link = '<Relationship Id="r" Type="h" Target="http://evil.example" TargetMode="External"/>'
    yield (
        "a link in a sheet",
        beside("xl/worksheets/_rels/sheet1.xml.rels", relations(extra=link)),
        plain,
    )
    yield "an order of reckoning", beside("xl/calcChain.xml", "<calcChain/>"), plain
    yield "settings of a printer", beside("xl/printerSettings/printerSettings1.bin"), plain
    yield "a picture", beside("xl/media/image1.png", b"\x89PNG\r\n\x1a\n"), plain
    yield "a drawing that is no XML", beside("xl/drawings/vmlDrawing1.vml", "<"), plain
    yield "remarks", beside("xl/comments1.xml", f"<comments>{TAG}</comments>"), plain


def _around_the_rows() -> Iterator[tuple[str, bytes, list[Seen]]]:
    plain = [good()]
    yield (
        "said to reach everywhere",
        book(person(2), head='<dimension ref="A1:XFD1048576"/>'),
        plain,
    )
    yield (
        "very many columns",
        book(person(2), head='<cols><col min="1" max="16384" width="99"/></cols>'),
        plain,
    )
    rules = '<dataValidations><dataValidation sqref="A1:XFD1048576"><formula1>A1</formula1>'
    yield (
        "checks by formula",
        book(person(2), tail=f"{rules}</dataValidation></dataValidations>"),
        plain,
    )
    colours = (
        f"<conditionalFormatting><cfRule><formula>{DDE}</formula></cfRule></conditionalFormatting>"
    )
    yield "colours by formula", book(person(2), tail=colours), plain
    locked = '<sheetProtection password="CC1A" sheet="1"/>'
    yield "locked with a password", book(person(2), tail=locked), plain
    yield "an instruction between", book(person(2), "<?php evil() ?>", person(3)), [good(), good(3)]
    yield (
        "a row within a comment",
        book(person(2), f"<!--{person(3)}-->", person(4)),
        [good(), good(4)],
    )
    yield (
        "a row within CDATA",
        book(person(2), f"<![CDATA[{person(3)}]]>", person(4)),
        [good(), good(4)],
    )
    other = f'<x xmlns="urn:x">{person(3)}</x>'
    yield "a row of another vocabulary", book(person(2), other, person(4)), [good(), good(4)]
    declared = '<?xml version="1.1" encoding="utf-8"?>' + sheet(person(2), declaration=False)
    yield "XML 1.1", pack(parts(declared)), plain
    blank = "".join(f'<c r="{c}3" s="1"/>' for c in "ABCDE")
    yield (
        "styles without content",
        book(person(2), row(3, blank), row(99_999, '<c r="A99999" s="1"/>')),
        plain,
    )
    yield "spaces far away", book(person(2, F=text("XFD2", "  "))), plain


def _texts() -> Iterator[tuple[str, bytes, list[Seen]]]:
    yield "a formula", cell(E='<c r="E2"><f>D2*1.05</f></c>'), [good(E=cells.FORMULA), good(3)]
    valued = '<c r="E2"><f>D2*1.05</f><v>99999</v></c>'
    yield "a formula with another value", cell(E=valued), [good(E=cells.FORMULA), good(3)]
    array = '<c r="E2"><f t="array" ref="E2:E9">D2:D9</f><v>1</v></c>'
    yield "a formula of many cells", cell(E=array), [good(E=cells.FORMULA), good(3)]
    empty = '<c r="E2"><f/><v>7200.5</v></c>'
    yield "a formula of nothing", cell(E=empty), [good(E=cells.FORMULA), good(3)]
    yield "a program's call as text", cell(B=text("B2", DDE)), [good(B=DDE), good(3)]
    yield (
        "a page's tag as text",
        cell(B=text("B2", TAG.replace("<", "&lt;"))),
        [good(B=TAG), good(3)],
    )
    yield (
        "SQL as text",
        cell(B=text("B2", "'; DROP TABLE x; --")),
        [good(B="'; DROP TABLE x; --"), good(3)],
    )
    yield "a name of a rare letter", cell(B=text("B2", "𬎆")), [good(B="𬎆"), good(3)]
    yield "an emoji", cell(B=text("B2", "张😀")), [good(B="张😀"), good(3)]
    yield "a name turned round", cell(B=text("B2", "张\u202e三")), [good(B=cells.CONTROL), good(3)]
    yield "a name with nothing inside", cell(B=text("B2", "张\u200b三")), [good(), good(3)]
    yield "a name with a mark of order", cell(B=text("B2", "\ufeff张三")), [good(), good(3)]
    yield "a name in wide spaces", cell(B=text("B2", "\u3000张三\u00a0")), [good(), good(3)]
    for code in ("0000", "0007", "001B", "FFFE", "D800", "202E"):
        coded = text("B2", f"张_x{code}_三")
        yield f"a coded mark {code}", cell(B=coded), [good(B=cells.CONTROL), good(3)]
    yield "a coded letter", cell(B=text("B2", "_x5F20_三")), [good(), good(3)]
    long = cells.TOO_LONG.format(limit=500)
    yield "a name of 32,767 letters", cell(B=text("B2", "长" * 32_767)), [good(B=long), good(3)]
    yield "a name of 200,000 letters", cell(B=text("B2", "长" * 200_000)), [good(B=long), good(3)]


def _numbers() -> Iterator[tuple[str, bytes, list[Seen]]]:
    plain = [good()]
    lost = cells.NUMBER_AS_TEXT
    yield (
        "an identity number as a number",
        cell(C=number("C2", "5.22601199001011E+17")),
        [good(C=lost), good(3)],
    )
    yield (
        "an account of sixteen digits",
        cell(A=number("A2", "5226010000010001")),
        [good(A=lost), good(3)],
    )
    yield (
        "a date for a number",
        cell(E=number("E2", 46000, ' s="2"')),
        [good(E=numbers.DATE), good(3)],
    )
    yield (
        "truth for money",
        cell(E='<c r="E2" t="b"><v>1</v></c>'),
        [good(E=numbers.NOT_A_NUMBER), good(3)],
    )
    wrong = '<c r="E2" t="e"><v>#DIV/0!</v></c>'
    yield (
        "an error for money",
        cell(E=wrong),
        [good(E="单元格是错误值#DIV/0!，请改为填写内容"), good(3)],
    )
    for value in ("NaN", "INF", "-Infinity", "1_000", "0x10", "１２", "1e", "--5"):
        yield (
            f"{value} for money",
            cell(E=number("E2", value)),
            [good(E=numbers.NOT_A_NUMBER), good(3)],
        )
    for value in ("1E400", "1e308", "9" * 18):
        yield (
            f"{value} for money",
            cell(E=number("E2", value)),
            [good(E=numbers.TOO_LARGE), good(3)],
        )
    yield (
        "a third of a yuan",
        cell(E=number("E2", "0.333333333333333")),
        [good(E=numbers.TWO_DECIMALS), good(3)],
    )
    yield (
        "a double's last digit",
        cell(E=number("E2", "0.30000000000000004")),
        [good(E="0.30"), good(3)],
    )
    yield "less than nothing", cell(E=number("E2", "-0.00")), [good(E="0.00"), good(3)]
    inner = strings('<si><t>张三</t></si><x xmlns="urn:x"><si><t>李四</t></si></x>')
    shared = parts(sheet(person(2, B='<c r="B2" t="s"><v>0</v></c>')))
    yield "strings of another vocabulary", pack(shared | {"xl/sharedStrings.xml": inner}), plain


def _headings() -> Iterator[tuple[str, bytes, list[Seen]]]:
    plain = [good()]
    wide = HEADING_ROW.replace("个人账号", " 个人\u3000账号\n")
    yield "spaces within headings", book(person(2), heading=wide), plain
    yield (
        "a row above the heading",
        book(person(3), heading=row(1) + HEADING_ROW.replace('1"', '2"')),
        [good(3)],
    )
