"""The chart of the center's own work (业务办理): what waits, what was done, how long it took."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sqlalchemy import ColumnElement, Integer, cast, extract, func, select
from sqlalchemy.orm import Session

from data.enums import Action, BusinessKind, CaseStatus
from data.models.case import Case, Step
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
_TENTH_SECONDS = 8_640


def work(session: Session, scope: Scope) -> Chart:
    """Return chart 9: how many cases wait and were done, and the median and P90 of their time."""
    waiting = _waiting(session, scope)
    turned = _turned_back(session, scope)
    times = _times(session, scope)
    rows: list[SheetRow] = []
    for kind in DECIDED:
        lengths = times[kind]
        done, back = lengths.total(), turned.get(kind, 0)
        rows.append((
            kind.label, waiting.get(kind, 0), done, back, share(back, done + back),
            quantile(lengths, 50), quantile(lengths, 90),
        ))  # fmt: skip
    return Chart(
        "work",
        "中心办理业务要多久，积压多少？",
        "办结：统计年月内审批通过的业务；办理时长：末次提交到办结的自然日；退回：同期退回和不通过的次数；待审核为当前数。",
        as_of(),
        (
            text("业务", 20), count("待审核"), count("办结"), count("退回"), money("退回率(%)"),
            money("办理时长中位数（天）"), money("九成业务办结天数"),
        ),
        rows,
        [kind.value for kind in DECIDED],
        (
            Trace("办理时长中位数（天）", "bar", DAYS),
            Trace("九成业务办结天数", "light bar", DAYS),
        ),
        is_across=True,
        note=f"待审核{sum(waiting.values())}件，办结{sum(lengths.total() for lengths in times.values())}件",
    )  # fmt: skip


def quantile(lengths: Counter[int], percent: int) -> Decimal | None:
    """Return the shortest time, in days, in which so many percent were done; None of nothing."""
    total = lengths.total()
    done = 0
    for length in sorted(lengths):
        done += lengths[length]
        if done * 100 >= total * percent:
            return Decimal(length).scaleb(-1)
    return None


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


def _times(session: Session, scope: Scope) -> dict[BusinessKind, Counter[int]]:
    """Return how many cases took how long, in tenths of a day, by business."""
    seconds = extract("epoch", Case.ended_at) - extract("epoch", Case.submitted_at)
    tenths = cast(seconds, Integer) // _TENTH_SECONDS
    each = scope.narrowed(
        select(Case.kind, tenths.label("tenths")).where(*ended_within(scope)), Case.employer_id
    ).subquery()
    times: dict[BusinessKind, Counter[int]] = defaultdict(Counter)
    found = select(each.c.kind, each.c.tenths, func.count()).group_by(each.c.kind, each.c.tenths)
    for kind, length, cases in session.execute(found):
        times[kind][length] = cases
    return times


def _turned_back(session: Session, scope: Scope) -> dict[BusinessKind, int]:
    turned = (
        select(Case.kind, func.count())
        .join(Step, Step.case_id == Case.id)
        .where(
            Step.action.in_((Action.RETURN, Action.REJECT)),
            Step.taken_at >= midnight(scope.first),
            Step.taken_at < midnight(scope.last.plus(1)),
            Case.kind.in_(DECIDED),
        )
        .group_by(Case.kind)
    )
    return dict(session.execute(scope.narrowed(turned, Case.employer_id)).all())


def _waiting(session: Session, scope: Scope) -> dict[BusinessKind, int]:
    waiting = (
        select(Case.kind, func.count())
        .where(Case.kind.in_(DECIDED), Case.ended_at.is_(None), Case.status == CaseStatus.PENDING)
        .group_by(Case.kind)
    )
    return dict(session.execute(scope.narrowed(waiting, Case.employer_id)).all())
