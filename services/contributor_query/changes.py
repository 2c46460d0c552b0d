"""The completed changes of people's information (缴存人客户信息变更查询, manual B6.2)."""

from sqlalchemy import select

from data.database import snapshot
from data.enums import BusinessKind
from data.models.register import Contributor
from services import audit, change_records
from services.actor import Actor
from services.change_records import Record, masked
from services.contributor_query.listing import NUMBER, PERSON, addressed
from services.exports import Conditions, Listing
from services.files.columns import Column, SheetRow

TITLE = "缴存人客户信息变更记录"
COLUMNS = (
    NUMBER, *PERSON, Column("变更日期", width=12), Column("变更项目", width=14),
    Column("变更前", width=22), Column("变更后", width=22), Column("流水号", width=17),
    Column("渠道", width=8), Column("经办人", width=10), Column("审核人", width=10),
    Column("审核时间", width=17),
)  # fmt: skip
_OLD, _NEW = 5, 6


@audit.refusals
def changes(actor: Actor, conditions: Conditions) -> Listing:
    """Return the changes approved within the days, of all or of one. Raises Reversed, NotAllowed."""
    conditions.check()
    kind = BusinessKind.CONTRIBUTOR_INFO_CHANGE
    with snapshot() as session:
        records = change_records.records(session, kind, actor.employer, conditions)
        ids = {record.contributor_id for record in records}
        found = session.scalars(select(Contributor).where(Contributor.id.in_(ids)))
        people: dict[int | None, Contributor] = {person.id: person for person in found}
        chosen = [
            (people[record.contributor_id], record)
            for record in records
            if conditions.account in ("", people[record.contributor_id].account)
        ]
        listing = Listing(
            title=TITLE,
            columns=COLUMNS,
            rows=[_row(number, *pair) for number, pair in enumerate(chosen, start=1)],
            conditions=f"变更日期{conditions.period}",
            sentence=f"{len({person.id for person, _ in chosen})}人，{len(chosen)}项变更",
            mask=_masked,
        )
        return addressed(session, actor, conditions, listing)


def _row(number: int, person: Contributor, record: Record) -> SheetRow:
    return (
        number, person.account, person.name, str(record.changed_on), record.item, record.old,
        record.new, record.serial, record.channel, record.clerk, record.officer,
        record.approved_at,
    )  # fmt: skip


def _masked(row: SheetRow) -> SheetRow:
    return (*row[:_OLD], masked(str(row[_OLD])), masked(str(row[_NEW])), *row[_NEW + 1 :])
