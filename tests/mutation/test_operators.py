"""The operators of `make mutation`: each slip comes up, words and annotations are left alone."""

import ast

from tests.mutation.operators import mutants
from tests.mutation.targets import TARGETS

SOURCE = '''
"""Docstring."""
MAY = {"submit": 1, "close": 2}

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
    assert not any("Docstring" in one or "audit" in one for one in found)


def test_every_mutant_is_source_that_compiles_and_differs() -> None:
    same = ast.dump(ast.parse(SOURCE))
    for mutant in mutants(SOURCE):
        compile(mutant.tree, "mutant", "exec")
        assert ast.dump(mutant.tree) != same


def test_every_target_and_its_tests_are_there() -> None:
    from tests.figures import ROOT

    for targets in TARGETS.values():
        for target in targets:
            assert (ROOT / target.path).is_file()
            assert all((ROOT / path).is_file() for path in target.tests)
