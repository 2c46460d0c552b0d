"""Canary (figure 16): of one employer's people and papers, nothing ever comes over another's websocket."""

import logging
import random

import pytest
from sqlalchemy import select

from data.database import snapshot, transaction
from data.models.register import Contributor, Employer
from tests import figures
from tests.conftest import person
from tests.web.conftest import open_session
from tests.web.window import Window, opened
from web import logs

SESSIONS = figures.share(quick=1, whole=100)
SEED = 20260704
CLERKS = ("clerk1", "clerk2", "clerk3", "clerk4")
BUTTONS = 8  # of a page
LEAVING = ("退出",)


def _mark(employer_id: int, place: int) -> str:
    return f"探针{employer_id:03d}号{place:05d}"


@pytest.fixture
def marks(sqlite_db) -> dict[int, frozenset[bytes]]:
    """Mark every person of every employer; return what belongs to each employer alone."""
    found: dict[int, set[str]] = {}
    with transaction() as session:
        for employer in session.scalars(select(Employer)):
            found[employer.id] = {employer.number, employer.name, employer.uscc}
        for place, one in enumerate(session.scalars(select(Contributor))):
            one.name = _mark(one.employer_id, place)
            found[one.employer_id] |= {
                one.name,
                one.account,
                one.id_number,
                one.mobile or one.account,
            }
    return {number: frozenset(word.encode() for word in words) for number, words in found.items()}


def _foreign(marks, employer_id) -> frozenset[bytes]:
    return frozenset().union(*(words for number, words in marks.items() if number != employer_id)) - marks[
        employer_id
    ]  # fmt: skip


def test_nothing_of_another_employer_comes_over_the_socket(pages, marks, caplog) -> None:
    chance, frames, length, leaked, broken, seen = random.Random(SEED), 0, 0, set(), set(), 0
    caplog.set_level(logging.INFO)
    for number in range(SESSIONS):
        key = CLERKS[number % len(CLERKS)]
        employer_id = person(key).employer
        other = chance.choice(sorted(_foreign(marks, employer_id))).decode()
        # What she looks for herself stands in her own field.
        with opened(pages, key, _foreign(marks, employer_id) - {other.encode()}) as window:
            for address in list(window.screen.pages):
                window.go(address)
                seen += any(word in window.last for word in marks[employer_id])
                _click_through(window, other, chance)
                if window.is_broken:
                    broken.add(f"{key} {address}")
        frames, length = frames + window.frames, length + window.length
        leaked |= window.leaked
    figures.record(
        16, f"{SESSIONS} sessions, {frames} frames of {length / 1e6:.0f} MB, {len(leaked)} marks of others",
        SEED, reached=not leaked and not broken and seen >= SESSIONS,
    )  # fmt: skip
    assert leaked == set()
    assert broken == set()
    assert seen >= SESSIONS  # her own are there: the marks can be seen
    lines = "\n".join(map(logs.JsonLines().format, caplog.records))
    assert not any(word.decode() in lines for words in marks.values() for word in words)


def _click_through(window: Window, other: str, chance: random.Random) -> None:
    """Look for somebody else's in every field, then press what there is to press."""
    for key, _, fragment in window.of_kind("text_input")[:4]:
        window.type(key, other, fragment)
    labels = [label for _, label, _ in window.of_kind("button") if not label.startswith(LEAVING)]
    for label in chance.sample(labels, min(BUTTONS, len(labels))):
        if any(label == there for _, there, _ in window.of_kind("button")):
            window.press(label)


def test_an_officer_sees_nothing_of_another_branch(pages, marks) -> None:
    with snapshot() as session:
        mine = person("officerD").branch
        elsewhere = [
            marks[one.id] for one in session.scalars(select(Employer)) if one.branch is not mine
        ]
    foreign = frozenset().union(*elsewhere)
    other = sorted(foreign)[0]
    with opened(pages, "officerD", foreign - {other}) as window:
        for address in list(window.screen.pages):
            window.go(address)
            _click_through(window, other.decode(), random.Random(SEED))
            assert not window.is_broken, address
    assert window.leaked == set()


def test_the_session_of_one_cannot_be_begun_with_the_pages_of_another_role(pages) -> None:
    with opened(pages, "officerA") as window:
        review = dict(window.screen.pages)
    pages.cookies.clear()
    with opened(pages, "clerk2") as window:
        for address, page in review.items():
            if address not in window.screen.pages:
                window.screen.pages[address] = page
                window.go(address)
                assert window.shows("单位经办人")
    assert open_session("clerk2")
