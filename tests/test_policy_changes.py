"""Changes of policy: proposed by one, confirmed by another, in force from their day, never edited (H14)."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from data.database import snapshot, transaction
from data.enums import BusinessKind, Role
from data.models.audit import AuditEvent
from data.models.policy import PolicyRow
from data.policy_codes import DayKind, PolicyKey, ProposalStatus, ProposalTopic, Rounding
from services import policy, review, working_days
from services.actor import Actor
from services.administration import (
    business_terms,
    calendar_days,
    policy_changes,
    policy_effects,
    policy_view,
    proposals,
)
from services.approval import requirements
from services.approval.requirements import Entry
from services.errors import NotAllowed, NotFound, Stale
from services.rules.limits import Limits
from services.rules.months import HpfYear, Month
from services.rules.policy_values import BadValue, Reversed
from tests.conftest import employer, person
from tests.policy_rows import set_for
from tests.rosters import submitted
from tests.test_contributor_status_change import SEALING, accounts, confirm, enter

pytestmark = pytest.mark.usefixtures("db", "storage")
TODAY = date(2026, 7, 6)
SOURCE = "黔东南州住房公积金管理委员会〔2026〕1号"
KEY = PolicyKey
LIMITS = {
    KEY.BASE_MIN: "2100", KEY.BASE_MAX: "24000", KEY.TOTAL_MIN: "210", KEY.TOTAL_MAX: "5760",
}  # fmt: skip


def proposed(admin: Actor, values: dict[PolicyKey, str] | None = None, **more: object) -> int:
    asked = {"effective_from": TODAY, "source": SOURCE, **more}
    return policy_changes.propose(admin, ProposalTopic.LIMITS, LIMITS | (values or {}), **asked)


def limits(day: date) -> tuple[str, str]:
    with snapshot() as session:
        found = policy.in_force(session, day, employer("522601000101").id).limits
    return str(Decimal(found.base_min).scaleb(-2)), str(Decimal(found.base_max).scaleb(-2))


def rows() -> list[tuple[str, str, str, str]]:
    with snapshot() as session:
        found = session.scalars(
            select(PolicyRow).where(PolicyRow.key == KEY.BASE_MIN).order_by(PolicyRow.id)
        )
        return [(row.value, str(row.effective_from), row.source, row.author) for row in found]


def test_a_change_needs_a_second_person_and_the_old_rows_stay(
    admin: Actor, security: Actor
) -> None:
    proposal = proposed(admin)
    assert limits(TODAY) == ("1980.00", "21774.00")
    with pytest.raises(proposals.OwnProposal, match="提出人不能复核自己提出的变更"):
        policy_changes.confirm(admin, proposal)
    policy_changes.confirm(security, proposal)
    assert limits(TODAY) == ("2100.00", "24000.00")
    assert rows() == [
        ("1980.00", "2024-07-01", "测试参数（非本州公布数据）", "演示数据"),
        ("2100.00", "2026-07-06", SOURCE, "谢文博提出，田晓岚复核"),
    ]
    assert limits(TODAY - timedelta(days=1)) == ("1980.00", "21774.00")


def test_the_history_says_who_when_old_and_new(admin: Actor, security: Actor) -> None:
    policy_changes.confirm(security, proposed(admin))
    [change] = policy_view.changes(security, waiting=False)
    assert change.scope == "全中心"
    assert [(line.label, line.before, line.after) for line in change.lines] == [
        ("缴存基数下限（元）", "1,980.00", "2,100.00"),
        ("缴存基数上限（元）", "21,774.00", "24,000.00"),
        ("月缴存额下限（元）", "198.00", "210.00"),
        ("月缴存额上限（元）", "5,226.00", "5,760.00"),
    ]
    trace = change.trace
    assert (trace.proposer, trace.decider, trace.source) == ("谢文博", "田晓岚", SOURCE)
    assert trace.status is ProposalStatus.CONFIRMED
    assert trace.decided_at
    assert trace.decided_at.date() == TODAY
    kept = policy_view.history(security, ProposalTopic.LIMITS)
    assert [value for _, label, value, _, _ in kept if label == "缴存基数下限（元）"] == [
        "2,100.00", "1,980.00"]  # fmt: skip


def test_the_audit_shows_who_when_old_and_new(admin: Actor, security: Actor) -> None:
    proposal = proposed(admin)
    policy_changes.confirm(security, proposal)
    with snapshot() as session:
        asked, done = session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    assert (asked.actor, asked.action) == (admin.user_id, "proposed")
    assert (done.actor, done.action) == (security.user_id, "policy_set")
    assert done.subject == f"proposal:{proposal}"
    facts = json.loads(done.payload)
    assert facts["old"][0] == "base_max=21774.00"
    assert facts["new"][0] == "base_max=24000.00"


def test_another_administrator_may_confirm_too(admin: Actor) -> None:
    other = replace(person("security"), role=Role.ADMINISTRATOR)
    policy_changes.confirm(other, proposed(admin))
    assert limits(TODAY)[0] == "2100.00"


def test_two_who_confirm_at_once_put_it_in_force_once(admin: Actor, security: Actor) -> None:
    proposal = proposed(admin)
    second = replace(person("auditor"), role=Role.ADMINISTRATOR)
    gate, outcomes = threading.Barrier(2), []

    def press(actor: Actor) -> None:
        gate.wait()
        try:
            policy_changes.confirm(actor, proposal)
            outcomes.append("confirmed")
        except Stale:
            outcomes.append("stale")

    pressing = [threading.Thread(target=press, args=(actor,)) for actor in (security, second)]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join(30)
    assert sorted(outcomes) == ["confirmed", "stale"]
    assert [value for value, *_ in rows()] == ["1980.00", "2100.00"]


def test_a_change_holds_from_its_day_on(
    admin: Actor, security: Actor, on_day: Callable[[str], None]
) -> None:
    policy_changes.confirm(security, proposed(admin, effective_from=date(2026, 8, 1)))
    assert limits(date(2026, 7, 31)) == ("1980.00", "21774.00")
    assert limits(date(2026, 8, 1)) == ("2100.00", "24000.00")
    [standing] = [one for one in policy_view.overview(admin) if one.topic is ProposalTopic.LIMITS]
    assert standing.values[0] == ("缴存基数下限（元）", "1,980.00")
    assert standing.coming[0] == "2026-08-01起：缴存基数下限（元） 2,100.00"
    on_day("2026-08-01")
    [standing] = [one for one in policy_view.overview(admin) if one.topic is ProposalTopic.LIMITS]
    assert standing.values[0] == ("缴存基数下限（元）", "2,100.00")


def test_a_proposal_turned_down_or_taken_back_changes_nothing(
    admin: Actor, security: Actor
) -> None:
    first = proposed(admin)
    with pytest.raises(proposals.NoOpinion):
        policy_changes.reject(security, first, opinion=" ")
    policy_changes.reject(security, first, opinion="文号有误")
    with pytest.raises(Stale):
        policy_changes.confirm(security, first)
    second = proposed(admin)
    with pytest.raises(proposals.NotOwnProposal):
        policy_changes.withdraw(security, second)
    policy_changes.withdraw(admin, second)
    assert limits(TODAY) == ("1980.00", "21774.00")
    assert len(rows()) == 1
    done = policy_view.changes(admin, waiting=False)
    assert [change.trace.status for change in done] == [
        ProposalStatus.WITHDRAWN, ProposalStatus.REJECTED]  # fmt: skip


def test_two_changes_of_one_topic_do_not_wait_at_once(admin: Actor) -> None:
    proposed(admin)
    with pytest.raises(proposals.AlreadyProposed, match="已有一项待复核的变更"):
        proposed(admin, {KEY.BASE_MIN: "2200"})


@pytest.mark.parametrize(
    ("values", "refusal", "words"),
    [
        ({KEY.BASE_MIN: "abc"}, BadValue, "缴存基数下限（元）：须为金额"),
        ({KEY.BASE_MIN: "2100.005"}, BadValue, "最多两位小数"),
        ({KEY.BASE_MIN: "-1"}, BadValue, "须为金额"),
        ({KEY.BASE_MIN: ""}, BadValue, "须为金额"),
        ({KEY.BASE_MAX: "99999999"}, BadValue, "之间"),
        ({KEY.BASE_MIN: "24000"}, Reversed, "缴存基数下限（元）须小于缴存基数上限（元）"),
        ({KEY.TOTAL_MAX: "209.99"}, Reversed, "月缴存额下限（元）须小于月缴存额上限（元）"),
    ],
)
def test_values_that_cannot_be_are_refused(
    admin: Actor, values: dict[PolicyKey, str], refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        proposed(admin, values)


def test_full_width_digits_and_separators_are_read(admin: Actor, security: Actor) -> None:
    policy_changes.confirm(security, proposed(admin, {KEY.BASE_MAX: "２４,０００.５０"}))
    assert limits(TODAY)[1] == "24000.50"


@pytest.mark.parametrize(
    ("topic", "values", "words"),
    [
        (ProposalTopic.RATES,
         {KEY.RATE_MIN: "4", KEY.RATE_MAX: "12", KEY.RATE_CHANGES_PER_YEAR: "1"}, "须在5至12之间"),
        (ProposalTopic.RATES,
         {KEY.RATE_MIN: "7.5", KEY.RATE_MAX: "12", KEY.RATE_CHANGES_PER_YEAR: "1"}, "须为整数"),
        (ProposalTopic.ROUNDING, {KEY.ROUNDING: "9"}, "请从列表中选择"),
        (ProposalTopic.DEFERRAL, {KEY.DEFERRAL_MONTHS: "25"}, "须在1至24之间"),
    ],
)  # fmt: skip
def test_each_shape_of_value_is_checked(
    admin: Actor, topic: ProposalTopic, values: dict[PolicyKey, str], words: str
) -> None:
    with pytest.raises(BadValue, match=words):
        policy_changes.propose(admin, topic, values, effective_from=TODAY, source=SOURCE)


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("7-1/7-31", "格式不正确"), ("07-01", "格式不正确"), ("07-01/08-32", "不是每年都有的日期"),
        ("02-29/03-31", "不是每年都有的日期"), ("2026-09-15/2026-09-01", "开始日期不能晚于结束日期"),
        ("2026-02-30/2026-03-01", "没有2026-02-30这一天"), ("08-31/07-01", "不能晚于结束日期"),
    ],
)  # fmt: skip
def test_a_window_must_be_days_in_order(admin: Actor, window: str, words: str) -> None:
    values = {
        KEY.ADJUSTMENT_WINDOW: window, KEY.ADJUSTMENTS_PER_YEAR: "1", KEY.JUNE_FIRST: "1",
        KEY.HPF_YEAR_STARTS: "7",
    }  # fmt: skip
    with pytest.raises((BadValue, policy_changes.WindowReversed), match=words):
        policy_changes.propose(
            admin, ProposalTopic.ADJUSTMENT, values, effective_from=TODAY, source=SOURCE
        )


def test_a_day_in_the_past_asks_for_a_reason(admin: Actor, security: Actor) -> None:
    yesterday = TODAY - timedelta(days=5)
    with pytest.raises(policy_changes.InThePast, match="2026-07-01早于今天"):
        proposed(admin, effective_from=yesterday)
    with pytest.raises(policy_changes.TooFar):
        proposed(admin, effective_from=date(2020, 1, 1), reason="补录")
    policy_changes.confirm(
        security, proposed(admin, effective_from=yesterday, reason="上限公布晚于7月1日")
    )
    assert limits(yesterday)[0] == "2100.00"


def test_a_proposal_whose_day_has_passed_is_not_confirmed(
    admin: Actor, security: Actor, on_day: Callable[[str], None]
) -> None:
    for reason in ("", "贵阳同日调整"):  # a reason is no leave to reach back
        on_day("2026-07-06")
        proposal = proposed(admin, reason=reason)
        on_day("2026-07-07")
        with pytest.raises(policy_changes.DayPassed):
            policy_changes.confirm(security, proposal)
        assert policy_view.change(security, proposal).trace.status is ProposalStatus.PENDING
        policy_changes.withdraw(admin, proposal)


def test_a_later_change_begins_with_what_is_confirmed_by_then(
    admin: Actor, security: Actor
) -> None:
    """2,100 from August is confirmed: who sets the upper limit from September leaves it as it is."""
    policy_changes.confirm(security, proposed(admin, effective_from=date(2026, 8, 1)))
    september = date(2026, 9, 1)
    assert policy_view.current(admin, ProposalTopic.LIMITS)[PolicyKey.BASE_MIN] == "1980.00"
    form = policy_view.current(admin, ProposalTopic.LIMITS, day=september)
    assert form[PolicyKey.BASE_MIN] == "2100.00"
    later = proposed(admin, form | {PolicyKey.BASE_MAX: "25000"}, effective_from=september)
    changed = [line for line in policy_view.change(admin, later).lines if line.before != line.after]
    assert [(line.before, line.after) for line in changed] == [("24,000.00", "25,000.00")]


@pytest.mark.parametrize("source", ["", " 文 ", "长" * 256])
def test_a_change_names_its_source(admin: Actor, source: str) -> None:
    with pytest.raises(proposals.NoSource):
        proposed(admin, source=source)


def test_the_same_values_again_are_no_change(admin: Actor) -> None:
    same = {KEY.BASE_MIN: "1980.00", KEY.BASE_MAX: "21774", KEY.TOTAL_MIN: "198",
            KEY.TOTAL_MAX: "5226"}  # fmt: skip
    with pytest.raises(proposals.NothingChanged):
        proposed(admin, same)


def test_days_opened_once_are_shown_as_in_force_until_they_are_over(
    admin: Actor, security: Actor, on_day: Callable[[str], None]
) -> None:
    whole = {KEY.ADJUSTMENT_WINDOW: "2026-09-01/2026-09-15", KEY.ADJUSTMENTS_PER_YEAR: "1",
             KEY.JUNE_FIRST: "1", KEY.HPF_YEAR_STARTS: "7"}  # fmt: skip
    proposal = policy_changes.propose(
        admin, ProposalTopic.ADJUSTMENT, whole, source=SOURCE, effective_from=TODAY
    )
    policy_changes.confirm(security, proposal)

    def shown() -> tuple[str, str]:
        standing = {one.topic: dict(one.values) for one in policy_view.overview(admin)}
        begun_with = policy_view.current(admin, ProposalTopic.ADJUSTMENT)
        label = KEY.ADJUSTMENT_WINDOW.label
        return standing[ProposalTopic.ADJUSTMENT][label], begun_with[KEY.ADJUSTMENT_WINDOW]

    on_day("2026-09-15")
    assert shown() == ("2026-09-01至2026-09-15", "2026-09-01/2026-09-15")
    on_day("2026-09-16")
    assert shown() == ("每年07-01至07-31", "07-01/07-31")


def test_one_employer_gets_a_window_of_its_own_and_gives_it_back(
    admin: Actor, security: Actor
) -> None:
    number = "522601000202"

    def asked(window: str) -> int:
        return policy_changes.propose(
            admin, ProposalTopic.ADJUSTMENT, {KEY.ADJUSTMENT_WINDOW: window}, source=SOURCE,
            effective_from=TODAY, employer_number=number,
        )  # fmt: skip

    def window(whose: str) -> str:
        with snapshot() as session:
            return str(policy.in_force(session, TODAY, employer(whose).id).window)

    policy_changes.confirm(security, asked("2026-09-01/2026-09-15"))
    assert window(number) == "2026-09-01至2026-09-15"
    assert window("522601000101") == "2026-07-01至2026-07-31"
    policy_changes.confirm(security, asked(""))
    assert window(number) == "2026-07-01至2026-07-31"
    with pytest.raises(NotFound, match="单位账号为“1”的单位"):
        policy_changes.propose(
            admin, ProposalTopic.ADJUSTMENT, {}, source=SOURCE, effective_from=TODAY,
            employer_number="1",
        )  # fmt: skip
    with pytest.raises(policy_view.NotForOne):
        proposed(admin, employer_number=number)


def test_one_employer_may_be_allowed_one_more_change_a_year(admin: Actor, security: Actor) -> None:
    number = "522601000202"
    for topic, key in (
        (ProposalTopic.ADJUSTMENT, KEY.ADJUSTMENTS_PER_YEAR), (ProposalTopic.RATES, KEY.RATE_CHANGES_PER_YEAR),
    ):  # fmt: skip
        asked = {"effective_from": TODAY, "employer_number": number}
        assert policy_effects.of_values(admin, topic, {key: "2"}, **asked)
        proposal = policy_changes.propose(admin, topic, {key: "2"}, source=SOURCE, **asked)
        policy_changes.confirm(security, proposal)

    def allowed(whose: str) -> tuple[int, int, str]:
        with snapshot() as session:
            now = policy.in_force(session, TODAY, employer(whose).id)
        return now.adjustments_per_year, now.rate_changes_per_year, str(now.window)

    assert allowed(number) == (2, 2, "2026-07-01至2026-07-31")
    assert allowed("522601000101") == (1, 1, "2026-07-01至2026-07-31")


def test_what_a_change_of_limits_will_affect_is_counted(admin: Actor, clerk2: Actor) -> None:
    """Above the cap: all 300 of U1, two of U2, one of U4. U2 waits with a roster at 7000."""
    submitted(clerk2, 7000)
    values = LIMITS | {KEY.BASE_MIN: "3500", KEY.BASE_MAX: "6600", KEY.TOTAL_MAX: "1200"}
    found = policy_effects.of_values(admin, ProposalTopic.LIMITS, values, effective_from=TODAY)
    assert [effect.count for effect in found] == [41, 2, 0, 303, 1]
    below, above, _, cap, cases = found
    assert below.sentence == "缴存基数低于新下限3,500.00元的正常缴存人41人，涉及2家单位"
    assert list(below.lines) == [
        ("522601000303", "凯里鼓楼建筑(示例)", "40"), ("522601000202", "黔东南苗岭食品(示例)", "1"),
    ]  # fmt: skip
    assert [line[0] for line in above.lines] == ["522601000202"]
    assert cap.lines[0] == ("522601000101", "凯里市第九中学(示例)", "300")
    assert cases.lines[0][1:3] == ("基数调整", "黔东南苗岭食品(示例)")
    assert "高于上限6600.00" in cases.lines[0][3]


def test_who_is_sealed_from_next_month_is_counted_until_then(admin: Actor, clerk2: Actor) -> None:
    """Two of U2 are above 6600; the one of 7656.25, sealed from August on, contributes in July."""
    who = accounts(clerk2)[0]
    enter(clerk2, SEALING, who, month=Month(2026, 8))
    confirm(clerk2, SEALING, [who], "out")
    values = LIMITS | {KEY.BASE_MIN: "3500", KEY.BASE_MAX: "6600", KEY.TOTAL_MAX: "1200"}
    above = policy_effects.of_values(admin, ProposalTopic.LIMITS, values, effective_from=TODAY)[1]
    assert above.count == 2


def test_looking_at_the_effects_writes_nothing(admin: Actor) -> None:
    proposal = proposed(admin)
    before = rows()
    assert policy_effects.of_proposal(admin, proposal)[0].count == 0
    assert rows() == before
    assert limits(TODAY)[0] == "1980.00"


def test_what_a_change_of_the_method_does_to_the_amounts(admin: Actor) -> None:
    """By fen instead of yuan: only U2's five change."""
    [amounts, cases] = policy_effects.of_values(
        admin, ProposalTopic.ROUNDING, {KEY.ROUNDING: "6"}, effective_from=TODAY
    )
    exact = sum(
        2 * (Decimal(base) * 8 / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        for base in ("7656.25", "4321.05", "8888.88", "2130.00", "6543.21")
    )
    assert amounts.count == 5
    assert f"{exact - Decimal('4726.00'):+,.2f}元" in amounts.sentence
    assert cases.count == 0


def test_employers_outside_new_rates_are_named(admin: Actor) -> None:
    values = {KEY.RATE_MIN: "6", KEY.RATE_MAX: "10", KEY.RATE_CHANGES_PER_YEAR: "1"}
    found = policy_effects.of_values(admin, ProposalTopic.RATES, values, effective_from=TODAY)
    assert [line[0] for line in found[0].lines] == ["522601000101", "522601000303"]


def test_a_business_gets_another_level_by_two_persons(
    admin: Actor, security: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    proposal = policy_changes.propose_terms(
        admin, ProposalTopic.LEVELS, BusinessKind.BASE_ADJUSTMENT, "reviewer,director",
        effective_from=TODAY, source=SOURCE,
    )  # fmt: skip
    kept, *unmanned = policy_effects.of_proposal(admin, proposal)
    assert kept.count == 0
    assert [effect.count for effect in unmanned] == [0, 1]
    assert list(unmanned[1].lines) == [("镇远管理部", "1")]
    policy_changes.confirm(security, proposal)
    [change] = policy_view.changes(admin, waiting=False)
    assert (change.scope, change.lines[0].before, change.lines[0].after) == (
        "基数调整", "初审员", "初审员 → 主任")  # fmt: skip
    course = review.open_case(officer_a, submitted(clerk2)).course
    assert [stage.title for stage in course][1:3] == ["审批（初审员）", "审批（主任）"]


@pytest.mark.parametrize(
    "value", ["", "clerk", "reviewer,reviewer", "administrator", "reviewer,manager", "x" * 200]
)
def test_levels_are_officers_each_once(admin: Actor, value: str) -> None:
    with pytest.raises(business_terms.BadLevels):
        policy_changes.propose_terms(
            admin, ProposalTopic.LEVELS, BusinessKind.BASE_ADJUSTMENT, value,
            effective_from=TODAY, source=SOURCE,
        )  # fmt: skip


def test_what_is_done_at_once_gets_neither_levels_nor_documents(admin: Actor) -> None:
    with pytest.raises(business_terms.DoneAtOnce, match="缴存人封存"):
        policy_changes.propose_terms(
            admin, ProposalTopic.LEVELS, BusinessKind.SEALING, "reviewer",
            effective_from=TODAY, source=SOURCE,
        )  # fmt: skip
    with pytest.raises(business_terms.NoMaterials):
        policy_changes.propose_terms(
            admin, ProposalTopic.MATERIALS, BusinessKind.SEALING, "[]",
            effective_from=TODAY, source=SOURCE,
        )  # fmt: skip


def test_documents_are_set_by_two_persons(admin: Actor, security: Actor) -> None:
    entries = [Entry("011201", "缴存基数变更证明", None), Entry("c01", "承诺书", required=True)]
    policy_changes.confirm(
        security,
        policy_changes.propose_terms(
            admin, ProposalTopic.MATERIALS, BusinessKind.BASE_ADJUSTMENT,
            requirements.write_materials(entries), effective_from=TODAY, source=SOURCE,
        ),
    )  # fmt: skip
    [change] = policy_view.changes(admin, waiting=False)
    assert change.lines[0].before == "缴存基数变更证明（必传）；工资表（选传）"
    assert change.lines[0].after == "缴存基数变更证明（按变更内容）；承诺书（必传）"


def test_documents_and_levels_of_a_later_day_begin_with_what_is_confirmed_by_then(
    admin: Actor, security: Actor
) -> None:
    august = date(2026, 8, 1)
    entries = [Entry("011201", "缴存基数变更证明", required=True)]
    for topic, value in (
        (ProposalTopic.MATERIALS, requirements.write_materials(entries)),
        (ProposalTopic.LEVELS, "reviewer,director"),
    ):
        proposal = policy_changes.propose_terms(
            admin, topic, BusinessKind.BASE_ADJUSTMENT, value, effective_from=august, source=SOURCE
        )
        policy_changes.confirm(security, proposal)

    def on(day: date | None) -> tuple[int, int]:
        found = policy_view.terms(admin, day)
        one = next(one for one in found if one.business is BusinessKind.BASE_ADJUSTMENT)
        return len(one.levels), len(one.materials)

    assert (on(None), on(date(2026, 7, 31)), on(august)) == ((1, 2), (1, 2), (2, 1))


@pytest.mark.parametrize(
    "value",
    ["x", "[[1]]", '[["011201","",true]]', '[["zzz","证明",true]]', '[["c1x","证明",true]]',
     '[["c01","a",true],["c02","a",true]]', '[["c01","a",5]]', "{}1"],
)  # fmt: skip
def test_documents_from_outside_are_checked(admin: Actor, value: str) -> None:
    with pytest.raises(business_terms.BadMaterials):
        policy_changes.propose_terms(
            admin, ProposalTopic.MATERIALS, BusinessKind.BASE_ADJUSTMENT, value,
            effective_from=TODAY, source=SOURCE,
        )  # fmt: skip


def test_the_calendar_is_set_by_two_persons(admin: Actor, security: Actor) -> None:
    day = date(2026, 11, 9)
    proposal = policy_changes.propose_days(
        admin, day, day + timedelta(days=1), DayKind.HOLIDAY, "州庆", source=SOURCE
    )
    policy_changes.confirm(security, proposal)
    with snapshot() as session:
        calendar = working_days.calendar(session)
    assert not calendar.is_workday(day)
    [change] = policy_view.changes(admin, waiting=False)
    assert [(line.label, line.before, line.after) for line in change.lines] == [
        ("2026-11-09", "按星期", "放假（州庆）"), ("2026-11-10", "按星期", "放假（州庆）"),
    ]  # fmt: skip
    with pytest.raises(calendar_days.BadDays):
        policy_changes.propose_days(
            admin, TODAY - timedelta(days=1), TODAY, DayKind.HOLIDAY, "州庆", source=SOURCE
        )


@pytest.mark.parametrize(
    "key", ["security", "auditor", "manager", "officerA", "director", "clerk1"]
)
def test_only_the_system_administrator_proposes(key: str) -> None:
    with pytest.raises(NotAllowed):
        proposed(person(key))


@pytest.mark.parametrize("key", ["auditor", "manager", "officerA", "director", "clerk1"])
def test_only_administrators_confirm_and_reject(admin: Actor, key: str) -> None:
    proposal = proposed(admin)
    with pytest.raises(NotAllowed):
        policy_changes.confirm(person(key), proposal)
    with pytest.raises(NotAllowed):
        policy_changes.reject(person(key), proposal, opinion="不")


def test_what_the_center_has_not_set_is_named_and_nothing_is_done() -> None:
    with transaction() as session:
        session.execute(delete(PolicyRow).where(PolicyRow.key == KEY.ROUNDING))
    with snapshot() as session:
        missing = policy.PolicyMissing(label=KEY.ROUNDING.label)
        for asked in (
            lambda: policy.in_force(session, TODAY, employer("522601000101").id),
            lambda: policy.value(session, KEY.ROUNDING, TODAY),
        ):
            with pytest.raises(policy.PolicyMissing, match=str(missing)):
                asked()


def test_everything_that_holds_for_an_employer_today_is_what_the_center_has_set() -> None:
    with snapshot() as session:
        held = policy.in_force(session, TODAY, employer("522601000101").id)
    assert held == policy.Policy(
        limits=Limits(198_000, 2_177_400, 19_800, 522_600),
        rounding=Rounding.HALF_UP_TO_YUAN,
        hpf_year=HpfYear(Month.of(202607)),
        window=policy.Window(date(2026, 7, 1), date(2026, 7, 31)),
        adjustments_per_year=1,
        june_first=True,
        rate_min=5,
        rate_max=12,
        rate_changes_per_year=1,
        months_ahead=0,
        deferral_months=12,
    )
    assert str(held.window) == "2026-07-01至2026-07-31"


def test_a_value_for_all_holds_from_its_very_day_and_the_one_set_last_holds(
    admin: Actor, security: Actor
) -> None:
    policy_changes.confirm(security, proposed(admin))
    policy_changes.confirm(security, proposed(admin, {KEY.BASE_MIN: "2200"}))
    with snapshot() as session:
        days = (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1))
        held = [Decimal(policy.value(session, KEY.BASE_MIN, day)) for day in days]
    assert held == [Decimal(1980), Decimal(2200), Decimal(2200)]


def test_what_is_supposed_for_all_gives_way_to_an_employers_own_and_for_it_alone_does_not() -> None:
    own, other = employer("522601000101"), employer("522601000202")
    set_for(None, KEY.RATE_MIN, "6", employer=own.number)

    def least(supposed: policy.Supposed) -> tuple[int, int]:
        with snapshot() as session, policy.supposing(session, supposed):
            found = [policy.in_force(session, TODAY, one.id).rate_min for one in (own, other)]
        return found[0], found[1]

    assert least(policy.Supposed({KEY.RATE_MIN: "7"})) == (6, 7)
    assert least(policy.Supposed({KEY.RATE_MIN: "8"}, own.id)) == (8, 5)
    with snapshot() as session:
        assert policy.in_force(session, TODAY, own.id).rate_min == 6


def test_june_is_no_longer_asked_for_where_the_center_says_so() -> None:
    own = employer("522601000101")
    with snapshot() as session:
        assert policy.in_force(session, TODAY, own.id).june_first
        with policy.supposing(session, policy.Supposed({KEY.JUNE_FIRST: "0"})):
            assert not policy.in_force(session, TODAY, own.id).june_first
