"""Money arrival (到账): short, exact, over; the ledger to the fen; the bank's workbook; dunning."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import delete, func, select, update

from data.base import YuanType
from data.database import snapshot, transaction
from data.enums import AssessmentStatus, ContributorStatus, EntryKind, RemittanceKind
from data.models.audit import AuditEvent
from data.models.case import Message
from data.models.ledger import Arrival, LedgerEntry
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment
from services import arrears, jobs
from services.actor import Actor
from services.approval import refusals
from services.errors import BusinessError, NotAllowed
from services.files import template
from services.remittance import (
    arrivals,
    arrivals_workbook,
    assess,
    balances,
    booking,
    desk,
    edit,
)
from services.remittance.booking import Due, NotEnough
from services.remittance.credits import WrongCredit
from services.rules.months import Month
from services.summary import verify
from tests.credits import credit, receive
from tests.test_races import at_once, winners
from tests.test_remittance import defer, employer_of, go, listed

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
NUMBER = {"clerk2": "522601000202", "clerk3": "522601000303"}


def approved(clerk: Actor, officer: Actor, *months: int) -> None:
    go(clerk, *months)
    for number in months:
        desk.approve(officer, listed(clerk, number).id)


def status(clerk: Actor, month: int) -> AssessmentStatus:
    return listed(clerk, month).status


def left(clerk: Actor) -> Decimal:
    with snapshot() as session:
        return booking.balance(session, clerk.employer)


# Short, exact, over


def test_an_exact_sum_books_the_month_and_tells_the_clerk(clerk2: Actor, officer_a: Actor) -> None:
    approved(clerk2, officer_a, 202607)
    assert receive(officer_a, clerk2, "4726.00").text == "2026-07已入账"
    assert status(clerk2, 202607) is AssessmentStatus.BOOKED
    assert left(clerk2) == 0
    now = employer_of(clerk2)
    assert now.paid_to == 202607
    with snapshot() as session:
        people = select(Contributor.paid_to).filter_by(employer_id=clerk2.employer)
        assert set(session.scalars(people)) == {202607}
        said = session.scalars(select(Message.text).order_by(Message.id.desc())).first()
        event = session.scalars(select(AuditEvent).filter_by(action="month_booked")).one()
    assert said == (
        "尊敬的黔东南苗岭食品(示例)，贵单位2026年7月住房公积金4,726.00元已入账，缴至年月为2026年7月。"
    )
    july = listed(clerk2, 202607)
    assert (event.subject, event.employer) == (f"assessment:{july.id}", clerk2.employer)
    assert (event.actor, event.payload) == (officer_a.user_id, '{"month":202607}')
    assert verify.differences() == []


def test_a_short_sum_books_nothing_and_is_kept(clerk2: Actor, officer_a: Actor) -> None:
    approved(clerk2, officer_a, 202607)
    assert receive(officer_a, clerk2, "4725.99").text == (
        "到账金额不足，2026-07未入账：应缴4,726.00元，未分摊余额4,725.99元，还差0.01元"
    )
    assert status(clerk2, 202607) is AssessmentStatus.APPROVED
    assert left(clerk2) == Decimal("4725.99")
    assert employer_of(clerk2).paid_to == 202606
    july = listed(clerk2, 202607).id
    with pytest.raises(NotEnough, match=r"未分摊余额不足：2026年7月应缴4,726.00元.*还差0.01元"):
        arrivals.pay_from_balance(officer_a, july)
    assert receive(officer_a, clerk2, "0.01").text == "2026-07已入账"
    assert verify.differences() == []


def test_the_clerk_reads_what_is_left_of_the_money_and_what_is_lacking(
    clerk3: Actor, officer_a: Actor
) -> None:
    approved(clerk3, officer_a, 202604)

    def told(amount: str) -> list[str]:
        with snapshot() as session:
            last = session.scalar(select(func.max(Message.id))) or 0
        receive(officer_a, clerk3, amount)
        with snapshot() as session:
            chosen = select(Message.text).where(Message.id > last).order_by(Message.id)
            return [
                text.removeprefix("尊敬的凯里鼓楼建筑(示例)，贵单位")
                for text in session.scalars(chosen)
            ]

    booked = "2026年4月住房公积金12,000.00元已入账，缴至年月为2026年4月。"
    assert told("11999.99") == [
        "到账11,999.99元已登记，未分摊余额11,999.99元；2026年4月应缴12,000.00元，还差0.01元，请补足。"
    ]
    assert assess.situation(clerk3).unallocated == Decimal("11999.99")
    assert told("500.01") == [booked, "到账500.01元已登记，未分摊余额500.00元，可用于以后月度。"]
    approved(clerk3, officer_a, 202605)
    assert told("11500.00") == [booked.replace("4月", "5月")]


def test_what_is_over_stays_and_pays_a_later_month(clerk3: Actor, officer_a: Actor) -> None:
    approved(clerk3, officer_a, 202604)
    assert receive(officer_a, clerk3, "25000.00").text == "2026-04已入账，剩余13,000.00元转未分摊"
    go(clerk3, 202605, 202606)
    may, june = (listed(clerk3, number).id for number in (202605, 202606))
    desk.approve(officer_a, june)
    with pytest.raises(arrivals.BehindUnapproved, match="2026年6月之前有月度尚未审批"):
        arrivals.pay_from_balance(officer_a, june)
    desk.approve(officer_a, may)
    arrivals.pay_from_balance(officer_a, may)
    assert left(clerk3) == Decimal("1000.00")
    assert employer_of(clerk3).paid_to == 202605
    with pytest.raises(NotEnough):
        arrivals.pay_from_balance(officer_a, june)
    assert [(row.number, row.balance) for row in balances.unallocated(officer_a).rows] == [
        ("522601000303", Decimal("1000.00"))
    ]
    lines = balances.ledger(officer_a, clerk3.employer)
    assert [(line.kind, line.money_in, line.money_out, line.balance) for line in lines] == [
        (EntryKind.ALLOCATION, None, Decimal(12000), Decimal(1000)),
        (EntryKind.ALLOCATION, None, Decimal(12000), Decimal(13000)),
        (EntryKind.ARRIVAL, Decimal(25000), None, Decimal(25000)),
    ]
    assert verify.differences() == []


def test_months_are_paid_in_order_and_none_is_passed_over(clerk3: Actor, officer_a: Actor) -> None:
    go(clerk3, 202604, 202605)
    desk.approve(officer_a, listed(clerk3, 202605).id)
    assert receive(officer_a, clerk3, "12000.00").text == (
        "无已审批待缴款的月度，未分摊余额12,000.00元"
    )
    desk.approve(officer_a, listed(clerk3, 202604).id)
    outcome = receive(officer_a, clerk3, "12000.00")
    assert [due.month.number for due in outcome.booked] == [202604, 202605]
    assert verify.differences() == []


def test_a_month_moves_those_who_are_in_it_and_nobody_else(clerk3: Actor, officer_a: Actor) -> None:
    approved(clerk3, officer_a, 202604)
    with transaction() as session:
        away = session.scalars(select(Contributor).filter_by(employer_id=clerk3.employer)).first()
        assert away
        away.status, sealed = ContributorStatus.SEALED, away.id
    approved(clerk3, officer_a, 202605)
    assert receive(officer_a, clerk3, "23700.00").text == "2026-04、2026-05已入账"
    with snapshot() as session:
        paid_to = dict(
            session.execute(
                select(Contributor.id, Contributor.paid_to).filter_by(employer_id=clerk3.employer)
            ).all()
        )
    assert paid_to.pop(sealed) == 202604
    assert set(paid_to.values()) == {202605}
    assert len(paid_to) == 39


def test_the_first_month_that_an_employer_ever_pays_is_its_first(
    clerk2: Actor, officer_a: Actor
) -> None:
    with transaction() as session:
        employer = session.get_one(Employer, clerk2.employer)
        employer.paid_to, employer.first_month = None, 202607
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "4726.00")
    assert employer_of(clerk2).paid_to == 202607


def test_a_month_that_nobody_was_in_holds_nothing_up(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    with transaction() as session:
        everybody = update(Contributor).where(Contributor.employer_id == clerk2.employer)
        session.execute(everybody.values(first_month=202608, paid_to=None))
    on_day("2026-08-06")
    approved(clerk2, officer_a, 202608)
    receive(officer_a, clerk2, "4726.00")
    assert employer_of(clerk2).paid_to == 202608


def test_a_booked_month_is_not_deleted_nor_paid_twice(clerk2: Actor, officer_a: Actor) -> None:
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "9452.00")
    july = listed(clerk2, 202607).id
    with pytest.raises(edit.Booked):
        edit.delete(clerk2, july)
    with pytest.raises(arrivals.NotPayable, match="已入账"):
        arrivals.pay_from_balance(officer_a, july)
    assert left(clerk2) == Decimal("4726.00")


# What is refused


def test_one_credit_is_entered_once(clerk2: Actor, officer_a: Actor) -> None:
    receive(officer_a, clerk2, "10.00", "B-1")
    with pytest.raises(WrongCredit, match="该银行流水号已登记"):
        receive(officer_a, clerk2, "10.00", "B-1")
    assert left(clerk2) == Decimal("10.00")


@pytest.mark.parametrize("again", ["ＡＢＣ－00１", " ABC-001　", "ABC-001\u200b"])
def test_one_credit_spelt_otherwise_is_the_same_credit(
    clerk2: Actor, officer_a: Actor, again: str
) -> None:
    receive(officer_a, clerk2, "10.00", "ABC-001")
    with pytest.raises(WrongCredit, match="该银行流水号已登记"):
        receive(officer_a, clerk2, "10.00", again)
    number = credit(clerk2, "1.00")
    wide = replace(number, employer_number="５２２６０１０００２０２")
    assert arrivals.receive(officer_a, wide).balance == Decimal("11.00")


def test_one_credit_entered_by_eight_at_once_is_one(clerk2: Actor, officer_a: Actor) -> None:
    one = credit(clerk2, "10.00", "B-1")
    outcomes = at_once([lambda: arrivals.receive(officer_a, one)] * 8)
    assert winners(outcomes) == 1
    assert left(clerk2) == Decimal("10.00")
    assert verify.differences() == []


def test_eight_credits_of_one_employer_at_once_all_arrive(clerk2: Actor, officer_a: Actor) -> None:
    approved(clerk2, officer_a, 202607)
    many = [credit(clerk2, "1000.00") for _ in range(8)]
    outcomes = at_once([lambda one=one: arrivals.receive(officer_a, one) for one in many])
    assert winners(outcomes) == 8
    assert left(clerk2) == Decimal("3274.00")
    assert status(clerk2, 202607) is AssessmentStatus.BOOKED
    assert verify.differences() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"reference": "9" * 41}, "reference"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("-5.00")}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": Decimal("1000000000.00")}, "amount"),
        ({"arrived_on": date(2026, 7, 7)}, "arrived_on"),
        ({"employer_number": ""}, "employer_number"),
        ({"employer_number": "522602000404"}, "employer_number"),
        ({"note": "字" * 101}, "note"),
    ],
)
def test_a_wrong_credit_is_refused_at_its_field(
    clerk2: Actor, officer_a: Actor, change: dict, field: str
) -> None:
    with pytest.raises(WrongCredit) as caught:
        arrivals.receive(officer_a, replace(credit(clerk2, "10.00"), **change))
    assert set(caught.value.faults) == {field}
    with snapshot() as session:
        assert session.scalars(select(Arrival)).all() == []


def test_only_officers_and_only_of_the_branch(
    clerk2: Actor, officer_d: Actor, manager: Actor, admin: Actor
) -> None:
    one = credit(clerk2, "10.00")
    for stranger in (clerk2, manager, admin):
        for act in (
            lambda who: arrivals.receive(who, one),
            lambda who: arrivals.foresee(who, [one]),
            lambda who: arrivals.pay_from_balance(who, 1),
            balances.unallocated,
            lambda who: balances.ledger(who, 2),
            arrivals_workbook.template,
            lambda who: arrivals_workbook.check_workbook(who, b""),
            lambda who: arrivals_workbook.import_workbook(who, b""),
            arrears.behind,
            lambda who: arrears.remind(who, 2),
            desk.waiting,
        ):
            with pytest.raises(NotAllowed):
                act(stranger)
    assert arrivals.foresee(officer_d, [one]) == []
    with pytest.raises(WrongCredit, match="不归您所在的管理部办理"):
        arrivals.receive(officer_d, one)
    with pytest.raises(refusals.OtherBranch):
        balances.ledger(officer_d, clerk2.employer)
    with pytest.raises(refusals.OtherBranch):
        arrears.remind(officer_d, clerk2.employer)


# The bank's workbook


def book(officer: Actor, rows: list[tuple]) -> bytes:
    workbook = load_workbook(BytesIO(arrivals_workbook.template(officer).content))
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate((number - 1, *row), start=1):
            workbook.worksheets[0].cell(number, column).value = value
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def test_a_good_workbook_books_what_it_pays_and_keeps_the_rest(
    clerk2: Actor, clerk3: Actor, officer_a: Actor
) -> None:
    approved(clerk2, officer_a, 202607)
    approved(clerk3, officer_a, 202604, 202605)
    content = book(officer_a, [
        ("B-1", "2026-07-03", "522601000303", "凯里鼓楼建筑(示例)", 20000, "鼓楼建筑", "公积金"),
        ("B-2", "2026-07-03", "522601000202", "", "4,726.00", "", ""),
        ("B-3", date(2026, 7, 6), "522601000303", "", 4000.5, "", ""),
    ])  # fmt: skip
    foreseen = arrivals_workbook.check_workbook(officer_a, content)
    assert (foreseen.faults, foreseen.credits, foreseen.total) == ([], 3, Decimal("28726.50"))
    assert left(clerk3) == 0
    done = arrivals_workbook.import_workbook(officer_a, content)
    assert [outcome.text for outcome in done.outcomes] == [
        "2026-07已入账",
        "2026-04、2026-05已入账，剩余0.50元转未分摊",
    ]
    assert [o.text for o in foreseen.outcomes] == [o.text for o in done.outcomes]
    assert (left(clerk2), left(clerk3)) == (Decimal(0), Decimal("0.50"))
    assert verify.differences() == []


def test_one_bad_row_keeps_the_whole_workbook_out(clerk3: Actor, officer_a: Actor) -> None:
    receive(officer_a, clerk3, "1.00", "B-0")
    content = book(officer_a, [
        ("B-1", "2026-07-03", "522601000303", "", 12000, "", ""),
        ("B-1", "2026-07-03", "522601000303", "", 12000, "", ""),
        ("B-0", "2026-07-03", "522601000303", "", 12000, "", ""),
        ("B-2", "昨天", "522602000404", "", 0, "", ""),
        ("", "2026-08-01", "522601000303", "鼓楼", "一万", "", ""),
    ])  # fmt: skip
    for act in (arrivals_workbook.check_workbook, arrivals_workbook.import_workbook):
        found = act(officer_a, content)
        assert [(f.row, f.column, f.reason) for f in found.faults] == [
            (3, "银行流水号*", "与第2行重复"),
            (4, "银行流水号*", "该银行流水号已登记，同一笔到账不能重复登记"),
            (5, "到账日期*", "日期应为1990-03-07的形式"),
            (5, "单位账号*", "没有该单位账号，或该单位不归您所在的管理部办理"),
            (5, "到账金额*", "到账金额应大于0，最多两位小数"),
            (6, "银行流水号*", "请填写银行流水号"),
            (6, "到账日期*", "到账日期不能晚于今天"),
            (6, "单位名称", "与单位账号登记的名称不一致（凯里鼓楼建筑(示例)）"),
            (6, "到账金额*", "应填写数字"),
        ]
        assert found.report
        assert found.again
    assert left(clerk3) == Decimal("1.00")


def test_an_empty_or_foreign_workbook_is_refused_as_a_whole(officer_a: Actor) -> None:
    with pytest.raises(template.NothingInTheFile):
        arrivals_workbook.check_workbook(officer_a, book(officer_a, []))
    with pytest.raises(BusinessError):
        arrivals_workbook.check_workbook(officer_a, b"PK\x03\x04not a workbook")


# Conservation

_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["assess", "approve", "delete", "receive", "pay", "return"]),
        st.sampled_from(["1.00", "11999.99", "12000.00", "12000.01", "36000.00"]),
    ),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(moves=_MOVES)
def test_every_fen_that_arrived_is_allocated_or_unallocated(
    clerk3: Actor, officer_a: Actor, moves: list[tuple[str, str]]
) -> None:
    for move, amount in moves:
        try:
            _move(clerk3, officer_a, move, amount)
        except BusinessError:
            continue
    with snapshot() as session:
        total = dict(
            session.execute(
                select(LedgerEntry.kind, func.sum(LedgerEntry.amount, type_=YuanType()))
                .where(LedgerEntry.employer_id == clerk3.employer)
                .group_by(LedgerEntry.kind)
            ).all()
        )
        booked = session.scalar(
            select(
                func.sum(
                    Assessment.employer_amount + Assessment.contributor_amount, type_=YuanType()
                )
            ).where(
                Assessment.employer_id == clerk3.employer,
                Assessment.status == AssessmentStatus.BOOKED,
                Assessment.case_id.is_not(None),
            )
        )
    arrived = total.get(EntryKind.ARRIVAL, Decimal(0))
    allocated = total.get(EntryKind.ALLOCATION, Decimal(0))
    assert arrived == allocated + left(clerk3)
    assert allocated == (booked or 0)
    assert verify.differences() == []


def _move(clerk: Actor, officer: Actor, move: str, amount: str) -> None:
    months = edit.assessed_months(clerk)
    standing = [m for m in months if m.status is AssessmentStatus.ASSESSED]
    if move == "assess":
        last = employer_of(clerk).assessed_to or 202603
        go(clerk, Month.of(last).plus(1).number, click=f"{len(months)}")
    elif move == "receive":
        receive(officer, clerk, amount)
    elif move == "delete" and months:
        edit.delete(clerk, months[0].id, reason="重新核定")
    elif move == "approve" and standing:
        desk.approve(officer, standing[-1].id)
    elif move == "return" and standing:
        desk.send_back(officer, standing[-1].id, reason="不符")
    elif move == "pay" and months:
        arrivals.pay_from_balance(officer, months[-1].id)


def test_the_database_itself_keeps_a_balance_from_going_below_zero(
    clerk2: Actor, officer_a: Actor
) -> None:
    receive(officer_a, clerk2, "10.00")
    with pytest.raises(Exception, match=r"ck_ledger_entry_balance|CHECK"), transaction() as session:
        entry = session.scalars(select(LedgerEntry)).one()
        entry.balance = Decimal("-0.01")


def test_verification_names_lost_money(clerk2: Actor, officer_a: Actor) -> None:
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "5000.00", "B-9")
    with transaction() as session:
        first = session.scalars(select(LedgerEntry).order_by(LedgerEntry.sequence)).first()
        first.amount = Decimal("4999.99")
    found = verify.differences()
    assert "未分摊台账 522601000202第1行：余额5000.00，应为4999.99" in found
    assert "到账 B-9：5000.00元未记入台账" in found
    assert any("到账金额 汇总5000.00，明细4999.99" in line for line in found)


def test_verification_names_a_month_booked_without_money(clerk2: Actor, officer_a: Actor) -> None:
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "4726.00")
    with transaction() as session:
        session.execute(delete(LedgerEntry).where(LedgerEntry.kind == EntryKind.ALLOCATION))
    assert "汇缴 522601000202 2026-07：应分摊4726.00元，台账分摊0元" in verify.differences()


def test_matching_stops_at_the_first_month_that_is_not_covered() -> None:
    months = [
        Due(number, Month(2026, number), RemittanceKind.REGULAR, Decimal(amount))
        for number, amount in ((1, "30.00"), (2, "50.00"), (3, "10.00"))
    ]
    assert booking.match(Decimal("79.99"), months) == months[:1]
    assert booking.match(Decimal("80.00"), months) == months[:2]
    assert booking.match(Decimal("29.99"), months) == []


# Dunning


def test_who_is_behind_with_months_and_amount(clerk3: Actor, officer_a: Actor) -> None:
    (row,) = arrears.behind(officer_a)
    assert (row.number, [m.number for m in row.months]) == (
        "522601000303", [202604, 202605, 202606])  # fmt: skip
    assert (row.amount, row.heads) == (Decimal("36000.00"), 40)
    approved(clerk3, officer_a, 202604)
    receive(officer_a, clerk3, "12000.00")
    (row,) = arrears.behind(officer_a)
    assert (len(row.months), row.amount) == (2, Decimal("24000.00"))


def test_a_month_booked_after_a_deferral_is_no_arrears_while_the_deferred_ones_are_owed(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    defer(clerk2, 202607, 202612, ended=202609)
    on_day("2026-10-08")
    assert [row.months for row in arrears.behind(officer_a) if "苗岭" in row.name] == [
        [Month(2026, 9)]
    ]
    approved(clerk2, officer_a, 202609)
    receive(officer_a, clerk2, "4726.00")
    assert employer_of(clerk2).paid_to == 202606
    assert [row for row in arrears.behind(officer_a) if "苗岭" in row.name] == []


def test_money_that_has_arrived_is_told_and_is_no_reminder(clerk3: Actor, officer_a: Actor) -> None:
    receive(officer_a, clerk3, "100.00")
    (row,) = arrears.behind(officer_a)
    assert (row.number, row.reminded_on) == (NUMBER["clerk3"], None)
    assert jobs.dun() == 1
    with pytest.raises(arrears.RemindedAlready):
        arrears.remind(officer_a, clerk3.employer)


def test_the_button_sends_the_jobs_sentence_once_a_month(
    clerk3: Actor, clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    text = "尊敬的凯里鼓楼建筑(示例)，贵单位2026年4月公积金尚未入账，请尽快汇缴"
    assert arrears.remind(officer_a, clerk3.employer) == text
    assert arrears.behind(officer_a)[0].reminded_on == date(2026, 7, 6)
    with pytest.raises(arrears.RemindedAlready):
        arrears.remind(officer_a, clerk3.employer)
    assert jobs.dun() == 0
    with pytest.raises(arrears.NotBehind, match="没有欠缴月度"):
        arrears.remind(officer_a, clerk2.employer)
    on_day("2026-08-02")
    assert arrears.remind(officer_a, clerk3.employer) == text
