"""Who moves on (转入其他单位) leaves nothing unpaid: the employer left assesses the months before."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from data.database import snapshot, transaction
from data.enums import ChangeKind, ContributorStatus
from data.models.register import Contributor, Departure
from data.models.remittance import Assessment, AssessmentLine
from services import review
from services.actor import Actor
from services.contributor_query.statuses import statuses
from services.contributor_registration import approval as registration
from services.contributor_registration import roster as newcomers
from services.deferral import back_payment
from services.exports import Conditions
from services.remittance import assess, edit
from services.rules.months import Month
from services.summary import verify
from tests.test_contributor_registration import YANG, as_entry, person, somebody
from tests.test_contributor_registration import confirm as open_accounts
from tests.test_contributor_status_change import SEALING, confirm, enter
from tests.test_deferral import change, deferred, released
from tests.test_races import at_once, winners
from tests.test_rate_adjustment import submit as submit_rate

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
APRIL, MAY, JUNE, JULY, AUGUST = Month(2026, 4).through(Month(2026, 8))


def sealed(actor: Actor, month: Month) -> Contributor:
    """Seal the first of the employer's people from this month on, by the business itself."""
    who = somebody(actor)
    enter(actor, SEALING, who.account, month=month)
    confirm(actor, SEALING, [who.account], click=f"seal-{who.id}-{month}")
    return who


def moved(who: Contributor, to: Actor, month: Month, base: Decimal = Decimal(5200)) -> None:
    newcomers.add(to, as_entry(who, first_month=month, base=base))
    ids = registration.line_ids(newcomers.roster(to)["account"])
    registration.confirm(to, ids, client_id=f"move-{who.id}-{month}")


def lines(actor: Actor, who: Contributor) -> dict[int, tuple[Decimal, int, Decimal]]:
    """Return the base, the rate and the employer's part of a person, by assessed month."""
    with snapshot() as session:
        found = session.execute(
            select(
                Assessment.month, AssessmentLine.base, AssessmentLine.employer_rate,
                AssessmentLine.employer_amount,
            )
            .join(Assessment, Assessment.id == AssessmentLine.assessment_id)
            .where(
                Assessment.employer_id == actor.employer, Assessment.case_id.is_not(None),
                Assessment.deleted_at.is_(None), AssessmentLine.contributor_id == who.id,
            )
        )  # fmt: skip
        return {month: tuple(rest) for month, *rest in found}  # type: ignore[misc]


def test_months_not_assessed_at_the_move_are_assessed_by_the_employer_left(
    clerk1: Actor, clerk3: Actor
) -> None:
    """Scenario: sealed from June, April and May still open. Nobody need wait for the old employer."""
    who = sealed(clerk3, JUNE)
    moved(who, clerk1, JULY)
    now = person(who.id_number)
    assert (now.account, now.employer_id, now.base) == (who.account, clerk1.employer, 5200)
    assess.assess(clerk3, [APRIL, MAY, JUNE], client_id="months")
    assess.assess(clerk1, [JULY], client_id="july")
    with snapshot() as session:
        heads = session.execute(
            select(Assessment.month, Assessment.heads)
            .where(Assessment.employer_id == clerk3.employer, Assessment.case_id.is_not(None))
            .order_by(Assessment.month)
        ).all()
    assert heads == [(202604, 40), (202605, 40), (202606, 39)]
    at_the_old = (who.base, 5, who.employer_amount)
    assert lines(clerk3, who) == {202604: at_the_old, 202605: at_the_old}
    assert lines(clerk1, who) == {202607: (Decimal(5200), 12, Decimal(624))}
    assert verify.differences() == []


def test_a_month_deleted_after_the_move_can_be_assessed_again_at_the_same_figures(
    clerk1: Actor, clerk3: Actor
) -> None:
    who = sealed(clerk3, JUNE)
    assess.assess(clerk3, [APRIL, MAY], client_id="months")
    before = lines(clerk3, who)
    moved(who, clerk1, JULY)
    edit.delete(clerk3, edit.assessed_months(clerk3)[0].id)
    assert set(lines(clerk3, who)) == {202604}
    assess.assess(clerk3, [MAY], client_id="again")
    assert lines(clerk3, who) == before


def test_new_rates_of_the_employer_left_count_for_the_months_before_and_not_after(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    who = sealed(clerk2, AUGUST)
    moved(who, clerk1, AUGUST)
    review.approve(officer_a, submit_rate(clerk2, 10, JULY), version=2, opinion="同意")
    now = person(who.id_number)
    assert (now.base, now.employer_amount) == (Decimal(5200), Decimal(624))
    assess.assess(clerk2, [JULY], client_id="july")
    # 7,656.25 yuan at 10 %
    assert lines(clerk2, who) == {202607: (Decimal("7656.25"), 10, Decimal(766))}


def test_a_move_and_new_rates_in_the_same_second_keep_each_employers_figures(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    who, case_id = sealed(clerk2, AUGUST), submit_rate(clerk2, 10, JULY)
    outcomes = at_once(
        [
            lambda: moved(who, clerk1, AUGUST),
            lambda: review.approve(officer_a, case_id, version=2, opinion="同意"),
        ]
    )
    assert winners(outcomes) == 2, outcomes
    assert person(who.id_number).employer_amount == Decimal(624)
    assess.assess(clerk2, [JULY], client_id="july")
    assert lines(clerk2, who)[202607][1:] == (10, Decimal(766))


def test_two_employers_take_each_others_people_in_the_same_second(
    clerk1: Actor, clerk2: Actor
) -> None:
    """Each needs the other's row as well as its own: neither waits for the other for ever."""
    mine, theirs = sealed(clerk1, JULY), sealed(clerk2, JULY)
    outcomes = at_once(
        [lambda: moved(theirs, clerk1, JULY), lambda: moved(mine, clerk2, JULY)]
    )  # fmt: skip
    assert winners(outcomes) == 2, outcomes
    assert person(theirs.id_number).employer_id == clerk1.employer
    assert person(mine.id_number).employer_id == clerk2.employer


def test_deferred_months_are_paid_back_for_who_has_moved_on(
    clerk1: Actor, clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    """While a deferral runs nothing is assessed: that must not keep anybody from a new employer."""
    deferred(clerk2, officer_a, officer_c)
    who = sealed(clerk2, AUGUST)
    moved(who, clerk1, AUGUST, Decimal(9000))
    on_day("2026-10-10")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    july, august, *_ = back_payment.back_payment(clerk2)
    assert (july.heads, july.total, august.heads) == (5, Decimal("4726.00"), 4)
    (line,) = (line for line in july.lines if line.account == who.account)
    assert (line.base, line.employer_rate, line.amount) == (who.base, 8, Decimal("1226.00"))


def test_who_comes_back_is_paid_back_for_at_the_base_before_the_first_move(
    clerk1: Actor, clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    """A base that changed after the return says nothing of the months before the departure."""
    case_id = deferred(clerk2, officer_a, officer_c)
    who = sealed(clerk2, AUGUST)
    moved(who, clerk1, AUGUST)
    on_day("2026-08-10")
    enter(clerk1, SEALING, who.account, month=Month(2026, 9))
    confirm(clerk1, SEALING, [who.account], click="away")
    moved(who, clerk2, Month(2026, 9), Decimal(6000))
    on_day("2026-10-10")
    with transaction() as session:
        back = session.get_one(Contributor, who.id)
        change(
            session, back, case_id, ChangeKind.BASE_CHANGED, to=("6000.00", "7000.00"), month=202610
        )
        back.base = Decimal("7000.00")
        back.employer_amount = back.contributor_amount = Decimal("560.00")
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    bases = [
        [line.base for line in month.lines if line.account == who.account]
        for month in back_payment.back_payment(clerk2)
    ]
    assert bases == [[who.base], [], [Decimal("6000.00")]]


def test_who_was_there_for_one_month_only_is_in_it_after_the_move(
    clerk1: Actor, clerk2: Actor
) -> None:
    """Of the five of 4,726.00 and one of 5,200.00 at 8 %, whose first month is the last too."""
    newcomers.add(clerk2, replace(YANG, first_month=JULY))
    open_accounts(clerk2)
    who = person(YANG.id_number)
    enter(clerk2, SEALING, who.account, month=AUGUST)
    confirm(clerk2, SEALING, [who.account], click="seal")
    moved(who, clerk1, AUGUST)
    (july,) = assess.situation(clerk2).months
    assert (july.heads, july.amount) == (6, Decimal("5558.00"))


def test_who_leaves_before_the_first_month_leaves_nothing_behind(
    clerk1: Actor, clerk2: Actor
) -> None:
    newcomers.add(
        clerk2, replace(YANG, name="石国庆", id_number="522601197811050058", first_month=AUGUST)
    )
    open_accounts(clerk2)
    who = person("522601197811050058")
    enter(clerk2, SEALING, who.account, month=AUGUST)
    confirm(clerk2, SEALING, [who.account], click="seal")
    moved(who, clerk1, AUGUST)
    assert person(who.id_number).status is ContributorStatus.NORMAL
    with snapshot() as session:
        assert session.scalars(select(Departure)).all() == []


@pytest.mark.manual("B6.3")
def test_the_employer_left_reads_that_somebody_moved_and_not_where_to(
    clerk1: Actor, clerk2: Actor
) -> None:
    who = sealed(clerk1, JULY)
    moved(who, clerk2, AUGUST)

    def told(actor: Actor) -> list[tuple[object, ...]]:
        """Kind, statuses, month, clerk of what was done to the person, as the query lists it."""
        found = statuses(actor, Conditions())
        assert all(row[10] for row in found.rows if row[9])  # a serial wherever a clerk is named
        return [(row[3], *row[5:8], row[9]) for row in found.rows if row[1] == who.account]

    assert told(clerk1) == [
        ("封存", "正常", "封存", "2026-07", clerk1.name),
        ("转出", "封存", "已转出", "2026-08", ""),
    ]
    assert told(clerk2) == [("转入", "封存", "正常", "2026-08", clerk2.name)]
