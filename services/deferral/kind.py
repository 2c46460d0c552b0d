"""What a deferral is to the engine (manual B10): its check, what an officer sees, its effect."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
from sqlalchemy.orm import Session

from data.enums import BusinessKind, Role
from data.models.case import Case
from data.models.deferral import Deferral
from data.models.register import Employer
from data.policy_codes import PolicyKey
from services import past_months
from services.approval import conflicts, papers
from services.approval.kind import ApprovalKind
from services.approval.sheet import Check, Figure, Sheet, checked, raised
from services.deferral import form, periods
from services.deferral.form import Act
from services.errors import BusinessError
from services.months_due import MonthDue
from services.rules.months import Month

MONEY = ("单位月缴存额", "个人月缴存额", "合计")


class NothingFilledIn(BusinessError):
    message = "请先填写缓缴信息"


def table(months: Sequence[MonthDue]) -> pd.DataFrame:
    """Return deferred months with Chinese headings: heads, and yuan."""
    rows = [(str(m.month), str(m.heads), m.employer_amount, m.contributor_amount, m.total)
            for m in months]  # fmt: skip
    return pd.DataFrame(rows, columns=("年月", "人数", *MONEY))


def covered(act: Act, first: Month, month: Month) -> list[Month]:
    """Return the months that stay unpaid for now: the release's own month is due again."""
    return first.through(month if act is Act.DEFER else month.plus(-1))


def _filled(case: Case) -> tuple[Act, Month, Month]:
    if not case.form.get("last"):
        raise NothingFilledIn
    first, month = (Month.of(int(case.form[name])) for name in ("first", "last"))
    return Act(case.form["act"]), first, month


def _check(session: Session, case: Case) -> None:
    """Raise where this may not be: at submission, and again at the last approval."""
    act, first, month = _filled(case)
    if refusal := form.objection(session, case.employer_id, act):
        raise refusal
    conflicts.require_booked(session, case.employer_id, 0)
    if act is Act.DEFER:
        _from(first, form.due(session, case.employer_id))
    form.require_month(session, case.employer_id, act, month)


def _present(session: Session, case: Case) -> Sheet:
    """Return what is asked for, and the months it concerns with their amounts."""
    act, first, month = _filled(case)
    employer = session.get_one(Employer, case.employer_id)
    months = past_months.due(session, employer, covered(act, first, month))
    total = sum((due.total for due in months), Decimal("0.00"))
    figures = [
        Figure("申请事项", act.label),
        Figure("缓缴起始年月", str(first)),
        Figure("缓缴结束年月" if act is Act.DEFER else "解除缓缴年月", str(month)),
        Figure("缓缴月数", f"{len(months)}"),
        Figure("缓缴金额" if act is Act.DEFER else "应补缴金额", f"{total:,.2f}", "warn"),
        Figure(f"{act.label}原因", str(case.form["reason"])),
    ]
    return Sheet(figures, table(months), money=MONEY)


def _checks(session: Session, case: Case) -> list[Check]:
    """Return each rule with what it says of the application now."""
    act, first, month = _filled(case)
    employer_id, due = case.employer_id, form.due(session, case.employer_id)
    state = "单位账户正常，缴存过，不在缓缴期内" if act is Act.DEFER else "单位正在缓缴期内"
    end = "缓缴结束年月" if act is Act.DEFER else "解除缓缴年月"
    allowed = form.choices(session, employer_id, act)
    span = f"{end}在{allowed[0]}至{allowed[-1]}之间" if allowed else f"{end}在缓缴期内"
    found = [
        checked("单位状态", state, lambda: raised(form.objection(session, employer_id, act))),
        checked("汇缴入账", "没有已核定未入账的汇缴",
                lambda: conflicts.require_booked(session, employer_id, 0)),
        checked("期限", span, lambda: form.require_month(session, employer_id, act, month)),
        papers.check(session, KIND.code, form.MATERIALS[act], case),
    ]  # fmt: skip
    if act is Act.DEFER:
        found.insert(2, checked("起始年月", "从应汇缴年月开始", lambda: _from(first, due)))
    return found


def _from(first: Month, due: Month) -> None:
    if first != due:
        raise form.NotFromDueMonth(due=due.label)


def _apply(session: Session, case: Case) -> None:
    """Begin the deferral, or end the one that runs; the account's status follows."""
    employer = conflicts.lock_employer(session, case.employer_id)
    act, first, month = _filled(case)
    if act is Act.DEFER:
        granted = Deferral(
            case_id=case.id, employer_id=employer.id, first_month=first.number,
            last_month=month.number,
        )  # fmt: skip
        session.add(granted)
        periods.follow(session, employer)
    elif running := periods.running(session, employer.id):
        periods.end(session, running, month, periods.RELEASED)


KIND = ApprovalKind(
    BusinessKind.DEFERRAL,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缓缴/解除缓缴！",
    checks=_checks,
    days=PolicyKey.DEFERRAL_REVIEW_DAYS,
    levels=(Role.REVIEWER, Role.SENIOR_REVIEWER),
    materials=tuple(material for asked in form.MATERIALS.values() for material in asked),
)
