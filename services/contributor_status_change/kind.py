"""What a sealing or an unsealing is to the engine (manual B9): its check, its effect, what is shown of it."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pandas as pd
from sqlalchemy.orm import Session

from data.enums import ChangeKind
from data.models.case import Case
from data.models.register import ContributorChange
from services.approval.kind import ApprovalKind
from services.approval.refusals import RowsRefused
from services.approval.sheet import Figure, Sheet
from services.contributor_status_change import entry as entries
from services.contributor_status_change import facts, roster
from services.contributor_status_change import line as status_lines
from services.contributor_status_change.facts import SEALING, UNSEALING, Terms
from services.contributor_status_change.line import Line
from services.errors import BusinessError
from services.rules import clock, identity
from services.rules.limits import yuan
from services.summary import keep

_CHANGES = {SEALING: ChangeKind.SEALED, UNSEALING: ChangeKind.UNSEALED}


class NothingChosen(BusinessError):
    message = "请先在清册中选择需办理的缴存人"


def _check(session: Session, case: Case) -> None:
    """Raise where the roster may not stand, with everybody who may not; hold the people's rows."""
    terms = facts.terms(session, case.kind, case.employer_id)
    if terms.objection:
        raise terms.objection
    found = roster.lines(session, case)
    if not found:
        raise NothingChosen
    accounts = [line.person.account for line in found]
    people = facts.people(session, case.employer_id, accounts=accounts, is_held=True)
    others = facts.on_other_rosters(session, case.kind, case.employer_id)
    since = facts.last_changes(session, case.employer_id)
    refused = []
    for line in found:
        who = f"{line.person.name}（{line.person.account}）"
        if line.person.account not in people:
            refused.append((who, "账户已转出本单位，请从清册中删除"))
            continue
        said = entries.objections(
            status_lines.as_entry(line), line.person, terms, others.get(line.person.id),
            since.get(line.person.id),
        )  # fmt: skip
        refused += [(who, reason) for _, reason in said]
    if refused:
        raise RowsRefused("办理", refused)


def _apply(session: Session, case: Case) -> None:
    """Give everybody the new status, and note each change."""
    terms = facts.terms(session, case.kind, case.employer_id)
    change: Callable[[Line], None] = (
        partial(_unseal, terms=terms) if case.kind is UNSEALING else _seal
    )
    for line in roster.lines(session, case):
        base = line.person.base
        change(line)
        line.person.version += 1
        session.add(_record(line, case))
        if line.person.base != base:
            session.add(_base_record(line, case, base))
    keep.people(session, case.employer_id)


def _seal(line: Line) -> None:
    line.person.status = facts.AFTER[SEALING]
    line.person.sealed_month = line.entry.effective_month
    line.person.seal_reason = line.entry.reason


def _unseal(line: Line, terms: Terms) -> None:
    base = status_lines.base_of(line)
    own, withheld = terms.parts(int(base.scaleb(2)))
    line.person.status = facts.AFTER[UNSEALING]
    _note_rest(line)
    line.person.sealed_month, line.person.seal_reason = None, ""
    line.person.base = base
    line.person.employer_amount, line.person.contributor_amount = yuan(own), yuan(withheld)


def _note_rest(line: Line) -> None:
    """Keep the months that the sealing has taken out, if any."""
    since, until = line.person.sealed_month or line.person.first_month, line.entry.effective_month
    has_rested = since < until
    line.person.rest_from = since if has_rested else None
    line.person.rest_until = until if has_rested else None


def _record(line: Line, case: Case) -> ContributorChange:
    return ContributorChange(
        contributor_id=line.person.id,
        employer_id=case.employer_id,
        case_id=case.id,
        kind=_CHANGES[case.kind],
        old=facts.BEFORE[case.kind].label,
        new=facts.AFTER[case.kind].label,
        effective_month=line.entry.effective_month,
        changed_on=clock.today(),
    )


def _base_record(line: Line, case: Case, base: Decimal) -> ContributorChange:
    """Note what the base was: months before the unsealing may still be reckoned (缓缴补缴)."""
    return ContributorChange(
        contributor_id=line.person.id,
        employer_id=case.employer_id,
        case_id=case.id,
        kind=ChangeKind.BASE_CHANGED,
        old=f"{base:.2f}",
        new=f"{line.person.base:.2f}",
        effective_month=line.entry.effective_month,
        changed_on=clock.today(),
    )


def _present(session: Session, case: Case) -> Sheet:
    """Return whose status is changed, why, and from when."""
    terms = facts.terms(session, case.kind, case.employer_id)
    found = roster.lines(session, case)
    frame = status_lines.frame(found, terms)
    summed = status_lines.effect(found, terms)
    lines = pd.DataFrame(
        {
            "个人账号": frame["account"],
            "姓名": frame["name"],
            "证件号码": frame["id_number"].map(identity.masked),
            "变更原因": frame["reason"],
            "生效年月": frame["month"],
            "缴存基数": frame["base"],
            "月缴存额": frame["amount"],
            "核对提示": frame["note"],
        }
    )
    sign = "+" if case.kind is UNSEALING else "-"
    figures = [
        Figure(f"{terms.verb}人数", f"{summed.people:,}"),
        Figure("月缴存额变动", f"{sign}{summed.amount:,.2f}"),
    ]
    return Sheet(figures, lines, money=("缴存基数", "月缴存额"))


SEAL = ApprovalKind(
    SEALING,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缴存人封存！",
    levels=(),
)
UNSEAL = ApprovalKind(
    UNSEALING,
    check=_check,
    apply=_apply,
    present=_present,
    done="您已完成办理缴存人启封！",
    levels=(),
)
KINDS = (SEAL, UNSEAL)
KIND_OF = {kind.code: kind for kind in KINDS}
