"""Acts on people: registering, sealing and unsealing, each by a roster that is then confirmed."""

from decimal import Decimal
from functools import partial

from data.codes import IdType
from data.enums import BusinessKind
from services.actor import Actor
from services.contributor_registration import approval as registration
from services.contributor_registration import roster as openings
from services.contributor_registration.entry import Entry as Opening
from services.contributor_status_change import approval as status
from services.contributor_status_change import roster as statuses
from services.contributor_status_change.entry import Entry as Change
from services.rules.months import Month
from tests.people import id_number
from tests.simulation.act import Act, Stage
from tests.simulation.model import (
    IN,
    NORMAL,
    OPENING,
    OUT,
    ROSTERS,
    SEALED,
    SEALING,
    UNSEALING,
    Case,
    Employer,
    Left,
    Person,
    World,
    is_within_limits,
    number_of,
    part,
)

KINDS = {SEALING: BusinessKind.SEALING, UNSEALING: BusinessKind.UNSEALING}
NAME, MOBILE = "石国庆", "13885512345"


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def month(count: int) -> Month:
    return Month.of(number_of(count))


def a_base(stage: Stage, rate: int) -> int:
    """Return a base in fen: often one that half a yuan hangs on, now and then one beyond the limits."""
    base = stage.dice.randrange(198_000, 2_177_401)
    throw = stage.dice.random()
    if throw < 0.5:  # on to the next base whose part is exactly half a yuan over
        steps = (step for step in range(10_000) if (base + step) * rate % 10_000 == 5_000)
        return base + next(steps, 0)
    if throw < 0.65:
        return stage.dice.choice((197_999, 198_000, 2_177_400, 2_177_401))
    return base if throw < 0.8 else base // 100 * 100


def a_month(stage: Stage, employer: Employer) -> int:
    first = employer.settled + 1
    return first + stage.dice.choice((0, 0, 0, 1, 1, 1, -1, 2))


# ---- 缴存人登记


def enter_opening(stage: Stage) -> Act:
    """Put somebody new, or somebody known, on the roster."""
    world, employer = stage.world, stage.employer()
    number = _somebody(stage, employer)
    base, first = a_base(stage, employer.rate), a_month(stage, employer)
    known = world.people.get(number)
    if known and stage.sometimes(0.8):
        first = max(first, known.sealed or 0)
    entry = Opening(
        known.name if known else NAME, IdType.ID_CARD, number, MOBILE, yuan(base), month(first)
    )
    case = employer.cases.get(OPENING)
    is_there = case is not None and number in case.lines
    may = not is_there and _may_open(world, employer, number, base, first)

    def then() -> None:
        here = employer.cases.setdefault(OPENING, Case(OPENING))
        here.lines[number] = {"base": base, "first": first}

    clerk = stage.clerk(employer)
    return Act("enter a registration", lambda: openings.add(clerk, entry), then if may else None)


def _somebody(stage: Stage, employer: Employer) -> str:
    """Return somebody new, or sealed somewhere, or at another employer or on its roster by now."""
    people = stage.world.people
    known = sorted(people)
    elsewhere = [n for n in known if people[n].employer != employer.number]
    sealed = [n for n in known if people[n].status == SEALED]
    on_rosters = sorted(
        number
        for other in stage.world.employers.values()
        if other is not employer and OPENING in other.cases
        for number in other.cases[OPENING].lines
    )
    for found, chance in ((on_rosters, 0.25), (elsewhere, 0.25), (sealed, 0.3), (known, 0.05)):
        if found and stage.sometimes(chance):
            return stage.dice.choice(found)
    return id_number(stage.dice.randrange(1, 40))


def _may_open(world: World, employer: Employer, number: str, base: int, first: int) -> bool:
    if not world.may_begin(employer, first) or not is_within_limits(base, employer.rate):
        return False
    person = world.people.get(number)
    if person is None:
        return True
    if person.status == NORMAL or person.employer == employer.number:
        return False
    assert person.sealed
    is_paid = person.paid_to is not None and first <= person.paid_to
    return first >= person.sealed and not is_paid


def confirm_opening(stage: Stage) -> Act | None:
    world, employer = stage.world, stage.employer_with(lambda one: OPENING in one.cases)
    if employer is None:
        return None
    case, clerk = employer.cases[OPENING], stage.clerk(employer)
    chosen = [n for n in sorted(case.lines) if stage.sometimes(0.9)]
    may = bool(chosen) and all(
        _may_open(world, employer, n, case.lines[n]["base"], case.lines[n]["first"]) for n in chosen
    )
    click = stage.click()

    def do() -> None:
        frame = openings.roster(clerk)
        ids = frame["account"][frame["id_number"].isin(chosen)]
        registration.confirm(clerk, registration.line_ids(ids), client_id=click)

    def then() -> None:
        for number in chosen:
            _open(world, employer, number, **case.lines.pop(number))
        _begin_anew(employer, case)
        _assess_next(stage, employer)

    return Act("open accounts", do, then if may else None)


def _open(world: World, employer: Employer, number: str, *, base: int, first: int) -> None:
    person = world.people.get(number)
    if person is None:
        person = Person(
            number, employer.number, NORMAL, 0, 0, first, None, None,
            facts={"address": ""}, name=NAME,
        )  # fmt: skip
        world.people[number] = person
    if person.sealed is not None:
        spell = Left(person.employer, person.base, person.amount, person.first, person.sealed)
        person.left.append(spell)
    person.employer, person.status, person.sealed = employer.number, NORMAL, None
    person.first, person.facts["mobile"] = first, MOBILE
    person.set_base(base, first, employer.rate)
    person.turn(first, IN)


def _assess_next(stage: Stage, employer: Employer) -> None:
    """Have the month assessed that people just changed for, and before it what is in its way."""
    if stage.sometimes(0.5):
        stage.agenda += [
            confirm_opening
            if kind == OPENING
            else partial(confirm_turns, employer=employer, kind=kind)
            for kind in ROSTERS
            if kind in employer.cases
        ]
        stage.lead_to("assess", employer=employer)


def _begin_anew(employer: Employer, case: Case) -> None:
    """Leave a roster with those who were not chosen, or none."""
    del employer.cases[case.kind]
    if case.lines:
        employer.cases[case.kind] = Case(case.kind, lines=case.lines)


# ---- 封存、启封


def enter_status(stage: Stage) -> Act | None:
    """Put somebody on the roster of sealings or unsealings, now and then another employer's person."""
    world, employer = stage.world, stage.employer()
    with_sealed = stage.employer_with(lambda one: world.of(one, SEALED))
    kind = UNSEALING if with_sealed and stage.sometimes(0.6) else SEALING
    if with_sealed and kind == UNSEALING:
        employer = with_sealed
    wanted = NORMAL if kind == SEALING else SEALED
    people = world.of(employer, wanted if stage.sometimes(0.9) else "")
    if stage.sometimes(0.05):
        people = world.of(stage.employer())
    if not people:
        return None
    person = stage.dice.choice(people[-8:])
    when = max(a_month(stage, employer), person.sealed or 0 if stage.sometimes(0.7) else 0)
    if kind == UNSEALING and stage.sometimes(0.3):
        when += 1  # with a month between, for which the person is out
    base = a_base(stage, employer.rate) if kind == UNSEALING and stage.sometimes(0.5) else None
    return turning(stage, employer, kind, person, when, base)


def turning(
    stage: Stage, employer: Employer, kind: str, person: Person, when: int, base: int | None
) -> Act:
    """Put this person on the roster of sealings or unsealings."""
    world = stage.world
    may = _may_turn(world, employer, kind, person, when, base) and not any(
        person.number in case.lines for k in (SEALING, UNSEALING) if (case := employer.cases.get(k))
    )
    entry = Change(
        person.account, "01" if kind == SEALING else "12", month(when),
        base=yuan(base) if base else None,
    )  # fmt: skip

    def then() -> None:
        case = employer.cases.setdefault(kind, Case(kind))
        after = (base or person.base) if kind == UNSEALING else 0
        case.lines[person.number] = {"month": when, "base": after}

    clerk = stage.clerk(employer)
    return Act(f"enter a {kind}", lambda: statuses.add(clerk, KINDS[kind], entry),
               then if may else None)  # fmt: skip


def _may_turn(
    world: World, employer: Employer, kind: str, person: Person, when: int, base: int | None
) -> bool:
    if person.employer != employer.number or not world.may_begin(employer, when):
        return False
    if when < person.first:
        return False
    if kind == SEALING:
        return person.status == NORMAL and when >= person.last_turn()
    if person.status != SEALED or person.sealed is None or when < person.sealed:
        return False
    after = base if base is not None else person.base
    first_open = employer.settled + 1
    has_open_months = first_open <= person.sealed - 1
    return (
        not (person.paid_to and when <= person.paid_to)
        and is_within_limits(after, employer.rate)
        and (after == person.base or not has_open_months)
    )


def confirm_status(stage: Stage) -> Act | None:
    everybody = stage.world.employers.values()
    there = [k for k in (SEALING, UNSEALING) if any(k in one.cases for one in everybody)]
    kind = stage.dice.choice(there or [SEALING])
    employer = stage.employer_with(lambda one: kind in one.cases)
    return confirm_turns(stage, employer, kind) if employer else None


def confirm_turns(stage: Stage, employer: Employer, kind: str) -> Act | None:
    """Confirm most of this employer's roster."""
    if kind not in employer.cases:
        return None
    world, case, clerk = stage.world, employer.cases[kind], stage.clerk(employer)
    chosen = [n for n in sorted(case.lines) if stage.sometimes(0.9)]
    may = bool(chosen) and all(
        _may_turn(world, employer, kind, world.people[n], case.lines[n]["month"],
                  case.lines[n]["base"] if kind == UNSEALING else None)
        for n in chosen
    )  # fmt: skip
    accounts, click = [world.people[n].account for n in chosen], stage.click()

    def then() -> None:
        for number in chosen:
            turn(world.people[number], employer, kind, **case.lines.pop(number))
        _begin_anew(employer, case)
        _assess_next(stage, employer)

    return Act(f"confirm a {kind}",
               lambda: status.confirm(clerk, KINDS[kind], accounts, client_id=click),
               then if may else None)  # fmt: skip


def turn(person: Person, employer: Employer, kind: str, *, month: int, base: int) -> None:
    if kind == SEALING:
        person.status, person.sealed = SEALED, month
        person.turn(month, OUT)
        return
    person.status, person.sealed = NORMAL, None
    if base != person.base:
        person.set_base(base, month, employer.rate)
    person.amount = part(base, employer.rate)
    person.turn(month, IN)


def delete_line(stage: Stage) -> Act | None:
    """Take one line off a roster; an empty one is no case any more."""
    kind = stage.dice.choice((OPENING, SEALING, UNSEALING))
    employer = stage.employer_with(lambda one: kind in one.cases)
    if employer is None:
        return None
    case, clerk = employer.cases[kind], stage.clerk(employer)
    number = stage.dice.choice(sorted(case.lines))

    def then() -> None:
        del case.lines[number]
        if not case.lines:
            del employer.cases[kind]

    return Act(
        f"delete a line of a {kind}", lambda: _delete(stage.world, clerk, kind, number), then
    )


def _delete(world: World, clerk: Actor, kind: str, number: str) -> None:
    if kind == OPENING:
        frame = openings.roster(clerk)
        ids = frame["account"][frame["id_number"] == number]
        openings.delete_rows(clerk, registration.line_ids(ids))
    else:
        statuses.delete_rows(clerk, KINDS[kind], [world.people[number].account])
