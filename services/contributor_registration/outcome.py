"""What a registration made (开户结果): everybody with the account, to look at and to take away."""

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.models.case import Case
from data.models.register import Contributor
from data.models.registration import RegistrationLine
from services import audit
from services.actor import Actor
from services.contributor_registration import roster
from services.errors import NotFound
from services.files import workbook
from services.files.columns import Column

_RESULT = (
    Column("序号", "integer", 6), Column("类型", width=8), Column("个人账号", width=16),
    Column("姓名", width=12), Column("证件号码", width=22), Column("缴存基数", "money", 12),
    Column("单位月缴存额", "money", 14), Column("个人月缴存额", "money", 14),
    Column("首次汇缴年月", width=14),
)  # fmt: skip


@audit.refusals
def outcome(actor: Actor, case_id: int) -> pd.DataFrame:
    """Return the accounts a registration made, with Chinese headings and whole ID numbers.

    Raises NotFound for a case that is not the clerk's employer's.
    """
    with snapshot() as session:
        case = session.scalar(
            select(Case).filter_by(id=case_id, employer_id=actor.employer, kind=roster.KIND)
        )
        if case is None:
            raise NotFound(what="该业务")
        return listed(session, case)


@audit.refusals
def outcome_workbook(actor: Actor, case_id: int) -> bytes:
    """Return the same as a workbook. Raises NotFound."""
    frame = outcome(actor, case_id)
    rows = [tuple(row) for row in frame.itertuples(index=False)]
    return workbook.write("开户结果", _RESULT, rows, protect=False)


def listed(session: Session, case: Case) -> pd.DataFrame:
    """Return the same of a case."""
    found = roster.lines(session, case)
    accounts = dict(
        session.execute(
            select(RegistrationLine.id, Contributor.account)
            .join(Contributor, Contributor.id == RegistrationLine.contributor_id)
            .where(RegistrationLine.case_id == case.id)
        ).all()
    )
    frame = roster.frame(found)
    return pd.DataFrame(
        {
            "序号": list(range(1, len(found) + 1)),
            "类型": frame["kind"],
            "个人账号": [accounts.get(line.id, "") for line in found],
            "姓名": frame["name"],
            "证件号码": frame["id_number"],
            "缴存基数": frame["base"],
            "单位月缴存额": frame["employer_amount"],
            "个人月缴存额": frame["contributor_amount"],
            "首次汇缴年月": frame["first_month"],
        }
    )
