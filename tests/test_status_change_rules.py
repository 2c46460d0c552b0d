"""What may stand in a sealing or an unsealing (封存、启封): every bound from both its sides."""

from datetime import date
from decimal import Decimal

import pytest

from data.codes import SealReason, UnsealReason
from data.enums import BusinessKind, ContributorStatus, EmployerStatus
from data.models.register import Contributor
from services.contributor_status_change import entry as entries
from services.contributor_status_change import facts
from services.contributor_status_change.entry import Entry
from services.contributor_status_change.facts import Terms
from services.rules.effective import Settled, Span
from services.rules.months import Month
from tests.test_registration_rules import POLICY

SEALING, UNSEALING = BusinessKind.SEALING, BusinessKind.UNSEALING
NORMAL, SEALED = ContributorStatus.NORMAL, ContributorStatus.SEALED
MAY, JUNE, JULY, AUGUST = (Month(2026, number) for number in (5, 6, 7, 8))
REASON = {SEALING: "01", UNSEALING: "12"}


def terms(kind: BusinessKind, settled_to: Month | None = MAY, **more: object) -> Terms:
    span = Span(JUNE, AUGUST)
    settled = Settled(settled_to, None)
    return Terms(
        kind, 7, "522601000101", EmployerStatus.NORMAL, 12, 12, settled, span, POLICY
    )._replace(**more)


def person(kind: BusinessKind, **said: object) -> Contributor:
    """Return somebody whose account the kind is for: normal, or sealed since June."""
    status = {"status": NORMAL} if kind is SEALING else {"status": SEALED, "sealed_month": 202606}
    return Contributor(**{"base": Decimal(6000), "first_month": 202601, **status, **said})


def wrong(
    kind: BusinessKind,
    who: Contributor | None = None,
    other: BusinessKind | None = None,
    since: Month | None = None,
    **said: object,
) -> list[tuple[str, str]]:
    entry = Entry(**{"account": "1", "reason": REASON[kind], "month": JULY, **said})
    return entries.objections(entry, who or person(kind), terms(kind), other, since)


@pytest.mark.parametrize("kind", [SEALING, UNSEALING])
def test_every_reason_of_a_kind_is_taken_and_none_of_the_other(kind: BusinessKind) -> None:
    own, others = {SEALING: (SealReason, UnsealReason), UNSEALING: (UnsealReason, SealReason)}[kind]
    for reason in own:
        unspecific = reason.label == "其他"
        assert wrong(kind, reason=reason.value, note="借调") == []
        said = [("note", "请填写说明")] if unspecific else []
        assert wrong(kind, reason=reason.value) == said
    verb = "封存" if kind is SEALING else "启封"
    for value in {one.value for one in others} - {one.value for one in own}:
        refused = wrong(kind, reason=value, note="借调")
        assert refused == [("reason", f"不是{verb}原因，请从列表中选择")]
    assert wrong(kind, reason="") == [("reason", "不能为空")]
    assert wrong(kind, note="字" * 100) == []
    assert wrong(kind, note="字" * 101) == [("note", "说明最多100字")]


@pytest.mark.parametrize("kind", [SEALING, UNSEALING])
def test_an_employment_ends_at_most_a_year_after_this_month_begins(kind: BusinessKind) -> None:
    assert wrong(kind, left_on=date(2027, 7, 1)) == []
    assert wrong(kind, left_on=date(1990, 1, 1)) == []
    assert wrong(kind, left_on=date(2027, 7, 2)) == [("left_on", "离职日期过晚")]


def test_who_left_more_than_thirty_days_ago_is_looked_at_twice_before_the_sealing() -> None:
    said = "离职已超过30日（条例规定30日内办理）"
    days = (None, date(2026, 6, 6), date(2026, 6, 5))
    assert [entries.warning(SEALING, day) for day in days] == ["", "", said]
    assert [entries.warning(UNSEALING, day) for day in days] == ["", "", ""]


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        (None, None),
        (Decimal("1980.00"), None),
        (Decimal("21774.00"), None),
        (Decimal("6000.10"), None),
        (Decimal("6000.001"), "缴存基数最多两位小数"),
        (Decimal("1979.99"), "缴存基数低于下限1980.00"),
        (Decimal("21774.01"), "缴存基数高于上限21774.00"),
    ],
)
def test_the_base_after_an_unsealing_lies_within_the_years_limits(
    base: Decimal | None, reason: str | None
) -> None:
    assert wrong(UNSEALING, base=base) == ([("base", reason)] if reason else [])
    assert wrong(SEALING, base=base) == []


def test_an_old_base_out_of_the_limits_is_to_be_replaced_and_says_so() -> None:
    low = person(UNSEALING, base=Decimal(1200))
    assert wrong(UNSEALING, low, base=Decimal(1980)) == []
    assert wrong(UNSEALING, low, base=Decimal(1500)) == [("base", "缴存基数低于下限1980.00")]
    assert wrong(UNSEALING, low) == [
        ("base", "原基数1200.00不在今年上下限内，请填写启封后缴存基数：缴存基数低于下限1980.00")
    ]


def test_another_base_waits_for_the_months_before_the_sealing_to_be_assessed() -> None:
    """The employer has assessed up to May; who was sealed from July on has June still to come."""
    out = person(UNSEALING, sealed_month=202607)
    june = "该职工封存前的2026-06尚未核定，请先在【汇缴】中核定，或保留原基数6000.00"
    assert wrong(UNSEALING, out, month=AUGUST, base=Decimal(7000)) == [("base", june)]
    assert wrong(UNSEALING, out, month=AUGUST, base=Decimal("6000.00")) == []
    assert wrong(UNSEALING, out, month=AUGUST) == []
    assert wrong(UNSEALING, month=AUGUST, base=Decimal(7000)) == []  # sealed from June on


@pytest.mark.parametrize(
    ("settled_to", "sealed", "first", "month"),
    [
        (MAY, 202608, 202601, JULY),
        (MAY, 202607, 202601, JUNE),
        (MAY, 202606, 202601, None),
        (None, 202607, 202606, JUNE),
        (None, 202607, 202607, None),
        (MAY, None, 202601, None),
    ],
)
def test_the_last_month_not_yet_assessed_stands_just_before_the_sealing(
    settled_to: Month | None, sealed: int | None, first: int, month: Month | None
) -> None:
    who = person(UNSEALING, sealed_month=sealed, first_month=first)
    assert facts.unassessed(terms(UNSEALING, settled_to), who) == month


@pytest.mark.parametrize("status", ContributorStatus)
def test_the_normal_are_sealed_the_sealed_unsealed_and_nobody_else_is_either(
    status: ContributorStatus,
) -> None:
    who = person(SEALING, status=status)
    for kind, label, verb in ((SEALING, "正常", "封存"), (UNSEALING, "封存", "启封")):
        said = [("account", f"当前状态为{status.label}，不能办理{verb}")]
        assert wrong(kind, who) == ([] if status.label == label else said)


def test_who_is_sealed_from_a_later_month_on_is_not_sealed_twice() -> None:
    later, now = (person(UNSEALING, sealed_month=month) for month in (202608, 202607))
    assert wrong(SEALING, later) == [("account", "该职工已办理封存，自2026-08起生效")]
    assert wrong(SEALING, now) == [("account", "当前状态为封存，不能办理封存")]
    assert wrong(UNSEALING, later, month=AUGUST) == []


def test_who_is_unsealed_from_a_later_month_on_is_not_unsealed_twice() -> None:
    resting, back = (
        person(SEALING, rest_from=202606, rest_until=month) for month in (202608, 202607)
    )
    assert wrong(UNSEALING, resting) == [("account", "该职工已办理启封，自2026-08起生效")]
    assert wrong(UNSEALING, back) == [("account", "当前状态为正常，不能办理启封")]


def test_who_stands_on_the_other_roster_is_settled_there_first() -> None:
    for kind, other, verb in ((SEALING, UNSEALING, "启封"), (UNSEALING, SEALING, "封存")):
        said = f"该职工已有{verb}业务在办，请先办结或从清册中删除"
        assert wrong(kind, other=other) == [("account", said)]


def test_a_sealing_begins_neither_before_the_person_nor_before_her_last_change() -> None:
    assert wrong(SEALING, month=None) == [("month", "不能为空")]
    assert wrong(SEALING, person(SEALING, first_month=202607)) == []
    assert wrong(SEALING, person(SEALING, first_month=202608)) == [
        ("month", "生效年月2026-07早于该职工首次汇缴年月，最早可填2026-08")
    ]
    assert wrong(SEALING, since=JULY) == []
    assert wrong(SEALING, since=AUGUST) == [
        ("month", "生效年月2026-07早于该职工上次状态变更的生效年月，最早可填2026-08")
    ]


def test_an_unsealing_begins_not_before_the_sealing_and_after_the_last_month_paid() -> None:
    assert wrong(UNSEALING, person(UNSEALING, sealed_month=202607)) == []
    assert wrong(UNSEALING, person(UNSEALING, sealed_month=202608)) == [
        ("month", "生效年月2026-07早于该职工封存年月，最早可填2026-08")
    ]
    assert wrong(UNSEALING, person(UNSEALING, paid_to=202606)) == []
    assert wrong(UNSEALING, person(UNSEALING, paid_to=202607)) == [
        ("month", "该职工已缴至2026-07，生效年月最早可填2026-08")
    ]
    assert wrong(UNSEALING, person(UNSEALING, sealed_month=None), since=AUGUST) == []


@pytest.mark.parametrize(
    ("kind", "wish", "remedy"),
    [(SEALING, "自该月起封存", "错缴更正"), (UNSEALING, "补入该月", "补缴")],
)
def test_a_month_done_with_is_refused_with_the_way_that_the_kind_has(
    kind: BusinessKind, wish: str, remedy: str
) -> None:
    assert wrong(kind, month=MAY) == [
        (
            "month",
            f"生效年月2026-05已核定，最早可填2026-06；如须{wish}，请先在【汇缴】中删除该月核定",
        )
    ]
    booked = terms(kind, settled=Settled(MAY, MAY))
    assert facts.month_objection(booked, person(kind), MAY, None) == (
        f"生效年月2026-05已入账，最早可填2026-06；如须{wish}，请联系所属管理部办理{remedy}"
    )


@pytest.mark.parametrize("status", EmployerStatus)
def test_an_employer_sealed_or_closed_changes_nobody_and_any_other_does(
    status: EmployerStatus,
) -> None:
    for kind, verb in ((SEALING, "封存"), (UNSEALING, "启封")):
        refused = terms(kind, status=status).objection
        said = f"单位已{status.label}，不能办理缴存人{verb}，请联系所属管理部"
        assert str(refused or "") == (said if status.label in ("封存", "销户") else "")


@pytest.mark.parametrize("kind", BusinessKind)
def test_nothing_but_a_sealing_and_an_unsealing_is_a_change_of_status(kind: BusinessKind) -> None:
    if kind.label in ("缴存人封存", "缴存人启封"):
        facts.require_kind(kind)
        return
    with pytest.raises(facts.UnknownKind):
        facts.require_kind(kind)


def test_the_parts_after_an_unsealing_follow_the_employers_two_rates() -> None:
    assert terms(UNSEALING, contributor_rate=8).parts(765_625) == (91_900, 61_300)
