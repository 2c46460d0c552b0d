"""Lines of a roster (待封存清册, 待启封清册): each with its person, what they would do, how they are shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from data.models.register import Contributor
from data.models.status_change import StatusChangeLine
from services.contributor_status_change import entry as entries
from services.contributor_status_change import facts
from services.contributor_status_change.entry import Entry
from services.contributor_status_change.facts import UNSEALING, Terms
from services.rules.limits import yuan
from services.rules.months import Month


class Line(NamedTuple):
    """A line with the person it is about."""

    entry: StatusChangeLine
    person: Contributor


@dataclass(frozen=True, slots=True)
class Effect:
    """What a roster would do to the month's amount. Money is yuan a month, never negative."""

    people: int
    amount: Decimal


def base_of(line: Line) -> Decimal:
    """Return the base that counts: the old one unless the line has its own."""
    return entries.base_after(line.entry.base, line.person)


def amount_of(line: Line, terms: Terms) -> Decimal:
    """Return the monthly amount that goes (sealing) or comes (unsealing), in yuan."""
    if terms.kind is UNSEALING:
        return yuan(sum(terms.parts(int(base_of(line).scaleb(2)))))
    return line.person.employer_amount + line.person.contributor_amount


def effect(found: Collection[Line], terms: Terms) -> Effect:
    """Sum up what these lines would do."""
    return Effect(len(found), sum((amount_of(line, terms) for line in found), Decimal(0)))


def frame(found: Sequence[Line], terms: Terms) -> pd.DataFrame:
    """Return lines as `roster.roster` describes."""
    labels = {member.value: member.label for member in facts.REASONS[terms.kind]}
    return pd.DataFrame(
        {
            "row": list(map(str, range(1, len(found) + 1))),
            "account": [person.account for _, person in found],
            "name": [person.name for _, person in found],
            "id_number": [person.id_number for _, person in found],
            "status": [person.status.label for _, person in found],
            "reason": [
                labels.get(line.reason, line.reason) + (f"（{line.note}）" if line.note else "")
                for line, _ in found
            ],
            "month": [str(Month.of(line.effective_month)) for line, _ in found],
            "left_on": [str(line.left_on or "") for line, _ in found],
            "base": [base_of(line) for line in found],
            "amount": [amount_of(line, terms) for line in found],
            "note": [entries.warning(terms.kind, line.left_on) for line, _ in found],
        }
    )


def as_entry(line: Line) -> Entry:
    """Return what a line says, to be judged again."""
    return Entry(
        account=line.person.account, reason=line.entry.reason, note=line.entry.note,
        month=Month.of(line.entry.effective_month), left_on=line.entry.left_on,
        base=line.entry.base,
    )  # fmt: skip
