"""Where this process stands: ports, folders and addresses, all from the environment."""

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


def _read(name: str, otherwise: str, kind: Callable[[str], T], what: str) -> T:
    """Return what the environment says; end the program, in words, where it cannot be meant."""
    said = os.environ.get(name) or otherwise
    try:
        return kind(said)
    except ValueError:
        sys.exit(f"环境变量{name}应为{what}，现为“{said}”。请改正后重新启动。")


def _origin(said: str) -> str:
    address = urlsplit(said)
    if address.scheme not in ("http", "https") or not address.netloc or address.path:
        raise ValueError
    return said


def _worker(said: str) -> str:
    if said not in ("here", "queue"):
        raise ValueError
    return said


HALL_PORT = _read("HALL_PORT", "8501", int, "端口号")
AGENT_PORT = _read("UKEY_AGENT_PORT", "17700", int, "端口号")
if os.environ.get("HALL_TODAY"):  # read by `services/rules/clock.py`, each time
    _read("HALL_TODAY", "", date.fromisoformat, "日期（如2026-07-06）")
STORAGE = Path(os.environ.get("HALL_DATA", "data/storage")).resolve()
DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{STORAGE / 'hall.db'}"
#: A copy that follows the database, for charts: some seconds behind. Empty: the database itself.
DATABASE_REPLICA_URL = os.environ.get("DATABASE_REPLICA_URL", "")
#: Where documents and prints are kept, as an address that fsspec knows (`s3://bucket/hall`). Empty:
#: the data folder.
FILES = os.environ.get("HALL_FILES", "")
ORIGIN = _read(
    "HALL_ORIGIN", f"http://localhost:{HALL_PORT}", _origin, "网址（如https://hall.example.cn）"
)
HOST = urlsplit(ORIGIN).netloc
IS_HTTPS = ORIGIN.startswith("https://")
AGENT_URL = f"http://127.0.0.1:{AGENT_PORT}"
TRUST = Path(os.environ.get("HALL_TRUST") or STORAGE / "trust").resolve()
#: The audit chain's key. Whoever can write the database should not be able to read it.
AUDIT_KEY = Path(os.environ.get("HALL_AUDIT_KEY") or STORAGE / "audit.key").resolve()
#: Where the chain's heads are written down every ten minutes: best a place that whoever keeps the
#: database cannot write to. `HEADS_KEY` signs them.
AUDIT_HEADS = Path(os.environ.get("HALL_AUDIT_HEADS") or STORAGE / "audit-heads").resolve()
HEADS_KEY = Path(os.environ.get("HALL_AUDIT_HEADS_KEY") or STORAGE / "audit-heads.key").resolve()
#: Submissions and decisions are signed with the UKey; off only where no key can be asked.
SIGNATURES = os.environ.get("HALL_SIGNATURES", "on") != "off"
ARE_BACKUPS_EXPECTED = bool(os.environ.get("HALL_BACKUPS"))
BACKUPS = Path(os.environ.get("HALL_BACKUPS") or STORAGE / "backups").resolve()
#: The folder of the technical log; `-` is the standard error output, for a journal to take.
LOGS = (
    None
    if os.environ.get("HALL_LOGS") == "-"
    else Path(os.environ.get("HALL_LOGS") or STORAGE / "logs")
)
#: `__Host-` keeps a cookie to this host and to HTTPS; browsers refuse the name on plain http.
COOKIE = "__Host-hall" if IS_HTTPS else "hall"
#: When Python looks for garbage: seldom. A roster of 20,000 rows is read in a seventh less time.
GARBAGE = (100_000, 20, 20)
#: So many people work on one process at once; who comes beyond that waits before a page that says so.
MOST_PEOPLE = _read("HALL_MOST_PEOPLE", "100", int, "整数")
#: Nobody more is let in either while this process comes so many seconds late to its own turns.
LONGEST_LATE = _read("HALL_LONGEST_LATE", "1.0", float, "秒数")
#: For how many seconds a thread that reckons may keep the others waiting: a page gives its turn away
#: at each question to the database, and beside an import waited five milliseconds for each to return.
TURN = 0.001
#: Who does long works: this process (`here`), or workers from a queue in PostgreSQL (`queue`).
WORKS_BY = _read("HALL_WORKS", "here", _worker, "here或queue")
#: How many long works (imports, prints) a process does at once; the others wait in the database.
WORKS_AT_ONCE = _read("HALL_WORKS_AT_ONCE", "2", int, "整数")
#: From so many KB on (some 3,000 rows) an upload is taken in by a process beside this one: it would slow
#: down every page. 0: by a thread of this process, whatever its size.
BESIDE_KB = _read("HALL_BESIDE_KB", "200", int, "整数")
#: How many seconds a page waits for a work before it shows progress instead.
PATIENCE = _read("HALL_PATIENCE", "0.9", float, "秒数")
