"""Change of a contributor's information (缴存人信息变更, manual B8): scenarios F7 and F8 and around them."""

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from data.database import snapshot, transaction
from data.enums import BusinessKind, CaseStatus, ContributorStatus
from data.models.case import Message
from data.models.register import Contributor, Employer
from services import change_records, contributor_info_change, inbox, own_cases, review
from services.actor import Actor
from services.approval.change_case import InReview
from services.approval.change_list import BadValue, ChangedMeanwhile, NoChanges, UnknownItem
from services.contributor_info_change import ITEMS, MovedAway
from services.errors import NotAllowed, NotFound, Stale
from services.exports import Conditions
from services.inbox import Tab
from tests.rosters import PDF

pytestmark = pytest.mark.usefixtures("db", "storage")


def first(actor: Actor, number: int = 0) -> int:
    return contributor_info_change.people(actor)[number].id


def rows(actor: Actor, person: int) -> list[tuple[str, str, str]]:
    changes = contributor_info_change.situation(actor, person).changes
    return [(change.item.label, change.before, change.after) for change in changes]


def submit(actor: Actor, person: int, click: str = "click") -> int:
    now = contributor_info_change.situation(actor, person)
    seen = {change.item.name: change.new for change in now.changes}
    contributor_info_change.submit(
        actor, person, seen=seen, version=now.version, client_id=f"{click}-{person}"
    )
    return now.case_id or 0


def submit_as(actor: Actor, person: int, click: str) -> None:
    contributor_info_change.enter(actor, person, "education", "14")
    now = contributor_info_change.situation(actor, person)
    contributor_info_change.submit(
        actor, person, seen={"education": "14"}, version=now.version, client_id=click
    )


def submitted(actor: Actor, person: int, **values: str) -> int:
    for item, text in values.items():
        contributor_info_change.enter(actor, person, item, text)
    return submit(actor, person)


def approve(officer: Actor, case_id: int) -> None:
    page = review.open_case(officer, case_id)
    review.approve(officer, case_id, version=page.version, opinion="同意")


def person_of(person: int) -> Contributor:
    with snapshot() as session:
        return session.get_one(Contributor, person)


def register(person: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Contributor).where(Contributor.id == person).values(**values))


@pytest.mark.manual("B8.1")
def test_the_list_has_everybody_with_an_open_account_and_nobody_elses(
    clerk1: Actor, clerk2: Actor
) -> None:
    people = contributor_info_change.people(clerk1)
    assert len(people) == 302
    assert [p.account for p in people] == sorted(p.account for p in people)
    register(people[0].id, status=ContributorStatus.WITHDRAWN)
    assert len(contributor_info_change.people(clerk1)) == 301
    assert len(contributor_info_change.people(clerk2)) == 5
    with pytest.raises(NotFound, match="未找到该职工"):
        contributor_info_change.situation(clerk1, people[0].id)


@pytest.mark.manual("B8.1")
def test_the_chosen_persons_form_fills_in_with_the_number_masked(clerk1: Actor) -> None:
    person = contributor_info_change.people(clerk1)[0]
    now = contributor_info_change.situation(clerk1, person.id)
    fixed, registered = dict(now.fixed), person_of(person.id)
    assert list(fixed) == [
        "个人账号", "姓名", "证件类型", "证件号码", "性别", "出生日期", "缴存基数", "账户状态",
    ]  # fmt: skip
    assert (fixed["个人账号"], fixed["姓名"]) == (person.account, person.name)
    assert (fixed["缴存基数"], fixed["账户状态"]) == ("6,000.00", "正常")
    assert fixed["证件号码"] == f"{registered.id_number[:6]}********{person.last_four}"
    assert now.values["mobile"] == registered.mobile


@pytest.mark.manual("B8.1")
@pytest.mark.parametrize("item", ["account", "name", "id_number", "base", "status", "employer_id"])
def test_a_greyed_item_cannot_be_changed_whatever_a_browser_sends(clerk1: Actor, item: str) -> None:
    with pytest.raises(UnknownItem):
        contributor_info_change.enter(clerk1, first(clerk1), item, "1")


@pytest.mark.manual("B8.2")
@pytest.mark.parametrize(
    ("item", "text", "after"),
    [
        ("income", "12,000.5", "12,000.50"),
        ("occupation", "13", "专业技术人员"),
        ("post", "0150", "科员"),
        ("title", "003", "中级"),
        ("education", "14", "硕士研究生毕业"),
        ("landline", "0855-8220001", "0855-8220001"),
        ("postcode", "556000", "556000"),
        ("address", "凯里市韶山南路1号", "凯里市韶山南路1号"),
        ("mobile", "13985500001", "13985500001"),
        ("marital", "20", "已婚"),
        ("email", "a.b@example.com", "a.b@example.com"),
    ],
)
def test_every_open_item_goes_to_the_list_and_on_approval_into_force(
    clerk2: Actor, officer_a: Actor, item: str, text: str, after: str
) -> None:
    person = first(clerk2)
    case_id = submitted(clerk2, person, **{item: text})
    assert [row[2] for row in rows(clerk2, person)] == [after]
    approve(officer_a, case_id)
    stored = getattr(person_of(person), item)
    assert stored == (Decimal("12000.50") if item == "income" else text)


def test_items_are_called_as_in_the_records_of_changes() -> None:
    kind = BusinessKind.CONTRIBUTOR_INFO_CHANGE
    known = {name: change_records.label(kind, name) for name in ITEMS if name != "address"}
    assert {name: item.label for name, item in ITEMS.items() if name != "address"} == known


@pytest.mark.manual("B8.2", "B8.3", "B8.4", "B8.5")
def test_education_and_postcode_from_the_list_to_the_records(
    clerk1: Actor, officer_a: Actor
) -> None:
    """Scenario F7."""
    person, other = first(clerk1), first(clerk1, 1)
    register(person, education="21")
    contributor_info_change.enter(clerk1, person, "education", "14")
    contributor_info_change.enter(clerk1, person, "postcode", "556000")
    assert rows(clerk1, person) == [
        ("学历", "大学本科毕业", "硕士研究生毕业"),
        ("邮政编码", "（空）", "556000"),
    ]
    contributor_info_change.take_back(clerk1, person, "postcode")
    assert rows(clerk1, person) == [("学历", "大学本科毕业", "硕士研究生毕业")]
    contributor_info_change.enter(clerk1, person, "postcode", "556000")
    case_id = submit(clerk1, person)
    assert contributor_info_change.situation(clerk1, person).status is CaseStatus.PENDING
    with pytest.raises(InReview) as refusal:
        contributor_info_change.enter(clerk1, person, "postcode", "556001")
    assert str(refusal.value) == "存在未审批完成的缴存人信息变更业务"
    with pytest.raises(InReview):
        submit(clerk1, person, "another click")
    submitted(clerk1, other, postcode="556000")
    approve(officer_a, case_id)
    now = person_of(person)
    assert (now.education, now.postcode) == ("14", "556000")
    assert person_of(other).postcode == ""
    with snapshot() as session:
        text = session.scalars(select(Message.text)).one()
        kind = BusinessKind.CONTRIBUTOR_INFO_CHANGE
        found = change_records.records(session, kind, clerk1.employer, Conditions())
    assert text == "尊敬的凯里市第九中学(示例)，您已完成办理缴存人信息变更！"
    assert {(r.contributor_id, r.item, r.old, r.new) for r in found} >= {
        (person, "学历", "大学本科毕业", "硕士研究生毕业")
    }


@pytest.mark.parametrize(
    ("item", "text", "reason"),
    [
        ("postcode", "5560", "邮政编码应为6位数字，请核对"),
        ("mobile", "139855000011", "手机号码应为11位数字，以13至19开头，请核对"),
        ("income", "八千", "家庭月收入应填写数字，如8000或8000.50"),
        ("income", "-1", "家庭月收入应不小于0且小于1000万元，请核对"),
        ("income", "NaN", "家庭月收入应不小于0且小于1000万元，请核对"),
        ("income", "1e400", "家庭月收入应不小于0且小于1000万元，请核对"),
        ("income", "8000.123", "家庭月收入最多两位小数"),
        ("education", "99", "请在列表中选择学历"),
        ("email", "无", "电子邮箱格式应如name@example.com，请核对"),
        ("landline", "110", "电话号码应为区号加号码，如0855-8220000，请核对"),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_do(
    clerk1: Actor, item: str, text: str, reason: str
) -> None:
    """Scenario F8."""
    person = first(clerk1)
    with pytest.raises(BadValue) as refusal:
        contributor_info_change.enter(clerk1, person, item, text)
    assert str(refusal.value) == reason
    assert rows(clerk1, person) == []
    with pytest.raises(NoChanges):
        contributor_info_change.submit(clerk1, person, seen={}, version=0, client_id="c")


@pytest.mark.manual("B8.4")
def test_a_case_turned_back_is_in_the_clerks_to_do_with_a_message(
    clerk1: Actor, officer_a: Actor
) -> None:
    person = first(clerk1)
    contributor_info_change.enter(clerk1, person, "education", "14")
    contributor_info_change.attach(clerk1, person, "081001", "学历证书.pdf", PDF)
    case_id = submit(clerk1, person)
    page = review.open_case(officer_a, case_id)
    assert [paper.filename for paper in page.papers] == ["学历证书.pdf"]
    review.reject(officer_a, case_id, version=page.version, opinion="证书不清晰")
    assert inbox.counts(clerk1)[Tab.MESSAGES] == 1
    (task,) = inbox.tasks(clerk1, Tab.TO_DO).items
    who = person_of(person)
    assert (task.person, task.account) == (who.name, who.account)
    for words, found in ((who.name, 1), (who.account[-6:], 1), ("没有此人", 0)):
        assert inbox.count(clerk1, Tab.TO_DO, words) == found
    now = contributor_info_change.situation(clerk1, person)
    assert (now.status, len(now.changes)) == (CaseStatus.REJECTED, 1)
    contributor_info_change.detach(clerk1, person, now.papers[0].id)
    own_cases.end_flow(clerk1, case_id, version=now.version)
    assert contributor_info_change.situation(clerk1, person).case_id is None
    assert person_of(person).education == "90"


def test_what_was_changed_meanwhile_stops_the_approval(clerk1: Actor, officer_a: Actor) -> None:
    person = first(clerk1)
    case_id = submitted(clerk1, person, education="14")
    register(person, education="31")
    with pytest.raises(ChangedMeanwhile, match="“学历”的登记内容已变为“大学专科毕业”"):
        approve(officer_a, case_id)
    assert person_of(person).education == "31"


def test_a_person_who_has_moved_away_is_not_changed_any_more(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    person = first(clerk1)
    case_id = submitted(clerk1, person, education="14")
    register(person, employer_id=clerk2.employer)
    with pytest.raises(MovedAway):
        approve(officer_a, case_id)
    assert person_of(person).education == "90"


def test_a_change_left_open_at_the_employer_left_hinders_nobody_and_can_be_ended(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    person = first(clerk1)
    left = submitted(clerk1, person, education="14")
    register(person, employer_id=clerk2.employer)
    contributor_info_change.enter(clerk2, person, "education", "21")
    approve(officer_a, submit(clerk2, person, click="hers"))
    assert person_of(person).education == "21"
    page = review.open_case(officer_a, left)
    review.send_back(officer_a, left, version=page.version, opinion="该职工已转出")
    (waiting,) = inbox.tasks(clerk1, Tab.TO_DO).items
    own_cases.end_flow(clerk1, left, version=waiting.version)
    assert inbox.count(clerk1, Tab.TO_DO) == 0
    assert person_of(person).education == "21"


def test_a_click_that_has_submitted_another_case_submits_nothing(
    clerk1: Actor, clerk2: Actor
) -> None:
    """Ids of clicks are the browser's word: one of another employer's is refused in words."""
    hers, his = first(clerk1), first(clerk2)
    submit_as(clerk1, hers, click="the same")
    with pytest.raises(Stale):
        submit_as(clerk2, his, click="the same")
    assert contributor_info_change.situation(clerk2, his).status is CaseStatus.DRAFT


def test_a_mobile_that_somebody_else_has_is_marked_for_the_officer(
    clerk1: Actor, officer_a: Actor
) -> None:
    person, other = first(clerk1), first(clerk1, 1)
    case_id = submitted(clerk1, person, mobile=person_of(other).mobile)
    sheet = review.open_case(officer_a, case_id).sheet
    assert sheet.lines is not None
    assert list(sheet.lines["核对提示"]) == ["该手机号码已被他人使用"]
    assert [figure.label for figure in sheet.figures] == [
        "姓名",
        "个人账号",
        "证件号码",
        "变更项目",
    ]


def test_another_employers_person_is_nobody_to_this_clerk(clerk1: Actor, clerk2: Actor) -> None:
    person = first(clerk2)
    for act in (
        lambda: contributor_info_change.situation(clerk1, person),
        lambda: contributor_info_change.enter(clerk1, person, "education", "14"),
        lambda: contributor_info_change.take_back(clerk1, person, "education"),
        lambda: contributor_info_change.attach(clerk1, person, "081001", "a.pdf", PDF),
        lambda: contributor_info_change.detach(clerk1, person, 1),
        lambda: submit(clerk1, person),
    ):
        with pytest.raises(NotFound):
            act()


def test_officers_do_not_enter_changes(officer_a: Actor, clerk1: Actor) -> None:
    person = first(clerk1)
    with pytest.raises(NotAllowed):
        contributor_info_change.people(officer_a)
    with pytest.raises(NotAllowed):
        contributor_info_change.enter(officer_a, person, "education", "14")


def test_the_employers_own_name_stays_out_of_a_persons_change(
    clerk1: Actor, officer_a: Actor
) -> None:
    person = first(clerk1)
    approve(officer_a, submitted(clerk1, person, address="凯里市韶山南路1号"))
    with snapshot() as session:
        address = session.scalars(select(Employer.address).where(Employer.id == clerk1.employer))
        assert address.one() == "贵州省凯里市永乐路9号"
