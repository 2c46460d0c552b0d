"""The technical log (运行日志): one JSON object a line, personal data masked, old files dropped.

Identity numbers keep three digits and four, mobile numbers too, cards four and four. Of an exception
the log has its kind and where it was raised, not its words: those may be what somebody typed.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from types import TracebackType
from typing import Final

import settings

FILE_BYTES: Final = 10 * 1024 * 1024
FILES: Final = 20
_FRAMES: Final = 12
#: What some readers take for the end of a line, and JSON leaves as it is.
_BREAKS: Final = {mark: f"\\u{mark:04x}" for mark in (0x85, 0x2028, 0x2029)}
#: Those that bring handlers of their own, whose lines would pass the mask by.
_FOREIGN: Final = ("uvicorn", "streamlit", "procrastinate")
_MASKS: Final = (
    (re.compile(r"(?<!\d)(\d{3})\d{11}(\d{3}[\dXxＸｘ])(?!\d)"), r"\1***********\2"),
    (re.compile(r"(?<!\d)(\d{4})\d{8,11}(\d{4})(?!\d)"), r"\1********\2"),
    (re.compile(r"(?<!\d)([1１][3-9３-９]\d)\d{4}(\d{4})(?!\d)"), r"\1****\2"),
    (re.compile(r"(?<!\d)(\d{3})\d{8}(\d{4})(?!\d)"), r"\1********\2"),
)


def masked(words: str) -> str:
    """Return `words` with identity numbers of 18 or 15 digits, mobile and card numbers masked."""
    for pattern, kept in _MASKS:
        words = pattern.sub(kept, words)
    return words


class JsonLines(logging.Formatter):
    """Formats a record as one line: control characters are escaped, so nobody forges a second one."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0]:
            facts["error"] = record.exc_info[0].__name__
            facts["trace"] = _trace(record.exc_info[2])
        return json.dumps(facts, ensure_ascii=False).translate(_BREAKS)


def _trace(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)


def configure(*, to_file: bool = True) -> None:
    """Send what this process logs, its libraries' lines too, to the file of HALL_LOGS, or to stderr.

    A file is turned by one process alone: others write to their standard error output.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if settings.LOGS and to_file:
        settings.LOGS.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            settings.LOGS / "hall.jsonl", maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8"
        )
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.partition(".")[0] in _FOREIGN and isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
            logger.setLevel(logging.WARNING)
