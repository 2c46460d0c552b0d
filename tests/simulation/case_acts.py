"""Acts on what the center decides: base, rate and deferral, from the first document to the last word."""

from collections.abc import Callable

from services import inbox, review
from services.base_adjustment import approval as bases
from services.base_adjustment import roster as base_roster
from services.base_adjustment import workbook
from services.deferral import approval as deferral
from services.errors import BusinessError
from services.rate_adjustment import approval as rates
from tests.rosters import PDF, filled
from tests.simulation.act import Act, Stage
from tests.simulation.model import (
    BASE,
    DEFERRAL,
    DEFERRED,
    JULY_2026,
    NORMAL,
    PENDING,
    RATE,
    REJECTED,
    RETURNED,
    WITHDRAWN,
    Case,
    Deferral,
    Employer,
    World,
    is_within_limits,
    part,
)
from tests.simulation.people_acts import a_base, month, yuan

LEVELS = {
    BASE: ("reviewer", "reviewer"),
    RATE: ("reviewer",),
    DEFERRAL: ("reviewer", "senior_reviewer"),
}
IN_THE_WAY = {BASE: (RATE, DEFERRAL), RATE: (BASE, DEFERRAL), DEFERRAL: (BASE, RATE)}


class Faulty(BusinessError):
    message = "导入文件有误"


# ---- 基数调整


def import_bases(stage: Stage) -> Act | None:
    """Fill the roster with everybody in status 正常, all at one base."""
    world, employer = stage.world, stage.employer()
    clerk, base = stage.clerk(employer), a_base(stage, employer.rate)
    is_late = not _in_season(world, employer)
    if not world.of(employer, NORMAL) or (is_late and stage.sometimes(0.8)):
        return None
    case = employer.cases.get(BASE)
    may = (
        _in_season(world, employer)
        and (case is None or case.status != PENDING)
        and is_within_limits(base, employer.rate)
    )

    def do() -> None:
        if workbook.import_workbook(clerk, filled(clerk, yuan(base))).faults:
            raise Faulty

    def then() -> None:
        here = employer.cases.setdefault(BASE, Case(BASE))
        for person in world.of(employer, NORMAL):
            here.lines[person.number] = {
                "old": person.base, "new": base, "amount": part(base, employer.rate)
            }  # fmt: skip

    return Act("import bases", do, then if may else None)


def set_base(stage: Stage) -> Act | None:
    world, employer = stage.world, stage.employer()
    case, clerk = employer.cases.get(BASE), stage.clerk(employer)
    if case is None or not case.lines:
        return None
    number = stage.dice.choice(sorted(case.lines))
    base = a_base(stage, employer.rate)
    is_same = base == case.lines[number]["new"]
    may = case.status != PENDING and (is_same or is_within_limits(base, employer.rate))

    def then() -> None:
        if not is_same:
            case.lines[number].update(new=base, amount=part(base, employer.rate))

    account = world.people[number].account
    return Act("set a base", lambda: base_roster.set_bases(clerk, {account: yuan(base)}),
               then if may else None)  # fmt: skip


def _in_season(world: World, employer: Employer) -> bool:
    return world.this_month == JULY_2026 and (BASE, JULY_2026) not in employer.ended


def _base_may_stand(world: World, employer: Employer, case: Case) -> bool:
    """Tell whether every line is as the register has it, and July not assessed."""
    return bool(case.lines) and employer.settled < JULY_2026 and all(
        (who := world.people[number]).status == NORMAL
        and who.employer == employer.number
        and who.base == line["old"]
        and part(line["new"], employer.rate) == line["amount"]
        and is_within_limits(line["new"], employer.rate)
        for number, line in case.lines.items()
    )  # fmt: skip


def _base_may_go(world: World, employer: Employer, case: Case) -> bool:
    everybody = {person.number for person in world.of(employer, NORMAL)}
    return (
        _in_season(world, employer)
        and employer.settled == JULY_2026 - 1
        and everybody <= case.lines.keys()
        and "011201" in case.papers
        and _base_may_stand(world, employer, case)
    )


def _apply_base(world: World, employer: Employer, case: Case) -> None:
    for number, line in case.lines.items():
        world.people[number].base = line["new"]
        world.people[number].amount = line["amount"]


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


def _paying(world: World, employer: Employer, when: int) -> list:
    """Return who is remitted for in `when` or later, whatever the status is today."""
    return [
        p for p in world.of(employer)
        if p.status == NORMAL or (p.sealed is not None and p.sealed > when)
    ]  # fmt: skip


def _apply_rate(world: World, employer: Employer, case: Case) -> None:
    employer.rate = int(case.form["rate"])
    for person in _paying(world, employer, int(case.form["month"])):
        person.amount = part(person.base, employer.rate)
    for person in world.people.values():
        for spell in person.left:
            if spell.employer == employer.number and spell.sealed > int(case.form["month"]):
                spell.amount = part(spell.base, employer.rate)


# ---- 缓缴、解除缓缴


def _asks_release(employer: Employer) -> bool:
    return employer.status == DEFERRED or employer.running is not None


def _deferral_may_stand(world: World, employer: Employer, case: Case) -> bool:
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


# ---- what the three have in common

_STANDS = {BASE: _base_may_stand, RATE: _rate_may_stand, DEFERRAL: _deferral_may_stand}
_APPLY = {BASE: _apply_base, RATE: _apply_rate, DEFERRAL: _apply_deferral}


def _codes(employer: Employer, kind: str) -> tuple[str, ...]:
    if kind == DEFERRAL:
        return ("101004",) if _asks_release(employer) else ("101001", "101002")
    return ("011201",) if kind == BASE else ("051101",)


def attach(stage: Stage) -> Act | None:
    employer = stage.employer()
    open_ones = [k for k, c in employer.cases.items() if k in LEVELS and c.status != PENDING]
    kind, clerk = stage.dice.choice(open_ones * 3 or [RATE, RATE, DEFERRAL]), stage.clerk(employer)
    case = employer.cases.get(kind)
    wanted = [c for c in _codes(employer, kind) if case is None or c not in case.papers]
    if not wanted:
        return None
    code, module = wanted[0], {BASE: bases, RATE: rates, DEFERRAL: deferral}[kind]
    may = case is None or case.status != PENDING

    def then() -> None:
        employer.cases.setdefault(kind, Case(kind)).papers.add(code)

    return Act(f"attach to {kind}", lambda: module.attach(clerk, code, "材料.pdf", PDF),
               then if may else None)  # fmt: skip


def submit(stage: Stage) -> Act | None:
    """Submit what is open, now and then from a page that is older than the case."""
    is_twice = stage.sometimes(0.05)

    def open_ones(one: Employer) -> list[Case]:
        own = [one.cases[kind] for kind in LEVELS if kind in one.cases]
        return [c for c in own if is_twice or (c.status != PENDING and _is_ready(one, c))]

    employer = stage.employer_with(open_ones)
    if employer is None:
        return None
    case = stage.dice.choice(open_ones(employer))
    seen = case.version if stage.sometimes(0.85) else case.version - stage.dice.choice((1, 2))
    form, call = _FORMS[case.kind](stage, employer, seen)
    asked = Case(case.kind, papers=case.papers, lines=case.lines, form=form)
    goes = case.status != PENDING and seen == case.version
    goes = goes and employer.is_free(*IN_THE_WAY[case.kind]) and (
        _base_may_go(stage.world, employer, asked) if case.kind == BASE
        else set(_codes(employer, case.kind)) <= case.papers
        and _STANDS[case.kind](stage.world, employer, asked)
    )  # fmt: skip

    def then() -> None:
        case.status, case.level, case.was_submitted = PENDING, 1, True
        case.version += 1
        case.form, case.hands = form, {"clerk"}

    return Act(f"submit {case.kind}", call, then if goes else None)


def _is_ready(employer: Employer, case: Case) -> bool:
    """Tell whether a clerk would think of submitting: half of the refusals are tried elsewhere."""
    has_papers = set(_codes(employer, case.kind)) <= case.papers
    return has_papers and (case.kind != BASE or bool(case.lines))


Form = tuple[dict[str, int | str], Callable[[], object]]


def _base_form(stage: Stage, employer: Employer, seen: int) -> Form:
    clerk, click = stage.clerk(employer), stage.click()
    return {"month": JULY_2026}, lambda: bases.submit(clerk, version=seen, client_id=click)


def _rate_form(stage: Stage, employer: Employer, seen: int) -> Form:
    rate = stage.dice.choice((5, 6, 7, 8, 9, 10, 11, 12, 4, 13))
    when = employer.due + stage.dice.choice((0, 0, 0, 0, 1, -1))
    clerk, click = stage.clerk(employer), stage.click()
    return {"rate": rate, "month": when}, lambda: rates.submit(
        clerk, employer_rate=rate, contributor_rate=rate, month=month(when), version=seen,
        client_id=click,
    )  # fmt: skip


def _deferral_form(stage: Stage, employer: Employer, seen: int) -> Form:
    running, due = employer.running, employer.due
    first = running.first if running else due
    last = first + stage.dice.choice((0, 1, 1, 2, 3, 11, 12))
    act = "release" if _asks_release(employer) else "defer"
    clerk, click = stage.clerk(employer), stage.click()
    form: dict[str, int | str] = {"act": act, "first": first, "last": last}
    form["month"] = last if act == "release" else first
    return form, lambda: deferral.submit(
        clerk, month=month(last), reason="停产", version=seen, client_id=click
    )


_FORMS = {BASE: _base_form, RATE: _rate_form, DEFERRAL: _deferral_form}


def decide(stage: Stage) -> Act | None:
    """An officer decides, mostly from the page as it stands; sometimes somebody decides who may not."""
    page = stage.page()
    if page is None:
        return None
    employer = stage.world.employers[page.employer]
    case = employer.cases.get(page.kind)
    is_current = case is not None and case.id == page.case_id
    seen = page.version
    key = stage.officer(employer)
    who = stage.officers[key]
    button = stage.dice.choice((review.approve,) * 4 + (review.send_back, review.reject))
    may = (
        case is not None
        and is_current
        and case.status == PENDING
        and case.version == seen
        and who.branch is not None
        and who.branch.value == employer.branch
        and who.role.value == LEVELS[case.kind][case.level - 1]
        and key not in case.hands
    )
    is_yes = button is review.approve
    if may and case and is_yes and case.level == len(LEVELS[case.kind]):
        may = _STANDS[case.kind](stage.world, employer, case)

    def then() -> None:
        assert case
        _decided(stage.world, employer, case, key, _BUTTONS[button])

    return Act(f"{button.__name__} {page.kind}",
               lambda: button(who, page.case_id, version=seen, opinion="意见"),
               then if may else None)  # fmt: skip


_BUTTONS = {review.approve: "", review.send_back: RETURNED, review.reject: REJECTED}


def _decided(world: World, employer: Employer, case: Case, key: str, back: str) -> None:
    case.version += 1
    case.hands.add(key)
    if back:
        case.status = back
    elif case.level < len(LEVELS[case.kind]):
        case.level += 1
    else:
        _APPLY[case.kind](world, employer, case)
        employer.ended.append((case.kind, int(case.form["month"])))
        del employer.cases[case.kind]


def take_back(stage: Stage) -> Act | None:
    """Withdraw, or end the flow: now and then of another employer's case, or from an old page."""
    page = stage.page()
    if page is None:
        return None
    employer = stage.world.employers[page.employer]
    case = employer.cases.get(page.kind)
    is_current = case is not None and case.id == page.case_id
    seen = page.version
    asking = employer if stage.sometimes(0.9) else stage.employer()
    is_end = (case is not None and case.status in (RETURNED, REJECTED)) or stage.sometimes(0.3)
    fits = asking is employer and case is not None and is_current and case.version == seen
    clerk = stage.clerk(asking)
    if is_end:
        may = fits and case is not None and case.status in (RETURNED, REJECTED, WITHDRAWN)
        return Act(f"end {page.kind}",
                   lambda: inbox.end_flow(clerk, page.case_id, version=seen),
                   (lambda: employer.cases.pop(page.kind)) if may else None)  # type: ignore[arg-type]  # fmt: skip
    may = fits and case is not None and case.status == PENDING and case.level == 1

    def then() -> None:
        assert case
        case.status = WITHDRAWN
        case.version += 1

    return Act(f"withdraw {page.kind}",
               lambda: inbox.withdraw(clerk, page.case_id, version=seen),
               then if may else None)  # fmt: skip
