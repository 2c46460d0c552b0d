"""What the center decides, as the model knows it: what a case needs, when it may stand, what it does."""

from collections.abc import Callable

from tests.simulation.model import (
    BASE,
    DEFERRAL,
    DEFERRED,
    FACTS,
    JULY_2026,
    NORMAL,
    PERSON_FACTS,
    RATE,
    Case,
    Deferral,
    Employer,
    Person,
    World,
    is_within_limits,
    part,
)

LEVELS = {
    BASE: ("reviewer", "reviewer"),
    RATE: ("reviewer",),
    DEFERRAL: ("reviewer", "senior_reviewer"),
    FACTS: ("reviewer",),
    PERSON_FACTS: ("reviewer",),
}
IN_THE_WAY = {
    BASE: (RATE, DEFERRAL),
    RATE: (BASE, DEFERRAL),
    DEFERRAL: (BASE, RATE),
    FACTS: (),
    PERSON_FACTS: (),
}


def codes(employer: Employer, kind: str) -> tuple[str, ...]:
    """Return the documents that a case of this kind must have."""
    if kind == DEFERRAL:
        return ("101004",) if asks_release(employer) else ("101001", "101002")
    return {BASE: ("011201",), RATE: ("051101",), FACTS: ("021001",)}.get(kind, ())


# ---- 基数调整


def in_season(world: World, employer: Employer) -> bool:
    return world.this_month == JULY_2026 and (BASE, JULY_2026) not in employer.ended


def normal_today(world: World, employer: Employer) -> list[Person]:
    """Return who is in status 正常: also who is sealed from a later month on."""
    return _paying(world, employer, world.this_month)


def _base_may_stand(world: World, employer: Employer, case: Case) -> bool:
    """Tell whether every line is as the register has it, and July not assessed."""
    here = {person.number for person in normal_today(world, employer)}
    return bool(case.lines) and employer.settled < JULY_2026 and all(
        number in here
        and world.people[number].base == line["old"]
        and part(line["new"], employer.rate) == line["amount"]
        and is_within_limits(line["new"], employer.rate)
        for number, line in case.lines.items()
    )  # fmt: skip


def _base_may_go(world: World, employer: Employer, case: Case) -> bool:
    everybody = {person.number for person in normal_today(world, employer)}
    return (
        in_season(world, employer)
        and employer.settled == JULY_2026 - 1
        and everybody <= case.lines.keys()
        and _base_may_stand(world, employer, case)
    )


def _apply_base(world: World, employer: Employer, case: Case) -> None:
    for number, line in case.lines.items():
        world.people[number].set_base(line["new"], JULY_2026, employer.rate)


# ---- 缴存比例调整


def _rate_may_stand(world: World, employer: Employer, case: Case) -> bool:
    rate, when = int(case.form["rate"]), int(case.form["month"])
    year = lambda m: (m - 6) // 12  # noqa: E731 — a year runs from July to June
    return (
        5 <= rate <= 12
        and rate != employer.rate
        and employer.status != DEFERRED
        and when == employer.due
        and not any(bill.month >= when for bill in employer.unbooked)
        and not any(kind == RATE and year(m) == year(when) for kind, m in employer.ended)
        and all(2 * part(p.base, rate) <= 522_600 for p in _paying(world, employer, when))
    )


def _paying(world: World, employer: Employer, when: int) -> list[Person]:
    """Return who is remitted for in `when` or later, whatever the status is today."""
    return [
        p for p in world.of(employer)
        if p.status == NORMAL or (p.sealed is not None and p.sealed > when)
    ]  # fmt: skip


def _apply_rate(world: World, employer: Employer, case: Case) -> None:
    employer.rate = int(case.form["rate"])
    employer.rates.append((int(case.form["month"]), employer.rate))
    for person in _paying(world, employer, int(case.form["month"])):
        person.amount = part(person.base, employer.rate)
    for person in world.people.values():
        for spell in person.left:
            if spell.employer == employer.number and spell.sealed > int(case.form["month"]):
                spell.amount = part(spell.base, employer.rate)


# ---- 缓缴、解除缓缴


def asks_release(employer: Employer) -> bool:
    return employer.status == DEFERRED or employer.running is not None


def _deferral_may_stand(_world: World, employer: Employer, case: Case) -> bool:
    running, last = employer.running, int(case.form["last"])
    if employer.unbooked:
        return False
    if case.form["act"] == "release":
        return running is not None and running.first < last <= running.last
    due = employer.due
    return (
        running is None and employer.status == NORMAL
        and case.form["first"] == due and due <= last <= due + 11
    )  # fmt: skip


def _apply_deferral(world: World, employer: Employer, case: Case) -> None:
    last = int(case.form["last"])
    if case.form["act"] == "defer":
        employer.deferrals.append(Deferral(int(case.form["first"]), last))
        follow(world, employer)
    elif running := employer.running:
        end(world, employer, running, last)


def end(world: World, employer: Employer, deferral: Deferral, month_due: int) -> None:
    deferral.ended = month_due
    employer.assessed_to = max(employer.assessed_to, month_due - 1)
    follow(world, employer)


def follow(world: World, employer: Employer) -> None:
    today, running = world.this_month, employer.running
    is_behind = running is not None and running.last < today
    covered = any(one.covers(today) for one in employer.deferrals)
    employer.status = DEFERRED if covered or is_behind else NORMAL


# ---- 单位信息变更、缴存人信息变更


def _facts_of(world: World, employer: Employer, case: Case) -> dict[str, str]:
    return world.people[case.about].facts if case.about else employer.facts


def _facts_may_stand(world: World, employer: Employer, case: Case) -> bool:
    is_here = not case.about or world.people[case.about].employer == employer.number
    now = _facts_of(world, employer, case)
    return is_here and bool(case.changes) and all(now[i] == o for i, (o, _) in case.changes.items())


def _apply_facts(world: World, employer: Employer, case: Case) -> None:
    now = _facts_of(world, employer, case)
    now.update({item: new for item, (_, new) in case.changes.items()})


# ---- what all have in common

_STANDS = {
    BASE: _base_may_stand, RATE: _rate_may_stand, DEFERRAL: _deferral_may_stand,
    FACTS: _facts_may_stand, PERSON_FACTS: _facts_may_stand,
}  # fmt: skip
_APPLY: dict[str, Callable[[World, Employer, Case], None]] = {
    BASE: _apply_base, RATE: _apply_rate, DEFERRAL: _apply_deferral,
    FACTS: _apply_facts, PERSON_FACTS: _apply_facts,
}  # fmt: skip


def may_stand(world: World, employer: Employer, case: Case) -> bool:
    """Tell whether the case may take effect as things are."""
    return _STANDS[case.kind](world, employer, case)


def may_go(world: World, employer: Employer, case: Case) -> bool:
    """Tell whether the case may be submitted: what the center waits for, and the papers."""
    has_papers = set(codes(employer, case.kind)) <= case.papers
    goes = _base_may_go if case.kind == BASE else may_stand
    return (
        has_papers
        and employer.is_free(*IN_THE_WAY[case.kind])
        and goes(world, employer, case)
    )  # fmt: skip


def decided(world: World, employer: Employer, case: Case, key: str, back: str) -> None:
    """Let an officer's decision stand: `back` is where it goes unless it is approved."""
    case.version += 1
    case.assigned = ""
    case.hands.add(key)
    if back:
        case.status = back
    elif case.level < len(LEVELS[case.kind]):
        case.level += 1
    else:
        _APPLY[case.kind](world, employer, case)
        employer.ended.append((case.kind, int(case.form["month"])))
        del employer.cases[case.key]
