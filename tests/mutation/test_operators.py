"""The operators of `make mutation`: each slip comes up, words and annotations are left alone."""

import ast
from typing import Any

from tests.figures import ROOT
from tests.mutation import swap, trial
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.operators import mutants, names
from tests.mutation.targets import TARGETS

SOURCE = '''
"""Docstring."""
MAY = {"submit": 1, "close": 2}
Pair = tuple[Role, bool]

@audit.refusals
def may(actor: Actor, count: int = 0) -> bool:
    if actor.role is not CLERK:
        raise NotAllowed("您没有权限")
    return count + 1 < 5 and actor.active
'''


def test_tables_decorated_functions_and_refusals_are_changed_and_words_are_not() -> None:
    found = [f"{mutant.before} => {mutant.after}" for mutant in mutants(SOURCE)]
    for expected in (
        "{'submit': 1, 'close': 2} => {'close': 2}",
        "actor.role is not CLERK => actor.role is CLERK",
        "raise NotAllowed('您没有权限') => pass",
        "count + 1 < 5 and actor.active => count + 1 < 5 or actor.active",
        "count + 1 < 5 => count + 1 <= 5",
        "count + 1 => count - 1",
        "0 => 1",
    ):
        assert expected in found
    assert not any("权限" in one and "pass" not in one for one in found)
    assert not any("Docstring" in one or "audit" in one or "Role" in one for one in found)


def test_every_mutant_is_source_that_compiles_and_differs() -> None:
    same = ast.dump(ast.parse(SOURCE))
    for mutant in mutants(SOURCE):
        compile(mutant.tree, "mutant", "exec")
        assert ast.dump(mutant.tree) != same


def test_a_change_knows_the_lines_of_the_statement_it_stands_in() -> None:
    found = {mutant.before: mutant.lines for mutant in mutants(SOURCE)}
    assert found["actor.role is not CLERK"] == range(8, 9)
    assert found["count + 1 < 5"] == range(10, 11)


def test_a_function_is_changed_in_place_and_a_default_needs_a_fresh_process() -> None:
    path = str(ROOT / "tests" / "mutation" / "of_a_test.py")
    names: dict[str, Any] = {}
    source = "def five(count=2):\n    return count + 3\n"
    exec(compile(source, path, "exec"), names)
    elsewhere, tree = names["five"], ast.parse(source)
    inside, default = (
        next(one for one in mutants(source) if one.before == words) for words in ("count + 3", "2")
    )
    assert swap.differing(tree, inside.tree) == {1}
    assert swap.differing(tree, default.tree) is None
    swap.put(swap.functions_of(path), inside.tree, path)
    assert elsewhere() == -1


def test_every_target_and_its_tests_are_there() -> None:
    for area in TARGETS.values():
        assert all(trial.path_of(module).is_file() for module in area.modules)
        assert all((ROOT / path).exists() for path in area.tests)


def test_a_change_is_called_by_the_function_it_is_in_and_by_its_number_where_it_is_not_the_first() -> (
    None
):
    found = names("class A:\n  N = 5\n  def one(self):\n    return self.f(7, 7) + 8\nB = 7\n")
    assert {"A.N: 5 → 6", "A.one: 7 → 8", "A.one: 7 → 8 (2)", "B: 7 → 8"} < set(found)
    assert len(set(found)) == len(found)


def test_every_change_that_is_excused_is_one_there_is() -> None:
    for module, excused in EQUIVALENT.items():
        assert set(excused) <= set(names(trial.path_of(module).read_text("utf-8")))
