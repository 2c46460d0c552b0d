"""What an officer sees checked of a base adjustment: each rule with the first who breaks it."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from data.enums import BusinessKind, ContributorStatus
from data.models.case import Case
from services.approval import papers
from services.approval.requirements import Material
from services.approval.sheet import Check, Outcome, checked
from services.base_adjustment import facts, kept
from services.base_adjustment.facts import Terms
from services.base_adjustment.line import STEEP_FALL, STEEP_RISE, Line
from services.rules.limits import yuan
from services.rules.months import Month


def checks(session: Session, case: Case, materials: Sequence[Material]) -> list[Check]:
    """Return each rule with what it says of the roster now."""
    terms = facts.terms(session, case.employer_id)
    found, lacking = kept.lines(session, case), kept.missing(session, case)
    limits, month = terms.policy.limits, Month.of(case.effective_month)
    moved = {account for _, account in kept.moved_away(session, case)}
    return [
        _complete(found, lacking),
        checked("汇缴核定", f"{month.label}起的汇缴尚未核定", lambda: _unassessed(terms, month)),
        _all(found, "账户状态", "清册职工的账户均在本单位且为正常状态",
             lambda line: line.status is ContributorStatus.NORMAL and line.account not in moved),
        _all(found, "调整前基数", "与登记的缴存基数一致",
             lambda line: line.present_base == line.old_base),
        _all(found, "月缴存额", f"按现缴存比例{terms.rates}和“{terms.policy.rounding.label}”计算",
             lambda line: terms.parts(line.new_base)
             == (line.employer_amount, line.contributor_amount)),
        _all(found, "上下限", f"缴存基数{yuan(limits.base_min):,.2f}至{yuan(limits.base_max):,.2f}元，"
             f"月缴存额{yuan(limits.total_min):,.2f}至{yuan(limits.total_max):,.2f}元",
             lambda line: limits.objection(line.new_base, line.new_amount) is None),
        _all(found, "变动幅度", f"涨幅不超过{STEEP_RISE}%，降幅不超过{-STEEP_FALL}%，超过的请核对",
             lambda line: not line.is_steep, otherwise=Outcome.NOTED),
        papers.check(session, BusinessKind.BASE_ADJUSTMENT, materials, case),
    ]  # fmt: skip


def _unassessed(terms: Terms, month: Month) -> str | None:
    if terms.settled_to and terms.settled_to >= month:
        raise facts.AlreadyAssessed(month=f"{month.month}月")
    return None


def _complete(found: Sequence[Line], lacking: Sequence[str]) -> Check:
    """Who has become 正常 since the submission is worth a look, and no more."""
    outcome = Outcome.NOTED if lacking else Outcome.PASSED if found else Outcome.FAILED
    said = f"清册缺少{len(lacking)}人：{lacking[0]}等" if lacking else f"共{len(found)}人"
    return Check("清册人数", "清册含全部正常状态职工", outcome, said)


def _all(
    found: Sequence[Line], name: str, rule: str, holds: Callable[[Line], bool],
    otherwise: Outcome = Outcome.FAILED,
) -> Check:  # fmt: skip
    """Return a check of every line, which names the first of those that break it."""
    broken = [line for line in found if not holds(line)]
    if not broken:
        return Check(name, rule, Outcome.PASSED)
    first = f"{broken[0].name}（{broken[0].account}）"
    return Check(name, rule, otherwise, f"{len(broken)}人：{first}{'等' if broken[1:] else ''}")
