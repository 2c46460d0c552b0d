"""No personal data in the log, no line that somebody else has written."""

import json
import logging
import random
import re
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

import settings
from web import logs

SEED = 20260706


@pytest.fixture
def log(tmp_path, monkeypatch) -> Iterator[logging.Logger]:
    """The hall's log in a file of this test, and the loggers as they were afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level
    monkeypatch.setattr(settings, "LOGS", tmp_path)
    logs.configure()
    yield logging.getLogger("hall.web")
    for handler in logging.root.handlers:
        handler.close()
    logging.root.handlers, logging.root.level = handlers, level


def lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in (settings.LOGS / "hall.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("证件号码522601199001010011", "证件号码522***********0011"),
        ("52260119900101001X有误", "522***********001X有误"),
        ("old 522601900101001", "old 522********1001"),
        ("手机13985501234。", "手机139****1234。"),
        ("card 6217001234567890123", "card 6217********0123"),
        ("card 6222021234567890", "card 6222********7890"),
        ("５２２６０１１９９００１０１００１１", "５２２***********００１１"),
        ("case:17 version=2 522601000101", "case:17 version=2 522601000101"),
        ("2026-07-06T08:00:00.123456", "2026-07-06T08:00:00.123456"),
    ],
)
def test_numbers_of_people_are_masked_and_others_are_not(said: str, kept: str) -> None:
    assert logs.masked(said) == kept


def test_twenty_thousand_lines_leak_nothing(log) -> None:
    chance = random.Random(SEED)
    secrets: set[str] = set()
    for number in range(20_000):
        identity = f"5226{chance.randrange(10**13):013d}{chance.choice('0123456789X')}"
        mobile = f"1{chance.choice('3456789')}{chance.randrange(10**9):09d}"
        secrets |= {identity, mobile}
        log.warning("row %d of %s,tel:%s\r\nrefused", number, identity, mobile)
    written = "".join(path.read_text() for path in settings.LOGS.iterdir())
    assert secrets & set(re.findall(r"\d{17}X|\d+", written)) == set()
    assert len(re.findall(r"\d{3}\*{11}[\dX]{4}", written)) == 20_000
    assert written.count("\n") == 20_000


def test_a_line_break_in_a_value_makes_no_line_of_its_own(log) -> None:
    log.warning("refused path=%s", '/x\r\n{"level": "INFO", "message": "signed in"}\u2028')
    (line,) = lines()
    assert line["message"].startswith("refused path=/x\r\n")
    assert (line["level"], line["logger"]) == ("WARNING", "hall.web")


def test_an_exception_is_named_and_placed_but_not_quoted(log) -> None:
    try:
        {}["杨秀英"]
    except KeyError:
        log.exception("failed")
    (line,) = lines()
    assert line["error"] == "KeyError"
    assert line["trace"].startswith("test_logs.py:")
    assert "杨秀英" not in str(line)


def test_an_error_of_the_database_does_not_quote_its_parameters(db) -> None:
    with pytest.raises(DatabaseError) as raised, db.connect() as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "杨秀英"})
    assert "杨秀英" not in str(raised.value)


def test_lines_of_libraries_go_the_same_way(log) -> None:
    logging.getLogger("uvicorn.error").warning("522601199001010011")
    (line,) = lines()
    assert line["message"] == "522***********0011"


def test_a_process_that_keeps_no_file_writes_the_same_lines_to_its_error_output(
    log, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(to_file=False)
    log.warning("522601199001010011")
    assert json.loads(capsys.readouterr().err)["message"] == "522***********0011"
    assert lines() == []


def test_full_files_make_room_and_the_oldest_go(log, monkeypatch) -> None:
    handler = next(each for each in logging.root.handlers if isinstance(each, RotatingFileHandler))
    monkeypatch.setattr(handler, "maxBytes", 2_000)
    monkeypatch.setattr(handler, "backupCount", 3)
    for number in range(200):
        log.warning("line %d", number)
    assert sorted(path.name for path in settings.LOGS.iterdir()) == [
        "hall.jsonl", "hall.jsonl.1", "hall.jsonl.2", "hall.jsonl.3",
    ]  # fmt: skip
