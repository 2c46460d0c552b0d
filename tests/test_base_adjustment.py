"""Base adjustment (基数调整, manual B2) on the demo fixture, with the scenarios' exact figures."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import BigInteger, func, literal, select, type_coerce, update

from data.database import snapshot, transaction
from data.enums import CaseStatus, ContributorStatus
from data.models.case import Case, Message
from data.models.policy import PolicyRow
from data.models.register import Contributor, ContributorChange, Employer
from data.policy_codes import PolicyKey, Rounding
from services import inbox, own_cases, review, review_queue
from services.actor import Actor
from services.approval import papers, refusals
from services.approval.history import Progress
from services.base_adjustment import (
    approval,
    desk,
    facts,
    judging,
    kind,
    roster,
    workbook,
)
from services.errors import NotAllowed, NotFound, Stale
from services.files import template
from services.files.guard import WrongColumns
from services.inbox import Tab
from services.review_queue import Shown, Wanted
from services.rules import contribution, identity, within
from services.rules.months import Month
from tests.policy_rows import set_for
from tests.rosters import NEW_BASE, PDF, filled, imported, submitted

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]


def bases(employer_id: int) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    with snapshot() as session:
        found = session.scalars(
            select(Contributor).filter_by(employer_id=employer_id, status=ContributorStatus.NORMAL)
        )
        return {c.account: (c.base, c.employer_amount, c.contributor_amount) for c in found}


def seal(account: str) -> None:
    with transaction() as session:
        session.execute(
            update(Contributor).filter_by(account=account).values(status=ContributorStatus.SEALED)
        )


def case_of(case_id: int) -> Case:
    with snapshot() as session:
        return session.get_one(Case, case_id)


def a_name(actor: Actor, row: int) -> str:
    sheet = load_workbook(BytesIO(workbook.template(actor).content)).worksheets[0]
    return str(sheet.cell(row, 3).value)


# The template


@pytest.mark.manual("B2.1", "B2.9")
def test_the_template_holds_exactly_the_300_people_in_status_normal(clerk1: Actor) -> None:
    file = workbook.template(clerk1)
    sheet = load_workbook(BytesIO(file.content)).worksheets[0]
    assert "522601000101" in file.name
    assert "2026" in file.name
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 300
    assert {row[5] for row in rows} == {6000}
    assert {row[7] for row in rows} == {None}
    assert [cell.value for cell in sheet[1]][-1] == "调整后基数"


@pytest.mark.manual("B2.2")
def test_only_the_column_of_the_new_base_is_unlocked_and_numbers_are_text(clerk1: Actor) -> None:
    sheet = load_workbook(BytesIO(workbook.template(clerk1).content)).worksheets[0]
    assert sheet.protection.sheet
    unlocked = {
        cell.column
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if not cell.protection.locked
    }
    assert unlocked == {NEW_BASE}
    assert isinstance(sheet["B2"].value, str)
    assert isinstance(sheet["D2"].value, str)
    assert sheet["B2"].number_format == sheet["D2"].number_format == "@"


def test_the_template_can_be_had_outside_the_season(clerk1: Actor, on_day: OnDay) -> None:
    on_day("2026-09-15")
    assert workbook.template(clerk1).content[:2] == b"PK"


# The import


@pytest.mark.manual("B2.3")
def test_a_good_file_shows_its_effect_and_then_fills_the_roster(clerk1: Actor) -> None:
    def two_at_7200_50(sheet) -> None:
        for row in (2, 3):
            sheet.cell(row, NEW_BASE).value = 7200.50

    content = filled(clerk1, 6500, two_at_7200_50)
    preview = workbook.check_workbook(clerk1, content)
    assert preview.faults == []
    assert preview.effect
    assert (preview.effect.people, preview.effect.before, preview.effect.after) == (
        300, Decimal("432000.00"), Decimal("468336.00"))  # fmt: skip
    assert preview.effect.difference == Decimal("36336.00")
    assert roster.roster(clerk1).empty
    workbook.import_workbook(clerk1, content)
    frame = roster.roster(clerk1)
    assert len(frame) == 300
    assert list(frame["new_base"][:3]) == [
        Decimal("7200.50"),
        Decimal("7200.50"),
        Decimal("6500.00"),
    ]
    assert frame["new_amount"][0] == Decimal("1728.00")


def test_all_at_6500_makes_468000_a_month(clerk1: Actor) -> None:
    effect = workbook.check_workbook(clerk1, filled(clerk1, 6500)).effect
    assert effect
    assert (effect.after, effect.difference) == (Decimal("468000.00"), Decimal("36000.00"))
    assert effect.lowest == effect.highest == Decimal("6500.00")


@pytest.mark.manual("B2.2")
@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (3, "某某某", "不得修改“姓名”列"),
        (4, "522601199003070017", "不得修改“证件号码”列"),
        (5, "5%+5%", "不得修改“缴存比例”列"),
        (6, 6001, "不得修改“调整前基数”列，应为6000.00"),
        (7, 1441, "不得修改“调整前月缴存额”列，应为1440.00"),
        (8, None, "不能为空，基数不变的也需填写"),
        (8, "六千", "应填写数字"),
        (8, "6500.123", "最多两位小数"),
        (8, 1500, "缴存基数低于下限1980.00"),
        (8, 21774.01, "缴存基数高于上限21774.00"),
        (8, -6500, "缴存基数低于下限1980.00"),
        (2, "522699999999", "不是本单位的个人账号"),
        (2, None, "不能为空"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_with_its_row_and_reason_and_nothing_is_stored(
    clerk1: Actor, column: int, value: object, reason: str
) -> None:
    content = filled(clerk1, 6500, lambda sheet: setattr(sheet.cell(20, column), "value", value))
    checked = workbook.import_workbook(clerk1, content)
    assert (checked.faults[0].row, checked.faults[0].reason) == (20, reason)
    assert checked.effect is None
    assert roster.roster(clerk1).empty


@pytest.mark.manual("B2.3")
def test_a_file_that_is_refused_begins_no_case(clerk2: Actor) -> None:
    """Found by the simulator: an empty draft was left behind, which the home called 未提交 for ever."""
    assert workbook.import_workbook(clerk2, filled(clerk2, 100)).faults
    with snapshot() as session:
        assert session.scalars(select(Case)).all() == []


def test_every_fault_of_every_row_is_found_at_once(clerk1: Actor) -> None:
    def spoil(sheet) -> None:
        sheet["C20"], sheet["H20"] = "某某某", 1500
        sheet["H21"] = None
        sheet["B22"] = sheet["B23"].value
        sheet.delete_rows(301)

    faults = workbook.check_workbook(clerk1, filled(clerk1, 6500, spoil)).faults
    assert [(fault.row, fault.column) for fault in faults] == [
        (20, "姓名"), (20, "调整后基数"), (21, "调整后基数"), (22, "姓名"), (22, "证件号码"),
        (23, "个人账号"), (0, "个人账号"), (0, "个人账号"),
    ]  # fmt: skip
    assert faults[5].reason == "与第22行重复"
    assert faults[-1].reason.startswith("缺少职工")


@pytest.mark.manual("B2.3")
def test_the_list_of_faults_is_a_workbook_in_the_same_row_order(clerk1: Actor) -> None:
    content = filled(clerk1, 6500, lambda sheet: setattr(sheet["H20"], "value", 1500))
    report = workbook.check_workbook(clerk1, content).report
    assert report
    sheet = load_workbook(BytesIO(report)).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    reasons = heads.index("错误原因") + 1
    told = {
        row: sheet.cell(row, reasons).value
        for row in range(2, 302)
        if sheet.cell(row, reasons).value
    }
    assert list(told) == [20]
    assert "缴存基数低于下限1980.00" in str(told[20])


def test_numbers_as_text_spaces_full_width_digits_and_empty_rows_are_read_right(
    clerk2: Actor,
) -> None:
    def untidy(sheet) -> None:
        sheet["H2"], sheet["H3"], sheet["H4"] = " 7,656.25 ", "４４００．５０", "8888.88\u00a0"
        sheet["C2"] = f" {sheet['C2'].value}　"
        sheet.insert_rows(4)
        sheet.insert_rows(6)

    checked = workbook.import_workbook(clerk2, filled(clerk2, 5000, untidy))
    assert checked.faults == []
    frame = roster.roster(clerk2)
    assert sorted(frame["new_base"]) == [
        Decimal("4400.50"), Decimal(5000), Decimal(5000), Decimal("7656.25"), Decimal("8888.88")]  # fmt: skip


def test_rows_and_columns_may_stand_in_another_order(clerk2: Actor) -> None:
    book = load_workbook(BytesIO(filled(clerk2, 5000)))
    sheet = book.worksheets[0]
    rows = [[cell.value for cell in row][::-1] for row in sheet.iter_rows()]
    for number, row in enumerate([rows[0], *rows[:0:-1]], start=1):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value
    stream = BytesIO()
    book.save(stream)
    assert workbook.import_workbook(clerk2, stream.getvalue()).faults == []


def test_another_employers_template_is_refused_as_a_whole(clerk1: Actor, clerk2: Actor) -> None:
    with pytest.raises(template.OtherEmployersTemplate, match="模板所属单位与当前单位不一致"):
        workbook.import_workbook(clerk1, filled(clerk2, 5000))


def test_last_years_template_is_refused(clerk1: Actor, on_day: OnDay) -> None:
    on_day("2025-07-06")
    content = filled(clerk1, 6500)
    on_day("2026-07-06")
    with pytest.raises(judging.LastYearsTemplate, match="2025年度"):
        workbook.check_workbook(clerk1, content)


def test_changed_headings_are_refused_with_the_names_expected(clerk1: Actor) -> None:
    content = filled(clerk1, 6500, lambda sheet: setattr(sheet["H1"], "value", "新基数"))
    with pytest.raises(WrongColumns, match="调整后基数"):
        workbook.check_workbook(clerk1, content)


@pytest.mark.manual("B2.9")
def test_somebody_sealed_since_the_download_is_named(clerk1: Actor) -> None:
    content = filled(clerk1, 6500)
    account = load_workbook(BytesIO(content)).worksheets[0]["B7"].value
    seal(account)
    faults = workbook.check_workbook(clerk1, content).faults
    assert [(f.row, f.reason) for f in faults] == [(7, "职工已封存，请删除该行或重新下载模板")]


def test_somebody_opened_since_the_download_is_named(clerk2: Actor) -> None:
    content = filled(clerk2, 5000)
    with transaction() as session:
        new = session.scalars(select(Contributor).filter_by(employer_id=clerk2.employer)).first()
        assert new
        fields = {
            c.name: getattr(new, c.name) for c in Contributor.__table__.columns if c.name != "id"
        }
        from services.rules import clock

        fields |= {"account": "522699990001", "id_number": "522601199003070017", "name": "新来人",
                   "opened_at": clock.instant()}  # fmt: skip
        session.add(Contributor(**fields))
    faults = workbook.check_workbook(clerk2, content).faults
    assert [f.reason for f in faults] == ["模板下载后新增职工新来人未包含，请重新下载模板"]


def test_a_fresh_template_keeps_what_was_filled_in(clerk1: Actor) -> None:
    content = filled(clerk1, 6500, lambda sheet: setattr(sheet["C20"], "value", "某某某"))
    entered = workbook.check_workbook(clerk1, content).entered
    sheet = load_workbook(BytesIO(workbook.template(clerk1, entered).content)).worksheets[0]
    assert {sheet.cell(row, NEW_BASE).value for row in range(2, 302)} == {6500}


def test_bases_beyond_the_limits_become_the_limits_and_all_else_stays(clerk1: Actor) -> None:
    def spoil(sheet) -> None:
        for row, base in enumerate((30000, 21774.01, "25,000.00", 1500, 0, "缺", "=1", None), 2):
            sheet.cell(row, NEW_BASE).value = base
        sheet.cell(10, 3).value = "别人"

    content = filled(clerk1, 6500, spoil)
    beyond = workbook.check_workbook(clerk1, content).beyond
    assert beyond == "3人高于上限，改为21,774.00元；1人低于下限，改为1,980.00元"
    mended = workbook.within_limits(clerk1, content).content
    sheet = load_workbook(BytesIO(mended)).worksheets[0]
    found = [sheet.cell(row, NEW_BASE).value for row in range(2, 11)]
    assert found == [21774, 21774, 21774, 1980, 0, "缺", "=1", None, 6500]
    checked = workbook.check_workbook(clerk1, mended)
    assert [fault.row for fault in checked.faults] == [6, 7, 8, 9, 10]
    assert checked.beyond == ""


def test_a_few_rows_alone_are_brought_within_the_limits_too(clerk1: Actor) -> None:
    imported(clerk1)
    content = filled(clerk1, 30000, lambda sheet: sheet.delete_rows(4, 298))
    checked = workbook.import_workbook(clerk1, workbook.within_limits(clerk1, content).content)
    assert checked.effect
    assert (checked.effect.people, checked.effect.at_limit) == (300, 2)
    assert checked.effect.after == 298 * 1560 + 2 * Decimal("5226.00")


@pytest.mark.parametrize("method", Rounding)
def test_the_database_reckons_a_column_of_bases_as_the_rule_does(method: Rounding) -> None:
    bases = [0, 1, 176365, 198_000, 198_010, 720_050, 999_999, 1_249_950, 2_177_399, 2_177_400]
    asked = [type_coerce(literal(base), BigInteger) for base in bases]
    for rate in (5, 7, 12):
        columns = [contribution.part_of_column(base, rate, method) for base in asked]
        with snapshot() as session:
            found = list(session.execute(select(*columns)).one())
        assert found == contribution.part_of_each(bases, rate, method)


@pytest.mark.parametrize(
    ("total_min", "total_max", "allowed"),
    [
        ("198.00", "5226.00", ("1980", "21774")),
        ("214.00", "5226.00", ("2130", "21774")),  # 2130 × 5 % rounds up: 107 a side, 214
        ("198.00", "1001.00", ("1980", "10009")),  # 10010 × 5 % would round up to 501 a side
    ],
)
def test_the_limits_of_the_monthly_amount_bound_the_base_too(
    clerk3: Actor, total_min: str, total_max: str, allowed: tuple[str, str]
) -> None:
    lowest = "2130.00" if total_min == "214.00" else "1980.00"
    set_for(None, PolicyKey.BASE_MIN, lowest)
    set_for(None, PolicyKey.TOTAL_MIN, total_min)
    set_for(None, PolicyKey.TOTAL_MAX, total_max)
    with snapshot() as session:
        terms = facts.terms(session, clerk3.employer)
    found = within.ends(terms)
    ends = within.nearest(1_00, found), within.nearest(99_999_00, found)
    assert tuple(Decimal(end) / 100 for end in ends) == tuple(map(Decimal, allowed))
    for end in ends:
        assert terms.policy.limits.objection(end, sum(terms.parts(end))) is None


def test_importing_again_replaces_the_roster(clerk1: Actor) -> None:
    imported(clerk1, 6500)
    imported(clerk1, 7000)
    frame = roster.roster(clerk1)
    assert len(frame) == 300
    assert set(frame["new_base"]) == {Decimal(7000)}


# The roster


@pytest.mark.manual("B2.4")
def test_a_deleted_person_is_missed_at_submission_and_can_be_imported_alone(clerk1: Actor) -> None:
    imported(clerk1)
    gone = roster.roster(clerk1).iloc[4]
    assert roster.delete_rows(clerk1, [gone["account"]]) == 1
    approval.attach(clerk1, "011201", "证明.pdf", PDF)
    now = approval.situation(clerk1)
    assert desk.desk(clerk1).missing == [gone["name"]]
    with pytest.raises(approval.IncompleteRoster, match=f"清册缺少1名正常状态职工：{gone['name']}"):
        approval.submit(clerk1, version=now.version, client_id="a")

    def only_that_person(sheet) -> None:
        for row in range(sheet.max_row, 1, -1):
            if sheet.cell(row, 2).value != gone["account"]:
                sheet.delete_rows(row)

    assert workbook.import_workbook(clerk1, filled(clerk1, 6600, only_that_person)).faults == []
    assert len(roster.roster(clerk1)) == 300
    approval.submit(clerk1, version=now.version, client_id="a")


def test_who_comes_back_stands_after_all_who_keep_their_places(clerk1: Actor) -> None:
    imported(clerk1)
    frame = roster.roster(clerk1)
    first, last = frame["account"][0], frame["account"][299]
    roster.delete_rows(clerk1, [first])

    def those_two(sheet) -> None:
        for row in range(sheet.max_row, 1, -1):
            if sheet.cell(row, 2).value not in (first, last):
                sheet.delete_rows(row)

    assert workbook.import_workbook(clerk1, filled(clerk1, 6600, those_two)).faults == []
    found = roster.roster(clerk1)
    assert list(found["account"][298:]) == [last, first]
    assert list(found["row"]) == list(range(2, 302))


def test_a_base_can_be_typed_into_the_roster(clerk1: Actor) -> None:
    imported(clerk1)
    account = roster.roster(clerk1)["account"][0]
    roster.set_bases(clerk1, {account: Decimal("7200.50")})
    first = roster.roster(clerk1).iloc[0]
    assert (first["new_base"], first["new_amount"]) == (Decimal("7200.50"), Decimal("1728.00"))


def test_the_desk_sums_up_in_the_database_as_the_import_does_line_by_line(clerk1: Actor) -> None:
    checked = workbook.import_workbook(
        clerk1, workbook.template(clerk1, _all_kinds_of_bases(clerk1)).content
    )
    found = desk.desk(clerk1)
    assert found.effect == checked.effect
    assert (found.effect.at_limit, found.found, len(found.frame)) == (20, 300, 200)
    notable = desk.desk(clerk1, only_notable=True, size=300).frame
    whole = roster.roster(clerk1)
    assert list(notable["account"]) == list(whole[whole["note"] != ""]["account"])


def _all_kinds_of_bases(clerk: Actor) -> dict[str, Decimal]:
    """Ten people at either limit, others far up or down, the rest as they were."""
    with snapshot() as session:
        people = list(facts.people(session, clerk.employer).values())
    bases = {person.account: Decimal(person.base).scaleb(-2) for person in people}
    for number, account in enumerate(bases):
        limit = {0: Decimal(1980), 1: Decimal(21774)}.get(number % 30)
        bases[account] = limit or bases[account] + (number % 5) * 100
    return bases


def test_who_was_sealed_on_the_roster_hides_nobody_whom_it_lacks(clerk1: Actor) -> None:
    imported(clerk1)
    lacking, sealed = roster.roster(clerk1).iloc[0], roster.roster(clerk1).iloc[1]
    roster.delete_rows(clerk1, [lacking["account"]])
    with transaction() as session:
        person = session.scalars(select(Contributor).filter_by(account=sealed["account"])).one()
        person.status = ContributorStatus.SEALED
    assert desk.desk(clerk1).missing == [lacking["name"]]


def test_a_grid_shows_masked_numbers_and_the_very_fen_of_the_roster(clerk1: Actor) -> None:
    workbook.import_workbook(clerk1, workbook.template(clerk1, _all_kinds_of_bases(clerk1)).content)
    whole, shown = roster.roster(clerk1), desk.desk(clerk1, size=300).frame
    assert list(shown["row"]) == list(map(str, whole["row"]))
    assert list(shown["id_number"]) == list(map(identity.masked, whole["id_number"]))
    money = ["old_base", "new_base", "old_amount", "new_amount", "change"]
    assert shown[money].equals(whole[money])
    assert whole["change"][4] == whole["new_base"][4] - whole["old_base"][4] == Decimal("400.00")


def test_a_search_finds_names_accounts_and_the_ends_of_identity_numbers(clerk1: Actor) -> None:
    imported(clerk1)
    last = roster.roster(clerk1).iloc[-1]
    for words in (last["name"], last["account"], f" {last['account'][-6:]} "):
        assert last["account"] in set(desk.desk(clerk1, search=words, page=9).frame["account"])
    ending = last["id_number"][-4:].lower()
    found = desk.desk(clerk1, search=ending)
    assert last["account"] in set(found.frame["account"])
    assert found.effect.people == 300
    assert desk.desk(clerk1, search="%").found == 0


def test_beyond_the_last_page_stands_the_last_one(clerk1: Actor) -> None:
    imported(clerk1)
    whole = list(roster.roster(clerk1)["account"])
    assert list(desk.desk(clerk1, page=1).frame["account"]) == whole[:200]
    assert list(desk.desk(clerk1, page=7).frame["account"]) == whole[200:]
    assert list(desk.desk(clerk1, page=-3).frame["account"]) == whole[:200]


@pytest.mark.manual("B2.8")
@pytest.mark.parametrize("base", ["1979.99", "21774.01", "6500.001", "0", "-1"])
def test_a_base_typed_against_the_rules_changes_nothing(clerk1: Actor, base: str) -> None:
    imported(clerk1)
    accounts = list(roster.roster(clerk1)["account"][:2])
    with pytest.raises(roster.UnacceptableBase):
        roster.set_bases(clerk1, {accounts[0]: Decimal(7000), accounts[1]: Decimal(base)})
    assert set(roster.roster(clerk1)["new_base"]) == {Decimal(6500)}


def test_another_employers_people_cannot_be_touched(clerk1: Actor, clerk2: Actor) -> None:
    imported(clerk1)
    imported(clerk2, 5000)
    theirs = list(roster.roster(clerk1)["account"])
    with pytest.raises(NotFound):
        roster.delete_rows(clerk2, theirs)
    with pytest.raises(NotFound):
        roster.set_bases(clerk2, {theirs[0]: Decimal(9000)})
    assert set(roster.roster(clerk1)["new_base"]) == {Decimal(6500)}


def test_an_old_page_of_a_roster_that_is_done_with_begins_no_other(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    account = roster.roster(clerk1)["account"][0]
    review.approve(officer_a, case_id, version=2, opinion="同意")
    for act in (
        lambda: roster.set_bases(clerk1, {account: Decimal(7000)}),
        lambda: roster.delete_rows(clerk1, [account]),
    ):
        with pytest.raises(refusals.DraftGone, match="请刷新页面后重新办理"):
            act()
    with snapshot() as session:
        assert session.scalars(select(Case.status)).all() == [CaseStatus.APPROVED]


# Submission


@pytest.mark.manual("B2.5")
def test_submission_without_the_required_document_is_refused_and_keeps_the_roster(
    clerk1: Actor,
) -> None:
    imported(clerk1)
    now = approval.situation(clerk1)
    approval.attach(clerk1, "011202", "工资表.pdf", PDF)
    with pytest.raises(papers.MissingDocument, match="请上传“缴存基数变更证明”"):
        approval.submit(clerk1, version=now.version, client_id="a")
    assert len(roster.roster(clerk1)) == 300


@pytest.mark.manual("B2.5")
def test_an_upload_can_be_taken_back(clerk1: Actor) -> None:
    imported(clerk1)
    approval.attach(clerk1, "011201", "错的.pdf", PDF)
    (paper,) = approval.situation(clerk1).papers
    approval.detach(clerk1, paper.id)
    assert approval.situation(clerk1).papers == []


@pytest.mark.manual("B2.5")
def test_a_submission_reaches_the_officers_of_its_branch_and_no_other(
    clerk1: Actor, officer_a: Actor, officer_b: Actor, officer_d: Actor
) -> None:
    case_id = submitted(clerk1)
    assert case_of(case_id).status is CaseStatus.PENDING
    for officer in (officer_a, officer_b):
        assert [row.case_id for row in review_queue.queue(officer).rows] == [case_id]
    assert review_queue.queue(officer_d).rows == []
    (mine,) = inbox.tasks(clerk1, Tab.STARTED).items
    assert (mine.business, mine.status) == ("基数调整", CaseStatus.PENDING)
    assert len(mine.serial) == 15
    assert mine.serial.startswith("01260706")


@pytest.mark.manual("B2.10")
def test_while_it_waits_nothing_more_can_be_submitted_imported_or_deleted(clerk1: Actor) -> None:
    content = filled(clerk1, 7000)
    submitted(clerk1)
    now = approval.situation(clerk1)
    assert now.objection == "已提交审核但未审批的业务，不得重复提交"
    for act in (
        lambda: approval.submit(clerk1, version=now.version, client_id="another"),
        lambda: workbook.import_workbook(clerk1, content),
        lambda: roster.delete_rows(clerk1, ["x"]),
        lambda: roster.set_bases(clerk1, {}),
        lambda: approval.attach(clerk1, "011201", "x.pdf", PDF),
    ):
        with pytest.raises(refusals.AlreadyPending):
            act()


def test_the_same_click_twice_is_one_submission(clerk1: Actor) -> None:
    imported(clerk1)
    approval.attach(clerk1, "011201", "证明.pdf", PDF)
    version = approval.situation(clerk1).version
    approval.submit(clerk1, version=version, client_id="one click")
    approval.submit(clerk1, version=version, client_id="one click")
    assert inbox.tasks(clerk1, Tab.STARTED).total == 1


@pytest.mark.manual("B2.7")
@pytest.mark.parametrize(
    ("day", "is_open"),
    [("2026-06-30", False), ("2026-07-01", True), ("2026-07-31", True), ("2026-08-01", False)],
)
def test_the_season_is_july(clerk1: Actor, on_day: OnDay, day: str, is_open: bool) -> None:
    imported(clerk1)
    content = filled(clerk1, 6500)
    on_day(day)
    if is_open:
        assert workbook.check_workbook(clerk1, content).faults == []
        return
    year = 2025 if day < "2026-07" else 2026
    with pytest.raises(
        facts.OutOfSeason, match=f"基数调整仅在每年7月办理（{year}-07-01至{year}-07-31）"
    ):
        workbook.check_workbook(clerk1, content)


@pytest.mark.manual("B2.7")
def test_days_opened_once_are_called_so_and_give_way_to_july_when_they_are_over(
    clerk1: Actor, on_day: OnDay
) -> None:
    set_for(None, PolicyKey.ADJUSTMENT_WINDOW, "2026-10-01/2026-10-15", since="2026-08-01")
    refusals = {}
    for day in ("2026-09-30", "2026-10-01", "2026-10-15", "2026-10-16", "2027-07-01"):
        on_day(day)
        refusals[day] = approval.situation(clerk1).objection
    assert refusals == {
        "2026-09-30": "现在不在基数调整办理期间内（2026-10-01至2026-10-15）",
        "2026-10-01": None,
        "2026-10-15": None,
        "2026-10-16": "基数调整仅在每年7月办理（2026-07-01至2026-07-31）",
        "2027-07-01": None,
    }


def test_a_roster_left_over_from_july_cannot_be_submitted_in_august(
    clerk1: Actor, on_day: OnDay
) -> None:
    imported(clerk1)
    approval.attach(clerk1, "011201", "证明.pdf", PDF)
    version = approval.situation(clerk1).version
    on_day("2026-08-01")
    with pytest.raises(facts.OutOfSeason):
        approval.submit(clerk1, version=version, client_id="a")


def test_the_center_may_open_the_window_for_one_employer(
    clerk1: Actor, clerk2: Actor, on_day: OnDay
) -> None:
    from services.rules import clock

    with transaction() as session:
        session.add(
            PolicyRow(
                key="adjustment_window", value="2026-09-01/2026-09-15", employer_id=clerk1.employer,
                effective_from=clock.today(), source="会议纪要", author="X", recorded_at=clock.instant(),
            )
        )  # fmt: skip
    on_day("2026-09-10")
    assert approval.situation(clerk1).objection is None
    assert approval.situation(clerk2).objection is not None


def test_june_must_be_assessed_first_and_the_months_are_named(clerk3: Actor) -> None:
    imported(clerk3, 3200)
    approval.attach(clerk3, "011201", "证明.pdf", PDF)
    version = approval.situation(clerk3).version
    with pytest.raises(
        facts.EarlierMonthsOpen,
        match="请先完成2026年6月及以前的汇缴核定.*2026-04、2026-05、2026-06",
    ):
        approval.submit(clerk3, version=version, client_id="a")


def test_july_assessed_already_stands_in_the_way(clerk1: Actor) -> None:
    imported(clerk1)
    approval.attach(clerk1, "011201", "证明.pdf", PDF)
    with transaction() as session:
        session.execute(update(Employer).filter_by(id=clerk1.employer).values(assessed_to=202607))
    version = approval.situation(clerk1).version
    with pytest.raises(facts.AlreadyAssessed, match="7月已核定，请先删除核定或联系管理部"):
        approval.submit(clerk1, version=version, client_id="a")


# The decision


@pytest.mark.manual("B2.6")
def test_approval_changes_300_bases_and_tells_the_employer_in_the_manuals_words(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    page = review.open_case(officer_a, case_id)
    assert page.objection is None
    review.approve(officer_a, case_id, version=page.version, opinion="同意")
    assert set(bases(clerk1.employer).values()) == {(Decimal(6500), Decimal(780), Decimal(780))}
    assert len(bases(clerk1.employer)) == 300
    (note,) = inbox.notes(clerk1, Tab.MESSAGES).items
    assert note.text == "尊敬的凯里市第九中学(示例)，您已完成办理缴存人基数变更！"
    assert note.channel == "网厅"
    with snapshot() as session:
        changes = session.scalars(select(ContributorChange)).all()
        assert len(changes) == 300
        assert {(c.old, c.new, c.effective_month) for c in changes} == {
            ("6000.00", "6500.00", 202607)
        }
    decided = review_queue.queue(officer_a, Wanted(Shown.DECIDED)).rows
    assert [row.case_id for row in decided] == [case_id]
    course = own_cases.course(clerk1, case_id)
    assert [(s.title, s.progress) for s in course] == [
        ("提交", Progress.PASSED), ("审批（初审员）", Progress.PASSED), ("办结", Progress.PASSED)]  # fmt: skip
    assert (course[1].who, course[1].opinion) == ("王建国（初审员）", "同意")
    assert course[1].taken_at


def test_sealed_people_keep_their_base(clerk1: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk1)
    review.approve(officer_a, case_id, version=case_of(case_id).version, opinion="")
    with snapshot() as session:
        sealed = session.scalars(
            select(Contributor.base).filter_by(employer_id=clerk1.employer, status="02")
        )
        assert list(sealed) == [Decimal(6000), Decimal(6000)]


def test_bases_with_fen_are_recorded_exactly(clerk2: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk2, 4321.05)
    review.approve(officer_a, case_id, version=case_of(case_id).version, opinion="")
    with snapshot() as session:
        changes = session.execute(select(ContributorChange.old, ContributorChange.new)).all()
    assert ("7656.25", "4321.05") in changes
    assert ("4321.05", "4321.05") in changes


def test_a_rejection_needs_a_reason_and_lands_in_the_employers_to_do(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    version = case_of(case_id).version
    with pytest.raises(refusals.NoReason, match="请填写驳回原因"):
        review.reject(officer_a, case_id, version=version, opinion="  ")
    review.reject(officer_a, case_id, version=version, opinion="缺工资表")
    assert case_of(case_id).status is CaseStatus.REJECTED
    (task,) = inbox.tasks(clerk1, Tab.TO_DO).items
    assert "缺工资表" in task.summary
    assert {base for base, _, _ in bases(clerk1.employer).values()} == {Decimal(6000)}


@pytest.mark.manual("H5")
def test_ending_the_flow_frees_the_employer_to_apply_again(clerk1: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk1)
    review.reject(officer_a, case_id, version=case_of(case_id).version, opinion="缺工资表")
    (task,) = inbox.tasks(clerk1, Tab.TO_DO).items
    own_cases.end_flow(clerk1, case_id, version=task.version)
    assert case_of(case_id).status is CaseStatus.CLOSED
    assert inbox.tasks(clerk1, Tab.TO_DO).total == 0
    assert roster.roster(clerk1).empty
    imported(clerk1, 7000)


def test_a_returned_case_is_mended_and_sent_again_under_its_serial(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    serial = case_of(case_id).serial
    review.send_back(officer_a, case_id, version=case_of(case_id).version, opinion="请核对")
    account = roster.roster(clerk1)["account"][0]
    roster.set_bases(clerk1, {account: Decimal(7000)})
    approval.submit(clerk1, version=case_of(case_id).version, client_id="again")
    assert case_of(case_id).serial == serial
    review.approve(officer_a, case_id, version=case_of(case_id).version, opinion="同意")
    assert bases(clerk1.employer)[account][0] == Decimal(7000)
    assert [s.outcome for s in own_cases.course(clerk1, case_id)] == [
        "提交",
        "退回",
        "提交",
        "通过",
        "已生效",
    ]


def test_a_second_adjustment_in_the_same_year_is_refused(clerk1: Actor, officer_a: Actor) -> None:
    case_id = submitted(clerk1)
    review.approve(officer_a, case_id, version=case_of(case_id).version, opinion="同意")
    with pytest.raises(facts.AlreadyAdjusted, match="2026年度已办理过基数调整"):
        workbook.import_workbook(clerk1, filled(clerk1, 7000))


def test_an_employers_terms_say_its_rates_and_how_far_it_has_come(clerk1: Actor) -> None:
    with transaction() as session:
        own = session.get_one(Employer, clerk1.employer)
        now = facts.terms(session, own.id)
        assert (now.rates, now.settled_to) == ("12%+12%", Month(2026, 6))
        assert set(facts.opening_moments(session, own.id)) == set(facts.people(session, own.id))
        refused = facts.months_objection(session, now._replace(settled_to=now.effective_month))
        assert str(refused) == "7月已核定，请先删除核定或联系管理部"
        own.assessed_to = own.paid_to = None
        session.flush()
        assert facts.terms(session, own.id).settled_to is None
    assert now._replace(contributor_rate=5).parts_of_each([520_000]) == ([62_400], [26_000])


def test_what_has_changed_since_submission_stops_the_approval_whole(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    account = next(iter(bases(clerk1.employer)))
    seal(account)
    page = review.open_case(officer_a, case_id)
    assert page.objection
    assert "账户状态已为封存" in page.objection
    with pytest.raises(kind.LineObjection, match="账户状态已为封存"):
        review.approve(officer_a, case_id, version=page.version, opinion="同意")
    assert {base for base, _, _ in bases(clerk1.employer).values()} == {Decimal(6000)}
    assert case_of(case_id).status is CaseStatus.PENDING
    assert inbox.counts(clerk1)[Tab.MESSAGES] == 0


def test_a_lowered_limit_stops_the_approval(clerk1: Actor, officer_a: Actor) -> None:
    from services.rules import clock

    case_id = submitted(clerk1)
    with transaction() as session:
        session.add(
            PolicyRow(
                key="base_max", value="6400.00", effective_from=clock.today(), source="新公布", author="X",
                recorded_at=clock.instant(),
            )
        )  # fmt: skip
    with pytest.raises(kind.LineObjection, match="缴存基数高于上限6400.00"):
        review.approve(officer_a, case_id, version=case_of(case_id).version, opinion="同意")


def test_the_second_officer_sees_who_has_it_open(
    clerk1: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk1)
    assert review.open_case(officer_a, case_id).can_decide
    seen = review.open_case(officer_b, case_id)
    assert (seen.held_by, seen.can_decide) == ("王建国", False)
    assert review_queue.queue(officer_b).rows[0].opened_by == "王建国"
    with pytest.raises(refusals.BeingReviewed, match="王建国正在审核此业务"):
        review.approve(officer_b, case_id, version=seen.version, opinion="同意")


def test_a_decision_from_a_stale_page_is_refused(
    clerk1: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk1)
    version = review.open_case(officer_a, case_id).version
    review.approve(officer_a, case_id, version=version, opinion="同意")
    with pytest.raises(Stale, match="该业务已由他人办理，请刷新后再试"):
        review.reject(officer_b, case_id, version=version, opinion="不同意")


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("clerk1", NotAllowed), ("clerk2", NotAllowed), ("officer_c", refusals.OtherLevel),
     ("officer_d", refusals.OtherBranch), ("manager", NotAllowed), ("admin", NotAllowed)],
)  # fmt: skip
def test_only_a_first_level_officer_of_the_branch_decides(
    request: pytest.FixtureRequest, clerk1: Actor, who: str, refusal: type[Exception]
) -> None:
    case_id = submitted(clerk1)
    actor = request.getfixturevalue(who)
    with pytest.raises(refusal):
        review.approve(actor, case_id, version=case_of(case_id).version, opinion="同意")


def test_documents_are_seen_by_their_employer_and_their_branch_only(
    clerk1: Actor, clerk2: Actor, officer_a: Actor, officer_d: Actor, manager: Actor
) -> None:
    submitted(clerk1)
    (paper,) = approval.situation(clerk1).papers
    for actor in (clerk1, officer_a):
        assert papers.content(actor, paper.id)[1] == PDF
    for actor in (clerk2, officer_d):
        with pytest.raises(NotFound):
            papers.content(actor, paper.id)
    with pytest.raises(NotAllowed):
        papers.content(manager, paper.id)


def test_officers_have_no_drafts_to_see(clerk1: Actor, officer_a: Actor) -> None:
    imported(clerk1)
    case_id = approval.situation(clerk1).case_id
    assert case_id
    with pytest.raises(NotFound):
        review.open_case(officer_a, case_id)


def test_nobody_but_clerks_has_a_base_adjustment(officer_a: Actor, manager: Actor) -> None:
    for actor in (officer_a, manager):
        for act in (workbook.template, approval.situation, roster.roster):
            with pytest.raises(NotAllowed):
                act(actor)


def test_messages_and_flows_of_others_are_not_found(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1)
    review.approve(officer_a, case_id, version=case_of(case_id).version, opinion="同意")
    with snapshot() as session:
        message = session.scalars(select(Message.id)).one()
    for act in (
        lambda: inbox.mark_read(clerk2, message), lambda: inbox.delete(clerk2, message),
        lambda: own_cases.course(clerk2, case_id), lambda: own_cases.end_flow(clerk2, case_id, version=2),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act()
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Message)).one() == 1


def test_case_files_survive_in_the_store(storage: Path, clerk1: Actor) -> None:
    submitted(clerk1)
    assert len([f for f in (storage / "documents").rglob("*") if f.is_file()]) == 1
