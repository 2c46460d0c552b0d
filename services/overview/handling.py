"""The chart of the center's own work (业务办理): what waits, what was done, how long it took."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.enums import Action, BusinessKind, CaseStatus
from data.models.case import Case, Step
from data.models.register import Employer
from services.files.columns import SheetRow
from services.overview.chart import DAYS, Chart, Trace, count, money, share, text
from services.overview.collection import as_of
from services.overview.scope import Scope
from services.rules import clock
from services.rules.months import Month

#: Those that the center decides on; the others take effect at once.
DECIDED = (
    BusinessKind.EMPLOYER_INFO_CHANGE, BusinessKind.BASE_ADJUSTMENT, BusinessKind.RATE_ADJUSTMENT,
    BusinessKind.CONTRIBUTOR_INFO_CHANGE, BusinessKind.DEFERRAL,
)  # fmt: skip
_DAY_SECONDS = 86_400
_TENTH = Decimal("0.1")


def work(session: Session, scope: Scope) -> Chart:
    """Return chart 9: how many cases wait and were done, and the median and P90 of their time."""
    waiting = _by_kind(session, scope, Case.status == CaseStatus.PENDING)
    turned = _turned_back(session, scope)
    times = _times(session, scope)
    rows: list[SheetRow] = []
    for kind in DECIDED:
        days = sorted(times[kind])
        done, back = len(days), turned.get(kind, 0)
        rows.append((
            kind.label, waiting.get(kind, 0), done, back, share(back, done + back),
            quantile(days, 50), quantile(days, 90),
        ))  # fmt: skip
    return Chart(
        "work",
        "中心办理业务要多久，积压多少？",
        "办结：统计年月内审批通过的业务；办理时长：末次提交到办结的自然日；退回：同期退回和不通过的次数；待审核为当前数。",
        as_of(),
        (
            text("业务", 20), count("待审核"), count("办结"), count("退回"), money("退回率(%)"),
            money("办理时长中位数(天)"), money("九成业务办结天数"),
        ),
        rows,
        [kind.value for kind in DECIDED],
        (
            Trace("办理时长中位数(天)", "bar", DAYS),
            Trace("九成业务办结天数", "light bar", DAYS),
        ),
        is_across=True,
        note=f"待审核{sum(waiting.values())}件，办结{sum(len(t) for t in times.values())}件",
    )  # fmt: skip


def quantile(ordered: Sequence[float], percent: int) -> Decimal | None:
    """Return the smallest of the values that so many percent do not exceed, None of nothing."""
    if not ordered:
        return None
    place = -(-len(ordered) * percent // 100) - 1
    return Decimal(str(ordered[place])).quantize(_TENTH)


def ended_within(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a case that was approved in the scope's months."""
    return (
        Case.status == CaseStatus.APPROVED,
        Case.kind.in_(DECIDED),
        Case.ended_at >= midnight(scope.first),
        Case.ended_at < midnight(scope.last.plus(1)),
    )


def first_day(month: Month) -> date:
    return date(month.year, month.month, 1)


def midnight(month: Month) -> datetime:
    """Return the first moment of a month in China."""
    return datetime.combine(first_day(month), time.min, tzinfo=clock.CHINA).astimezone(UTC)


def _times(session: Session, scope: Scope) -> dict[BusinessKind, list[float]]:
    found = session.execute(
        select(Case.kind, Case.submitted_at, Case.ended_at)
        .join(Employer, Employer.id == Case.employer_id)
        .where(*ended_within(scope), *scope.of(Employer.branch, Employer.kind))
    )
    times: dict[BusinessKind, list[float]] = defaultdict(list)
    for kind, submitted, ended in found:
        if submitted and ended:
            times[kind].append((ended - submitted).total_seconds() / _DAY_SECONDS)
    return times


def _turned_back(session: Session, scope: Scope) -> dict[BusinessKind, int]:
    found = session.execute(
        select(Case.kind, func.count())
        .join(Step, Step.case_id == Case.id)
        .join(Employer, Employer.id == Case.employer_id)
        .where(
            Step.action.in_((Action.RETURN, Action.REJECT)),
            Step.taken_at >= midnight(scope.first),
            Step.taken_at < midnight(scope.last.plus(1)),
            Case.kind.in_(DECIDED),
            *scope.of(Employer.branch, Employer.kind),
        )
        .group_by(Case.kind)
    )
    return dict(found.all())


def _by_kind(
    session: Session, scope: Scope, *which: ColumnElement[bool]
) -> dict[BusinessKind, int]:
    found = session.execute(
        select(Case.kind, func.count())
        .join(Employer, Employer.id == Case.employer_id)
        .where(Case.kind.in_(DECIDED), *which, *scope.of(Employer.branch, Employer.kind))
        .group_by(Case.kind)
    )
    return dict(found.all())
