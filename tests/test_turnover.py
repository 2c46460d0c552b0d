"""Who comes and goes at the turn of a month: one rule on the home, in the queries, the charts and the debts.

An account is 正常 from the day it is opened; a sealing and an unsealing turn it with their month; a month
holds who is in it.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from data.enums import ContributorStatus
from data.policy_codes import PolicyKey
from services import arrears, home
from services.actor import Actor
from services.base_adjustment import approval, workbook
from services.contributor_query import accounts as queried
from services.contributor_registration import roster as newcomers
from services.exports import Conditions
from services.overview import board
from services.overview.scope import Scope
from services.register import employer_file, employer_months
from services.remittance import assess
from services.rules.months import Month
from services.summary import verify
from tests.people import id_number
from tests.policy_rows import set_for
from tests.rosters import filled, submitted
from tests.test_contributor_registration import YANG
from tests.test_contributor_registration import confirm as open_accounts
from tests.test_contributor_status_change import (
    SEALING,
    UNSEALING,
    accounts,
    confirm,
    enter,
    refusal,
)
from tests.test_register import new_clerk
from tests.test_remittance import go

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
SEALED = ContributorStatus.SEALED
APRIL, JUNE, JULY, AUGUST = Month(2026, 4), Month(2026, 6), Month(2026, 7), Month(2026, 8)
YEAR = Scope(Month(2025, 9), AUGUST)


def registered(clerk: Actor, first_month: Month, serial: int = 0) -> None:
    """Open one account more, at 3,000."""
    who = replace(YANG, id_number=id_number(serial), base=Decimal(3000), first_month=first_month)
    newcomers.add(clerk, who)
    open_accounts(clerk, click=f"opened-{serial}")


def unsealed(clerk: Actor, month: Month, **more: object) -> str:
    """Unseal the employer's first sealed person from a month on; return the account."""
    account = accounts(clerk, SEALED)[0]
    enter(clerk, UNSEALING, account, month=month, **more)
    confirm(clerk, UNSEALING, [account], f"unseal-{account}-{month}")
    return account


def due(manager: Actor, month: Month) -> tuple[int, int, Decimal]:
    """Units, heads and yuan due in a month, by the charts; each the same as by the list behind the bar."""
    key = str(month.number)
    heads = next(r for r in board.chart(manager, "heads", YEAR).rows if r[0] == str(month))
    amounts = next(r for r in board.chart(manager, "amounts", YEAR).rows if r[0] == str(month))
    listed = board.behind(manager, "amounts", YEAR, key).rows
    assert (heads[1], heads[3]) == (len(listed), sum(row[4] for row in listed))
    assert amounts[1] == sum((row[5] for row in listed), Decimal(0))
    return int(heads[1]), int(heads[3]), Decimal(amounts[1])


def at_home(clerk: Actor) -> tuple[int, int, str]:
    now = home.home(clerk)
    return now.normal, now.sealed, f"{now.monthly_amount:,.2f}"


def normal_in_query(clerk: Actor) -> int:
    found = queried.accounts(clerk, Conditions(codes=(ContributorStatus.NORMAL.value,)))
    return len(found.rows)


def test_who_is_unsealed_from_next_month_on_counts_as_sealed_until_it_comes(
    clerk1: Actor, manager: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    """Two sealed of U1, one is back from August: 300 and 432,000.00 in July, 301 and 433,440.00 then.

    July holds U1's 300, U2's 5, U3's 40 and U4's 3: 452,026.00 with U4's 3,300.00.
    """
    back = unsealed(clerk1, AUGUST)
    assert at_home(clerk1) == (300, 2, "432,000.00")
    assert normal_in_query(clerk1) == 300
    assert due(manager, JULY) == (4, 348, Decimal("452026.00"))
    facts = employer_file.opened(officer_a, clerk1.employer)
    assert (facts.normal, facts.sealed) == (300, 2)
    again = {"account": "该职工已办理启封，自2026-08起生效"}
    assert refusal(clerk1, UNSEALING, back, month=AUGUST) == again
    on_day("2026-08-01")
    assert at_home(clerk1) == (301, 1, "433,440.00")
    assert normal_in_query(clerk1) == 301
    assert due(manager, AUGUST) == (4, 349, Decimal("453466.00"))
    assert due(manager, JULY) == (4, 348, Decimal("452026.00"))
    assert verify.differences() == []


def test_who_is_unsealed_from_august_on_is_not_on_julys_roster(clerk4: Actor) -> None:
    """Three of U4 are at work, the fourth is back from August."""
    back = unsealed(clerk4, AUGUST)
    found = workbook.check_workbook(clerk4, filled(clerk4, 6500))
    assert found.effect
    assert found.effect.people == 3
    submitted(clerk4)
    assert approval.situation(clerk4).rows == 3
    assert back in accounts(clerk4)


def test_who_is_unsealed_from_august_on_is_on_a_roster_begun_in_september(
    clerk4: Actor, on_day: OnDay
) -> None:
    set_for(None, PolicyKey.ADJUSTMENT_WINDOW, "2026-09-01/2026-09-15", since="2026-08-01")
    unsealed(clerk4, AUGUST)
    on_day("2026-09-01")
    found = workbook.check_workbook(clerk4, filled(clerk4, 6500))
    assert found.effect
    assert found.effect.people == 4


def test_who_is_registered_from_next_month_on_has_an_account_at_once_and_is_due_from_then(
    clerk3: Actor, manager: Actor, on_day: OnDay
) -> None:
    """U3's 40 pay 12,000.00 in July, with the new one 12,300.00 in August."""
    registered(clerk3, AUGUST)
    assert at_home(clerk3) == (41, 0, "12,300.00")
    assert normal_in_query(clerk3) == 41
    assert due(manager, JULY) == (4, 348, Decimal("452026.00"))
    on_day("2026-08-01")
    assert due(manager, AUGUST) == (4, 349, Decimal("452326.00"))


def test_months_in_arrears_hold_nobody_who_began_after_them(
    clerk3: Actor, officer_a: Actor, manager: Actor
) -> None:
    """U3 has not assessed April to June: 3 × 12,000.00, also once a 41st begins in June or July."""
    registered(clerk3, JULY)
    (row,) = arrears.behind(officer_a)
    assert (len(row.months), row.amount) == (3, Decimal("36000.00"))
    registered(clerk3, JUNE, serial=1)
    (row,) = arrears.behind(officer_a)
    assert (len(row.months), row.amount) == (3, Decimal("36300.00"))
    owed = employer_months.owed(officer_a, clerk3.employer)
    assert [(str(m.month), m.heads, m.amount) for m in owed] == [
        ("2026-04", 40, Decimal("12000.00")), ("2026-05", 40, Decimal("12000.00")),
        ("2026-06", 41, Decimal("12300.00")), ("2026-07", 42, Decimal("12600.00")),
    ]  # fmt: skip
    assert [due(manager, month)[1] for month in (APRIL, JULY)] == [40, 350]
    arrears_chart = board.chart(manager, "arrears", YEAR)
    assert sum(Decimal(row[3]) for row in arrears_chart.rows) == Decimal("36300.00")
    go(clerk3, 202604, 202605, 202606, 202607)
    assert [due(manager, month)[1] for month in (APRIL, JULY)] == [40, 350]


def test_months_of_a_rest_are_not_owed_and_those_before_it_are(
    clerk3: Actor, officer_a: Actor, manager: Actor, on_day: OnDay
) -> None:
    """Sealed from May, back from August: in April and not in May, June and July."""
    who = accounts(clerk3)[0]
    enter(clerk3, SEALING, who, month=Month(2026, 5))
    confirm(clerk3, SEALING, [who], "out")
    assert at_home(clerk3) == (39, 1, "11,700.00")
    unsealed(clerk3, AUGUST)
    assert at_home(clerk3) == (39, 1, "11,700.00")
    want = [(40, "12000.00"), (39, "11700.00"), (39, "11700.00"), (39, "11700.00")]
    for day in ("2026-07-06", "2026-08-05"):
        on_day(day)
        owed = employer_months.owed(officer_a, clerk3.employer)
        assert [(m.heads, str(m.amount)) for m in owed][:4] == want
        assert [due(manager, month)[1] for month in APRIL.through(JUNE)] == [40, 39, 347]
        assert due(manager, JULY)[1] == 347
    assert (owed[4].heads, owed[4].amount) == (40, Decimal("12000.00"))
    go(clerk3, *(month.number for month in APRIL.through(AUGUST)))
    assert due(manager, AUGUST)[1] == 348


def test_a_month_assessed_holds_nobody_twice_who_has_left_since(
    clerk3: Actor, manager: Actor
) -> None:
    """March is booked with 40; one of them is sealed from June while April and May are open."""
    who = accounts(clerk3)[0]
    enter(clerk3, SEALING, who, month=JUNE)
    confirm(clerk3, SEALING, [who], "out")
    months = [Month(2026, 3), APRIL, Month(2026, 5), JUNE]
    assert [due(manager, month)[1] for month in months] == [40, 40, 40, 347]


def test_who_is_sealed_again_before_coming_back_stays_sealed(clerk4: Actor, manager: Actor) -> None:
    back = unsealed(clerk4, AUGUST)
    enter(clerk4, SEALING, back, month=AUGUST)
    confirm(clerk4, SEALING, [back], "again")
    assert at_home(clerk4) == (3, 1, "3,300.00")
    assert due(manager, JULY)[1] == 348
    assert assess.situation(clerk4).months[0].heads == 3


def test_a_new_employers_first_people_are_due_from_their_first_month(
    officer_a: Actor, manager: Actor, on_day: OnDay
) -> None:
    registered(new_clerk(officer_a), AUGUST)
    assert due(manager, JULY) == (4, 348, Decimal("452026.00"))
    on_day("2026-08-03")
    assert due(manager, AUGUST)[:2] == (5, 349)
