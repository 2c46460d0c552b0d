"""Hostile strings (figure 6): through every text of every use case, kept harmlessly or refused in Chinese."""

import inspect
import re
from collections.abc import Callable
from typing import get_type_hints

import pytest

from data.enums import Role
from services.actor import Actor
from services.errors import BusinessError
from tests import figures, use_cases
from tests.conftest import person
from tests.hostile_strings import STRINGS
from tests.permissions import USE_CASES

pytestmark = pytest.mark.usefixtures("storage")
CASES = dict(use_cases.all_of_them())
QUICK = ("a zero", "half of a pair", "very long", "SQL")
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
