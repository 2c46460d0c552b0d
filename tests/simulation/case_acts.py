"""Acts of clerks on what the center decides: base, rate, deferral, information; up to the submission."""

from collections.abc import Callable

from services import contributor_info_change, employer_info_change
from services.base_adjustment import approval as bases
from services.base_adjustment import roster as base_roster
from services.base_adjustment import workbook
from services.deferral import approval as deferral
from services.errors import BusinessError
from services.rate_adjustment import approval as rates
from tests.rosters import PDF, filled
from tests.simulation.act import Act, Stage
from tests.simulation.case_rules import (
    LEVELS,
    asks_release,
    codes,
    in_season,
    may_go,
    normal_today,
)
from tests.simulation.model import (
    BASE,
    DEFERRAL,
    DRAFT,
    FACTS,
    JULY_2026,
    PENDING,
    PERSON_FACTS,
    RATE,
    Case,
    Employer,
    is_within_limits,
    part,
)
from tests.simulation.people_acts import a_base, month, yuan


class Faulty(BusinessError):
    message = "导入文件有误"


def import_bases(stage: Stage) -> Act | None:
    """Fill the roster with everybody in status 正常, all at one base."""
    world = stage.world
    employer = stage.employer_with(
        lambda one: in_season(world, one) and one.settled == JULY_2026 - 1 and BASE not in one.cases
    )
    if employer is None or stage.sometimes(0.1):
        employer = stage.employer()
    clerk, base = stage.clerk(employer), a_base(stage, employer.rate)
    is_late = not in_season(world, employer)
    if not normal_today(world, employer) or (is_late and stage.sometimes(0.9)):
        return None
    case = employer.cases.get(BASE)
    may = (
        in_season(world, employer)
        and (case is None or case.status != PENDING)
        and is_within_limits(base, employer.rate)
    )

    def do() -> None:
        if workbook.import_workbook(clerk, filled(clerk, yuan(base))).faults:
            raise Faulty

    def then() -> None:
        here = employer.cases.setdefault(BASE, Case(BASE))
        for person in normal_today(world, employer):
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


# ---- 单位信息变更、缴存人信息变更

ITEMS = {
    FACTS: ("address", "industry"),
    PERSON_FACTS: ("address", "mobile"),
}


def enter_fact(stage: Stage) -> Act | None:
    """Change a fact of the employer's or of one person's; now and then back to what it was."""
    world, employer = stage.world, stage.employer()
    kind = stage.dice.choice((FACTS, PERSON_FACTS, PERSON_FACTS))
    people = world.of(stage.employer() if stage.sometimes(0.05) else employer)[-4:]
    if kind == PERSON_FACTS and not people:
        return None
    person = stage.dice.choice(people) if kind == PERSON_FACTS else None
    facts = person.facts if person else employer.facts
    item = stage.dice.choice(ITEMS[kind])
    text = facts[item] if stage.sometimes(0.15) else _a_fact(stage, item)
    about = person.number if person else ""
    case = employer.cases.get(Case(kind, about=about).key)
    is_here = person is None or person.employer == employer.number
    may = is_here and (case is None or case.status != PENDING)
    clerk = stage.clerk(employer)

    def then() -> None:
        here = case
        if here is None and text != facts[item]:
            here = Case(kind, about=about, form={"month": world.this_month})
            employer.cases[here.key] = here
        if here is not None:
            here.changes.pop(item, None)
            if text != facts[item]:
                here.changes[item] = (facts[item], text)
            _keep_no_empty_draft(employer, here)

    def do() -> None:
        if person:
            contributor_info_change.enter(clerk, person.id, item, text)
        else:
            employer_info_change.enter(clerk, item, text)

    return Act(f"enter {kind}", do, then if may else None)


def _a_fact(stage: Stage, item: str) -> str:
    number = stage.dice.randrange(6)
    return f"1388551{number:04d}" if item == "mobile" else f"凯里市北京路{number}号"


def _keep_no_empty_draft(employer: Employer, case: Case) -> None:
    if case.status == DRAFT and not case.changes and not case.papers:
        del employer.cases[case.key]


# ---- documents and submission


def attach(stage: Stage) -> Act | None:
    employer = stage.employer()
    open_ones = [
        c.kind for c in employer.cases.values()
        if codes(employer, c.kind) and c.kind in LEVELS and c.status != PENDING
    ]  # fmt: skip
    leaning = [stage.theme] if stage.theme in (RATE, DEFERRAL, FACTS) else []
    kind = stage.dice.choice(open_ones * 3 + leaning * 3 or [RATE, RATE, DEFERRAL, FACTS])
    clerk, case = stage.clerk(employer), employer.cases.get(kind)
    wanted = [c for c in codes(employer, kind) if case is None or c not in case.papers]
    if not wanted:
        return None
    may = case is None or case.status != PENDING
    call = {
        BASE: bases.attach, RATE: rates.attach, DEFERRAL: deferral.attach,
        FACTS: employer_info_change.attach,
    }[kind]  # fmt: skip

    def then() -> None:
        fresh = Case(kind, form={"month": stage.world.this_month})
        employer.cases.setdefault(kind, fresh).papers.add(wanted[0])

    return Act(f"attach to {kind}", lambda: call(clerk, wanted[0], "材料.pdf", PDF),
               then if may else None)  # fmt: skip


def submit(stage: Stage) -> Act | None:
    """Submit what is open, now and then from a page that is older than the case."""
    is_twice = stage.sometimes(0.05)

    def open_ones(one: Employer) -> list[Case]:
        own = [case for case in one.cases.values() if case.kind in LEVELS]
        return [c for c in own if is_twice or (c.status != PENDING and _is_ready(one, c))]

    employer = stage.employer_with(open_ones)
    if employer is None:
        return None
    case = stage.dice.choice(open_ones(employer))
    seen = case.version if stage.sometimes(0.85) else case.version - stage.dice.choice((1, 2))
    form, call = _FORMS[case.kind](stage, employer, case, seen)
    asked = Case(
        case.kind, papers=case.papers, lines=case.lines, form=form, about=case.about,
        changes=case.changes,
    )  # fmt: skip
    goes = (
        case.status != PENDING
        and seen == case.version
        and may_go(stage.world, employer, asked)
    )  # fmt: skip

    def then() -> None:
        case.status, case.level, case.was_submitted = PENDING, 1, True
        case.version += 1
        case.form, case.hands = form, {"clerk"}
        if employer.unbooked and stage.sometimes(0.6):
            stage.lead_to("unsettle")

    return Act(f"submit {case.kind}", call, then if goes else None)


def _is_ready(employer: Employer, case: Case) -> bool:
    """Tell whether a clerk would think of submitting: half of the refusals are tried elsewhere."""
    has_papers = set(codes(employer, case.kind)) <= case.papers
    is_next = employer.settled == JULY_2026 - 1
    holds = {BASE: is_next and case.lines, FACTS: case.changes, PERSON_FACTS: case.changes}
    return has_papers and bool(holds.get(case.kind, True))


Form = tuple[dict[str, int | str], Callable[[], object]]


def _base_form(stage: Stage, employer: Employer, _case: Case, seen: int) -> Form:
    clerk, click = stage.clerk(employer), stage.click()
    return {"month": JULY_2026}, lambda: bases.submit(clerk, version=seen, client_id=click)


def _rate_form(stage: Stage, employer: Employer, _case: Case, seen: int) -> Form:
    rate = stage.dice.choice((*range(5, 13), *range(5, 13), 4, 13))
    when = employer.due + stage.dice.choice((0, 0, 0, 0, 0, 0, 1, -1))
    clerk, click = stage.clerk(employer), stage.click()
    return {"rate": rate, "month": when}, lambda: rates.submit(
        clerk, employer_rate=rate, contributor_rate=rate, month=month(when), version=seen,
        client_id=click,
    )  # fmt: skip


def _deferral_form(stage: Stage, employer: Employer, _case: Case, seen: int) -> Form:
    running, due = employer.running, employer.due
    first = running.first if running else due
    last = first + stage.dice.choice((0, 1, 1, 2, 3, 11, 12))
    act = "release" if asks_release(employer) else "defer"
    clerk, click = stage.clerk(employer), stage.click()
    form: dict[str, int | str] = {"act": act, "first": first, "last": last}
    form["month"] = last if act == "release" else first
    return form, lambda: deferral.submit(
        clerk, month=month(last), reason="停产", version=seen, client_id=click
    )


def _facts_form(stage: Stage, employer: Employer, case: Case, seen: int) -> Form:
    clerk, click = stage.clerk(employer), stage.click()
    list_seen = {item: new for item, (_, new) in case.changes.items()}
    if not case.about:
        return case.form, lambda: employer_info_change.submit(
            clerk, seen=list_seen, version=seen, client_id=click
        )
    person = stage.world.people[case.about]
    return case.form, lambda: contributor_info_change.submit(
        clerk, person.id, seen=list_seen, version=seen, client_id=click
    )


_FORMS = {
    BASE: _base_form, RATE: _rate_form, DEFERRAL: _deferral_form,
    FACTS: _facts_form, PERSON_FACTS: _facts_form,
}  # fmt: skip
