"""Beyond its capacity the hall says so, asks newcomers to wait, and disturbs nobody who is in."""

import asyncio
import time

import pytest
from starlette.websockets import WebSocketDisconnect

import settings
from tests.web.conftest import PAGE, TestClient, open_session
from tests.web.test_gate import _connected, _is_refused, _session_id
from web import refusal, seats
from web.seats import Seats


@pytest.fixture
def one_seat(monkeypatch) -> None:
    monkeypatch.setattr(settings, "MOST_PEOPLE", 1)


@pytest.fixture
def newcomer(client, one_seat) -> TestClient:
    """The visitor as clerk2, while clerk1 has the only seat."""
    client.cookies.set(settings.COOKIE, open_session("clerk1"))
    assert client.get("/", headers=PAGE).status_code == 200
    client.cookies.set(settings.COOKIE, open_session("clerk2"))
    return client


def test_who_comes_beyond_the_last_seat_reads_that_the_hall_is_busy(newcomer) -> None:
    answer = newcomer.get("/base_adjustment?tab=2", headers=PAGE)
    assert answer.status_code == 503
    assert "系统繁忙" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "<script" not in answer.text


def test_the_busy_page_asks_again_by_itself(newcomer) -> None:
    answer = newcomer.get("/", headers=PAGE)
    seconds = answer.headers["retry-after"]
    assert int(seconds) in refusal.AGAIN_SECONDS
    assert answer.headers["refresh"] == seconds
    assert f"每隔{seconds}秒自动重试" in answer.text
    assert '<a href="">立即重试</a>' in answer.text


def test_those_who_wait_are_let_in_when_a_seat_is_free_without_signing_in_again(
    newcomer, monkeypatch
) -> None:
    assert newcomer.get("/", headers=PAGE).status_code == 503
    later = time.monotonic() + seats.AWAY_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert newcomer.get("/", headers=PAGE).status_code == 200


def test_a_socket_without_a_seat_is_refused(newcomer) -> None:
    assert _is_refused(newcomer)


def test_downloads_need_no_seat(newcomer) -> None:
    assert newcomer.get("/download/base-adjustment/template", headers=PAGE).status_code != 503


def test_nobody_is_asked_for_a_pin_in_vain(newcomer) -> None:
    newcomer.cookies.clear()
    assert newcomer.get("/sign-in", headers=PAGE).status_code == 503
    assert newcomer.get("/guide", headers=PAGE).status_code == 200


def test_whoever_is_in_stays_in(clerk, one_seat) -> None:
    assert clerk.get("/", headers=PAGE).status_code == 200
    with _connected(clerk) as talk:
        assert _session_id(talk)
        mine = clerk.cookies[settings.COOKIE]
        clerk.cookies.set(settings.COOKIE, open_session("clerk2"))
        assert clerk.get("/", headers=PAGE).status_code == 503
        clerk.cookies.set(settings.COOKIE, mine)
        assert clerk.get("/inbox", headers=PAGE).status_code == 200
        assert _session_id(talk)
    with _connected(clerk) as again:  # her line was cut
        assert _session_id(again)


def test_a_second_window_needs_no_second_seat(clerk, one_seat) -> None:
    with _connected(clerk) as first, _connected(clerk) as second:
        assert _session_id(first)
        assert _session_id(second)


def test_a_hall_that_is_late_takes_nobody_more(clerk) -> None:
    for _ in range(seats.LOOKS):
        seats.seats.note_late(settings.LONGEST_LATE + 0.1)
    assert clerk.get("/", headers=PAGE).status_code == 503
    with pytest.raises(WebSocketDisconnect), _connected(clerk):
        pass


def test_readiness_says_that_the_hall_is_full_and_stays_ready(newcomer) -> None:
    answer = newcomer.get("/readyz").json()
    assert answer["people"] == 1
    assert answer["status"] in {"full", "not_ready"}  # by what else this hall lacks


# ---- the seats themselves


def test_a_seat_is_kept_for_two_minutes_after_the_last_page_was_closed(monkeypatch) -> None:
    now = _stopped(monkeypatch)
    hall = Seats()
    hall.open("a")
    hall.open("a")
    hall.close("a")
    now[0] += 800
    assert hall.taken() == 1  # the other window is open
    hall.close("a")
    now[0] += 119
    assert hall.taken() == 1
    now[0] += 2
    assert hall.taken() == 0


def test_a_page_left_open_overnight_holds_no_seat(monkeypatch) -> None:
    now = _stopped(monkeypatch)
    hall = Seats()
    hall.open("a")
    now[0] += 901
    assert hall.taken() == 0
    hall.touch("a")
    assert hall.taken() == 1


def test_it_notices_that_it_is_late() -> None:
    async def blocked() -> float:
        hall = Seats()
        async with hall.watched():
            await asyncio.sleep(0.1)
            time.sleep(1.5)
            await asyncio.sleep(0.1)
        return hall.late()

    assert asyncio.run(blocked()) > 1.0 / seats.LOOKS


def _stopped(monkeypatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now
