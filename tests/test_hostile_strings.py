"""Hostile strings (figure 6): through every text of every use case, kept harmlessly or refused in Chinese."""

import inspect
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import get_type_hints

import pytest
from sqlalchemy import select

from data.database import snapshot
from data.enums import Branch, Role
from data.models.case import Case
from data.models.remittance import Assessment
from data.policy_codes import ProposalTopic
from services import contributor_info_change as info_changes
from services import employer_info_change as employer_changes
from services import review
from services.actor import Actor
from services.administration import policy_changes, users
from services.base_adjustment import approval as base_adjustment
from services.contributor_registration import roster as opening
from services.deferral import approval as deferral
from services.employer_info_change_items import ITEMS
from services.errors import BusinessError
from services.remittance import assess, desk
from services.rules.months import Month
from tests import figures, use_cases
from tests.conftest import person
from tests.desk_cases import rate_case
from tests.faults import killing
from tests.faults.acts import LIMITS
from tests.faults.bench import State, connected
from tests.hostile_strings import STRINGS
from tests.permissions import USE_CASES
from tests.rosters import PDF
from tests.test_contributor_registration import YANG

pytestmark = pytest.mark.usefixtures("storage")
CASES = dict(use_cases.all_of_them())
QUICK = ("a zero", "half of a pair", "turned round")
CHOSEN = {name: text for name, text in STRINGS.items() if figures.IS_WHOLE or name in QUICK}
#: Takes what draws a print.
MADE_OF_CODE = {"prints.once"}
WHO = {
    Role.CLERK: "clerk2", Role.REVIEWER: "officerA", Role.SENIOR_REVIEWER: "officerC",
    Role.DIRECTOR: "director", Role.MANAGER: "manager", Role.ADMINISTRATOR: "admin",
    Role.SECURITY_ADMINISTRATOR: "security", Role.AUDITOR: "auditor",
}  # fmt: skip


def _texts(function: Callable[..., object]) -> list[str]:
    """Return the names of the arguments that are text, or made of text."""
    inner = inspect.unwrap(function)
    hints = get_type_hints(inner)
    names = list(inspect.signature(inner).parameters)[1:]
    return [name for name in names if "str" in str(hints[name])]


def _arguments(function: Callable[..., object], text: str) -> dict[str, object]:
    inner = inspect.unwrap(function)
    hints = get_type_hints(inner)
    given = use_cases.arguments(function)
    for name in _texts(function):
        kind = str(hints[name])
        if "Mapping[str, str]" in kind or "dict[str, str]" in kind:
            given[name] = {text: text}
        elif hints[name] is str or kind == "str | None":
            given[name] = text
    return given


def outcome(function: Callable[..., object], actor: Actor, arguments: dict[str, object]) -> str:
    """Return "" where it was done, else the words of its refusal; all else is a fault."""
    try:
        done = function(actor, **arguments)
        if inspect.isgenerator(done):
            list(done)
    except BusinessError as refusal:
        said = str(refusal)
    else:
        return ""
    assert re.search(r"[\u4e00-\u9fff]{2}", said)
    return said


def test_every_use_case_takes_any_text_or_refuses_it_in_chinese(db, monkeypatch) -> None:
    tried, done, wrong = 0, 0, []
    for name, roles in USE_CASES.items():
        function = CASES[name]
        if not _texts(function) or name in MADE_OF_CODE:
            continue
        actor = person(WHO[sorted(roles, key=list(Role).index)[0]])
        for what, text in CHOSEN.items():
            monkeypatch.setitem(use_cases.PLAIN, str, text)
            try:
                done += not outcome(function, actor, _arguments(function, text))
            except Exception as error:
                wrong.append(f"{name}, {what}: {type(error).__name__}: {str(error)[:90]}")
            tried += 1
    monkeypatch.undo()
    figures.record(
        6, f"{tried} calls of use cases with {len(CHOSEN)} strings, {done} done, {tried - done - len(wrong)} "
        f"refused in Chinese, {len(wrong)} failed", reached=not wrong, part=f"use cases {db.dialect.name}",
    )  # fmt: skip
    assert "\n".join(wrong) == ""


CUT_FROM = 100
CLERK, JULY = "clerk2", Month(2026, 7)
#: May stand in nothing that is kept: it would hide in a list, a log or a print.
HIDING = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def _returned(text: str) -> None:
    case_id = rate_case(person(CLERK), 10)
    review.send_back(person("officerA"), case_id, version=2, opinion=text)


def _month_returned(text: str) -> None:
    assess.assess(person(CLERK), [JULY], client_id="m")
    with snapshot() as session:
        chosen = select(Assessment.id).filter_by(
            employer_id=person(CLERK).employer, month=JULY.number
        )
        month = session.scalars(chosen).one()
    desk.send_back(person("officerA"), month, reason=text)


def _deferred(text: str) -> None:
    clerk = person(CLERK)
    for code in ("101001", "101002"):
        deferral.attach(clerk, code, "材料.pdf", PDF)
    version = deferral.situation(clerk).version
    deferral.submit(clerk, month=Month(2026, 12), reason=text, version=version, client_id="d")


def _proposed(text: str) -> None:
    policy_changes.propose(
        person("admin"), ProposalTopic.LIMITS, LIMITS, effective_from=date(2026, 8, 1),
        source=text, reason=text,
    )  # fmt: skip


def _employed(text: str) -> None:
    users.create(
        person("admin"), name=text, username="newofficer", role=Role.REVIEWER, branch=Branch.KAILI,
        password="kaili-chushen-Neu-7",
    )  # fmt: skip


def _person_changed(text: str) -> None:
    clerk = person(CLERK)
    info_changes.enter(clerk, info_changes.people(clerk)[0].id, "name", text)


def _employer_changed(item: str) -> Callable[[str], None]:
    return lambda text: employer_changes.enter(person(CLERK), item, text)


FIELDS: dict[str, Callable[[str], None]] = {
    **{f"the employer's {one.name}": _employer_changed(one.name) for one in ITEMS.values()},
    "a person's name": _person_changed,
    "a new person's name": lambda text: opening.add(person(CLERK), replace(YANG, name=text)),
    "a file's name": lambda text: base_adjustment.attach(person(CLERK), "011201", text, PDF),
    "an officer's opinion": _returned,
    "why a month goes back": _month_returned,
    "why a deferral": _deferred,
    "where a policy comes from": _proposed,
    "an officer's name": _employed,
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_keeps_a_text_as_it_is_or_refuses_it(sqlite_template, field) -> None:
    kept, wrong = 0, []
    for what, text in CHOSEN.items():
        name = f"h{os.urandom(6).hex()}"
        with connected(sqlite_template.copy(name)):
            before = killing.state()
            said = outcome(_typed(field), person(CLERK), {"text": text})
            new = _new(before, killing.state()) + _forms()
        sqlite_template.drop(name)
        kept += not said
        if any(map(HIDING.search, new)):
            wrong.append(f"{what}: hides in what is kept")
        elif not said and not any(_is_kept(_asked(field, text), one) for one in new):
            wrong.append(f"{what}: neither kept nor refused")
    figures.record(
        6, f"{len(CHOSEN)} strings, {kept} kept, {len(CHOSEN) - kept} refused, {len(wrong)} wrong",
        reached=not wrong, part=field.replace(" ", "-"),
    )  # fmt: skip
    assert "\n".join(wrong) == ""


def _typed(field: str) -> Callable[..., object]:
    return lambda _actor, text: FIELDS[field](text)


def _new(before: State, after: State) -> list[str]:
    """Return the texts of all rows that are new or changed."""
    return [
        str(value)
        for table, rows in after.items()
        for row in set(rows) - set(before[table])
        for value in row
    ]


def _forms() -> list[str]:
    """Return what is filled into the forms of cases, which `killing.state` does not look at."""
    with snapshot() as session:
        return [
            str(value) for form in session.scalars(select(Case.form)) for value in form.values()
        ]


def _asked(field: str, text: str) -> str:
    """Return what is to be kept: of a file's name no path, and no mark that names may not have."""
    if field != "a file's name":
        return text
    return re.sub(r'[<>:"|?*]', "_", re.split(r"[/\\]", text)[-1])


def _is_kept(text: str, one: str) -> bool:
    """Tell whether a text stands in what is kept: tidied, and cut where a file's name is too long."""
    wanted, there = _same(text), _same(one)
    return wanted in there or (len(there) > CUT_FROM and there[:CUT_FROM] == wanted[:CUT_FROM])


def _same(text: str) -> str:
    """Bring a text to what is left of it, whatever spaces, width and marks it was tidied of."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(mark for mark in plain if unicodedata.category(mark)[0] in "LNPS")
