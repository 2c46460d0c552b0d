"""Two at once: what a clerk and an officer do in the same moment has exactly one winner."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import (
    Engine,
    create_engine,
    event,
    func,
    select,
    text,
)

from data import engines
from data.database import snapshot, transaction
from data.models.case import Case, Message
from data.models.register import Contributor, ContributorChange
from services import review, sign_in
from services.actor import Actor
from services.base_adjustment import approval, roster
from services.errors import BusinessError
from services.sign_in import SignInRefused
from tests.rosters import PDF, imported, submitted

pytestmark = pytest.mark.usefixtures("db", "storage")
THREADS = 16


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Do all acts at the same time; return what each returned or the refusal it met."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            outcomes[place] = act() or "done"
        except BusinessError as refusal:
            outcomes[place] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def winners(outcomes: list[object]) -> int:
    return sum(not isinstance(outcome, BusinessError) for outcome in outcomes)


def test_sixteen_different_clicks_submit_one_case(clerk2: Actor) -> None:
    imported(clerk2, 5000)
    approval.attach(clerk2, "011201", "证明.pdf", PDF)
    version = approval.situation(clerk2).version
    outcomes = at_once(
        [
            lambda n=n: approval.submit(clerk2, version=version, client_id=f"c{n}")
            for n in range(THREADS)
        ]
    )
    assert winners(outcomes) == 1
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Case)).one() == 1


def test_the_same_click_sixteen_times_is_one_submission_and_no_refusal(clerk2: Actor) -> None:
    imported(clerk2, 5000)
    approval.attach(clerk2, "011201", "证明.pdf", PDF)
    version = approval.situation(clerk2).version
    outcomes = at_once(
        [lambda: approval.submit(clerk2, version=version, client_id="one")] * THREADS
    )
    assert sum(isinstance(outcome, BusinessError) for outcome in outcomes) <= THREADS - 1
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Case)).one() == 1
        assert session.scalars(text("select count(*) from case_step")).one() == 1


def test_sixteen_first_imports_begin_one_case(clerk2: Actor) -> None:
    outcomes = at_once([lambda: imported(clerk2, 5000)] * THREADS)
    assert winners(outcomes) == THREADS
    assert len(roster.roster(clerk2)) == 5


def test_two_officers_deciding_at_once_decide_once(
    clerk2: Actor, officer_a: Actor, officer_b: Actor
) -> None:
    case_id = submitted(clerk2, 5000)
    version = 2
    acts: list[Callable[[], object]] = []
    for officer in (officer_a, officer_b) * 4:
        acts.append(lambda o=officer: review.approve(o, case_id, version=version, opinion="同意"))
        acts.append(lambda o=officer: review.reject(o, case_id, version=version, opinion="不同意"))
    outcomes = at_once(acts)
    assert winners(outcomes) == 1
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Message)).one() == 1
        changes = session.scalars(select(func.count()).select_from(ContributorChange)).one()
        status = session.scalars(select(Case.status)).one().value
    assert changes == (5 if status == "approved" else 0)


def test_a_submission_and_a_deletion_at_once_never_leave_a_submitted_gap(clerk2: Actor) -> None:
    imported(clerk2, 5000)
    approval.attach(clerk2, "011201", "证明.pdf", PDF)
    version = approval.situation(clerk2).version
    account = roster.roster(clerk2)["account"][0]
    at_once(
        [
            lambda: approval.submit(clerk2, version=version, client_id="c"),
            lambda: roster.delete_rows(clerk2, [account]),
        ]
    )
    rows, status = len(roster.roster(clerk2)), approval.situation(clerk2).status
    assert (rows, status and status.value) in ((5, "pending"), (4, "draft"))


def test_a_challenge_is_answered_once(clerk1: Actor) -> None:
    sign_in.challenge("browser")
    outcomes = at_once(
        [lambda: sign_in.sign_in(token="x" * 200, browser="browser", token_serial="s")] * THREADS
    )
    codes = sorted(outcome.code for outcome in outcomes if isinstance(outcome, SignInRefused))
    assert codes.count("challenge_missing") == THREADS - 1


def test_no_update_of_money_is_lost_among_a_thousand(db: Engine) -> None:
    with snapshot() as session:
        person, before = session.execute(select(Contributor.id, Contributor.base).limit(1)).one()
    threads, rounds = 20, 50

    def raise_by_one_yuan() -> None:
        for _ in range(rounds):
            with transaction() as session:
                chosen = select(Contributor).filter_by(id=person).with_for_update()
                found = session.scalars(chosen).one()
                found.base = found.base + 1

    at_once([raise_by_one_yuan] * threads)
    with snapshot() as session:
        assert session.get_one(Contributor, person).base == before + threads * rounds


def test_sqlalchemys_defaults_on_sqlite_do_lose_updates(tmp_path) -> None:
    """Why the wiring in data/engines.py is there: the same test on the defaults fails."""
    engine = create_engine(f"sqlite:///{tmp_path / 'defaults.db'}", connect_args={"timeout": 30})
    wired = engines.open_engine(f"sqlite:///{tmp_path / 'defaults.db'}")
    with engine.begin() as connection:
        connection.execute(text("create table account (yuan integer)"))
        connection.execute(text("insert into account values (0)"))

    def lost(through: Engine) -> int:
        before = _yuan(wired)
        threads = [threading.Thread(target=_add_one, args=(through,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return 2 - (_yuan(wired) - before)

    assert lost(wired.execution_options(writes=True)) == 0
    event.listen(engine, "after_cursor_execute", _pause_after_select(threading.Barrier(2)))
    assert lost(engine) == 1


def _yuan(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("select yuan from account")).scalar_one()


def _add_one(engine: Engine) -> None:
    with engine.begin() as connection:
        now = connection.execute(text("select yuan as seen from account")).scalar_one()
        connection.execute(text("update account set yuan = :yuan"), {"yuan": now + 1})


def _pause_after_select(turn: threading.Barrier) -> Callable[..., None]:
    """Make both readers read before either writes: what two clerks do by chance, done surely."""

    def pause(_connection, _cursor, statement: str, *_rest: object) -> None:
        if "as seen" in statement:
            turn.wait(timeout=10)

    return pause
