"""Growth: two processes behind nginx, two workers, PostgreSQL; two are killed, nobody's work is lost."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import create_engine, text

from tests.e2e import base_adjustment as adjusting
from tests.e2e import books
from tests.e2e.cluster import Cluster, cluster
from tests.e2e.conftest import arriving
from tests.e2e.serving import Hall

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
]
PEOPLE, PRINTED = 10_000, 16_002
TAKEN_OVER = 120_000  # milliseconds, at most


@pytest.fixture
def several(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    name = f"growth_{os.urandom(4).hex()}"
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    hall = Hall(tmp_path_factory.mktemp("growth") / "data")
    hall.run("-m", "tests.e2e.provision_large", DATABASE_URL=url)
    with cluster(hall, url) as running:
        yield running
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


def test_a_worker_and_a_process_are_killed_and_nobodys_work_is_lost(
    several: Cluster, browser: Browser
) -> None:
    with arriving(several.hall, browser) as arrive:
        clerk = arrive("clerk1")
        adjusting.offer(clerk, books.filled(adjusting.template(clerk), 6500))
        adjusting.take_in(clerk, PEOPLE)
        clerk.open("/remittance")
        clerk.page.get_by_role("tab", name="汇缴核定编辑").click()
        clerk.idle()
        clerk.press("汇缴清册打印")
        worker = several.kill_the_one_at_work()
        clerk.shot("growth-print")
        port = several.kill_the_one_that_serves()
        began = time.monotonic()
        clerk.open("/")
        clerk.sees("单位经办人 杨秀英")
        back = time.monotonic() - began
        row = clerk.row("汇缴清册打印")
        expect(row.get_by_role("link", name="保存PDF")).to_be_visible(timeout=TAKEN_OVER)
        done = time.monotonic() - began
        name, pdf = clerk.download("保存PDF")
        assert (name[:9], pdf[:5]) == ("住房公积金汇缴清册", b"%PDF-")
        clerk.open(adjusting.PAGE)
        clerk.sees("有未提交的清册，已为您保存，可继续办理。")
        expect(clerk.figure("职工人数")).to_have_text(f"{PEOPLE:,}")
        clerk.shot("growth-after")
    _look_at_the_rows(several, worker)
    print(f"killed worker {worker}, process at {port}: back {back:.1f} s, print {done:.1f} s")


def _look_at_the_rows(several: Cluster, killed: int) -> None:
    works = several.ask("select kind, state, tries, runner from work order by id")
    assert [(kind, state, tries) for kind, state, tries, _ in works] == [
        ("base_adjustment_check", "done", 1),
        ("base_adjustment_take", "done", 1),
        ("remittance_roster", "done", 2),
    ]
    assert int(str(works[-1][3]).split(":")[1]) != killed
    assert several.ask("select count(*) from base_adjustment_line") == [(PEOPLE,)]
    assert several.ask("select count(*) from print") == [(1,)]
    assert several.ask("select rows from export") == [(PRINTED,)]
    log = several.hall.log.read_text("utf-8") if Path(several.hall.log).exists() else ""
    assert "Traceback" not in log
