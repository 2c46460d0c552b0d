"""The managers' page (统计图表): every figure against a count of its own, straight from the details."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text

from data.codes import EmployerKind
from data.enums import Branch, BusinessKind, ContributorStatus
from data.policy_codes import PolicyKey
from services import queries, review
from services.actor import Actor
from services.contributor_registration import roster as registration
from services.errors import BusinessError, NotAllowed, NotFound
from services.exports import Conditions
from services.overview import board
from services.overview.chart import Chart
from services.overview.handling import quantile
from services.overview.scope import Scope, WrongMonths
from services.register import employer_file, employer_months, employer_records
from services.rules.months import Month
from services.summary import verify
from tests.credits import receive
from tests.policy_rows import set_for
from tests.rosters import submitted
from tests.test_contributor_registration import as_entry, somebody
from tests.test_contributor_registration import confirm as open_account
from tests.test_contributor_status_change import confirm, enter, seal_everybody
from tests.test_deferral import deferred
from tests.test_money import approved
from tests.test_remittance import go

pytestmark = pytest.mark.usefixtures("storage")
OnDay = Callable[[str], None]
JUNE, JULY = Month(2026, 6), Month(2026, 7)
U2 = "522601000202"
YEAR = Scope(Month(2025, 7), JULY)


def column(chart: Chart, heading: str) -> dict[str, object]:
    place = chart.place(heading)
    return {str(row[0]): row[place] for row in chart.rows}


def ask(db: Engine, sql: str, **values: object) -> list[tuple]:
    with db.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql), values)]


def yuan(fen: object) -> Decimal:
    return Decimal(int(fen or 0)).scaleb(-2)


@pytest.fixture
def busy(db: Engine, clerk1: Actor, clerk2: Actor, clerk3: Actor, officer_a: Actor) -> Engine:
    """A center with something in every state: assessed, approved, booked, short, over."""
    approved(clerk1, officer_a, 202607)
    receive(officer_a, clerk1, "432000.00")
    approved(clerk3, officer_a, 202604, 202605)
    receive(officer_a, clerk3, "30000.00")
    go(clerk2, 202607)
    receive(officer_a, clerk2, "100.00")
    return db


# Against a count of their own


def test_collected_and_due_are_what_the_details_say(busy: Engine, manager: Actor) -> None:
    chart = board.chart(manager, "amounts", YEAR)
    collected = {
        f"{str(month)[:4]}-{str(month)[4:]}": yuan(fen)
        for month, fen in ask(
            busy,
            "SELECT CAST(substr(CAST(booked_on AS text), 1, 4) || substr(CAST(booked_on AS text), 6, 2)"
            " AS integer) m, sum(employer_amount + contributor_amount) FROM assessment"
            " WHERE status = 'booked' GROUP BY 1",
        )
    }
    shown = column(chart, "实归集额")
    assert {month: amount for month, amount in shown.items() if amount} == {
        m: a for m, a in collected.items() if a and "2025-07" <= m <= "2026-07"
    }
    assert shown["2026-07"] == Decimal("432000.00") + 2 * Decimal("12000.00")
    due = column(chart, "应归集额")
    # U1 and U2 as assessed, U3 for July and U4 as their people pay now.
    others = ask(
        busy,
        "SELECT sum(c.employer_amount + c.contributor_amount) FROM contributor c"
        " JOIN employer e ON e.id = c.employer_id"
        " WHERE c.status = '01' AND e.number IN ('522601000303', '522602000404')",
    )[0][0]
    assert due["2026-07"] == Decimal("432000.00") + Decimal("4726.00") + yuan(others)
    assert due["2026-06"] == yuan(
        ask(busy, "SELECT sum(employer_amount + contributor_amount) FROM assessment"
            " WHERE month = 202606 AND deleted_at IS NULL")[0][0]
    ) + Decimal("12000.00")  # fmt: skip
    assert due["2026-05"] == Decimal("12000.00")


def test_units_and_people_due_and_paid(busy: Engine, manager: Actor) -> None:
    chart = board.chart(manager, "heads", YEAR)
    for month in YEAR.months:
        ((units, heads),) = ask(
            busy,
            "SELECT count(*), coalesce(sum(heads), 0) FROM assessment"
            " WHERE status = 'booked' AND kind = '01' AND month = :month",
            month=month.number,
        )
        assert column(chart, "实缴单位数")[str(month)] == units
        assert column(chart, "实缴人数")[str(month)] == heads
    assert column(chart, "应缴单位数")["2026-07"] == 4
    assert column(chart, "应缴人数")["2026-07"] == 300 + 5 + 40 + 3
    assert column(chart, "缴存率(%)")["2026-07"] == Decimal("86.21")


@pytest.mark.parametrize(
    ("name", "heading", "sql"),
    [
        ("kinds", "职工人数",
         "SELECT e.kind, count(*) FROM contributor c JOIN employer e ON e.id = c.employer_id"
         " WHERE c.status = '01' GROUP BY 1"),
        ("bases", "人数",
         "SELECT CAST(base / 100000 AS integer), count(*) FROM contributor WHERE status = '01' GROUP BY 1"),
        ("rates", "职工人数",
         "SELECT e.employer_rate, count(*) FROM contributor c JOIN employer e ON e.id = c.employer_id"
         " WHERE c.status = '01' GROUP BY 1"),
        ("branches", "汇缴笔数",
         "SELECT e.branch, count(*) FROM assessment a JOIN employer e ON e.id = a.employer_id"
         " WHERE a.status = 'booked' AND a.month BETWEEN 202507 AND 202607 GROUP BY 1"),
    ],
)  # fmt: skip
def test_a_chart_of_groups_counts_what_the_details_hold(
    busy: Engine, manager: Actor, name: str, heading: str, sql: str
) -> None:
    chart = board.chart(manager, name, YEAR)
    place = chart.place(heading)
    shown = {key: row[place] for key, row in zip(chart.keys, chart.rows, strict=True)}
    assert {key: number for key, number in shown.items() if number} == {
        str(key): number for key, number in ask(busy, sql)
    }


def test_branches_are_ranked_by_what_they_collected(busy: Engine, manager: Actor) -> None:
    chart = board.chart(manager, "branches", YEAR)
    amounts = list(column(chart, "实归集额").values())
    assert amounts == sorted(amounts, reverse=True)
    assert len(amounts) == len(Branch)
    total = ask(busy, "SELECT sum(employer_amount + contributor_amount) FROM assessment"
                " WHERE status = 'booked' AND booked_on BETWEEN '2025-07-01' AND '2026-07-31'")  # fmt: skip
    assert sum(amounts) == yuan(total[0][0])


def test_the_limits_stand_at_their_steps(db: Engine, manager: Actor) -> None:
    chart = board.chart(manager, "bases", YEAR)
    assert chart.marks == (("1,000–1,999", "下限1,980.00"), ("21,000–21,999", "上限21,774.00"))
    assert (chart.rows[0][0], chart.rows[-1][0]) == ("1,000–1,999", "21,000–21,999")


def test_arrears_by_length_with_amounts(busy: Engine, manager: Actor, on_day: OnDay) -> None:
    chart = board.chart(manager, "arrears", YEAR)
    assert [row for row in chart.rows if row[1]] == [("1个月", 1, 40, Decimal("12000.00"))]
    on_day("2026-10-08")
    chart = board.chart(manager, "arrears", YEAR)
    assert {row[0]: row[1] for row in chart.rows if row[1]} == {
        "2个月": 1, "3个月": 2, "4至6个月": 1}  # fmt: skip
    assert board.behind(manager, "arrears", YEAR, "4").rows[0][0] == "522601000303"


def test_the_eight_figures_of_july(busy: Engine, manager: Actor) -> None:
    found = {figure.label: figure for figure in board.page(manager, YEAR).figures}
    assert {label: figure.now for label, figure in found.items()} == {
        "应归集额": column(board.chart(manager, "amounts", YEAR), "应归集额")["2026-07"],
        "实归集额": Decimal("456000.00"),
        "缴存率": Decimal("86.21"),
        "实缴单位": Decimal(1),
        "实缴职工": Decimal(300),
        "未缴单位": Decimal(3),
        "缓缴单位": Decimal(0),
        "未分摊余额": Decimal("6100.00"),
    }
    assert found["实缴职工"].before == Decimal(308)
    assert found["未分摊余额"].before == Decimal(0)
    assert found["实归集额"].year_before == Decimal(0)


# Scenario H12


def test_a_deferral_counts_one_unit_five_people_4726_and_is_not_due(
    db: Engine, clerk2: Actor, officer_a: Actor, officer_c: Actor, manager: Actor
) -> None:
    before = column(board.chart(manager, "amounts", YEAR), "应归集额")["2026-07"]
    deferred(clerk2, officer_a, officer_c)
    chart = board.chart(manager, "deferrals", YEAR)
    covered = [f"2026-{month:02d}" for month in range(7, 13)]
    for month in covered:
        assert column(chart, "缓缴单位数")[month] == 1
        assert column(chart, "涉及职工数")[month] == 5
        assert column(chart, "缓缴金额")[month] == Decimal("4726.00")
    assert [m for m, units in column(chart, "缓缴单位数").items() if units] == covered
    assert column(chart, "当月到期单位数")["2026-12"] == 1
    assert column(board.chart(manager, "amounts", YEAR), "应归集额")["2026-07"] == (
        before - Decimal("4726.00"))  # fmt: skip
    found = {figure.label: figure.now for figure in board.page(manager, YEAR).figures}
    assert found["缓缴单位"] == 1
    (row,) = board.behind(manager, "deferrals", YEAR, "202609").rows
    assert (row[0], row[4], row[5], row[6]) == (
        "522601000202", 5, Decimal("4726.00"), "2026-12")  # fmt: skip
    july = board.behind(manager, "amounts", YEAR, "202607").rows
    assert "522601000202" not in {row[0] for row in july}


def test_deferred_months_stay_out_of_what_was_due_after_a_release(
    db: Engine, clerk2: Actor, officer_a: Actor, officer_c: Actor, manager: Actor, on_day: OnDay
) -> None:
    from tests.test_deferral import released

    deferred(clerk2, officer_a, officer_c)
    on_day("2026-10-10")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    scope = Scope(JULY, Month(2026, 10))
    due = column(board.chart(manager, "amounts", scope), "应归集额")
    assert due["2026-10"] - due["2026-09"] == Decimal("4726.00")
    assert column(board.chart(manager, "deferrals", scope), "缓缴单位数") == {
        "2026-07": 1, "2026-08": 1, "2026-09": 1, "2026-10": 0}  # fmt: skip


# A status holds from its month on


def test_who_is_sealed_from_next_month_on_contributes_until_it_comes(
    db: Engine, clerk2: Actor, manager: Actor, admin: Actor, on_day: OnDay
) -> None:
    """One of U2's five people, sealed in July from August on; 4,726.00 a month before."""
    scope = Scope(JULY, Month(2026, 8))
    names = ("amounts", "heads", "kinds", "bases", "rates", "arrears")

    def drawn() -> list[object]:
        return [board.chart(manager, name, scope).rows for name in names]

    def u2(name: str, key: str, place: int) -> object:
        rows = board.behind(manager, name, scope, key).rows
        return next((row[place] for row in rows if row[0] == U2), 0)

    def step() -> str:
        return str(int(gone.base) // 1000)

    def in_the_file() -> tuple[str, int, int]:
        facts = dict(employer_file.opened(admin, clerk2.employer).account)
        listed = (
            employer_records.people(admin, clerk2.employer, status=status).count
            for status in (ContributorStatus.NORMAL, ContributorStatus.SEALED)
        )
        return (facts["缴存人数"], *listed)

    gone = somebody(clerk2)
    before, there = drawn(), u2("bases", step(), 5)
    enter(clerk2, BusinessKind.SEALING, gone.account, month=Month(2026, 8))
    confirm(clerk2, BusinessKind.SEALING, [gone.account])
    assert verify.differences() == []
    assert drawn() == before
    assert (u2("heads", "202607", 4), u2("amounts", "202607", 5)) == (5, Decimal("4726.00"))
    assert u2("bases", step(), 5) == there
    assert in_the_file() == ("正常5人，封存0人", 5, 0)
    on_day("2026-08-01")
    left = Decimal("4726.00") - gone.employer_amount - gone.contributor_amount
    assert (u2("heads", "202608", 4), u2("amounts", "202608", 5)) == (4, left)
    assert (u2("heads", "202607", 4), u2("amounts", "202607", 5)) == (5, Decimal("4726.00"))
    assert u2("bases", step(), 5) == there - 1
    assert in_the_file() == ("正常4人，封存1人", 4, 1)
    assert column(board.chart(manager, "heads", scope), "应缴人数")["2026-08"] == 300 + 4 + 40 + 3
    assert verify.differences() == []


def test_an_employer_whose_people_all_leave_next_month_still_owes_this_one(
    db: Engine, clerk2: Actor, manager: Actor, admin: Actor, on_day: OnDay
) -> None:
    seal_everybody(clerk2, Month(2026, 8))
    scope = Scope(JULY, Month(2026, 8))
    assert column(board.chart(manager, "heads", scope), "应缴单位数")["2026-07"] == 4
    on_day("2026-08-01")
    due = board.chart(manager, "heads", scope)
    assert column(due, "应缴单位数") == {"2026-07": 4, "2026-08": 3}
    assert column(due, "应缴人数") == {"2026-07": 300 + 5 + 40 + 3, "2026-08": 300 + 40 + 3}
    (unpaid,) = (r for r in board.behind(manager, "heads", scope, "202607").rows if r[0] == U2)
    assert (unpaid[4], unpaid[5]) == (5, Decimal("4726.00"))
    (late,) = (r for r in board.behind(manager, "arrears", scope, "1").rows if r[0] == U2)
    assert (late[5], late[7]) == (1, Decimal("4726.00"))
    owed = employer_months.owed(admin, clerk2.employer)
    assert [(str(one.month), one.heads, one.amount) for one in owed] == [
            ("2026-07", 5, Decimal("4726.00"))]  # fmt: skip


def test_who_has_moved_on_is_still_due_where_the_months_before_are_open(
    db: Engine, clerk2: Actor, clerk1: Actor, manager: Actor, on_day: OnDay
) -> None:
    gone = somebody(clerk2)
    enter(clerk2, BusinessKind.SEALING, gone.account, month=Month(2026, 8))
    confirm(clerk2, BusinessKind.SEALING, [gone.account])
    on_day("2026-08-03")
    registration.add(clerk1, as_entry(gone, first_month=Month(2026, 8)))
    open_account(clerk1, click="open")
    due = column(board.chart(manager, "heads", Scope(JULY, Month(2026, 8))), "应缴人数")
    assert due["2026-08"] == 301 + 4 + 40 + 3
    (row,) = (r for r in board.behind(manager, "heads", YEAR, "202607").rows if r[0] == U2)
    assert (row[4], row[5]) == (5, Decimal("4726.00"))


# The center's own work


def test_july_progress_and_handling(
    db: Engine, clerk1: Actor, clerk2: Actor, officer_a: Actor, manager: Actor
) -> None:
    review.approve(officer_a, submitted(clerk1, 6500), version=2, opinion="同意")
    waiting = submitted(clerk2, 5000)
    progress = board.chart(manager, "progress", YEAR)
    assert progress.title == "2026年度基数调整进展到哪里？"
    assert progress.rows[0] == ("凯里管理部", 3, 1, 1, 1, Decimal("33.33"))
    assert [row[0] for row in board.behind(manager, "progress", YEAR, "01").rows] == [
        "522601000303"
    ]
    work = board.chart(manager, "work", YEAR)
    (row,) = [row for row in work.rows if row[0] == "基数调整"]
    assert row[1:4] == (1, 1, 0)
    review.send_back(officer_a, waiting, version=2, opinion="缺工资表")
    (row,) = [r for r in board.chart(manager, "work", YEAR).rows if r[0] == "基数调整"]
    assert row[1:5] == (0, 1, 1, Decimal("50.00"))
    (unit,) = board.behind(manager, "work", YEAR, "base_adjustment").rows
    assert (unit[0], unit[5], unit[6]) == ("522601000101", 0, 1)


def test_who_has_adjusted_and_asks_again_or_has_nobody_left_is_counted_once_or_not_at_all(
    db: Engine, clerk1: Actor, clerk2: Actor, officer_a: Actor, manager: Actor
) -> None:
    """Of Kaili's three U1 has adjusted, and asks again: one done, none under review, two are left."""
    set_for(None, PolicyKey.ADJUSTMENTS_PER_YEAR, "2")
    review.approve(officer_a, submitted(clerk1, 6500), version=2, opinion="同意")
    submitted(clerk1, 6600)
    first = board.chart(manager, "progress", YEAR).rows[0]
    assert first == ("凯里管理部", 3, 1, 0, 2, Decimal("33.33"))
    assert len(board.behind(manager, "progress", YEAR, "01").rows) == 2
    review.approve(officer_a, submitted(clerk2, 6500), version=2, opinion="同意")
    seal_everybody(clerk2)
    first = board.chart(manager, "progress", YEAR).rows[0]
    assert first == ("凯里管理部", 2, 1, 0, 1, Decimal("50.00"))
    assert len(board.behind(manager, "progress", YEAR, "01").rows) == 1


def test_a_quantile_is_one_of_the_values() -> None:
    tenths = Counter({10: 1, 20: 1, 30: 1, 40: 1, 105: 1})
    assert (quantile(tenths, 50), quantile(tenths, 90)) == (Decimal("3.0"), Decimal("10.5"))
    assert quantile(Counter({7: 9, 300: 1}), 90) == Decimal("0.7")
    assert quantile(Counter(), 50) is None


# Filters, drills, exports, permissions


def test_filters_hold_in_every_chart_and_figure(busy: Engine, manager: Actor) -> None:
    zhenyuan = Scope(YEAR.first, YEAR.last, branch=Branch.ZHENYUAN)
    assert column(board.chart(manager, "heads", zhenyuan), "应缴人数")["2026-07"] == 3
    assert [row[0] for row in board.chart(manager, "branches", zhenyuan).rows] == ["镇远管理部"]
    nobody = Scope(YEAR.first, YEAR.last, kind=EmployerKind.FREELANCE)
    for name in board.CHARTS:
        if name != "branches":
            assert board.chart(manager, name, nobody).is_empty, name
    assert [figure.now for figure in board.page(manager, nobody).figures][3:] == [Decimal(0)] * 5


@pytest.mark.parametrize("name", board.CHARTS)
def test_every_bar_leads_to_employers_and_every_table_leaves_as_a_workbook(
    busy: Engine, manager: Actor, name: str
) -> None:
    chart = board.chart(manager, name, YEAR)
    for key, row in zip(chart.keys, chart.rows, strict=True):
        found = board.behind(manager, name, YEAR, key)
        assert all(len(found.columns) == len(line) for line in found.rows)
        if name in ("kinds", "rates", "bases", "deferrals", "arrears"):
            place = 3 if name == "kinds" else 1
            if name == "bases":
                assert sum(line[5] for line in found.rows) == row[1]
            elif name == "kinds":
                assert sum(line[4] for line in found.rows) == row[place]
            else:
                assert len(found.rows) == row[1]
    listing = queries.ask(f"{queries.OVERVIEW}{name}", manager, YEAR.conditions())
    assert listing.rows == chart.rows
    assert listing.conditions == "2025-07至2026-07，全部管理部，全部单位性质"


def test_a_bars_employers_leave_as_a_workbook(busy: Engine, manager: Actor) -> None:
    listing = queries.ask("overview-heads", manager, YEAR.conditions("202607"))
    assert listing.title == "2026-07未缴单位名单"
    assert {row[0] for row in listing.rows} == {"522601000202", "522601000303", "522602000404"}


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions(),
        Conditions(date(2026, 7, 1), date(2026, 6, 1)),
        Conditions(date(2000, 7, 1), date(2026, 6, 1)),
        Conditions(date(2026, 6, 1), date(2026, 7, 1), codes=("branch.99",)),
        Conditions(date(2026, 6, 1), date(2026, 7, 1), codes=("kind.x' OR 1=1",)),
        Conditions(date(2026, 6, 1), date(2026, 7, 1), codes=("key.209913",)),
        Conditions(date(2026, 6, 1), date(2026, 7, 1), codes=("key.nothing",)),
    ],
)
def test_a_crafted_address_is_refused(db: Engine, manager: Actor, conditions: Conditions) -> None:
    with pytest.raises(BusinessError):
        queries.ask("overview-heads", manager, conditions)


def test_only_managers_look(
    db: Engine, clerk1: Actor, officer_a: Actor, officer_c: Actor, admin: Actor, manager: Actor
) -> None:
    for stranger in (clerk1, officer_a, officer_c, admin):
        for act in (
            board.default_scope,
            lambda who: board.page(who, YEAR),
            lambda who: board.chart(who, "heads", YEAR),
            lambda who: board.behind(who, "heads", YEAR, "202607"),
            lambda who: queries.ask("overview-heads", who, YEAR.conditions()),
        ):
            with pytest.raises(NotAllowed):
                act(stranger)
    with pytest.raises(NotFound):
        board.chart(manager, "nothing", YEAR)
    with pytest.raises(WrongMonths):
        board.page(manager, Scope(JULY, JUNE))
    assert board.default_scope(manager) == Scope(Month(2025, 7), JUNE)
