"""The one way to write a document down before it is signed (规范化JSON): a subset of RFC 8785.

Objects, arrays, text, whole numbers, yes, no and nothing. Money travels as text: no floats.
"""

from __future__ import annotations

import json

_LARGEST = 2**53 - 1


def canonical(value: object) -> bytes:
    """Write the value as UTF-8. Raises TypeError, ValueError for what cannot be signed."""
    return _write(value).encode("utf-8")


def read_canonical(text: str) -> dict[str, object]:
    """Read a canonical object back. Raises ValueError when the text is not canonical."""
    try:
        value = json.loads(text)
        is_canonical = canonical(value) == text.encode("utf-8")
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(value, dict) or not is_canonical:
        raise ValueError("not a canonical JSON object")
    return value


def _write(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(_member(key, value[key]) for key in _in_order(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_write, value)) + "]"
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError("a whole number is out of range")
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"{type(value).__name__} cannot stand in a signed document")


def _in_order(members: dict[object, object]) -> list[str]:
    names = []
    for name in members:
        if not isinstance(name, str):
            raise TypeError("the names of an object are text")
        names.append(name)
    return sorted(names, key=lambda name: name.encode("utf-16-be"))


def _member(name: str, value: object) -> str:
    return f"{json.dumps(name, ensure_ascii=False)}:{_write(value)}"
