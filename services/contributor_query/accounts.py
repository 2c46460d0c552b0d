"""The employer's accounts: by opening date, status, or one account (缴存人账户信息, manual B6.1)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, select

from data.database import snapshot
from data.enums import ContributorStatus
from data.models.register import Contributor
from services import audit, standing
from services.actor import Actor
from services.contributor_query.listing import (
    NUMBER,
    PERSON,
    REASONS,
    STATUSES,
    addressed,
    month,
)
from services.exports import Conditions, Listing
from services.files.columns import Column, SheetRow
from services.rules import identity

TITLE = "缴存人账户信息"
COLUMNS = (
    NUMBER, *PERSON, Column("证件号码", width=20), Column("账户状态", width=9),
    Column("缴存基数", "money", 12), Column("单位月缴存额", "money", 13),
    Column("个人月缴存额", "money", 13), Column("月缴存额", "money", 13),
    Column("开户日期", width=11), Column("首次汇缴年月", width=12), Column("缴至年月", width=9),
    Column("封存年月", width=9), Column("封存原因", width=18),
)  # fmt: skip
_ID_NUMBER = 3


@audit.refusals
def accounts(actor: Actor, conditions: Conditions) -> Listing:
    """Return the accounts opened within the days, of the statuses or the one asked for.

    The amounts and their totals are of accounts in status 正常: of the others nothing is due.
    Raises Reversed, NotAllowed.
    """
    conditions.check()
    with snapshot() as session:
        found = session.scalars(
            select(Contributor)
            .where(Contributor.employer_id == actor.employer, *_of(conditions))
            .order_by(Contributor.account)
        ).all()
        return addressed(session, actor, conditions, _listing(found, conditions))


def _listing(found: Sequence[Contributor], conditions: Conditions) -> Listing:
    due = [person for person in found if standing.status(person) is ContributorStatus.NORMAL]
    own = sum((person.employer_amount for person in due), Decimal("0.00"))
    withheld = sum((person.contributor_amount for person in due), Decimal("0.00"))
    statuses = "、".join(STATUSES[code] for code in conditions.codes if code in STATUSES)
    return Listing(
        title=TITLE,
        columns=COLUMNS,
        rows=[_row(number, person) for number, person in enumerate(found, start=1)],
        conditions=f"开户日期{conditions.period}，账户状态{statuses or '不限'}",
        sentence=f"{len(found)}人，其中正常{len(due)}人；正常账户月缴存额"
        f"{own + withheld:,.2f}元（单位{own:,.2f}元，个人{withheld:,.2f}元）",
        totals={
            "个人账号": "合计",
            "姓名": f"{len(found)}人",
            "单位月缴存额": own,
            "个人月缴存额": withheld,
            "月缴存额": own + withheld,
        },
        mask=_masked,
    )


def _of(conditions: Conditions) -> Iterable[ColumnElement[bool]]:
    if conditions.first:
        yield Contributor.opened_on >= conditions.first
    if conditions.last:
        yield Contributor.opened_on <= conditions.last
    if conditions.account:
        yield Contributor.account == conditions.account
    if conditions.codes:
        yield standing.STATUS.in_(
            [s.value for s in ContributorStatus if s.value in conditions.codes]
        )


def _row(number: int, person: Contributor) -> SheetRow:
    """Spell an account; while it is not 正常 nothing is due, so no amounts stand there."""
    status = standing.status(person)
    is_due = status is ContributorStatus.NORMAL
    own, withheld = person.employer_amount, person.contributor_amount
    return (
        number, person.account, person.name, person.id_number, status.label, person.base,
        own if is_due else None, withheld if is_due else None, own + withheld if is_due else None,
        str(person.opened_on), month(person.first_month), month(person.paid_to),
        month(person.rest_from if standing.rests(person) else person.sealed_month),
        REASONS.get(person.seal_reason, ""),
    )  # fmt: skip


def _masked(row: SheetRow) -> SheetRow:
    return (*row[:_ID_NUMBER], identity.masked(str(row[_ID_NUMBER])), *row[_ID_NUMBER + 1 :])
