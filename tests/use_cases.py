"""Every public use case of `services`, found by looking, with arguments made from its annotations."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import services

TODAY = date(2026, 7, 6)
PLAIN: dict[object, object] = {
    int: 1, str: "x", bytes: b"x", bool: False, date: TODAY, Decimal: Decimal("1.00"), float: 1.0,
    Any: "x", object: "x",
}  # fmt: skip


def all_of_them() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield each module's public functions that take an actor first, by their dotted names."""
    for found in pkgutil.walk_packages(services.__path__, "services."):
        module = importlib.import_module(found.name)
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            inner = inspect.unwrap(function)
            if inner.__module__ == module.__name__ and _takes_actor(inner):
                yield f"{module.__name__.removeprefix('services.')}.{name}", function


def _takes_actor(function: Callable[..., object]) -> bool:
    parameters = list(inspect.signature(function).parameters.values())
    return bool(parameters) and parameters[0].name == "actor"


def arguments(function: Callable[..., object]) -> dict[str, object]:
    """Return something of the right type for each argument after the actor that must be given."""
    inner = inspect.unwrap(function)
    hints = get_type_hints(inner)
    given = list(inspect.signature(inner).parameters.values())[1:]
    return {one.name: made(hints[one.name]) for one in given if one.default is inspect.Parameter.empty
            and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)}  # fmt: skip


def made(kind: object) -> object:
    """Return a value of this type, however little it means."""
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{one.name: made(hints[one.name]) for one in fields(kind) if one.init})
    return _of_origin(kind, get_origin(kind))


def _of_origin(kind: object, origin: object) -> object:
    parts = get_args(kind)
    if origin in (Union, UnionType):
        return None if NoneType in parts else made(parts[0])
    if origin is Literal:
        return parts[0]
    if origin is tuple:
        return tuple(made(one) for one in parts if one is not Ellipsis)
    if getattr(origin, "__name__", "") == "Callable":
        return lambda *_args, **_words: None
    if isinstance(origin, type):
        return {} if "Mapping" in origin.__name__ or origin is dict else []
    raise TypeError(f"tests/use_cases.py knows no value of {kind}")
