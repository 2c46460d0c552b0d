"""Change of a contributor's information (缴存人信息变更, manual B8): one person a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.codes import Education, Marital, Occupation, Post, Sex, Title
from data.database import snapshot, transaction
from data.enums import BusinessKind
from data.models.case import Case
from data.models.register import OPEN, Contributor
from services import audit, standing
from services.actor import Actor
from services.approval import change_case, change_list, papers
from services.approval import change_checks as checks
from services.approval.change_case import Business, Standing
from services.approval.change_list import Change, Form, Item, declared
from services.approval.kind import ApprovalKind
from services.approval.requirements import Material
from services.approval.sheet import Check, Figure, Sheet, checked
from services.errors import BusinessError, NotFound
from services.rules import identity

WORK, CONTACT = "职业与收入", "联系方式"
ITEMS: Final = declared(
    Item("income", "家庭月收入", Form.MONEY, checks.income, group=WORK, help="元，如8000.00"),
    Item("occupation", "职业", Form.CHOICE, choices=Occupation, group=WORK),
    Item("post", "职务", Form.CHOICE, choices=Post, group=WORK),
    Item("title", "职称", Form.CHOICE, choices=Title, group=WORK),
    Item("education", "学历", Form.CHOICE, choices=Education, group=WORK),
    Item("marital", "婚姻状况", Form.CHOICE, choices=Marital, group=WORK),
    Item("mobile", "手机号码", Form.CODE, checks.mobile, group=CONTACT, help="11位数字"),
    Item("landline", "固定电话", Form.CODE, checks.landline, most=20, group=CONTACT,
         help="如0855-8220000"),
    Item("email", "电子邮箱", Form.CODE, checks.email, most=120, group=CONTACT),
    Item("postcode", "邮政编码", Form.CODE, checks.postcode, group=CONTACT, help="6位数字"),
    Item("address", "家庭住址", most=200, group=CONTACT),
)  # fmt: skip
PROOF: Final = Material("081001", "变更项目证明（学历、职称证书等）", required=False)


class MovedAway(BusinessError):
    message = "{name}的账户已不在本单位或已销户，不能办理信息变更"


@dataclass(frozen=True, slots=True)
class Person:
    """An entry of the 个人账号 list."""

    id: int
    account: str
    name: str
    last_four: str
    """The last four characters of the identity number."""


@audit.refusals
def people(actor: Actor) -> list[Person]:
    """Return the employer's people with an account that has not ended, by account."""
    chosen = (
        select(Contributor.id, Contributor.account, Contributor.name, Contributor.id_number)
        .where(Contributor.employer_id == actor.employer, Contributor.status.in_(OPEN))
        .order_by(Contributor.account)
    )
    with snapshot() as session:
        return [Person(id_, account, name, number[-4:]) for id_, account, name, number in
                session.execute(chosen)]  # fmt: skip


@audit.refusals
def situation(actor: Actor, contributor_id: int) -> Standing:
    """Return the person as the form shows them, and where their change stands. Raises NotFound."""
    with snapshot() as session:
        person = _person(session, actor, contributor_id)
        return change_case.standing(session, BUSINESS, actor, person, fixed=_fixed(person))


@audit.refusals
def enter(actor: Actor, contributor_id: int, item: str, text: str) -> None:
    """Put a changed item on the person's list, or take it off where the old value is back.

    Raises BadValue, UnknownItem, InReview, NotFound.
    """
    with transaction() as session:
        person = _person(session, actor, contributor_id)
        change_case.enter(session, BUSINESS, actor, person, name=item, text=text)


@audit.refusals
def take_back(actor: Actor, contributor_id: int, item: str) -> None:
    """Take a change off the list (✕). Raises InReview, NotFound."""
    with transaction() as session:
        person = _person(session, actor, contributor_id)
        change_case.take_back(session, BUSINESS, actor, person, item)


@audit.refusals
def attach(actor: Actor, contributor_id: int, material: str, name: str, content: bytes) -> None:
    """Keep a document with the person's open case. Raises as `papers.attach`, InReview, NotFound."""
    papers.look_through(content)
    with transaction() as session:
        case = _open_case(session, actor, contributor_id)
        papers.attach(session, KIND, case, actor, material=material, name=name, content=content)


@audit.refusals
def detach(actor: Actor, contributor_id: int, document_id: int) -> None:
    """Take a document back (取消上传). Raises InReview once it is submitted, NotFound."""
    with transaction() as session:
        papers.detach(session, _open_case(session, actor, contributor_id), actor, document_id)


@audit.refusals
def submit(
    actor: Actor, contributor_id: int, *, seen: Mapping[str, str], version: int, client_id: str
) -> None:
    """Send the person's list to the center (【保存】). Raises as `change_case.submit`, NotFound."""
    with transaction() as session:
        person = _person(session, actor, contributor_id)
        change_case.submit(
            session, BUSINESS, actor, person, seen=seen, version=version, client_id=client_id
        )


def _person(session: Session, actor: Actor, contributor_id: int) -> Contributor:
    person = session.scalar(
        select(Contributor).where(
            Contributor.id == contributor_id,
            Contributor.employer_id == actor.employer,
            Contributor.status.in_(OPEN),
        )
    )
    if person is None:
        raise NotFound(what="该职工")
    return person


def _open_case(session: Session, actor: Actor, contributor_id: int) -> Case:
    person = _person(session, actor, contributor_id)
    return change_case.open_case(session, BUSINESS, actor, person)


def _fixed(person: Contributor) -> list[tuple[str, str]]:
    return [
        ("个人账号", person.account),
        ("姓名", person.name),
        ("证件类型", person.id_type.label),
        ("证件号码", identity.masked(person.id_number)),
        ("性别", Sex(person.sex).label),  # type: ignore[call-arg]  # by value, as every enum
        ("出生日期", f"{person.born_on:%Y-%m-%d}" if person.born_on else "—"),
        ("缴存基数", f"{person.base:,.2f}"),
        ("账户状态", standing.status(person).label),
    ]


def _subject(session: Session, case: Case, *, is_locked: bool = False) -> Contributor:
    chosen = select(Contributor).where(Contributor.id == case.contributor_id)
    if is_locked:
        chosen = chosen.with_for_update().execution_options(populate_existing=True)
    return session.scalars(chosen).one()


def _check(session: Session, case: Case) -> None:
    """Raise where the list may not stand: at submission, and again at the approval."""
    person = _subject(session, case)
    _require_here(case, person)
    change_list.require_sound(change_list.lines(session, case, ITEMS), person)


def _require_here(case: Case, person: Contributor) -> None:
    if person.employer_id != case.employer_id or person.status not in OPEN:
        raise MovedAway(name=person.name)


def _apply(session: Session, case: Case) -> None:
    """Write the list into the register, the person's row locked and read anew."""
    person = _subject(session, case, is_locked=True)
    change_list.apply(change_list.lines(session, case, ITEMS), person)


def _present(session: Session, case: Case) -> Sheet:
    """Return the person, and the list before and after."""
    person, changes = _subject(session, case), change_list.lines(session, case, ITEMS)
    notes = [_note(session, person, change) for change in changes]
    lines = change_case.table(changes, notes)
    figures = [
        Figure("姓名", person.name),
        Figure("个人账号", person.account),
        Figure("证件号码", identity.masked(person.id_number)),
        Figure("变更项目", f"{len(changes)}"),
    ]
    return Sheet(figures, lines, pairs=change_case.PAIRS)


def _note(session: Session, person: Contributor, change: Change) -> str:
    if change.item.name != "mobile" or not change.new:
        return ""
    same = select(Contributor.id).where(
        Contributor.mobile == change.new, Contributor.id != person.id
    )
    return "该手机号码已被他人使用" if session.scalar(same.limit(1)) else ""


def _checks(session: Session, case: Case) -> list[Check]:
    """Return each rule with what it says of the person and the list now."""
    person, changes = _subject(session, case), change_list.lines(session, case, ITEMS)
    notes = "；".join(note for change in changes if (note := _note(session, person, change)))
    return [
        checked("账户状态", "账户在本单位且未销户", lambda: _require_here(case, person)),
        checked("变更内容", "各项填写合规，变更前与登记内容一致",
                lambda: change_list.require_sound(changes, person)),
        checked("手机号码", "未被其他缴存人使用，已使用的请核对", lambda: notes or None),
        papers.check(session, KIND.code, _asked(changes), case),
    ]  # fmt: skip


def _asked(_changes: Sequence[Change]) -> list[Material]:
    return [PROOF]


KIND: Final = ApprovalKind(
    BusinessKind.CONTRIBUTOR_INFO_CHANGE,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缴存人信息变更！",
    checks=_checks,
    materials=(PROOF,),
)
KINDS = (KIND,)
BUSINESS: Final = Business(KIND, ITEMS, _asked)
