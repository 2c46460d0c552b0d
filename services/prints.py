"""Prints (打印件) that anybody can check: each has a 验证码, is kept, and never changes.

The same subject printed again is the same bytes with the same code, whatever has happened to the
employer or its people since.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import settings
from data.database import snapshot, transaction
from data.enums import AuditAction
from data.models.record import Print
from data.models.register import Employer
from data.models.remittance import Assessment
from services import audit, exports
from services.actor import Actor
from services.errors import NotFound
from services.exports import Listing
from services.files import storage
from services.files.pdf import ListPaper, list_paper
from services.files.storage import Store
from services.rules import clock
from services.works.kinds import Count, quietly

#: Nothing that is taken for something else: no 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, V.
ALPHABET: Final = "34679ACDEFGHJKMNPQRTUWXY"
LENGTH: Final = 12
_WIDE_FROM: Final = 10  # columns
#: What the subjects of a month's prints begin with; its assessment's id follows.
VOUCHER: Final = "remittance_voucher:"
ROSTER: Final = "remittance_roster:"
CHANGES: Final = "remittance_changes:"


@dataclass(frozen=True, slots=True)
class Printed:
    """A print as it is handed out."""

    code: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What is printed once: `draw` makes the bytes around the code."""

    subject: str
    title: str
    employer_id: int
    summary: str
    rows: int
    draw: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the public page tells of a print: nobody's name."""

    title: str
    employer: str
    summary: str
    printed_at: datetime
    is_void: bool
    """The assessment that it prints has been deleted since."""


def verify(code: str) -> Facts | None:
    """Return what a print with this code says, or None where there is none. Open to everybody."""
    with snapshot() as session:
        row = session.get(Print, plain(code))
        if row is None:
            return None
        employer = session.get_one(Employer, row.employer_id)
        return Facts(
            row.title, employer.name, row.summary, clock.in_china(row.printed_at),
            is_void=_is_void(session, row.subject),
        )  # fmt: skip


def plain(code: str) -> str:
    """Return a code as it is kept, however it was typed."""
    return "".join(mark for mark in code.upper() if mark in ALPHABET)[: LENGTH + 1]


def grouped(code: str) -> str:
    """Return a code as it is printed: in fours."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def verify_address() -> str:
    return f"{settings.ORIGIN}/verify"


@audit.refusals
def listing(actor: Actor, found: Listing, count: Count = quietly) -> Printed:
    """Print what a query found; `count` hears how far it is. Raises NothingToExport, NotAllowed.

    Each print of a query is a paper of its own: what a query finds changes.
    """
    if not found.rows:
        raise exports.NothingToExport
    draft = Draft(
        f"listing:{secrets.token_hex(16)}", found.title, actor.employer,
        f"{found.conditions}；{found.sentence}"[:255], len(found.rows),
        lambda code: list_paper(_listing_paper(actor, found, code), count),
    )  # fmt: skip
    return once(actor, draft, found.conditions)


@audit.refusals
def once(actor: Actor, draft: Draft, conditions: str) -> Printed:
    """Return the one print of a subject, made now if it never was; write down who took it."""
    with snapshot() as session:
        row = _of(session, draft.subject)
    if row is None:
        row = _make(actor, draft)
    with transaction() as session:
        exports.record(
            session, actor, f"{draft.title}打印", conditions, draft.rows, told=AuditAction.PRINTED
        )
    return _handed_out(row)


@audit.refusals
def kept(actor: Actor, code: str) -> Printed:
    """Return a print that was made before, for its employer's clerk. Raises NotFound, NotAllowed."""
    with snapshot() as session:
        row = session.get(Print, code)
        if row is None or row.employer_id != actor.employer:
            raise NotFound(what="该打印件")
    with transaction() as session:
        audit.record(session, actor, AuditAction.DOWNLOADED, f"print:{row.code}")
    return _handed_out(row)


def _make(actor: Actor, draft: Draft) -> Print:
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    row = Print(
        code=code, subject=draft.subject, title=draft.title, employer_id=draft.employer_id,
        summary=draft.summary, sha256=_store().put(draft.draw(grouped(code))),
        printed_by=actor.user_id, printed_at=clock.now(),
    )  # fmt: skip
    try:
        with transaction() as session:
            session.add(row)
    except IntegrityError:  # printed by somebody else in the same moment: theirs is the one
        with snapshot() as session:
            first = _of(session, draft.subject)
        if first is None:
            raise
        return first
    return row


def _listing_paper(actor: Actor, found: Listing, code: str) -> ListPaper:
    is_wide = len(found.columns) >= _WIDE_FROM
    return ListPaper(
        title=found.title,
        head=(*found.head, ("查询条件", found.conditions), ("打印日期", str(clock.today()))),
        columns=found.columns,
        rows=found.rows,
        totals=found.totals,
        code=code,
        verify_at=verify_address(),
        foot=(("合计", found.sentence), ("单位经办人", actor.name)),
        first_rows=17 if is_wide else 22,
        next_rows=19 if is_wide else 31,
        is_wide=is_wide,
    )


def _of(session: Session, subject: str) -> Print | None:
    return session.scalar(select(Print).where(Print.subject == subject))


def _handed_out(row: Print) -> Printed:
    return Printed(row.code, f"{row.title}_{row.code}.pdf", _store().get(row.sha256))


def _is_void(session: Session, subject: str) -> bool:
    """Tell whether the assessment printed has been deleted or returned since."""
    if not subject.startswith((VOUCHER, ROSTER, CHANGES)):
        return False
    assessment = session.get(Assessment, int(subject.partition(":")[2]))
    return assessment is None or assessment.deleted_at is not None


def _store() -> Store:
    return storage.store("prints")
