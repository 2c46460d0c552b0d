"""Acts on months and money: assessing, the center's word on it, credits from the bank, the calendar."""

from datetime import timedelta
from functools import partial

from services import jobs
from services.remittance import arrivals, assess, deferred, desk, edit
from services.remittance.credits import Credit
from tests.simulation import desk_acts, people_acts
from tests.simulation.act import Act, Stage
from tests.simulation.case_rules import LEVELS, end, follow
from tests.simulation.model import (
    APPROVED,
    ASSESSED,
    BASE,
    BOOKED,
    DEFERRAL,
    NORMAL,
    RATE,
    ROSTERS,
    SEALING,
    Bill,
    Deferral,
    Employer,
    Person,
    World,
    part,
    then,
)
from tests.simulation.people_acts import month, yuan

IN_THE_WAY = (BASE, RATE, DEFERRAL, *ROSTERS)


def assess_months(stage: Stage, employer: Employer | None = None) -> Act:
    """Assess the next month or two; now and then one too early, one that is done, one left out."""
    world = stage.world
    employer = employer or stage.employer_with(
        lambda one: _next(world, one) <= world.this_month and one.is_free(*IN_THE_WAY)
    )
    if employer is None or stage.sometimes(0.15):
        employer = stage.employer()
    first = _next(world, employer) + stage.dice.choice((0,) * 6 + (1, 1, -1))
    months = [first + step for step in range(stage.dice.choice((1, 1, 1, 2, 3)))]
    made = _bills(world, employer, months)
    clerk, click = stage.clerk(employer), stage.click()

    def then() -> None:
        employer.bills += made or []
        employer.assessed_to = months[-1]

    return Act("assess", lambda: assess.assess(clerk, [month(m) for m in months], client_id=click),
               then if made else None)  # fmt: skip


def _next(world: World, employer: Employer) -> int:
    """Return the month the chain waits for: those of a deferral that is over are not in it.

    Nor are those that nobody is in, before one that has somebody.
    """
    due = employer.settled + 1
    while any(one.covers(due) and not _runs(world, one) for one in employer.deferrals):
        due += 1
    for later in range(due, world.this_month + 1):
        covering = [one for one in employer.deferrals if one.covers(later)]
        if any(_runs(world, one) for one in covering):
            break
        if not covering and any(p.due(employer.number, later) for p in world.people.values()):
            return later
    return due


def _runs(world: World, deferral: Deferral) -> bool:
    return not deferral.is_over(world.this_month)


def _bills(world: World, employer: Employer, months: list[int]) -> list[Bill] | None:
    """Return the months as they must be, or None where they may not be."""
    due = _next(world, employer)
    deferred = any(_runs(world, d) and d.covers(m) for d in employer.deferrals for m in months)
    is_free = employer.is_free(*IN_THE_WAY)
    if months[0] != due or months[-1] > world.this_month or deferred or not is_free:
        return None
    if any(d.covers(m) for d in employer.deferrals for m in months):
        return None
    bills = [
        Bill(m, _as_then(employer, m, [p for p in world.people.values() if p.due(employer.number, m)]))
        for m in months
    ]  # fmt: skip
    return bills if all(bill.people for bill in bills) else None


def pay_back(stage: Stage) -> Act | None:
    """Assess deferred months (缓缴补缴): the oldest first; now and then one left out, one too many."""
    world = stage.world
    employer = stage.employer_with(lambda one: one.unpaid(world.this_month))
    if employer is None:
        return None
    owed = [m for m in employer.unpaid(world.this_month) if world.in_month(employer, m)]
    if not owed:
        return None
    months = owed[: stage.dice.choice((1, 1, 2, 3))]
    if stage.sometimes(0.15):
        months = owed[1:] or [owed[0] - 1]
    bills = [
        Bill(m, _as_then(employer, m, world.in_month(employer, m)), is_deferred=True)
        for m in months
    ]
    may = (
        months == owed[: len(months)]
        and employer.status == NORMAL
        and employer.is_free(*IN_THE_WAY)
        and all(bill.people for bill in bills)
    )
    clerk, click = stage.clerk(employer), stage.click()

    def then_() -> None:
        employer.bills += bills

    return Act("pay back",
               lambda: deferred.assess_deferred(clerk, [month(m) for m in months], client_id=click),
               then_ if may else None)  # fmt: skip


def _as_then(employer: Employer, m: int, people: list[Person]) -> dict[str, tuple[int, int, int]]:
    """Return these people of a month at the bases and the rate that were in force in it."""
    rate = then(employer.rates, m)
    bases = {p.number: then(p.bases[employer.number], m) for p in people}
    return {number: (base, rate, part(base, rate)) for number, base in bases.items()}


def delete_month(stage: Stage) -> Act | None:
    """Delete an assessed month: only the last may go, and none that is booked."""
    employer = stage.employer_with(lambda one: one.unbooked) or stage.employer()
    if not employer.bills:
        return None
    bill = max(employer.bills, key=lambda b: b.month)
    if stage.sometimes(0.5):
        bill = stage.dice.choice(
            employer.bills if stage.sometimes(0.3) else employer.unbooked or [bill]
        )
    return _deletion(stage, employer, bill, employer)


def delete_wrongly(stage: Stage) -> Act | None:
    """Delete a month that others rest on; or another employer's clerk deletes what its own may."""
    employer = stage.employer_with(lambda one: len(one.unbooked) > 1)
    if employer and stage.sometimes(0.5):
        return _deletion(stage, employer, employer.unbooked[0], employer)
    employer = stage.employer_with(lambda one: one.unbooked)
    if employer is None:
        return None
    return _deletion(stage, employer, employer.unbooked[-1], stage.other(employer))


def _deletion(stage: Stage, employer: Employer, bill: Bill, asking: Employer) -> Act:
    reason = "录入有误" if stage.sometimes(0.7) else ""
    may = (
        asking is employer
        and bill.status != BOOKED
        and bill.month == max(b.month for b in _chain(employer, bill))
        and (bill.status == ASSESSED or bool(reason))
    )
    clerk = stage.clerk(asking)
    return Act("delete a month", lambda: edit.delete(clerk, bill.id, reason=reason),
               (lambda: _gone(employer, [bill])) if may else None)  # fmt: skip


def _chain(employer: Employer, bill: Bill) -> list[Bill]:
    """Return the months of the same kind."""
    return [b for b in employer.bills if b.is_deferred == bill.is_deferred]


def _gone(employer: Employer, bills: list[Bill]) -> None:
    left = [bill for bill in employer.bills if bill not in bills]
    employer.bills = left
    if not bills[0].is_deferred:
        last = max((bill.month for bill in left if not bill.is_deferred), default=0)
        employer.assessed_to = max(last, employer.paid_to)
        over = [one for one in employer.deferrals if one.ended is not None]
        while any(one.covers(employer.assessed_to + 1) for one in over):
            employer.assessed_to += 1


def decide_month(stage: Stage) -> Act | None:
    """Approve a month, or send it back with all that rest on it."""

    def waiting_at(one: Employer) -> list[Bill]:
        return [bill for bill in one.bills if bill.status == ASSESSED and bill.id]

    employer = stage.employer_with(waiting_at) or stage.employer()
    waiting = waiting_at(employer)
    bill = stage.dice.choice(waiting or employer.bills[-2:])
    if len(waiting) > 1 and stage.sometimes(0.3):
        bill = min(waiting, key=lambda one: one.month)
    who = stage.officers[stage.officer(employer)]
    may = (
        bill.status == ASSESSED
        and who.role.value == "reviewer"
        and who.branch is not None
        and who.branch.value == employer.branch
    )
    if stage.sometimes(0.65):

        def then() -> None:
            bill.status = APPROVED

        return Act("approve a month", lambda: desk.approve(who, bill.id), then if may else None)
    later = [b for b in _chain(employer, bill) if b.month >= bill.month]
    return Act("send a month back", lambda: desk.send_back(who, bill.id, reason="人数有误"),
               (lambda: _gone(employer, later)) if may else None)  # fmt: skip


def receive(stage: Stage) -> Act:
    """Enter a credit: what is due to the fen, more, less, or with a reference that is there already."""
    world = stage.world
    employer = stage.employer_with(_payable) or stage.employer()
    if stage.sometimes(0.2):
        employer = stage.employer()
    reference = f"R{stage.dice.randrange(60)}"
    due = sum(bill.total for bill in employer.unbooked[: stage.dice.choice((1, 2))])
    amount = due - employer.balance + stage.dice.choice((0, 0, 0, 0, 1, -1, 12_345))
    amount = amount if amount > 0 else stage.dice.choice((1, 99, 500_000))
    who = stage.officers[stage.officer(employer)]
    may = (
        reference not in world.references
        and who.branch is not None
        and who.branch.value == employer.branch
    )

    def then() -> None:
        world.references.add(reference)
        world.arrived += amount
        employer.balance += amount
        for bill in _payable(employer):
            if bill.total > employer.balance:
                break
            _book(world, employer, bill)

    one = Credit(reference, employer.number, yuan(amount), world.today, payer="示例付款户")
    return Act("receive a credit", lambda: arrivals.receive(who, one), then if may else None)


def pay_from_balance(stage: Stage) -> Act | None:
    world, employer = stage.world, stage.employer_with(lambda one: one.unbooked)
    if employer is None:
        return None
    bill = stage.dice.choice(employer.unbooked)
    who = stage.officers[stage.officer(employer)]
    upto = [b for b in _payable(employer) if b.month <= bill.month]
    may = (
        bill in upto
        and who.branch is not None
        and who.branch.value == employer.branch
        and sum(b.total for b in upto) <= employer.balance
    )

    def then() -> None:
        for each in upto:
            _book(world, employer, each)

    return Act("pay from the balance", lambda: arrivals.pay_from_balance(who, bill.id),
               then if may else None)  # fmt: skip


def _payable(employer: Employer) -> list[Bill]:
    """Return the approved months, oldest first, of each kind up to the first that is not."""
    found, shut = [], set()
    for bill in employer.unbooked:
        if bill.status != APPROVED:
            shut.add(bill.is_deferred)
        if bill.is_deferred not in shut:
            found.append(bill)
    return found


def _book(world: World, employer: Employer, bill: Bill) -> None:
    employer.balance -= bill.total
    bill.status = BOOKED
    standing = {b.month: b for b in employer.bills}
    for later in range(employer.paid_to + 1, max(standing) + 1):
        reached = standing.get(later)
        if reached is None and not any(
            p.due(employer.number, later) for p in world.people.values()
        ):
            continue  # nobody was in it
        if reached is None or reached.status != BOOKED:
            break
        employer.paid_to = reached.month
        for number in reached.people:
            person = world.people[number]
            person.paid_to = max(person.paid_to or 0, reached.month)


def next_day(stage: Stage) -> Act:
    """Let days pass, and the night's job run."""
    world = stage.world
    world.today += timedelta(days=stage.dice.choice((stage.dice.randint(1, 25), 40)))

    def then() -> None:
        for employer in world.employers.values():
            for deferral in list(employer.deferrals):
                if deferral.ended is None and deferral.last < world.this_month:
                    end(world, employer, deferral, deferral.last + 1)
                else:
                    follow(world, employer)

    return Act("the night's job", jobs.follow_deferrals, then)


def unsettle(stage: Stage) -> Act | None:
    """Change what a case under review rests on: the month before it, or somebody on its roster."""
    found = [
        (employer, case)
        for employer, case in stage.waiting()
        if case.kind in (BASE, RATE, DEFERRAL)
    ]
    if not found:
        return None
    employer, case = stage.dice.choice(found)
    stage.agenda += [desk_acts.approve_fallen] * len(LEVELS[case.kind])
    if employer.unbooked:
        return _deletion(stage, employer, employer.unbooked[-1], employer)
    if case.kind != BASE:
        return None
    confirm = partial(people_acts.confirm_turns, employer=employer, kind=SEALING)
    if SEALING in employer.cases:
        return confirm(stage)
    stage.agenda.insert(0, confirm)
    person = stage.world.people[stage.dice.choice(sorted(case.lines))]
    return people_acts.turning(stage, employer, SEALING, person, employer.settled + 1, None)
