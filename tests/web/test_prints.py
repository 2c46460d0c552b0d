"""The routes of prints and exports, and the open page that checks a print."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

import settings
from data.database import snapshot
from data.models.record import Export, Print
from services import prints as service
from services.contributor_query.accounts import accounts
from services.exports import Conditions
from tests.conftest import person
from tests.web.conftest import open_session
from web import application, gate, prints

pytestmark = pytest.mark.skipif(
    not hasattr(application, "prints") or "/verify" not in gate.OPEN,
    reason="the hall does not serve the prints' routes yet",
)


@pytest.fixture(autouse=True)
def _fresh_pace() -> None:
    prints.forget_pace()


def a_code() -> str:
    clerk = person("clerk1")
    return service.listing(clerk, accounts(clerk, Conditions(codes=("02",)))).code


def exported() -> list[Export]:
    with snapshot() as session:
        return list(session.scalars(select(Export)))


def test_a_print_made_before_is_shown_or_saved_to_its_employer(client) -> None:
    address = f"/download/print/{a_code()}"
    assert client.get(address).status_code == 401
    client.cookies.set(settings.COOKIE, open_session("clerk2"))
    assert client.get(address).status_code == 404
    client.cookies.set(settings.COOKIE, open_session("clerk1"))
    shown = client.get(address)
    assert shown.headers["content-type"] == "application/pdf"
    assert shown.headers["content-disposition"].startswith("inline")
    assert shown.headers["cache-control"] == "no-store"
    assert shown.content[:5] == b"%PDF-"
    saved = client.get(f"{address}?as=attachment")
    assert saved.headers["content-disposition"].startswith("attachment")


def test_a_query_is_saved_as_asked_and_written_down(clerk) -> None:
    answer = clerk.get("/download/export/accounts?codes=02")
    assert answer.status_code == 200
    rows = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 1 + 2 + 1
    assert [(line.what, line.rows) for line in exported()] == [("缴存人账户信息数据下载", 2)]


@pytest.mark.parametrize(
    "address", ["accounts?codes=06", "accounts?first=x", "accounts?first=2026-02-02&last=2026-01-01", "other"]
)  # fmt: skip
def test_what_finds_nothing_gives_no_file(clerk, address) -> None:
    answer = clerk.get(f"/download/export/{address}")
    assert answer.status_code == 404
    assert "文件无法下载" in answer.text
    assert exported() == []


def test_anybody_can_check_a_code_and_learns_no_persons_name(client) -> None:
    code = a_code()
    answer = client.get("/verify", params={"code": service.grouped(code)})
    assert answer.status_code == 200
    for fact in ("该打印件由本大厅出具", "缴存人账户信息", "凯里市第九中学(示例)", "2人"):
        assert fact in answer.text
    assert "杨秀英" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_code_gets_a_calm_sentence_and_what_was_typed_stays_text(client) -> None:
    answer = client.get("/verify", params={"code": '"><script>x'})
    assert answer.status_code == 404
    assert "没有查到该验证码对应的打印件" in answer.text
    assert "<script>" not in answer.text
    assert client.get("/verify").status_code == 200


def test_guessing_is_slowed_down(client) -> None:
    answers = [client.get("/verify", params={"code": f"ABC{i}"}).status_code for i in range(31)]
    assert answers == [404] * 30 + [429]


def test_codes_are_kept_apart_from_each_other(client) -> None:
    assert a_code() != a_code()
    with snapshot() as session:
        assert len(session.scalars(select(Print)).all()) == 2
