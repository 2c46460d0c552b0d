"""One fact, one figure: what home, forms, officer's case and the center's register say on the same day."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from data.enums import ContributorStatus
from services import contributor_info_change, employer_info_change, home, review
from services.actor import Actor
from services.register import employer_file, employer_months, employer_records, search
from services.remittance import assess, deferred, desk
from services.rules.months import Month
from tests.credits import receive
from tests.rosters import submitted
from tests.test_deferral import deferred as granted
from tests.test_deferral import released
from tests.test_departures import sealed
from tests.test_remittance import go, listed

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]
NORMAL, SEALED = ContributorStatus.NORMAL, ContributorStatus.SEALED


def said(clerk: Actor, officer: Actor, case_id: int) -> set[tuple[int, str]]:
    """Heads in status 正常 and their monthly amount, by whoever is asked."""
    at_home = home.home(clerk)
    case = review.open_case(officer, case_id).employer
    file = employer_file.opened(officer, clerk.employer)
    return {(one.normal, f"{one.monthly_amount:,.2f}") for one in (at_home, case, file)}


def test_who_is_sealed_from_august_is_normal_in_july_wherever_one_looks(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    who = sealed(clerk2, Month(2026, 8))
    case_id = submitted(clerk2, 7000)
    form = dict(employer_info_change.situation(clerk2).fixed)

    def status_of() -> set[str]:
        (hit,) = search.search(officer_a, who.account).people
        fixed = dict(contributor_info_change.situation(clerk2, who.id).fixed)
        return {hit.status.label, fixed["账户状态"]}

    def listed_as(status: ContributorStatus) -> list[str]:
        page = employer_records.people(officer_a, clerk2.employer, status=status)
        assert {row.status for row in page.rows} <= {status}
        return [row.account for row in page.rows]

    assert said(clerk2, officer_a, case_id) == {(5, "4,726.00")}
    assert form["缴存人数"] == "5人"
    assert status_of() == {"正常"}
    assert who.account in listed_as(NORMAL)
    assert listed_as(SEALED) == []
    on_day("2026-08-01")
    assert said(clerk2, officer_a, case_id) == {(4, "3,500.00")}
    assert dict(employer_info_change.situation(clerk2).fixed)["缴存人数"] == "4人"
    assert status_of() == {"封存"}
    assert listed_as(SEALED) == [who.account]


def test_what_the_file_calls_owed_is_what_the_clerk_is_asked_for(
    clerk2: Actor, officer_a: Actor, officer_c: Actor, on_day: OnDay
) -> None:
    """Deferred from July to December, released from October: the three months are owed once assessed."""

    def owed() -> list[tuple[str, str, Decimal]]:
        found = employer_months.owed(officer_a, clerk2.employer)
        return [(str(one.month), one.status, one.amount) for one in found]

    granted(clerk2, officer_a, officer_c)
    on_day("2026-10-10")
    assert owed() == []
    released(clerk2, officer_a, officer_c, Month(2026, 10))
    assert home.home(clerk2).assessed_to == "2026年6月"
    file = employer_file.opened(officer_a, clerk2.employer)
    assert dict(file.account)["已核定至"] == "2026年6月"
    each = Decimal("4726.00")
    assert owed() == [("2026-10", "未核定（按该月人员估算）", each)]
    go(clerk2, 202610)
    desk.approve(officer_a, listed(clerk2, 202610).id)
    receive(officer_a, clerk2, "4726.00")
    assert owed() == []
    deferred.assess_deferred(clerk2, [Month(2026, 7)], client_id="july")
    assert owed() == [("2026-07", "已核定(待审批)", each)]
    assert [str(m.month) for m in deferred.deferred_months(clerk2)] == ["2026-08", "2026-09"]
    assert assess.situation(clerk2).next_month == Month(2026, 11)
