"""缴存人信息查询 (manual B6): accounts, changes of information, changes of status."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select, update

from data.database import snapshot, transaction
from data.enums import BusinessKind, ChangeKind, ContributorStatus
from data.models.record import Export
from data.models.register import Contributor
from services import (
    change_records,
    contributor_info_change,
    employer_info_change,
    exports,
    prints,
    queries,
)
from services.actor import Actor
from services.approval.change_case import Business
from services.contributor_query.accounts import accounts
from services.contributor_query.changes import changes
from services.contributor_query.listing import choices
from services.contributor_query.statuses import statuses
from services.errors import NotAllowed, NotFound
from services.exports import Conditions, Listing, NothingToExport, Reversed
from tests import change_cases

pytestmark = pytest.mark.usefixtures("db", "storage")
JULY = Conditions(date(2026, 7, 1), date(2026, 7, 31))
INFO = BusinessKind.CONTRIBUTOR_INFO_CHANGE


def people(actor: Actor) -> list[Contributor]:
    with snapshot() as session:
        return list(
            session.scalars(
                select(Contributor)
                .where(Contributor.employer_id == actor.employer_id)
                .order_by(Contributor.account)
            )
        )


def column(listing: Listing, heading: str) -> list:
    place = [c.heading for c in listing.columns].index(heading)
    return [row[place] for row in listing.rows]


def sheet_rows(content: bytes) -> list[list]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def exact(cell) -> object:
    """Read a number back without a float's tail."""
    return Decimal(str(cell)).quantize(Decimal("0.01")) if isinstance(cell, float) else cell


# Accounts


@pytest.mark.manual("B6.1")
def test_all_accounts_with_the_totals_of_those_in_status_normal(clerk1: Actor) -> None:
    found = accounts(clerk1, Conditions())
    assert len(found.rows) == 302
    assert found.sentence == (
        "302人，其中正常300人；正常账户月缴存额432,000.00元（单位216,000.00元，个人216,000.00元）"
    )
    assert found.totals["月缴存额"] == Decimal("432000.00")
    assert sum(amount for amount in column(found, "月缴存额") if amount) == Decimal("432000.00")
    first = found.rows[0]
    assert first[4:13] == (
        "正常", Decimal("6000.00"), Decimal("720.00"), Decimal("720.00"), Decimal("1440.00"),
        "2024-03-01", "2024-03", "2026-06", "",
    )  # fmt: skip


@pytest.mark.manual("B6.1")
def test_by_status_ticked(clerk1: Actor) -> None:
    found = accounts(clerk1, Conditions(codes=("02",)))
    assert column(found, "账户状态") == ["封存", "封存"]
    assert column(found, "封存年月") == ["2026-04", "2026-04"]
    assert column(found, "封存原因") == ["保留劳动关系停发工资"] * 2
    assert column(found, "月缴存额") == [None, None]
    assert len(accounts(clerk1, Conditions(codes=("01", "02"))).rows) == 302
    assert accounts(clerk1, Conditions(codes=("06",))).rows == []


@pytest.mark.manual("B6.1")
def test_by_opening_date_both_days_included(clerk2: Actor) -> None:
    late = people(clerk2)[1]
    with transaction() as session:
        session.execute(
            update(Contributor).where(Contributor.id == late.id).values(opened_on=date(2025, 5, 1))
        )
    assert column(accounts(clerk2, Conditions(date(2025, 5, 1), date(2025, 5, 1))), "个人账号") == [
        late.account
    ]
    assert len(accounts(clerk2, Conditions(last=date(2025, 4, 30))).rows) == 4
    with pytest.raises(Reversed):
        accounts(clerk2, Conditions(date(2025, 5, 2), date(2025, 5, 1)))


@pytest.mark.manual("B6.1")
def test_one_account_chosen_from_the_list_and_never_another_employers(
    clerk1: Actor, clerk2: Actor
) -> None:
    listed = choices(clerk2)
    assert [entry.account for entry in listed] == [who.account for who in people(clerk2)]
    assert listed[0].ending == people(clerk2)[0].id_number[-4:]
    one = Conditions(account=listed[0].account)
    assert column(accounts(clerk2, one), "姓名") == [listed[0].name]
    assert accounts(clerk1, one).rows == []


def test_the_screen_masks_the_identity_number_and_shows_the_rest_as_the_file(
    clerk2: Actor,
) -> None:
    found = accounts(clerk2, Conditions())
    whole = people(clerk2)[0].id_number
    assert found.rows[0][3] == whole
    assert found.on_screen[0][3] == f"{whole[:6]}********{whole[-4:]}"
    for row, shown in zip(found.rows, found.on_screen, strict=True):
        assert [*row[:3], *row[4:]] == [*shown[:3], *shown[4:]]


@pytest.mark.manual("B6.4")
def test_the_workbook_of_accounts_has_the_screens_rows_and_the_totals(clerk2: Actor) -> None:
    found = accounts(clerk2, Conditions())
    file = exports.save(clerk2, found)
    assert file.name == "缴存人账户信息_522601000202_不限_不限.xlsx"
    rows = sheet_rows(file.content)
    assert rows[0] == [c.heading for c in found.columns]
    for saved, row in zip(rows[1:6], found.rows, strict=True):
        assert [exact(cell) for cell in saved] == [None if cell == "" else cell for cell in row]
    assert rows[6][1:3] == ["合计", "5人"]
    assert rows[6][8] == 4726
    assert [row[3] for row in rows[1:6]] == [who.id_number for who in people(clerk2)]


@pytest.mark.manual("B6.4")
def test_the_print_of_accounts_has_whole_numbers_and_totals(clerk1: Actor) -> None:
    printed = prints.listing(clerk1, accounts(clerk1, Conditions()))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed.content)).pages]
    assert len(pages) == 16  # 17 rows, then 19 a page: 17 + 15 × 19 = 302
    assert people(clerk1)[0].id_number in pages[0]
    assert "432,000.00" in pages[-1]
    assert "302人，其中正常300人" in pages[-1]
    assert "第16页 共16页" in pages[-1]


def test_every_way_out_is_written_down_with_who_what_and_how_many(clerk2: Actor) -> None:
    found = accounts(clerk2, Conditions(codes=("01",)))
    exports.save(clerk2, found)
    prints.listing(clerk2, found)
    with snapshot() as session:
        log = session.scalars(select(Export).order_by(Export.id)).all()
    assert [(line.what, line.rows, line.user_id) for line in log] == [
        ("缴存人账户信息数据下载", 5, clerk2.user_id),
        ("缴存人账户信息打印", 5, clerk2.user_id),
    ]
    assert {line.conditions for line in log} == {"开户日期不限，账户状态正常"}


def test_a_name_that_looks_like_a_formula_stays_a_name(clerk2: Actor) -> None:
    with transaction() as session:
        session.execute(
            update(Contributor)
            .where(Contributor.employer_id == clerk2.employer_id)
            .values(name="=1+1")
        )
    content = exports.save(clerk2, accounts(clerk2, Conditions())).content
    cell = load_workbook(io.BytesIO(content)).worksheets[0]["C2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


# Changes of information


@pytest.fixture
def changed(clerk1: Actor, officer_a: Actor) -> list[Contributor]:
    one, two = people(clerk1)[:2]
    change_cases.case(
        INFO, clerk1, officer_a, "2026-07-02 10:00",
        {"education": ("21", "14"), "postcode": ("", "556000")}, contributor_id=one.id,
    )  # fmt: skip
    change_cases.case(
        INFO, clerk1, officer_a, "2026-06-02 10:00",
        {"id_number": (two.id_number, "522601199003070017"), "mobile": ("13800000000", "13911112222")},
        contributor_id=two.id,
    )  # fmt: skip
    return [one, two]


@pytest.mark.manual("B6.2")
def test_changes_of_information_by_date_and_by_account(clerk1: Actor, changed) -> None:
    one, two = changed
    found = changes(clerk1, JULY)
    assert [row[1:7] for row in found.rows] == [
        (one.account, one.name, "2026-07-02", "学历", "大学本科毕业", "硕士研究生毕业"),
        (one.account, one.name, "2026-07-02", "邮政编码", "", "556000"),
    ]
    assert found.sentence == "1人，2项变更"
    assert len(changes(clerk1, Conditions()).rows) == 4
    assert set(column(changes(clerk1, Conditions(account=two.account)), "姓名")) == {two.name}
    assert changes(clerk1, Conditions(JULY.first, JULY.last, two.account)).rows == []


@pytest.mark.parametrize(
    "business", [employer_info_change.BUSINESS, contributor_info_change.BUSINESS]
)
def test_an_item_is_called_in_the_records_as_on_its_form(business: Business) -> None:
    called = {name: change_records.label(business.kind.code, name) for name in business.items}
    assert called == {name: item.label for name, item in business.items.items()}


def test_another_employers_changes_are_not_listed(clerk2: Actor, changed) -> None:
    assert changes(clerk2, Conditions()).rows == []


def test_numbers_in_changes_are_masked_on_the_screen_whole_in_the_file(
    clerk1: Actor, changed
) -> None:
    found = changes(clerk1, Conditions(account=changed[1].account))
    assert [row[6] for row in found.on_screen] == ["522601********0017", "139****2222"]
    rows = sheet_rows(exports.save(clerk1, found).content)
    assert [row[6] for row in rows[1:]] == ["522601199003070017", "13911112222"]


# Changes of status


@pytest.fixture
def moved(clerk1: Actor) -> list[Contributor]:
    one, two = people(clerk1)[:2]
    change_cases.status_change(clerk1, one.id, ChangeKind.SEALED, "2026-07-02 10:00", reason="06")
    change_cases.status_change(clerk1, two.id, ChangeKind.UNSEALED, "2026-07-05 10:00", reason="12")
    change_cases.status_change(clerk1, one.id, ChangeKind.BASE_CHANGED, "2026-07-05 10:00")
    return [one, two]


@pytest.mark.manual("B6.3")
def test_changes_of_status_by_kind_account_and_date(clerk1: Actor, moved) -> None:
    one, two = moved
    found = statuses(clerk1, JULY)
    assert [row[1:10] for row in found.rows] == [
        (one.account, one.name, "封存", "退休", "正常", "封存", "2026-07", "2026-07-02 10:00", "杨秀英"),
        (two.account, two.name, "启封", "重新录用", "封存", "正常", "2026-07", "2026-07-05 10:00", "杨秀英"),
    ]  # fmt: skip
    assert found.sentence == "2人，2次变更"
    sealed = Conditions(codes=(ChangeKind.SEALED.value,))
    assert column(statuses(clerk1, sealed), "姓名") == [one.name]
    assert column(statuses(clerk1, Conditions(account=two.account)), "变更类型") == ["启封"]
    assert len(statuses(clerk1, Conditions(date(2026, 7, 3), date(2026, 7, 5))).rows) == 1


def test_a_kind_that_is_no_change_of_status_finds_nothing(clerk1: Actor, moved) -> None:
    assert statuses(clerk1, Conditions(codes=(ChangeKind.BASE_CHANGED.value,))).rows == []


@pytest.mark.manual("B6.4")
@pytest.mark.parametrize("query", [queries.CONTRIBUTOR_CHANGES, queries.STATUSES])
def test_both_kinds_of_changes_are_printed_and_saved_as_they_are_shown(
    clerk1: Actor, changed, moved, query
) -> None:
    found = queries.ask(query, clerk1, JULY)
    rows = sheet_rows(exports.save(clerk1, found).content)
    assert [[cell or "" for cell in row] for row in rows[1:]] == [list(row) for row in found.rows]
    text = PdfReader(io.BytesIO(prints.listing(clerk1, found).content)).pages[0].extract_text()
    for row in found.rows:
        assert str(row[1]) in text
    assert found.sentence in text


# All three


@pytest.mark.parametrize("query", [queries.ACCOUNTS, queries.CONTRIBUTOR_CHANGES, queries.STATUSES])
def test_nothing_found_makes_no_file_and_only_clerks_ask(
    clerk1: Actor, officer_a: Actor, query
) -> None:
    found = queries.ask(query, clerk1, Conditions(date(2000, 1, 1), date(2000, 1, 2)))
    for out in (exports.save, prints.listing):
        with pytest.raises(NothingToExport):
            out(clerk1, found)
    with pytest.raises(NotAllowed):
        queries.ask(query, officer_a, Conditions())
    with pytest.raises(NotFound):
        queries.ask("other", clerk1, Conditions())


def test_a_status_nobody_has_is_no_error(clerk1: Actor) -> None:
    assert accounts(clerk1, Conditions(codes=("xx",))).rows == []
    assert accounts(clerk1, Conditions(codes=tuple(s.value for s in ContributorStatus))).rows
