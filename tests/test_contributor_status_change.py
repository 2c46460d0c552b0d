"""Sealing and unsealing (缴存人状态变更, manual B9) on the demo fixture, with exact figures."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from data.database import snapshot, transaction
from data.enums import BusinessKind, ChangeKind, ContributorStatus, EmployerStatus
from data.models.case import Case, Message, Step
from data.models.register import Contributor, ContributorChange, Employer
from services import home, months_due, review
from services.actor import Actor
from services.approval import conflicts, refusals
from services.contributor_query import accounts as queried
from services.contributor_status_change import approval, candidates, facts, roster, workbook
from services.contributor_status_change.entry import Entry
from services.contributor_status_change.kind import NothingChosen
from services.contributor_status_change.roster import WrongEntry
from services.deferral import approval as deferral
from services.errors import NotAllowed, NotFound
from services.exports import Conditions
from services.files import template
from services.remittance import assess, matrix
from services.rules.months import Month
from tests.rosters import PDF, submitted
from tests.test_races import at_once, winners

pytestmark = pytest.mark.usefixtures("db", "storage")
SEALING, UNSEALING = BusinessKind.SEALING, BusinessKind.UNSEALING
NORMAL, SEALED = ContributorStatus.NORMAL, ContributorStatus.SEALED
JULY = Month(2026, 7)


def accounts(actor: Actor, status: ContributorStatus = NORMAL) -> list[str]:
    with snapshot() as session:
        chosen = select(Contributor.account).filter_by(employer_id=actor.employer, status=status)
        return list(session.scalars(chosen.order_by(Contributor.account)))


def person(account: str) -> Contributor:
    with snapshot() as session:
        return session.scalars(select(Contributor).filter_by(account=account)).one()


def set_person(account: str, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Contributor).filter_by(account=account).values(**values))


def set_employer(actor: Actor, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Employer).filter_by(id=actor.employer).values(**values))


def enter(actor: Actor, kind: BusinessKind, account: str, **more: object) -> str:
    entry = {"reason": "01" if kind is SEALING else "12", "month": JULY, **more}
    return roster.add(actor, kind, Entry(account=account, **entry))


def refusal(actor: Actor, kind: BusinessKind, account: str, **more: object) -> dict[str, str]:
    with pytest.raises(WrongEntry) as caught:
        enter(actor, kind, account, **more)
    return caught.value.faults


def confirm(actor: Actor, kind: BusinessKind, chosen: list[str], click: str = "click") -> int:
    return approval.confirm(actor, kind, chosen, client_id=click)


def seal_everybody(actor: Actor, month: Month = JULY) -> list[str]:
    """Seal all the employer's people from a month on; return their accounts."""
    everybody = accounts(actor)
    for account in everybody:
        enter(actor, SEALING, account, month=month)
    confirm(actor, SEALING, everybody, "everybody")
    return everybody


def filled(
    actor: Actor, kind: BusinessKind, chosen: list[str], change: Callable | None = None
) -> bytes:
    book = load_workbook(BytesIO(workbook.template(actor, kind).content))
    sheet = book.worksheets[0]
    reason = "01-终止/解除劳动关系" if kind is SEALING else "12-重新录用"
    for row, account in enumerate(chosen, start=2):
        values = (row - 1, account, person(account).name, None, reason, None, "2026-07")
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column).value = value
    if change:
        change(sheet)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


# One by one


@pytest.mark.manual("B9.1", "B9.4")
def test_a_person_sealed_is_out_from_the_month_on(clerk1: Actor) -> None:
    account = accounts(clerk1)[0]
    assert enter(clerk1, SEALING, account) == ""
    frame = roster.roster(clerk1, SEALING)
    assert (frame["reason"][0], frame["month"][0]) == ("终止/解除劳动关系", "2026-07")
    case_id = confirm(clerk1, SEALING, [account])
    now = person(account)
    assert (now.status, now.sealed_month, now.seal_reason) == (SEALED, 202607, "01")
    assert roster.roster(clerk1, SEALING).empty
    with snapshot() as session:
        message = session.scalars(select(Message).filter_by(case_id=case_id)).one()
        assert message.text == "尊敬的凯里市第九中学(示例)，您已完成办理缴存人封存！"
        change = session.scalars(select(ContributorChange).filter_by(case_id=case_id)).one()
    assert (change.kind, change.old, change.new) == (ChangeKind.SEALED, "正常", "封存")
    assert change.effective_month == 202607


@pytest.mark.manual("B9.1", "B9.4")
def test_a_person_unsealed_is_in_again_at_todays_rates(clerk1: Actor) -> None:
    account = accounts(clerk1, SEALED)[0]
    set_employer(clerk1, employer_rate=10, contributor_rate=10)
    enter(clerk1, UNSEALING, account)
    assert roster.roster(clerk1, UNSEALING)["amount"][0] == Decimal(1200)
    case_id = confirm(clerk1, UNSEALING, [account])
    now = person(account)
    assert (now.status, now.sealed_month, now.seal_reason) == (NORMAL, None, "")
    assert (now.base, now.employer_amount, now.contributor_amount) == (6000, 600, 600)
    with snapshot() as session:
        message = session.scalars(select(Message).filter_by(case_id=case_id)).one()
        assert message.text == "尊敬的凯里市第九中学(示例)，您已完成办理缴存人启封！"
        change = session.scalars(select(ContributorChange).filter_by(case_id=case_id)).one()
    assert (change.kind, change.old, change.new) == (ChangeKind.UNSEALED, "封存", "正常")


@pytest.mark.manual("B9.1")
def test_only_people_in_the_fitting_status_can_be_chosen(clerk1: Actor) -> None:
    assert len(candidates.candidates(clerk1, SEALING)) == 300
    unsealable = candidates.candidates(clerk1, UNSEALING)
    assert [who.account for who in unsealable] == accounts(clerk1, SEALED)
    assert unsealable[0].sealed_month == Month(2026, 4)
    enter(clerk1, UNSEALING, unsealable[0].account)
    assert len(candidates.candidates(clerk1, UNSEALING)) == 1


@pytest.mark.parametrize(
    ("kind", "status", "more", "field", "reason"),
    [
        (SEALING, NORMAL, {"reason": "99"}, "note", "请填写说明"),
        (SEALING, SEALED, {}, "account", "当前状态为封存，不能办理封存"),
        (UNSEALING, NORMAL, {}, "account", "当前状态为正常，不能办理启封"),
        (SEALING, NORMAL, {"month": Month(2026, 6)}, "month",
         "生效年月2026-06已入账，最早可填2026-07；如须自该月起封存，请联系所属管理部办理错缴更正"),
        (UNSEALING, SEALED, {"month": Month(2026, 6)}, "month",
         "生效年月2026-06已入账，最早可填2026-07；如须补入该月，请联系所属管理部办理补缴"),
        (SEALING, NORMAL, {"month": Month(2026, 9)}, "month",
         "生效年月2026-09过晚，最早可填2026-07，最晚可填2026-08"),
        (UNSEALING, SEALED, {"base": Decimal(1500)}, "base", "缴存基数低于下限1980.00"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_refused_at_its_field(
    clerk1: Actor,
    kind: BusinessKind,
    status: ContributorStatus,
    more: dict,
    field: str,
    reason: str,
) -> None:
    """Every bound from both its sides: tests/test_status_change_rules.py."""
    assert refusal(clerk1, kind, accounts(clerk1, status)[0], **more)[field] == reason
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Case)).one() == 0


def test_who_begins_and_leaves_in_one_month_is_sealed_from_it(clerk1: Actor) -> None:
    account = accounts(clerk1)[0]
    set_person(account, first_month=202607)
    enter(clerk1, SEALING, account, month=JULY, left_on=date(2027, 7, 1))
    assert len(roster.roster(clerk1, SEALING)) == 1


def test_a_reason_of_other_kind_is_taken_with_a_note(clerk1: Actor) -> None:
    account = accounts(clerk1)[0]
    enter(clerk1, SEALING, account, reason="99", note="借调外单位")
    assert roster.roster(clerk1, SEALING)["reason"][0] == "其他（借调外单位）"


def test_an_old_base_below_the_limit_must_be_replaced(clerk1: Actor) -> None:
    account = accounts(clerk1, SEALED)[0]
    set_person(account, base=Decimal(1200))
    assert refusal(clerk1, UNSEALING, account)["base"] == (
        "原基数1200.00不在今年上下限内，请填写启封后缴存基数：缴存基数低于下限1980.00"
    )
    enter(clerk1, UNSEALING, account, base=Decimal(2500))
    confirm(clerk1, UNSEALING, [account])
    assert (person(account).base, person(account).employer_amount) == (2500, 300)


def test_an_unsealing_begins_after_the_last_month_paid_and_not_before_the_sealing(
    clerk3: Actor,
) -> None:
    account = accounts(clerk3)[0]  # the employer has assessed up to 2026-03
    set_person(account, status=SEALED, sealed_month=202606, paid_to=202603)
    assert refusal(clerk3, UNSEALING, account, month=Month(2026, 5))["month"] == (
        "生效年月2026-05早于该职工封存年月，最早可填2026-06"
    )
    set_person(account, sealed_month=202605, paid_to=202606)
    for month in (Month(2026, 5), Month(2026, 6)):
        assert refusal(clerk3, UNSEALING, account, month=month)["month"] == (
            "该职工已缴至2026-06，生效年月最早可填2026-07"
        )


def test_leaving_more_than_30_days_ago_is_a_warning_and_no_refusal(clerk1: Actor) -> None:
    first, second = accounts(clerk1)[:2]
    assert enter(clerk1, SEALING, first, left_on=date(2026, 6, 5)).startswith("离职已超过30日")
    assert enter(clerk1, SEALING, second, left_on=date(2026, 6, 6)) == ""
    assert len(roster.roster(clerk1, SEALING)) == 2


def test_an_employer_sealed_itself_changes_nobody(clerk1: Actor) -> None:
    account = accounts(clerk1, SEALED)[0]
    set_employer(clerk1, status=EmployerStatus.SEALED)
    with pytest.raises(facts.EmployerNotOpen, match="单位已封存，不能办理缴存人启封"):
        enter(clerk1, UNSEALING, account)
    assert approval.situation(clerk1, UNSEALING).objection


def test_a_deferring_employer_may_still_seal(clerk1: Actor) -> None:
    set_employer(clerk1, status=EmployerStatus.DEFERRED)
    assert enter(clerk1, SEALING, accounts(clerk1)[0]) == ""


def test_a_person_stands_once_on_a_roster_and_on_one_roster_only(clerk1: Actor) -> None:
    account = accounts(clerk1)[0]
    enter(clerk1, SEALING, account)
    assert refusal(clerk1, SEALING, account)["account"] == "该职工已在清册中"
    set_person(account, status=SEALED, sealed_month=202607)
    assert refusal(clerk1, UNSEALING, account)["account"] == (
        "该职工已有封存业务在办，请先办结或从清册中删除"
    )


def test_another_employers_person_is_not_found_and_officers_seal_nobody(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    with pytest.raises(NotFound):
        enter(clerk2, SEALING, accounts(clerk1)[0])
    with pytest.raises(NotAllowed):
        enter(officer_a, SEALING, accounts(clerk1)[0])
    with pytest.raises(facts.UnknownKind):
        enter(clerk1, BusinessKind.DEFERRAL, accounts(clerk1)[0])


def test_another_business_is_neither_read_written_nor_emptied_as_a_status_change(
    clerk2: Actor,
) -> None:
    deferral.attach(clerk2, "101001", "申请表.pdf", PDF)
    kind, account = BusinessKind.DEFERRAL, accounts(clerk2)[0]
    content = filled(clerk2, SEALING, [account])
    for act in (
        lambda: workbook.check_workbook(clerk2, kind, content),
        lambda: workbook.import_workbook(clerk2, kind, content),
        lambda: roster.delete_rows(clerk2, kind, []),
        lambda: approval.confirm(clerk2, kind, [account], client_id="click"),
    ):
        with pytest.raises(facts.UnknownKind):
            act()
    assert [paper.material for paper in deferral.situation(clerk2).papers] == ["101001"]


@pytest.mark.manual("B9.3")
def test_rows_are_taken_off_and_an_empty_roster_stands_in_nobodys_way(clerk1: Actor) -> None:
    first, second = accounts(clerk1)[:2]
    enter(clerk1, SEALING, first)
    enter(clerk1, SEALING, second)
    with transaction() as session, pytest.raises(conflicts.Unfinished):
        conflicts.require_free(session, BusinessKind.REMITTANCE, clerk1.employer)
    assert roster.delete_rows(clerk1, SEALING, [first]) == 1
    assert list(roster.roster(clerk1, SEALING)["account"]) == [second]
    roster.delete_rows(clerk1, SEALING, [second])
    with transaction() as session:
        conflicts.require_free(session, BusinessKind.REMITTANCE, clerk1.employer)


def in_month(actor: Actor, month: Month) -> set[str]:
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        return {row.account for row in session.execute(months_due.people(employer, month))}


@pytest.mark.manual("B9.4")
def test_the_month_is_assessed_without_the_sealed_and_with_the_unsealed(clerk1: Actor) -> None:
    out, back = accounts(clerk1)[0], accounts(clerk1, SEALED)[0]
    enter(clerk1, SEALING, out)
    confirm(clerk1, SEALING, [out], "out")
    enter(clerk1, UNSEALING, back)
    confirm(clerk1, UNSEALING, [back], "back")
    july = in_month(clerk1, JULY)
    assert len(july) == 300
    assert out not in july
    assert back in july


def test_a_change_from_next_month_on_leaves_this_month_as_it_was(clerk1: Actor) -> None:
    out, back = accounts(clerk1)[0], accounts(clerk1, SEALED)[0]
    enter(clerk1, SEALING, out, month=Month(2026, 8))
    confirm(clerk1, SEALING, [out], "out")
    enter(clerk1, UNSEALING, back, month=Month(2026, 8))
    confirm(clerk1, UNSEALING, [back], "back")
    july, august = in_month(clerk1, JULY), in_month(clerk1, Month(2026, 8))
    assert out in july - august
    assert back in august - july


def test_who_is_sealed_from_next_month_on_counts_as_normal_until_it_comes(
    clerk2: Actor, officer_a: Actor, on_day: Callable[[str], None]
) -> None:
    out = accounts(clerk2)[0]
    enter(clerk2, SEALING, out, month=Month(2026, 8))
    confirm(clerk2, SEALING, [out], "out")
    again = refusal(clerk2, SEALING, out, month=Month(2026, 8))["account"]
    assert again == "该职工已办理封存，自2026-08起生效"

    def counted() -> tuple[int, int, str, int]:
        now = home.home(clerk2)
        listed = queried.accounts(clerk2, Conditions(codes=("02",))).rows
        assert now.monthly_amount == queried.accounts(clerk2, Conditions()).totals["月缴存额"]
        return now.normal, now.sealed, f"{now.monthly_amount:,.2f}", len(listed)

    assert counted() == (5, 0, "4,726.00", 0)
    case_id = submitted(clerk2, 7000)
    review.approve(officer_a, case_id, version=2, opinion="同意")
    assert {who.base for who in map(person, [out, *accounts(clerk2)])} == {Decimal(7000)}
    (july,) = assess.situation(clerk2).months
    assert (july.heads, july.amount) == (5, Decimal("5600.00"))
    on_day("2026-08-01")
    assert counted() == (4, 1, "4,480.00", 1)


# By workbook


@pytest.mark.manual("B9.2")
def test_a_good_workbook_fills_the_roster(clerk1: Actor) -> None:
    chosen = accounts(clerk1)[:10]
    content = filled(clerk1, SEALING, chosen)
    assert workbook.check_workbook(clerk1, SEALING, content).people == 10
    assert roster.roster(clerk1, SEALING).empty
    workbook.import_workbook(clerk1, SEALING, content)
    assert list(roster.roster(clerk1, SEALING)["account"]) == chosen


@pytest.mark.manual("B9.2")
def test_two_of_ten_sealed_already_keep_all_out(clerk1: Actor) -> None:
    chosen = accounts(clerk1)[:8] + accounts(clerk1, SEALED)
    checked = workbook.import_workbook(clerk1, SEALING, filled(clerk1, SEALING, chosen))
    assert [(fault.row, fault.reason) for fault in checked.faults] == [
        (10, "当前状态为封存，不能办理封存"),
        (11, "当前状态为封存，不能办理封存"),
    ]
    assert roster.roster(clerk1, SEALING).empty


@pytest.mark.manual("B9.2")
def test_every_fault_is_found_at_once_with_row_and_column(clerk1: Actor, clerk2: Actor) -> None:
    chosen = accounts(clerk1)[:7]

    def spoil(sheet) -> None:
        sheet.cell(2, 3).value = "某某某"
        sheet.cell(3, 5).value = "99-其他"
        sheet.cell(4, 7).value = "2026-06"
        sheet.cell(5, 5).value = "辞职"
        sheet.cell(6, 2).value = accounts(clerk2)[0]
        sheet.cell(7, 2).value = chosen[6]
        sheet.cell(7, 3).value = person(chosen[6]).name
        sheet.cell(8, 8).value = "昨天"

    checked = workbook.check_workbook(clerk1, SEALING, filled(clerk1, SEALING, chosen, spoil))
    assert [(fault.row, fault.column, fault.reason) for fault in checked.faults] == [
        (2, "姓名*", f"姓名与个人账号{chosen[0]}登记的姓名不一致"),
        (3, "说明", "请填写说明"),
        (4, "生效年月*", "生效年月2026-06已入账，最早可填2026-07；"
         "如须自该月起封存，请联系所属管理部办理错缴更正"),
        (5, "变更原因*", "请从下拉列表中选择"),
        (6, "个人账号", "不是本单位的个人账号"),
        (8, "个人账号", "与第7行重复"),
        (8, "离职日期", "日期应为1990-03-07的形式"),
    ]  # fmt: skip
    assert checked.report
    assert checked.again


@pytest.mark.manual("B9.2")
def test_an_unsealing_by_workbook_takes_a_base_or_keeps_the_old_one(clerk1: Actor) -> None:
    chosen = accounts(clerk1, SEALED)

    def one_base(sheet) -> None:
        sheet.cell(2, 8).value = 7000

    content = filled(clerk1, UNSEALING, chosen, one_base)
    assert workbook.import_workbook(clerk1, UNSEALING, content).faults == []
    assert list(roster.roster(clerk1, UNSEALING)["base"]) == [Decimal(7000), Decimal(6000)]


def test_a_row_may_name_its_person_by_id_number(clerk1: Actor) -> None:
    chosen = accounts(clerk1)[:1]

    def by_document(sheet) -> None:
        sheet.cell(2, 2).value, sheet.cell(2, 4).value = None, person(chosen[0]).id_number

    content = filled(clerk1, SEALING, chosen, by_document)
    assert workbook.import_workbook(clerk1, SEALING, content).faults == []
    assert list(roster.roster(clerk1, SEALING)["account"]) == chosen


def test_a_name_in_the_file_may_have_another_dot_or_bracket_and_no_other_name(
    clerk1: Actor,
) -> None:
    chosen = accounts(clerk1)[:2]
    set_person(chosen[0], name="古丽·买买提（大）")

    def spelled(sheet) -> None:
        sheet.cell(2, 3).value = "古丽•买买提 (大)"
        sheet.cell(3, 3).value = "古丽•买买提 (小)"

    faults = workbook.check_workbook(
        clerk1, SEALING, filled(clerk1, SEALING, chosen, spelled)
    ).faults
    reason = f"姓名与个人账号{chosen[1]}登记的姓名不一致"
    assert [(fault.row, fault.reason) for fault in faults] == [(3, reason)]


def test_templates_of_others_are_refused_as_a_whole(clerk1: Actor, clerk2: Actor) -> None:
    with pytest.raises(template.OtherEmployersTemplate):
        workbook.check_workbook(clerk1, SEALING, filled(clerk2, SEALING, accounts(clerk2)[:1]))
    with pytest.raises(template.NothingInTheFile):
        workbook.check_workbook(clerk1, SEALING, filled(clerk1, SEALING, []))


# Confirming


@pytest.mark.manual("B9.4")
def test_the_chosen_are_sealed_and_the_rest_stay_on_the_roster(clerk1: Actor) -> None:
    chosen = accounts(clerk1)[:4]
    workbook.import_workbook(clerk1, SEALING, filled(clerk1, SEALING, chosen))
    confirm(clerk1, SEALING, chosen[1:3])
    assert [person(account).status for account in chosen] == [NORMAL, SEALED, SEALED, NORMAL]
    assert list(roster.roster(clerk1, SEALING)["account"]) == [chosen[0], chosen[3]]
    confirm(clerk1, SEALING, [chosen[0], chosen[3]], click="second")
    assert len(accounts(clerk1, SEALED)) == 6


def test_one_who_may_not_keeps_all_out_and_is_named(clerk1: Actor) -> None:
    chosen = accounts(clerk1)[:2]
    for account in chosen:
        enter(clerk1, SEALING, account)
    set_person(chosen[0], status=ContributorStatus.FROZEN)
    with pytest.raises(refusals.RowsRefused) as caught:
        confirm(clerk1, SEALING, chosen)
    assert caught.value.rows == [
        (f"{person(chosen[0]).name}（{chosen[0]}）", "当前状态为冻结，不能办理封存")
    ]
    assert person(chosen[1]).status is NORMAL


def test_a_month_assessed_meanwhile_stops_the_confirmation(clerk1: Actor) -> None:
    account = accounts(clerk1)[0]
    enter(clerk1, SEALING, account)
    set_employer(clerk1, assessed_to=202607)
    with pytest.raises(refusals.RowsRefused, match="最早可填2026-08"):
        confirm(clerk1, SEALING, [account])


def test_nobody_chosen_and_people_not_on_the_roster_are_refused(clerk1: Actor) -> None:
    with pytest.raises(NothingChosen):
        confirm(clerk1, SEALING, [])
    with pytest.raises(approval.RosterMoved):
        confirm(clerk1, SEALING, accounts(clerk1)[:1])


def test_a_person_who_moved_to_another_employer_is_not_unsealed_here(
    clerk1: Actor, clerk2: Actor
) -> None:
    account = accounts(clerk1, SEALED)[0]
    enter(clerk1, UNSEALING, account)
    set_person(account, employer_id=clerk2.employer, status=NORMAL)
    with pytest.raises(refusals.RowsRefused, match="账户已转出本单位"):
        confirm(clerk1, UNSEALING, [account])


def test_sixteen_clicks_seal_once(clerk1: Actor) -> None:
    account = accounts(clerk1)[0]
    enter(clerk1, SEALING, account)
    outcomes = at_once(
        [lambda n=n: confirm(clerk1, SEALING, [account], f"c{n}") for n in range(16)]
    )
    assert winners(outcomes) == 1
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(ContributorChange)).one() == 1


def test_the_same_click_twice_seals_once_and_is_no_refusal(clerk1: Actor) -> None:
    account = accounts(clerk1)[0]
    enter(clerk1, SEALING, account)
    assert confirm(clerk1, SEALING, [account]) == confirm(clerk1, SEALING, [account])
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Step)).one() == 1


# Months between changes


def heads(actor: Actor, month: Month) -> int:
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        return matrix.against_last(session, employer, month).heads


def test_who_is_sealed_and_unsealed_in_one_month_is_in_it(clerk1: Actor) -> None:
    account = accounts(clerk1)[0]
    for kind in (SEALING, UNSEALING):
        enter(clerk1, kind, account)
        confirm(clerk1, kind, [account], click=kind.value)
    assert heads(clerk1, JULY) == 300


def test_who_is_sealed_again_from_the_month_of_the_unsealing_was_out_before_it(
    clerk1: Actor,
) -> None:
    account, august = accounts(clerk1)[0], JULY.plus(1)
    for click, kind, month in (
        ("1", SEALING, JULY), ("2", UNSEALING, august), ("3", SEALING, august),
    ):  # fmt: skip
        enter(clerk1, kind, account, month=month)
        confirm(clerk1, kind, [account], click=click)
    assert (heads(clerk1, JULY), heads(clerk1, august)) == (299, 299)


def test_a_sealing_does_not_begin_before_the_change_before_it(clerk1: Actor) -> None:
    account, august = accounts(clerk1)[0], JULY.plus(1)
    for kind, month in ((SEALING, JULY), (UNSEALING, august)):
        enter(clerk1, kind, account, month=month)
        confirm(clerk1, kind, [account], click=kind.value)
    said = refusal(clerk1, SEALING, account, month=JULY)
    assert said == {"month": "生效年月2026-07早于该职工上次状态变更的生效年月，最早可填2026-08"}
    enter(clerk1, SEALING, account, month=august)


def test_a_new_base_waits_until_the_months_at_the_old_one_are_assessed(clerk3: Actor) -> None:
    account = accounts(clerk3)[0]
    enter(clerk3, SEALING, account, month=Month(2026, 5))
    confirm(clerk3, SEALING, [account], click="seal")
    said = refusal(clerk3, UNSEALING, account, base=Decimal(4000))
    assert said == {
        "base": "该职工封存前的2026-04尚未核定，请先在【汇缴】中核定，或保留原基数3000.00"
    }
    enter(clerk3, UNSEALING, account, base=Decimal(3000))
    roster.delete_rows(clerk3, UNSEALING, [account])
    assess.assess(clerk3, [Month(2026, 4)], client_id="april")
    enter(clerk3, UNSEALING, account, base=Decimal(4000))
    confirm(clerk3, UNSEALING, [account], click="unseal")
    with snapshot() as session:
        change = session.scalars(
            select(ContributorChange).filter_by(kind=ChangeKind.BASE_CHANGED)
        ).one()
    assert (change.old, change.new, change.effective_month) == ("3000.00", "4000.00", 202607)
    assert (person(account).base, person(account).employer_amount) == (Decimal(4000), Decimal(200))
