"""The query of the employer's information changes (单位信息查询, manual B4)."""

from data.database import snapshot
from data.enums import BusinessKind
from data.models.register import Employer
from services import audit, change_records
from services.actor import Actor
from services.change_records import Record, masked
from services.exports import Conditions, Listing
from services.files.columns import Column, SheetRow

TITLE = "单位信息变更记录"
COLUMNS = (
    Column("序号", "integer", 6),
    Column("变更日期", width=12),
    Column("变更项目", width=16),
    Column("变更前", width=24),
    Column("变更后", width=24),
    Column("流水号", width=17),
    Column("渠道", width=8),
    Column("经办人", width=10),
    Column("审核人", width=10),
    Column("审核时间", width=17),
)
_OLD, _NEW = 3, 4


@audit.refusals
def changes(actor: Actor, conditions: Conditions) -> Listing:
    """Return the completed changes of the clerk's employer. Raises Reversed, NotAllowed."""
    conditions.check()
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
        found = change_records.records(
            session, BusinessKind.EMPLOYER_INFO_CHANGE, employer.id, conditions
        )
    return Listing(
        title=TITLE,
        filename=f"{TITLE}_{employer.number}_{conditions.span}.xlsx",
        columns=COLUMNS,
        rows=[_row(number, record) for number, record in enumerate(found, start=1)],
        head=(("单位名称", employer.name), ("单位账号", employer.number)),
        conditions=f"变更日期{conditions.period}",
        sentence=f"{len({record.serial for record in found})}笔业务，{len(found)}项变更",
        mask=_masked,
    )


def _row(number: int, record: Record) -> SheetRow:
    return (
        number, str(record.changed_on), record.item, record.old, record.new, record.serial,
        record.channel, record.clerk, record.officer, record.approved_at,
    )  # fmt: skip


def _masked(row: SheetRow) -> SheetRow:
    cells = list(row)
    for place in (_OLD, _NEW):
        cells[place] = masked(str(cells[place]))
    return tuple(cells)
