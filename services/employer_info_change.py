"""Change of the employer's information (单位信息变更, manual B1): the list, the documents, the effect."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import BusinessKind, ContributorStatus
from data.models.case import Case
from data.models.register import Employer
from services import audit, standing
from services.actor import Actor
from services.approval import change_case, change_list, papers
from services.approval.change_case import Business, Standing
from services.approval.change_list import BadValue, Change
from services.approval.kind import ApprovalKind
from services.approval.sheet import Check, Figure, Sheet, checked
from services.employer_info_change_items import ITEMS, MATERIALS, asked, faults
from services.errors import BusinessError
from services.rules.months import Month
from services.summary import keep


class NameTaken(BusinessError):
    message = "已有单位使用名称“{name}”，请核对单位名称"


@audit.refusals
def situation(actor: Actor) -> Standing:
    """Return the clerk's own employer as the form shows it, and where its change stands."""
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        fixed = _fixed(session, employer)
        return change_case.standing(session, BUSINESS, actor, employer, fixed=fixed, faults=faults)


@audit.refusals
def enter(actor: Actor, item: str, text: str) -> None:
    """Put a changed item on the list, or take it off where the old value is back.

    Raises BadValue, NameTaken, UnknownItem, InReview.
    """
    with transaction() as session:
        employer = session.get_one(Employer, actor.employer)
        if item == "name":
            _require_free_name(session, employer, text.strip())
        change_case.enter(session, BUSINESS, actor, employer, name=item, text=text)


@audit.refusals
def take_back(actor: Actor, item: str) -> None:
    """Take a change off the list (✕). Raises InReview."""
    with transaction() as session:
        employer = session.get_one(Employer, actor.employer)
        change_case.take_back(session, BUSINESS, actor, employer, item)


@audit.refusals
def attach(actor: Actor, material: str, name: str, content: bytes) -> None:
    """Keep a document with the open case. Raises as `papers.attach`, InReview."""
    papers.look_through(content)
    with transaction() as session:
        case = _open_case(session, actor)
        papers.attach(session, KIND, case, actor, material=material, name=name, content=content)


@audit.refusals
def detach(actor: Actor, document_id: int) -> None:
    """Take a document back (取消上传). Raises InReview once it is submitted."""
    with transaction() as session:
        papers.detach(session, _open_case(session, actor), actor, document_id)


@audit.refusals
def submit(actor: Actor, *, seen: Mapping[str, str], version: int, client_id: str) -> None:
    """Send the list and its documents to the center. Raises as `change_case.submit`, NameTaken."""
    with transaction() as session:
        employer = session.get_one(Employer, actor.employer)
        change_case.submit(
            session, BUSINESS, actor, employer, seen=seen, version=version, client_id=client_id
        )


def _open_case(session: Session, actor: Actor) -> Case:
    employer = session.get_one(Employer, actor.employer)
    return change_case.open_case(session, BUSINESS, actor, employer)


def _fixed(session: Session, employer: Employer) -> list[tuple[str, str]]:
    heads = standing.counted(session, employer.id)[0][ContributorStatus.NORMAL]
    return [
        ("单位账号", employer.number),
        ("统一社会信用代码", employer.uscc),
        ("账户状态", employer.status.label),
        ("开户日期", f"{employer.opened_on:%Y-%m-%d}"),
        ("首次汇缴年月", str(Month.of(employer.first_month))),
        ("缴至年月", str(Month.of(employer.paid_to)) if employer.paid_to else "—"),
        ("缴存比例", f"单位{employer.employer_rate}%　个人{employer.contributor_rate}%"),
        ("缴存人数", f"{heads:,}人"),
        ("受托银行", employer.bank),
    ]


def _require_free_name(session: Session, employer: Employer, name: str) -> None:
    taken = select(Employer.id).where(Employer.name == name, Employer.id != employer.id).limit(1)
    if session.scalar(taken):
        raise NameTaken(name=name)


def _check(session: Session, case: Case) -> None:
    """Raise where the list may not stand: at submission, and again at the approval."""
    employer = session.get_one(Employer, case.employer_id)
    changes = change_list.lines(session, case, ITEMS)
    change_list.require_sound(changes, employer)
    values = change_list.values(employer, changes, ITEMS)
    _require_matching(values)
    _require_own_name(session, employer, values)


def _apply(session: Session, case: Case) -> None:
    """Write the list into the register, the employer's row locked and read anew."""
    locked = (
        select(Employer)
        .where(Employer.id == case.employer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    employer = session.scalars(locked).one()
    branch, kind = employer.branch, employer.kind
    change_list.apply(change_list.lines(session, case, ITEMS), employer)
    keep.moved(session, employer, branch, kind)


def _present(session: Session, case: Case) -> Sheet:
    """Return the list before and after, with what deserves a second look."""
    changes = change_list.lines(session, case, ITEMS)
    notes = [_note(session, case, change) for change in changes]
    lines = change_case.table(changes, notes)
    documents = "、".join(material.label for material in asked(changes))
    figures = [Figure("变更项目", f"{len(changes)}"), Figure("须核对材料", documents)]
    return Sheet(figures, lines, pairs=change_case.PAIRS)


def _checks(session: Session, case: Case) -> list[Check]:
    """Return each rule with what it says of the list now."""
    employer = session.get_one(Employer, case.employer_id)
    changes = change_list.lines(session, case, ITEMS)
    values = change_list.values(employer, changes, ITEMS)
    notes = "；".join(note for change in changes if (note := _note(session, case, change)))
    return [
        checked("变更内容", "各项填写合规，变更前与登记内容一致",
                lambda: change_list.require_sound(changes, employer)),
        checked("法定代表人证件", "证件号码与证件类型相符", lambda: _require_matching(values)),
        checked("单位名称", "未与其他单位重名", lambda: _require_own_name(session, employer, values)),
        checked("单位地址", "与其他单位相同的请核对", lambda: notes or None),
        papers.check(session, KIND.code, asked(changes), case),
    ]  # fmt: skip


def _require_matching(values: Mapping[str, str]) -> None:
    for objection in faults(values).values():
        raise BadValue(reason=objection)


def _require_own_name(session: Session, employer: Employer, values: Mapping[str, str]) -> None:
    if values["name"] != employer.name:
        _require_free_name(session, employer, values["name"])


def _note(session: Session, case: Case, change: Change) -> str:
    if change.item.name != "address":
        return ""
    same = select(Employer.id).where(
        Employer.address == change.new, Employer.id != case.employer_id
    )
    return "已有单位使用该地址" if session.scalar(same.limit(1)) else ""


KIND: Final = ApprovalKind(
    BusinessKind.EMPLOYER_INFO_CHANGE,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理单位信息变更！",
    checks=_checks,
    materials=MATERIALS,
)
KINDS = (KIND,)
BUSINESS: Final = Business(KIND, ITEMS, asked)
