"""A template holds what the clerk needs; filled in by another program it reads back."""

import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from services.files import cells, numbers, workbook
from services.files.workbook import Column

COLUMNS = (
    Column("个人账号", width=16),
    Column("姓名", width=12),
    Column("证件号码", width=22),
    Column("个人账户状态", "choice", choices=("正常", "封存")),
    Column("单位缴存比例", "percent"),
    Column("缴存月数", "integer", editable=True, minimum=1, maximum=12),
    Column("调整前基数", "money"),
    Column(
        "调整后基数", "money", editable=True, minimum=Decimal("1760"), maximum=Decimal("30000.5")
    ),
)
ROWS = [
    ("522601000001", "张三", "522601199001011234", "正常", 12, 6, Decimal("6000"), None),
    (
        "052601000002",
        "李四",
        "52260119900101123X",
        "封存",
        Decimal("5.5"),
        None,
        Decimal("0.1"),
        None,
    ),
    ("522601000003", "阿依·古丽", "", "正常", 5, 1, Decimal("7200.50"), Decimal("8000.25")),
]
MARKS = {"template": "base_adjustment", "employer": "522601000101", "month": "2026-07"}
DANGEROUS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://evil.example")',
    "http://evil.example",
    "mailto:a@evil.example",
    "</t></is></c><c><f>1</f></c>",
    "&lt;f&gt;",
    "]]>",
    "<![CDATA[",
    "a\x00b\x07c",
    "_x0041_",
    "{=1}",
    " 前后有空格 ",
    "𬎆",
    "\ud800",
]


def written(**how: object) -> bytes:
    return workbook.write("基数调整", COLUMNS, ROWS, identification=MARKS, **how)


def opened(content) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def _sheet(content: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()


def test_what_is_written_is_read_back() -> None:
    sheet = workbook.read(written(), COLUMNS)
    assert sheet.identification == MARKS
    assert [row.number for row in sheet.rows] == [2, 3, 4]
    for row, expected in zip(sheet.rows, ROWS, strict=True):
        for cell, column, value in zip(row.cells, COLUMNS, expected, strict=True):
            readers = {
                "percent": numbers.percent,
                "integer": numbers.integer,
                "money": numbers.yuan,
            }
            read = readers.get(column.kind, cells.text)
            assert (None if value is None else read(cell)) == value


def test_a_template_filled_in_by_another_program_reads_exactly() -> None:
    book = opened(written())
    sheet = book.worksheets[0]
    typed = [7200.5, 0.1 + 0.2, "5,200.00"]
    for number, value in enumerate(typed, start=2):
        sheet.cell(number, 8).value = value
    saved = io.BytesIO()
    book.save(saved)
    read = workbook.read(saved.getvalue(), COLUMNS)
    assert read.identification == MARKS
    amounts = [numbers.yuan(row.cells[7]) for row in read.rows]
    assert amounts == [Decimal("7200.50"), Decimal("0.30"), Decimal("5200.00")]
    assert [cells.text(row.cells[0]) for row in read.rows] == [row[0] for row in ROWS]
    assert [cells.text(row.cells[2]) for row in read.rows] == [row[2] for row in ROWS]


def test_only_the_editable_columns_are_unlocked() -> None:
    sheet = opened(written()).worksheets[0]
    assert sheet.protection.sheet
    for row in sheet.iter_rows(min_row=2, max_row=4):
        locked = [cell.protection.locked for cell in row]
        assert locked == [not column.editable for column in COLUMNS]
    assert all(cell.protection.locked for cell in sheet[1])


def test_editable_columns_are_seen_to_be_so() -> None:
    sheet = opened(written()).worksheets[0]
    colours = [sheet.cell(2, index).fill.fgColor.rgb for index in range(1, 9)]
    assert len(set(colours)) == 2
    assert colours[5] == colours[7] != colours[0]


def test_accounts_and_id_numbers_are_text_cells() -> None:
    sheet = opened(written()).worksheets[0]
    for index in (1, 3):
        assert sheet.cell(2, index).data_type == "s"
        assert sheet.cell(2, index).number_format == "@"
    assert sheet.cell(3, 1).value == "052601000002"
    xml = zipfile.ZipFile(io.BytesIO(written())).read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r'<ignoredError sqref="A2:A4[^"]*" numberStoredAsText="1"/>', xml)


def test_numbers_are_numbers_with_their_formats() -> None:
    sheet = opened(written()).worksheets[0]
    assert (sheet["G4"].value, sheet["G4"].number_format) == (7200.5, "#,##0.00")
    assert (sheet["E2"].value, sheet["E3"].value) == (0.12, 0.055)
    assert sheet["H2"].value is None


def test_typing_is_validated_in_chinese_words() -> None:
    rules = {
        str(rule.sqref): rule
        for rule in opened(written()).worksheets[0].data_validations.dataValidation
    }
    money, months, status = rules["H2:H4"], rules["F2:F4"], rules["D2:D4"]
    assert (money.type, money.formula1, money.formula2) == ("decimal", "1760", "30000.5")
    assert money.error == "请填写1760.00至30000.50之间的金额，最多两位小数"
    assert (months.type, months.formula1, months.formula2) == ("whole", "1", "12")
    assert (status.type, status.formula1) == ("list", '"正常,封存"')
    assert "G2:G4" not in rules


def test_the_hidden_sheet_cannot_be_unhidden_from_the_menu() -> None:
    book = opened(written())
    assert book.sheetnames == ["基数调整", "_hall"]
    assert book["_hall"].sheet_state == "veryHidden"
    assert book["_hall"]["A1"].value == "template"


def test_the_heading_stays_in_view_and_columns_have_their_widths() -> None:
    sheet = opened(written()).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["C"].width == pytest.approx(22.7, abs=0.1)


@pytest.mark.parametrize("value", DANGEROUS)
def test_no_text_ever_becomes_a_formula_or_a_link(value) -> None:
    content = workbook.write("导出", (Column("姓名"), Column("备注")), [("张三", value)])
    archive = zipfile.ZipFile(io.BytesIO(content))
    xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in xml.replace("<formula", "")
    assert "hyperlink" not in xml
    cell = opened(content).worksheets[0]["B2"]
    assert cell.data_type == "s"
    if value.isprintable() and value == value.strip():
        assert workbook.read(content, (Column("姓名"), Column("备注"))).rows[0].cells[1]


@pytest.mark.parametrize("value", [v for v in DANGEROUS if v.isprintable()])
def test_odd_texts_read_back_as_they_were(value) -> None:
    columns = (Column("姓名"), Column("备注"))
    content = workbook.write("导出", columns, [("张三", value)])
    assert cells.text(workbook.read(content, columns).rows[0].cells[1]) == value.strip()


def test_a_column_of_one_kind_is_spelt_as_its_cells_are_one_by_one() -> None:
    columns = (
        Column("序号", "integer"), Column("账号"), Column("比例"), Column("说明"),
        Column("月数", "percent"), Column("金额", "money"), Column("填写", "money", editable=True),
    )  # fmt: skip
    alike = [
        (number, f"5226{number:08d}", "5%+5%", "%s<&>", 12, Decimal(number).scaleb(-2), None)
        for number in range(1, 41)
    ]
    odd = (None, "", None, None, None, None, Decimal(5))
    written = [workbook.write("清册", columns, rows) for rows in (alike, [*alike, odd])]
    spelt, one_by_one = (re.findall(r"<row .*?</row>", _sheet(content)) for content in written)
    assert len(spelt) == 41
    assert spelt == one_by_one[:-1]
    assert [row.cells[3] for row in workbook.read(written[0], columns).rows] == ["%s<&>"] * 40


def test_a_float_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(TypeError, match="float"):
        workbook.write("导出", (Column("金额", "money"),), [(7200.5,)])


def test_the_document_names_nobody_and_no_time() -> None:
    book = opened(written())
    assert not book.properties.creator
    assert not book.properties.lastModifiedBy
    assert book.properties.created.year == 1980
    assert written() == written()


def test_spare_rows_can_be_filled_in_and_are_no_rows_while_empty() -> None:
    columns = (Column("姓名", editable=True), Column("基数", "money", editable=True))
    content = workbook.write("登记", columns, [], spare_rows=200)
    assert workbook.read(content, columns).rows == []
    book = opened(content)
    book.worksheets[0]["A150"].value = "张三"
    assert not book.worksheets[0]["A150"].protection.locked
    saved = io.BytesIO()
    book.save(saved)
    assert [row.number for row in workbook.read(saved.getvalue(), columns).rows] == [150]


def test_a_sheet_may_be_left_unprotected() -> None:
    assert not opened(written(protect=False)).worksheets[0].protection.sheet


def test_any_sheet_name_can_be_written() -> None:
    content = workbook.write("[凯里]市:第九*中学/清册?" + "长" * 40, COLUMNS, ROWS)
    assert len(opened(content).sheetnames[0]) == 31
