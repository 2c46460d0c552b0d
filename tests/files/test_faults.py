"""Faults come back in the clerk's own rows, all of them, and the workbook can be corrected."""

import dataclasses
import io
from decimal import Decimal

import openpyxl
import pytest

from services.files import faults, numbers, workbook
from services.files.faults import Fault
from tests.files.books import COLUMNS, book, number, person, row, text

FAULTS = [
    Fault(0, "522601000009 王五", "", "", "清册中缺少此人，请补上"),
    Fault(4, "522601000004", "调整后基数", "七千", "应填写数字"),
    Fault(2, "522601000002", "姓名", "张三丰", "不得修改"),
    Fault(2, "522601000002", "调整后基数", "=D2", "不能是公式"),
]


@pytest.fixture
def uploaded() -> workbook.Sheet:
    rows = [
        person(2, B=text("B2", "张三丰"), E='<c r="E2"><f>D2</f><v>1</v></c>'),
        row(3),
        person(4, C=number("C4", "5.22601199001011E+17"), E=text("E4", "七千")),
        person(5),
    ]
    return workbook.read(book(*rows), COLUMNS)._replace(identification={"template": "x"})


def opened(content) -> openpyxl.worksheet.worksheet.Worksheet:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def test_every_row_keeps_its_number_and_lists_all_its_faults_last(uploaded) -> None:
    sheet = opened(faults.faults_workbook(uploaded, COLUMNS, FAULTS))
    reasons = [sheet.cell(number, 6).value for number in range(1, 7)]
    assert reasons == [
        "错误原因",
        "姓名：不得修改；调整后基数：不能是公式",
        None,
        "调整后基数：应填写数字",
        None,
        "522601000009 王五 清册中缺少此人，请补上",
    ]
    assert [sheet.cell(number, 1).value for number in (2, 4, 5)] == [
        "522601000002",
        "522601000004",
        "522601000005",
    ]


def test_what_was_filled_in_comes_back_as_it_was(uploaded) -> None:
    sheet = opened(faults.faults_workbook(uploaded, COLUMNS, FAULTS))
    assert sheet["E2"].value == "=D2"
    assert sheet["E2"].data_type == "s"
    assert sheet["C4"].value == "5.22601199001011E+17"
    assert sheet["E4"].value == "七千"
    assert (sheet["D5"].value, sheet["E5"].value) == (6000, 7200.5)


def test_the_faulty_cells_and_only_those_are_red(uploaded) -> None:
    sheet = opened(faults.faults_workbook(uploaded, COLUMNS, FAULTS))
    red = sheet["B2"].fill.fgColor.rgb
    marked = {cell.coordinate for line in sheet for cell in line if cell.fill.fgColor.rgb == red}
    assert marked == {"B2", "E2", "E4"}


def test_the_corrected_faults_workbook_can_be_uploaded_as_it_is(uploaded) -> None:
    content = faults.faults_workbook(uploaded, COLUMNS, FAULTS)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    assert not sheet["E4"].protection.locked
    sheet["E2"].value, sheet["E4"].value = 8000, 8100.25
    saved = io.BytesIO()
    book.save(saved)
    read = workbook.read(saved.getvalue(), COLUMNS)
    assert [line.number for line in read.rows] == [2, 4, 5]
    assert [numbers.yuan(line.cells[4]) for line in read.rows] == [
        Decimal("8000.00"),
        Decimal("8100.25"),
        Decimal("7200.50"),
    ]
    assert read.identification == {"template": "x"}


def test_a_file_with_faults_only_as_a_whole_still_gives_a_workbook() -> None:
    content = faults.faults_workbook(workbook.Sheet([], {}), COLUMNS, FAULTS[:1])
    assert opened(content)["F2"].value.endswith("清册中缺少此人，请补上")


def test_a_fault_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FAULTS[0].row = 1
