"""A slip put into modules that are loaded: nothing has to be imported again.

That is possible where only bodies of functions differ, and none of them has run while the hall was
imported, or only names that the module binds by plain statements. What else a mutant changes needs a
fresh process.
"""

import ast
import copy
import gc
import inspect
import sys
import types
from collections.abc import Iterator

Key = tuple[str, int]
"""A function's name in full, and its line."""
Functions = dict[Key, list[types.FunctionType]]


def functions_of(path: str) -> Functions:
    """Return the functions that the module's source has become."""
    found: Functions = {}
    for one in gc.get_objects():
        if isinstance(one, types.FunctionType) and one.__code__.co_filename == path:
            found.setdefault(_key(one.__code__), []).append(one)
    return found


def put(functions: Functions, tree: ast.Module, path: str) -> None:
    """Give the functions the code that they have in the tree."""
    for code in _codes(compile(tree, path, "exec", dont_inherit=True)):
        for function in functions.get(_key(code), []):
            function.__code__ = code


def differing(before: ast.Module, after: ast.Module) -> set[int] | None:
    """Return the first lines of the functions whose bodies differ; None where more than bodies does."""
    if _shell(before) != _shell(after):
        return None
    pairs = zip(_functions(before), _functions(after), strict=True)
    return {_first(one) for one, other in pairs if ast.dump(one) != ast.dump(other)}


def _key(code: types.CodeType) -> Key:
    return code.co_qualname, code.co_firstlineno


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            if inner.co_flags & inspect.CO_OPTIMIZED:
                yield inner
            else:  # a class
                yield from _codes(inner)


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        elif isinstance(child, ast.stmt):
            yield from _functions(child)


def _first(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([function.lineno, *(one.lineno for one in function.decorator_list)])


def _shell(tree: ast.Module) -> str:
    empty = copy.deepcopy(tree)
    for function in _functions(empty):
        function.body = []
    return ast.dump(empty)


def restated(before: ast.Module, after: ast.Module) -> list[ast.stmt]:
    """Return the statements to run again where only a name of the module is bound otherwise, else none."""
    if len(before.body) != len(after.body):
        return []
    again: list[ast.stmt] = []
    names: set[str] = set()
    for old, new in zip(before.body, after.body, strict=True):
        if ast.dump(old) != ast.dump(new) or names & _read_at_once(new):
            if not isinstance(new, ast.Assign | ast.AnnAssign | ast.AugAssign):
                return []
            again.append(new)
            names |= _bound(new)
    if any(isinstance(one, ast.AugAssign) for one in again[:1]):
        return []
    return again


def bind(module: str, statements: list[ast.stmt]) -> None:
    """Run the statements in the module, and give the names to whoever has imported them."""
    there = vars(sys.modules[module])
    names = set().union(*map(_bound, statements))
    before = {name: there[name] for name in names}
    exec(compile(ast.Module(statements, []), module, "exec", dont_inherit=True), there)
    for other in list(sys.modules.values()):
        for name, value in before.items():
            if getattr(other, "__dict__", {}).get(name) is value:
                setattr(other, name, there[name])


def _bound(statement: ast.stmt) -> set[str]:
    return {
        one.id
        for one in ast.walk(statement)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }


def _read_at_once(statement: ast.stmt) -> set[str]:
    """Return the names that a statement of the module reads or adds to when it is imported."""
    plain = copy.deepcopy(statement)
    for function in [plain, *_functions(plain)]:
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            function.body, function.returns = [], None
    found = {one.id for one in ast.walk(plain) if isinstance(one, ast.Name)}
    return found if not isinstance(statement, ast.Assign) else found - _bound(statement)
