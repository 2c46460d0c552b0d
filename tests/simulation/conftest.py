"""A database of its own for each sequence."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from data import database
from tests.conftest import Template


@pytest.fixture
def fresh_on(
    request: pytest.FixtureRequest,
) -> Callable[[str], Callable[[], AbstractContextManager[None]]]:
    """Return what connects to a copy of the fixture, on a database named, while a sequence lasts."""

    def on(where: str) -> Callable[[], AbstractContextManager[None]]:
        template: Template = request.getfixturevalue(f"{where}_template")
        name = f"t{os.urandom(6).hex()}"
        engine: Engine | None = None

        @contextmanager
        def fresh() -> Iterator[None]:
            """Copy anew under one name: the engine keeps the statements that it has compiled."""
            nonlocal engine
            url = template.copy(name)
            if engine is None:
                engine = database.connect(url)
                if where == "sqlite":
                    event.listen(engine, "connect", _without_waiting)
            try:
                yield
            finally:
                engine.dispose()
                template.drop(name)

        return fresh

    return on


def _without_waiting(connection: Any, _record: object) -> None:  # noqa: ANN401 — the driver has no type
    """Let no commit wait for the disk: a sequence's database outlives no power failure."""
    connection.execute("PRAGMA synchronous=OFF")
