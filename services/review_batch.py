"""Batch approval (批量审批): several cases of one business, each in a transaction of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from data.database import snapshot, transaction
from data.enums import OFFICERS, Action
from data.models.case import Case
from data.models.register import Employer
from services import audit
from services.actor import Actor
from services.approval import casework, deciders, engine
from services.approval.sheet import Outcome
from services.businesses import BY_CODE
from services.errors import BusinessError, NotFound, Stale

MOST = 50


class NothingChosen(BusinessError):
    message = "请先勾选要批量审批的业务"


class TooMany(BusinessError):
    message = "一次最多批量审批{most}笔，请减少勾选"


class OneBusiness(BusinessError):
    message = "批量审批只能选择同一业务，请先按业务类型筛选"


class DeservesALook(BusinessError):
    message = "{notes}"


@dataclass(frozen=True, slots=True)
class Result:
    """One case of the batch, and why it was not approved."""

    case_id: int
    serial: str
    employer: str
    reason: str = ""


@dataclass(slots=True)
class Summary:
    """What became of a batch."""

    approved: list[Result] = field(default_factory=list)
    failed: list[Result] = field(default_factory=list)
    """Refused, by the re-check or because somebody was quicker."""
    left_out: list[Result] = field(default_factory=list)
    """Not touched: a check says that a person should look."""


@audit.refusals
def approve(actor: Actor, chosen: Mapping[int, int], *, opinion: str) -> Summary:
    """Approve the cases chosen (id to the version seen) with one opinion; say what became of each.

    A case that is refused or deserves a look stays as it is, and so do the others' approvals.
    Raises NothingChosen, TooMany, OneBusiness; then nothing has changed.
    """
    actor.require(*OFFICERS)
    named = _named(actor, chosen)
    summary = Summary()
    for case_id, version in chosen.items():
        result = named[case_id]
        try:
            _approve(actor, case_id, version, opinion)
            summary.approved.append(result)
        except DeservesALook as look:
            summary.left_out.append(_with(result, look))
        except BusinessError as refusal:
            summary.failed.append(_with(result, refusal))
    return summary


def _named(actor: Actor, chosen: Mapping[int, int]) -> dict[int, Result]:
    """Return who the cases are of, having looked that they may go together."""
    if not chosen:
        raise NothingChosen
    if len(chosen) > MOST:
        raise TooMany(most=MOST)
    asked = (
        select(Case.id, Case.kind, Case.serial, Employer.name)
        .join(Employer, Employer.id == Case.employer_id)
        .where(Case.id.in_(list(chosen)), Employer.branch == actor.branch)
    )
    with snapshot() as session:
        found = session.execute(asked).all()
    if len(found) < len(chosen):
        raise NotFound(what="所选业务")
    if len({row.kind for row in found}) > 1:
        raise OneBusiness
    return {row.id: Result(row.id, row.serial or "", row.name) for row in found}


def _approve(actor: Actor, case_id: int, version: int, opinion: str) -> None:
    with transaction() as session:
        case = casework.of_branch(session, case_id, actor)
        if case.version != version:
            raise Stale
        deciders.require_decider(session, BY_CODE[case.kind], case, actor)
        notes = [
            f"{check.name}：{check.said}"
            for check in BY_CODE[case.kind].checks(session, case)
            if check.outcome is Outcome.NOTED
        ]
        if notes:
            raise DeservesALook(notes="；".join(notes))
        kind = BY_CODE[case.kind]
        engine.decide(
            session, kind, case, Action.APPROVE, actor, version=version, opinion=opinion
        )  # fmt: skip


def _with(result: Result, refusal: BusinessError) -> Result:
    return Result(result.case_id, result.serial, result.employer, str(refusal))
