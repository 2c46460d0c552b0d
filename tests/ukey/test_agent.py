"""The agent's door, guards and PIN rules, over a key in plain Python: needs no driver."""

from __future__ import annotations

import base64
import io
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from tests.ukey.authorities import NOW, World
from tests.ukey.fake_key import PIN, FakeKey
from tests.ukey.page import NONCE, ORIGIN, Page, Reply, running
from ukey import cades, pin_window
from ukey.agent import main, make_server
from ukey.backend import PinState
from ukey.calls import PinRequest
from ukey.canonical import canonical
from ukey.faults import TEXTS, KeyFault
from ukey.pin import PinGuard
from ukey.pin_window import ask_in_window, words
from ukey.sign_in_token import TokenRejected, verify


@pytest.fixture(scope="module")
def world() -> World:
    return World.make()


@pytest.fixture
def key(world: World) -> FakeKey:
    return FakeKey(world)


@pytest.fixture
def page(key: FakeKey) -> Iterator[Page]:
    with running(key) as page:
        yield page


def test_a_page_signs_in_with_the_right_pin(page: Page, key: FakeKey, world: World) -> None:
    (certificate,) = page.certificates()
    assert certificate == {
        "id": key.certificate.id,
        "token": "演示UKey",
        "serial": "FAKE0001",
        "subject": certificate["subject"],
        "subject_cn": "杨某",
        "organization": "凯里某某有限公司",
        "issuer": "C=CN, O=公积金演示CA, CN=签发",
        "not_after": "2027-03-02T09:00:00+00:00",
        "pin_state": "ok",
        "pin_pad": False,
        "der": base64.b64encode(key.certificate.der).decode("ascii"),
    }
    reply = page.sign_in(certificate["id"], PIN)
    assert reply.status == 200
    verified = verify(json.dumps(reply.json), NONCE, ORIGIN, world.trust(), NOW)
    assert verified.fingerprint == certificate["id"]


def test_status_tells_version_pin_mode_and_what_is_plugged_in(page: Page) -> None:
    assert page.post("/v1/status").json == {
        "version": "0.1.0",
        "pin_mode": "page",
        "present": ["FAKE0001"],
    }


def test_status_answers_also_without_a_driver(page: Page, key: FakeKey) -> None:
    key.fault = KeyFault("module_error", detail="no module")
    reply = page.post("/v1/status")
    assert reply.status == 503
    assert reply.code == "module_error"
    assert reply.json["pin_mode"] == "page"
    assert "驱动" in reply.json["text"]


FOREIGN = [
    None,
    "null",
    "https://evil.example",
    "http://hall.example.gov.cn",
    ORIGIN + "/",
    ORIGIN + ":443",
    ORIGIN.upper(),
    "https://hall.example.gov.cn.evil.example",
    "",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_another_site_is_refused_and_gets_no_cors_header(page: Page, origin) -> None:
    reply = page.post("/v1/certificates", Origin=origin)
    assert (reply.status, reply.code) == (403, "origin_denied")
    assert "Access-Control-Allow-Origin" not in reply.headers
    preflight = page.send(
        "OPTIONS", "/v1/status", {"Host": f"127.0.0.1:{page.port}", "Origin": origin}
    )
    assert preflight.status == 403
    assert "Access-Control-Allow-Origin" not in preflight.headers


@pytest.mark.parametrize(
    "host", ["rebind.example", "rebind.example:{port}", "127.0.0.1", "localhost:80", None, ""]
)
def test_a_rebound_name_is_refused_before_anything_else(page: Page, host) -> None:
    named = host.format(port=page.port) if host else host
    for method in ("POST", "OPTIONS", "GET"):
        reply = page.send(method, "/v1/status", {"Host": named, "Origin": ORIGIN})
        assert (reply.status, reply.code) == (403, "host_denied")


def test_doubled_hosts_and_origins_are_refused(page: Page) -> None:
    host = f"127.0.0.1:{page.port}"
    assert page.post("/v1/status", Host=[host, host]).code == "host_denied"
    assert page.post("/v1/status", Origin=[ORIGIN, ORIGIN]).code == "origin_denied"


def test_localhost_by_name_is_served(page: Page) -> None:
    assert page.post("/v1/status", Host=f"localhost:{page.port}").status == 200


@pytest.mark.parametrize(
    "over",
    [
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": None},
        {"X_UKey_Client": None},
        {"X_UKey_Client": "2"},
    ],
)
def test_a_request_that_needs_no_preflight_is_refused(page: Page, key: FakeKey, over) -> None:
    body = {"nonce": NONCE, "certificate": key.certificate.id, "pin": PIN}
    assert page.post("/v1/authenticate", body, **over).code == "bad_request"
    assert key.pins_tried == []


def test_the_preflight_of_our_own_page_is_answered(page: Page) -> None:
    asked = {
        "Host": f"127.0.0.1:{page.port}",
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Private-Network": "true",
    }
    reply = page.send("OPTIONS", "/v1/status", asked)
    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert reply.headers["Access-Control-Allow-Headers"] == "content-type, x-ukey-client"
    assert reply.headers["Access-Control-Allow-Private-Network"] == "true"
    assert reply.headers["Vary"] == "Origin"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_post_does_anything(page: Page, method: str) -> None:
    headers = {"Host": f"127.0.0.1:{page.port}", "Origin": ORIGIN}
    assert page.send(method, "/v1/status", headers).status == 405


def test_an_unknown_path_does_not_exist(page: Page) -> None:
    assert page.post("/v1/raw-sign").status == 404


def test_answers_are_never_kept(page: Page) -> None:
    reply = page.post("/v1/status")
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("raw", "over", "status"),
    [
        (b"x" * 65_537, {}, 413),
        (b"{}", {"Content_Length": "99999999999999999999"}, 400),
        (b"{}", {"Content_Length": "-1"}, 400),
        (b"{}", {"Content_Length": "2x"}, 400),
        (b"{}", {"Content_Length": None}, 400),
        (b"{}", {"Transfer_Encoding": "chunked"}, 400),
        (b"[]", {}, 400),
        (b"null", {}, 400),
        (b"{", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[" * 60_000, {}, 400),
    ],
)
def test_a_body_out_of_bounds_is_refused(page: Page, raw: bytes, over, status: int) -> None:
    reply = page.post("/v1/status", raw=raw, **over)
    assert (reply.status, reply.code) == (status, "bad_request")
    assert reply.headers["Connection"] == "close"


def test_the_agent_listens_on_the_loopback_address_only(key: FakeKey) -> None:
    server = make_server(key, [ORIGIN], 0)
    try:
        assert server.server_address[0] == "127.0.0.1"
    finally:
        server.server_close()


def test_more_than_sixty_calls_in_ten_seconds_are_refused(page: Page) -> None:
    codes = [page.post("/v1/status").status for _ in range(61)]
    assert codes == [200] * 60 + [429]


def test_foreign_sites_cannot_use_up_the_rate(page: Page) -> None:
    for _ in range(70):
        page.post("/v1/status", Origin="https://evil.example")
    assert page.post("/v1/status").status == 200


def test_the_signature_holds_only_for_the_page_that_asked(key: FakeKey, world: World) -> None:
    other = "https://other.example.gov.cn"
    with running(key, [ORIGIN, other]) as page:
        page.origin = other
        token = json.dumps(page.sign_in(key.certificate.id, PIN, origin=ORIGIN).json)
    verify(token, NONCE, other, world.trust(), NOW)
    with pytest.raises(TokenRejected):
        verify(token, NONCE, ORIGIN, world.trust(), NOW)


@pytest.mark.parametrize(
    "over",
    [
        {"nonce": None},
        {"nonce": "short"},
        {"nonce": "x" * 129},
        {"nonce": 5},
        {"certificate": None},
        {"certificate": ["x"]},
    ],
)
def test_a_call_that_lacks_something_is_refused_before_the_pin(page, key, over) -> None:
    body = {"nonce": NONCE, "certificate": key.certificate.id, "pin": PIN} | over
    assert page.post("/v1/authenticate", body).code == "bad_request"
    assert key.pins_tried == []


@pytest.mark.parametrize(
    ("pin", "code"), [(None, "pin_required"), ("", "pin_required"), ("x" * 65, "pin_length")]
)
def test_a_pin_that_cannot_be_right_costs_no_try(page, key, pin, code: str) -> None:
    assert page.sign_in(key.certificate.id, pin).code == code
    assert key.pins_tried == []


def document(**over: object) -> str:
    content = {"origin": ORIGIN, "type": "汇缴", "month": "2026-03", "amount": "18650.00"} | over
    return canonical(content).decode()


def test_a_document_is_signed_and_holds(page: Page, key: FakeKey) -> None:
    text = document()
    asked = {"document": text, "certificate": key.certificate.id, "pin": PIN}
    reply = page.post("/v1/sign", asked)
    cms = base64.b64decode(reply.json["cms"])
    signed = cades.verify(cms, text.encode(), key.certificate.der, datetime.now(UTC))
    assert signed.certificate == key.certificate.der


@pytest.mark.parametrize(
    "text",
    [
        document(origin="https://other.example"),
        '{"type":"汇缴"}',
        json.dumps({"type": "a", "origin": ORIGIN}),
        document().replace(",", ", ", 1),
        '{"amount":1.5,"origin":"' + ORIGIN + '"}',
        "AAAA",
        "",
        '["' + ORIGIN + '"]',
    ],
)
def test_what_the_agent_cannot_show_it_does_not_sign(page: Page, key: FakeKey, text) -> None:
    asked = {"document": text, "certificate": key.certificate.id, "pin": PIN}
    assert page.post("/v1/sign", asked).code == "bad_request"
    assert key.pins_tried == []


def test_twenty_sign_ins_at_once_all_hold_and_take_turns(page, key, world: World) -> None:
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: page.sign_in(key.certificate.id, PIN), range(20)))
    for reply in replies:
        verify(json.dumps(reply.json), NONCE, ORIGIN, world.trust(), NOW)
    assert key.most_at_once == 1


def test_a_key_that_is_not_there_says_so(page: Page, key: FakeKey) -> None:
    key.plugged = False
    assert page.certificates() == []
    assert page.sign_in(key.certificate.id, PIN).code == "no_key"
    key.plugged = True
    assert page.sign_in(key.certificate.id, PIN).status == 200


def test_a_certificate_that_is_not_on_the_key_says_so(page: Page) -> None:
    assert page.sign_in("0" * 64, PIN).code == "no_certificate"


def test_after_three_wrong_pins_the_agent_asks_the_key_no_more(page, key: FakeKey) -> None:
    codes = [page.sign_in(key.certificate.id, "wrong0").code for _ in range(5)]
    assert codes == ["pin_incorrect"] * 3 + ["rate_limited"] * 2
    assert len(key.pins_tried) == 3
    reply = page.sign_in(key.certificate.id, PIN)
    assert reply.status == 429
    assert 0 < reply.json["retry_after"] <= 300


def test_wrong_pins_at_once_do_not_slip_past_the_limit(page: Page, key: FakeKey) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: page.sign_in(key.certificate.id, "wrong0"), range(10)))
    assert len(key.pins_tried) == 3


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed_page(key: FakeKey, clock: Clock) -> Iterator[Page]:
    with running(key, guard=PinGuard(key, clock=clock)) as page:
        yield page


def wrong(page: Page, key: FakeKey, **more: object) -> Reply:
    return page.sign_in(key.certificate.id, "wrong0", **more)


def test_five_minutes_later_the_agent_asks_again(timed_page, key, clock: Clock) -> None:
    for _ in range(3):
        wrong(timed_page, key)
    clock.now += 299
    assert wrong(timed_page, key).code == "rate_limited"
    clock.now += 1
    assert timed_page.sign_in(key.certificate.id, PIN).status == 200


def test_a_right_pin_wipes_the_wrong_ones_away(page: Page, key: FakeKey) -> None:
    for _ in range(3):
        wrong(page, key)
        wrong(page, key)
        assert page.sign_in(key.certificate.id, PIN).status == 200


def test_the_last_try_must_be_confirmed_and_then_locks(timed_page, key, clock: Clock) -> None:
    replies = []
    for _ in range(5):
        replies.append(wrong(timed_page, key).json)
        clock.now += 301
    assert [reply["final_try"] for reply in replies] == [False] * 4 + [True]
    assert timed_page.certificates()[0]["pin_state"] == "final_try"
    assert timed_page.sign_in(key.certificate.id, PIN).code == "pin_final_try"
    assert wrong(timed_page, key, confirm_final_try="yes").code == "pin_final_try"
    assert len(key.pins_tried) == 5
    last = wrong(timed_page, key, confirm_final_try=True)
    assert last.json["locked"]
    assert timed_page.sign_in(key.certificate.id, PIN).code == "pin_locked"
    assert timed_page.certificates()[0]["pin_state"] == "locked"
    assert len(key.pins_tried) == 6


def test_the_right_pin_on_the_last_try_saves_the_key(timed_page, key: FakeKey) -> None:
    key.left = 1
    asked = timed_page.sign_in(key.certificate.id, PIN, confirm_final_try=True)
    assert asked.status == 200
    assert timed_page.certificates()[0]["pin_state"] == "ok"


def test_an_unlocked_key_may_be_used_at_once(page: Page, key: FakeKey) -> None:
    for _ in range(3):
        wrong(page, key)
    assert wrong(page, key).code == "rate_limited"
    key.pin, key.left = "246802", key.most
    assert page.sign_in(key.certificate.id, "246802").status == 200


def test_a_waiting_page_hears_within_a_second_that_a_key_was_pulled_out(page, key) -> None:
    heard: list[tuple[float, list[str]]] = []

    def wait() -> None:
        reply = page.post("/v1/presence", {"known": ["FAKE0001"], "wait": 10})
        heard.append((time.monotonic(), reply.json["present"]))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    assert not heard
    assert page.post("/v1/status").status == 200, "a page that waits holds up no other"
    pulled = time.monotonic()
    key.plugged = False
    waiting.join()
    assert heard[0][1] == []
    assert heard[0][0] - pulled < 1


def test_a_wait_ends_when_its_time_is_up(page: Page) -> None:
    started = time.monotonic()
    reply = page.post("/v1/presence", {"known": ["FAKE0001"], "wait": 0.4})
    assert reply.json == {"present": ["FAKE0001"]}
    assert 0.3 < time.monotonic() - started < 2


@pytest.mark.parametrize("body", [{"known": "FAKE0001"}, {"known": [1]}, {"wait": "x"}])
def test_a_malformed_wait_is_refused(page: Page, body) -> None:
    assert page.post("/v1/presence", body).code == "bad_request"


def test_a_page_that_knows_nothing_hears_at_once(page: Page) -> None:
    started = time.monotonic()
    assert page.post("/v1/presence", {}).json == {"present": ["FAKE0001"]}
    assert page.post("/v1/presence", {"known": [], "wait": 9}).json["present"] == ["FAKE0001"]
    assert time.monotonic() - started < 2


class Prompt:
    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.asked: list[PinRequest] = []

    def __call__(self, request: PinRequest) -> str | None:
        self.asked.append(request)
        return self.answer


def test_in_window_mode_the_agent_asks_and_says_for_whom(key: FakeKey, world: World) -> None:
    prompt = Prompt(PIN)
    with running(key, pin_mode="window", prompt=prompt) as page:
        assert page.post("/v1/status").json["pin_mode"] == "window"
        reply = page.sign_in(key.certificate.id, "a pin from the page is not looked at")
    verify(json.dumps(reply.json), NONCE, ORIGIN, world.trust(), NOW)
    (asked,) = prompt.asked
    assert asked == PinRequest(ORIGIN, "杨某 凯里某某有限公司", "演示UKey", None, PinState.OK)


def test_in_window_mode_a_document_is_shown_before_it_is_signed(key: FakeKey) -> None:
    prompt = Prompt(None)
    asked = {"document": document(), "certificate": key.certificate.id}
    with running(key, pin_mode="window", prompt=prompt) as page:
        assert page.post("/v1/sign", asked).code == "user_declined"
        assert page.sign_in(key.certificate.id).code == "pin_cancelled"
    shown = words(prompt.asked[0])
    assert ORIGIN in shown
    assert "18650.00" in shown
    assert key.pins_tried == []


def test_no_window_opens_for_a_key_that_may_not_be_tried(key: FakeKey) -> None:
    prompt = Prompt(PIN)
    with running(key, pin_mode="window", prompt=prompt) as page:
        key.left = 0
        assert page.sign_in(key.certificate.id).code == "pin_locked"
        key.left = 1
        assert page.sign_in(key.certificate.id).code == "pin_final_try"
        key.plugged = False
        assert page.sign_in(key.certificate.id).code == "no_key"
    assert prompt.asked == []


def test_a_key_with_its_own_pad_is_asked_without_a_pin(page: Page, key: FakeKey) -> None:
    key.pin_pad = True
    assert page.certificates()[0]["pin_pad"] is True
    assert page.sign_in(key.certificate.id).status == 200
    assert key.pins_tried == [None]


def test_a_document_is_shown_also_for_a_key_with_its_own_pad(key: FakeKey) -> None:
    key.pin_pad = True
    prompt = Prompt("")
    asked = {"document": document(), "certificate": key.certificate.id}
    with running(key, pin_mode="window", prompt=prompt) as page:
        assert page.sign_in(key.certificate.id).status == 200
        assert prompt.asked == [], "signing in: the pad alone asks"
        assert page.post("/v1/sign", asked).status == 200
        prompt.answer = None
        assert page.post("/v1/sign", asked).code == "user_declined"
    assert [request.pin_pad for request in prompt.asked] == [True, True]
    assert key.pins_tried == [None, None]


def test_a_key_pulled_out_while_it_signs_says_so(page: Page, key: FakeKey, monkeypatch) -> None:
    honest = key.with_key

    def pull(certificate, pin, work):
        key.plugged = False
        return honest(certificate, pin, work)

    monkeypatch.setattr(key, "with_key", pull)
    assert page.sign_in(key.certificate.id, PIN).code == "key_removed"


def test_a_bug_answers_without_telling_the_pin(page, key, monkeypatch, capfd) -> None:
    def break_down(certificate, pin, work):
        raise ZeroDivisionError(f"the pin is {pin}")

    monkeypatch.setattr(key, "with_key", break_down)
    reply = page.sign_in(key.certificate.id, PIN)
    assert (reply.status, reply.code) == (500, "key_error")
    out, err = capfd.readouterr()
    assert PIN not in json.dumps(reply.json) + out + err
    assert "ZeroDivisionError" in err


def test_nothing_is_logged_of_a_call(page: Page, key: FakeKey, capfd) -> None:
    page.sign_in(key.certificate.id, PIN)
    page.sign_in(key.certificate.id, "wrong0")
    assert capfd.readouterr() == ("", "")


def test_every_code_has_words_that_say_what_to_do() -> None:
    for code, text in TEXTS.items():
        assert KeyFault(code).text == text
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text)


@pytest.mark.parametrize(
    "origin",
    ["http://hall.example.gov.cn", "https://hall.example/", "*", "null", "https://Hall.example"],
)
def test_the_agent_does_not_start_for_an_origin_that_is_none(origin: str, capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--origin", origin])
    assert "https://" in capsys.readouterr().err


def test_a_port_in_use_is_told_in_words(capsys) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["--port", port, "--origin", ORIGIN]) == 1
    assert "无法使用" in capsys.readouterr().err


def test_without_a_screen_the_window_says_what_to_do(monkeypatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if sys.platform != "linux":
        pytest.skip("only X11 and Wayland can be taken away")
    with pytest.raises(KeyFault) as fault:
        ask_in_window(PinRequest(ORIGIN, "杨某", "演示UKey", None, PinState.LOW))
    assert fault.value.code == "pin_cancelled"
    assert "无法显示密码窗口" in str(fault.value.details["detail"])


def test_the_window_hands_back_what_was_typed(monkeypatch, capsys) -> None:
    request = PinRequest(ORIGIN, "杨某", "演示UKey", None, PinState.FINAL_TRY)
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asdict(request))))
    seen = []
    monkeypatch.setattr(pin_window, "_show", lambda asked: seen.append(asked) or PIN)
    assert pin_window.main() == 0
    assert json.loads(capsys.readouterr().out) == PIN
    assert seen == [request]
    assert "仅剩最后一次" in words(request)
