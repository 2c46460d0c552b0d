"""Twenty attacks on a session (figure 17), each refused by the hall as it runs."""

import json
import re
from collections.abc import Callable

import pytest
from starlette.websockets import WebSocketDisconnect

import settings
from services import sessions
from tests import figures
from tests.conftest import person
from tests.web.conftest import OURS, PAGE, SoftKey, TestClient, open_session
from tests.web.test_gate import ORIGIN, _connected, _is_refused, _rerun, _session_id
from web import socket

Attack = Callable[[TestClient, SoftKey], bool]
FORGED = {"x-auth-user": "clerk1", "x-forwarded-user": "clerk1", "remote-user": "clerk1"}


def _as(client: TestClient, key: str) -> TestClient:
    client.cookies.set(settings.COOKIE, open_session(key))
    return client


def _nobody(client: TestClient) -> TestClient:
    client.cookies.clear()
    return client


def _sent_away(client: TestClient) -> bool:
    """Tell whether a page leads to sign in, and the socket is shut."""
    answer = client.get("/base_adjustment", headers=PAGE)
    leads = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    return leads and _is_refused(client)


def _uploads(client: TestClient, session_id: str, **headers: str) -> int:
    path = f"/_stcore/upload_file/{session_id}/f1"
    return int(client.put(path, headers=ORIGIN | headers, files={"f": b"x"}).status_code)


def _victims(client: TestClient) -> str:
    with _connected(_as(client, "clerk1")) as talk:
        return str(_session_id(talk))


def take_over_a_closed_session(client, _key) -> bool:
    victim = _victims(client)
    with _connected(_as(client, "clerk2"), victim) as talk:
        return _session_id(talk) != victim


def take_over_an_open_session(client, _key) -> bool:
    with _connected(_as(client, "clerk1")) as talk:
        victim = _session_id(talk)
        with _connected(_as(client, "clerk2"), victim) as other:
            return _session_id(other) != victim


def take_over_with_no_cookie(client, _key) -> bool:
    victim = _victims(client)
    try:
        with _connected(_nobody(client), victim):
            return False
    except WebSocketDisconnect:
        return True


def take_over_with_forged_headers(client, _key) -> bool:
    victim = _victims(client)
    opened = _as(client, "clerk2").websocket_connect(
        f"{settings.ORIGIN.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=["streamlit", "x", victim], headers=ORIGIN | FORGED,
    )  # fmt: skip
    with opened as talk:
        return _session_id(talk) != victim


def take_over_with_the_id_said_twice(client, _key) -> bool:
    victim = _victims(client)
    opened = _as(client, "clerk2").websocket_connect(
        f"{settings.ORIGIN.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=["streamlit", "x", "y", victim, victim], headers=dict(ORIGIN),
    )  # fmt: skip
    with opened as talk:
        return _session_id(talk) != victim


def an_anonymous_socket(client, _key) -> bool:
    return _is_refused(_nobody(client))


def a_socket_of_another_origin(client, _key) -> bool:
    return _is_refused(_as(client, "clerk1"), headers={"origin": "http://evil.example"})


def a_socket_of_no_origin(client, _key) -> bool:
    return _is_refused(_as(client, "clerk1"), headers={})


def a_socket_by_another_name(client, _key) -> bool:
    return _is_refused(_as(client, "clerk1"), headers=ORIGIN | {"host": "evil.example"})


def an_anonymous_upload(client, _key) -> bool:
    victim = _victims(client)
    return _uploads(_nobody(client), victim) == 401


def an_upload_into_anothers_session(client, _key) -> bool:
    victim = _victims(client)
    return _uploads(_as(client, "clerk2"), victim) == 403


def anonymous_media(client, _key) -> bool:
    return _nobody(client).get("/media/0123456789abcdef.xlsx").status_code == 401


def anothers_download(client, _key) -> bool:
    return _as(client, "clerk2").get("/download/document/1", headers=PAGE).status_code == 404


def a_cookie_after_signing_out(client, _key) -> bool:
    _as(client, "clerk1").get("/auth/sign-out", headers=PAGE | {"sec-fetch-site": "same-origin"})
    secret = open_session("clerk1")
    sessions.sign_out(secret)
    client.cookies.set(settings.COOKIE, secret)
    return _sent_away(client)


def an_open_socket_after_signing_out(client, _key) -> bool:
    with _connected(_as(client, "clerk1")) as talk:
        _session_id(talk)
        sessions.sign_out(client.cookies[settings.COOKIE])
        talk.send_bytes(_rerun())
        try:
            while True:
                talk.receive_bytes()
        except WebSocketDisconnect as closed:
            return closed.code == socket.REFUSED


def a_cookie_idle_too_long(client, _key) -> bool:
    client.cookies.set(settings.COOKIE, open_session("clerk1", idle_minutes=16))
    return _sent_away(client)


def a_cookie_of_yesterday(client, _key) -> bool:
    client.cookies.set(settings.COOKIE, open_session("clerk1", hours_open=9))
    return _sent_away(client)


def a_cookie_made_up(client, _key) -> bool:
    client.cookies.set(settings.COOKIE, "0" * 32)
    return _sent_away(client)


def a_cookie_fixed_before_signing_in(client, key) -> bool:
    """What an attacker had put there is not what is let in."""
    client.cookies.set(settings.COOKIE, "attacker")
    nonce = client.post("/auth/challenge", content="{}", headers=OURS).json()["nonce"]
    asked = json.dumps({"token": key.answer(nonce), "token_serial": "K1"})
    answer = client.post("/auth/sign-in", content=asked, headers=OURS)
    given = re.search(rf"{settings.COOKIE}=([^;]+)", answer.headers["set-cookie"])
    _nobody(client).cookies.set(settings.COOKIE, "attacker")
    return given is not None and given[1] != "attacker" and _sent_away(client)


def signing_in_from_another_site(client, key) -> bool:
    nonce = client.post("/auth/challenge", content="{}", headers=OURS).json()["nonce"]
    asked = json.dumps({"token": key.answer(nonce), "token_serial": "K1"})
    foreign = OURS | {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    answer = client.post("/auth/sign-in", content=asked, headers=foreign)
    return answer.status_code == 403 and "set-cookie" not in answer.headers


def an_answer_replayed(client, key) -> bool:
    nonce = client.post("/auth/challenge", content="{}", headers=OURS).json()["nonce"]
    browser = client.cookies["hall-browser"]
    asked = json.dumps({"token": key.answer(nonce), "token_serial": "K1"})
    first = client.post("/auth/sign-in", content=asked, headers=OURS)
    _nobody(client).cookies.set("hall-browser", browser)
    again = client.post("/auth/sign-in", content=asked, headers=OURS)
    return (first.status_code, again.status_code) == (200, 401)


def an_answer_to_another_hall(client, key) -> bool:
    nonce = client.post("/auth/challenge", content="{}", headers=OURS).json()["nonce"]
    token = key.answer(nonce, "https://evil.example")
    asked = json.dumps({"token": token, "token_serial": "K1"})
    return client.post("/auth/sign-in", content=asked, headers=OURS).status_code == 401


def a_session_of_a_person_put_out(client, _key) -> bool:
    from data.database import transaction
    from data.models.people import User

    _as(client, "clerk1")
    with transaction() as session:
        session.get_one(User, person("clerk1").user_id).active = False
    return _sent_away(client)


ATTACKS: tuple[Attack, ...] = (
    take_over_a_closed_session, take_over_an_open_session, take_over_with_no_cookie,
    take_over_with_forged_headers, take_over_with_the_id_said_twice, an_anonymous_socket,
    a_socket_of_another_origin, a_socket_of_no_origin, a_socket_by_another_name, an_anonymous_upload,
    an_upload_into_anothers_session, anonymous_media, anothers_download, a_cookie_after_signing_out,
    an_open_socket_after_signing_out, a_cookie_idle_too_long, a_cookie_of_yesterday, a_cookie_made_up,
    a_cookie_fixed_before_signing_in, signing_in_from_another_site, an_answer_replayed,
    an_answer_to_another_hall, a_session_of_a_person_put_out,
)  # fmt: skip
_held: dict[str, bool] = {}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_on_a_session_is_refused(client, key, monkeypatch, attack) -> None:
    monkeypatch.setattr(socket, "RECHECK_SECONDS", 0)
    _held[attack.__name__] = False
    _held[attack.__name__] = attack(client, key)
    if len(_held) == len(ATTACKS):
        figures.record(
            17, f"{sum(_held.values())} of {len(ATTACKS)} refused",
            reached=all(_held.values()), is_whole=True,
        )  # fmt: skip
    assert _held[attack.__name__]
