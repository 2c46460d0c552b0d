"""An uploaded base adjustment row by row: what is entered, and what each change of a row is told."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import CaseStatus, ContributorStatus, EmployerStatus
from data.models.case import Case
from data.models.register import Contributor
from services.actor import Actor
from services.base_adjustment import facts, judging
from services.base_adjustment.facts import Person, Terms
from services.base_adjustment.judging import Basis, LastYearsTemplate, Upload
from services.base_adjustment.line import Line
from services.files.cells import Cell, Formula, Number
from services.files.faults import Fault
from services.files.template import NothingInTheFile, OtherEmployersTemplate, OtherTemplate
from services.files.workbook import Row, Sheet
from services.rules.months import Month
from services.works.kinds import quietly
from tests.rosters import submitted
from tests.test_registration_rules import POLICY

U1 = "522601000101"
TERMS = Terms(7, U1, "凯里市第九中学(示例)", EmployerStatus.NORMAL, 12, 8, Month(2026, 6), POLICY)
SEALED = ContributorStatus.SEALED.value
PEOPLE = {
    one.account: one
    for one in (
        Person(1, "522600000001", "杨再兴", "522601199003070017", "01", 765_625, 153_200),
        Person(2, "522600000002", "吴丽娟", "522601198508150026", "01", 600_000, 120_000),
        Person(3, "522600000003", "龙海燕", "522625199512310032", "01", 198_000, 39_600),
    )
}
FILE = {"business": "base_adjustment", "version": "1", "employer": U1, "year": "2026"}
SIX_AND_A_HALF = Number("6500")


def spelt(fen: int) -> Number:
    return Number(f"{fen // 100}.{fen % 100:02d}")


def row(place: int, who: Person, base: Cell = SIX_AND_A_HALF, **changed: Cell) -> Row:
    cells = {
        "NUMBER": Number(str(place - 1)), "ACCOUNT": who.account, "NAME": who.name,
        "ID_NUMBER": who.id_number, "RATES": "12%+8%", "OLD_BASE": spelt(who.base),
        "OLD_AMOUNT": spelt(who.amount), "NEW_BASE": base,
    } | changed  # fmt: skip
    return Row(place, tuple(cells.values()))


def rows(**changed: Cell) -> list[Row]:
    """Return a row for everybody, the second one's cells changed."""
    first, second, third = PEOPLE.values()
    return [row(2, first), row(3, second, **changed), row(4, third)]


def judged(
    found: list[Row],
    people: dict[str, Person] | None = None,
    present: tuple[Line, ...] = (),
    **identification: str,
) -> Upload:
    basis = Basis(TERMS, PEOPLE if people is None else people, list(present))
    return judging.judge(Session(), basis, Sheet(found, FILE | identification), quietly)


def told(upload: Upload) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.reason) for fault in upload.faults]


def test_a_right_file_enters_everybody_with_both_parts_of_the_amount() -> None:
    upload = judged(rows())
    assert upload.faults == []
    assert upload.entered == dict.fromkeys(PEOPLE, 650_000)
    assert upload.rows == {"522600000001": 2, "522600000002": 3, "522600000003": 4}
    assert upload.lines == upload.after == [
        Line(who.id, who.account, who.name, who.id_number, "01", who.base, 0, who.base, 650_000,
             78_000, 52_000, who.amount)
        for who in PEOPLE.values()
    ]  # fmt: skip


def test_a_row_spelt_otherwise_enters_the_very_same_line() -> None:
    """One row that is not right at a glance lets all be looked at one by one."""
    untidy = rows(ACCOUNT=" 522600000002 ", NEW_BASE=" 6,500.00 ", OLD_BASE="6000", NAME="吴丽娟 ")
    assert (judged(untidy).lines, judged(untidy).entered) == (judged(rows()).lines,
                                                             judged(rows()).entered)  # fmt: skip


NOT_A_NUMBER, TWO_DECIMALS = "应填写数字", "最多两位小数"
FORMULA = "不能是公式，请复制后选择性粘贴为数值"


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"NAME": "吴丽"}, "姓名", "不得修改“姓名”列"),
        ({"NAME": None}, "姓名", "不得修改“姓名”列"),
        ({"NAME": Formula("=A1")}, "姓名", FORMULA),
        ({"ID_NUMBER": "522601199003070017"}, "证件号码", "不得修改“证件号码”列"),
        ({"RATES": "12%+12%"}, "缴存比例", "不得修改“缴存比例”列"),
        ({"OLD_BASE": Number("6000.01")}, "调整前基数", "不得修改“调整前基数”列，应为6000.00"),
        ({"OLD_BASE": None}, "调整前基数", "不得修改“调整前基数”列：不能为空"),
        ({"OLD_AMOUNT": Number("1200.01")}, "调整前月缴存额",
         "不得修改“调整前月缴存额”列，应为1200.00"),
        ({"OLD_AMOUNT": "一"}, "调整前月缴存额", f"不得修改“调整前月缴存额”列：{NOT_A_NUMBER}"),
        ({"NEW_BASE": None}, "调整后基数", "不能为空，基数不变的也需填写"),
        ({"NEW_BASE": "六千"}, "调整后基数", NOT_A_NUMBER),
        ({"NEW_BASE": Number("6500.123")}, "调整后基数", TWO_DECIMALS),
        ({"NEW_BASE": Number("1979.99")}, "调整后基数", "缴存基数低于下限1980.00"),
        ({"NEW_BASE": Number("21774.01")}, "调整后基数", "缴存基数高于上限21774.00"),
    ],
)  # fmt: skip
def test_one_changed_cell_is_one_fault_in_its_row_and_column(
    changed: dict[str, Cell], column: str, reason: str
) -> None:
    upload = judged(rows(**changed))
    assert told(upload) == [(3, column, reason)]
    assert upload.faults[0].person == "吴丽娟"
    assert [line.account for line in upload.lines] == ["522600000001", "522600000003"]
    assert upload.after == []


def test_the_limits_themselves_may_be_entered_and_of_the_amount_too() -> None:
    for base in (Number("1980"), Number("21774")):
        assert judged(rows(NEW_BASE=base)).faults == []
    low = POLICY.limits._replace(base_min=0)  # 20 % of 990 are 198.00, of 980 are 196.00
    terms = TERMS._replace(policy=replace(POLICY, limits=low))
    for base, reason in (("990.00", []), ("980.00", ["月缴存额196.00低于下限198.00"])):
        sheet = Sheet(rows(NEW_BASE=Number(base)), FILE)
        upload = judging.judge(Session(), Basis(terms, PEOPLE, []), sheet, quietly)
        assert [fault.reason for fault in upload.faults] == reason


@pytest.mark.usefixtures("db")
def test_an_account_that_is_empty_or_a_strangers_is_named_as_far_as_it_can_be(
    clerk1: Actor,
) -> None:
    for account, person, reason in (
        (None, "吴丽娟", "不能为空"),
        ("522699999999", "522699999999", "不是本单位的个人账号"),
    ):
        with snapshot() as session:
            basis = Basis(TERMS._replace(employer_id=clerk1.employer), {
                key: who for key, who in PEOPLE.items() if who.id != 2
            }, [])  # fmt: skip
            found = judging.judge(session, basis, Sheet(rows(ACCOUNT=account), FILE), quietly)
        shown = account or ""
        assert found.faults == [Fault(3, person, "个人账号", shown, reason)]


def test_who_stands_twice_is_told_the_first_row_and_entered_once() -> None:
    first, second, _ = PEOPLE.values()
    people = {who.account: who for who in (first, second)}
    upload = judged([row(2, first), row(3, second), row(4, first, Number("7000"))], people)
    assert told(upload) == [(4, "个人账号", "与第2行重复")]
    assert [line.new_base for line in upload.lines] == [650_000, 650_000]


def crowd(size: int) -> dict[str, Person]:
    accounts = [f"5226{number:08d}" for number in range(1, size + 1)]
    return {
        account: Person(number, account, "杨再兴", "522601199003070017", "01", 600_000, 120_000)
        for number, account in enumerate(accounts, start=1)
    }


def test_a_roster_that_is_right_at_a_glance_is_not_looked_at_row_by_row() -> None:
    """A space after each name lets every row be looked at by itself; 20,000 of them may come."""
    people = crowd(1_000)

    def looks(name: str) -> int:
        found = [row(place, who, NAME=name) for place, who in enumerate(people.values(), start=2)]
        called: list[str] = []

        def note(frame: FrameType, event: str, _: object) -> None:
            if event == "call" and frame.f_code.co_filename == judging.__file__:
                called.append(frame.f_code.co_name)

        sys.setprofile(note)
        try:
            upload = judged(found, people)
        finally:
            sys.setprofile(None)
        assert len(upload.lines) == len(people)
        return called.count("_judge_row")

    assert (looks("杨再兴"), looks("杨再兴 ")) == (0, 1_000)


def test_who_stands_again_far_down_is_told_the_first_row_too() -> None:
    """Rows are looked at some hundreds at a time; who stands twice may stand far apart."""
    many = crowd(1200)
    found = [row(place, who) for place, who in enumerate(many.values(), start=2)]
    again = next(iter(many.values()))
    assert told(judged([*found, row(1300, again)], many)) == [(1300, "个人账号", "与第2行重复")]
    assert len(judged(found, many).lines) == 1200


def test_who_is_no_longer_normal_is_to_be_taken_out_and_never_missed() -> None:
    people = {key: who._replace(status_code=SEALED) if who.id == 2 else who
              for key, who in PEOPLE.items()}  # fmt: skip
    said = "职工已封存，请删除该行或重新下载模板"
    assert told(judged(rows(), people)) == [(3, "个人账号", said)]
    first, _, third = rows()
    assert judged([first, third], people).faults == []


def test_who_is_on_the_roster_need_not_stand_in_the_file_and_keeps_the_place() -> None:
    everybody = judged(rows()).lines
    first, second, third = rows(NEW_BASE=Number("7000"))
    upload = judged([second], present=tuple(everybody))
    assert upload.faults == []
    assert [(line.contributor_id, line.new_base) for line in upload.after] == [
        (1, 650_000), (3, 650_000), (2, 700_000)]  # fmt: skip
    assert [line.contributor_id for line in judged([first, third], present=(everybody[1],)).after] == [
        2, 1, 3]  # fmt: skip


def test_a_file_of_another_business_employer_or_year_or_without_rows_is_refused_whole() -> None:
    for identification, refusal in (
        ({"business": "remittance"}, OtherTemplate),
        ({"employer": "522601000102"}, OtherEmployersTemplate),
        ({"year": "2025"}, LastYearsTemplate),
    ):
        with pytest.raises(refusal):
            judged(rows(), **identification)
    with pytest.raises(NothingInTheFile, match="文件中没有可导入的数据行，请填写后重新上传"):
        judged([], {})
    bare = judging.judge(Session(), Basis(TERMS, PEOPLE, []), Sheet(rows(), {}), quietly)
    assert bare.faults == []  # where the hidden sheet is gone, the rows are judged


@pytest.mark.usefixtures("db")
def test_who_is_missing_was_left_out_or_came_after_the_download(clerk1: Actor) -> None:
    moment = datetime(2026, 7, 3, 9, 30, tzinfo=UTC)
    with transaction() as session:
        account = session.scalars(
            select(Contributor.account).filter_by(employer_id=clerk1.employer)
        ).first()
        assert account
        session.execute(update(Contributor).filter_by(account=account).values(opened_at=moment))
    who = Person(9, account, "新来人", "522601199003070017", "01", 600_000, 120_000)
    first, *_ = PEOPLE.values()
    lacks = f"缺少职工新来人（{account}），正常状态的职工须全部填写"
    new = "模板下载后新增职工新来人未包含，请重新下载模板"
    basis = Basis(
        TERMS._replace(employer_id=clerk1.employer), {first.account: first, account: who}, []
    )
    for downloaded, reason in (
        ({}, lacks),
        ({"downloaded": "2026-07-03T09:29:59+00:00"}, new),
        ({"downloaded": "2026-07-03T09:30:00+00:00"}, lacks),
        ({"downloaded": "2026-07-03T09:30:01+00:00"}, lacks),
    ):
        with snapshot() as session:
            sheet = Sheet([row(2, first)], FILE | downloaded)
            found = judging.judge(session, basis, sheet, quietly).faults
        assert found == [Fault(0, "新来人", "个人账号", account, reason)]


@pytest.mark.usefixtures("db", "storage")
def test_only_an_employers_own_roster_of_this_business_opens_august_or_uses_up_the_year(
    clerk1: Actor, clerk2: Actor, on_day: Callable[[str], None]
) -> None:
    """What one employer was sent back, or has adjusted, is nothing to another."""
    case_id = submitted(clerk2, 5000)

    def objections(status: CaseStatus) -> list[str]:
        with transaction() as session:
            session.get_one(Case, case_id).status = status
        with snapshot() as session:
            found = [
                facts.season_objection(session, facts.terms(session, clerk.employer))
                for clerk in (clerk1, clerk2)
            ]
        return [str(one or "") for one in found]

    assert objections(CaseStatus.APPROVED) == [
        "", "2026年度已办理过基数调整，每年度限办1次，如需再次调整请联系所属管理部"]  # fmt: skip
    on_day("2026-08-03")
    july = "基数调整仅在每年7月办理（2026-07-01至2026-07-31）"
    for status in (CaseStatus.RETURNED, CaseStatus.REJECTED):
        assert objections(status) == [july, ""]
    for status in (CaseStatus.PENDING, CaseStatus.WITHDRAWN, CaseStatus.CLOSED):
        assert objections(status) == [july, july]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("status", EmployerStatus)
def test_an_employer_sealed_or_closed_adjusts_no_bases_and_any_other_does(
    clerk1: Actor, status: EmployerStatus
) -> None:
    with snapshot() as session:
        now = facts.terms(session, clerk1.employer)._replace(status=status)
        refused = facts.season_objection(session, now)
    said = f"单位账户状态为{status.label}，不能办理基数调整，请联系所属管理部"
    assert str(refused or "") == (said if status.label in ("封存", "销户") else "")


@pytest.mark.usefixtures("db")
def test_the_months_before_july_are_assessed_first_where_the_center_asks_for_it(
    clerk3: Actor,
) -> None:
    """U3 has assessed up to March 2026."""
    april = "请先完成2026年6月及以前的汇缴核定（尚未核定：2026-04、2026-05、2026-06）"
    with snapshot() as session:
        now = facts.terms(session, clerk3.employer)
        assert (now.settled_to, now.effective_month) == (Month(2026, 3), Month(2026, 7))

        def objection(settled_to: Month | None, *, june_first: bool = True) -> str:
            policy = replace(now.policy, june_first=june_first)
            terms = now._replace(settled_to=settled_to, policy=policy)
            return str(facts.months_objection(session, terms) or "")

        assert objection(Month(2026, 3)) == april
        assert objection(Month(2026, 5)) == (
            "请先完成2026年6月及以前的汇缴核定（尚未核定：2026-06）"
        )
        assert objection(Month(2026, 6)) == objection(None) == ""
        assert objection(Month(2026, 3), june_first=False) == ""
        for month in (Month(2026, 7), Month(2026, 8)):
            assert objection(month, june_first=False) == "7月已核定，请先删除核定或联系管理部"


@pytest.mark.usefixtures("db")
def test_when_accounts_were_opened_is_asked_of_the_employers_own(
    clerk1: Actor, clerk2: Actor
) -> None:
    with snapshot() as session:
        for clerk in (clerk1, clerk2):
            people = facts.people(session, clerk.employer)
            assert set(facts.opening_moments(session, clerk.employer)) == set(people)
            assert list(people) == sorted(people)
