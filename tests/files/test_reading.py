"""What is not refused is read exactly: every kind of cell, and every way programs spell a sheet."""

import sys
from contextlib import nullcontext
from decimal import Decimal
from io import BytesIO

import pytest

from services.files import cells, numbers, rows, workbook
from services.files.allowance import Allowance
from services.files.cells import CellFault
from services.files.refusals import TooComplex
from tests.files.books import (
    COLUMNS,
    MAIN,
    OFFICE,
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
)
from tests.files.books import (
    workbook as workbook_part,
)

ZERO_WIDTH, NBSP, WIDE_SPACE = "\u200b", "\u00a0", "\u3000"
SHARED = '<c r="{}" t="s"><v>0</v></c>'


def read_rows(content) -> list[workbook.Row]:
    return workbook.read(content, COLUMNS).rows


def read_one(**changed: str) -> tuple[cells.Cell, ...]:
    return read_rows(book(person(2, **changed)))[0].cells


def assert_good(content) -> None:
    account, name, identity, before, after = read_rows(content)[0].cells
    read = (cells.text(account), cells.text(name), cells.text(identity))
    assert read == ("522601000002", "张三", PERSON[2])
    assert (numbers.yuan(before), numbers.yuan(after)) == (Decimal("6000.00"), Decimal("7200.50"))


MONEY_READ = [
    (number("E2", "7200.5"), "7200.50"),
    (number("E2", "7200.50"), "7200.50"),
    (number("E2", "7200"), "7200.00"),
    (number("E2", "0.30000000000000004"), "0.30"),
    (number("E2", "7200.4999999999991"), "7200.50"),
    (number("E2", "16310.549999999999"), "16310.55"),
    (number("E2", "1.2345000000000001E+4"), "12345.00"),
    (number("E2", "5.0E-2"), "0.05"),
    (number("E2", "-5"), "-5.00"),
    (number("E2", "7200.5", ' s="4"'), "7200.50"),
    (text("E2", "7200.5"), "7200.50"),
    (text("E2", "5,200.00"), "5200.00"),
    (text("E2", "5，200.00"), "5200.00"),
    (text("E2", "12,345,678.90"), "12345678.90"),
    (text("E2", "６１００．５"), "6100.50"),
    (text("E2", "  6100 "), "6100.00"),
    (text("E2", f"{NBSP}6100{WIDE_SPACE}"), "6100.00"),
    (text("E2", f"61{ZERO_WIDTH}00"), "6100.00"),
    (text("E2", "+6100"), "6100.00"),
    (text("E2", "+0.50"), "0.50"),
    (text("E2", "6100."), "6100.00"),
    (text("E2", "6100.500"), "6100.50"),
    (text("E2", "006100"), "6100.00"),
    (text("E2", "-0.50"), "-0.50"),
    (number("E2", "999999999999.99"), "999999999999.99"),
    (text("E2", "999,999,999,999.99"), "999999999999.99"),
]


@pytest.mark.parametrize(("xml", "expected"), MONEY_READ)
def test_money_is_read_exactly(xml, expected) -> None:
    value = numbers.yuan(read_one(E=xml)[4])
    assert str(value) == expected
    assert numbers.fen(read_one(E=xml)[4]) == int(Decimal(expected) * 100)


MONEY_REFUSED = [
    ("", cells.EMPTY),
    (text("E2", "   "), cells.EMPTY),
    (text("E2", ZERO_WIDTH), cells.EMPTY),
    (text("E2", "七千二"), numbers.NOT_A_NUMBER),
    (text("E2", "7200元"), numbers.NOT_A_NUMBER),
    (text("E2", "72,00.00"), numbers.NOT_A_NUMBER),
    (text("E2", "1e3"), numbers.NOT_A_NUMBER),
    (text("E2", "NaN"), numbers.NOT_A_NUMBER),
    (text("E2", "7200.505"), numbers.TWO_DECIMALS),
    (text("E2", "0.30000000000000004"), numbers.TWO_DECIMALS),
    (number("E2", "7200.505"), numbers.TWO_DECIMALS),
    (number("E2", "7200.001"), numbers.TWO_DECIMALS),
    (number("E2", "1E-20"), numbers.TWO_DECIMALS),
    (number("E2", "NaN"), numbers.NOT_A_NUMBER),
    (number("E2", "INF"), numbers.NOT_A_NUMBER),
    (number("E2", "1E400"), numbers.TOO_LARGE),
    (number("E2", "1E+13"), numbers.TOO_LARGE),
    (number("E2", "1000000000000"), numbers.TOO_LARGE),
    (number("E2", "1000000000000.5"), numbers.TOO_LARGE),
    (text("E2", "1000000000000"), numbers.TOO_LARGE),
    (text("E2", "1000000000000.55"), numbers.TOO_LARGE),
    (number("E2", "５"), numbers.NOT_A_NUMBER),
    (number("E2", "9" * 30), numbers.NOT_A_NUMBER),
    ('<c r="E2"><f>D2*1.2</f></c>', cells.FORMULA),
    ('<c r="E2"><f>D2*1.2</f><v>7200.5</v></c>', cells.FORMULA),
    ('<c r="E2"><f t="shared" ref="E2:E9" si="0">D2*1.2</f><v>7200.5</v></c>', cells.FORMULA),
    ('<c r="E2"><f t="shared" si="0"/><v>7200.5</v></c>', cells.FORMULA),
    ('<c r="E2"><v>7200.5</v><f>D2</f></c>', cells.FORMULA),
    (number("E2", "46000", ' s="2"'), numbers.DATE),
    (number("E2", "46000", ' s="3"'), numbers.DATE),
    ('<c r="E2" t="d"><v>2026-07-01</v></c>', numbers.DATE),
    ('<c r="E2" t="b"><v>1</v></c>', numbers.NOT_A_NUMBER),
    ('<c r="E2" t="e"><v>#N/A</v></c>', "单元格是错误值#N/A，请改为填写内容"),
    ('<c r="E2" t="e"><v>#DIV/0!</v></c>', "单元格是错误值#DIV/0!，请改为填写内容"),
]


SPELT = [
    "5", "5.0", "5.5", "5.25", "05.25", "0", "590.00", "8488.559999999999", "999999999999.99",
    "-5", "+5", "5.", ".5", ".50", "5.255", "1,5", "5 ", "1_0", "", ".", "5..5", "５", "1e3", "NaN",
    "9999999999999", "1" * 40,
]  # fmt: skip


@pytest.mark.parametrize("spelt", SPELT)
def test_a_column_of_money_is_read_as_its_cells_are_or_left_to_them(spelt) -> None:
    column = [cells.Number("7200.5"), cells.Number(spelt), cells.Number("12")]
    found = numbers.plain_fens(column)
    assert found is None or found == [720050, numbers.fen(column[1]), 1200]


def test_a_column_of_money_as_offices_save_it_is_read_at_once() -> None:
    column = [cells.Number(spelt) for spelt in SPELT[:9]]
    assert numbers.plain_fens(column) == [500, 500, 550, 525, 525, 0, 59000, 848856, 99999999999999]
    assert numbers.plain_fens([*column, None]) is None
    assert numbers.plain_fens([*column, "7200.50"]) is None
    assert numbers.plain_fens([*column, cells.DateNumber("46000")]) is None


@pytest.mark.parametrize(("xml", "reason"), MONEY_REFUSED)
def test_what_is_not_money_is_a_fault_with_its_reason(xml, reason) -> None:
    row_read = read_rows(book(person(2, E=xml)))[0]
    assert row_read.number == 2
    with pytest.raises(CellFault) as fault:
        numbers.yuan(row_read.cells[4])
    assert fault.value.reason == reason


@pytest.mark.parametrize("xml", [xml for xml, _ in MONEY_REFUSED if xml])
def test_a_fault_far_down_is_found_in_its_row_though_the_rows_above_taught_a_shape(xml) -> None:
    here = xml.replace('r="E2"', 'r="E5"')
    rows = read_rows(book(person(2), person(3), person(4), person(5, E=here), person(6)))
    assert [row.number for row in rows] == [2, 3, 4, 5, 6]
    with pytest.raises(CellFault):
        numbers.yuan(rows[3].cells[4])
    assert numbers.yuan(rows[4].cells[4]) == Decimal("7200.50")


TEXT_READ = [
    (text("C2", PERSON[2]), PERSON[2]),
    (text("C2", f" {PERSON[2]} "), PERSON[2]),
    (text("C2", f"{NBSP}{PERSON[2]}{ZERO_WIDTH}"), PERSON[2]),
    (text("C2", "５２２６０１１９９００１０１１２３Ｘ"), "52260119900101123X"),
    (number("C2", "522601000001"), "522601000001"),
    (text("C2", "阿依·古丽"), "阿依·古丽"),
    (text("C2", "黔东南（示例）公司"), "黔东南（示例）公司"),
    (text("C2", "a &lt;b&gt; &amp; c"), "a <b> & c"),
    (text("C2", "&#24352;&#x4E09;"), "张三"),
    (text("C2", "𬎆"), "𬎆"),
    (text("C2", "_x0041_"), "A"),
    (text("C2", "_x005F_x0041_"), "_x0041_"),
    (text("C2", "张三_x000D_"), "张三"),
    ('<c r="C2" t="str"><v>张三</v></c>', "张三"),
    ('<c r="C2" t="inlineStr"><is><r><t>张</t></r><r><rPr/><t>三</t></r></is></c>', "张三"),
    ('<c r="C2" t="inlineStr"><is><t>张三</t><rPh sb="0" eb="1"><t>x</t></rPh></is></c>', "张三"),
    ('<c r="C2" t="inlineStr"><is><t><![CDATA[<f>]]></t></is></c>', "<f>"),
    ("", ""),
    ('<c r="C2" s="1"/>', ""),
]


@pytest.mark.parametrize(("xml", "expected"), TEXT_READ)
def test_text_is_read_and_put_right(xml, expected) -> None:
    assert cells.text(read_one(C=xml)[2]) == expected
    again = xml.replace('r="C2"', 'r="C4"')
    rows = read_rows(book(person(2), person(3), person(4, C=again)))
    assert cells.text(rows[2].cells[2]) == expected


TEXT_REFUSED = [
    (number("C2", "522601199001011234"), cells.NUMBER_AS_TEXT),
    (number("C2", "5.22601199001011E+17"), cells.NUMBER_AS_TEXT),
    (number("C2", "5226010000.5"), cells.NUMBER_AS_TEXT),
    (text("C2", "5.22601E+17"), cells.NUMBER_AS_TEXT),
    (text("C2", " ５.22601E+17"), cells.NUMBER_AS_TEXT),
    (number("C2", "1234567890123456"), cells.NUMBER_AS_TEXT),
    (number("C2", "33000", ' s="2"'), cells.DATE_AS_TEXT),
    ('<c r="C2" t="b"><v>1</v></c>', "应为文本，不能是逻辑值"),
    ('<c r="C2" t="e"><v>#REF!</v></c>', "单元格是错误值#REF!，请改为填写内容"),
    ('<c r="C2" t="str"><f>A2</f><v>5226</v></c>', cells.FORMULA),
    (text("C2", "张\u202e三"), cells.CONTROL),
    (text("C2", "张\u2066三"), cells.CONTROL),
    (text("C2", "张_x0000_三"), cells.CONTROL),
    (text("C2", "张_x0007_三"), cells.CONTROL),
    (text("C2", "张\ue000三"), cells.CONTROL),
    (text("C2", "长" * 501), "内容过长，最多500个字"),
    (text("C2", "长" * 100_000), "内容过长，最多500个字"),
]


@pytest.mark.parametrize(("xml", "reason"), TEXT_REFUSED)
def test_what_is_not_text_is_a_fault_with_its_reason(xml, reason) -> None:
    with pytest.raises(CellFault) as fault:
        cells.text(read_one(C=xml)[2])
    assert fault.value.reason == reason


def test_an_empty_text_is_a_fault_only_where_it_is_required() -> None:
    assert cells.text(None) == ""
    with pytest.raises(CellFault, match="不能为空"):
        cells.text(" ", required=True)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12", 12), (cells.Number("12"), 12), (cells.Number("1.2E1"), 12), ("１２", 12),
        ("12.0", 12), ("-12", -12), ("1,200", 1200), ("9" * 15, 10**15 - 1),
    ],
)  # fmt: skip
def test_whole_numbers_are_read(cell, expected) -> None:
    assert numbers.integer(cell) == expected


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1.5", "整数"),
        (cells.Number("0.5"), "整数"),
        ("x", "数字"),
        ("1E+17", "数字"),
        (None, "空"),
        ("　", "空"),
        ("9" * 16, "过大"),
        (cells.Number("1E15"), "过大"),
    ],
)
def test_what_is_no_whole_number_is_a_fault(cell, reason) -> None:
    with pytest.raises(CellFault, match=reason):
        numbers.integer(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12%", "12"),
        ("12", "12"),
        ("１２％", "12"),
        (cells.Number("0.12"), "12"),
        (cells.Number("0.070000000000000007"), "7"),
        (cells.Number("12"), "12"),
        (cells.Number("1"), "100"),
        (cells.Number("1.5"), "1.5"),
        (cells.Number("2"), "2"),
        ("0.5", "0.5"),
        ("5.5%", "5.5"),
    ],
)
def test_percentages_are_read_as_points(cell, expected) -> None:
    assert numbers.percent(cell) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("%", cells.EMPTY),
        ("十二", numbers.NOT_A_NUMBER),
        ("12%%", numbers.NOT_A_NUMBER),
        (None, cells.EMPTY),
        (cells.Boolean("1"), numbers.NOT_A_NUMBER),
        ("12.345%", numbers.TWO_DECIMALS),
        ("1000000000000%", numbers.TOO_LARGE),
        (cells.Number("1E15"), numbers.TOO_LARGE),
    ],
)
def test_what_is_no_percentage_is_a_fault(cell, reason) -> None:
    with pytest.raises(CellFault) as fault:
        numbers.percent(cell)
    assert fault.value.reason == reason


def test_what_is_shown_of_a_cell_is_short_and_harmless() -> None:
    assert cells.shown(None) == ""
    assert cells.shown(cells.Formula("=D2*1.2")) == "=D2*1.2"
    assert cells.shown(cells.Boolean("1")) == "TRUE"
    assert cells.shown("a\u202eb\nc") == "ab c"
    assert len(cells.shown("长" * 3000)) == 60


def prefixed() -> bytes:
    """As the OpenXML SDK writes: every element under a prefix."""
    spelt = sheet(person(2), person(3), declaration=False)
    for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        for end in (" ", ">", "/"):
            spelt = spelt.replace(f"<{tag}{end}", f"<x:{tag}{end}")
        spelt = spelt.replace(f"</{tag}>", f"</x:{tag}>")
    return pack(parts(spelt.replace("xmlns=", "xmlns:x=")))


def strict_open_xml() -> bytes:
    """As Excel writes when asked for "Strict Open XML"."""
    old = parts()
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    return pack({name: part.replace(MAIN, strict) for name, part in old.items()})


def without_references() -> bytes:
    import re

    return pack(parts(re.sub(r' r="[A-Z]*\d+"', "", sheet(person(2), person(3)))))


def shared_strings(*items: str) -> bytes:
    content = sheet(person(2, B=SHARED.format("B2")), person(3, B=SHARED.format("B3")))
    return pack(parts(content) | {"xl/sharedStrings.xml": strings(*items)})


def absolute_targets() -> bytes:
    related = relations(("worksheet", "/xl/worksheets/sheet1.xml"), ("styles", "/xl/styles.xml"))
    return pack(parts() | {"xl/_rels/workbook.xml.rels": related})


def second_sheet(state) -> bytes:
    entries = (
        '<sheet name="清册" sheetId="1" r:id="rId1"/>',
        f'<sheet name="说明" sheetId="2"{state} r:id="rId2"/>',
    )
    changed = {
        "xl/workbook.xml": workbook_part(entries),
        "xl/worksheets/sheet2.xml": sheet(person(9, E='<c r="E9"><f>1</f></c>')),
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"), ("worksheet", "worksheets/sheet2.xml")
        ),
    }
    return pack(parts() | changed)


EXCEL_ROW = ' spans="1:5" ht="15" customHeight="1" x14ac:dyDescent="0.15"'
GOOD_WAYS = {
    "plain": book(person(2)),
    "prefixed": prefixed(),
    "strict": strict_open_xml(),
    "no references": without_references(),
    "shared": shared_strings("<si><t>张三</t></si>"),
    "shared as WPS": shared_strings(
        '<si><t>张三</t><phoneticPr fontId="1" type="noConversion"/></si>'
    ),
    "shared with spaces kept": shared_strings('<si><t xml:space="preserve"> 张三 </t></si>'),
    "shared rich": shared_strings("<si><r><t>张</t></r><r><rPr><b/></rPr><t>三</t></r></si>"),
    "shared pronounced": shared_strings('<si><t>张三</t><rPh sb="0" eb="1"><t>zs</t></rPh></si>'),
    "shared referenced": shared_strings("<si><t>&#24352;三</t></si>", "<si><t>other</t></si>"),
    "absolute": absolute_targets(),
    "byte order mark": pack(parts() | {"xl/worksheets/sheet1.xml": "\ufeff" + sheet(person(2))}),
    "second sheet": second_sheet(""),
    "hidden second sheet": second_sheet(' state="hidden"'),
    "indented": pack(parts(sheet(person(2), person(3)).replace("><", ">\n  <"))),
    "comment between": book(person(2), "<!-- " + person(3) + person(4) + " -->", person(5)),
    "comment with self-closed row": book(person(2), '<row r="3"/><!-- </row>' + person(4) + "-->"),
}


@pytest.mark.parametrize("content", GOOD_WAYS.values(), ids=GOOD_WAYS.keys())
def test_every_way_programs_spell_a_roster_is_read_alike(content) -> None:
    assert_good(content)


def test_rows_inside_a_comment_are_not_read_though_they_look_like_those_before() -> None:
    assert [row.number for row in read_rows(GOOD_WAYS["comment between"])] == [2, 5]
    assert [row.number for row in read_rows(GOOD_WAYS["comment with self-closed row"])] == [2]


def test_rows_as_excel_and_wps_spell_them_are_read_by_their_shape_and_by_expat_alike() -> None:
    namespace = 'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
    spelt = sheet(
        *(person(r).replace(f'<row r="{r}"', f'<row r="{r}"{EXCEL_ROW}') for r in range(2, 60))
    ).replace("<worksheet ", f"<worksheet {namespace} ", 1)
    quick = read_rows(pack(parts(spelt)))
    slow = read_rows(pack(parts(spelt.replace("</row>", "</row >"))))
    assert quick == slow
    assert len(quick) == 58
    assert [[type(cell) for cell in row.cells] for row in quick] == [
        [type(cell) for cell in row.cells] for row in slow
    ]


LIBRE_ROW = (
    ' customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0"'
    ' collapsed="false"'
)
DIALECTS = {
    "LibreOffice": lambda r: person(r).replace(f'<row r="{r}"', f'<row r="{r}"{LIBRE_ROW}'),
    "POI": lambda r: person(r).replace(' t="inlineStr"', ' t="inlineStr" s="1"'),
    "openpyxl": lambda r: person(r, E=f'<c r="E{r}" s="1" t="n"></c>'),
    "some cells empty": lambda r: person(r, **({} if r % 2 else {"E": f'<c r="E{r}" s="1"/>'})),
    "references": lambda r: person(r, B=text(f"B{r}", "&#24352;&amp;三")),
}


@pytest.mark.parametrize("spell", DIALECTS.values(), ids=DIALECTS.keys())
def test_ten_thousand_rows_of_every_common_program_are_read_by_their_shape(spell) -> None:
    """Read by expat alone they would be refused as too complex."""
    rows = read_rows(book(*(spell(r) for r in range(2, 10_002))))
    assert len(rows) == 10_000
    assert cells.text(rows[-1].cells[0]) == "522601010001"
    assert {len(row.cells) for row in rows} == {5}


def test_columns_may_stand_in_any_order_and_with_spaces_in_their_headings() -> None:
    heading = row(
        1,
        text("A1", "调整后基数 "),
        text("B1", "姓　名"),
        text("C1", "个人账号"),
        text("E1", "证件号码"),
        text("F1", "调整前\n基数"),
    )
    body = row(
        2,
        number("A2", "7200.5"),
        text("B2", "张三"),
        text("C2", "522601000002"),
        text("E2", PERSON[2]),
        number("F2", 6000),
    )
    assert_good(book(body, heading=heading))


def test_empty_rows_empty_columns_and_far_empty_cells_do_not_count() -> None:
    blank = row(3, '<c r="A3" s="1"/>', text("B3", "  "))
    far = row(1048576, '<c r="A1048576" s="1"/><c r="XFD1048576" s="1"/>')
    wide = person(5, F='<c r="F5" s="1"/>', G=text("AZ5", " "))
    content = book(person(2), blank, row(4), wide, far)
    assert [row.number for row in read_rows(content)] == [2, 5]
    assert_good(content)


def test_a_heading_row_alone_gives_no_rows() -> None:
    assert workbook.read(book(), COLUMNS) == workbook.Sheet([], {})


def test_exactly_the_most_rows_allowed_are_read() -> None:
    content = book(*(person(r) for r in range(2, 12)))
    assert len(workbook.read(content, COLUMNS, max_rows=10).rows) == 10
    with pytest.raises(workbook.UnreadableWorkbook, match="超过9行"):
        workbook.read(content, COLUMNS, max_rows=9)


def test_who_allows_more_rows_than_usual_may_keep_as_much_more_text() -> None:
    cells = "".join(row(r, SHARED.format(f"A{r}")) for r in range(1, 15_001))
    spelt = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode()
    shared = ["字" * 2_000]  # 4 kB: 60 MB in all
    for most in (20_001, 39_999):
        with pytest.raises(TooComplex):
            rows.read_rows(BytesIO(spelt), shared, frozenset(), max_rows=most)
    assert len(rows.read_rows(BytesIO(spelt), shared, frozenset(), max_rows=40_000)) == 15_000


def test_a_workbook_of_the_house_without_office_namespace_has_no_identification() -> None:
    assert workbook.read(pack(parts()), COLUMNS).identification == {}
    assert OFFICE


def test_texts_are_measured_one_by_one_where_they_may_be_too_much() -> None:
    texts = ["黔" * 100] * 50
    bytes_of_all = sum(map(sys.getsizeof, texts))
    for most, is_too_much in ((bytes_of_all, False), (bytes_of_all - 1, True)):
        allowance = Allowance(most)
        with pytest.raises(TooComplex) if is_too_much else nullcontext():
            for text_of_one in texts:
                allowance.take_read([text_of_one], 1, f"<t>{text_of_one}</t>")


def test_what_a_short_reference_makes_wide_is_not_taken_for_narrow() -> None:
    wide = "a" * 1000 + chr(0x20BB7)
    allowance = Allowance(2 * sys.getsizeof(wide) - 1)
    allowance.take_read([wide], 1, "a" * 1000 + "&#x20BB7;")
    with pytest.raises(TooComplex):
        allowance.take_read([wide], 1, "a" * 1000 + "&#x20BB7;")


def test_one_long_text_referred_to_by_many_cells_counts_in_each() -> None:
    long = "黔" * 50
    allowance = Allowance(10_000)
    with pytest.raises(TooComplex):
        allowance.take_read([long] * 100, 100, "<v>0</v>" * 100, longest=50)


def test_money_taken_away_is_read_with_its_sign() -> None:
    assert numbers.yuan("-5.50") == Decimal("-5.50")
    assert numbers.yuan(cells.Number("-5.5")) == Decimal("-5.50")
