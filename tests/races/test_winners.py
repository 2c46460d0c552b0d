"""Races (figure 13): fifty at once, round after round, on both databases, and one of them wins."""

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

import settings
from services.errors import BusinessError
from tests import figures
from tests.races import courses
from tests.races.courses import Acts
from tests.test_races import at_once, winners
from tests.test_sign_in import Browser, answer
from ukey.dev_ca import DevCA

pytestmark = pytest.mark.usefixtures("storage")
THREADS = 50
ROUNDS = figures.share(quick=2, whole=100)
Course = Callable[[int], AbstractContextManager[Acts]]


def race(db: Engine, course: Course, name: str) -> None:
    """Run all rounds; write down how many had not exactly one winner and a clear word for the rest."""
    wrong = []
    for number in range(ROUNDS):
        with course(THREADS) as acts:
            outcomes = at_once(acts)
        if winners(outcomes) != 1 or not all(map(_is_clear, outcomes)):
            wrong.append((number, winners(outcomes)))
    figures.record(
        13, f"{THREADS} threads × {ROUNDS} rounds, {len(wrong)} without exactly one winner",
        reached=not wrong, part=f"{name}, {db.dialect.name}",
    )  # fmt: skip
    assert wrong == []


def _is_clear(outcome: object) -> bool:
    """Tell whether this is the winner, or a refusal in Chinese words."""
    return not isinstance(outcome, BusinessError) or any("一" <= c <= "鿿" for c in str(outcome))


@pytest.mark.parametrize(
    "course",
    [
        courses.submission, courses.approval, courses.withdrawal, courses.registration_of_one,
        courses.assessment, courses.arrival,
    ],
    ids=lambda course: course.__name__,
)  # fmt: skip
def test_of_fifty_at_once_one_wins(db: Engine, course: Course) -> None:
    race(db, course, course.__name__)


def test_of_fifty_answers_to_one_challenge_one_signs_in(
    db: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = DevCA.open(tmp_path / "ca")
    monkeypatch.setattr(settings, "TRUST", authority.trust_folder)
    browser = Browser(authority).bind("clerk1")

    def answered(nonce: str) -> str:
        return answer(browser.certificate, nonce, settings.ORIGIN)

    race(db, contextmanager(partial(courses.challenge, answered=answered)), "challenge")
