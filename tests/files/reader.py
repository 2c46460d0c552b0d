"""`python -m tests.files.reader FOLDER [documents]`: read every file there, one after another, in one process.

Prints a line of JSON for each: what came of it, its reader's own time in seconds, the memory it took.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from services.files import documents, pdf_check, workbook
from services.files.refusals import UnreadableWorkbook
from tests.files.books import COLUMNS
from tests.files.readable import seen

AGAIN_FROM = 0.2  # seconds: the least of three times is the reader's, the rest its neighbours'


def workbook_outcome(content: bytes) -> object:
    try:
        return [seen(row) for row in workbook.read(content, COLUMNS).rows]
    except UnreadableWorkbook as refusal:
        return refusal.code


def document_outcome(content: bytes) -> object:
    try:
        return documents.inspect("", content).content_type
    except documents.UnacceptableDocument as refusal:
        return type(refusal).__name__


def main() -> None:
    read = document_outcome if "documents" in sys.argv[2:] else workbook_outcome
    for path in sorted(Path(sys.argv[1]).iterdir()):
        content = path.read_bytes()
        _forget_peak()
        before = _kilobytes("VmRSS")
        found, seconds = _timed(read, content)
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        memory = max(_kilobytes("VmHWM") - before, children) / 1024
        for _ in range(2 if seconds > AGAIN_FROM else 0):
            pdf_check._known.clear()
            seconds = min(seconds, _timed(read, content)[1])
        print(json.dumps([path.name, found, round(seconds, 3), round(memory)]), flush=True)


def _timed(read: Callable[[bytes], object], content: bytes) -> tuple[object, float]:
    started = _seconds()
    found = read(content)
    return found, _seconds() - started


def _seconds() -> float:
    """Count this thread's time, and that of the processes that have ended for it."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + children.ru_utime + children.ru_stime


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _kilobytes(what: str) -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(what))


if __name__ == "__main__":
    main()
