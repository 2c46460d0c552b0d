"""Assessed months (汇缴核定编辑, manual B3.5–B3.9): the list, person by person, deleting the last."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.database import snapshot, transaction
from data.enums import Action, AssessmentStatus, RemittanceKind
from data.models.case import Case
from data.models.register import Employer
from data.models.remittance import Assessment, AssessmentLine
from services import audit, exports
from services.actor import Actor
from services.approval import conflicts
from services.deferral import periods
from services.errors import BusinessError, NotFound
from services.exports import Listing
from services.files.columns import Column, SheetRow
from services.files.template import File
from services.remittance import trail
from services.rules import clock, identity
from services.rules.months import Month
from services.summary import keep

PRINTABLE = (AssessmentStatus.APPROVED, AssessmentStatus.BOOKED)
REASON_LENGTH = 200
_COLUMNS = (
    Column("序号", "integer", 6),
    Column("个人账号", width=16),
    Column("姓名", width=12),
    Column("证件号码", width=22),
    Column("缴存基数", "money", 14),
    Column("单位比例(%)", "integer", 12),
    Column("个人比例(%)", "integer", 12),
    Column("单位月缴存额", "money", 14),
    Column("个人月缴存额", "money", 14),
    Column("月缴存额", "money", 14),
)


class NotTheLast(BusinessError):
    message = "只能删除最后一个已核定月度（{month}）"


class Booked(BusinessError):
    message = "已入账，不能删除"


class NoReason(BusinessError):
    message = "该月核定已经中心审批，请填写删除原因"


class ReasonTooLong(BusinessError):
    message = "删除原因最多{limit}字"


@dataclass(frozen=True, slots=True)
class AssessedMonth:
    """An assessment as listed. Money is yuan; the time China's."""

    id: int
    month: Month
    kind: RemittanceKind
    status: AssessmentStatus
    serial: str
    last_heads: int
    last_amount: Decimal
    plus_heads: int
    plus_amount: Decimal
    minus_heads: int
    minus_amount: Decimal
    difference: Decimal
    heads: int
    employer_amount: Decimal
    contributor_amount: Decimal
    assessed_at: datetime

    @property
    def amount(self) -> Decimal:
        return self.employer_amount + self.contributor_amount

    @property
    def can_print(self) -> bool:
        """Printing waits for the center's approval (manual B3, 汇缴核定编辑)."""
        return self.status in PRINTABLE


@dataclass(frozen=True, slots=True)
class MonthRoster:
    """A month with everybody in it, as they were then.

    `lines` has the columns 序号, 个人账号, 姓名, 证件号码 (whole), 缴存基数, 单位比例(%), 个人比例(%),
    单位月缴存额, 个人月缴存额, 月缴存额; money is Decimal yuan.
    """

    month: AssessedMonth
    lines: pd.DataFrame


@audit.refusals
def assessed_months(actor: Actor) -> list[AssessedMonth]:
    """Return every assessment of the clerk's employer, the latest first, the deleted ones too."""
    with snapshot() as session:
        found = session.execute(
            select(Assessment, Case.serial)
            .outerjoin(Case, Case.id == Assessment.case_id)
            .where(Assessment.employer_id == actor.employer)
            .order_by(Assessment.month.desc(), Assessment.id.desc())
        )
        return [_listed(assessment, serial) for assessment, serial in found]


@audit.refusals
def roster(actor: Actor, assessment_id: int) -> MonthRoster:
    """Return a month person by person (汇缴明细). Raises NotFound, NotAllowed."""
    month, rows = _rows(actor, assessment_id)
    return MonthRoster(month, pd.DataFrame(rows, columns=[column.heading for column in _COLUMNS]))


@audit.refusals
def download(actor: Actor, assessment_id: int) -> File:
    """Return the 汇缴明细 as a workbook with a row of totals. Raises NotFound, NotAllowed."""
    month, rows = _rows(actor, assessment_id)
    with snapshot() as session:
        employer = session.get_one(Employer, actor.employer)
    listing = Listing(
        title="汇缴明细",
        filename=f"汇缴明细_{employer.number}_{month.month.number}.xlsx",
        columns=_COLUMNS,
        rows=rows,
        head=(("单位名称", employer.name), ("单位账号", employer.number)),
        conditions=f"汇缴年月{month.month.label}",
        sentence=f"{month.heads}人，{month.amount:,.2f}元",
        totals={
            "个人账号": "合计",
            "姓名": f"{month.heads}人",
            "单位月缴存额": month.employer_amount,
            "个人月缴存额": month.contributor_amount,
            "月缴存额": month.amount,
        },
    )
    return exports.save(actor, listing)


@audit.refusals
def delete(actor: Actor, assessment_id: int, *, reason: str = "") -> None:
    """核定删除: the last assessed month, while it is not booked; it is kept as 已删除.

    The chain moves back. One that the center has approved needs a reason, kept in its trail.
    Raises NotFound, Booked, NotTheLast, NoReason, ReasonTooLong, NotAllowed.
    """
    reason = reason.strip()
    with transaction() as session:
        employer = conflicts.lock_employer(session, actor.employer)
        doomed = own(session, actor, assessment_id)
        if doomed.deleted_at:
            raise NotFound(what="该月核定")
        if doomed.status is AssessmentStatus.BOOKED:
            raise Booked
        last = session.scalars(select(func.max(Assessment.month)).where(*standing(doomed))).one()
        if doomed.month != last:
            raise NotTheLast(month=Month.of(last))
        if doomed.status is AssessmentStatus.APPROVED and not reason:
            raise NoReason
        if len(reason) > REASON_LENGTH:
            raise ReasonTooLong(limit=REASON_LENGTH)
        take_back(session, employer, doomed, AssessmentStatus.DELETED)
        keep.assessed(session, [doomed], sign=-1)
        words = f"核定删除：{reason}" if reason else "核定删除"
        trail.note(session, doomed, actor, Action.CLOSE, words)


def take_back(
    session: Session, employer: Employer, assessment: Assessment, status: AssessmentStatus
) -> None:
    """End an assessment as deleted or returned; the employer's chain goes back before it.

    Not behind a deferral that is over: its months are paid back on their own.
    """
    assessment.status, assessment.deleted_at = status, clock.now()
    session.flush()
    if assessment.kind is RemittanceKind.REGULAR:
        left = session.scalars(select(func.max(Assessment.month)).where(*standing(assessment)))
        settled = max(left.one() or 0, employer.paid_to or 0)
        employer.assessed_to = settled or None
        if settled:
            ended = periods.ended(session, employer.id)
            employer.assessed_to = periods.first_open(employer, ended).plus(-1).number


def standing(assessment: Assessment) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the employer's months of the same kind that stand."""
    return (
        Assessment.employer_id == assessment.employer_id,
        Assessment.kind == assessment.kind,
        Assessment.deleted_at.is_(None),
    )


def own(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """Return an assessment of the clerk's employer. Raises NotFound for everybody else's."""
    found = session.get(Assessment, assessment_id)
    if found is None or found.employer_id != actor.employer:
        raise NotFound(what="该月核定")
    return found


def masked(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines as a screen may show them."""
    shown = lines.copy()
    shown["证件号码"] = shown["证件号码"].map(identity.masked)
    return shown


def _rows(actor: Actor, assessment_id: int) -> tuple[AssessedMonth, list[SheetRow]]:
    line = AssessmentLine
    with snapshot() as session:
        assessment = own(session, actor, assessment_id)
        case = session.get(Case, assessment.case_id) if assessment.case_id else None
        found = session.execute(
            select(
                line.account, line.name, line.id_number, line.base, line.employer_rate,
                line.contributor_rate, line.employer_amount, line.contributor_amount,
            )
            .where(line.assessment_id == assessment_id, line.employer_id == assessment.employer_id)
            .order_by(line.account)
        )  # fmt: skip
        rows: list[SheetRow] = [
            (number, *row, row.employer_amount + row.contributor_amount)
            for number, row in enumerate(found, start=1)
        ]
        return _listed(assessment, case.serial if case else None), rows


def _listed(row: Assessment, serial: str | None) -> AssessedMonth:
    return AssessedMonth(
        row.id, Month.of(row.month), row.kind, row.status, serial or "", row.last_heads,
        row.last_amount, row.plus_heads, row.plus_amount, row.minus_heads, row.minus_amount,
        row.difference, row.heads, row.employer_amount, row.contributor_amount,
        clock.in_china(row.assessed_at),
    )  # fmt: skip
