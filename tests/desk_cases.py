"""Cases as clerks submit them, for what the officers' desk does with them."""

from services import contributor_info_change, employer_info_change
from services.actor import Actor
from services.deferral import approval as deferral
from services.rate_adjustment import approval as rate_adjustment
from services.rules.months import Month
from tests.rosters import PDF

DECEMBER, JULY = Month(2026, 12), Month(2026, 7)


def info_change(clerk: Actor, number: int, **values: str) -> int:
    """Submit a change of the employer's person with this number (from 0); return the case's id."""
    person = contributor_info_change.people(clerk)[number].id
    for item, text in values.items():
        contributor_info_change.enter(clerk, person, item, text)
    now = contributor_info_change.situation(clerk, person)
    seen = {change.item.name: change.new for change in now.changes}
    contributor_info_change.submit(
        clerk, person, seen=seen, version=now.version, client_id=f"{now.case_id}-{now.version}"
    )
    assert now.case_id
    return now.case_id


def employer_change(clerk: Actor, **values: str) -> int:
    """Submit a change of the employer's own information with every document it asks for."""
    for item, text in values.items():
        employer_info_change.enter(clerk, item, text)
    for material in employer_info_change.situation(clerk).materials:
        employer_info_change.attach(clerk, material.code, "材料.pdf", PDF)
    now = employer_info_change.situation(clerk)
    seen = {change.item.name: change.new for change in now.changes}
    employer_info_change.submit(
        clerk, seen=seen, version=now.version, client_id=f"{now.case_id}-{now.version}"
    )
    assert now.case_id
    return now.case_id


def deferral_case(clerk: Actor, last: Month = DECEMBER) -> int:
    """Apply for a deferral to `last` with its documents."""
    for code in ("101001", "101002"):
        deferral.attach(clerk, code, "材料.pdf", PDF)
    now = deferral.situation(clerk)
    deferral.submit(
        clerk, month=last, reason="停产", version=now.version, client_id=f"d-{now.case_id}"
    )
    assert now.case_id
    return now.case_id


def rate_case(clerk: Actor, rate: int, month: Month = JULY) -> int:
    """Apply for new rates with the document."""
    rate_adjustment.attach(clerk, "051101", "申请表.pdf", PDF)
    now = rate_adjustment.situation(clerk)
    rate_adjustment.submit(
        clerk, employer_rate=rate, contributor_rate=rate, month=month, version=now.version,
        client_id=f"r-{now.case_id}",
    )  # fmt: skip
    assert now.case_id
    return now.case_id
