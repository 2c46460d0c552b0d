"""What a page asks of the database: counted, for a stopwatch says little on a busy machine."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
import streamlit as st
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

import settings
from data.database import transaction
from data.enums import BindingStatus
from data.models.people import CertificateBinding, UserSession
from pages.employer import base_adjustment
from services import sessions
from services.actor import Actor
from services.base_adjustment import desk, roster
from services.rules import clock
from tests.rosters import imported, submitted

pytestmark = pytest.mark.usefixtures("storage")
Visit = Callable[[Actor], AppTest]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Yield the list of the statements that the block sends to the database."""
    sent: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Open the hall's main script for somebody whose browser holds the cookie of a live session."""

    def opened(actor: Actor) -> AppTest:
        secret = f"secret-{actor.user_id}"
        _sign_in(actor, secret)
        monkeypatch.setattr(
            type(st.context), "cookies", property(lambda _: {settings.COOKIE: secret})
        )
        return AppTest.from_file("../pages/main.py", default_timeout=30)

    return opened


def _sign_in(actor: Actor, secret: str) -> None:
    digest, now = hashlib.sha256(secret.encode()).hexdigest(), clock.instant()
    with transaction() as session:
        binding = CertificateBinding(
            fingerprint=digest, issuer="CN=CA", serial="1", user_id=actor.user_id,
            status=BindingStatus.ACTIVE, not_after=now + timedelta(days=300),
            bound_by="测试", bound_at=now,
        )  # fmt: skip
        session.add(binding)
        session.flush()
        session.add(
            UserSession(
                secret_hash=digest, user_id=actor.user_id, binding_id=binding.id,
                token_serial="K1", opened_at=now, seen_at=now,
            )
        )  # fmt: skip


def questions(sent: list[str]) -> int:
    return sum(not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")) for statement in sent)


def asked_who(sent: list[str]) -> int:
    return sum("FROM user_session" in statement for statement in sent)


def test_a_click_on_the_home_asks_few_questions(
    sqlite_db: Engine, clerk1: Actor, visit: Visit
) -> None:
    page = visit(clerk1).run()
    with counted(sqlite_db) as sent:
        page.run()
    assert not page.exception
    assert any("assessed_to" in statement for statement in sent)
    assert questions(sent) <= 22


def test_a_click_on_a_roster_of_300_asks_few_questions(
    sqlite_db: Engine, clerk1: Actor, visit: Visit
) -> None:
    imported(clerk1)
    page = visit(clerk1)
    page.session_state["go_to"] = base_adjustment.TITLE
    page.run()
    with counted(sqlite_db) as sent:
        page.run()
    assert not page.exception
    assert any("base_adjustment_line" in statement for statement in sent)
    assert questions(sent) <= 21
    assert asked_who(sent) == 1


def _page_that_acts() -> None:
    from typing import Any  # only this body is run

    import streamlit as st

    from components import session

    @session.acting
    def act(actor: Any) -> None:  # noqa: ANN401
        st.session_state["acted"] = [*st.session_state.get("acted", []), actor.user_id]

    @session.fragment
    def draw(actor: Any) -> None:  # noqa: ANN401
        st.button("办理", on_click=act)
        st.write(actor.name)

    if who := session.signed_in():
        draw(who.actor)


def test_each_run_asks_once_who_is_there_before_it_acts(
    sqlite_db: Engine, clerk1: Actor, visit: Visit
) -> None:
    visit(clerk1)
    page = AppTest.from_function(_page_that_acts).run()
    for times in (1, 2):
        with counted(sqlite_db) as sent:
            page.button[0].click().run()
        assert page.session_state["acted"] == times * [clerk1.user_id]
        assert asked_who(sent) == 1
    sessions.sign_out(f"secret-{clerk1.user_id}")
    page.button[0].click().run()
    assert page.session_state["acted"] == 2 * [clerk1.user_id]
    assert not page.button
    assert not page.exception


def test_a_click_on_the_officers_queue_asks_no_more_for_more_cases(
    sqlite_db: Engine, clerk1: Actor, clerk2: Actor, officer_a: Actor, visit: Visit
) -> None:
    page = visit(officer_a)
    asked = []
    for clerk in (clerk1, clerk2):
        submitted(clerk)
        page.run()
        with counted(sqlite_db) as sent:
            page.run()
        asked.append(questions(sent))
    assert not page.exception
    assert asked[0] == asked[1] <= 8


def test_an_edit_in_the_roster_writes_one_line_and_fetches_one_page(
    sqlite_db: Engine, clerk1: Actor
) -> None:
    imported(clerk1)
    first, second = roster.roster(clerk1)["account"][:2]
    roster.set_bases(clerk1, {first: Decimal(7000)})
    with counted(sqlite_db) as sent:
        # The grid sends what was typed before along with what is typed now.
        roster.set_bases(clerk1, {first: Decimal(7000), second: Decimal(8000)})
        found = desk.desk(clerk1)
    assert (found.effect.people, len(found.frame)) == (300, 200)
    assert sum(s.startswith("UPDATE base_adjustment_line") for s in sent) == 1
    assert questions(sent) <= 9
