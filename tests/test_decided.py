"""A case that is done (已办结) shows what was decided, whatever the accounts have become since."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from data.policy_codes import PolicyKey, Rounding
from services import review
from services.actor import Actor
from services.approval.sheet import Sheet
from services.rules.months import Month
from tests.desk_cases import rate_case
from tests.policy_rows import set_for
from tests.rosters import submitted
from tests.test_departures import moved, sealed

pytestmark = pytest.mark.usefixtures("db", "storage")
OnDay = Callable[[str], None]


def seen(officer: Actor, case_id: int) -> Sheet:
    return review.open_case(officer, case_id).sheet


def approved(officer: Actor, case_id: int) -> Sheet:
    """Approve a case; return what the officer saw before."""
    page = review.open_case(officer, case_id)
    review.approve(officer, case_id, version=page.version, opinion="同意")
    return page.sheet


def told(sheet: Sheet) -> tuple[list[tuple[str, str]], list[list[str]]]:
    assert sheet.lines is not None
    rows = [[str(cell) for cell in row] for row in sheet.lines.itertuples(index=False)]
    return [(figure.label.replace("现", "调整前"), figure.value) for figure in sheet.figures], rows


def test_bases_and_rates_are_shown_as_they_were_decided(
    clerk1: Actor, clerk2: Actor, officer_a: Actor
) -> None:
    """U2 at 5000 from July, then at 10 %; afterwards the first of them moves on with another base."""
    bases = submitted(clerk2, 5000)
    before = told(approved(officer_a, bases))
    assert dict(before[0])["调整前月缴存额"] == "4,726.00"
    rates = rate_case(clerk2, 10)
    and_then = told(approved(officer_a, rates))
    assert dict(and_then[0])["调整前缴存比例"] == "8%+8%"
    assert dict(and_then[0])["差额"] == "+1,000.00"
    assert (told(seen(officer_a, bases)), told(seen(officer_a, rates))) == (before, and_then)
    moved(sealed(clerk2, Month(2026, 7)), clerk1, Month(2026, 7), base=Decimal(7000))
    assert (told(seen(officer_a, bases)), told(seen(officer_a, rates))) == (before, and_then)


def test_new_bases_and_another_rounding_leave_the_rates_as_they_were_decided(
    clerk2: Actor, officer_a: Actor, on_day: OnDay
) -> None:
    rates = rate_case(clerk2, 10)
    before = told(approved(officer_a, rates))
    approved(officer_a, submitted(clerk2, 5000))
    set_for(None, PolicyKey.ROUNDING, Rounding.HALF_UP_TO_FEN.value, "2026-07-07")
    on_day("2026-07-08")
    assert told(seen(officer_a, rates)) == before
