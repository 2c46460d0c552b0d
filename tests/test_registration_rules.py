"""What may stand in a registration (缴存人登记): every bound from both its sides, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from data.codes import IdType, Sex
from data.enums import ContributorStatus, EmployerStatus
from data.policy_codes import Rounding
from services.contributor_registration import facts
from services.contributor_registration.entry import Entry, completed, derived, objections, warnings
from services.contributor_registration.facts import Known, Terms
from services.contributor_registration.roster import WrongEntry
from services.policy import Policy, Window
from services.rules import identity
from services.rules.effective import Settled, Span
from services.rules.limits import Limits
from services.rules.months import HpfYear, Month
from tests.test_contributor_registration import YANG

JULY = Month(2026, 7)
POLICY = Policy(
    Limits(198_000, 2_177_400, 19_800, 522_600), Rounding.HALF_UP_TO_YUAN, HpfYear(JULY),
    Window(date(2026, 7, 1), date(2026, 7, 31)), adjustments_per_year=1, june_first=True,
    rate_min=5, rate_max=12, rate_changes_per_year=1, months_ahead=1, deferral_months=12,
)  # fmt: skip
TERMS = Terms(
    7, "522601000101", EmployerStatus.NORMAL, 12, 12, Settled(None, None),
    Span(Month(2026, 5), Month(2026, 8)), POLICY,
)  # fmt: skip
#: She has a passport, so that sex and day of birth are what she says.
GRACE = Entry(
    "GRACE", IdType.PASSPORT, "E1234", "13885512345", Decimal(5200), JULY,
    sex=Sex.FEMALE, born_on=date(1990, 3, 7),
)  # fmt: skip
NAME = "姓名应为2至30个汉字或字母，可含“·”，不能有空格和数字"
DOCUMENT, AGE = "证件号码应为5至18位字母或数字", "年龄应在16至70周岁之间"
LANDLINE = "固定电话格式应为0855-8220000"
INCOME = "家庭月收入不能为负，最多两位小数"


def wrong(entry: Entry, **said: object) -> list[tuple[str, str]]:
    return objections(completed(replace(entry, **said)), TERMS)


@pytest.mark.parametrize(
    ("field", "good"),
    [
        ("name", ["杨兴", "阿" * 30, "古丽·买买提(大)", "䶮𠮷"]),
        ("id_number", ["E1234", "1" * 18, "H12345678(9)"]),
        ("born_on", [date(2010, 7, 6), date(1955, 7, 7)]),  # 16 today, 71 tomorrow
        ("hired_on", [None, date(2027, 7, 6), date(1980, 1, 1)]),
        ("mobile", ["13000000000", "19999999999"]),
        ("landline", ["", "8220000", "82200000", "08558220000", "010-82200000-123456"]),
        ("postcode", ["", "556000"]),
        ("email", ["", "a@b.cn", "a.b@c.d.com", "a" * 115 + "@b.cn"]),
        ("address", ["", "字" * 255]),
        ("base", [Decimal("1980.00"), Decimal("21774.00"), Decimal("5200.01")]),
        ("income", [None, Decimal(0), Decimal("0.01"), Decimal(20_000)]),
        ("first_month", [Month(2026, 5), Month(2026, 8)]),
    ],
)
def test_what_lies_just_within_a_bound_is_taken(field: str, good: list[object]) -> None:
    for value in good:
        assert wrong(GRACE, **{field: value}) == [], value


@pytest.mark.parametrize(
    ("field", "bad", "reason"),
    [
        ("name", [""], "不能为空"),
        ("name", ["杨", "阿" * 31, "杨 再兴", "杨再兴2", "杨，兴", "1"], NAME),
        ("id_number", [""], "不能为空"),
        ("id_number", ["E123", "1" * 19, "e12345", "E 12345", "Ｅ12345"], DOCUMENT),
        ("sex", [None], "不能为空"),
        ("born_on", [None], "不能为空"),
        ("born_on", [date(2010, 7, 7), date(1955, 7, 6), date(2030, 1, 1)], AGE),
        ("hired_on", [date(2027, 7, 7)], "入职日期过晚"),
        ("mobile", [""], "不能为空"),
        ("mobile", ["1300000000", "130000000000", "12000000000"], "手机号码应为11位"),
        ("landline", ["822000", "822000000", "1855-8220000", "0855-8220000-"], LANDLINE),
        ("postcode", ["55600", "5560000", "５56000"], "邮政编码应为6位数字"),
        ("email", ["a@", "a@b", "@b.cn", "a@b.c", "a b@c.cn", "a@b@c.cn"], "电子邮箱格式不正确"),
        ("email", ["a" * 116 + "@b.cn"], "电子邮箱最多120字"),
        ("address", ["字" * 256], "家庭住址最多255字"),
        ("base", [None], "不能为空"),
        ("base", [Decimal("1979.99"), Decimal(0), Decimal(-5200)], "缴存基数低于下限1980.00"),
        ("base", [Decimal("21774.01")], "缴存基数高于上限21774.00"),
        ("base", [Decimal("5200.001")], "缴存基数最多两位小数"),
        ("income", [Decimal("-0.01"), Decimal(-1), Decimal("0.001"), Decimal("1.005")], INCOME),
        ("first_month", [None], "不能为空"),
        ("first_month", [Month(2026, 4)],
         "首次汇缴年月2026-04早于单位首次汇缴年月，最早可填2026-05"),
        ("first_month", [Month(2026, 9)],
         "首次汇缴年月2026-09过晚，最早可填2026-05，最晚可填2026-08"),
    ],
)  # fmt: skip
def test_what_lies_just_beyond_a_bound_is_refused_there_and_nowhere_else(
    field: str, bad: list[object], reason: str
) -> None:
    for value in bad:
        assert wrong(GRACE, **{field: value}) == [(field, reason)], value


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"id_number": ""}, [("id_number", "不能为空")]),
        ({"id_number": "52260119900307001"}, [("id_number", "身份证号码应为18位")]),
        ({"id_number": "5226011990030700170"}, [("id_number", "身份证号码应为18位")]),
        ({"id_number": "52260119900307001x"}, [("id_number", "身份证号码应为18位")]),
        ({"id_number": "522601199002300017"}, [("id_number", "身份证号码中的出生日期不存在")]),
        ({"id_number": "522601199003070018"}, [("id_number", "证件号码校验位错误")]),
        ({"sex": Sex.FEMALE}, [("sex", "性别与证件号码不一致")]),
        ({"born_on": date(1990, 3, 8)}, [("born_on", "出生日期与证件号码不一致")]),
        ({"id_type": IdType.PASSPORT}, [("sex", "不能为空"), ("born_on", "不能为空")]),
    ],
)
def test_an_id_card_states_the_sex_and_the_day_of_birth_and_no_other_document_does(
    said: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert wrong(YANG, **said) == expected


def test_the_last_digit_but_one_of_an_id_card_is_odd_for_men_and_even_for_women() -> None:
    for digit in range(10):
        numbers = [f"5226011990030700{digit}{check}" for check in "0123456789X"]
        found = [derived(number) for number in numbers if identity.is_id_card(number)]
        assert found == [(Sex.MALE if digit in (1, 3, 5, 7, 9) else Sex.FEMALE, date(1990, 3, 7))]


def test_what_nobody_has_said_of_a_person_stays_unsaid() -> None:
    assert (YANG.landline, YANG.postcode, YANG.address, YANG.email) == ("", "", "", "")
    unstated = (YANG.marital, YANG.education, YANG.occupation, YANG.post, YANG.title)
    assert [one.label for one in unstated] == ["未说明", "其他", "其他", "无", "无"]
    assert (YANG.sex, YANG.born_on, YANG.hired_on, YANG.income) == (None, None, None, None)


def _form() -> None:
    from components import person_form
    from components.form_fields import Fields
    from tests.test_registration_rules import TERMS

    person_form.draw(Fields("person"), TERMS)


def test_a_refusal_names_each_item_in_the_forms_words() -> None:
    page = AppTest.from_function(_form, default_timeout=30).run()
    assert not page.exception
    labels = {
        str(drawn.key).removeprefix("person_0_").rstrip("_"): drawn.label.split("（")[0]
        for drawn in (*page.text_input, *page.selectbox)
    }
    assert set(labels) == set(Entry.__dataclass_fields__)
    for field, label in labels.items():
        assert str(WrongEntry([(field, "不能为空")])) == f"{label}：不能为空"


@pytest.mark.parametrize(
    ("sex", "born", "note"),
    [
        (Sex.MALE, date(1966, 7, 6), ""),
        (Sex.MALE, date(1965, 7, 7), ""),
        (Sex.MALE, date(1965, 7, 6), "已满60周岁，请核对是否应办理离退休提取"),
        (Sex.FEMALE, date(1970, 7, 7), ""),
        (Sex.FEMALE, date(1970, 7, 6), "已满55周岁，请核对是否应办理离退休提取"),
        (Sex.UNKNOWN, date(1950, 1, 1), ""),
        (None, date(1950, 1, 1), ""),
        (Sex.MALE, None, ""),
    ],
)
def test_who_is_past_the_age_of_retirement_is_looked_at_twice(
    sex: Sex | None, born: date | None, note: str
) -> None:
    assert warnings(replace(GRACE, sex=sex, born_on=born)) == note


def test_who_was_hired_more_than_thirty_days_ago_is_looked_at_twice() -> None:
    late = "入职已超过30日（条例规定30日内办理）"
    notes = [warnings(replace(GRACE, hired_on=date(2026, 6, day))) for day in (6, 5)]
    assert notes == ["", late]
    old = replace(GRACE, born_on=date(1960, 1, 1), hired_on=date(2026, 1, 1))
    assert warnings(old) == f"已满55周岁，请核对是否应办理离退休提取；{late}"


def known(status: ContributorStatus, **more: object) -> Known:
    return Known(1, 1, "522600000001", "杨再兴", status, None, None)._replace(**more)


@pytest.mark.parametrize(
    ("status", "here", "elsewhere"),
    [
        ("正常", "该职工已在本单位开户", "该职工在其他单位有正常账户，须先由原单位封存"),
        ("封存", "该职工账户在本单位封存，请办理启封", None),
        ("合并销户", None, None),
        ("外部转出销户", None, None),
        ("提取销户", None, None),
        ("冻结", "该职工账户状态为冻结，请联系管理部", "该职工账户状态为冻结，请联系管理部"),
        ("其他", "该职工账户状态为其他，请联系管理部", "该职工账户状态为其他，请联系管理部"),
    ],
)
def test_whether_somebody_known_may_come_depends_on_the_account_and_on_whose_it_is(
    status: str, here: str | None, elsewhere: str | None
) -> None:
    who = known(next(one for one in ContributorStatus if one.label == status))
    assert facts.objection(who, "杨再兴", JULY, 1) == here
    assert facts.objection(who, "杨再兴", JULY, 2) == elsewhere
    assert facts.objection(who, "杨再光", JULY, 2) == "姓名与该证件号码已登记的姓名不一致"
    assert (facts.moves_in(who, 1), facts.moves_in(who, 2)) == (False, status == "封存")
    assert not facts.moves_in(None, 2)


def test_who_moves_in_begins_after_the_last_month_paid_and_when_the_sealing_does() -> None:
    who = known(ContributorStatus.SEALED, paid_to=Month(2026, 5), sealed_month=JULY)
    months = (Month(2026, 5), Month(2026, 6), JULY, None)
    assert [facts.objection(who, "杨再兴", month, 2) for month in months] == [
        "该职工已缴至2026-05，首次汇缴年月最早可填2026-06",
        "该职工在原单位自2026-07起封存，首次汇缴年月最早可填2026-07",
        None,
        None,
    ]


@pytest.mark.parametrize("status", EmployerStatus)
def test_an_employer_sealed_or_closed_registers_nobody_and_any_other_does(
    status: EmployerStatus,
) -> None:
    refused = TERMS._replace(status=status).objection
    said = f"单位已{status.label}，不能办理缴存人登记，请联系所属管理部"
    assert str(refused or "") == (said if status.label in ("封存", "销户") else "")


def test_the_two_parts_and_the_rates_are_the_employers() -> None:
    terms = TERMS._replace(employer_rate=12, contributor_rate=8)
    assert (terms.rates, terms.parts(765_625)) == ("12%+8%", (91_900, 61_300))


def test_an_account_is_twelve_digits_beginning_with_the_prefectures() -> None:
    assert [facts.account(number) for number in (1, 99_999_999)] == ["522600000001", "522699999999"]
