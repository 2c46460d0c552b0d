"""Signing in and out over HTTP: the whole way with a key, and each way it is refused."""

import base64
import io
import json
import zipfile

import pytest

import settings
from services import sessions
from services.sign_in import REASONS
from tests.conftest import person
from tests.web.conftest import OURS, PAGE, SoftKey, open_session


def _challenge(client):
    return client.post("/auth/challenge", content="{}", headers=OURS)


def _sign_in(client, key, **more: object):
    nonce = _challenge(client).json()["nonce"]
    asked = {"token": key.answer(nonce), "token_serial": "K1", **more}
    return client.post("/auth/sign-in", content=json.dumps(asked), headers=OURS)


def test_a_key_opens_the_hall(client, key) -> None:
    answer = _sign_in(client, key, next="/base_adjustment")
    assert answer.status_code == 200
    assert answer.json() == {"name": "杨秀英", "next": "/base_adjustment"}
    assert client.get("/base_adjustment", headers=PAGE).status_code == 200
    assert client.get("/auth/me").json()["name"] == "杨秀英"


def test_the_answer_may_also_come_as_an_object(client, key) -> None:
    nonce = _challenge(client).json()["nonce"]
    asked = {"token": json.loads(key.answer(nonce)), "token_serial": "K1"}
    answer = client.post("/auth/sign-in", content=json.dumps(asked), headers=OURS)
    assert answer.status_code == 200


def test_the_cookie_is_for_this_browser_and_no_script(client, key) -> None:
    cookie = _session_cookie(_sign_in(client, key))
    assert cookie.startswith("hall=")
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    assert "path=/" in cookie.lower()
    assert "secure" not in cookie.lower()
    assert "max-age" not in cookie.lower()


def test_over_https_the_cookies_are_secure_and_bound_to_the_host(client, key, monkeypatch) -> None:
    monkeypatch.setattr(settings, "IS_HTTPS", True)
    monkeypatch.setattr(settings, "COOKIE", "__Host-hall")
    asked = _challenge(client)
    browser = asked.headers["set-cookie"]
    assert browser.startswith("__Host-hall-browser=")
    assert "; Secure" in browser
    value = browser.partition("=")[2].partition(";")[0]
    answer = client.post(
        "/auth/sign-in",
        content=json.dumps({"token": key.answer(asked.json()["nonce"]), "token_serial": "K1"}),
        headers=OURS | {"cookie": f"__Host-hall-browser={value}"},
    )
    cookie = _session_cookie(answer)
    assert cookie.startswith("__Host-hall=")
    assert "; Secure" in cookie
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


def test_the_challenge_is_tied_to_the_browser(client, key) -> None:
    nonce = _challenge(client).json()["nonce"]
    cookie = client.cookies["hall-browser"]
    assert len(base64.b64decode(nonce)) == 32
    client.cookies.clear()
    asked = json.dumps({"token": key.answer(nonce), "token_serial": "K1"})
    elsewhere = client.post("/auth/sign-in", content=asked, headers=OURS)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (401, "challenge_missing")
    client.cookies.set("hall-browser", cookie)
    assert client.post("/auth/sign-in", content=asked, headers=OURS).status_code == 200


def test_a_challenge_is_answered_once(client, key) -> None:
    nonce = _challenge(client).json()["nonce"]
    cookie = client.cookies["hall-browser"]
    asked = json.dumps({"token": key.answer(nonce), "token_serial": "K1"})
    assert client.post("/auth/sign-in", content=asked, headers=OURS).status_code == 200
    client.cookies.set("hall-browser", cookie)
    again = client.post("/auth/sign-in", content=asked, headers=OURS)
    assert again.json() == {"code": "challenge_missing", "text": REASONS["challenge_missing"]}


def test_a_signature_for_another_site_opens_nothing(client, key) -> None:
    nonce = _challenge(client).json()["nonce"]
    asked = {"token": key.answer(nonce, "https://evil.example"), "token_serial": "K1"}
    answer = client.post("/auth/sign-in", content=json.dumps(asked), headers=OURS)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_signature")


def test_an_unbound_key_is_told_where_to_go(client, trust) -> None:
    answer = _sign_in(client, SoftKey(trust))
    assert answer.json() == {"code": "unbound", "text": REASONS["unbound"]}
    assert settings.COOKIE not in client.cookies


def test_signing_in_again_ends_the_session_before(client, key) -> None:
    _sign_in(client, key)
    before = client.cookies[settings.COOKIE]
    _sign_in(client, key)
    assert sessions.signed_in(before) is None
    assert sessions.signed_in(client.cookies[settings.COOKIE])


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", 7, None])
def test_sign_in_does_not_lead_away(client, key, wanted) -> None:
    assert _sign_in(client, key, next=wanted).json()["next"] == "/"


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://evil.example"},
        {"origin": ""},
        {"content-type": "text/plain"},
        {"x-hall": "0"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/auth/challenge", "/auth/sign-in", "/auth/key-removed"])
def test_another_sites_script_is_refused(clerk, path, wrong) -> None:
    answer = clerk.post(path, content="{}", headers=OURS | wrong)
    assert answer.status_code == 403
    assert answer.json()["code"] == "cross_site"
    assert clerk.get("/auth/me").status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"', b"[" * 60_000])
def test_an_unreadable_body_is_refused(client, body) -> None:
    answer = client.post("/auth/sign-in", content=body, headers=OURS)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_body_may_not_be_large(client) -> None:
    asked = json.dumps({"token": "x" * 70_000})
    assert client.post("/auth/sign-in", content=asked, headers=OURS).status_code == 400


def test_what_is_no_text_counts_as_nothing(client) -> None:
    _challenge(client)
    asked = json.dumps({"token": 7, "token_serial": [], "username": {}})
    answer = client.post("/auth/sign-in", content=asked, headers=OURS)
    assert answer.status_code == 401


def test_too_many_tries_are_slowed_down(client) -> None:
    answers = [client.post("/auth/sign-in", content="{}", headers=OURS) for _ in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {401}
    assert answers[30].status_code == 429
    assert answers[30].json() == {"code": "too_many", "text": "操作过于频繁，请一分钟后再试"}
    assert answers[30].headers["retry-after"] == "60"


def test_asking_who_i_am_is_no_use_of_the_hall(client) -> None:
    client.cookies.set(settings.COOKIE, open_session("clerk1", idle_minutes=14))
    before = _seen_at()
    assert client.get("/auth/me").json() == {
        "name": "杨秀英", "employer": "凯里市第九中学(示例)",
    }  # fmt: skip
    assert _seen_at() == before


def test_nobody_is_401(client) -> None:
    assert client.get("/auth/me").status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signing_out_ends_the_session_and_takes_the_cookie(clerk, method) -> None:
    secret = clerk.cookies[settings.COOKIE]
    answer = clerk.request(method, "/auth/sign-out", headers={"origin": settings.ORIGIN})
    assert answer.headers["location"] == "/sign-in?reason=signed_out"
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert sessions.signed_in(secret) is None


def test_another_site_signs_nobody_out(clerk) -> None:
    clerk.get("/auth/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert clerk.get("/auth/me").status_code == 200


def test_pulling_the_key_out_ends_the_session(clerk) -> None:
    answer = clerk.post("/auth/key-removed", content="{}", headers=OURS)
    assert answer.json() == {"next": "/sign-in?reason=key_removed"}
    assert clerk.get("/auth/me").status_code == 401


def test_staff_need_their_password_too(client, trust) -> None:
    from tests.web.conftest import bind

    soft = SoftKey(trust)
    bind(person("officerA").user_id, soft.fingerprint)
    assert _sign_in(client, soft).json()["code"] == "password_needed"
    wrong = _sign_in(client, soft, username="officera", password="no")
    assert wrong.json()["code"] == "password_wrong"
    right = _sign_in(client, soft, username="officera", password="kaili-chushen-A")
    assert right.json()["name"] == "王建国"


# ---- the pages ----------------------------------------------------------------------------


@pytest.mark.manual("L1")
def test_the_page_names_the_hall_and_offers_help(client) -> None:
    text = client.get("/sign-in").text
    for words in (
        "黔东南州住房公积金网上业务大厅", "· 单位版", "登录", "单位登录", "中心人员登录",
        "数字证书操作指南", "数字证书驱动下载", "CA密钥在线咨询", "0855-8685631", "4001123838",
        "Ukey证书密码", settings.AGENT_URL,
    ):  # fmt: skip
        assert words in text
    assert "{{" not in text


@pytest.mark.manual("L3")
def test_the_guide_tells_how_to_unlock(client) -> None:
    text = client.get("/guide").text
    for words in ("深圳CA管理工具", "SO PIN", "下载数字证书驱动", "4001123838"):
        assert words in text


def test_the_pages_ask_nothing_of_other_hosts(client) -> None:
    for path in ("/sign-in", "/guide", "/hall/base.css", "/hall/sign-in.css", "/hall/guide.css"):
        text = client.get(path).text.replace(settings.AGENT_URL, "")
        assert "http:" not in text
        assert "https:" not in text
        assert "url(" not in text


@pytest.mark.parametrize(
    "path",
    ["/hall/sign-in.js", "/hall/agent.js", "/hall/watch.js", "/hall/base.css", "/hall/emblem.svg",
     "/favicon.ico", "/favicon.png"],
)  # fmt: skip
def test_their_files_are_open(client, path) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/hall/", "/hall/sign-in.html", "/hall/x"])
def test_and_no_others(client, path) -> None:
    assert client.get(path).status_code == 404


def test_the_client_to_install_is_complete(client) -> None:
    answer = client.get("/hall/ukey-client.zip")
    assert "attachment" in answer.headers["content-disposition"]
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    for name in ("安装说明.txt", "启动UKey客户端.bat", "ukey/agent.py", "ukey/token.py"):
        assert f"UKey客户端/{name}" in names


def _session_cookie(answer):
    cookies = answer.headers.get_list("set-cookie")
    return next(one for one in cookies if one.startswith(f"{settings.COOKIE}="))


def _seen_at():
    from sqlalchemy import select

    from data.database import snapshot
    from data.models.people import UserSession

    with snapshot() as session:
        return session.scalars(select(UserSession.seen_at)).one()
