"""Small wrong changes to a module's source, one at a time: what a slip of the hand would be.

Tables, properties and decorated functions are changed like everything else. Left alone are words
that people read, annotations, decorators and docstrings.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

Place = tuple[str | int, ...]
"""How to come to a node from the module: fields and positions."""

_COMPARES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult, ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Pow: ast.Mult,
}  # fmt: skip
_UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params"}
_TYPES = {"tuple", "list", "dict", "set", "type"}


class Mutant(NamedTuple):
    line: int
    lines: range
    """Those of the statement that is changed; of a compound one, of its head."""
    name: str
    """What it is called whatever line it stands in: see `_named`."""
    before: str
    after: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.line}: {self.name}"


def mutants(source: str) -> Iterator[Mutant]:
    """Yield the module's mutants, in the order of its lines."""
    tree = ast.parse(source)
    for name, place, node, wrong in _named(tree):
        changed = copy.deepcopy(tree)
        _put(changed, place, wrong)
        yield Mutant(
            getattr(node, "lineno", 0), _lines(tree, place), name, _words(node), _words(wrong),
            ast.fix_missing_locations(changed),
        )  # fmt: skip


def names(source: str) -> list[str]:
    """Return what the module's mutants are called; no two are called the same."""
    return [name for name, *_ in _named(ast.parse(source))]


def _named(tree: ast.Module) -> Iterator[tuple[str, Place, ast.AST, ast.AST | None]]:
    """Yield every change with its name, such as `_turn: 0 → 1`, or `_turn: 0 → 1 (2)` for the second."""
    seen = Counter[str]()
    for place, node in _nodes(tree, ()):
        for wrong in _wrongs(node, place):
            name = f"{_owner(tree, place)}: {_words(node)} → {_words(wrong)}"
            seen[name] += 1
            yield name + (f" ({seen[name]})" if seen[name] > 1 else ""), place, node, wrong


def _owner(tree: ast.AST, place: Place) -> str:
    """Return the name in full of the function or the table that a place is in."""
    found, owner, is_table = list[str](), tree, True
    for step in place:
        owner = owner[step] if isinstance(step, int) else getattr(owner, step)  # type: ignore[index]
        if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(owner.name)
            is_table = isinstance(owner, ast.ClassDef)
        elif is_table and isinstance(owner, ast.Assign):
            found.append(ast.unparse(owner.targets[0]))
        elif is_table and isinstance(owner, ast.AnnAssign):
            found.append(ast.unparse(owner.target))
    return ".".join(found)


def _lines(tree: ast.AST, place: Place) -> range:
    found, owner = range(0), tree
    for step in place:
        owner = owner[step] if isinstance(step, int) else getattr(owner, step)  # type: ignore[index]
        if isinstance(owner, ast.stmt):
            inner = getattr(owner, "body", None)
            last = inner[0].lineno if inner else (owner.end_lineno or owner.lineno) + 1
            found = range(owner.lineno, max(last, owner.lineno + 1))
    return found


def _words(node: ast.AST | None) -> str:
    return ast.unparse(node).splitlines()[0][:90] if node is not None else "(left out)"


def _nodes(node: ast.AST, place: Place) -> Iterator[tuple[Place, ast.AST]]:
    for name, value in ast.iter_fields(node):
        if name in _UNTOUCHED or isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
            continue
        children = value if isinstance(value, list) else [value]
        for number, child in enumerate(children):
            if not isinstance(child, ast.AST) or _is_docstring(child) or _is_of_type(node, name):
                continue
            here = (*place, name, number) if isinstance(value, list) else (*place, name)
            yield here, child
            yield from _nodes(child, here)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_of_type(node: ast.AST, name: str) -> bool:
    """Tell whether this is what a type is made of: the names in `tuple[str, str]`."""
    match node:
        case ast.Subscript(ast.Name(called)):
            return called in _TYPES and name == "slice"
    return False


def _put(tree: ast.AST, place: Place, wrong: ast.AST | None) -> None:
    owner = tree
    for step in place[:-1]:
        owner = owner[step] if isinstance(step, int) else getattr(owner, step)  # type: ignore[index]
    last = place[-1]
    if wrong is None and isinstance(last, int):
        del owner[last]  # type: ignore[attr-defined]
    elif isinstance(last, int):
        owner[last] = wrong  # type: ignore[index]
    else:
        setattr(owner, last, wrong)


def _wrongs(node: ast.AST, place: Place) -> Iterator[ast.AST | None]:  # noqa: PLR0912
    """Yield what stands in the node's place; None leaves it out."""
    match node:
        case ast.Compare(left, [op], others) if type(op) in _COMPARES:
            yield ast.Compare(left, [_COMPARES[type(op)]()], others)
        case ast.Compare(left, [one, other], others):
            yield ast.Compare(left, [_COMPARES[type(one)](), other], others)
            yield ast.Compare(left, [one, _COMPARES[type(other)]()], others)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not() | ast.USub() | ast.Invert(), operand):
            yield operand
        case ast.BinOp(left, op, right) if type(op) in _SUMS:
            yield ast.BinOp(left, _SUMS[type(op)](), right)
        case ast.If(test, body, rest) | ast.IfExp(test, body, rest) if _is_plain(test):
            yield type(node)(ast.UnaryOp(ast.Not(), test), body, rest)
        case ast.Constant(value):
            yield from _constants(value)
        case ast.Return(value) if value is not None and not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Expr(ast.Call()) | ast.Continue() | ast.Break() | ast.AugAssign():
            yield ast.Pass()
        case ast.Dict(keys, values) if len(place) <= 4 and len(keys) > 1:  # a table of the module
            for number in range(len(keys)):
                yield ast.Dict(
                    [k for n, k in enumerate(keys) if n != number],
                    [v for n, v in enumerate(values) if n != number],
                )
        case ast.Tuple(elements, ast.Load()) if _is_table(place) and len(elements) > 1:
            for number in range(len(elements)):
                yield ast.Tuple([e for n, e in enumerate(elements) if n != number], ast.Load())
        case ast.keyword(str(name), _) if name.endswith("_id") or name == "version":
            yield None


def _is_plain(test: ast.expr) -> bool:
    """Tell whether a condition is none of those that have a wrong form of their own."""
    return not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_table(place: Place) -> bool:
    return len(place) <= 5 and "value" in place


def _constants(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and value.isascii():
        yield ast.Constant(f"{value}X")
