"""Evidence (签名证据): each submission and each decision is signed with the UKey, and kept so.

What is signed is what the person saw: the figures, the rows by their hash, the documents by theirs.
"""

import hashlib
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from data.enums import Action
from data.models.case import Case, Document
from data.models.evidence import Evidence, RevocationList
from data.models.register import Contributor, Employer
from services.actor import Actor
from services.approval.sheet import Sheet
from services.errors import BusinessError
from services.statement import Draft, Item, Signed

#: The actions that need a signature.
SIGNED = (Action.SUBMIT, Action.APPROVE, Action.RETURN, Action.REJECT)


class NotSigned(BusinessError):
    message = "此操作须用UKey签名，请重新办理并按提示签名"


class SignedOtherwise(BusinessError):
    message = "签名之后业务内容已有变动，本次未办理，请核对后重新签名"


def witness(
    session: Session,
    actor: Actor,
    case: Case,
    action: Action,
    present: Callable[[], Sheet],
    *,
    opinion: str = "",
) -> int | None:
    """Hold a step of a case against what the actor signed, as `hold` does."""
    return hold(session, actor, lambda: said(session, case, action, present(), opinion))


def hold(session: Session, actor: Actor, say: Callable[[], Item]) -> int | None:
    """Hold what an act says against what the actor signed; return the evidence's id, kept by now.

    In a rehearsal, note what would be said. Raises NotSigned, SignedOtherwise.
    """
    statement = actor.statement
    if statement is None:
        if settings.SIGNATURES:
            raise NotSigned
        return None
    item = say()
    if isinstance(statement, Draft):
        statement.items.append(item)
        return None
    if not statement.says(item):
        raise SignedOtherwise
    return _kept(session, actor, statement)


def by_two(proposed: int | None, decided: int | None) -> list[tuple[str, int]]:
    """Return which acts of what two persons decide were signed, each with its evidence."""
    acts = {"提出": proposed, "复核": decided}
    return [(act, evidence_id) for act, evidence_id in acts.items() if evidence_id]


def said(session: Session, case: Case, action: Action, sheet: Sheet, opinion: str) -> Item:
    """Return what a step says, in words and figures."""
    employer = session.get_one(Employer, case.employer_id)
    papers = session.execute(
        select(Document.material, Document.sha256)
        .where(Document.case_id == case.id)
        .order_by(Document.material, Document.id)
    )
    item: Item = {
        "business": case.kind.label,
        "action": action.label,
        "employer": f"{employer.name} {employer.number}",
        "effective_month": case.effective_month,
        "version": case.version,
        "figures": [[figure.label, figure.value] for figure in sheet.figures],
        "documents": [list(paper) for paper in papers.all()],
    }
    if case.contributor_id:
        item["contributor"] = session.get_one(Contributor, case.contributor_id).account
    if opinion:
        item["opinion"] = opinion
    if sheet.lines is not None and not sheet.lines.empty:
        rows = sheet.lines.to_csv(index=False, lineterminator="\n").encode()
        item["rows"] = len(sheet.lines)
        item["rows_sha256"] = hashlib.sha256(rows).hexdigest()
    return item


def _kept(session: Session, actor: Actor, signed: Signed) -> int:
    found = session.scalar(select(Evidence).filter_by(submission=signed.submission))
    if found:
        if found.user_id != actor.user_id or found.signature != signed.signature:
            raise SignedOtherwise
        return found.id
    hashes = [_keep_list(session, content) for content in signed.lists]
    evidence = Evidence(
        submission=signed.submission, user_id=actor.user_id, document=signed.document,
        signature=signed.signature, chain=signed.chain, lists="\n".join(hashes),
        received_at=signed.received_at,
    )  # fmt: skip
    session.add(evidence)
    session.flush()
    return evidence.id


def _keep_list(session: Session, content: bytes) -> str:
    name = hashlib.sha256(content).hexdigest()
    if session.get(RevocationList, name) is None:
        session.add(RevocationList(sha256=name, content=content))
    return name
