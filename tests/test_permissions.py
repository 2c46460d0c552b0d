"""Permissions as a matrix: role × use case × page, found by looking, judged by `tests/permissions.py`."""

import ast
from pathlib import Path

import pytest

from data.enums import ADMINISTRATORS, OFFICERS, Role
from demo.cast import CAST
from services.actor import Actor
from services.errors import BusinessError, NotAllowed
from tests.conftest import person
from tests.permissions import EVERYBODY, PAGES, READING, USE_CASES
from tests.use_cases import all_of_them, arguments

ROOT = Path(__file__).parent.parent
KEYS = {role: next(player.key for player in CAST if player.role is role) for role in Role}
#: Whose own things these are; nobody is refused them for a role.
OWN = {name for name, roles in USE_CASES.items() if roles == frozenset(EVERYBODY)}


@pytest.fixture
def actor(role: Role, sqlite_db: object, storage: Path) -> Actor:
    return person(KEYS[role])


def test_every_use_case_has_an_entry_and_every_entry_a_use_case() -> None:
    there = {name for name, _ in all_of_them()}
    assert there - set(USE_CASES) == set(), "say in tests/permissions.py whose it is"
    assert set(USE_CASES) - there == set()
    assert len(there) > 170


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_whoever_may_not_is_refused_before_anything_else(actor: Actor, role: Role) -> None:
    let_in = []
    for name, use_case in all_of_them():
        if role in USE_CASES[name]:
            continue
        try:
            use_case(actor, **arguments(use_case))
            let_in.append(name)
        except NotAllowed:
            continue
        except BusinessError as other:
            let_in.append(f"{name}: {type(other).__name__} before NotAllowed")
    assert let_in == []


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_whoever_may_is_not_refused_for_the_role(actor: Actor, role: Role) -> None:
    """What comes of it does not matter here: the arguments mean nothing."""
    refused = []
    for name, use_case in all_of_them():
        if role not in USE_CASES[name] or name in OWN:
            continue
        try:
            use_case(actor, **arguments(use_case))
        except NotAllowed:
            refused.append(name)
        except Exception:
            continue
    assert refused == []


def test_an_auditor_reads_and_changes_nothing() -> None:
    for name, roles in USE_CASES.items():
        if Role.AUDITOR in roles and name not in OWN:
            assert name.rpartition(".")[2] in READING, name


def test_administrators_decide_on_no_business_and_officers_set_no_policy() -> None:
    deciding = ("review.", "remittance.desk.", "remittance.arrivals.", "register.opening.")
    for name, roles in USE_CASES.items():
        if name.startswith(deciding):
            assert roles.isdisjoint({*ADMINISTRATORS, Role.AUDITOR, Role.MANAGER}), name
        if name.startswith(
            ("administration.policy_changes.", "administration.users.", "administration.roles.")
        ):
            assert roles.isdisjoint({*OFFICERS, Role.CLERK, Role.MANAGER}), name


def _pages_by_role() -> dict[Role, list[str]]:
    """Read the menus from the main script, which draws where it is imported."""
    tree = ast.parse((ROOT / "pages" / "main.py").read_text(encoding="utf-8"))
    tables = {
        statement.targets[0].id: statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    named = {name: _names(tables[name], {}) for name in ("BUSINESSES", "DESK")}
    center = tables["CENTER"]
    assert isinstance(center, ast.Dict)
    menus = {
        Role[key.attr]: [*_names(value, named), "handbook"]
        for key, value in zip(center.keys, center.values, strict=True)
        if isinstance(key, ast.Attribute)
    }
    return menus | {Role.CLERK: ["home", *named["BUSINESSES"], "inbox", "handbook"]}


def _names(value: ast.expr, named: dict[str, list[str]]) -> list[str]:
    if isinstance(value, ast.Name):
        return named.get(value.id, [value.id])
    if isinstance(value, ast.Starred):
        return _names(value.value, named)
    assert isinstance(value, ast.Tuple)
    return [name for element in value.elts for name in _names(element, named)]


def test_every_role_has_the_pages_of_the_table_and_no_other() -> None:
    menus = _pages_by_role()
    assert {role: sorted(pages) for role, pages in menus.items()} == {
        role: sorted(pages.split()) for role, pages in PAGES.items()
    }


def test_every_page_is_somebodys() -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*/[a-z]*.py")}
    assert pages == {name for names in PAGES.values() for name in names.split()}
