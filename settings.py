"""Where this process stands: ports, folders and addresses, all from the environment."""

import os
from pathlib import Path
from urllib.parse import urlsplit

HALL_PORT = int(os.environ.get("HALL_PORT", "8501"))
AGENT_PORT = int(os.environ.get("UKEY_AGENT_PORT", "17700"))
STORAGE = Path(os.environ.get("HALL_DATA", "data/storage")).resolve()
DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{STORAGE / 'hall.db'}"
#: A copy that follows the database, for charts: some seconds behind. Empty: the database itself.
DATABASE_REPLICA_URL = os.environ.get("DATABASE_REPLICA_URL", "")
#: Where documents and prints are kept, as an address that fsspec knows (`s3://bucket/hall`). Empty:
#: the data folder.
FILES = os.environ.get("HALL_FILES", "")
ORIGIN = os.environ.get("HALL_ORIGIN") or f"http://localhost:{HALL_PORT}"
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
MOST_PEOPLE = int(os.environ.get("HALL_MOST_PEOPLE", "100"))
#: Nobody more is let in either while this process comes so many seconds late to its own turns.
LONGEST_LATE = float(os.environ.get("HALL_LONGEST_LATE", "1.0"))
#: For how many seconds a thread that reckons may keep the others waiting: a page gives its turn away
#: at each question to the database, and beside an import waited five milliseconds for each to return.
TURN = 0.001
#: Who does long works: this process (`here`), or workers from a queue in PostgreSQL (`queue`).
WORKS_BY = os.environ.get("HALL_WORKS", "here")
#: How many long works (imports, prints) a process does at once; the others wait in the database.
WORKS_AT_ONCE = int(os.environ.get("HALL_WORKS_AT_ONCE", "2"))
#: How many seconds a page waits for a work before it shows progress instead.
PATIENCE = float(os.environ.get("HALL_PATIENCE", "0.9"))
