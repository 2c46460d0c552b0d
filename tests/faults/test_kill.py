"""kill -9 at every step of every write: what is kept is all of the act or nothing of it."""

import os
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import Engine

import verify
from data import database
from services.errors import BusinessError
from tests import figures
from tests.conftest import DATABASES, Template
from tests.faults import killing
from tests.faults.acts import ACTS, Act

#: Every so many-th step is a point: all of them in the nightly run.
STRIDE = figures.share(quick=29, whole=1)
FAR = 100_000


@pytest.fixture(params=DATABASES)
def template(request: pytest.FixtureRequest) -> Template:
    made: Template = request.getfixturevalue(f"{request.param}_template")
    return made


class Bench:
    """A database in the state before an act, made again whenever an act has left it."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._names: list[str] = []

    def fresh(self) -> str:
        name = f"k{os.urandom(6).hex()}"
        self._names.append(name)
        return self._template.copy(name)

    def clear(self) -> None:
        for name in self._names:
            self._template.drop(name)


@pytest.fixture
def bench(template: Template) -> Iterator[Bench]:
    made = Bench(template)
    yield made
    made.clear()


@pytest.mark.usefixtures("storage")
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_a_kill_at_any_step_leaves_all_or_nothing(
    bench: Bench, act: Act, request: pytest.FixtureRequest
) -> None:
    after = _wholly_done(bench, act)
    url, given, before = _prepared(bench, act)
    place = 1 + len(act.name) % STRIDE
    points = 0
    while True:
        outcome = killing.run(url, partial(act.do, given), place)
        engine = database.connect(url)
        found = killing.state()
        assert found in (before, after), f"{act.name} at step {place}: {_differs(found, before)}"
        if outcome.acknowledged:
            assert found == after, f"{act.name} at step {place}: acknowledged and lost"
        faults = [line for check in verify.CHECKS.values() for line in check().faults]
        assert faults == [], f"{act.name} at step {place}"
        engine.dispose()
        if outcome.is_over:
            break
        points, place = points + 1, place + STRIDE
        # PostgreSQL does not take back the numbers that a lost transaction drew.
        if found != before or url.startswith("postgresql"):
            url, given, _ = _prepared(bench, act)
    assert points or STRIDE > 1
    _note(request, act, points)


def _prepared(bench: Bench, act: Act) -> tuple[str, object, dict[str, list[tuple[object, ...]]]]:
    url = bench.fresh()
    engine: Engine = database.connect(url)
    given = act.prepare()
    before = killing.state()
    engine.dispose()
    return url, given, before


def _wholly_done(bench: Bench, act: Act) -> dict[str, list[tuple[object, ...]]]:
    url, given, before = _prepared(bench, act)
    outcome = killing.run(url, partial(act.do, given), FAR)
    assert outcome.acknowledged
    engine = database.connect(url)
    after = killing.state()
    engine.dispose()
    assert after != before, f"{act.name} does nothing that is kept"
    return after


def _differs(
    found: dict[str, list[tuple[object, ...]]], before: dict[str, list[tuple[object, ...]]]
) -> str:
    return "、".join(name for name in found if found[name] != before[name])


def _note(request: pytest.FixtureRequest, act: Act, points: int) -> None:
    """Record the act's points under the database's name."""
    database_name = request.node.callspec.params["template"]
    figures.record(
        7, f"{points} points of “{act.name}”, 0 broken", reached=True,
        part=f"{database_name}-{act.name.replace(' ', '-')}",
    )  # fmt: skip


@pytest.mark.usefixtures("storage")
def test_a_refused_act_keeps_nothing_but_the_word_of_it(bench: Bench) -> None:
    act = next(one for one in ACTS if one.name == "submit a base adjustment")
    url, given, before = _prepared(bench, act)
    engine = database.connect(url)
    wrong: Callable[[], object] = lambda: act.do(99)  # noqa: E731
    with pytest.raises(BusinessError):
        wrong()
    assert given != 99
    found = killing.state()
    assert {name for name in found if found[name] != before[name]} <= {"audit_event"}
    engine.dispose()
