"""Decisions of officers, handing on (转办), taking back: by whoever may, and by whoever may not."""

from collections.abc import Callable

from services import own_cases, review
from tests.simulation.act import Act, Page, Stage
from tests.simulation.case_rules import LEVELS, decided, may_stand
from tests.simulation.model import DEFERRAL, PENDING, REJECTED, RETURNED, WITHDRAWN, Case, Employer

_BUTTONS = {review.approve: "", review.send_back: RETURNED, review.reject: REJECTED}
_BACK = (RETURNED, REJECTED, WITHDRAWN)


def decide(stage: Stage) -> Act | None:
    """An officer decides, mostly from the page as it stands; sometimes somebody decides who may not."""
    page = stage.page()
    if page is None:
        return None
    employer = stage.world.employers[page.employer]
    case = employer.cases.get(page.key)
    fitting = _deciders(stage, employer, case) if case else []
    key = stage.officer(employer)
    if fitting and stage.sometimes(0.85):
        key = stage.dice.choice(fitting)
    return _decision(stage, page, key, _button(stage))


def approve_fallen(stage: Stage) -> Act | None:
    """Approve what has lost what it rested on since it was submitted."""
    found = [
        (employer, case)
        for employer, case in stage.waiting()
        if not may_stand(stage.world, employer, case) and _deciders(stage, employer, case)
    ]
    if not found:
        return None
    employer, case = stage.dice.choice(found)
    key = stage.dice.choice(_deciders(stage, employer, case))
    return _decision(stage, Page.of(employer, case), key, review.approve)


def decide_wrongly(stage: Stage) -> Act | None:
    """One who has had a hand in it, an old page, another level, branch or officer than it waits for."""
    found = stage.waiting()
    if not found:
        return None
    employer, case = stage.dice.choice(found)
    fitting = _deciders(stage, employer, case)
    page, others = Page.of(employer, case), [k for k in stage.officers if k not in fitting]
    again = sorted(case.hands & stage.officers.keys())
    if again and stage.sometimes(0.5):
        key = stage.dice.choice(again)
    elif fitting and stage.sometimes(0.5):
        key = stage.dice.choice(fitting)
        page = page.older(stage.dice.choice((1, 1, 2)))
    else:
        rivals = [k for k in others if _is_at_level(stage, employer, case, k)]
        key = stage.dice.choice(rivals if rivals and stage.sometimes(0.6) else others)
    return _decision(stage, page, key, _button(stage))


def _button(stage: Stage) -> Callable[..., None]:
    return stage.dice.choice((review.approve,) * 4 + (review.send_back, review.reject))


def _deciders(stage: Stage, employer: Employer, case: Case) -> list[str]:
    """Return who may decide the case now."""
    return [key for key in stage.officers if _may_decide(stage, employer, case, key)]


def _is_at_level(stage: Stage, employer: Employer, case: Case, key: str) -> bool:
    who = stage.officers[key]
    return (
        case.status == PENDING
        and who.branch is not None
        and who.branch.value == employer.branch
        and who.role.value == LEVELS[case.kind][case.level - 1]
    )


def _may_decide(stage: Stage, employer: Employer, case: Case, key: str) -> bool:
    return (
        _is_at_level(stage, employer, case, key)
        and key not in case.hands
        and case.assigned in ("", key)
    )


def _decision(stage: Stage, page: Page, key: str, button: Callable[..., None]) -> Act:
    employer = stage.world.employers[page.employer]
    case, who = employer.cases.get(page.key), stage.officers[key]
    may = (
        case is not None
        and page.shows(case)
        and _may_decide(stage, employer, case, key)
    )  # fmt: skip
    if may and case and not _BUTTONS[button] and case.level == len(LEVELS[case.kind]):
        may = may_stand(stage.world, employer, case)

    def then() -> None:
        assert case
        decided(stage.world, employer, case, key, _BUTTONS[button])
        if case.status == PENDING and stage.sometimes(0.5):
            stage.agenda.append(decide_wrongly)
        if case.kind == DEFERRAL and case.key not in employer.cases:
            stage.lead_to("days", "days", "pay back", "pay back")

    return Act(f"{button.__name__} {page.kind}",
               lambda: button(who, page.case_id, version=page.version, opinion="意见"),
               then if may else None)  # fmt: skip


def hand_on(stage: Stage) -> Act | None:
    """An officer hands a case to a colleague; sometimes to one who is none, or who had it before."""
    page = stage.page()
    if fit := [
        (one, case) for one, case in stage.waiting() if len(_deciders(stage, one, case)) > 1
    ]:
        page = Page.of(*stage.dice.choice(fit)) if stage.sometimes(0.7) else page
    case = stage.world.employers[page.employer].cases.get(page.key) if page else None
    if page is None or case is None:
        return None
    employer = stage.world.employers[page.employer]
    key, other = stage.officer(employer), stage.dice.choice(list(stage.officers))
    if fitting := _deciders(stage, employer, case):
        key = stage.dice.choice(fitting)
    who = stage.officers[key]
    if stage.sometimes(0.8):
        other = next(
            (k for k, one in stage.officers.items() if k != key and one.role is who.role
             and one.branch is who.branch), other,
        )  # fmt: skip
    colleague = stage.officers[other]
    may = (
        page.shows(case)
        and _is_at_level(stage, employer, case, key)
        and (colleague.branch, colleague.role) == (who.branch, who.role)
        and other != (case.assigned or key)
        and other not in case.hands
    )

    def then() -> None:
        case.version += 1
        case.assigned = other
        stage.agenda.append(decide_wrongly)

    return Act(f"hand on {page.kind}",
               lambda: review.transfer(who, page.case_id, colleague.user_id, version=page.version),
               then if may else None)  # fmt: skip


def take_back(stage: Stage) -> Act | None:
    """Withdraw, or end the flow: now and then of another employer's case, or from an old page."""
    page = stage.page()
    if page is None:
        return None
    employer = stage.world.employers[page.employer]
    case = employer.cases.get(page.key)
    is_end = (case is not None and case.status in _BACK) or stage.sometimes(0.2)
    asking = employer if stage.sometimes(0.9) else stage.employer()
    return _taking_back(stage, page, asking, is_end=is_end)


def take_back_wrongly(stage: Stage) -> Act | None:
    """Another employer's clerk, or an old page, withdraws or ends what may be withdrawn or ended."""
    came_back = stage.waiting(*_BACK)
    found = came_back if came_back and stage.sometimes(0.7) else stage.waiting(PENDING, *_BACK)
    if not found:
        return None
    employer, case = stage.dice.choice(found)
    page, asking = Page.of(employer, case), employer
    if stage.sometimes(0.5):
        asking = stage.other(employer)
    else:
        page = page.older(stage.dice.choice((1, 1, 2)))
    return _taking_back(stage, page, asking, is_end=case.status in _BACK)


def _taking_back(stage: Stage, page: Page, asking: Employer, *, is_end: bool) -> Act:
    employer, clerk = stage.world.employers[page.employer], stage.clerk(asking)
    case = employer.cases.get(page.key)
    fits = asking is employer and case is not None and page.shows(case)
    if is_end:
        may = fits and case is not None and case.status in _BACK
        return Act(f"end {page.kind}",
                   lambda: own_cases.end_flow(clerk, page.case_id, version=page.version),
                   (lambda: employer.cases.pop(page.key)) if may else None)  # type: ignore[arg-type]  # fmt: skip
    may = fits and case is not None and case.status == PENDING and case.level == 1

    def then() -> None:
        assert case
        case.status, case.assigned = WITHDRAWN, ""
        case.version += 1

    return Act(f"withdraw {page.kind}",
               lambda: own_cases.withdraw(clerk, page.case_id, version=page.version),
               then if may else None)  # fmt: skip
