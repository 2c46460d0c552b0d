"""Prints: the 汇缴书, the 汇缴清册, the code that anybody can check (manual B3.6, B3.7)."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, update

from data.database import snapshot, transaction
from data.enums import AssessmentStatus, BusinessKind, RemittanceKind
from data.models.record import Export, Print
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from services import prints, remittance_prints
from services.actor import Actor
from services.errors import NotAllowed, NotFound
from services.files import pdf_font
from services.files.columns import Column
from services.files.pdf import ListPaper, list_paper
from services.remittance import assess, desk, edit
from services.remittance_papers import Deleted, NotApproved
from services.rules.months import Month
from tests import test_contributor_registration as registering
from tests import test_contributor_status_change as changing
from tests.conftest import employer

pytestmark = pytest.mark.usefixtures("db", "storage")
U1 = "522601000101"
WHEN = datetime(2026, 8, 5, 2, tzinfo=UTC)


def august(status=AssessmentStatus.APPROVED, heads=301) -> int:
    """Write the August of scenario C4: 300 people at 780 + 780, two at 624 + 624, one gone."""
    unit = employer(U1)
    with transaction() as session:
        people = session.scalars(
            select(Contributor)
            .where(Contributor.employer_id == unit.id)
            .order_by(Contributor.account)
            .limit(heads)
        ).all()
        month = Assessment(
            employer_id=unit.id, month=202608, kind=RemittanceKind.REGULAR, status=status,
            last_heads=300, last_amount=Decimal("468000.00"), plus_heads=2,
            plus_amount=Decimal("2496.00"), minus_heads=1, minus_amount=Decimal("1560.00"),
            difference=Decimal(0), heads=heads, employer_amount=Decimal("234468.00"),
            contributor_amount=Decimal("234468.00"), assessed_by=None, assessed_at=WHEN,
        )  # fmt: skip
        session.add(month)
        session.flush()
        for number, who in enumerate(people):
            part = Decimal(780 if number < heads - 2 else 624)
            base = Decimal(6500 if number < heads - 2 else 5200)
            session.add(
                AssessmentLine(
                    assessment_id=month.id, employer_id=unit.id, contributor_id=who.id,
                    account=who.account, name=who.name, id_number=who.id_number, base=base, employer_rate=12,
                    contributor_rate=12, employer_amount=part, contributor_amount=part,
                )
            )  # fmt: skip
        return month.id


def texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def exports_of(actor: Actor) -> int:
    with snapshot() as session:
        count = select(func.count()).select_from(Export).where(Export.user_id == actor.user_id)
        return session.scalars(count).one()


@pytest.mark.manual("B3.6")
def test_the_voucher_states_the_month_in_figures_and_in_capitals(clerk1: Actor) -> None:
    printed = remittance_prints.voucher(clerk1, august())
    [text] = texts(printed.content)
    for fact in (
        "住 房 公 积 金 汇 缴 书", "凯里市第九中学(示例)", U1, "2026年08月", "468,000.00", "2,496.00",
        "1,560.00", "301", "468,936.00", "234,468.00", "肆拾陆万捌仟玖佰叁拾陆元整", "■汇缴",
        prints.grouped(printed.code),
    ):  # fmt: skip
        assert fact in text
    assert printed.name == f"住房公积金汇缴书_{printed.code}.pdf"


@pytest.mark.manual("B3.6")
def test_a_reprint_is_the_same_paper_whatever_has_changed_since(clerk1: Actor, on_day) -> None:
    number = august()
    first = remittance_prints.voucher(clerk1, number)
    roster = remittance_prints.roster(clerk1, number)
    with transaction() as session:
        session.execute(update(Employer).where(Employer.number == U1).values(name="改名后的单位"))
        session.execute(update(AssessmentLine).values(name="改名"))
    on_day("2026-12-01")
    assert remittance_prints.voucher(clerk1, number) == first
    assert remittance_prints.roster(clerk1, number) == roster
    assert first.code != roster.code


@pytest.mark.manual("B3.7")
def test_the_roster_has_22_rows_then_31_and_totals_on_the_last_of_10_pages(clerk1: Actor) -> None:
    pages = texts(remittance_prints.roster(clerk1, august()).content)
    assert len(pages) == 10
    rows = [page.count("正常") for page in pages]
    assert rows == [22] + [31] * 9
    for number, page in enumerate(pages, start=1):
        assert "证件号码" in page
        assert "月缴存额" in page
        assert f"第{number}页 共10页" in page
        assert ("468,936.00" in page) == (number in (1, 10))
        assert page.count("234,468.00") == (2 if number == 10 else 0)
    assert "发生额：468,936.00元" in pages[0]


def test_the_list_of_changes_says_who_came_who_went_and_who_pays_otherwise(
    clerk2: Actor, officer_a: Actor, on_day
) -> None:
    """4,726.00 less 1,226.00, and 832.00 more, and 108.00 more: 4,440.00."""
    gone, other = changing.accounts(clerk2)[:2]
    changing.enter(clerk2, BusinessKind.SEALING, gone)
    changing.confirm(clerk2, BusinessKind.SEALING, [gone], "seal")
    registering.roster.add(clerk2, registering.YANG)
    registering.confirm(clerk2)
    changing.set_person(
        other, base=Decimal(5000), employer_amount=Decimal(400), contributor_amount=Decimal(400)
    )
    assess.assess(clerk2, [Month(2026, 7)], client_id="july")
    july = edit.assessed_months(clerk2)[0]
    desk.approve(officer_a, july.id)
    printed = remittance_prints.changes(clerk2, july.id)
    (text,) = texts(printed.content)
    for words in (
        "5人，4,726.00元", "5人，4,440.00元", "开户", "杨再兴", "832.00", "增加小计", gone, "封存",
        "终止/解除劳动关系", "-1,226.00", "减少小计", other, "108.00", "调整小计", "-286.00",
    ):  # fmt: skip
        assert words in text, words
    changing.set_person(other, name="改名后")
    on_day("2026-09-01")
    assert remittance_prints.changes(clerk2, july.id) == printed
    edit.delete(clerk2, july.id, reason="漏报")
    found = prints.verify(printed.code)
    assert found
    assert found.is_void


def test_both_papers_are_written_down_as_taken_out_each_time(clerk1: Actor) -> None:
    number = august()
    remittance_prints.voucher(clerk1, number)
    remittance_prints.roster(clerk1, number)
    remittance_prints.roster(clerk1, number)
    assert exports_of(clerk1) == 3


def test_nothing_is_printed_before_the_center_has_approved(clerk1: Actor) -> None:
    number = august(AssessmentStatus.ASSESSED)
    for draw in (remittance_prints.voucher, remittance_prints.roster):
        with pytest.raises(NotApproved, match="2026年8月的核定尚未经中心审批"):
            draw(clerk1, number)


def test_a_deleted_month_is_no_longer_printed_and_its_print_is_void(clerk1: Actor) -> None:
    number = august()
    code = remittance_prints.voucher(clerk1, number).code
    with transaction() as session:
        session.execute(
            update(Assessment)
            .where(Assessment.id == number)
            .values(status=AssessmentStatus.DELETED, deleted_at=WHEN)
        )
    with pytest.raises(Deleted):
        remittance_prints.voucher(clerk1, number)
    facts = prints.verify(code)
    assert facts
    assert facts.is_void


def test_another_employers_papers_are_not_to_be_had(
    clerk1: Actor, clerk2: Actor, officer_a: Actor, officer_d: Actor, manager: Actor
) -> None:
    number = august()
    code = remittance_prints.roster(clerk1, number).code
    for draw in (remittance_prints.voucher, remittance_prints.roster):
        with pytest.raises(NotFound):
            draw(clerk2, number)
        with pytest.raises(NotFound):
            draw(officer_d, number)
        with pytest.raises(NotAllowed):
            draw(manager, number)
        assert draw(officer_a, number).content
    with pytest.raises(NotFound):
        prints.kept(clerk2, code)
    with pytest.raises(NotFound):
        remittance_prints.voucher(clerk1, 999999)
    assert exports_of(clerk2) == 0


def test_a_code_tells_what_was_printed_and_nobodys_name(clerk1: Actor) -> None:
    printed = remittance_prints.roster(clerk1, august())
    for typed in (printed.code, prints.grouped(printed.code).lower(), f" {printed.code} "):
        facts = prints.verify(typed)
        assert facts
        assert facts.title == "住房公积金汇缴清册"
        assert facts.employer == "凯里市第九中学(示例)"
        assert "2026年08月" in facts.summary
        assert "468,936.00" in facts.summary
        assert not facts.is_void
    with snapshot() as session:
        names = set(session.scalars(select(AssessmentLine.name)))
    assert not any(name in facts.summary for name in names)


def test_a_wrong_code_tells_nothing(clerk1: Actor) -> None:
    code = remittance_prints.voucher(clerk1, august()).code
    for wrong in ("", "0000-0000-0000", code[:-1], code + "A", "A" * 5000, "'; drop table print"):
        assert prints.verify(wrong) is None


def test_codes_have_no_look_alikes_and_twelve_characters(clerk1: Actor) -> None:
    code = remittance_prints.voucher(clerk1, august()).code
    assert len(code) == 12
    assert not set(code) & set("0O1IL2Z5S8BV")


def test_two_who_print_in_the_same_moment_get_the_same_paper(clerk1: Actor) -> None:
    number = august()
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(remittance_prints.roster, clerk1, number) for _ in range(8)]
    assert len({job.result().code for job in jobs}) == 1
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Print)).one() == 1


def paper(count: int, name: str = "杨秀英") -> ListPaper:
    columns = (Column("序号", "integer", 6), Column("姓名", width=12), Column("证件号码", width=20),
               *(Column(f"金额{number}", "money", 12) for number in range(6)))  # fmt: skip
    rows = [
        (number, name, f"52260119900307{number:04d}", *([Decimal("1234.50") + number] * 6))
        for number in range(1, count + 1)
    ]
    return ListPaper("清册", [("单位名称", "甲")], columns, rows, {"姓名": "合计"}, "X", "Y")


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (22, 1), (23, 2), (53, 2), (54, 3)])
def test_a_full_page_does_not_spill(count, pages) -> None:
    found = texts(list_paper(paper(count)))
    assert len(found) == pages
    assert ["合计" in page for page in found] == [False] * (pages - 1) + [True]


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert list_paper(paper(60)) == list_paper(paper(60))


def test_5000_rows_are_drawn_in_less_than_three_seconds() -> None:
    list_paper(paper(1))
    begun = time.process_time()
    assert len(PdfReader(io.BytesIO(list_paper(paper(5000)))).pages) == 162
    assert time.process_time() - begun < 6  # with the reading; drawing takes 1.5 s


def test_a_character_that_the_typeface_lacks_is_seen_and_logged(caplog, monkeypatch) -> None:
    pdf_font._missing.cache_clear()
    monkeypatch.setattr(pdf_font.log, "disabled", False)  # whatever a server in this process set up
    with caplog.at_level("WARNING", logger=pdf_font.log.name):
        [page] = texts(list_paper(paper(1, "潘𬎆\U000200a4")))
    assert "潘〓〓" in page
    assert "U+2C386" in caplog.text


def test_a_rare_character_of_the_region_is_drawn_as_it_is() -> None:
    [page] = texts(list_paper(paper(1, "㵲阳龘")))
    assert "㵲阳龘" in page


def test_a_long_text_goes_on_in_more_lines_and_stays_whole() -> None:
    name = "黔东南苗族侗族自治州凯里市大十字街道韶山南路六十六号" * 4
    [page] = texts(list_paper(paper(1, name)))
    assert name in page.replace("\n", "")
