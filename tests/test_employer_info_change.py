"""Change of the employer's information (单位信息变更, manual B1) on the demo fixture."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from data.codes import EmployerKind, IdType
from data.database import snapshot, transaction
from data.enums import BusinessKind, CaseStatus
from data.models.case import Case, CaseChange, Message
from data.models.register import Employer
from services import (
    change_records,
    contributor_info_change,
    employer_info_change,
    inbox,
    own_cases,
    review,
    review_queue,
)
from services.actor import Actor
from services.approval.change_case import InReview, Standing
from services.approval.change_list import (
    BadValue,
    Change,
    ChangedMeanwhile,
    ListMoved,
    NoChanges,
    UnknownItem,
)
from services.approval.papers import MissingDocument, UnknownMaterial
from services.employer_info_change import NameTaken
from services.employer_info_change_items import ITEMS, asked
from services.errors import NotAllowed, Stale
from services.exports import Conditions
from services.inbox import Tab
from tests.conftest import employer
from tests.rosters import PDF

pytestmark = pytest.mark.usefixtures("db", "storage")
U1 = "522601000101"
ID_CARD = "522601199003070017"


def rows(actor: Actor) -> list[tuple[str, str, str]]:
    changes = employer_info_change.situation(actor).changes
    return [(change.item.label, change.before, change.after) for change in changes]


def seen(now: Standing) -> dict[str, str]:
    return {change.item.name: change.new for change in now.changes}


def attach(actor: Actor, *materials: str) -> None:
    for material in materials:
        employer_info_change.attach(actor, material, f"{material}.pdf", PDF)


def submit(actor: Actor, click: str = "click") -> int:
    now = employer_info_change.situation(actor)
    employer_info_change.submit(
        actor, seen=seen(now), version=now.version, client_id=f"{click}-{actor.user_id}"
    )
    assert now.case_id
    return now.case_id


def submitted(actor: Actor, **values: str) -> int:
    """Enter the values, attach every document, submit; return the case's id."""
    for item, text in values.items():
        employer_info_change.enter(actor, item, text)
    attach(actor, *(m.code for m in employer_info_change.situation(actor).materials))
    return submit(actor)


def approve(officer: Actor, case_id: int) -> None:
    page = review.open_case(officer, case_id)
    review.approve(officer, case_id, version=page.version, opinion="同意")


def counter_changes(**values: object) -> None:
    """Let the counter change U1 meanwhile."""
    with transaction() as session:
        session.execute(update(Employer).where(Employer.number == U1).values(**values))


# The form


@pytest.mark.manual("B1.1")
def test_the_form_shows_what_is_registered(clerk1: Actor) -> None:
    now = employer_info_change.situation(clerk1)
    assert dict(now.fixed) == {
        "单位账号": U1,
        "统一社会信用代码": "12522600429000001N",
        "账户状态": "正常",
        "开户日期": "2024-03-01",
        "首次汇缴年月": "2024-03",
        "缴至年月": "2026-06",
        "缴存比例": "单位12%　个人12%",
        "缴存人数": "300人",
        "受托银行": "中国建设银行凯里分行",
    }
    assert now.values["name"] == "凯里市第九中学(示例)"
    assert now.values["kind"] == EmployerKind.PUBLIC_INSTITUTION.value
    assert (now.values["payday"], now.values["legal_representative"]) == ("10", "杨光明")
    assert now.changes == []


@pytest.mark.manual("B1.1")
@pytest.mark.parametrize("item", ["number", "uscc", "status", "bank", "employer_rate", "paid_to"])
def test_a_greyed_item_cannot_be_changed_whatever_a_browser_sends(clerk1: Actor, item: str) -> None:
    with pytest.raises(UnknownItem):
        employer_info_change.enter(clerk1, item, "1")
    assert rows(clerk1) == []


def test_items_are_called_as_in_the_records_of_changes() -> None:
    kind = BusinessKind.EMPLOYER_INFO_CHANGE
    assert {name: item.label for name, item in ITEMS.items()} == {
        name: change_records.label(kind, name) for name in ITEMS
    }


@pytest.mark.manual("B1.2")
def test_each_changed_item_stands_on_the_list_before_and_after(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "postcode", " ５５６０００ ")
    employer_info_change.enter(clerk1, "payday", "15")
    employer_info_change.enter(clerk1, "kind", EmployerKind.STATE_ORGAN.value)
    assert rows(clerk1) == [
        ("单位性质", "事业单位", "国家机关"),
        ("邮政编码", "（空）", "556000"),
        ("单位发薪日", "10", "15"),
    ]


@pytest.mark.manual("B1.2")
def test_setting_the_old_value_back_takes_the_line_away(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "payday", "15")
    employer_info_change.enter(clerk1, "payday", "010".removeprefix("0"))
    assert rows(clerk1) == []


@pytest.mark.manual("B1.3")
def test_the_cross_takes_one_change_back_and_the_form_shows_the_old_value(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "postcode", "556000")
    employer_info_change.enter(clerk1, "payday", "15")
    employer_info_change.take_back(clerk1, "payday")
    assert rows(clerk1) == [("邮政编码", "（空）", "556000")]
    assert employer_info_change.situation(clerk1).values["payday"] == "10"


def test_the_old_value_entered_leaves_no_case_behind(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "payday", "10")
    employer_info_change.take_back(clerk1, "payday")
    assert employer_info_change.situation(clerk1).case_id is None


@pytest.mark.parametrize(
    ("item", "text", "reason"),
    [
        ("name", "凯里市 第九中学", "单位名称不能含空格，请删除空格"),
        ("name", "  ", "单位名称不能为空，请填写"),
        ("name", "黔东南苗岭食品(示例)", "已有单位使用名称“黔东南苗岭食品(示例)”，请核对单位名称"),
        ("postcode", "5560", "邮政编码应为6位数字，请核对"),
        ("contact_mobile", "138855000001", "手机号码应为11位数字，以13至19开头，请核对"),
        ("contact_mobile", "12885500000", "手机号码应为11位数字，以13至19开头，请核对"),
        ("phone", "8220", "电话号码应为区号加号码，如0855-8220000，请核对"),
        ("email", "school@", "电子邮箱格式应如name@example.com，请核对"),
        ("payday", "32", "单位发薪日应为1至31的整数，请核对"),
        ("payday", "0", "单位发薪日应为1至31的整数，请核对"),
        ("payday", "", "单位发薪日不能为空，请填写"),
        ("contact_name", "杨1", "姓名应为2至30个字，不能含空格和数字，请核对"),
        ("kind", "999", "请在列表中选择单位性质"),
        ("industry", "教" * 61, "所属行业最多60字，请精简"),
        ("address", "凯里\n市", "单位地址含有无法显示的字符，请重新填写"),
        ("address", "凯里\u202e市", "单位地址含有无法显示的字符，请重新填写"),
        ("address", "凯" * 300, "单位地址最多200字，请精简"),
        ("name", "凯里\u3000中学", "单位名称不能含空格，请删除空格"),
        ("payday", "1e1", "单位发薪日应为1至31的整数，请核对"),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_do(
    clerk1: Actor, item: str, text: str, reason: str
) -> None:
    with pytest.raises((BadValue, NameTaken)) as refusal:
        employer_info_change.enter(clerk1, item, text)
    assert str(refusal.value) == reason
    assert rows(clerk1) == []


def test_what_is_typed_full_width_is_kept_half_width_and_words_as_they_are(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "contact_mobile", "１３８８５５０００００")
    employer_info_change.enter(clerk1, "payday", " ０５ ")
    employer_info_change.enter(clerk1, "address", "=1+1\u3000<b>**凯里（示例）**</b>")
    assert rows(clerk1) == [
        ("单位地址", "贵州省凯里市永乐路9号", "=1+1 <b>**凯里（示例）**</b>"),
        ("单位发薪日", "10", "5"),
        ("经办人手机号码", "（空）", "13885500000"),
    ]


def test_an_id_card_must_prove_itself_and_a_passport_need_not(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "legal_id_number", "522601199003070018")
    assert employer_info_change.situation(clerk1).faults == {
        "legal_id_number": "身份证号码应为18位且校验码正确，请对照证件核对"
    }
    attach(clerk1, "021001", "021002", "021003")
    with pytest.raises(BadValue, match="校验码"):
        submit(clerk1)
    employer_info_change.enter(clerk1, "legal_id_number", "ｅ12345678")
    employer_info_change.enter(clerk1, "legal_id_type", IdType.PASSPORT.value)
    assert employer_info_change.situation(clerk1).faults == {}
    assert rows(clerk1)[1] == ("法定代表人证件号码", "（空）", "E12345678")


def test_a_draft_is_there_for_the_next_sign_in_and_for_no_other_employer(
    clerk1: Actor, clerk2: Actor
) -> None:
    employer_info_change.enter(clerk1, "postcode", "556000")
    assert rows(clerk1) == [("邮政编码", "（空）", "556000")]
    assert rows(clerk2) == []
    assert inbox.counts(clerk1)[Tab.STARTED] == 0


# Documents and submission


@pytest.mark.manual("B1.4")
@pytest.mark.parametrize(
    ("item", "codes"),
    [
        ("postcode", ["021001"]),
        ("name", ["021001", "021002", "021003"]),
        ("legal_representative", ["021001", "021002", "021003"]),
        ("contact_name", ["021001", "021004", "021005"]),
    ],
)
def test_what_changed_says_which_documents_are_required(item: str, codes: list[str]) -> None:
    asked_for = asked([Change(ITEMS[item], "", "新")])
    assert [material.code for material in asked_for] == codes
    assert all(material.required for material in asked_for)


@pytest.mark.manual("B1.4")
def test_a_missing_document_keeps_the_case_here(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "name", "凯里市第九中学（新校区）")
    attach(clerk1, "021001", "021002")
    with pytest.raises(MissingDocument, match="法人身份证"):
        submit(clerk1)
    assert employer_info_change.situation(clerk1).status is CaseStatus.DRAFT
    attach(clerk1, "021003")
    submit(clerk1)
    assert employer_info_change.situation(clerk1).status is CaseStatus.PENDING


def test_a_document_can_be_taken_back_and_must_be_one_of_the_list(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "payday", "15")
    attach(clerk1, "021001")
    paper = employer_info_change.situation(clerk1).papers[0]
    employer_info_change.detach(clerk1, paper.id)
    assert employer_info_change.situation(clerk1).papers == []
    with pytest.raises(UnknownMaterial):
        attach(clerk1, "999999")


@pytest.mark.manual("B1.5")
def test_the_submission_waits_with_the_branch_and_nowhere_else(
    clerk1: Actor, officer_a: Actor, officer_d: Actor
) -> None:
    case_id = submitted(clerk1, postcode="556000")
    assert [row.case_id for row in review_queue.queue(officer_a).rows] == [case_id]
    assert review_queue.queue(officer_d).rows == []
    assert inbox.counts(clerk1)[Tab.STARTED] == 1


def test_an_empty_list_is_not_submitted(clerk1: Actor) -> None:
    with pytest.raises(NoChanges, match="^没有变更项目$"):
        employer_info_change.submit(clerk1, seen={}, version=0, client_id="click")
    employer_info_change.enter(clerk1, "payday", "15")
    employer_info_change.take_back(clerk1, "payday")
    attach(clerk1, "021001")
    with pytest.raises(NoChanges):
        submit(clerk1)


@pytest.mark.manual("B1.6")
def test_while_one_is_under_review_nothing_is_entered_or_submitted_again(clerk1: Actor) -> None:
    submitted(clerk1, postcode="556000")
    now = employer_info_change.situation(clerk1)
    sentence = "存在未审批完成的单位信息变更业务"
    assert now.objection == sentence
    acts: list[Callable[[], object]] = [
        lambda: employer_info_change.enter(clerk1, "payday", "15"),
        lambda: employer_info_change.take_back(clerk1, "postcode"),
        lambda: attach(clerk1, "021001"),
        lambda: employer_info_change.detach(clerk1, now.papers[0].id),
        lambda: submit(clerk1, "another click"),
    ]
    for act in acts:
        with pytest.raises(InReview) as refusal:
            act()
        assert str(refusal.value) == sentence
    with snapshot() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
    assert rows(clerk1) == [("邮政编码", "（空）", "556000")]


@pytest.mark.manual("B1.6")
def test_the_same_click_sent_twice_is_one_submission(clerk1: Actor) -> None:
    case_id = submitted(clerk1, postcode="556000")
    assert submit(clerk1) == case_id
    assert len(own_cases.course(clerk1, case_id)) == 3


def test_a_list_that_the_other_clerk_has_changed_is_not_submitted_unseen(clerk1: Actor) -> None:
    employer_info_change.enter(clerk1, "payday", "15")
    attach(clerk1, "021001")
    now = employer_info_change.situation(clerk1)
    employer_info_change.enter(clerk1, "postcode", "556000")
    with pytest.raises(ListMoved):
        employer_info_change.submit(clerk1, seen=seen(now), version=now.version, client_id="c")
    with pytest.raises(Stale):
        employer_info_change.submit(
            clerk1, seen=seen(employer_info_change.situation(clerk1)), version=99, client_id="c"
        )


# The decision


@pytest.mark.manual("B1.7")
def test_the_officer_sees_the_list_and_her_approval_puts_it_in_force(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1, kind="001", postcode="556000", payday="15", legal_id_number=ID_CARD)
    lines = review.open_case(officer_a, case_id).sheet.lines
    assert lines is not None
    assert lines[["变更项目", "变更前", "变更后"]].values.tolist() == [
        ["单位性质", "事业单位", "国家机关"],
        ["邮政编码", "（空）", "556000"],
        ["单位发薪日", "10", "15"],
        ["法定代表人证件号码", "（空）", ID_CARD],
    ]
    approve(officer_a, case_id)
    now = employer(U1)
    assert (now.kind, now.postcode, now.payday) == (EmployerKind.STATE_ORGAN, "556000", 15)
    with snapshot() as session:
        text = session.scalars(select(Message.text)).one()
        found = change_records.records(
            session, BusinessKind.EMPLOYER_INFO_CHANGE, clerk1.employer, Conditions()
        )
    assert text == "尊敬的凯里市第九中学(示例)，您已完成办理单位信息变更！"
    assert {(record.item, record.old, record.new) for record in found} >= {
        ("单位性质", "事业单位", "国家机关"),
        ("单位发薪日", "10", "15"),
    }


@pytest.mark.manual("B1.7")
def test_the_message_greets_the_employer_by_its_new_name(clerk1: Actor, officer_a: Actor) -> None:
    approve(officer_a, submitted(clerk1, name="凯里市第九中学（新校区）"))
    with snapshot() as session:
        text = session.scalars(select(Message.text)).one()
    assert text == "尊敬的凯里市第九中学（新校区），您已完成办理单位信息变更！"


@pytest.mark.manual("B1.7")
def test_a_case_sent_back_keeps_its_list_and_can_be_submitted_again(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1, postcode="556000")
    page = review.open_case(officer_a, case_id)
    review.send_back(officer_a, case_id, version=page.version, opinion="登记表未盖章")
    assert inbox.counts(clerk1)[Tab.TO_DO] == 1
    assert employer(U1).postcode == ""
    employer_info_change.enter(clerk1, "payday", "15")
    assert submit(clerk1, "again") == case_id
    approve(officer_a, case_id)
    assert (employer(U1).postcode, employer(U1).payday) == ("556000", 15)


def test_what_the_counter_changed_meanwhile_stops_the_approval_and_names_the_item(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1, postcode="556000", payday="15")
    counter_changes(payday=20)
    sentence = "“单位发薪日”的登记内容已变为“20”，与变更前不一致，请重新填写该项后再提交"
    assert review.open_case(officer_a, case_id).objection == sentence
    with pytest.raises(ChangedMeanwhile) as refusal:
        approve(officer_a, case_id)
    assert str(refusal.value) == sentence
    assert (employer(U1).postcode, employer(U1).payday) == ("", 20)
    assert employer_info_change.situation(clerk1).status is CaseStatus.PENDING


def test_a_name_taken_since_the_submission_stops_the_approval(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    first, second = submitted(clerk1, name="凯里公司"), submitted(clerk2, name="凯里新公司")
    counter_changes(name="凯里新公司")
    with pytest.raises(NameTaken):
        approve(officer_a, second)
    with pytest.raises(ChangedMeanwhile):
        approve(officer_a, first)


def test_an_address_that_another_employer_has_is_marked_for_the_officer(
    clerk1: Actor, officer_a: Actor
) -> None:
    case_id = submitted(clerk1, address="贵州省凯里市开发区金山大道18号")
    lines = review.open_case(officer_a, case_id).sheet.lines
    assert lines is not None
    assert list(lines["核对提示"]) == ["已有单位使用该地址"]


def test_officers_and_managers_do_not_enter_changes(officer_a: Actor, manager: Actor) -> None:
    for actor in (officer_a, manager):
        with pytest.raises(NotAllowed):
            employer_info_change.situation(actor)
        with pytest.raises(NotAllowed):
            employer_info_change.enter(actor, "payday", "15")
        with pytest.raises(NotAllowed):
            employer_info_change.submit(actor, seen={}, version=0, client_id="c")


def test_a_persons_change_does_not_stand_in_the_employers_way(clerk1: Actor) -> None:
    somebody = contributor_info_change.people(clerk1)[0]
    contributor_info_change.enter(clerk1, somebody.id, "postcode", "556000")
    assert rows(clerk1) == []
    with snapshot() as session:
        assert session.scalars(select(CaseChange.item)).all() == ["postcode"]
