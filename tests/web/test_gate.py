"""Nobody without a live session reaches Streamlit, and nobody reaches what is not the hall's."""

import time
from types import MappingProxyType

import pytest
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

import settings
from services import sessions
from tests.web.conftest import PAGE, open_session
from web import socket
from web.visitor import safe_next

#: The whole address: the test client would call itself `testserver` otherwise.
SOCKETS = settings.ORIGIN.replace("http", "ws", 1)
STREAM = f"{SOCKETS}/_stcore/stream"
#: Not to be written to: a test client that opens a socket puts the socket's headers into what it is given.
ORIGIN = MappingProxyType({"origin": settings.ORIGIN})
PAGES = ("/", "/base_adjustment", "/main", "/index.html", "/首页", "/admin?x=1")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_a_session_leads_to_sign_in_and_back(client, page) -> None:
    answer = client.get(page, headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert answer.headers["cache-control"] == "no-store"


def test_the_way_back_is_remembered(client) -> None:
    answer = client.get("/base_adjustment?tab=2", headers=PAGE)
    assert answer.headers["location"] == "/sign-in?next=/base_adjustment%3Ftab%3D2"


def test_a_dead_session_is_told_so(client) -> None:
    client.cookies.set(settings.COOKIE, open_session("clerk1", idle_minutes=16))
    assert "reason=expired" in client.get("/", headers=PAGE).headers["location"]


@pytest.mark.parametrize(("minutes", "hours"), [(16, 0), (0, 9)])
def test_idle_and_overlong_sessions_open_nothing(client, minutes, hours) -> None:
    cookie = open_session("clerk1", idle_minutes=minutes, hours_open=hours)
    client.cookies.set(settings.COOKIE, cookie)
    assert client.get("/", headers=PAGE).status_code == 303
    assert _is_refused(client)


def test_a_live_session_gets_the_page(clerk) -> None:
    answer = clerk.get("/base_adjustment", headers=PAGE)
    assert answer.status_code == 200
    assert 'lang="zh-CN"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/media/0123456789abcdef.xlsx"),
        ("PUT", "/_stcore/upload_file/session/file"),
        ("DELETE", "/_stcore/upload_file/session/file"),
        ("GET", "/_stcore/health"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/_stcore/bidi-components/x"),
        ("GET", "/static/js/index.js"),
        ("GET", "/download/base-adjustment/template"),
        ("GET", "/download/document/1"),
        ("POST", "/"),
    ],
)
def test_everything_else_without_a_session_is_refused(client, method, path) -> None:
    assert client.request(method, path, headers=ORIGIN).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics", "/_stcore/metrics/", "/_stcore/agent/openapi.json",
        "/_stcore/agent/interact", "/base_adjustment/_stcore/agent/mcp",
        "/_stcore/script-health-check", "/component/x.y/index.html", "/app/static/x", "/auth/login",
        "/auth/logout", "/oauth2callback", "/a/b", "/static/js/none.js", "/_stcore/health/x",
        "//media/x", "/hall/../media/x",
    ],
)  # fmt: skip
def test_what_is_not_the_halls_is_not_there_for_anybody(clerk, path) -> None:
    assert clerk.get(f"{settings.ORIGIN}{path}").status_code == 404


def test_another_host_name_is_shown_the_right_address(clerk) -> None:
    answer = clerk.get("/", headers={"host": "evil.example:8501"})
    assert answer.status_code == 421
    assert settings.ORIGIN in answer.text
    assert _is_refused(clerk, headers={"host": "evil.example"} | ORIGIN)


def test_probes_answer_under_any_name(client) -> None:
    assert client.get("/livez", headers={"host": "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", None])
def test_a_change_asked_by_another_origin_is_refused(clerk, origin) -> None:
    headers = {"origin": origin} if origin else {}
    answer = clerk.put("/_stcore/upload_file/session/file", headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_refused(clerk, method) -> None:
    assert clerk.request(method, "/", headers=ORIGIN).status_code == 405


# ---- the websocket -------------------------------------------------------------------------


def test_the_socket_is_closed_to_the_anonymous(client) -> None:
    assert _is_refused(client)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", None])
def test_the_socket_demands_the_exact_origin(clerk, origin) -> None:
    assert _is_refused(clerk, headers={"origin": origin} if origin else {})


def test_there_is_only_one_socket(clerk) -> None:
    with pytest.raises(WebSocketDisconnect), _opened(clerk, ORIGIN, "/other"):
        pass


@pytest.fixture
def heard(monkeypatch) -> list[str]:
    """The kinds of message that reach Streamlit."""
    kinds: list[str] = []
    handle = AppSession.handle_backmsg

    def listen(session, message):
        kinds.append(message.WhichOneof("type"))
        handle(session, message)

    monkeypatch.setattr(AppSession, "handle_backmsg", listen)
    return kinds


def test_a_page_runs_over_the_socket(clerk) -> None:
    with _connected(clerk) as talk:
        assert _session_id(talk)


@pytest.mark.parametrize(
    "kind",
    ["clear_cache", "set_run_on_save", "load_git_info", "debug_disconnect_websocket",
     "debug_shutdown_runtime"],
)  # fmt: skip
def test_what_a_page_never_says_is_dropped(clerk, heard, kind) -> None:
    with _connected(clerk) as talk:
        talk.send_bytes(BackMsg(**{kind: True}).SerializeToString())
        talk.send_bytes(_rerun())
        assert _is_answered(talk)
    assert heard == ["rerun_script"]


def test_operations_other_than_ones_own_downloads_are_dropped(clerk, heard) -> None:
    skills = BackMsg()
    skills.backend_operation_request.install_skills.SetInParent()
    foreign = BackMsg()
    foreign.backend_operation_request.session_id = "somebody-elses"
    foreign.backend_operation_request.deferred_file.SetInParent()
    with _connected(clerk) as talk:
        talk.send_bytes(skills.SerializeToString())
        talk.send_bytes(foreign.SerializeToString())
        talk.send_bytes(_rerun())
        assert _is_answered(talk)
    assert heard == ["rerun_script"]


def test_a_broken_frame_ends_the_talk(clerk) -> None:
    with _connected(clerk) as talk:
        talk.send_bytes(b"\xff\xff\xff\xff")
        assert _closing_code(talk) == socket.UNREADABLE


def test_an_oversized_frame_ends_the_talk(clerk) -> None:
    with _connected(clerk) as talk:
        talk.send_bytes(b"\0" * (socket.LARGEST_FRAME + 1))
        assert _closing_code(talk) == socket.TOO_BIG


def test_a_flood_ends_the_talk(clerk, monkeypatch) -> None:
    monkeypatch.setattr(socket, "FRAMES", 5)
    with _connected(clerk) as talk:
        for _ in range(6):
            talk.send_bytes(BackMsg(app_heartbeat=True).SerializeToString())
        assert _closing_code(talk) == socket.REFUSED


def test_an_open_socket_ends_soon_after_sign_out(clerk, monkeypatch) -> None:
    monkeypatch.setattr(socket, "RECHECK_SECONDS", 0)
    with _connected(clerk) as talk:
        _session_id(talk)
        sessions.sign_out(clerk.cookies[settings.COOKIE])
        talk.send_bytes(_rerun())
        assert _closing_code(talk) == socket.REFUSED


def test_too_many_sockets_are_refused(clerk) -> None:
    opened = 0
    for _ in range(70):
        if _is_refused(clerk):
            break
        opened += 1
    assert 0 < opened <= 60


# ---- whose Streamlit session ------------------------------------------------------------------


def test_another_person_cannot_resume_a_session_by_its_id(clerk) -> None:
    with _connected(clerk) as talk:
        session_id = _session_id(talk)
    clerk.cookies.set(settings.COOKIE, open_session("clerk2"))
    with _connected(clerk, session_id) as talk:
        assert _session_id(talk) != session_id


def test_the_same_person_resumes_it(clerk) -> None:
    with _connected(clerk) as talk:
        session_id = _session_id(talk)
    with _connected(clerk, session_id) as talk:
        assert _session_id(talk) == session_id


def test_uploads_go_into_ones_own_session_only(clerk) -> None:
    with _connected(clerk) as talk:
        session_id = _session_id(talk)
        path = f"/_stcore/upload_file/{session_id}/f1"
        mine = clerk.put(path, headers=ORIGIN, files={"f": b"x"})
        assert mine.status_code == 403
        assert "XSRF" in mine.text  # past the gate; Streamlit asks for its own token next
        clerk.cookies.set(settings.COOKIE, open_session("clerk2"))
        other = clerk.put(path, headers=ORIGIN, files={"f": b"x"})
        assert other.status_code == 403
        assert "上传失败" in other.text


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil", "https://evil.example", "javascript:alert(1)", "", "evil",
     "/a b", "/\n/evil", "/sign-in", "/auth/sign-out", "/" + "a" * 600],
)  # fmt: skip
def test_sign_in_leads_nowhere_else(wanted) -> None:
    assert safe_next(wanted) == "/"


def test_sign_in_leads_to_pages_of_the_hall() -> None:
    assert safe_next("/base_adjustment?tab=2") == "/base_adjustment?tab=2"


def _connected(client, session_id=""):
    protocols = ["streamlit", "x", session_id] if session_id else ["streamlit"]
    return client.websocket_connect(STREAM, subprotocols=protocols, headers=dict(ORIGIN))


def _opened(client, headers, path="/_stcore/stream"):
    return client.websocket_connect(SOCKETS + path, headers=dict(headers))


def _is_refused(client, headers=ORIGIN):
    try:
        with _opened(client, headers):
            return False
    except WebSocketDisconnect as refused:
        return refused.code == 1008


def _rerun():
    frame = BackMsg()
    frame.rerun_script.query_string = ""
    return frame.SerializeToString()


def _session_id(talk):
    talk.send_bytes(_rerun())
    return _message(talk, "new_session").new_session.initialize.session_id


def _is_answered(talk):
    return _message(talk, "script_finished") is not None


def _message(talk, kind):
    until = time.monotonic() + 10
    while time.monotonic() < until:
        message = ForwardMsg.FromString(talk.receive_bytes())
        if message.WhichOneof("type") == kind:
            return message
    raise AssertionError(kind)


def _closing_code(talk):
    try:
        while True:
            talk.receive_bytes()
    except WebSocketDisconnect as closed:
        return closed.code
