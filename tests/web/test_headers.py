"""Every response carries the headers; the policy allows what the hall needs and no more."""

import base64
import hashlib
import re

import pytest

import settings
from tests.web.conftest import PAGE
from web import wording

ALWAYS = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/sign-in", "/guide", "/hall/base.css", "/auth/me", "/livez", "/nothing/here",
     "/_stcore/metrics", "/media/x", "/favicon.png"],
)  # fmt: skip
def test_every_response_carries_the_headers(client, path) -> None:
    headers = client.get(path).headers
    for name, value in ALWAYS.items():
        assert headers[name] == value
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "loopback" not in headers["permissions-policy"]
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_a_bug_carries_them_too_and_a_number_instead_of_a_trace(client, monkeypatch) -> None:
    monkeypatch.setattr("services.sessions.signed_in", _fail)
    answer = client.get("/", headers=PAGE)
    assert answer.status_code == 500
    assert re.search(r"编号[0-9A-F]{8}", answer.text)
    assert "secret detail" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    assert client.get("/").json()["code"] == "busy"


def _fail(_secret, *, touch=True):
    raise RuntimeError("secret detail")


def test_over_https_browsers_are_told_to_stay_there(client, monkeypatch) -> None:
    monkeypatch.setattr(settings, "IS_HTTPS", True)
    assert "max-age=31536000" in client.get("/sign-in").headers["strict-transport-security"]


def test_the_halls_policy(clerk) -> None:
    policy = _policy(clerk.get("/", headers=PAGE))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["object-src"] == "'none'"
    assert settings.AGENT_URL in policy["connect-src"]
    assert settings.ORIGIN.replace("http", "ws") in policy["connect-src"]
    assert "unsafe" not in policy["script-src"]
    assert "blob:" in policy["script-src"]


def test_the_policy_lets_exactly_the_indexs_own_scripts_run(clerk) -> None:
    answer = clerk.get("/", headers=PAGE)
    inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in inline
    }
    assert hashes == set(re.findall(r"'sha256-[^']+'", _policy(answer)["script-src"]))


@pytest.mark.parametrize("path", ["/sign-in", "/guide"])
def test_the_pages_before_signing_in_run_no_inline_code(client, path) -> None:
    answer = client.get(path)
    policy = _policy(answer)
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/auth/me", "/media/x", "/download/slip/x"])
def test_nothing_of_anybodys_is_kept_by_the_browser(clerk, path) -> None:
    assert clerk.get(path, headers=PAGE).headers["cache-control"] == "no-store"


def test_the_index_has_nothing_of_other_hosts() -> None:
    text = wording.index().decode()
    assert "http:" not in text
    assert "https:" not in text


def _policy(answer):
    parts = (part.strip().partition(" ") for part in
             answer.headers["content-security-policy"].split(";"))  # fmt: skip
    return {name: value for name, _, value in parts}
