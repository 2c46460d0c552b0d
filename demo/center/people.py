"""The people (缴存人) of the demo center, as the database stores them: money in fen, codes as text."""

import math
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from data.codes import EmployerKind, IdType, SealReason, Sex
from data.enums import ContributorStatus
from data.policy_codes import Rounding
from demo.center import names
from demo.center.employers import FIRST, LAST, Invented
from services.rules import contribution
from services.rules.months import Month

COLUMNS: Final = (
    "employer_id", "account", "name", "id_type", "id_number", "mobile", "sex", "born_on", "marital",
    "education", "occupation", "post", "title", "landline", "postcode", "address", "email",
    "sealed_month", "seal_reason", "version", "status", "base", "employer_amount",
    "contributor_amount", "opened_on", "opened_at", "first_month", "paid_to",
)  # fmt: skip
LOWEST, HIGHEST = 1980, 21774  # yuan: the test year's limits
_FIRST_ACCOUNT = 20_000_000
_MEDIANS: Final = {
    EmployerKind.STATE_ORGAN: 6_800, EmployerKind.PUBLIC_INSTITUTION: 6_400,
    EmployerKind.STATE_OWNED: 6_900, EmployerKind.FOREIGN: 6_000,
}  # fmt: skip
_OTHER_MEDIAN, _SPREAD = 4_100, 0.36
_COUNTIES: Final = ("522601", "522622", "522625", "522626", "522629", "522630", "522634")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DAYS: Final = (date(1967, 1, 1).toordinal(), date(2003, 1, 1).toordinal())


def rows(
    luck: random.Random, employers: dict[int, Invented], taken: set[str]
) -> Iterator[tuple[object, ...]]:
    """Return everybody, by the employer's id: some came later, some have left.

    `taken` are the ID card numbers there are already, without their check character.
    """
    number = 0
    for employer_id, employer in employers.items():
        median = _MEDIANS.get(employer.kind, _OTHER_MEDIAN)
        for _ in range(employer.people):
            number += 1
            yield _row(
                luck, employer_id, employer,
                number=number, median=median, identity=_identity(luck, taken),
            )  # fmt: skip


def _row(
    luck: random.Random,
    employer_id: int,
    employer: Invented,
    *,
    number: int,
    median: int,
    identity: tuple[str, date],
) -> tuple[object, ...]:
    id_number, born_on = identity
    first = _first_month(luck, employer)
    left = _left(luck, first, employer)
    base = min(max(round(median * math.exp(luck.gauss(0, _SPREAD))), LOWEST), HIGHEST)
    part = contribution.part(base * 100, employer.rate, Rounding.HALF_UP_TO_YUAN)
    status = ContributorStatus.SEALED if left else ContributorStatus.NORMAL
    paid_to = min(employer.paid_to, Month.of(left).plus(-1).number) if left else employer.paid_to
    opened = date(first // 100, first % 100, 1)
    return (
        employer_id, f"5226{_FIRST_ACCOUNT + number:08d}", names.person(luck), IdType.ID_CARD.value,
        id_number, f"1{luck.choice('35789')}{luck.randrange(10**9):09d}",
        (Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE).value, born_on, "90", "90", "90", "",
        "999", "", "", "", "", left, SealReason.ENDED.value if left else "", 1, status.value,
        base * 100, part, part, opened, datetime(opened.year, opened.month, 1, 1, tzinfo=UTC),
        first, paid_to if paid_to >= first else None,
    )  # fmt: skip


def _first_month(luck: random.Random, employer: Invented) -> int:
    if luck.random() < 0.78:  # noqa: PLR2004 — most were there from the beginning
        return employer.first_month
    later = FIRST.plus(luck.randrange(1, 35)).number
    return max(employer.first_month, min(later, employer.assessed_to))


def _left(luck: random.Random, first: int, employer: Invented) -> int | None:
    """Return the first month without the person, for those who have left."""
    if luck.random() > 0.11:  # noqa: PLR2004
        return None
    begins = max(Month.of(first).plus(1), FIRST.plus(1))
    ends = min(LAST, Month.of(employer.assessed_to))
    span = begins.through(ends)
    return luck.choice(span).number if span else None


def _identity(luck: random.Random, taken: set[str]) -> tuple[str, date]:
    """Return an ID card number with a right check character, not taken before, and its birthday."""
    while True:
        born_on = date.fromordinal(luck.randrange(*_DAYS))
        body = f"{luck.choice(_COUNTIES)}{born_on:%Y%m%d}{luck.randrange(100, 1000)}"
        if body not in taken:
            taken.add(body)
            total = sum(int(mark) * weight for mark, weight in zip(body, _WEIGHTS, strict=True))
            return body + "10X98765432"[total % 11], born_on
