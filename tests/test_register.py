"""The center's register: searched by index, opened by who may, and a new employer with its clerk."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, select, text

from data.codes import EmployerKind
from data.database import snapshot, transaction
from data.enums import Branch, ContributorStatus, EmployerStatus, EntryKind, Role
from data.models.people import User
from data.models.register import Contributor, Employer
from services import own_cases, review
from services.actor import Actor
from services.errors import NotAllowed, NotFound
from services.register import (
    employer_file,
    employer_months,
    employer_records,
    opening,
    search,
)
from services.register.opening import Form
from services.remittance import balances
from services.rules import identity
from services.rules.months import Month
from tests.conftest import employer, person
from tests.credits import receive
from tests.rosters import submitted
from tests.test_money import approved

pytestmark = pytest.mark.usefixtures("db", "storage")
U1, U3, U4 = "522601000101", "522601000303", "522602000404"
NEW = Form(
    name="凯里清水江文旅有限公司", uscc="91522601MA6DAAAA06", kind=EmployerKind.OTHER_URBAN,
    address="凯里市北京西路1号", legal_representative="杨清江", legal_id_number="522601199003070017",
    bank="农业银行凯里分行", first_month=202607, rate=8, payday=15, clerk_name="潘小梅",
    clerk_mobile="13885511111",
)  # fmt: skip


def free_uscc(letter: str = "B") -> str:
    """Return a code that proves itself and that no employer of the fixture has."""
    body = f"91522601MA6D{letter * 4}0"
    return next(
        body + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if identity.is_uscc(body + last)
    )


def new_clerk(officer: Actor) -> Actor:
    """Open an employer that has nobody yet; return its clerk."""
    done = opening.open_employer(officer, replace(NEW, uscc=free_uscc()))
    return Actor(done.clerk_id, done.clerk, Role.CLERK, done.employer_id, None)


def somebody(number: str) -> Contributor:
    with snapshot() as session:
        return session.scalars(
            select(Contributor).join(Employer).where(Employer.number == number).limit(1)
        ).one()


def numbers(found: search.Found) -> list[str]:
    return [hit.number for hit in found.employers]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (U1, [U1]), ("5226010001", [U1]), ("522602", [U4]), ("12522600429000001N", [U1]),
        ("12522600429000001n ", [U1]), ("鼓楼建筑", [U3]), ("（示例", ["522601000101",
        "522601000202", "522601000303", "522602000404"]), ("无此单位", []), ("%", None), ("100%", []),
    ],
)  # fmt: skip
def test_an_employer_is_found_by_number_name_or_code(
    admin: Actor, words: str, found: list[str] | None
) -> None:
    if found is None:
        with pytest.raises(search.TooShort):
            search.search(admin, words)
    else:
        assert numbers(search.search(admin, words)) == found


def test_a_person_is_found_by_account_number_name_or_the_last_four(admin: Actor) -> None:
    who = somebody(U3)
    for words in (who.account, who.id_number, who.id_number.lower(), who.id_number[-4:], who.name,
                  who.name[:2]):  # fmt: skip
        hits = search.search(admin, words).people
        assert who.account in [hit.account for hit in hits], words
    [hit] = search.search(admin, who.account).people
    assert (hit.employer_number, hit.id_number[6:14]) == (U3, "********")


def test_an_officer_finds_her_own_branch_alone(officer_a: Actor, officer_d: Actor) -> None:
    assert U4 not in numbers(search.search(officer_a, "示例"))
    assert numbers(search.search(officer_d, "示例")) == [U4]
    assert search.search(officer_d, somebody(U1).account).people == []


@pytest.mark.parametrize("key", ["clerk1", "clerk4"])
def test_a_clerk_searches_nothing(key: str) -> None:
    with pytest.raises(NotAllowed):
        search.search(person(key), "示例")


@pytest.mark.parametrize("words", ["", " ", "州", "长" * 61])
def test_too_little_or_too_much_is_told(admin: Actor, words: str) -> None:
    with pytest.raises(search.TooShort, match="请输入至少2个字"):
        search.search(admin, words)


def test_every_way_to_look_for_a_person_uses_an_index(db: Engine, admin: Actor) -> None:
    """Of 300,000 people none is read through: the plans say so."""
    who = somebody(U1)
    asked: list[tuple[str, object]] = []

    def listen(_connection, _cursor, statement, parameters, _context, _many):
        if "FROM contributor" in statement and "ORDER BY employer.number" not in statement:
            asked.append((statement, parameters))

    event.listen(db, "before_cursor_execute", listen)
    for words in (who.account, who.id_number, who.id_number[-4:], who.name):
        search.search(admin, words)
    event.remove(db, "before_cursor_execute", listen)
    assert len(asked) == 4
    with db.connect() as connection:
        if db.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in asked:
            explain = "EXPLAIN QUERY PLAN" if db.dialect.name == "sqlite" else "EXPLAIN"
            plan = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
            lines = [str(row) for row in plan]
            reading = [line for line in lines if "contributor" in line]
            assert reading, lines
            assert not any("SCAN contributor" in line or "Seq Scan on contributor" in line
                           for line in lines), lines  # fmt: skip


def test_a_file_shows_facts_people_cases_and_months(
    admin: Actor, clerk1: Actor, auditor: Actor
) -> None:
    submitted(clerk1)
    file = employer_file.opened(admin, employer(U1).id)
    assert dict(file.account)["缴存人数"] == "正常300人，封存2人"
    assert dict(file.account)["月缴存额"] == "432,000.00元"
    assert [(one.name, one.keys) for one in file.clerks] == [("杨秀英", "未绑定UKey")]
    first = employer_records.people(admin, file.id)
    assert (first.count, first.pages, len(first.rows)) == (302, 7, 50)
    last = employer_records.people(admin, file.id, page=7)
    assert len(last.rows) == 2
    sealed = employer_records.people(admin, file.id, status=ContributorStatus.SEALED)
    assert [row.monthly_amount for row in sealed.rows] == [Decimal("1440.00")] * 2
    assert [row.kind for row in employer_records.cases(auditor, file.id)] == ["基数调整"]
    [month] = employer_months.months(admin, file.id)
    assert (str(month.month), month.heads, month.amount) == ("2026-06", 300, Decimal("432000.00"))


def test_an_auditor_reads_who_decided_what_and_where_the_money_went(
    clerk2: Actor, officer_a: Actor, officer_d: Actor, auditor: Actor, manager: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    review.send_back(officer_a, case_id, version=2, opinion="缺工资表")
    own_cases.end_flow(clerk2, case_id, version=3)
    approved(clerk2, officer_a, 202607)
    receive(officer_a, clerk2, "4800.00")
    told = [
        (one.who, one.outcome, one.opinion) for one in employer_records.course(auditor, case_id)
    ]
    assert told[:2] == [
        ("潘文军（单位经办人）", "提交", ""), ("王建国（初审员）", "退回", "缺工资表"),
    ]  # fmt: skip
    lines = balances.ledger(auditor, clerk2.employer)
    assert [(one.kind, one.balance) for one in lines] == [
        (EntryKind.ALLOCATION, Decimal("74.00")), (EntryKind.ARRIVAL, Decimal("4800.00")),
    ]  # fmt: skip
    for who, refusal in ((officer_d, NotFound), (manager, NotAllowed), (clerk2, NotAllowed)):
        with pytest.raises(refusal):
            employer_records.course(who, case_id)
    with pytest.raises(NotFound):
        employer_records.course(auditor, 999_999)
    with pytest.raises(NotAllowed):
        balances.ledger(manager, clerk2.employer)


def test_what_is_owed_is_every_month_up_to_this_one(admin: Actor) -> None:
    """U3 has paid to March: April to July are owed, 12,000.00 each; payday the 10th and five days."""
    found = employer_months.owed(admin, employer(U3).id)
    assert [(str(one.month), str(one.due_on), one.amount) for one in found] == [
        ("2026-04", "2026-04-15", Decimal("12000.00")), ("2026-05", "2026-05-15", Decimal("12000.00")),
        ("2026-06", "2026-06-15", Decimal("12000.00")), ("2026-07", "2026-07-15", Decimal("12000.00")),
    ]  # fmt: skip
    assert found[0].status == "未核定（按该月人员估算）"


@pytest.mark.parametrize(
    "read", [employer_file.opened, employer_records.people, employer_records.cases,
             employer_months.months, employer_months.owed],
)  # fmt: skip
def test_a_file_of_another_branch_is_not_there(officer_d: Actor, clerk1: Actor, read) -> None:
    with pytest.raises(NotFound):
        read(officer_d, employer(U1).id)
    with pytest.raises(NotAllowed):
        read(clerk1, employer(U1).id)


def test_an_employer_is_opened_with_its_clerk(officer_a: Actor) -> None:
    done = opening.open_employer(officer_a, replace(NEW, uscc=free_uscc()))
    assert done.number == "522601000304"
    row = employer(done.number)
    assert (row.status, row.branch, row.first_month) == (
        EmployerStatus.NORMAL, Branch.KAILI, 202607)  # fmt: skip
    assert (row.employer_rate, row.contributor_rate, row.payday) == (8, 8, 15)
    with snapshot() as session:
        clerk = session.get_one(User, done.clerk_id)
        assert (clerk.role, clerk.employer_id, clerk.mobile) == (Role.CLERK, row.id, "13885511111")
    second = opening.open_employer(person("officerD"), replace(NEW, uscc=free_uscc("C")))
    assert second.number == "522605000001"
    assert employer_file.opened(officer_a, row.id).clerks[0].keys == "未绑定UKey"


def test_an_employer_is_opened_once(officer_a: Actor) -> None:
    with pytest.raises(opening.AlreadyOpen, match="单位账号522601000202"):
        opening.open_employer(officer_a, NEW)
    with transaction() as session:
        session.get_one(Employer, employer("522601000202").id).status = EmployerStatus.CANCELLED
    assert opening.open_employer(officer_a, NEW).number == "522601000304"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "公司", "单位名称须为4至60个字"), ("uscc", "91522601MA6DAAAA07", "统一社会信用代码不正确"),
        ("legal_id_number", "522601199003070018", "身份证号码不正确"),
        ("clerk_mobile", "1388551111", "手机号码须为11位"), ("clerk_name", "", "经办人姓名须为2至30个字"),
        ("first_month", 202603, "首次汇缴年月须在2026-04至2026-08之间"), ("first_month", 202609, "之间"),
        ("rate", 13, "缴存比例须在5%至12%之间"), ("rate", 4, "之间"), ("payday", 0, "发薪日须在1至31之间"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_is_refused_by_field(
    officer_a: Actor, field: str, value: object, words: str
) -> None:
    form = replace(NEW, uscc=free_uscc())
    with pytest.raises(opening.FormFaults, match=words) as refused:
        opening.open_employer(officer_a, replace(form, **{field: value}))
    assert list(refused.value.faults) == [field]
    assert numbers(search.search(officer_a, "清水江")) == []


@pytest.mark.parametrize("key", ["clerk1", "manager", "admin", "security", "auditor"])
def test_only_officers_open_employers(key: str) -> None:
    with pytest.raises(NotAllowed):
        opening.open_employer(person(key), NEW)
    with pytest.raises(NotAllowed):
        opening.choices(person(key))


def test_the_months_that_may_be_the_first(officer_a: Actor) -> None:
    found = opening.choices(officer_a)
    assert (found.months[0], found.months[-1]) == (Month(2026, 4), Month(2026, 8))
    assert found.rates == [5, 6, 7, 8, 9, 10, 11, 12]


def test_a_second_clerk_is_registered_at_the_branch(officer_a: Actor, officer_d: Actor) -> None:
    whose = employer(U1).id
    clerk_id = opening.add_clerk(officer_a, whose, name="龙小燕", mobile="13985522222")
    file = employer_file.opened(officer_a, whose)
    assert [(one.name, one.keys) for one in file.clerks][-1] == ("龙小燕", "未绑定UKey")
    with snapshot() as session:
        assert session.get_one(User, clerk_id).role is Role.CLERK
    with pytest.raises(NotFound):
        opening.add_clerk(officer_d, whose, name="龙小燕", mobile="13985522222")
    with pytest.raises(opening.FormFaults, match="手机号码须为11位"):
        opening.add_clerk(officer_a, whose, name="龙小燕", mobile="1398552222")
