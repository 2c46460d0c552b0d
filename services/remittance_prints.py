"""A month's prints (汇缴书, 汇缴清册, 汇缴变更清册): for the employer's clerk, and the branch's officers."""

from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import OFFICERS, Role
from data.models.register import Employer
from services import audit, prints
from services import remittance_changes_paper as changes_paper
from services import remittance_papers as papers
from services.actor import Actor
from services.errors import NotFound
from services.files.pdf import list_paper
from services.files.pdf_voucher import voucher_paper
from services.prints import Draft, Printed
from services.remittance_papers import AssessedMonth
from services.works.kinds import Count, quietly


@audit.refusals
def voucher(actor: Actor, assessment_id: int) -> Printed:
    """Print a month's 汇缴书 (manual B3.6). Raises NotFound, NotAllowed, NotApproved, Deleted."""
    with snapshot() as session:
        month = _month(session, actor, assessment_id)
    draft = Draft(
        f"{prints.VOUCHER}{assessment_id}", "住房公积金汇缴书", month.employer.id, month.summary,
        1, lambda code: voucher_paper(papers.voucher(month, code, prints.verify_address())),
    )  # fmt: skip
    return prints.once(actor, draft, month.label)


@audit.refusals
def roster(actor: Actor, assessment_id: int, count: Count = quietly) -> Printed:
    """Print a month's 汇缴清册 (manual B3.7). Raises as `voucher`."""
    with snapshot() as session:
        month = _month(session, actor, assessment_id)

    def draw(code: str) -> bytes:
        with snapshot() as session:
            paper = papers.roster(session, month, code, prints.verify_address())
        return list_paper(paper, count)

    draft = Draft(
        f"{prints.ROSTER}{assessment_id}", "住房公积金汇缴清册", month.employer.id,
        month.summary, month.assessment.heads, draw,
    )  # fmt: skip
    return prints.once(actor, draft, month.label)


@audit.refusals
def changes(actor: Actor, assessment_id: int) -> Printed:
    """Print who makes a month differ from the last (汇缴变更清册). Raises as `voucher`."""
    with snapshot() as session:
        month = _month(session, actor, assessment_id)

    def draw(code: str) -> bytes:
        with snapshot() as session:
            return list_paper(changes_paper.changes(session, month, code, prints.verify_address()))

    draft = Draft(
        f"{prints.CHANGES}{assessment_id}", "住房公积金汇缴变更清册", month.employer.id,
        month.summary, month.assessment.heads, draw,
    )  # fmt: skip
    return prints.once(actor, draft, month.label)


def _month(session: Session, actor: Actor, assessment_id: int) -> AssessedMonth:
    month = papers.assessed(session, assessment_id)
    if not _may_see(actor, month.employer):
        raise NotFound(what="该月核定")
    papers.require_printable(month)
    return month


def _may_see(actor: Actor, employer: Employer) -> bool:
    """Tell whether an employer's papers are this person's business."""
    if actor.role is Role.CLERK:
        return actor.employer == employer.id
    actor.require(*OFFICERS)
    return actor.branch in (None, employer.branch)
