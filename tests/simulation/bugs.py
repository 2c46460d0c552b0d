"""Wrong rules, put into the hall one at a time: the simulator must notice each.

A bug is a piece of a function's source and what it becomes; the function is made anew from that.
"""

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from services import businesses


class Bug(NamedTuple):
    name: str
    where: str
    """Module of services, a colon, and the function or method in it."""
    right: str
    wrong: str


BUGS = (
    # money
    Bug("half a yuan goes to the even one", "rules.contribution:part_of_each",
        "(2 * base * rate + unit) // (2 * unit) * step",
        "(2 * base * rate + unit - 1 + base * rate // unit % 2) // (2 * unit) * step"),
    Bug("half a yuan is cut off", "rules.contribution:part_of_each",
        "(2 * base * rate + unit) // (2 * unit) * step", "base * rate // unit * step"),
    Bug("amounts are rounded to the fen", "rules.contribution:part_of_each",
        "_METHODS[rounding]", "_METHODS[Rounding.HALF_UP_TO_FEN]"),
    Bug("an unsealed person keeps the old amount", "contributor_status_change.kind:_unseal",
        "line.person.employer_amount, line.person.contributor_amount = yuan(own), yuan(withheld)",
        "pass"),
    Bug("new rates leave the amounts", "rate_adjustment.kind:_apply", "if found:", "if False:"),
    Bug("a month is booked again", "remittance.booking:due",
        "Assessment.status.in_(_UNBOOKED),", ""),
    Bug("money does not wait for the month before", "remittance.booking:due",
        "shut.add(chain)", "pass"),
    Bug("what was unallocated is lost", "remittance.booking:post",
        "before + amount if kind in MONEY_IN", "amount if kind in MONEY_IN"),
    # who is in the month, and which month
    Bug("who is sealed is in for one more month", "months_due:_on_the_books",
        "Contributor.sealed_month > month.number", "Contributor.sealed_month >= month.number"),
    Bug("who was sealed then is in", "months_due:_on_the_books",
        "Contributor.id.not_in(_sealed_then(employer, month)),", ""),
    Bug("who comes later is in", "months_due:_on_the_books",
        "Contributor.first_month <= month.number,", ""),
    Bug("months may be left out", "remittance.chain:Chain.objection",
        "if month != self.next_month:", "if False:"),
    Bug("months may be assessed early", "remittance.chain:Chain.objection",
        "if month > self.latest:", "if False:"),
    Bug("a booked month may be deleted", "remittance.edit:delete",
        "if doomed.status is AssessmentStatus.BOOKED:", "if False:"),
    Bug("a month in the middle may be deleted", "remittance.edit:delete",
        "if doomed.month != last:", "if False:"),
    Bug("a deletion leaves the chain", "remittance.edit:take_back",
        "employer.assessed_to = settled or None", "pass"),
    Bug("months that rest on a returned one stay", "remittance.desk:send_back",
        "Assessment.month >= found.month", "Assessment.month == found.month"),
    # who may
    Bug("every branch decides", "approval.casework:require_own",
        "if actor.branch is None or branch is not actor.branch:", "if False:"),
    Bug("every branch enters credits", "remittance.arrivals:payers",
        ", Employer.branch == actor.branch", ""),
    Bug("one officer decides twice", "approval.deciders:require_decider",
        "if actor.user_id in hands(session, case):", "if False:"),
    Bug("every level decides", "approval.deciders:require_level",
        "if actor.role is not due:", "if False:"),
    Bug("every clerk deletes the month", "remittance.edit:own",
        " or found.employer_id != actor.employer", ""),
    Bug("every clerk withdraws and ends the case", "approval.casework:own",
        ", employer_id=actor.employer", ""),
    # what stands in the way
    Bug("a decision from an old page counts", "approval.engine:decide",
        "if case.version != version or", "version = case.version\n    if"),
    Bug("a submission from an old page counts", "approval.engine:submit",
        "kind.check(session, case)", "version = case.version; kind.check(session, case)"),
    Bug("a withdrawal from an old page counts", "approval.engine:withdraw",
        "version=version", "version=case.version"),
    Bug("nothing is checked again at the approval", "approval.engine:decide",
        "if action is Action.APPROVE and is_last:", "if False:"),
    Bug("assessing beside an open business", "approval.conflicts:require_free",
        "if found := blockers(session, starting, employer_id):", "if found := []:"),
    Bug("bases below the limit", "rules.limits:Limits.objection",
        "if base < self.base_min:", "if False:"),
    Bug("rates change twice a year", "rate_adjustment.terms:season_objection",
        "if session.scalars(done).one() >= limit:", "if False:"),
    Bug("one person has two employers", "contributor_registration.facts:_moving_objection",
        "if person.status is ContributorStatus.NORMAL:", "if False:"),
    # what is kept with it
    Bug("an act is committed in halves", "approval.casework:_begin",
        "audit.record(", "session.commit(); audit.record("),
    Bug("the audit hears nothing of a month's end", "remittance.trail:note",
        "audit.record(", "str("),
    Bug("the summaries are not kept", "contributor_status_change.kind:_apply",
        "keep.people(session, case.employer_id)", "pass"),
)  # fmt: skip


@contextmanager
def seeded(bug: Bug) -> Iterator[None]:
    """Have the bug in the hall for as long as the block takes."""
    path, _, name = bug.where.partition(":")
    owner: Any = importlib.import_module(f"services.{path}")
    space = vars(owner)
    *outer, last = name.split(".")
    for part in outer:
        owner = getattr(owner, part)
    right = getattr(owner, last)
    made = _made(right, last, bug, space)
    _put(owner, last, right, made)
    try:
        yield
    finally:
        _put(owner, last, made, right)


def _made(right: Any, name: str, bug: Bug, space: dict[str, Any]) -> Any:  # noqa: ANN401
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(right)))
    if bug.right not in source:
        raise LookupError(bug)
    before = space.get(name)
    exec(source.replace(bug.right, bug.wrong), space)
    made = space.pop(name)
    if before is not None:
        space[name] = before
    return made


def _put(owner: Any, name: str, old: Any, new: Any) -> None:  # noqa: ANN401
    """Put the function in its place, and in the kinds that were made with it."""
    setattr(owner, name, new)
    for kind in businesses.KINDS:
        for part in ("check", "apply", "present"):
            if getattr(kind, part) is old:
                object.__setattr__(kind, part, new)
