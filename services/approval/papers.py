"""The documents (材料) of a case: uploaded, taken back, listed, looked at."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import OFFICERS, AuditAction, BusinessKind, CaseStatus, Role
from data.models.case import Case, Document
from services import audit
from services.actor import Actor
from services.approval import casework, refusals, requirements
from services.approval.kind import ApprovalKind
from services.approval.requirements import Material
from services.approval.sheet import Check, Outcome
from services.errors import BusinessError, NotFound
from services.files import documents, storage
from services.files.storage import Store
from services.rules import clock

MOST = 20


class TooManyDocuments(BusinessError):
    message = "材料最多{most}份，请先取消不需要的材料"


class UnknownMaterial(BusinessError):
    message = "请先选择材料类型"


class MissingDocument(BusinessError):
    message = "请上传“{label}”后再提交"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as listed. `size` is in bytes, the time China's."""

    id: int
    material: str
    label: str
    filename: str
    content_type: str
    size: int
    uploaded_at: datetime


def look_through(content: bytes) -> None:
    """Judge a file ahead of the transaction that `attach` stands in: nobody shall wait for that.

    The verdict is remembered; where it is a refusal, `attach` says so after its own questions.
    """
    with suppress(documents.UnacceptableDocument):
        documents.inspect("", content)


def attach(
    session: Session,
    kind: ApprovalKind,
    case: Case,
    actor: Actor,
    *,
    material: str,
    name: str,
    content: bytes,
) -> None:
    """Keep a document with an open case. Raises UnacceptableDocument, TooManyDocuments."""
    asked = requirements.materials_today(session, kind.code, kind.materials)
    if material not in {one.code for one in asked}:
        raise UnknownMaterial
    count = select(func.count()).select_from(Document).filter_by(case_id=case.id)
    if session.scalars(count).one() >= MOST:
        raise TooManyDocuments(most=MOST)
    found = documents.inspect(name, content)
    _store().put(content)
    session.add(
        Document(
            case_id=case.id,
            material=material,
            filename=found.name,
            content_type=found.content_type,
            size=found.size,
            sha256=found.sha256,
            uploaded_by=actor.user_id,
            uploaded_at=clock.now(),
        )
    )
    audit.record(
        session, actor, AuditAction.DOCUMENT_ATTACHED, casework.about(case),
        material=material, sha256=found.sha256, size=found.size,
    )  # fmt: skip


def detach(session: Session, case: Case, actor: Actor, document_id: int) -> None:
    """Take a document off an open case (取消上传). The bytes stay, for other cases may hold them.

    Raises NotFound where the case has no such document.
    """
    document = session.scalar(select(Document).filter_by(id=document_id, case_id=case.id))
    if document is None:
        raise NotFound(what="该材料")
    session.delete(document)
    audit.record(
        session, actor, AuditAction.DOCUMENT_DETACHED, casework.about(case), document=document_id
    )


def has_any(session: Session, case: Case) -> bool:
    """Tell whether any document has been uploaded for the case."""
    return session.scalar(select(Document.id).filter_by(case_id=case.id).limit(1)) is not None


def listed(session: Session, kind: ApprovalKind, case: Case) -> list[Paper]:
    """Return the case's documents in the order they were uploaded."""
    labels = requirements.labels(session, kind.code, kind.materials)
    found = session.scalars(select(Document).filter_by(case_id=case.id).order_by(Document.id))
    return [
        Paper(
            row.id, row.material, labels.get(row.material, row.material), row.filename,
            row.content_type, row.size, clock.in_china(row.uploaded_at),
        )
        for row in found
    ]  # fmt: skip


def require_all(session: Session, kind: ApprovalKind, case: Case) -> None:
    """Raise MissingDocument where a required one is not there."""
    there = set(session.scalars(select(Document.material).filter_by(case_id=case.id)))
    for material in requirements.materials_today(session, kind.code, kind.materials):
        if material.required and material.code not in there:
            raise MissingDocument(label=material.label)


def check(
    session: Session, business: BusinessKind, asked: Sequence[Material], case: Case
) -> Check:  # fmt: skip
    """Return whether the documents that `asked` requires are there, as an officer's check."""
    there = {
        row.material: row for row in session.scalars(select(Document).filter_by(case_id=case.id))
    }
    required = [one for one in requirements.materials_today(session, business, asked)
                if one.required]  # fmt: skip
    names = "、".join(one.label for one in required)
    lacking = "、".join(one.label for one in required if one.code not in there)
    outcome = Outcome.FAILED if lacking else Outcome.PASSED
    rule = f"须上传：{names}" if names else "本业务没有必传材料"
    return Check("办理材料", rule, outcome, f"缺少：{lacking}" if lacking else f"共{len(there)}份")


@audit.refusals
def content(actor: Actor, document_id: int) -> tuple[Paper, bytes]:
    """Return a document and its bytes, for its employer's clerk or an officer of its branch.

    Raises NotFound for everybody else, so that nobody learns which documents there are.
    """
    actor.require(Role.CLERK, *OFFICERS)
    with snapshot() as session:
        row = session.get(Document, document_id)
        case = session.get(Case, row.case_id) if row else None
        if row is None or case is None or not _may_see(session, case, actor):
            raise NotFound(what="该材料")
        paper = Paper(
            row.id, row.material, row.material, row.filename, row.content_type, row.size,
            clock.in_china(row.uploaded_at),
        )  # fmt: skip
    with transaction() as session:
        subject = f"document:{document_id}"
        audit.record(session, actor, AuditAction.DOWNLOADED, subject, employer=case.employer_id)
    return paper, _store().get(row.sha256)


def _may_see(session: Session, case: Case, actor: Actor) -> bool:
    if actor.role is Role.CLERK:
        return case.employer_id == actor.employer
    if case.status in (CaseStatus.DRAFT, CaseStatus.WITHDRAWN):
        return False
    try:
        if actor.branch is not None:
            casework.require_branch(session, case, actor)
    except refusals.OtherBranch:
        return False
    return True


def _store() -> Store:
    return storage.store("documents")
