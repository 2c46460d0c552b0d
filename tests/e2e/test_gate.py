"""Before signing in there is the sign-in page and nothing else, whatever the address."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.conftest import WINDOW, Arrive
from tests.e2e.serving import Hall
from tests.e2e.visitor import Visitor

#: Every page of every role, then addresses that are none.
ADDRESSES = (
    "/", "/home", "/employer_info_change", "/base_adjustment", "/remittance",
    "/employer_info_query", "/rate_adjustment", "/contributor_query", "/contributor_registration",
    "/contributor_info_change", "/contributor_status_change", "/deferral", "/inbox",
    "/review", "/months", "/overview", "/arrivals", "/policy", "/register", "/users", "/certificates",
    "/audit_log",
    "/main", "/handbook", "/nowhere", "/index.html",
    "/base_adjustment?embed=true",
)  # fmt: skip
CLOSED = (
    "/_stcore/health",
    "/_stcore/metrics",
    "/static/js/index.js",
    "/media/x.png",
    "/pages/main.py",
)


@pytest.fixture(scope="module")
def untouched(hall: Hall) -> Iterator[Hall]:
    """A hall whose process nobody has signed in to yet, on the data of the other."""
    fresh = Hall(hall.data)
    with fresh.alone():
        yield fresh


@pytest.mark.manual("L1")
def test_a_first_visitor_finds_the_sign_in_page_at_every_address_and_no_socket(
    untouched: Hall, browser: Browser
) -> None:
    context = browser.new_context(locale="zh-CN", viewport=WINDOW)
    visitor = Visitor.arrive(untouched, context)
    for address in ADDRESSES:
        visitor.page.goto(untouched.origin + address)
        where = urlsplit(visitor.page.url)
        assert where.path == "/sign-in", address
        assert parse_qs(where.query).get("next", ["/"]) in ([address], ["/"]), address
        expect(visitor.page.locator("#sign-in")).to_be_visible()
        assert visitor.page.locator(".stApp").count() == 0
    assert visitor.sockets == []
    assert not any("/_stcore" in url or "/static/" in url for url in visitor.requests)
    context.close()


def test_what_streamlit_serves_beside_its_pages_is_closed_too(
    untouched: Hall, browser: Browser
) -> None:
    context = browser.new_context()
    for address in CLOSED:
        reply = context.request.get(untouched.origin + address, max_redirects=0)
        assert reply.status in (303, 401, 404), f"{address}: {reply.status}"
        assert "stApp" not in reply.text()
    context.close()


@pytest.mark.parametrize("origin", ["own", "http://evil.example", None])
def test_the_socket_is_refused_without_a_session(untouched: Hall, origin: str | None) -> None:
    said = untouched.origin if origin == "own" else origin
    address = f"ws://localhost:{untouched.port}/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=said):
        pass
    assert refused.value.response.status_code == 403


def test_after_signing_in_she_comes_to_the_page_she_asked_for(arrive: Arrive) -> None:
    clerk = arrive()
    clerk.page.goto(clerk.hall.origin + "/base_adjustment")
    clerk.sign_in("clerk3")
    assert urlsplit(clerk.page.url).path == "/base_adjustment"
    expect(clerk.page.locator(".hall-title")).to_contain_text(
        "2026年度缴存基数调整，自2026年7月起执行。办理期间：2026-07-01至2026-07-31。"
    )
