"""Pure rules: money, months, identity numbers."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from data.policy_codes import Rounding
from services import policy
from services.policy import Window
from services.rules import clock, contribution, effective, identity
from services.rules.amounts import signed
from services.rules.limits import Limits
from services.rules.months import HpfYear, Month

WHOLE_YUAN = Rounding.HALF_UP_TO_YUAN
PEOPLE = (
    "522601199003070017", "522601198508150026", "522625199512310032",
    "522630198802290048", "522601197811050058", "522601200001010067",
)  # fmt: skip
LIMITS = Limits(198_000, 2_177_400, 19_800, 522_600)


def test_the_five_bases_of_the_food_maker_at_8_percent_make_4726() -> None:
    bases = ("7656.25", "4321.05", "8888.88", "2130.00", "6543.21")
    due = [contribution.amounts(Decimal(base), 8, 8, WHOLE_YUAN) for base in bases]
    assert [amounts.employer for amounts in due] == [613, 346, 711, 170, 523]
    assert sum(amounts.employer for amounts in due) == Decimal("2363.00")
    assert sum(amounts.total for amounts in due) == Decimal("4726.00")


def test_the_two_parts_follow_their_own_rates() -> None:
    due = contribution.amounts(Decimal("7656.25"), 12, 8, WHOLE_YUAN)
    assert (due.employer, due.contributor) == (Decimal(919), Decimal(613))  # 918.75 and 612.50


@pytest.mark.parametrize(
    ("base", "rate", "total"),
    [
        ("2130.00", 5, "214.00"),
        ("21774.00", 12, "5226.00"),
        ("7200.50", 12, "1728.00"),
        ("6500.00", 12, "1560.00"),
    ],
)
def test_each_part_is_rounded_half_up_on_its_own(base: str, rate: int, total: str) -> None:
    assert contribution.amounts(Decimal(base), rate, rate, WHOLE_YUAN).total == Decimal(total)


@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("0", "123.45"), ("1", "123.50"), ("2", "123.40"), ("3", "124.00"), ("4", "123.00"),
        ("5", "123.46"), ("6", "123.46"), ("7", "123.50"), ("8", "123.00"),
    ],
)  # fmt: skip
def test_all_nine_methods_of_rounding(method: str, part: str) -> None:
    # 1763.65 at 7 % is 123.4555
    assert contribution.amounts(Decimal("1763.65"), 7, 7, Rounding(method)).employer == Decimal(
        part
    )


@given(base=some.integers(1, 10_000_000), rate=some.integers(1, 100))
def test_whole_fen_agree_with_exact_decimals(base: int, rate: int) -> None:
    exact = Decimal(base) * rate / 100
    for method, step in (
        (Rounding.HALF_UP_TO_FEN, 1),
        (Rounding.HALF_UP_TO_JIAO, 10),
        (WHOLE_YUAN, 100),
    ):
        expected = (exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        assert contribution.part(base, rate, method) == expected


def test_a_part_is_rounded_up_only_where_something_is_over() -> None:
    """43 fen at 7 % are 3.01 fen, and 100 fen are 7."""
    assert [contribution.part(base, 7, Rounding.UP_LI_TO_FEN) for base in (43, 100)] == [4, 7]


def test_what_the_database_reckons_of_a_base_is_the_same() -> None:
    assert contribution.part_of_column(765_625, 8, WHOLE_YUAN) == 61_300


def test_months_follow_each_other_over_new_year() -> None:
    assert Month.of(202612).plus(1).number == 202701
    assert Month.of(202701).plus(-1).number == 202612
    assert [m.number for m in Month.of(202604).through(Month.of(202606))] == [
        202604,
        202605,
        202606,
    ]
    assert Month.of(202607).through(Month.of(202606)) == []


def test_the_hpf_year_runs_from_july_to_june() -> None:
    june, july = HpfYear.of(Month.of(202606)), HpfYear.of(Month.of(202607))
    assert (june.first.number, june.last.number) == (202507, 202606)
    assert (july.first.number, july.last.number) == (202607, 202706)


@pytest.mark.parametrize("typed", ["2026-12", "202612", "2026年12月", "2026/12"])
def test_a_month_of_two_digits_is_read_whole(typed: str) -> None:
    assert effective.read(typed) == Month(2026, 12)


@pytest.mark.parametrize(
    "typed", ["2026-07", "202607", "2026年7月", "2026/7", "2026.07", " 2026-7 "]
)
def test_a_month_is_read_as_people_type_it(typed: str) -> None:
    assert effective.read(typed) == Month(2026, 7)


@pytest.mark.parametrize(
    "typed",
    ["2026", "26-07", "2026-13", "2026-", "七月", "2026-7-1", "20260701", "２０２６07", "2026-０7"],
)
def test_what_is_no_month_is_read_as_none(typed: str) -> None:
    assert effective.read(typed) is None


def test_a_change_begins_after_the_months_done_with_and_at_most_next_month() -> None:
    may, july, august = Month(2026, 5), Month(2026, 7), Month(2026, 8)
    february = Month(2026, 2)
    for settled_to, first, last in (
        (None, february, august),
        (Month(2026, 1), february, august),
        (may, Month(2026, 6), august),
        (august, Month(2026, 9), Month(2026, 9)),
    ):
        assert effective.span(july, february, settled_to) == effective.Span(first, last)
    assert effective.span(july, Month(2026, 12), None).months == [Month(2026, 12)]
    assert effective.span(july, july, None).months == [july, august]


def test_a_month_that_may_not_be_is_told_with_why_and_the_way_there_is() -> None:
    """Booked to March, assessed to May; February and April were passed over by a deferral."""
    months = {number: Month(2026, number) for number in range(1, 11)}
    settled = effective.Settled.of(202605, 202603, frozenset({months[2], months[4], months[6]}))
    span = effective.Span(months[7], months[8])

    def said(number: int, late: effective.Late = effective.BACK_PAID) -> str | None:
        return span.objection(months[number], "首次汇缴年月", settled=settled, late=late)

    way = "最早可填2026-07"
    back = "请联系所属管理部办理补缴"
    assert said(2) == f"首次汇缴年月2026-02已入账，{way}；如须补入该月，{back}"
    assert said(3) == f"首次汇缴年月2026-03已入账，{way}；如须补入该月，{back}"
    assert said(4) == (
        f"首次汇缴年月2026-04在已结束的缓缴期内，{way}；如须补入该月，请联系所属管理部"
    )
    assert said(5) == (
        f"首次汇缴年月2026-05已核定，{way}；如须补入该月，请先在【汇缴】中删除该月核定"
    )
    assert said(6) == f"首次汇缴年月2026-06早于单位首次汇缴年月，{way}"
    assert (said(7), said(8)) == (None, None)
    assert said(9) == f"首次汇缴年月2026-09过晚，{way}，最晚可填2026-08"
    assert said(3, effective.CORRECTED) == (
        f"首次汇缴年月2026-03已入账，{way}；如须自该月起封存，请联系所属管理部办理错缴更正"
    )
    deferred_last = effective.Settled.of(202605, None, frozenset({months[5]}))
    assert span.objection(months[5], "生效年月", settled=deferred_last) == (
        f"生效年月2026-05在已结束的缓缴期内，{way}；如须补入该月，请联系所属管理部"
    )
    none = effective.Settled.of(None, None)
    assert (none.to, none.paid_to, none.deferred) == (None, None, frozenset())
    assert span.objection(months[7], "生效年月", settled=none) is None


@pytest.mark.parametrize("number", [202600, 202613, 0])
def test_there_is_no_thirteenth_month(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        Month.of(number)


@pytest.mark.parametrize("number", PEOPLE)
def test_the_demo_persons_numbers_are_right(number: str) -> None:
    assert identity.is_id_card(number)


@pytest.mark.parametrize(
    "number",
    [
        "522601199003070018",
        "52263019870229004X",
        "52260119900307001",
        "5226011990030700170",
        "５22601199003070017",
    ],
)
def test_wrong_checks_and_days_that_never_were_are_told(number: str) -> None:
    assert not identity.is_id_card(number)


def test_every_changed_digit_of_an_id_is_noticed() -> None:
    for place in range(17):
        for digit in "0123456789":
            changed = PEOPLE[0][:place] + digit + PEOPLE[0][place + 1 :]
            assert identity.is_id_card(changed) == (changed == PEOPLE[0])


def test_text_is_stored_half_width_upper_case_and_trimmed() -> None:
    assert identity.normal(" ５２２６０１１９９００３０７００１x ") == "52260119900307001X"


def test_credit_codes_prove_themselves() -> None:
    for code in ("12522600429000001N", "91522601MA6DAAAA06", "91522600709612345N"):
        assert identity.is_uscc(code)
        assert not identity.is_uscc(code[:-1] + ("0" if code[-1] != "0" else "1"))


def test_identity_numbers_are_masked_but_for_six_and_four() -> None:
    assert identity.masked("522601199003070017") == "522601********0017"


def test_mobile_numbers_have_eleven_digits() -> None:
    assert identity.is_mobile("13885500000")
    assert not any(
        map(identity.is_mobile, ("138855000001", "1388550000", "12885500000", "１3885500000"))
    )


@pytest.mark.parametrize(
    ("base", "total", "reason"),
    [
        (198_000, 19_800, None),
        (2_177_400, 522_600, None),
        (197_999, 19_800, "缴存基数低于下限1980.00"),
        (2_177_401, 522_600, "缴存基数高于上限21774.00"),
        (200_000, 19_799, "月缴存额197.99低于下限198.00"),
        (2_000_000, 522_601, "月缴存额5226.01高于上限5226.00"),
    ],
)
@pytest.mark.manual("B2.8")
def test_both_ends_of_both_limits_are_allowed(base: int, total: int, reason: str | None) -> None:
    assert LIMITS.objection(base, total) == reason


def test_the_business_date_can_be_set_and_the_instant_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HALL_TODAY", "2030-02-28")
    assert clock.today() == date(2030, 2, 28)
    assert clock.now().date() == date(2030, 2, 28)
    assert clock.instant().year < 2030
    monkeypatch.delenv("HALL_TODAY")
    assert not clock.is_moved()


@pytest.mark.parametrize(
    "typed",
    [
        "古丽•买买提(大)", "古丽．买买提（大）", "古丽.买买提（大)", "古丽・买买提 （大）",
        "古丽･买买提\u3000(大)", " 古丽‧买买提(大) ",
    ],
)  # fmt: skip
def test_a_name_is_the_same_with_another_dot_space_or_bracket(typed: str) -> None:
    assert identity.is_same_name(typed, "古丽·买买提（大）")


@pytest.mark.parametrize("other", ["古丽买买提（大）", "古丽·买买提（小）", "古丽·买买提", ""])
def test_another_name_is_another_name(other: str) -> None:
    assert not identity.is_same_name(other, "古丽·买买提（大）")


def test_a_column_of_bases_is_allowed_where_its_ends_are() -> None:
    assert LIMITS.allow([], [])
    assert LIMITS.allow([198_000, 2_177_400], [19_800, 522_600])
    assert not LIMITS.allow([197_999, 500_000], [19_800, 50_000])
    assert not LIMITS.allow([500_000, 2_177_401], [50_000, 522_600])
    assert not LIMITS.allow([500_000], [19_799])


def test_the_limits_are_what_stands_at_a_limit() -> None:
    stands = [base for base in (197_999, 198_000, 2_177_400, 2_177_401) if base in LIMITS.ends]
    assert stands == [198_000, 2_177_400]


def test_a_window_takes_adjustments_on_its_first_and_on_its_last_day() -> None:
    window = Window(date(2026, 7, 1), date(2026, 7, 31))
    days = (date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 1))
    assert [window.is_open(day) for day in days] == [False, True, True, False]


def test_a_window_comes_every_year_or_once_and_lies_in_the_year_it_is_asked_of() -> None:
    july, may = date(2026, 7, 6), date(2027, 5, 6)
    assert policy.window("07-01/07-31", may, 7) == Window(date(2026, 7, 1), date(2026, 7, 31))
    assert policy.window("07-01/07-31", may, 7).is_yearly
    assert policy.window("12-15/01-15", july, 7) == Window(date(2026, 12, 15), date(2027, 1, 15))
    assert policy.window("2026-09-01/2026-09-15", july, 7) == Window(
        date(2026, 9, 1), date(2026, 9, 15), is_yearly=False
    )


@pytest.mark.parametrize(
    ("yuan", "written"), [("1182", "+1,182.00"), ("-1440", "-1,440.00"), ("0", "0.00")]
)
def test_a_change_of_an_amount_has_its_sign_and_none_where_nothing_changes(
    yuan: str, written: str
) -> None:
    assert signed(Decimal(yuan)) == written
