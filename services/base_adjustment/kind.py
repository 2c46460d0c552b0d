"""What a base adjustment is to the engine (manual B2.5–B2.10): its check, what an officer sees, its effect."""

from decimal import Decimal

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    bindparam,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.enums import BusinessKind, CaseStatus, ChangeKind, ContributorStatus
from data.models.base_adjustment import BaseAdjustmentLine
from data.models.case import Case
from data.models.register import Contributor, ContributorChange
from services import decided, standing
from services.approval.kind import ApprovalKind
from services.approval.requirements import Material
from services.approval.sheet import Check, Figure, Sheet
from services.base_adjustment import checks, facts, frames, kept, roster
from services.base_adjustment.facts import Terms
from services.base_adjustment.line import LINE, PERSON, Line, fen
from services.errors import BusinessError
from services.rules import clock, contribution
from services.rules.amounts import signed
from services.rules.months import Month
from services.summary import keep

_NEW, _OWN, _WITHHELD = map(
    fen, (LINE.c.new_base, LINE.c.employer_amount, LINE.c.contributor_amount)
)
_HAS_MOVED = or_(
    PERSON.c.employer_id != LINE.c.employer_id,
    ~standing.IS_NORMAL,
    PERSON.c.base != LINE.c.old_base,
)
#: What all lines together tell; `_glance` adds whether their parts are reckoned as they would be today.
_GLANCE = (
    select(
        func.count(),
        func.count().filter(_HAS_MOVED),
        func.min(_NEW),
        func.max(_NEW),
        func.min(_OWN + _WITHHELD),
        func.max(_OWN + _WITHHELD),
    )
    .join_from(LINE, PERSON)
    .where(LINE.c.case_id == bindparam("case_id"), LINE.c.employer_id == bindparam("employer_id"))
)


class EmptyRoster(BusinessError):
    message = "清册为空，请先点击【批量导入】导入数据"


class LineObjection(BusinessError):
    message = "{name}（{account}）：{reason}"


def _check(session: Session, case: Case) -> None:
    """Raise where the roster may not stand: at submission, and again at the approval."""
    terms = facts.terms(session, case.employer_id)
    people, stands = _glance(session, case, terms)
    if not people:
        raise EmptyRoster
    if terms.settled_to and terms.settled_to >= Month.of(case.effective_month):
        raise facts.AlreadyAssessed(month=f"{terms.effective_month.month}月")
    if stands:
        return
    is_officers = case.status is CaseStatus.PENDING
    way = "请退回单位" if is_officers else "请"
    for name, account in kept.moved_away(session, case):
        reason = f"账户已转出本单位，{way}删除该行"
        raise LineObjection(name=name, account=account, reason=reason)
    for line in kept.lines(session, case):
        if said := _objection(line, terms, way):
            raise LineObjection(name=line.name, account=line.account, reason=said)


def _glance(session: Session, case: Case, terms: Terms) -> tuple[int, bool]:
    """Count the lines, and tell whether none is objected to; names and words are for refusals."""
    policy = terms.policy
    own = contribution.part_of_column(_NEW, terms.employer_rate, policy.rounding)
    withheld = contribution.part_of_column(_NEW, terms.contributor_rate, policy.rounding)
    asked = _GLANCE.add_columns(func.count().filter(or_(own != _OWN, withheld != _WITHHELD)))
    of_case = {"case_id": case.id, "employer_id": case.employer_id, **kept.as_of(case)}
    people, moved, *ends, reckoned_otherwise = session.execute(asked, of_case).one()
    if not people or moved or reckoned_otherwise:
        return people, False
    return people, policy.limits.allow(ends[:2], ends[2:])


def _objection(line: Line, terms: Terms, way: str) -> str | None:
    """Say why this person may not take this base today, and what to do, or None."""
    if line.status is not ContributorStatus.NORMAL:
        return f"账户状态已为{line.status.label}，{way}删除该行"
    if line.present_base != line.old_base:
        return f"调整前基数已变动，{way}重新下载模板"
    parts = terms.parts(line.new_base)
    if parts != (line.employer_amount, line.contributor_amount):
        return f"缴存比例或计算方法已变动，{way}重新导入"
    return terms.policy.limits.objection(line.new_base, sum(parts))


def _present(session: Session, case: Case) -> Sheet:
    """Return the roster with its effect, what deserves a second look marked."""
    terms = facts.terms(session, case.employer_id)
    entered = kept.lines(session, case)
    if decided.is_done(case):
        terms, entered = _as_decided(session, case, terms, entered)
    found, frame = roster.effect(entered, terms), frames.frame(entered, terms.policy.limits)
    rise = found.difference
    lines = pd.DataFrame(
        {
            "个人账号": frame["account"],
            "姓名": frame["name"],
            "调整前基数": frame["old_base"],
            "调整后基数": frame["new_base"],
            "调整后月缴存额": frame["new_amount"],
            "基数变动": frame["change"],
            "核对提示": frame["note"],
        }
    )
    figures = [
        Figure("职工人数", f"{found.people:,}"),
        Figure("基数有变动", f"{found.changed:,}"),
        Figure("调整前月缴存额", f"{found.before:,.2f}"),
        Figure("调整后月缴存额", f"{found.after:,.2f}"),
        Figure("差额", signed(rise), "up" if rise > 0 else "down" if rise < 0 else ""),
        Figure("最低/最高基数", f"{found.lowest:,.2f} / {found.highest:,.2f}"),
        Figure("涨超50%或降超30%", f"{found.steep:,}人", "warn" if found.steep else ""),
        Figure("等于上下限", f"{found.at_limit:,}人", "warn" if found.at_limit else ""),
    ]
    return Sheet(
        figures, lines, money=("调整前基数", "调整后基数", "调整后月缴存额", "基数变动"),
        pairs=(("调整前基数", "调整后基数"),),
    )  # fmt: skip


def _as_decided(
    session: Session, case: Case, terms: Terms, entered: list[Line]
) -> tuple[Terms, list[Line]]:
    """Return the lines with what everybody paid before: the accounts have the new amounts by now."""
    then = decided.terms(session, case)
    bases = {line.contributor_id: line.old_base for line in entered}
    before = decided.amounts(session, case, then, bases)
    old = [line._replace(old_amount=before[line.contributor_id]) for line in entered]
    return terms._replace(policy=then.policy), old


def _checks(session: Session, case: Case) -> list[Check]:
    return checks.checks(session, case, KIND.materials)


def _apply(session: Session, case: Case) -> None:
    """Give everybody on the roster the new base and amounts, and keep a record of each."""
    line = BaseAdjustmentLine
    session.execute(
        insert(ContributorChange).from_select(
            ["contributor_id", "employer_id", "case_id", "kind", "old", "new",
             "effective_month", "changed_on"],
            select(
                line.contributor_id, literal(case.employer_id), line.case_id,
                literal(ChangeKind.BASE_CHANGED.value), _as_text(line.old_base),
                _as_text(line.new_base), literal(case.effective_month), literal(clock.today()),
            ).where(line.case_id == case.id, line.employer_id == case.employer_id),
        )
    )  # fmt: skip
    session.execute(
        update(Contributor)
        .where(
            Contributor.id == line.contributor_id,
            line.case_id == case.id,
            line.employer_id == case.employer_id,
        )
        .values(
            base=line.new_base,
            employer_amount=line.employer_amount,
            contributor_amount=line.contributor_amount,
        )
        .execution_options(synchronize_session=False)
    )
    keep.people(session, case.employer_id)


def _as_text(column: InstrumentedAttribute[Decimal]) -> ColumnElement[str]:
    """Return a column of fen as text in yuan, by functions that both databases have."""
    fen = type_coerce(column, BigInteger)
    cents = func.substr(cast(fen % 100 + 100, String), 2)  # two digits always
    return cast(fen // 100, String) + "." + cents


KIND = ApprovalKind(
    BusinessKind.BASE_ADJUSTMENT,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缴存人基数变更！",
    materials=(
        Material("011201", "缴存基数变更证明"),
        Material("011202", "工资表", required=False),
    ),
    checks=_checks,
)
