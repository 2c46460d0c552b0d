"""What new rates are to the engine (manual B5): their check, what an officer sees, their effect."""

from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from data.enums import BusinessKind, ChangeKind
from data.models.case import Case
from data.models.register import Contributor, ContributorChange, Departure, Employer
from services import decided
from services.approval import conflicts, papers
from services.approval.kind import ApprovalKind
from services.approval.requirements import Material
from services.approval.sheet import Check, Figure, Sheet, checked, raised
from services.errors import BusinessError
from services.rate_adjustment import effect as effects
from services.rate_adjustment import terms as rules
from services.rate_adjustment.effect import Effect
from services.rate_adjustment.terms import Terms
from services.rules import clock, contribution
from services.rules.amounts import signed
from services.rules.limits import yuan
from services.rules.months import Month
from services.rules.rates import pair
from services.summary import keep


class NothingChosen(BusinessError):
    message = "请选择调整后缴存比例"


def rates(case: Case) -> tuple[int, int]:
    if not case.form:
        raise NothingChosen
    return int(case.form["employer_rate"]), int(case.form["contributor_rate"])


def lines(session: Session, case: Case, terms: Terms) -> list[effects.Line]:
    return effects.lines(session, terms, *rates(case))


def _check(session: Session, case: Case) -> None:
    """Raise where these rates may not be: at submission, and again at the approval."""
    terms, month = rules.terms(session, case.employer_id), Month.of(case.effective_month)
    rules.require_rates(terms, *rates(case))
    conflicts.require_booked(session, case.employer_id, case.effective_month)
    for objection in (
        rules.season_objection(session, terms, month), rules.month_objection(terms, month),
    ):  # fmt: skip
        if objection:
            raise objection
    effects.require_below_cap(terms, lines(session, case, terms))


def _present(session: Session, case: Case) -> Sheet:
    """Return the rates and everybody's amounts, before and after."""
    is_done = decided.is_done(case)
    before, found = (_then if is_done else _now)(session, case)
    whole = effects.effect(found)
    figures = [
        Figure("调整前缴存比例" if is_done else "现缴存比例", before),
        Figure("调整后缴存比例", pair(*rates(case))),
        Figure("职工人数", f"{whole.people:,}"),
        Figure("调整前月缴存额", f"{whole.before:,.2f}"),
        Figure("调整后月缴存额", f"{whole.after:,.2f}"),
        Figure("差额", signed(whole.difference), "up" if whole.difference > 0 else "down"),
    ]
    pairs = (("调整前月缴存额", "调整后月缴存额"),)
    return Sheet(figures, effects.frame(found), money=effects.MONEY, pairs=pairs)


def _now(session: Session, case: Case) -> tuple[str, list[effects.Line]]:
    terms = rules.terms(session, case.employer_id)
    return pair(terms.employer_rate, terms.contributor_rate), lines(session, case, terms)


def _then(session: Session, case: Case) -> tuple[str, list[effects.Line]]:
    """Return what was before the approval: the accounts have the new rates, or still later ones."""
    then, people = decided.terms(session, case), decided.people(session, case)
    bases = {one.id: one.base for one in people}
    before = decided.amounts(session, case, then, bases)
    new, rounding = rates(case), then.policy.rounding
    return pair(then.employer_rate, then.contributor_rate), [
        effects.Line(*one, before[one.id], *contribution.parts(one.base, *new, rounding))
        for one in people
    ]


def _checks(session: Session, case: Case) -> list[Check]:
    """Return each rule with what it says of the new rates now."""
    terms, month = rules.terms(session, case.employer_id), Month.of(case.effective_month)
    found, allowed, limits = lines(session, case, terms), terms.policy, terms.policy.limits
    return [
        checked("缴存比例", f"单位与个人一致，为{allowed.rate_min}%至{allowed.rate_max}%的整数，与现比例不同",
                lambda: rules.require_rates(terms, *rates(case))),
        checked("账户和次数", f"单位账户正常，每年度限办{allowed.rate_changes_per_year}次",
                lambda: raised(rules.season_objection(session, terms, month))),
        checked("汇缴入账", f"{month.label}起没有已核定未入账的汇缴",
                lambda: conflicts.require_booked(session, case.employer_id, case.effective_month)),
        checked("生效年月", "自应汇缴年月起，之前各月已核定",
                lambda: raised(rules.month_objection(terms, month))),
        checked("月缴存额上限", f"每人月缴存额不超过{yuan(limits.total_max):,.2f}元",
                lambda: effects.require_below_cap(terms, found)),
        checked("缴存额变动", "下调比例使职工月缴存额减少，请核对职工是否知情",
                lambda: _lowering(effects.effect(found))),
        papers.check(session, KIND.code, KIND.materials, case),
    ]  # fmt: skip


def _lowering(whole: Effect) -> str | None:
    if whole.difference >= 0:
        return None
    return f"{whole.people:,}人月缴存额合计减少{-whole.difference:,.2f}元"


def _apply(session: Session, case: Case) -> None:
    """Give the employer the new rates, and whoever is remitted for the new amounts.

    Who is sealed already keeps what there is; the amounts are reckoned when they are unsealed.
    """
    employer = conflicts.lock_employer(session, case.employer_id)
    terms = rules.terms(session, case.employer_id)
    found, new = lines(session, case, terms), rates(case)
    _record(session, case, terms, pair(*new))
    employer.employer_rate, employer.contributor_rate = new
    if found:
        session.execute(
            update(Contributor),
            [
                {
                    "id": line.contributor_id,
                    "employer_amount": yuan(line.employer_amount),
                    "contributor_amount": yuan(line.contributor_amount),
                }
                for line in found
            ],
        )
    _follow_the_departed(session, employer, terms)
    keep.people(session, case.employer_id)


def _follow_the_departed(session: Session, employer: Employer, terms: Terms) -> None:
    """Give whoever has moved on the new amounts, for the months still to be assessed here."""
    departed = select(Departure).where(
        Departure.employer_id == employer.id, Departure.sealed_month > terms.due.number
    )
    for one in session.scalars(departed):
        one.employer_amount, one.contributor_amount = contribution.amounts(
            one.base, employer.employer_rate, employer.contributor_rate, terms.policy.rounding
        )


def _record(session: Session, case: Case, terms: Terms, new: str) -> None:
    """Keep a record of the change for everybody it concerns."""
    old = pair(terms.employer_rate, terms.contributor_rate)
    session.execute(
        insert(ContributorChange).from_select(
            ["contributor_id", "employer_id", "case_id", "kind", "old", "new",
             "effective_month", "changed_on"],
            select(
                Contributor.id, literal(case.employer_id), literal(case.id),
                literal(ChangeKind.RATE_CHANGED.value), literal(old), literal(new),
                literal(case.effective_month), literal(clock.today()),
            ).where(effects.concerns(terms)),
        )
    )  # fmt: skip


KIND = ApprovalKind(
    BusinessKind.RATE_ADJUSTMENT,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缴存比例调整！",
    checks=_checks,
    materials=(Material("051101", "比例调整申请表（盖章）"),),
)
