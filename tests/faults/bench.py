"""A database in the state before an act, made again whenever an act has left it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

import verify
from data import database
from tests.conftest import Template
from tests.faults import killing
from tests.faults.acts import Act

State = dict[str, list[tuple[object, ...]]]


@dataclass
class Ready:
    """A database before an act: its address, what the act needs, all that it holds."""

    url: str
    given: object
    before: State


class Bench:
    def __init__(self, template: Template) -> None:
        self._template = template
        self._names: list[str] = []

    def fresh(self) -> str:
        name = f"k{os.urandom(6).hex()}"
        self._names.append(name)
        return self._template.copy(name)

    def ready(self, act: Act) -> Ready:
        url = self.fresh()
        engine: Engine = database.connect(url)
        given = act.prepare()
        before = killing.state()
        engine.dispose()
        return Ready(url, given, before)

    def clear(self) -> None:
        for name in self._names:
            self._template.drop(name)
        self._names.clear()


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    engine = database.connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def faults() -> list[str]:
    """Return what `make verify` would say of the connected database."""
    return [line for check in verify.CHECKS.values() for line in check().faults]


def differs(found: State, before: State) -> str:
    return "、".join(name for name in found if found[name] != before[name])
