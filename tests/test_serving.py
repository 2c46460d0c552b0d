"""The hall as it is served: it writes heads down, says when it is ready, and refuses a changed database."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import settings
from ukey.dev_ca import DevCA

ROOT = Path(__file__).parent.parent
SECONDS = 60


def environment(db: Engine, folder: Path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    return {
        **os.environ,
        "DATABASE_URL": db.url.render_as_string(hide_password=False),
        "HALL_DATA": str(folder),
        "HALL_AUDIT_KEY": str(settings.AUDIT_KEY),
        "HALL_TRUST": str(DevCA.open(folder / "ca").trust_folder),
        "HALL_PORT": port,
    }


@contextmanager
def served(surroundings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port", surroundings["HALL_PORT"]]
    process = subprocess.Popen(
        [*command, "--log-level", "warning"],
        cwd=ROOT, env=surroundings, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)


def readiness(surroundings: dict[str, str], process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + SECONDS
    answer = ""
    while time.monotonic() < deadline and process.poll() is None:
        try:
            port = surroundings["HALL_PORT"]
            asked = urllib.request.Request(
                f"http://127.0.0.1:{port}/readyz", headers={"Host": f"localhost:{port}"}
            )
            with urllib.request.urlopen(asked, timeout=5) as response:
                return response.read().decode()
        except urllib.error.HTTPError as error:
            answer = error.read().decode()  # the first head is on its way
        except OSError:
            pass
        time.sleep(0.2)
    return answer


def test_a_served_hall_is_ready_once_its_first_head_is_written_down(
    sqlite_db: Engine, tmp_path: Path
) -> None:
    surroundings = environment(sqlite_db, tmp_path)
    with served(surroundings) as process:
        answer = readiness(surroundings, process)
        assert answer.startswith('{"status":"ready","faults":[],"people":0,')
    (heads,) = (tmp_path / "audit-heads").glob("heads-*.jsonl")
    assert heads.read_text().count("\n") == 1


def test_a_hall_on_a_changed_database_does_not_start_and_says_what_is_changed(
    sqlite_db: Engine, tmp_path: Path
) -> None:
    with sqlite_db.execution_options(writes=True).begin() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_delete"))
    process = subprocess.run(
        [sys.executable, "-m", "uvicorn", "app:app", "--port", "0"],
        cwd=ROOT, env=environment(sqlite_db, tmp_path), capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert process.returncode != 0
    assert (
        "网厅未启动：数据库结构与程序不一致（1处）：缺少：触发器 audit_event_no_delete"
        in process.stderr
    )


@pytest.mark.parametrize("at", ["", "0001"])
def test_an_empty_or_older_database_is_made_or_migrated_by_a_command(
    tmp_path: Path, at: str
) -> None:
    from data import engines, migrating

    url = f"sqlite:///{tmp_path / 'hall.db'}"
    engine = engines.open_engine(url)
    if at:
        migrating.upgrade(engine, at)
    surroundings = {**os.environ, "DATABASE_URL": url, "HALL_DATA": str(tmp_path)}
    process = subprocess.run(
        [sys.executable, "-m", "migrate"],
        cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert f"数据库版本：{at or '新建'} → {migrating.head()}" in process.stdout
    assert ("已备份" in process.stdout) == bool(at)
    engine.dispose()
