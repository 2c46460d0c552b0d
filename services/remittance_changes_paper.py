"""The 汇缴变更清册 as it is drawn: who makes a month differ from the one before (domain rules 4.3).

Read from the two months' snapshots, so that it says what was assessed then; its total is the
month's amount less the last one's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.codes import SealReason, UnsealReason
from data.enums import ChangeKind
from data.models.register import ContributorChange
from data.models.remittance import Assessment, AssessmentLine
from data.models.status_change import StatusChangeLine
from services.files.columns import Column, SheetRow
from services.files.pdf import ListPaper
from services.remittance_papers import AssessedMonth
from services.rules import clock

COLUMNS: Final = (
    Column("序号", "integer", 5),
    Column("变更", width=9),
    Column("类型", width=9),
    Column("个人账号", width=14),
    Column("姓名", width=12),
    Column("证件号码", width=20),
    Column("缴存基数", "money", 12),
    Column("上月缴存额", "money", 12),
    Column("本月缴存额", "money", 12),
    Column("变更额", "money", 12),
    Column("变更原因", width=22),
)
PLUS, MINUS, OTHER = "增加", "减少", "调整"
_REASONS: Final = {
    reason.value: reason.label for kind in (SealReason, UnsealReason) for reason in kind
}
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Difference:
    """One person whose amount is not the last month's. Yuan; None where not in that month."""

    line: AssessmentLine
    was: Decimal | None
    now: Decimal | None

    @property
    def section(self) -> str:
        return PLUS if self.was is None else MINUS if self.now is None else OTHER

    @property
    def change(self) -> Decimal:
        return (self.now or _NOTHING) - (self.was or _NOTHING)


def changes(session: Session, month: AssessedMonth, code: str, verify_at: str) -> ListPaper:
    """Return the list: 增加, 减少, 调整, each with its own total."""
    last = _last(session, month.assessment)
    found = _differences(session, month.assessment, last)
    told = _told(session, month.assessment, last)
    before = last.employer_amount + last.contributor_amount if last else _NOTHING
    return ListPaper(
        title="住房公积金汇缴变更清册",
        head=(
            ("单位名称", month.employer.name),
            ("单位账号", month.employer.number),
            ("清册年月", month.label),
            ("上月汇缴", f"{last.heads if last else 0}人，{before:,.2f}元"),
            ("本月汇缴", f"{month.assessment.heads}人，{month.total:,.2f}元"),
            ("业务流水号", month.serial),
            ("填制日期", str(clock.today())),
            ("验证码", code),
        ),
        columns=COLUMNS,
        rows=_rows(found, told),
        totals={"变更": "合计", "姓名": f"{len(found)}人", "变更额": month.total - before},
        code=code,
        verify_at=verify_at,
        foot=(("单位经办人", month.clerk), ("中心审核人", month.officer), ("单位（公章）", "")),
        first_rows=16,
        next_rows=19,
        is_wide=True,
    )


def _last(session: Session, assessment: Assessment) -> Assessment | None:
    """Return the month that this one was compared with: the latest before it that stood then."""
    return session.scalar(
        select(Assessment)
        .where(
            Assessment.employer_id == assessment.employer_id,
            Assessment.month < assessment.month,
            Assessment.id < assessment.id,
            Assessment.deleted_at.is_(None),
        )
        .order_by(Assessment.month.desc())
        .limit(1)
    )


def _differences(
    session: Session, assessment: Assessment, last: Assessment | None
) -> list[Difference]:
    these, those = _lines(session, assessment), _lines(session, last) if last else {}
    found = [
        Difference(
            these.get(person) or those[person],
            _amount(those.get(person)),
            _amount(these.get(person)),
        )
        for person in these.keys() | those.keys()
    ]
    order = (PLUS, MINUS, OTHER)
    return sorted(
        (one for one in found if one.was != one.now),
        key=lambda one: (order.index(one.section), one.line.account),
    )


def _lines(session: Session, assessment: Assessment) -> dict[int, AssessmentLine]:
    chosen = select(AssessmentLine).where(
        AssessmentLine.assessment_id == assessment.id,
        AssessmentLine.employer_id == assessment.employer_id,
    )
    return {line.contributor_id: line for line in session.scalars(chosen)}


def _amount(line: AssessmentLine | None) -> Decimal | None:
    return line.employer_amount + line.contributor_amount if line else None


def _told(
    session: Session, assessment: Assessment, last: Assessment | None
) -> dict[int, tuple[str, str]]:
    """Return the kind and the reason of what was done last to each, between the two months."""
    change, line = ContributorChange, StatusChangeLine
    found = session.execute(
        select(change.contributor_id, change.kind, line.reason, line.note)
        .outerjoin(
            line,
            (line.case_id == change.case_id)
            & (line.contributor_id == change.contributor_id)
            & (line.employer_id == change.employer_id),
        )
        .where(
            change.employer_id == assessment.employer_id,
            change.kind.not_in((ChangeKind.INFO_CHANGED, ChangeKind.MOVED_OUT)),
            change.effective_month > (last.month if last else 0),
            change.effective_month <= assessment.month,
        )
        .order_by(change.effective_month, change.id)
    )
    return {
        person: (kind.label, "，".join(filter(None, (_REASONS.get(reason or "", ""), note))))
        for person, kind, reason, note in found
    }


def _rows(found: Iterable[Difference], told: Mapping[int, tuple[str, str]]) -> list[SheetRow]:
    """Return the sections' rows, the total of each below it."""
    rows: list[SheetRow] = []
    people = list(found)
    for section in (PLUS, MINUS, OTHER):
        mine = [one for one in people if one.section == section]
        for number, one in enumerate(mine, start=1):
            kind, reason = told.get(one.line.contributor_id, ("", ""))
            line = one.line
            rows.append((
                number, section, kind, line.account, line.name, line.id_number, line.base, one.was,
                one.now, one.change, reason,
            ))  # fmt: skip
        if mine:
            total = sum((one.change for one in mine), _NOTHING)
            rows.append(
                (None, f"{section}小计", None, None, f"{len(mine)}人", None, None, None, None,
                 total, None)
            )  # fmt: skip
    return rows
