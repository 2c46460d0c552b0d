"""What the three queries of the employer's people share (manual B6): the list of accounts, the head."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.codes import SealReason, UnsealReason
from data.database import snapshot
from data.enums import ContributorStatus
from data.models.register import Contributor, Employer
from services import audit
from services.actor import Actor
from services.exports import Conditions, Listing
from services.files.columns import Column
from services.rules.months import Month

NUMBER = Column("序号", "integer", 6)
PERSON = (Column("个人账号", width=14), Column("姓名", width=10))
REASONS = {reason.value: reason.label for reason in (*SealReason, *UnsealReason)}
STATUSES = {status.value: status.label for status in ContributorStatus}


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of the 个人账号 list."""

    account: str
    name: str
    ending: str
    """The last four characters of the identity number."""


@audit.refusals
def choices(actor: Actor) -> list[Choice]:
    """Return the employer's people to choose from, by account."""
    person = Contributor
    with snapshot() as session:
        found = session.execute(
            select(person.account, person.name, person.id_number)
            .where(person.employer_id == actor.employer)
            .order_by(person.account)
        ).all()
    return [Choice(account, name, id_number[-4:]) for account, name, id_number in found]


def addressed(session: Session, actor: Actor, conditions: Conditions, listing: Listing) -> Listing:
    """Return the listing with the employer's name, its file's name and the one account asked for."""
    employer = session.get_one(Employer, actor.employer)
    account = f"，个人账号{conditions.account}" if conditions.account else ""
    return replace(
        listing,
        filename=f"{listing.title}_{employer.number}_{conditions.span}.xlsx",
        head=(("单位名称", employer.name), ("单位账号", employer.number)),
        conditions=listing.conditions + account,
    )


def month(number: int | None) -> str:
    """Return a stored month as people read it, "" for none."""
    return str(Month.of(number)) if number else ""
