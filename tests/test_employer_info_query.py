"""单位信息查询 (manual B4): what is listed, printed and saved, and that somebody wrote it down."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from data.database import snapshot
from data.enums import BusinessKind, CaseStatus
from data.models.record import Export
from services import employer_info_query, exports, prints
from services.actor import Actor
from services.errors import NotAllowed
from services.exports import Conditions, NothingToExport, Reversed, Unreadable
from tests import change_cases

pytestmark = pytest.mark.usefixtures("db", "storage")
KIND = BusinessKind.EMPLOYER_INFO_CHANGE
JULY = Conditions(date(2026, 7, 1), date(2026, 7, 31))


@pytest.fixture
def two_cases(db, clerk1: Actor, clerk2: Actor, officer_a: Actor) -> None:
    """Two approved in July, one in June, one under review, and one of another employer."""
    change_cases.case(KIND, clerk1, officer_a, "2026-07-01 00:00", {
        "address": ("贵州省凯里市永乐路9号", "贵州省凯里市永乐路19号"), "postcode": ("", "556000"),
    })  # fmt: skip
    change_cases.case(KIND, clerk1, officer_a, "2026-07-31 23:59", {
        "contact_mobile": ("13885500000", "13985512345"), "kind": ("010", "001"),
    })  # fmt: skip
    change_cases.case(KIND, clerk1, officer_a, "2026-06-30 23:59", {"fax": ("", "8222222")})
    change_cases.case(
        KIND, clerk1, None, "2026-07-03 09:00", {"fax": ("", "8333333")}, status=CaseStatus.PENDING
    )
    change_cases.case(KIND, clerk2, officer_a, "2026-07-03 09:00", {"fax": ("", "8444444")})


def log() -> list[Export]:
    with snapshot() as session:
        return list(session.scalars(select(Export).order_by(Export.id)))


@pytest.mark.manual("B4.1")
@pytest.mark.usefixtures("two_cases")
def test_the_completed_changes_of_the_days_are_listed_both_days_included(clerk1: Actor) -> None:
    found = employer_info_query.changes(clerk1, JULY)
    assert [row[:5] for row in found.rows] == [
        (1, "2026-07-01", "单位地址", "贵州省凯里市永乐路9号", "贵州省凯里市永乐路19号"),
        (2, "2026-07-01", "邮政编码", "", "556000"),
        (3, "2026-07-31", "经办人手机号码", "13885500000", "13985512345"),
        (4, "2026-07-31", "单位性质", "事业单位", "国家机关"),
    ]
    assert found.rows[0][6:] == ("网厅", "杨秀英", "王建国", "2026-07-01 00:00")
    assert found.sentence == "2笔业务，4项变更"


@pytest.mark.usefixtures("two_cases")
def test_days_left_open_are_no_limit_and_days_reversed_are_refused(clerk1: Actor) -> None:
    assert len(employer_info_query.changes(clerk1, Conditions()).rows) == 5
    assert len(employer_info_query.changes(clerk1, Conditions(last=date(2026, 6, 30))).rows) == 1
    with pytest.raises(Reversed, match="开始日期不能晚于结束日期"):
        employer_info_query.changes(clerk1, Conditions(date(2026, 7, 2), date(2026, 7, 1)))


def test_this_month_is_the_business_dates(on_day) -> None:
    assert Conditions.this_month() == JULY
    on_day("2026-12-31")
    assert Conditions.this_month() == Conditions(date(2026, 12, 1), date(2026, 12, 31))


@pytest.mark.usefixtures("two_cases")
def test_a_screen_masks_a_mobile_phone_and_nothing_else(clerk1: Actor) -> None:
    shown = employer_info_query.changes(clerk1, JULY).on_screen
    assert shown[2][3:5] == ("138****0000", "139****2345")
    assert shown[0][4] == "贵州省凯里市永乐路19号"


@pytest.mark.manual("B4.2")
@pytest.mark.usefixtures("two_cases")
def test_the_print_has_the_head_of_the_unit_every_row_and_a_code(clerk1: Actor) -> None:
    printed = prints.listing(clerk1, employer_info_query.changes(clerk1, JULY))
    [page] = [p.extract_text() for p in PdfReader(io.BytesIO(printed.content)).pages]
    for fact in (
        "单位信息变更记录", "凯里市第九中学(示例)", "522601000101", "13985512345", "国家机关",
        "变更日期2026-07-01至2026-07-31", "2笔业务，4项变更", "第1页 共1页",
        prints.grouped(printed.code),
    ):  # fmt: skip
        assert fact in page
    assert prints.kept(clerk1, printed.code) == printed
    facts = prints.verify(printed.code)
    assert facts
    assert facts.summary == "变更日期2026-07-01至2026-07-31；2笔业务，4项变更"
    [line] = log()
    assert (line.what, line.rows, line.user_id) == ("单位信息变更记录打印", 4, clerk1.user_id)


@pytest.mark.manual("B4.3")
@pytest.mark.usefixtures("two_cases")
def test_the_workbook_has_what_the_screen_has_under_the_name_agreed(clerk1: Actor) -> None:
    found = employer_info_query.changes(clerk1, JULY)
    file = exports.save(clerk1, found)
    assert file.name == "单位信息变更记录_522601000101_20260701_20260731.xlsx"
    sheet = load_workbook(io.BytesIO(file.content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[0]) == [column.heading for column in found.columns]
    assert [[cell or "" for cell in row] for row in rows[1:]] == [list(row) for row in found.rows]
    [line] = log()
    assert (line.what, line.rows) == ("单位信息变更记录数据下载", 4)
    assert line.conditions == "变更日期2026-07-01至2026-07-31"
    assert line.employer_id == clerk1.employer_id


def test_nothing_found_makes_no_file_no_print_and_no_log(clerk1: Actor) -> None:
    found = employer_info_query.changes(clerk1, JULY)
    assert found.rows == []
    with pytest.raises(NothingToExport):
        exports.save(clerk1, found)
    with pytest.raises(NothingToExport):
        prints.listing(clerk1, found)
    assert log() == []


def test_what_somebody_typed_never_becomes_a_formula(clerk1: Actor, officer_a: Actor) -> None:
    evil = '=HYPERLINK("http://evil","点")'
    change_cases.case(KIND, clerk1, officer_a, "2026-07-03 09:00", {"address": ("甲", evil)})
    file = exports.save(clerk1, employer_info_query.changes(clerk1, JULY))
    cell = load_workbook(io.BytesIO(file.content)).worksheets[0]["E2"]
    assert (cell.value, cell.data_type) == (evil, "s")


def test_only_clerks_ask(officer_a: Actor, manager: Actor) -> None:
    for who in (officer_a, manager):
        with pytest.raises(NotAllowed):
            employer_info_query.changes(who, JULY)


def test_conditions_survive_an_address_and_nonsense_is_refused() -> None:
    from urllib.parse import parse_qsl

    asked = Conditions(date(2026, 7, 1), None, "522610000001", ("01", "02"))
    assert Conditions.read(dict(parse_qsl(asked.query_string))) == asked
    assert Conditions.read({}) == Conditions()
    for words in (
        {"first": "2026-02-30"},
        {"last": "x"},
        {"codes": ",".join("abcdefghijklmnopqrstu")},
    ):
        with pytest.raises(Unreadable):
            Conditions.read(words)
