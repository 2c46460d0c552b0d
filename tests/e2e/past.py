"""What has happened at some newcomers before a journey begins, done through the services themselves."""

from sqlalchemy import select

from data.database import snapshot
from data.enums import BusinessKind, Role
from data.models.people import User
from data.models.register import Contributor, Employer
from services import contributor_info_change, employer_info_change, review
from services.actor import Actor
from services.approval.change_case import Standing
from services.contributor_status_change import approval as status_change
from services.contributor_status_change import entry as entries
from services.contributor_status_change import roster
from services.rules.months import Month
from tests.e2e.books import PDF
from tests.e2e.newcomers import BY_KEY

HOSTILE = "=1+1 <b>金山</b> **大道** $18$ 号"
"""An address that a spreadsheet, a page and a Markdown reader would each take for something else."""
MESSAGES = 17
"""More than a page of 消息事务管理 holds."""


def live_through() -> None:
    """Give B4 two approved changes, B6 a change and a sealing, H4 a long history and a return."""
    officer = _person("王建国")
    employer_change(clerk := _clerk("B4"), officer, postcode="556000", contact_mobile="13985512345")
    employer_change(clerk, officer, address=HOSTILE)
    clerk = _clerk("B6")
    first, second, *_ = _people(clerk)
    person_change(clerk, officer, first.id, education="14", mobile="13985567890")
    seal(clerk, second.account)
    clerk = _clerk("H4")
    first, second, *_ = _people(clerk)
    for number in range(MESSAGES):
        person_change(clerk, officer, first.id, postcode=f"5560{number:02d}")
    person_change(clerk, officer, second.id, reason="请补充学历证书", education="11")


def employer_change(clerk: Actor, officer: Actor, **values: str) -> None:
    """Change items of the clerk's employer, with every document, and approve."""
    for item, text in values.items():
        employer_info_change.enter(clerk, item, text)
    for material in employer_info_change.situation(clerk).materials:
        employer_info_change.attach(clerk, material.code, f"{material.label}.pdf", PDF)
    now = employer_info_change.situation(clerk)
    employer_info_change.submit(clerk, seen=_seen(now), version=now.version, client_id=_click(now))
    _decide(officer, now)


def person_change(
    clerk: Actor, officer: Actor, person: int, *, reason: str = "", **values: str
) -> None:
    """Change items of a person and approve; with a `reason`, send the case back instead."""
    for item, text in values.items():
        contributor_info_change.enter(clerk, person, item, text)
    now = contributor_info_change.situation(clerk, person)
    contributor_info_change.submit(
        clerk, person, seen=_seen(now), version=now.version, client_id=_click(now)
    )
    _decide(officer, now, reason)


def seal(clerk: Actor, account: str) -> None:
    """Seal a person from July on."""
    entry = entries.Entry(account, "01", Month(2026, 7))
    roster.add(clerk, BusinessKind.SEALING, entry)
    status_change.confirm(clerk, BusinessKind.SEALING, [account], client_id=f"past-{account}")


def _decide(officer: Actor, now: Standing, reason: str = "") -> None:
    assert now.case_id
    page = review.open_case(officer, now.case_id)
    decide = review.send_back if reason else review.approve
    decide(officer, now.case_id, version=page.version, opinion=reason or "同意")


def _seen(now: Standing) -> dict[str, str]:
    return {change.item.name: change.new for change in now.changes}


def _click(now: Standing) -> str:
    return f"past-{now.case_id}-{now.version}"


def _clerk(key: str) -> Actor:
    return _person(BY_KEY[key].clerk)


def _person(name: str) -> Actor:
    with snapshot() as session:
        user = session.scalars(
            select(User).where(User.name == name, User.role.in_((Role.CLERK, Role.REVIEWER)))
        ).one()
        return Actor(user.id, user.name, user.role, user.employer_id, user.branch)


def _people(clerk: Actor) -> list[Contributor]:
    with snapshot() as session:
        mine = select(Contributor).join(Employer).where(Employer.id == clerk.employer)
        return list(session.scalars(mine.order_by(Contributor.account)))
