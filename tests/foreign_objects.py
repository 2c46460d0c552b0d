"""Objects of every kind of four employers in two branches, and which arguments of a use case name one."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import get_type_hints

from sqlalchemy import select

from data.base import Base
from data.database import snapshot, transaction
from data.enums import BindingStatus, BusinessKind, Channel, WorkState
from data.models.case import Case, Document, Message, Step
from data.models.evidence import Evidence
from data.models.ledger import Arrival, MoneyCorrection
from data.models.people import CertificateBinding
from data.models.record import Print
from data.models.register import Contributor
from data.models.registration import RegistrationLine
from data.models.remittance import Assessment
from data.models.work import Work
from services import slips
from services.actor import Actor
from services.contributor_registration import roster as opening
from services.remittance import corrections
from services.rules import clock
from tests import use_cases
from tests.conftest import person
from tests.credits import credit, receive
from tests.desk_cases import info_change
from tests.rosters import imported
from tests.test_contributor_registration import YANG

#: Each clerk with an employer of her own, and an officer of that employer's branch.
OWNERS = {"clerk1": "officerA", "clerk2": "officerA", "clerk3": "officerA", "clerk4": "officerD"}
#: Those that name an object by a number or a word of its own, and what they name.
NAMED_BY = {
    "case_id": "case", "document_id": "document", "contributor_id": "contributor",
    "assessment_id": "assessment", "message_id": "message", "employer_id": "employer",
    "user_id": "user", "binding_id": "binding", "work_id": "work", "evidence_id": "evidence",
    "arrival_id": "arrival", "correction_id": "correction", "slip_id": "slip", "code": "print",
    "line_ids": "line", "accounts": "account", "bases": "account", "chosen": "case",
    "credit": "credit", "credits": "credit", "refund": "employer", "entry": "account",
}  # fmt: skip

#: Beside what is somebody else's, all is as it should be: so it is that which is refused.
RIGHT = {"kind": BusinessKind.SEALING, "name": "李四", "mobile": "13885550009"}


@dataclass(frozen=True)
class Owned:
    """What one employer, its clerk and its branch's officer have: the kind, and what names it."""

    clerk: Actor
    officer: Actor
    things: dict[str, object]


def made() -> dict[str, Owned]:
    """Let four employers work in the connected database; return what each has."""
    return {key: _made(person(key), person(officer)) for key, officer in OWNERS.items()}


def _made(clerk: Actor, officer: Actor) -> Owned:
    case = info_change(clerk, 0, mobile="13885550001")
    imported(clerk)
    opening.add(clerk, YANG)
    receive(officer, clerk, "100.00")
    refund = corrections.Refund(clerk.employer, Decimal("1.00"), "某", "某行", "6222", "多缴")
    corrections.propose_refund(officer, refund)
    rows: dict[str, Base] = {
        "message": Message(
            employer_id=clerk.employer, case_id=case, kind=BusinessKind.CONTRIBUTOR_INFO_CHANGE,
            text="x", channel=Channel.HALL, sent_at=clock.instant(),
        ),
        "evidence": Evidence(
            submission=os.urandom(8).hex(), user_id=clerk.user_id, document="{}", signature=b"x",
            chain="", lists="", received_at=clock.instant(),
        ),
        "binding": CertificateBinding(
            fingerprint=os.urandom(32).hex(), issuer="CN=CA", serial="1", user_id=clerk.user_id,
            status=BindingStatus.ACTIVE, not_after=clock.instant(), bound_by="测试",
            bound_at=clock.instant(),
        ),
        "work": Work(
            key=os.urandom(8).hex(), user_id=clerk.user_id, employer_id=clerk.employer_id, kind="x",
            label="x", page="x", subject=os.urandom(8).hex(), arguments={}, content=b"x",
            state=WorkState.LOST, runner="x", started_at=clock.instant(), beat_at=clock.instant(),
            ended_at=clock.instant(),
        ),
        "document": Document(
            case_id=case, material="101001", filename="x.pdf", content_type="application/pdf", size=1,
            sha256="0" * 64, uploaded_by=clerk.user_id, uploaded_at=clock.instant(),
        ),
        "print": Print(
            code=os.urandom(8).hex().upper(), subject=os.urandom(8).hex(), title="x",
            employer_id=clerk.employer, summary="", sha256="0" * 64, printed_by=clerk.user_id,
            printed_at=clock.instant(),
        ),
    }  # fmt: skip
    with transaction() as session:
        session.add_all(rows.values())
        session.flush()
        step = session.scalars(select(Step).filter_by(case_id=case)).first()
        assert step
        step.evidence_id = rows["evidence"].id  # type: ignore[attr-defined]
    things = {kind: getattr(row, "code" if kind == "print" else "id") for kind, row in rows.items()}
    return Owned(clerk, officer, {**things, **_found(clerk), "case": case,
                                  "slip": slips.keep(clerk, "x.xlsx", b"x"),
                                  "credit": credit(clerk, "1.00")})  # fmt: skip


def _found(clerk: Actor) -> dict[str, object]:
    own = {"employer_id": clerk.employer}
    lines = select(RegistrationLine.id).join(Case).where(Case.employer_id == clerk.employer)
    with snapshot() as session:
        return {
            "contributor": session.scalars(select(Contributor.id).filter_by(**own)).first(),
            "account": session.scalars(select(Contributor.account).filter_by(**own)).first(),
            "assessment": session.scalars(select(Assessment.id).filter_by(**own)).first(),
            "arrival": session.scalars(select(Arrival.id).filter_by(**own)).first(),
            "correction": session.scalars(select(MoneyCorrection.id).filter_by(**own)).first(),
            "line": session.scalars(lines).first(),
            "employer": clerk.employer,
            "user": clerk.user_id,
        }


def named(use_case: Callable[..., object]) -> str | None:
    """Return the argument by which a use case takes somebody's object, None where it takes none."""
    inner = inspect.unwrap(use_case)
    hints = get_type_hints(inner)
    for name in inspect.signature(inner).parameters:
        if name == "entry" and "account" not in hints[name].__annotations__:
            continue
        if name in NAMED_BY:
            return name
    return None


def asked_for(use_case: Callable[..., object], name: str, owned: Owned) -> dict[str, object]:
    """Return arguments that ask for what is `owned`."""
    given = use_cases.arguments(use_case)
    given |= {name: right for name, right in RIGHT.items() if type(given.get(name)) is type(right)}
    thing = owned.things[NAMED_BY[name]]
    shapes: dict[str, object] = {
        "line_ids": [thing], "accounts": [thing], "credits": [thing], "bases": {thing: Decimal("5000.00")},
        "chosen": {thing: 1},
    }  # fmt: skip
    if name in ("refund", "entry"):
        field = {"refund": "employer_id", "entry": "account"}[name]
        shapes[name] = replace(given[name], **{field: thing})  # type: ignore[type-var]
    return {**given, name: shapes.get(name, thing)}
