"""State changes and audit events, one to one (figure 21): after each act of random days, both databases."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import text

from data import database
from tests import figures, one_to_one
from tests.conftest import DATABASES, Template
from tests.faults.acts import ACTS
from tests.faults.bench import Bench, connected
from tests.simulation import run, watch
from tests.simulation.model import World

pytestmark = pytest.mark.usefixtures("storage")
SEED = 20260721
SEQUENCES = figures.share(quick=1, whole=60)
RANDOM = figures.share(quick=DATABASES[:1], whole=DATABASES)
STEPS = figures.share(quick=10, whole=run.STEPS)
EVERY = figures.share(quick=5, whole=1)


class Account:
    """Compares after each act, and keeps count."""

    def __init__(self) -> None:
        self.acts, self.changes = 0, 0
        self.faults: list[str] = []
        self.before = one_to_one.seen()

    def close(self, name: str) -> None:
        after = one_to_one.seen()
        self.acts += 1
        self.changes += one_to_one.changes(self.before, after)
        self.faults += [f"{name}: {fault}" for fault in one_to_one.faults(self.before, after)]
        self.before = after


def _note(account: Account, part: str, seed: int | None = None) -> None:
    figures.record(
        21, f"{account.acts:,} acts, {account.changes:,} changes of state, {len(account.faults)} without an "
        "event of their own or the other way round", seed, reached=not account.faults, part=part,
    )  # fmt: skip
    assert "\n".join(account.faults) == ""


@pytest.mark.parametrize("where", RANDOM)
def test_each_act_of_random_days_has_its_events_and_no_others(
    where: str, fresh_on: Callable[[str], Callable[[], AbstractContextManager[None]]], monkeypatch
) -> None:
    accounts: list[Account] = []
    compare, begin = watch.compare, watch.begin

    def begun(*given: object) -> None:
        begin(*given)  # type: ignore[arg-type]
        accounts.append(Account())

    def compared(world: World) -> None:
        accounts[-1].close(f"seed {SEED + len(accounts) - 1}, step {accounts[-1].acts + 1}")
        compare(world)

    monkeypatch.setattr(watch, "begin", begun)
    monkeypatch.setattr(watch, "compare", compared)
    run.sequences(range(SEED, SEED + SEQUENCES), fresh_on(where), STEPS)
    whole = accounts[0]
    for other in accounts[1:]:
        whole.acts += other.acts
        whole.changes += other.changes
        whole.faults += other.faults
    _note(whole, f"random days {where}", SEED)


@pytest.mark.parametrize("where", DATABASES)
def test_each_write_of_the_hall_has_its_events_and_no_others(
    where: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(f"{where}_template")
    bench, accounts = Bench(template), []
    for act in ACTS[::EVERY]:
        with connected(bench.fresh()):
            given = act.prepare()
            account = Account()
            act.do(given)
            account.close(act.name)
            accounts.append(account)
    bench.clear()
    whole = accounts[0]
    for other in accounts[1:]:
        whole.acts, whole.changes = whole.acts + other.acts, whole.changes + other.changes
        whole.faults += other.faults
    _note(whole, f"writes {where}")


@pytest.mark.usefixtures("sqlite_db")
def test_a_change_behind_the_audits_back_is_found() -> None:
    account = Account()
    with database.engine().execution_options(writes=True).begin() as connection:
        connection.execute(text("update contributor set base = base + 1 where id = 1"))
        connection.execute(text("update assessment set status = status"))
    account.close("by hand")
    [fault] = account.faults
    assert "the register changed at ('person', 1)" in fault
