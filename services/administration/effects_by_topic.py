"""What a change of each topic of policy touches (影响口径), reckoned on today's register."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from data.base import YuanType
from data.enums import BusinessKind, CaseStatus, Role
from data.models.case import LIVE, Case
from data.models.deferral import Deferral
from data.models.people import User
from data.models.register import Contributor, Employer
from data.policy_codes import PolicyKey, ProposalTopic, Rounding
from services import policy, standing
from services.approval import requirements
from services.rules import clock, contribution
from services.rules.amounts import signed
from services.rules.months import HpfYear, Month
from services.rules.rates import pair

MOST_LINES = 50
_DUE = type_coerce(Contributor.employer_amount + Contributor.contributor_amount, YuanType())


@dataclass(frozen=True, slots=True)
class Effect:
    """One consequence: how many it touches, in a sentence, and whom (up to fifty)."""

    sentence: str
    count: int
    heads: tuple[str, ...] = ()
    lines: Sequence[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A change under trial."""

    topic: ProposalTopic
    before: Mapping[str, str]
    after: Mapping[str, str]
    day: date
    employer_id: int | None
    business: BusinessKind | None

    def value(self, key: PolicyKey) -> str:
        return self.after[key.value]


def _outside(session: Session, asked: Asked) -> list[Effect]:
    """Whose base or monthly amount lies outside the limits, and at which employers: in one reading."""
    base_min, base_max, total_min, total_max = (
        Decimal(asked.value(key))
        for key in (
            PolicyKey.BASE_MIN, PolicyKey.BASE_MAX, PolicyKey.TOTAL_MIN, PolicyKey.TOTAL_MAX,
        )
    )  # fmt: skip
    questions = {
        f"缴存基数低于新下限{base_min:,.2f}元": Contributor.base < base_min,
        f"缴存基数高于新上限{base_max:,.2f}元": Contributor.base > base_max,
        f"月缴存额低于新下限{total_min:,.2f}元": total_min > _DUE,
        f"月缴存额高于新上限{total_max:,.2f}元": total_max < _DUE,
    }
    counts = [func.sum(case((outside, 1), else_=0)) for outside in questions.values()]
    rows = session.execute(
        select(Contributor.employer_id, *counts)
        .where(standing.IS_NORMAL, or_(*questions.values()))
        .group_by(Contributor.employer_id)
    ).all()
    employers = {
        id_: (number, name)
        for id_, number, name in session.execute(
            select(Employer.id, Employer.number, Employer.name)
        )
    }
    return [
        _people(what, [(*employers[row[0]], int(row[place])) for row in rows if row[place]])
        for place, what in enumerate(questions, start=1)
    ]


def _people(what: str, found: list[tuple[str, str, int]]) -> Effect:
    people = sum(count for _, _, count in found)
    found.sort(key=lambda line: (-line[2], line[0]))
    return Effect(
        f"{what}的正常缴存人{people:,}人，涉及{len(found):,}家单位",
        people, ("单位账号", "单位名称", "人数"),
        [(number, name, f"{count:,}") for number, name, count in found[:MOST_LINES]],
    )  # fmt: skip


def _rates(session: Session, asked: Asked) -> list[Effect]:
    if asked.employer_id:
        often = asked.value(PolicyKey.RATE_CHANGES_PER_YEAR)
        words = f"限办{often}次" if often else "按全中心的次数办理"
        return [Effect(f"该单位每年度缴存比例调整{words}", 0)]
    least, most = int(asked.value(PolicyKey.RATE_MIN)), int(asked.value(PolicyKey.RATE_MAX))
    found = session.execute(
        select(Employer.number, Employer.name, Employer.employer_rate, Employer.contributor_rate)
        .where(
            or_(*(or_(rate < least, rate > most)
                  for rate in (Employer.employer_rate, Employer.contributor_rate)))
        )
        .order_by(Employer.number)
    ).all()  # fmt: skip
    return [
        Effect(
            f"现行缴存比例不在{least}%至{most}%之间的单位{len(found):,}家（不自动调整，须由单位办理比例调整）",
            len(found), ("单位账号", "单位名称", "现比例"),
            [(number, name, pair(own, theirs)) for number, name, own, theirs in
             found[:MOST_LINES]],
        )
    ]  # fmt: skip


def _amounts(session: Session, asked: Asked) -> list[Effect]:
    """How the method changes what is due: by the groups of equal base and rates."""
    code = asked.value(PolicyKey.ROUNDING)
    if not code:
        return [Effect("该单位恢复使用全中心的计算方法", 0)]
    method = next(method for method in Rounding if method.value == code)
    chosen = (
        select(Contributor.base, Employer.employer_rate, Employer.contributor_rate,
               _DUE, func.count())
        .join(Employer, Employer.id == Contributor.employer_id)
        .where(standing.IS_NORMAL)
        .group_by(Contributor.base, Employer.employer_rate, Employer.contributor_rate, _DUE)
    )  # fmt: skip
    if asked.employer_id:
        chosen = chosen.where(Employer.id == asked.employer_id)
    people, before, after = 0, Decimal(0), Decimal(0)
    for base, own, theirs, amount, count in session.execute(chosen):
        total = contribution.amounts(base, own, theirs, method).total
        people += count if total != amount else 0
        before, after = before + amount * count, after + total * count
    return [
        Effect(
            f"按新方法重新计算，月缴存额有变化的缴存人{people:,}人，全部月缴存额由{before:,.2f}元"
            f"变为{after:,.2f}元（{signed(after - before)}元）；现有月缴存额不自动改变，"
            "生效后办理的登记、启封、基数调整和比例调整按新方法计算；已核定的月份不变",
            people,
        )
    ]


def _season(session: Session, asked: Asked) -> list[Effect]:
    stated = asked.after.get(PolicyKey.HPF_YEAR_STARTS.value)
    starts = int(stated or policy.value(session, PolicyKey.HPF_YEAR_STARTS, asked.day))
    day = max(asked.day, clock.today())
    year = HpfYear.of(Month.containing(day), starts)
    adjusted = (
        select(Case.employer_id)
        .where(Case.kind == BusinessKind.BASE_ADJUSTMENT, Case.status == CaseStatus.APPROVED)
        .where(Case.effective_month >= year.first.number)
    )
    rest = select(func.count()).select_from(Employer).where(Employer.id.not_in(adjusted))
    if asked.employer_id:
        rest = rest.where(Employer.id == asked.employer_id)
    count = session.scalars(rest).one()
    window = asked.value(PolicyKey.ADJUSTMENT_WINDOW)
    words = str(policy.window(window, day, starts)) if window else "按全中心的办理期间"
    open_cases = _live(session, BusinessKind.BASE_ADJUSTMENT)
    return [
        Effect(f"{year.label}办理期间：{words}", 0),
        Effect(f"{year.label}尚未办结基数调整的单位{count:,}家", count),
        Effect(f"正在办理（未办结）的基数调整业务{open_cases:,}件", open_cases),
    ]


def _deferrals(session: Session, asked: Asked) -> list[Effect]:
    most = int(asked.value(PolicyKey.DEFERRAL_MONTHS))
    running = session.execute(
        select(Employer.number, Employer.name, Deferral.first_month, Deferral.last_month)
        .join(Employer, Employer.id == Deferral.employer_id)
        .where(Deferral.ended_month.is_(None))
    )
    longer = [
        (number, name, f"{Month.of(first)}至{Month.of(last)}")
        for number, name, first, last in running
        if len(Month.of(first).through(Month.of(last))) > most
    ]
    return [
        Effect(f"已批准且期限超过{most}个月的缓缴{len(longer):,}家（按批准的期限继续执行）", len(longer),
               ("单位账号", "单位名称", "缓缴期"), longer[:MOST_LINES])
    ]  # fmt: skip


def _ahead(session: Session, asked: Asked) -> list[Effect]:
    last = Month.containing(clock.today()).plus(int(asked.value(PolicyKey.MONTHS_AHEAD)))
    count = session.scalars(
        select(func.count()).select_from(Employer).where(Employer.assessed_to > last.number)
    ).one()
    return [Effect(f"已核定到{last}以后的单位{count:,}家（已核定的月份不变）", count)]


def _levels(session: Session, asked: Asked) -> list[Effect]:
    business = asked.business
    roles = requirements.read(asked.value(PolicyKey.APPROVAL_LEVELS))
    pending = session.scalars(
        select(func.count())
        .select_from(Case)
        .where(Case.kind == business, Case.status == CaseStatus.PENDING)
    ).one()
    return [
        Effect(f"审核中的业务{pending:,}件仍按提交时的环节办理", pending),
        *(_unmanned(session, role) for role in roles),
    ]


def _unmanned(session: Session, role: Role) -> Effect:
    """Which branches have employers and nobody in the role: their cases would lie."""
    manned = select(User.branch).where(User.role == role, User.active.is_(True))
    branches = session.execute(
        select(Employer.branch, func.count())
        .where(Employer.branch.not_in(manned.where(User.branch.is_not(None))))
        .group_by(Employer.branch)
        .order_by(Employer.branch)
    ).all()
    return Effect(
        f"没有在用的{role.label}的管理部{len(branches)}个（有单位，业务将无人办理）", len(branches),
        ("管理部", "单位数"), [(branch.label, f"{count:,}") for branch, count in branches],
    )  # fmt: skip


def _papers(session: Session, asked: Asked) -> list[Effect]:
    count = _live(session, asked.business) if asked.business else 0
    return [Effect(f"尚未提交或已退回的该业务{count:,}件，提交时按新的材料要求检查", count)]


def _live(session: Session, business: BusinessKind) -> int:
    chosen = select(func.count()).select_from(Case).where(Case.kind == business)
    return session.scalars(chosen.where(Case.status.in_(LIVE))).one()


def _waiting(session: Session, _asked: Asked) -> list[Effect]:
    chosen = select(func.count()).select_from(Case).where(Case.status == CaseStatus.PENDING)
    count = session.scalars(chosen).one()
    return [Effect(f"待审核的业务{count:,}件，以后提交的业务按新的时限", count)]


OF_TOPIC: Mapping[ProposalTopic, Callable[[Session, Asked], Sequence[Effect]]] = {
    ProposalTopic.LIMITS: _outside,
    ProposalTopic.RATES: _rates,
    ProposalTopic.ROUNDING: _amounts,
    ProposalTopic.ADJUSTMENT: _season,
    ProposalTopic.DEFERRAL: _deferrals,
    ProposalTopic.REMITTANCE: _ahead,
    ProposalTopic.LEVELS: _levels,
    ProposalTopic.MATERIALS: _papers,
    ProposalTopic.DUE: _waiting,
    ProposalTopic.CALENDAR: _waiting,
}
