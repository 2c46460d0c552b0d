"""Whatever is uploaded is refused in a sentence, quickly, and the next good file is read."""

import random
import re
import threading
import time

import pytest

from services.files import guard, refusals, workbook
from tests.files.books import COLUMNS, book, pack, parts, person, text
from tests.files.corpus import GOOD, refused

CORPUS = list(refused())


def all_refusals() -> list[type[refusals.UnreadableWorkbook]]:
    waiting, found = [refusals.UnreadableWorkbook], []
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


@pytest.mark.parametrize(
    ("content", "code"), [case[1:] for case in CORPUS], ids=[c[0] for c in CORPUS]
)
def test_it_is_refused_with_its_own_sentence_within_a_second(content, code) -> None:
    started = time.thread_time()  # the reader's own: other threads of this process work too
    with pytest.raises(guard.UnreadableWorkbook) as refusal:
        workbook.read(content, COLUMNS)
    assert refusal.value.code == code
    assert re.search(r"[\u4e00-\u9fff]{4}", str(refusal.value))
    assert "{" not in str(refusal.value)
    assert time.thread_time() - started < 1.0


def test_the_corpus_is_large_and_meets_every_refusal_there_is() -> None:
    assert len(CORPUS) >= 60
    codes = {kind.code for kind in all_refusals()} - {"UNREADABLE"}
    assert {code for _, _, code in CORPUS} == codes


def test_every_refusal_has_a_code_and_a_sentence_of_its_own() -> None:
    kinds = all_refusals()
    assert len({kind.code for kind in kinds}) == len({kind.message for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (book(person(2), person(3).replace('r="3"', 'r="3" hidden="1"', 1)), "第3行被隐藏"),
        (book(person(2), tail='<mergeCells><mergeCell ref="E2:E3"/></mergeCells>'), "E2:E3是合并"),
        (book(person(2, F=text("XFD2", "x"))), "第2行XFD列"),
        (book(person(2, F=text("H2", "x"))), "第2行H列有内容"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "另存为.xlsx"),
    ],
)
def test_a_refusal_says_where_and_what_to_do(content, words) -> None:
    with pytest.raises(guard.UnreadableWorkbook, match=re.escape(words)):
        workbook.read(content, COLUMNS)


def test_a_wrong_heading_row_names_what_is_missing_what_is_too_many_and_what_is_right() -> None:
    heading = person(1, A=text("A1", "个人账号"), B=text("B1", "名字"), C=text("C1", "证件号码"))
    heading = heading.replace('<c r="D1"><v>6000</v></c>', text("D1", "证件号码"))
    heading = heading.replace('<c r="E1"><v>7200.5</v></c>', text("E1", "调整后基数"))
    with pytest.raises(refusals.WrongColumns) as refusal:
        workbook.read(book(person(2), heading=heading), COLUMNS)
    assert "缺少列“姓名”、“调整前基数”" in str(refusal.value)
    assert "多出列“名字”" in str(refusal.value)
    assert "重复列“证件号码”" in str(refusal.value)
    assert "应为：个人账号、姓名、证件号码、调整前基数、调整后基数" in str(refusal.value)


def test_a_thousand_damaged_copies_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(20260701)
    for _ in range(1000):
        content = bytearray(GOOD)
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            workbook.read(bytes(content), COLUMNS)
        except guard.UnreadableWorkbook:
            continue


def test_a_thousand_sheets_with_damaged_xml_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(7)
    good = parts()["xl/worksheets/sheet1.xml"]
    pieces = (
        "<",
        ">",
        '"',
        "&",
        "</row>",
        "<row>",
        "<c>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<f>",
    )
    for _ in range(1000):
        at = chance.randrange(len(good))
        damaged = good[:at] + chance.choice(pieces) + good[at + chance.randint(0, 3) :]
        try:
            workbook.read(pack(parts(damaged)), COLUMNS)
        except guard.UnreadableWorkbook:
            continue


def test_good_files_are_read_by_eight_threads_while_others_upload_hostile_ones() -> None:
    expected = workbook.read(book(*(person(r) for r in range(2, 200))), COLUMNS)
    good = book(*(person(r) for r in range(2, 200)))
    hostile = [content for name, content, _ in CORPUS if name in ("the last cell of all", "xlsm")]
    wrong = []

    def read_good():
        for _ in range(20):
            if workbook.read(good, COLUMNS) != expected:
                wrong.append("a good file was read differently")

    def read_hostile():
        for content in hostile * 10:
            try:
                workbook.read(content, COLUMNS)
                wrong.append("a hostile file was read")
            except guard.UnreadableWorkbook:
                pass

    threads = [threading.Thread(target=kind) for kind in (read_good, read_hostile) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
