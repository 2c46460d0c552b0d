"""Registration (缴存人登记, manual B7) on the demo fixture, with the scenarios' exact figures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from data.codes import IdType, Sex
from data.database import snapshot, transaction
from data.enums import BusinessKind, ChangeKind, ContributorStatus, EmployerStatus
from data.models.case import Case, Message, Step
from data.models.register import Contributor, ContributorChange, Employer
from services import months_due
from services.actor import Actor
from services.approval import refusals
from services.contributor_registration import approval, outcome, roster, workbook
from services.contributor_registration.entry import Entry
from services.contributor_registration.facts import EmployerNotOpen
from services.contributor_registration.roster import WrongEntry
from services.contributor_status_change import approval as status_change
from services.contributor_status_change import roster as status_roster
from services.contributor_status_change.entry import Entry as StatusEntry
from services.errors import BusinessError, NotAllowed, NotFound
from services.files import template
from services.remittance import assess
from services.rules.months import Month
from tests.test_races import at_once, winners

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
JULY = Month(2026, 7)
SIX = (
    ("杨再兴", "522601199003070017"), ("吴丽娟", "522601198508150026"),
    ("龙海燕", "522625199512310032"), ("潘小红", "522630198802290048"),
    ("石国庆", "522601197811050058"), ("欧阳春梅", "522601200001010067"),
)  # fmt: skip
YANG = Entry("杨再兴", IdType.ID_CARD, "522601199003070017", "13885512345", Decimal(5200), JULY)
COLUMN = {
    "name": 2, "id_type": 3, "id_number": 4, "sex": 5, "born_on": 6, "mobile": 7, "base": 8,
    "first_month": 9, "education": 12,
}  # fmt: skip


def line_ids(actor: Actor) -> list[int]:
    return approval.line_ids(roster.roster(actor)["account"])


def confirm(actor: Actor, ids: list[int] | None = None, click: str = "click") -> int:
    return approval.confirm(actor, line_ids(actor) if ids is None else ids, client_id=click)


def person(id_number: str) -> Contributor:
    with snapshot() as session:
        return session.scalars(select(Contributor).filter_by(id_number=id_number)).one()


def somebody(actor: Actor, status: ContributorStatus = ContributorStatus.NORMAL) -> Contributor:
    with snapshot() as session:
        chosen = select(Contributor).filter_by(employer_id=actor.employer, status=status)
        return session.scalars(chosen.order_by(Contributor.id).limit(1)).one()


def as_entry(who: Contributor, **changes: object) -> Entry:
    entry = Entry(who.name, who.id_type, who.id_number, "13885512345", Decimal(5200), JULY)
    return replace(entry, **changes)


def refusal(actor: Actor, entry: Entry) -> dict[str, str]:
    with pytest.raises(WrongEntry) as caught:
        roster.add(actor, entry)
    return caught.value.faults


def filled(
    actor: Actor, change: Callable | None = None, people: tuple[tuple[str, str], ...] = SIX
) -> bytes:
    """Return the actor's template with `people` at 5200, then `change` done to the sheet."""
    rates = workbook.rates(actor)[0]
    book = load_workbook(BytesIO(workbook.template(actor, rates).content))
    sheet = book.worksheets[0]
    for row, (name, number) in enumerate(people, start=2):
        values = (row - 1, name, "01-身份证", number, None, None, "13885512345", 5200, "2026-07")
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column).value = value
    if change:
        change(sheet)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


# One by one


@pytest.mark.manual("B7.1", "B7.4", "B7.5")
def test_a_person_entered_and_confirmed_has_an_account_at_once(clerk1: Actor) -> None:
    roster.add(clerk1, YANG)
    frame = roster.roster(clerk1)
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row["sex"], row["born_on"]) == ("男", "1990-03-07")
    assert (row["employer_amount"], row["contributor_amount"]) == (Decimal(624), Decimal(624))
    case_id = confirm(clerk1)
    opened = person(YANG.id_number)
    assert len(opened.account) == 12
    assert opened.account.startswith("5226")
    assert opened.status is ContributorStatus.NORMAL
    assert (opened.first_month, opened.base) == (202607, Decimal(5200))
    assert (opened.sex, opened.born_on) == (Sex.MALE.value, date(1990, 3, 7))
    assert roster.roster(clerk1).empty
    with snapshot() as session:
        message = session.scalars(select(Message).filter_by(case_id=case_id)).one()
        assert message.text == "尊敬的凯里市第九中学(示例)，您已完成办理缴存人登记！"
        chosen = select(ContributorChange).filter_by(case_id=case_id, employer_id=clerk1.employer)
        change = session.scalars(chosen).one()
        assert (change.kind, change.effective_month) == (ChangeKind.OPENED, 202607)
        assert (change.old, change.new) == ("", "正常")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"id_number": "522601199003070018"}, "id_number", "证件号码校验位错误"),
        ({"base": Decimal("1979.99")}, "base", "缴存基数低于下限1980.00"),
        ({"base": Decimal("21774.01")}, "base", "缴存基数高于上限21774.00"),
        ({"first_month": Month(2026, 9)}, "first_month",
         "首次汇缴年月2026-09过晚，最早可填2026-07，最晚可填2026-08"),
        ({"email": "yang@"}, "email", "电子邮箱格式不正确"),
    ],
)  # fmt: skip
@pytest.mark.manual("B7.1")
def test_a_wrong_entry_is_refused_at_its_field(
    clerk1: Actor, changes: dict[str, object], field: str, reason: str
) -> None:
    """Every bound from both its sides: tests/test_registration_rules.py."""
    assert refusal(clerk1, replace(YANG, **changes)) == {field: reason}
    assert roster.roster(clerk1).empty


@pytest.mark.parametrize("income", ["0", "0.01"])
def test_all_else_about_a_person_is_taken_as_it_was_said(clerk1: Actor, income: str) -> None:
    reach = {"landline": "0855-8220000", "postcode": "556000", "email": "yang@example.cn"}
    roster.add(clerk1, replace(YANG, **reach, address="字" * 255, income=Decimal(income)))
    assert len(roster.roster(clerk1)) == 1


def test_an_assessed_or_booked_month_is_refused_with_the_way_there_is(clerk1: Actor) -> None:
    june, july = replace(YANG, first_month=Month(2026, 6)), replace(YANG, first_month=JULY)
    assert refusal(clerk1, june)["first_month"] == (
        "首次汇缴年月2026-06已入账，最早可填2026-07；如须补入该月，请联系所属管理部办理补缴"
    )
    assess.assess(clerk1, [JULY], client_id="july")
    assert refusal(clerk1, july)["first_month"] == (
        "首次汇缴年月2026-07已核定，最早可填2026-08；如须补入该月，请先在【汇缴】中删除该月核定"
    )


def test_a_refused_entry_leaves_no_empty_case_in_the_way_of_an_assessment(clerk1: Actor) -> None:
    refusal(clerk1, replace(YANG, base=Decimal(1500)))
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Case)).one() == 0


def test_a_second_entry_of_the_same_number_is_refused(clerk1: Actor) -> None:
    roster.add(clerk1, YANG)
    assert refusal(clerk1, YANG)["id_number"] == "证件号码已存在"


def test_past_retirement_is_a_note_and_no_refusal(clerk1: Actor) -> None:
    woman = replace(
        YANG, id_type=IdType.PASSPORT, id_number="E12345678", sex=Sex.FEMALE,
        born_on=date(1968, 1, 1),
    )  # fmt: skip
    roster.add(clerk1, woman)
    assert roster.roster(clerk1)["note"][0].startswith("已满55周岁")


def test_hired_more_than_30_days_ago_is_a_note_and_no_refusal(clerk1: Actor) -> None:
    numbers = [number for _, number in SIX]
    for number, day in zip(numbers, (date(2026, 6, 6), date(2026, 6, 5)), strict=False):
        roster.add(clerk1, replace(YANG, id_number=number, sex=None, born_on=None, hired_on=day))
    assert list(roster.roster(clerk1)["note"]) == ["", "入职已超过30日（条例规定30日内办理）"]


def test_a_hiring_is_entered_on_a_leap_day_too(clerk1: Actor, on_day: OnDay) -> None:
    on_day("2028-02-29")
    late = replace(YANG, first_month=Month(2028, 2), hired_on=date(2029, 3, 1))
    assert refusal(clerk1, late) == {"hired_on": "入职日期过晚"}


def test_one_wrong_item_hides_no_other(clerk1: Actor) -> None:
    known = as_entry(somebody(clerk1), name="别人", first_month=None, base=Decimal(1500),
                     income=Decimal(-1))  # fmt: skip
    assert refusal(clerk1, known) == {
        "base": "缴存基数低于下限1980.00",
        "income": "家庭月收入不能为负，最多两位小数",
        "first_month": "不能为空",
        "id_number": "姓名与该证件号码已登记的姓名不一致",
    }
    foreigner = replace(YANG, id_type=IdType.PASSPORT, id_number="?", sex=None, born_on=None)
    assert refusal(clerk1, foreigner) == {
        "id_number": "证件号码应为5至18位字母或数字", "sex": "不能为空", "born_on": "不能为空",
    }  # fmt: skip


@pytest.mark.manual("B7.3")
def test_a_wrong_row_is_taken_off_and_the_last_one_ends_the_draft(clerk1: Actor) -> None:
    roster.add(clerk1, YANG)
    assert roster.delete_rows(clerk1, line_ids(clerk1)) == 1
    assert roster.roster(clerk1).empty
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Case)).one() == 0


def test_a_clerk_deletes_no_rows_of_another_employer(clerk1: Actor, clerk2: Actor) -> None:
    roster.add(clerk1, YANG)
    roster.add(clerk2, replace(YANG, name=SIX[1][0], id_number=SIX[1][1]))
    with pytest.raises(NotFound):
        roster.delete_rows(clerk2, line_ids(clerk1))
    assert len(roster.roster(clerk1)) == 1


def test_only_clerks_register(officer_a: Actor) -> None:
    with pytest.raises(NotAllowed):
        roster.add(officer_a, YANG)


def test_an_employer_sealed_or_closed_registers_nobody(clerk1: Actor) -> None:
    with transaction() as session:
        session.execute(
            update(Employer).filter_by(id=clerk1.employer).values(status=EmployerStatus.SEALED)
        )
    with pytest.raises(EmployerNotOpen, match="单位已封存"):
        roster.add(clerk1, YANG)
    assert approval.situation(clerk1).objection


# By workbook


@pytest.mark.manual("B7.2", "B7.4")
def test_six_good_people_get_accounts_one_after_the_other(clerk1: Actor) -> None:
    content = filled(clerk1)
    preview = workbook.check_workbook(clerk1, content)
    assert preview.faults == []
    assert preview.effect
    assert (preview.effect.people, preview.effect.amount) == (6, Decimal(7488))
    assert roster.roster(clerk1).empty
    workbook.import_workbook(clerk1, content)
    assert list(roster.roster(clerk1)["name"]) == [name for name, _ in SIX]
    case_id = confirm(clerk1)
    accounts = [int(person(number).account) for _, number in SIX]
    assert accounts == list(range(accounts[0], accounts[0] + 6))
    listed = load_workbook(BytesIO(outcome.outcome_workbook(clerk1, case_id))).worksheets[0]
    assert [row[2] for row in listed.iter_rows(min_row=2, values_only=True)] == list(
        map(str, accounts)
    )


@pytest.mark.manual("B7.2")
def test_only_the_employers_own_rates_are_offered(clerk1: Actor, clerk2: Actor) -> None:
    assert workbook.rates(clerk1) == ["12%+12%"]
    assert workbook.rates(clerk2) == ["8%+8%"]
    with pytest.raises(workbook.OtherRate):
        workbook.template(clerk1, "8%+8%")


@pytest.mark.manual("B7.2")
def test_code_columns_of_the_template_are_drop_downs(clerk1: Actor) -> None:
    book = load_workbook(BytesIO(workbook.template(clerk1, "12%+12%").content))
    sheet = book.worksheets[0]
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert any("21-大学本科毕业" in words for words in lists)
    assert any("01-身份证" in words for words in lists)
    assert '"2026-07,2026-08"' in lists
    assert sheet["D2"].number_format == "@"


@pytest.mark.manual("B7.2")
def test_every_fault_is_found_at_once_and_nothing_stored(clerk1: Actor) -> None:
    def spoil(sheet) -> None:
        sheet.cell(2, COLUMN["sex"]).value = "2-女"
        sheet.cell(3, COLUMN["id_number"]).value = "522601198508150027"
        sheet.cell(3, COLUMN["base"]).value = 1500
        sheet.cell(4, COLUMN["first_month"]).value = "2026-06"
        sheet.cell(5, COLUMN["education"]).value = "本科"
        sheet.cell(6, COLUMN["id_number"]).value = SIX[5][1]
        sheet.cell(6, COLUMN["mobile"]).value = None

    checked = workbook.import_workbook(clerk1, filled(clerk1, spoil))
    found = [(fault.row, fault.column, fault.reason) for fault in checked.faults]
    assert found == [
        (2, "性别", "性别与证件号码不一致"),
        (3, "证件号码*", "证件号码校验位错误"),
        (3, "缴存基数*", "缴存基数低于下限1980.00"),
        (4, "首次汇缴年月*", "首次汇缴年月2026-06已入账，最早可填2026-07；"
         "如须补入该月，请联系所属管理部办理补缴"),
        (5, "学历", "请从下拉列表中选择"),
        (6, "手机号码*", "不能为空"),
        (7, "证件号码*", "与第6行重复"),
    ]  # fmt: skip
    assert roster.roster(clerk1).empty
    assert checked.report
    assert checked.again
    again = load_workbook(BytesIO(checked.again.content)).worksheets[0]
    assert again.cell(3, COLUMN["base"]).value == 1500


def test_bases_beyond_the_limits_become_the_limits_and_all_else_stays(clerk1: Actor) -> None:
    def spoil(sheet) -> None:
        for row, base in enumerate((30000, "1,500.00", 0, "缺", 21774.01), 2):
            sheet.cell(row, COLUMN["base"]).value = base
        sheet.cell(7, COLUMN["mobile"]).value = "1388551234"

    content = filled(clerk1, spoil)
    checked = workbook.check_workbook(clerk1, content)
    assert checked.beyond == "2人高于上限，改为21,774.00元；1人低于下限，改为1,980.00元"
    mended = workbook.within_limits(clerk1, content).content
    sheet = load_workbook(BytesIO(mended)).worksheets[0]
    found = [sheet.cell(row, COLUMN["base"]).value for row in range(2, 8)]
    assert found == [21774, 1980, 0, "缺", 21774, 5200]
    assert [sheet.cell(row, COLUMN["name"]).value for row in range(2, 8)] == [one for one, _ in SIX]
    again = workbook.check_workbook(clerk1, mended)
    assert [(fault.row, fault.column) for fault in again.faults] == [
        (4, "缴存基数*"), (5, "缴存基数*"), (7, "手机号码*")]  # fmt: skip
    assert again.beyond == ""


def test_what_was_put_right_is_taken_in(clerk1: Actor) -> None:
    content = filled(clerk1, lambda sheet: setattr(sheet["H3"], "value", 99999))
    workbook.import_workbook(clerk1, workbook.within_limits(clerk1, content).content)
    assert list(roster.roster(clerk1)["base"]) == [
        Decimal(5200),
        Decimal(21774),
        *[Decimal(5200)] * 4,
    ]


def test_nothing_is_put_right_of_another_employers_file(clerk1: Actor, clerk2: Actor) -> None:
    with pytest.raises(template.OtherEmployersTemplate):
        workbook.within_limits(clerk1, filled(clerk2))


def test_who_is_on_the_roster_already_is_a_fault_of_the_file(clerk1: Actor) -> None:
    roster.add(clerk1, YANG)
    faults = workbook.check_workbook(clerk1, filled(clerk1)).faults
    assert [(fault.row, fault.reason) for fault in faults] == [(2, "证件号码已存在")]


def test_another_employers_template_is_refused_as_a_whole(clerk1: Actor, clerk2: Actor) -> None:
    with pytest.raises(template.OtherEmployersTemplate):
        workbook.check_workbook(clerk1, filled(clerk2))


def test_an_empty_template_is_refused(clerk1: Actor) -> None:
    with pytest.raises(template.NothingInTheFile):
        workbook.check_workbook(clerk1, filled(clerk1, people=()))


def test_untidy_cells_are_read_right(clerk1: Actor) -> None:
    def untidy(sheet) -> None:
        sheet.cell(2, COLUMN["id_number"]).value = " ５２２６０１１９９００３０７００１７ "
        sheet.cell(2, COLUMN["base"]).value = "5,200.00"
        sheet.cell(2, COLUMN["first_month"]).value = "202607"
        sheet.cell(2, COLUMN["born_on"]).value = "1990/3/7"
        sheet.cell(2, COLUMN["education"]).value = "大学本科毕业"
        sheet.cell(40, 1).value = 39

    checked = workbook.import_workbook(clerk1, filled(clerk1, untidy))
    assert checked.faults == []
    assert checked.effect
    assert checked.effect.people == 6


# People who exist already


def test_another_name_for_a_number_in_the_register_is_refused(clerk1: Actor) -> None:
    who = somebody(clerk1)
    assert refusal(clerk1, as_entry(who, name="某某某"))["id_number"] == (
        "姓名与该证件号码已登记的姓名不一致"
    )


def test_who_has_an_account_here_is_refused(clerk1: Actor) -> None:
    assert refusal(clerk1, as_entry(somebody(clerk1)))["id_number"] == "该职工已在本单位开户"


def test_who_is_sealed_here_is_sent_to_the_unsealing(clerk1: Actor) -> None:
    who = somebody(clerk1, ContributorStatus.SEALED)
    assert refusal(clerk1, as_entry(who))["id_number"] == "该职工账户在本单位封存，请办理启封"


def test_who_has_a_normal_account_elsewhere_is_refused_without_naming_where(
    clerk1: Actor, clerk2: Actor
) -> None:
    reason = refusal(clerk1, as_entry(somebody(clerk2)))["id_number"]
    assert reason == "该职工在其他单位有正常账户，须先由原单位封存"


def test_a_name_with_another_dot_bracket_or_space_is_not_another_name(
    clerk1: Actor, clerk4: Actor
) -> None:
    """As typed on the roster, as registered in the register."""
    who = somebody(clerk4, ContributorStatus.SEALED)
    with transaction() as session:
        session.execute(update(Contributor).filter_by(id=who.id).values(name="古丽·买买提 (大)"))
    reason = refusal(clerk1, as_entry(who, name="古丽•买买提（小）"))["id_number"]
    assert reason == "姓名与该证件号码已登记的姓名不一致"
    roster.add(clerk1, as_entry(who, name="古丽•买买提（大）"))
    assert list(roster.roster(clerk1)["name"]) == ["古丽•买买提（大）"]
    confirm(clerk1)
    assert person(who.id_number).name == "古丽·买买提 (大)"


def test_a_frozen_account_is_for_the_branch(clerk1: Actor, clerk2: Actor) -> None:
    who = somebody(clerk2)
    with transaction() as session:
        session.execute(
            update(Contributor).filter_by(id=who.id).values(status=ContributorStatus.FROZEN)
        )
    assert refusal(clerk1, as_entry(who))["id_number"].endswith("请联系管理部")


def test_who_withdrew_everything_may_open_another_account(clerk1: Actor, clerk2: Actor) -> None:
    who = somebody(clerk2)
    with transaction() as session:
        session.execute(
            update(Contributor).filter_by(id=who.id).values(status=ContributorStatus.WITHDRAWN)
        )
    roster.add(clerk1, as_entry(who))
    confirm(clerk1)
    with snapshot() as session:
        found = session.scalars(select(Contributor).filter_by(id_number=who.id_number)).all()
    assert len(found) == 2


def test_a_sealed_account_elsewhere_moves_in_and_no_second_is_opened(
    clerk1: Actor, clerk4: Actor
) -> None:
    who = somebody(clerk4, ContributorStatus.SEALED)
    roster.add(clerk1, as_entry(who))
    assert list(roster.roster(clerk1)["kind"]) == ["转入"]
    case_id = confirm(clerk1)
    now = person(who.id_number)
    assert (now.id, now.account) == (who.id, who.account)
    assert (now.employer_id, now.status) == (clerk1.employer, ContributorStatus.NORMAL)
    assert (now.base, now.employer_amount, now.sealed_month) == (5200, 624, None)
    with snapshot() as session:
        chosen = select(ContributorChange).filter_by(case_id=case_id, employer_id=clerk1.employer)
        change = session.scalars(chosen).one()
    assert change.kind is ChangeKind.MOVED_IN
    assert (change.old, change.new) == ("封存", "正常")


def test_who_moves_in_begins_after_the_last_month_paid(clerk3: Actor, clerk4: Actor) -> None:
    who = somebody(clerk4, ContributorStatus.SEALED)  # paid to 2026-03
    with transaction() as session:
        session.execute(update(Contributor).filter_by(id=who.id).values(paid_to=202605))
    reason = refusal(clerk3, as_entry(who, first_month=Month(2026, 4)))["id_number"]
    assert reason == "该职工已缴至2026-05，首次汇缴年月最早可填2026-06"


def test_the_new_and_the_moved_in_are_in_the_month_from_their_first_on(
    clerk1: Actor, clerk4: Actor
) -> None:
    moved = somebody(clerk4, ContributorStatus.SEALED)
    roster.add(clerk1, YANG)
    roster.add(clerk1, as_entry(moved, first_month=Month(2026, 8)))
    confirm(clerk1)
    with snapshot() as session:
        employer = session.get_one(Employer, clerk1.employer)
        july, august = (
            {row.account for row in session.execute(months_due.people(employer, month))}
            for month in (JULY, Month(2026, 8))
        )
    assert (len(july), len(august)) == (301, 302)
    assert moved.account in august - july


# Confirming


@pytest.mark.manual("B7.4")
def test_chosen_rows_are_opened_and_the_rest_stay_on_the_roster(clerk1: Actor) -> None:
    workbook.import_workbook(clerk1, filled(clerk1))
    ids = line_ids(clerk1)
    confirm(clerk1, [ids[1], ids[4]])
    assert person(SIX[1][1]).status is ContributorStatus.NORMAL
    assert person(SIX[4][1]).status is ContributorStatus.NORMAL
    assert list(roster.roster(clerk1)["name"]) == [SIX[i][0] for i in (0, 2, 3, 5)]
    confirm(clerk1, click="second")
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Message)).one() == 2
    numbers = [int(person(SIX[i][1]).account) for i in (1, 4, 0, 2, 3, 5)]
    assert numbers == list(range(numbers[0], numbers[0] + 6))


def test_one_who_may_not_keeps_all_out_and_is_named(clerk1: Actor, clerk2: Actor) -> None:
    workbook.import_workbook(clerk1, filled(clerk1))
    roster.add(clerk2, replace(YANG, base=Decimal(3000)))
    confirm(clerk2, click="other")
    with pytest.raises(refusals.RowsRefused) as caught:
        confirm(clerk1)
    assert caught.value.rows == [("杨再兴", "该职工在其他单位有正常账户，须先由原单位封存")]
    assert len(roster.roster(clerk1)) == 6
    with snapshot() as session:
        chosen = select(func.count()).select_from(Contributor)
        assert session.scalars(chosen.filter_by(employer_id=clerk1.employer)).one() == 302


def test_the_same_click_twice_opens_once(clerk1: Actor) -> None:
    roster.add(clerk1, YANG)
    ids = line_ids(clerk1)
    assert confirm(clerk1, ids) == confirm(clerk1, ids)
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Step)).one() == 1


def test_a_row_taken_off_meanwhile_stops_the_confirmation(clerk1: Actor) -> None:
    workbook.import_workbook(clerk1, filled(clerk1))
    ids = line_ids(clerk1)
    roster.delete_rows(clerk1, ids[:1])
    with pytest.raises(approval.RosterMoved):
        confirm(clerk1, ids)


def test_an_old_page_never_means_another_line_or_another_roster(clerk1: Actor) -> None:
    """SQLite would give the id of the last line deleted to the next one entered."""
    people = [replace(YANG, name=name, id_number=number) for name, number in SIX]
    roster.add(clerk1, people[0])
    roster.add(clerk1, people[1])
    seen = line_ids(clerk1)
    roster.delete_rows(clerk1, seen[1:])
    roster.add(clerk1, people[2])
    assert roster.delete_rows(clerk1, seen[1:]) == 0
    assert list(roster.roster(clerk1)["name"]) == [people[0].name, people[2].name]
    emptied = the_case()
    roster.delete_rows(clerk1, line_ids(clerk1))
    roster.add(clerk1, people[3])
    assert the_case() != emptied
    assert roster.delete_rows(clerk1, seen) == 0


def the_case() -> int:
    with snapshot() as session:
        return session.scalars(select(Case.id)).one()


def test_an_empty_roster_opens_nothing(clerk1: Actor) -> None:
    with pytest.raises(approval.NothingChosen):
        confirm(clerk1)


def test_amounts_follow_the_rates_in_force_when_the_account_is_opened(clerk1: Actor) -> None:
    roster.add(clerk1, YANG)
    with transaction() as session:
        rates = {"employer_rate": 10, "contributor_rate": 10}
        session.execute(update(Employer).filter_by(id=clerk1.employer).values(**rates))
    assert roster.roster(clerk1)["amount"][0] == Decimal(1040)
    confirm(clerk1)
    assert person(YANG.id_number).employer_amount == Decimal(520)


def test_the_roster_is_there_after_signing_in_again(clerk1: Actor) -> None:
    for name, number in SIX[:4]:
        roster.add(clerk1, replace(YANG, name=name, id_number=number))
    assert approval.situation(clerk1).effect.people == 4
    assert list(roster.roster(clerk1)["name"]) == [name for name, _ in SIX[:4]]


def test_the_outcome_is_for_the_employers_own_clerk(clerk1: Actor, clerk2: Actor) -> None:
    roster.add(clerk1, YANG)
    case_id = confirm(clerk1)
    assert list(outcome.outcome(clerk1, case_id)["姓名"]) == ["杨再兴"]
    with pytest.raises(NotFound):
        outcome.outcome(clerk2, case_id)


def test_two_employers_opening_the_same_person_at_once_have_one_winner(
    clerk1: Actor, clerk2: Actor
) -> None:
    for clerk in (clerk1, clerk2):
        roster.add(clerk, YANG)
    mine, theirs = line_ids(clerk1), line_ids(clerk2)
    outcomes = at_once(
        [lambda: confirm(clerk1, mine, "one"), lambda: confirm(clerk2, theirs, "two")]
    )
    assert winners(outcomes) == 1
    lost = next(outcome for outcome in outcomes if isinstance(outcome, BusinessError))
    assert "该职工在其他单位有正常账户，须先由原单位封存" in str(lost)
    assert person(YANG.id_number)


def test_the_database_alone_keeps_a_second_account_out_and_the_clerk_reads_why(
    clerk1: Actor, clerk2: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.contributor_registration.locks.lock_openings", lambda _: None)
    for clerk in (clerk1, clerk2):
        roster.add(clerk, YANG)
    mine, theirs = line_ids(clerk1), line_ids(clerk2)
    outcomes = at_once(
        [lambda: confirm(clerk1, mine, "one"), lambda: confirm(clerk2, theirs, "two")]
    )
    assert winners(outcomes) == 1
    lost = next(outcome for outcome in outcomes if isinstance(outcome, BusinessError))
    assert "该职工在其他单位有正常账户" in str(lost)


def test_two_employers_opening_many_at_once_share_no_number(clerk1: Actor, clerk2: Actor) -> None:
    for clerk, people in ((clerk1, SIX[:3]), (clerk2, SIX[3:])):
        workbook.import_workbook(clerk, filled(clerk, people=people))
    mine, theirs = line_ids(clerk1), line_ids(clerk2)
    outcomes = at_once(
        [lambda: confirm(clerk1, mine, "one"), lambda: confirm(clerk2, theirs, "two")]
    )
    assert winners(outcomes) == 2
    assert len({person(number).account for _, number in SIX}) == 6
    accounts = [int(person(number).account) for _, number in SIX[:3]]
    assert accounts == list(range(accounts[0], accounts[0] + 3))


def sealed_from(actor: Actor, month: Month) -> Contributor:
    """Seal the first of the employer's people from this month on, by the business itself."""
    who = somebody(actor)
    entry = StatusEntry(who.account, "03", month)
    status_roster.add(actor, BusinessKind.SEALING, entry)
    status_change.confirm(actor, BusinessKind.SEALING, [who.account], client_id="seal")
    return who


def test_who_moves_in_begins_when_the_sealing_does_at_the_earliest(
    clerk1: Actor, clerk4: Actor
) -> None:
    who = sealed_from(clerk4, JULY.plus(1))
    assess.assess(clerk4, [JULY], client_id="july")
    said = "该职工在原单位自2026-08起封存，首次汇缴年月最早可填2026-08"
    assert refusal(clerk1, as_entry(who)) == {"id_number": said}
    roster.add(clerk1, as_entry(who, first_month=JULY.plus(1)))
