"""Charts of the register (登记): kinds of employers, bases, rates, and who has adjusted in July."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from data.enums import Branch, BusinessKind, CaseStatus
from data.models.case import Case
from data.models.register import Employer
from services import policy
from services.files.columns import SheetRow
from services.overview import monthly
from services.overview.chart import COUNT, SHARE, Chart, Trace, count, money, share, text
from services.overview.collection import as_of
from services.overview.scope import Scope, this_month
from services.rules import clock
from services.rules.months import HpfYear
from services.summary import present
from services.summary.details import STEP
from services.summary.present import PEOPLE

EVERYBODY = 0  # an employer's id that no employer has: the policy for all
_REVIEWED = (CaseStatus.APPROVED, CaseStatus.PENDING)


def kinds(session: Session, scope: Scope) -> Chart:
    """Return chart 3: which kinds of employers there are, and whose people."""
    found = {
        kind: (units, int(heads))
        for kind, units, heads in session.execute(
            select(Employer.kind, func.count(), func.sum(PEOPLE.c.normal_heads))
            .join(PEOPLE, PEOPLE.c.employer_id == Employer.id)
            .where(monthly.is_remitting(), *scope.of(Employer.branch, Employer.kind))
            .group_by(Employer.kind)
        )
    }
    everybody = sum(heads for _, heads in found.values())
    everywhere = sum(units for units, _ in found.values())
    ranked = sorted(found, key=lambda kind: (-found[kind][1], kind.value))
    rows: list[SheetRow] = [
        (kind.label, units, share(units, everywhere), heads, share(heads, everybody))
        for kind in ranked
        for units, heads in [found[kind]]
    ]
    return Chart(
        "kinds",
        "缴存单位和职工属于哪些性质？",
        "账户状态为正常、开户或缓缴且有正常缴存人的单位，按单位性质；职工为其正常状态缴存人。",
        as_of(),
        (
            text("单位性质", 18),
            count("单位数"),
            money("单位占比(%)"),
            count("职工人数"),
            money("职工占比(%)"),
        ),
        rows,
        [kind.value for kind in ranked],
        (Trace("单位占比(%)", "light bar", SHARE), Trace("职工占比(%)", "bar", SHARE)),
        is_across=True,
    )


def bases(session: Session, scope: Scope) -> Chart:
    """Return chart 5: how many people stand in each step of the base, with the year's limits."""
    people = present.bases().subquery()
    found = dict(
        session.execute(
            scope.narrowed(select(people.c.step, func.sum(people.c.heads)), people.c.employer_id)
            .group_by(people.c.step)
            .having(func.sum(people.c.heads) > 0)
        ).all()
    )
    limits = _limits(session)
    there = [*found, *(step for step, _ in limits)]
    steps = list(range(min(there, default=0), max(there, default=-1) + 1))
    everybody = sum(map(int, found.values()))
    rows: list[SheetRow] = [
        (step_label(step), int(found.get(step, 0)), share(int(found.get(step, 0)), everybody))
        for step in steps
    ]
    return Chart(
        "bases",
        "职工的缴存基数怎样分布？",
        "正常状态缴存人现在的缴存基数，每1,000元一档；虚线为当前缴存基数下限和上限。",
        as_of(),
        (text("缴存基数（元）", 18), count("人数"), money("占比(%)")),
        rows,
        [str(step) for step in steps],
        (Trace("人数", "bar", COUNT),),
        marks=tuple((step_label(step), words) for step, words in limits),
        ticks=tuple(str(step) for step in steps),
        along="缴存基数（千元起）",
    )


def rates(session: Session, scope: Scope) -> Chart:
    """Return chart 6: how many employers and people pay at each rate."""
    low, high = 5, 12
    found = {
        rate: (units, int(heads))
        for rate, units, heads in session.execute(
            select(Employer.employer_rate, func.count(), func.sum(PEOPLE.c.normal_heads))
            .join(PEOPLE, PEOPLE.c.employer_id == Employer.id)
            .where(monthly.is_remitting(), *scope.of(Employer.branch, Employer.kind))
            .group_by(Employer.employer_rate)
        )
    }
    every = sorted({*found, *range(low, high + 1)})
    everybody = sum(heads for _, heads in found.values())
    rows: list[SheetRow] = [
        (f"{rate}%", units, heads, share(heads, everybody))
        for rate in every
        for units, heads in [found.get(rate, (0, 0))]
    ]
    return Chart(
        "rates",
        "单位和职工按什么比例缴存？",
        "现行单位缴存比例（个人比例与其相同），单位数和正常状态缴存人数。",
        as_of(),
        (text("缴存比例"), count("单位数"), count("职工人数"), money("职工占比(%)")),
        rows,
        [str(rate) for rate in every],
        (Trace("职工人数", "bar", COUNT), Trace("单位数", "line", COUNT, is_second=True)),
    )


def progress(session: Session, scope: Scope) -> Chart:
    """Return chart 10: who has adjusted the bases of the scope's HPF year, branch by branch."""
    year = hpf_year(session, scope)
    remitting = dict(
        session.execute(
            select(Employer.branch, func.count())
            .join(PEOPLE, PEOPLE.c.employer_id == Employer.id)
            .where(monthly.is_remitting(), *scope.of(Employer.branch, Employer.kind))
            .group_by(Employer.branch)
        ).all()
    )
    found = _adjusted(session, scope, year)
    places = [branch for branch in Branch if branch in remitting]
    rows: list[SheetRow] = []
    for branch in places:
        done, waiting = found[branch, CaseStatus.APPROVED], found[branch, CaseStatus.PENDING]
        all_of_it = remitting[branch]
        rows.append((
            branch.label, all_of_it, done, waiting, max(all_of_it - done - waiting, 0),
            share(done, all_of_it),
        ))  # fmt: skip
    return Chart(
        "progress",
        f"{year.label}基数调整进展到哪里？",
        f"应调整：账户状态为正常、开户或缓缴且有正常缴存人的单位；已调整、审核中：{year.label}基数调整业务已办结、待审核的单位。",
        as_of(),
        (
            text("管理部"), count("应调整单位数"), count("已调整"), count("审核中"),
            count("未调整"), money("完成率(%)"),
        ),
        rows,
        [branch.value for branch in places],
        (
            Trace("已调整", "bar", COUNT),
            Trace("审核中", "light bar", COUNT),
            Trace("未调整", "grey bar", COUNT),
        ),
        is_across=True,
        is_stacked=True,
    )  # fmt: skip


def hpf_year(session: Session, scope: Scope) -> HpfYear:
    """Return the HPF year to look at: the present one, unless the scope ends before last month."""
    now = this_month()
    month = now if scope.last >= now.plus(-1) else scope.last
    try:
        starts = policy.in_force(session, clock.today(), EVERYBODY).hpf_year.first.month
    except policy.PolicyMissing:
        return HpfYear.of(month)
    return HpfYear.of(month, starts)


def step_label(step: int) -> str:
    return f"{step * 1000:,}–{step * 1000 + 999:,}"


def _adjusted(
    session: Session, scope: Scope, year: HpfYear
) -> defaultdict[tuple[Branch, CaseStatus], int]:
    """Count the remitting employers, each once: who has adjusted and asks again has adjusted."""
    is_done = func.max(case((Case.status == CaseStatus.APPROVED, 1), else_=0)).label("is_done")
    each = (
        select(Employer.branch, is_done)
        .join(Case, Case.employer_id == Employer.id)
        .join(PEOPLE, PEOPLE.c.employer_id == Employer.id)
        .where(
            Case.kind == BusinessKind.BASE_ADJUSTMENT,
            Case.effective_month == year.first.number,
            Case.status.in_(_REVIEWED),
            monthly.is_remitting(),
            *scope.of(Employer.branch, Employer.kind),
        )
        .group_by(Employer.id, Employer.branch)
        .subquery()
        .c
    )
    found = session.execute(
        select(each.branch, each.is_done, func.count()).group_by(each.branch, each.is_done)
    )
    counts: defaultdict[tuple[Branch, CaseStatus], int] = defaultdict(int)
    for branch, has_adjusted, units in found:
        counts[branch, CaseStatus.APPROVED if has_adjusted else CaseStatus.PENDING] = units
    return counts


def _limits(session: Session) -> list[tuple[int, str]]:
    """Return in which steps today's limits of the base lie, and their words."""
    try:
        limits = policy.in_force(session, clock.today(), EVERYBODY).limits
    except policy.PolicyMissing:
        return []
    words = ((limits.base_min, "下限"), (limits.base_max, "上限"))
    return [(fen // STEP, f"{name}{Decimal(fen).scaleb(-2):,.2f}") for fen, name in words]
