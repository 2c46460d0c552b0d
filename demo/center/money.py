"""The money (到账) of the demo center's last year: a credit a month and what it was allocated to."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import bulk
from data.base import Base
from data.enums import AssessmentStatus, EntryKind
from data.models.ledger import Arrival, LedgerEntry
from data.models.remittance import Assessment

SINCE: Final = 202507
#: One credit in so many is larger than the month: the rest stays unallocated.
_OVERPAID_ONE_IN, _OVERPAID = 40, 100_00
_ARRIVALS: Final = (
    "id", "reference", "employer_id", "amount", "arrived_on", "payer", "note", "entered_by",
    "entered_at",
)  # fmt: skip
_ENTRIES: Final = (
    "employer_id", "sequence", "kind", "amount", "balance", "arrival_id", "assessment_id",
    "posted_on", "posted_by", "posted_at", "turn",
)  # fmt: skip
_Row = tuple[object, ...]


def write(session: Session, luck: random.Random, after: int, officer_id: int) -> None:
    """Write the ledger of every employer whose id is greater than `after`."""
    booked = session.execute(
        select(
            Assessment.id, Assessment.employer_id, Assessment.booked_on,
            Assessment.employer_amount, Assessment.contributor_amount,
        )
        .where(
            Assessment.employer_id > after,
            Assessment.month >= SINCE,
            Assessment.status == AssessmentStatus.BOOKED,
        )
        .order_by(Assessment.employer_id, Assessment.month)
    ).all()  # fmt: skip
    arrivals: list[_Row] = []
    entries: list[_Row] = []
    balances: dict[int, tuple[int, int]] = {}
    for number, (assessment_id, employer_id, booked_on, own, withheld) in enumerate(
        booked, start=1
    ):
        day = booked_on or date.min  # a booked month has its day: the table demands it
        due = int((own + withheld).scaleb(2))
        more = _OVERPAID if luck.randrange(_OVERPAID_ONE_IN) == 0 else 0
        sequence, balance = balances.get(employer_id, (0, 0))
        moment = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        arrivals.append(
            (number, f"CCB{day:%Y%m%d}{number:08d}", employer_id, due + more, day, "", "",
             officer_id, moment)
        )  # fmt: skip
        entries += _pair(
            employer_id, sequence, balance, arrival=(number, due + more),
            month=(assessment_id, due), posted=(day, officer_id, moment),
        )  # fmt: skip
        balances[employer_id] = (sequence + 2, balance + more)
    _insert(session, Arrival, _ARRIVALS, arrivals)
    _insert(session, LedgerEntry, _ENTRIES, entries)


def _pair(
    employer_id: int,
    sequence: int,
    balance: int,
    *,
    arrival: tuple[int, int],
    month: tuple[int, int],
    posted: tuple[date, int, datetime],
) -> Iterator[_Row]:
    (arrival_id, came), (assessment_id, due) = arrival, month
    yield (
        employer_id, sequence + 1, EntryKind.ARRIVAL.value, came, balance + came, arrival_id, None,
        *posted, 1,
    )  # fmt: skip
    yield (
        employer_id, sequence + 2, EntryKind.ALLOCATION.value, due, balance + came - due, None,
        assessment_id, *posted, 1,
    )  # fmt: skip


def _insert(
    session: Session, model: type[Base], columns: tuple[str, ...], rows: list[_Row]
) -> None:
    with bulk.bare(session, model):
        bulk.insert(session, model, columns, rows)
