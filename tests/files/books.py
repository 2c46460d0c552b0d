"""Workbooks spelt by hand, part by part, so that each can be wrong in exactly one way."""

import io
import zipfile

from services.files.workbook import Column

COLUMNS = (
    Column("个人账号", width=16),
    Column("姓名", width=12),
    Column("证件号码", width=22),
    Column("调整前基数", "money"),
    Column("调整后基数", "money", editable=True, minimum=1760, maximum=30000),
)
HEADINGS = tuple(column.heading for column in COLUMNS)
PERSON = ("522601000001", "张三", "522601199001011234", "6000.00", "7200.50")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

PART_OF_SHEET = "xl/worksheets/sheet1.xml"


def types(main=SHEET_TYPE) -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>'
    )


def relations(*targets: tuple[str, str], extra="") -> str:
    listed = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{RELATED}">{listed}{extra}</Relationships>'


def workbook(sheets=('<sheet name="清册" sheetId="1" r:id="rId1"/>',), properties="") -> str:
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}'
        f"<sheets>{''.join(sheets)}</sheets></workbook>"
    )


def text(ref, value, style="") -> str:
    return f'<c r="{ref}"{style} t="inlineStr"><is><t>{value}</t></is></c>'


def number(ref, value, style="") -> str:
    return f'<c r="{ref}"{style}><v>{value}</v></c>'


def row(r, *cells: str, attributes="") -> str:
    return f'<row r="{r}"{attributes}>{"".join(cells)}</row>'


HEADING_ROW = row(1, *(text(f"{c}1", h) for c, h in zip("ABCDE", HEADINGS, strict=True)))


def person(r, **cells: str) -> str:
    """A good row; `E=…` puts other XML in the place of a cell, `E=""` leaves it out."""
    spelt = {
        "A": text(f"A{r}", f"5226010{r:05d}"),
        "B": text(f"B{r}", "张三"),
        "C": text(f"C{r}", PERSON[2]),
        "D": number(f"D{r}", "6000"),
        "E": number(f"E{r}", "7200.5"),
    }
    return row(r, *(spelt | cells).values())


def sheet(*rows: str, heading=HEADING_ROW, head="", tail="", declaration=True) -> str:
    return (
        ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' if declaration else "")
        + f'<worksheet xmlns="{MAIN}">{head}<sheetData>{heading}{"".join(rows)}</sheetData>'
        + f"{tail}</worksheet>"
    )


def strings(*items: str) -> str:
    return f'<sst xmlns="{MAIN}">{"".join(items)}</sst>'


# 0 plain, 1 text, 2 a built-in date, 3 a date of its own format, 4 a colour that has a "d" in it
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m"/>'
    '<numFmt numFmtId="165" formatCode="[Red]#,##0.00"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="49"/><xf numFmtId="14"/><xf numFmtId="164"/>'
    '<xf numFmtId="165"/></cellXfs></styleSheet>'
)


def parts(sheet_xml=None) -> dict[str, str]:
    """The parts of a good workbook."""
    return {
        "[Content_Types].xml": types(),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook(),
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("styles", "styles.xml"),
            ("sharedStrings", "sharedStrings.xml"),
        ),
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": strings("<si><t>张三</t></si>"),
        PART_OF_SHEET: sheet_xml if sheet_xml is not None else sheet(person(2)),
    }


def pack(content, *, also=(), level=6) -> bytes:
    """Zip the parts; `also` adds (ZipInfo or name, bytes) as they are, doubles included."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
        for name, data in also:
            archive.writestr(name, data)
    return target.getvalue()


def book(*rows: str, **how: str) -> bytes:
    """A workbook of these rows below the right heading."""
    return pack(parts(sheet(*rows, **how)))
