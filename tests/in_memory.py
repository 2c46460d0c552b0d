"""Files in memory (内存文件系统): what a test run writes outlives no test run, and waits for no disk.

A database is copied for each of some thousand tests. Where there is no memory to spare for it, or
what lies there may not be executed, the usual place for temporary files stays.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3


def keep_files() -> None:
    """Let this process and those it starts keep their temporary files in memory, until it ends.

    Who has named a place (TMPDIR), as a run does to its workers, is left alone.
    """
    if os.environ.get("TMPDIR") or not _is_fit(MEMORY):
        return
    folder = tempfile.mkdtemp(prefix="hall-", dir=MEMORY)
    Path(folder).chmod(0o755)
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = None  # it is asked for anew
    atexit.register(_forget, folder, os.getpid())


def _is_fit(memory: Path) -> bool:
    if not memory.is_dir():
        return False
    found = os.statvfs(memory)
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize >= ROOM


def _forget(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # not a child that was forked off
        shutil.rmtree(folder, ignore_errors=True)
