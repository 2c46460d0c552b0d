"""Money against a second reckoning (figure 23), written from the rules alone: fractions, no code of the hall.

HALL_SEED=17 draws other people.
"""

import os
import random
from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, select

from data import bulk
from data.database import snapshot, transaction
from data.models.register import Contributor
from data.models.remittance import Assessment, AssessmentLine
from data.policy_codes import PolicyKey, Rounding
from services import review
from services.actor import Actor
from services.remittance import desk
from services.rules import contribution
from services.rules.limits import Limits
from tests import figures
from tests.credits import receive
from tests.people import id_number
from tests.policy_rows import set_for
from tests.test_rate_adjustment import submit as submit_rates
from tests.test_remittance import go, listed

SEED = int(os.environ.get("HALL_SEED", "1"))
PEOPLE = figures.share(quick=4_000, whole=1_000_000)
ROSTER = figures.share(quick=200, whole=20_000)
METHODS = figures.share(quick=[Rounding.HALF_UP_TO_YUAN], whole=list(Rounding))

# ---- the second reckoning: the nine methods (domain rules 1.5), in the order of their codes

_RULES = {
    "0": ("0.01", ROUND_FLOOR), "1": ("0.1", ROUND_CEILING), "2": ("0.1", ROUND_FLOOR),
    "3": ("1", ROUND_CEILING), "4": ("1", ROUND_FLOOR), "5": ("0.01", ROUND_CEILING),
    "6": ("0.01", ROUND_HALF_UP), "7": ("0.1", ROUND_HALF_UP), "8": ("1", ROUND_HALF_UP),
}  # fmt: skip


def reckoned(base: Decimal, rate: int, method: str) -> Decimal:
    """Return one part in yuan: `rate` hundredths of the base, to the method's unit."""
    unit, way = _RULES[method]
    exact = Fraction(base) * Fraction(rate, 100)
    units = exact / Fraction(unit)
    whole, rest = divmod(units.numerator, units.denominator)
    if way == ROUND_CEILING:
        whole += rest > 0
    elif way == ROUND_HALF_UP:
        whole += 2 * rest >= units.denominator
    return Decimal(unit) * whole


class Bounds(NamedTuple):
    """What a center might set, in yuan."""

    base_min: Decimal
    base_max: Decimal
    total_min: Decimal
    total_max: Decimal

    def crossed(self, base: Decimal, total: Decimal) -> str:
        """Return which bound is crossed first, the base's before the total's."""
        for value, name, low, high in (
            (base, "缴存基数", self.base_min, self.base_max),
            (total, "月缴存额", self.total_min, self.total_max),
        ):
            if value < low:
                return f"{name}低于下限{low:.2f}"
            if value > high:
                return f"{name}高于上限{high:.2f}"
        return ""


# ---- people


class Roster(NamedTuple):
    """An employer: its rates, the center's method, the bounds."""

    rates: tuple[int, int]
    method: str
    bounds: Bounds


def rosters(dice: random.Random) -> Iterator[Roster]:
    """Yield employers for ever: every pair of rates and every method comes up."""
    while True:
        low = Decimal(dice.randrange(100_000, 300_000)).scaleb(-2)
        high = Decimal(dice.randrange(1_500_000, 4_000_000)).scaleb(-2)
        bounds = Bounds(
            low, high, (low * dice.choice((8, 10, 12)) / 100).quantize(Decimal(1)),
            (high * dice.choice((20, 23, 24)) / 100).quantize(Decimal(1)),
        )  # fmt: skip
        one = dice.randint(5, 12)
        other = one if dice.random() < 0.5 else dice.randint(5, 12)
        yield Roster((one, other), dice.choice(list(_RULES)), bounds)


def a_base(dice: random.Random, roster: Roster) -> Decimal:
    """Return a base: anywhere, at a bound or a fen beside it, or where a part is just half a unit."""
    bounds, throw = roster.bounds, dice.random()
    if throw < 0.1:
        return dice.choice(bounds[:2]) + Decimal(dice.choice((-1, 0, 1))).scaleb(-2)
    if throw < 0.4:
        unit, rate = Fraction(_RULES[roster.method][0]), dice.choice(roster.rates)
        half = (dice.randrange(100, 4_000) * unit + unit / 2) * 100 / rate
        return Decimal(int(half * 100) + dice.choice((-1, 0, 0, 1))).scaleb(-2)
    if throw < 0.5:
        return Decimal(dice.randrange(1, 100_000_000)).scaleb(-2)
    return Decimal(dice.randrange(int(bounds.base_min * 100), int(bounds.base_max * 100))).scaleb(
        -2
    )


def test_a_million_people_come_to_the_same_fen() -> None:
    dice, seen, wrong = random.Random(SEED), 0, []
    combinations, crossed = set(), 0
    for roster in rosters(dice):
        limits = Limits(*(int(bound * 100) for bound in roster.bounds))
        totals, due = Decimal(0), Decimal(0)
        for _ in range(min(dice.randint(1, 400), PEOPLE - seen)):
            base = a_base(dice, roster)
            mine = [reckoned(base, rate, roster.method) for rate in roster.rates]
            hall = contribution.amounts(base, *roster.rates, Rounding(roster.method))
            fen = [
                contribution.part(int(base * 100), rate, Rounding(roster.method))
                for rate in roster.rates
            ]
            said = limits.objection(int(base * 100), sum(fen)) or ""
            bound = roster.bounds.crossed(base, sum(mine, Decimal(0)))
            crossed += bool(bound)
            is_same_bound = said == bound if "基数" in bound else said.endswith(bound[4:])
            if list(hall) != mine or [part * 100 for part in mine] != fen or not is_same_bound:
                wrong.append((base, roster, hall, mine, said, bound))
            if bool(said) != bool(bound):
                wrong.append((base, roster, said, bound))
            totals, due = totals + hall.total, due + sum(mine, Decimal(0))
            seen += 1
        if totals != due:
            wrong.append((roster, totals, due))
        combinations.add((roster.rates, roster.method))
        if seen == PEOPLE:
            break
    difference = len(wrong)
    figures.record(
        23,
        f"{seen:,} people at {len(combinations)} combinations of rates and method, {crossed:,} beyond "
        f"a bound, {difference} differences",
        seed=SEED, reached=not wrong, part="rules",
    )  # fmt: skip
    assert wrong[:3] == []
    assert 0.02 < crossed / seen < 0.5


# ---- the same through the hall: new rates approved, the month assessed, approved and booked

_COLUMNS = (
    "employer_id", "account", "name", "id_type", "id_number", "mobile", "sex", "marital",
    "education", "occupation", "post", "title", "landline", "postcode", "address", "email",
    "seal_reason", "version", "status", "base", "employer_amount", "contributor_amount",
    "opened_on", "opened_at", "first_month", "paid_to",
)  # fmt: skip


def enroll(clerk: Actor, bases: list[Decimal]) -> None:
    """Put so many people on the clerk's books, with amounts that the new rates must replace."""
    with transaction() as session:
        bulk.insert(
            session, Contributor, _COLUMNS,
            (
                (
                    clerk.employer, f"5226{number:08d}", "石国庆", "01", id_number(number), "", "1",
                    "90", "90", "90", "", "999", "", "", "", "", "", 1, "01", int(base * 100), 100,
                    100, "2024-03-01", "2024-03-01 00:00:00.000000", 202403, 202606,
                )
                for number, base in enumerate(bases, start=1)
            ),
        )  # fmt: skip


@pytest.mark.usefixtures("storage")
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name.lower())
def test_a_roster_that_went_through_the_hall_is_due_and_booked_to_the_same_fen(
    db: Engine, method: Rounding, clerk2: Actor, officer_a: Actor
) -> None:
    dice = random.Random(SEED)
    rate = dice.choice((5, 6, 7, 9, 10, 11, 12))
    set_for(None, PolicyKey.ROUNDING, method.value)
    bases = [Decimal(dice.randrange(198_000, 2_177_401)).scaleb(-2) for _ in range(ROSTER)]
    enroll(clerk2, bases)
    review.approve(officer_a, submit_rates(clerk2, rate), version=2, opinion="同意")
    go(clerk2, 202607)
    with snapshot() as session:
        rows = session.execute(
            select(
                AssessmentLine.base,
                AssessmentLine.employer_amount,
                AssessmentLine.contributor_amount,
            )
            .join(Assessment, Assessment.id == AssessmentLine.assessment_id)
            .where(Assessment.employer_id == clerk2.employer, Assessment.month == 202607)
        ).all()
    wrong = [row for row in rows if {row[1], row[2]} != {reckoned(row[0], rate, method.value)}]
    due = sum((2 * reckoned(row[0], rate, method.value) for row in rows), Decimal(0))
    july = listed(clerk2, 202607)
    desk.approve(officer_a, july.id)
    receive(officer_a, clerk2, str(due))
    is_booked = listed(clerk2, 202607).status.label == "已入账"
    found = (len(rows), len(wrong), july.amount - due, is_booked)
    figures.record(
        23, f"{len(rows):,} people through new rates, assessment and booking, {len(wrong)} differences",
        seed=SEED, reached=found[1:] == (0, 0, True),
        part=f"hall {db.dialect.name} {method.value}",
    )  # fmt: skip
    assert found == (ROSTER + 5, 0, 0, True)


@pytest.mark.parametrize(
    "slip",
    [
        lambda base, rate, method: Decimal(f"{float(base) * rate / 100:.0f}"),
        lambda base, rate, method: reckoned(base, rate, "0"),
        lambda base, rate, method: reckoned(base, 2 * rate, method) / 2,
    ],
    ids=["floats, half to even", "a fen too fine", "rounded together"],
)
def test_the_second_reckoning_tells_the_usual_slips(
    slip: Callable[[Decimal, int, str], Decimal],
) -> None:
    dice = random.Random(SEED)
    roster = Roster((7, 7), "8", Bounds(*map(Decimal, ("1980", "21774", "198", "5226"))))
    bases = [a_base(dice, roster) for _ in range(200)]
    assert any(slip(base, 7, "8") != reckoned(base, 7, "8") for base in bases)


def test_the_demo_persons_parts_are_what_the_second_reckoning_says() -> None:
    bases = ("7656.25", "4321.05", "8888.88", "2130.00", "6543.21")
    assert [reckoned(Decimal(base), 8, "8") for base in bases] == [613, 346, 711, 170, 523]
