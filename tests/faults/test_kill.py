"""kill -9 at every step of every write: what is kept is all of the act or nothing of it."""

from collections.abc import Iterator
from functools import partial

import pytest

from services.errors import BusinessError
from tests import figures
from tests.conftest import DATABASES, Template
from tests.faults import killing
from tests.faults.acts import ACTS, Act
from tests.faults.bench import Bench, State, connected, differs, faults

#: Every so many-th step is a point: all of them in the nightly run.
STRIDE = figures.share(quick=29, whole=1)
FAR = 100_000


@pytest.fixture(params=DATABASES)
def template(request: pytest.FixtureRequest) -> Template:
    made: Template = request.getfixturevalue(f"{request.param}_template")
    return made


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
    ready = bench.ready(act)
    place = 1 + len(act.name) % STRIDE
    points = 0
    while True:
        outcome = killing.run(ready.url, partial(act.do, ready.given), place)
        where = f"{act.name} at step {place}"
        with connected(ready.url):
            found = killing.state()
            assert found in (ready.before, after), f"{where}: {differs(found, ready.before)}"
            assert found == after or not outcome.acknowledged, f"{where}: acknowledged and lost"
            assert faults() == [], where
        if outcome.is_over:
            break
        points, place = points + 1, place + STRIDE
        # PostgreSQL does not take back the numbers that a lost transaction drew.
        if found != ready.before or ready.url.startswith("postgresql"):
            bench.clear()
            ready = bench.ready(act)
    assert points or STRIDE > 1
    _note(request, act, points)


def _wholly_done(bench: Bench, act: Act) -> State:
    ready = bench.ready(act)
    outcome = killing.run(ready.url, partial(act.do, ready.given), FAR)
    assert outcome.acknowledged
    with connected(ready.url):
        after = killing.state()
    assert after != ready.before, f"{act.name} does nothing that is kept"
    return after


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
    ready = bench.ready(act)
    with connected(ready.url):
        with pytest.raises(BusinessError):
            act.do(99)
        assert ready.given != 99
        found = killing.state()
    assert {name for name in found if found[name] != ready.before[name]} <= {"audit_event"}
