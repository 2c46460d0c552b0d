"""Files go to whom they belong; the probes say what fails by code alone."""

import os
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text

import settings
from data.database import transaction
from data.enums import BusinessKind, CaseStatus
from data.models.case import Case, Document
from services import audit_heads, backup, slips
from services.files import documents
from services.rules import clock
from tests.conftest import employer, person
from tests.web.conftest import PAGE, open_session
from ukey.dev_ca import DevCA
from web import health

PDF = b"%PDF-1.4 test"


def test_the_template_of_ones_own_unit(clerk) -> None:
    answer = clerk.get("/download/base-adjustment/template")
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
    named = answer.headers["content-disposition"]
    assert named.startswith("attachment; filename=\"download.xlsx\"; filename*=UTF-8''")
    assert quote("基数调整模板_522601000101") in named
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_staff_have_no_unit_and_so_no_template(client) -> None:
    client.cookies.set(settings.COOKIE, open_session("officerA"))
    answer = client.get("/download/base-adjustment/template", headers=PAGE)
    assert answer.status_code == 403
    assert "文件无法下载" in answer.text


@pytest.fixture
def paper(client) -> int:
    """A document of the first employer's case."""
    content = documents.Store(settings.STORAGE / "documents").put(PDF)
    with transaction() as session:
        case = Case(
            kind=BusinessKind.BASE_ADJUSTMENT, employer_id=employer("522601000101").id,
            status=CaseStatus.DRAFT, effective_month=202607, started_at=clock.now(),
            started_by=person("clerk1").user_id,
        )  # fmt: skip
        session.add(case)
        session.flush()
        found = Document(
            case_id=case.id, material="m", filename="工资表<1>.pdf", content_type="application/pdf",
            size=len(PDF), sha256=content, uploaded_by=person("clerk1").user_id,
            uploaded_at=clock.now(),
        )  # fmt: skip
        session.add(found)
        session.flush()
        return found.id


def test_a_document_is_shown_to_its_own_clerk(clerk, paper) -> None:
    answer = clerk.get(f"/download/document/{paper}")
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("inline;")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    saved = clerk.get(f"/download/document/{paper}?as=attachment")
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert saved.headers["x-frame-options"] == "DENY"


def test_another_units_clerk_does_not_learn_that_it_exists(client, paper) -> None:
    client.cookies.set(settings.COOKIE, open_session("clerk2"))
    theirs = client.get(f"/download/document/{paper}", headers=PAGE)
    none = client.get("/download/document/999999", headers=PAGE)
    assert theirs.status_code == none.status_code == 404
    assert theirs.text == none.text


@pytest.mark.parametrize("path", ["/download/document/x", "/download/document/-1", "/download/x"])
def test_what_is_no_download_is_not_found(clerk, path) -> None:
    answer = clerk.get(path, headers=PAGE)
    assert answer.status_code == 404
    assert "页面不存在" in answer.text


def test_a_slip_is_for_the_person_it_was_made_for(clerk) -> None:
    slip = slips.keep(person("clerk1"), "错误清单.xlsx", b"PK")
    assert clerk.get(f"/download/slip/{slip}").content == b"PK"
    clerk.cookies.set(settings.COOKIE, open_session("clerk2"))
    assert clerk.get(f"/download/slip/{slip}", headers=PAGE).status_code == 404


def test_a_download_counts_as_use(client) -> None:
    client.cookies.set(settings.COOKIE, open_session("clerk1", idle_minutes=14))
    client.get("/download/base-adjustment/template")
    assert client.get("/auth/me").status_code == 200
    from sqlalchemy import select

    from data.database import snapshot
    from data.models.people import UserSession

    with snapshot() as session:
        seen = session.scalars(select(UserSession.seen_at)).one()
    assert clock.instant() - seen < timedelta(minutes=1)


def test_alive(client) -> None:
    assert client.get("/livez").text == "ok"


@pytest.fixture
def heads(tmp_path, monkeypatch) -> None:
    """A head of the audit, written down just now."""
    monkeypatch.setattr(settings, "AUDIT_HEADS", tmp_path / "heads")
    monkeypatch.setattr(settings, "HEADS_KEY", tmp_path / "heads.key")
    audit_heads.export()


def test_ready_with_database_trust_storage_and_heads(client, trust, heads) -> None:
    answer = client.get("/readyz")
    assert answer.json() == {"status": "ready", "faults": [], "people": 0, "late": 0.0}


def test_the_probe_leaves_nothing_behind(client, trust) -> None:
    from sqlalchemy import func, select

    from data.database import snapshot
    from data.models.people import Challenge

    client.get("/readyz")
    with snapshot() as session:
        assert session.scalars(select(func.count()).select_from(Challenge)).one() == 0
    assert not list(settings.STORAGE.glob(".ready-*"))


def test_not_ready_without_authorities(client, heads, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "TRUST", tmp_path / "nowhere")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["faults"] == ["trust_missing"]


def test_not_ready_when_the_revocation_lists_have_run_out(
    client, heads, tmp_path, monkeypatch
) -> None:
    ca = DevCA.open(tmp_path / "ca", at=clock.instant() - timedelta(days=30))
    monkeypatch.setattr(settings, "TRUST", ca.trust_folder)
    assert client.get("/readyz").json()["faults"] == ["crl_stale"]


@pytest.mark.parametrize(("hours", "faults"), [(3.9, []), (4.1, ["audit_heads_stale"])])
def test_not_ready_four_hours_after_the_last_head(
    client, trust, heads, monkeypatch, hours, faults
) -> None:
    later = clock.instant() + timedelta(hours=hours)
    monkeypatch.setattr(clock, "instant", lambda: later)
    assert client.get("/readyz").json()["faults"] == faults


def test_not_ready_where_no_head_can_be_written(
    client, trust, heads, tmp_path, monkeypatch
) -> None:
    (tmp_path / "a file").write_text("not a folder")
    monkeypatch.setattr(settings, "AUDIT_HEADS", tmp_path / "a file" / "heads")
    with pytest.raises(OSError, match="a file"):
        audit_heads.export()
    assert client.get("/readyz").json()["faults"] == ["audit_heads_stale"]


def test_not_ready_on_a_database_of_another_revision(client, trust, heads) -> None:
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert client.get("/readyz").json()["faults"] == ["schema"]


def test_not_ready_without_a_backup_of_the_last_day(
    client, trust, heads, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "ARE_BACKUPS_EXPECTED", True)
    monkeypatch.setattr(settings, "BACKUPS", tmp_path / "backups")
    assert client.get("/readyz").json()["faults"] == ["backup_stale"]
    folder = backup.make()
    assert client.get("/readyz").json()["faults"] == []
    long_ago = time.time() - 27 * 3600
    os.utime(folder, (long_ago, long_ago))
    assert client.get("/readyz").json()["faults"] == ["backup_stale"]


def test_not_ready_on_a_full_disk(client, heads, trust, monkeypatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 1 << 60)
    assert client.get("/readyz").json()["faults"] == ["disk_full"]


def test_not_ready_without_a_database(client, heads, trust, monkeypatch) -> None:
    monkeypatch.setattr(health, "transaction", _fail)
    assert client.get("/readyz").json()["faults"] == ["database"]


def _fail():
    raise RuntimeError
