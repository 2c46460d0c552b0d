"""Whatever is uploaded is refused in a sentence, quickly, and the next good file is read."""

import gc
import itertools
import json
import re
import subprocess
import sys
import threading
import time

import pytest

from services.files import guard, refusals, workbook
from tests import figures
from tests.files import mutants
from tests.files.bombs import bombs
from tests.files.books import COLUMNS, book, person, text
from tests.files.corpus import GOOD, refused
from tests.files.readable import seen, traps
from tests.files.spellings import misspelt
from tests.files.zips import lying

CORPUS = [*refused(), *lying(), *misspelt()]
TRAPS = list(traps())
MUTANTS = figures.share(quick=1_000, whole=25_000)  # of each of two kinds
STRIDE = figures.share(quick=7, whole=1)  # every so many-th is measured in a process of its own
SLOWEST, LARGEST = 0.5, 150  # seconds, megabytes


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
    gc.freeze()  # as the hall does at its start: what other tests left is not looked through here
    started = time.thread_time()  # the reader's own: other threads of this process work too
    with pytest.raises(guard.UnreadableWorkbook) as refusal:
        workbook.read(content, COLUMNS)
    taken = time.thread_time() - started
    gc.unfreeze()
    assert refusal.value.code == code
    assert re.search(r"[\u4e00-\u9fff]{4}", str(refusal.value))
    assert "{" not in str(refusal.value)
    assert taken < 1.0


@pytest.mark.parametrize(
    ("content", "rows"), [case[1:] for case in TRAPS], ids=[c[0] for c in TRAPS]
)
def test_what_only_looks_harmful_or_harms_one_cell_is_read_exactly(content, rows) -> None:
    assert [seen(row) for row in workbook.read(content, COLUMNS).rows] == rows


def test_one_process_survives_them_all_within_half_a_second_and_150_megabytes(tmp_path) -> None:
    built = (
        (name, make(), code) for name, make, code in itertools.islice(bombs(), None, None, STRIDE)
    )
    cases = [*CORPUS[::STRIDE], *built, *TRAPS[::STRIDE]]
    for place, (_, content, _) in enumerate(cases):
        (tmp_path / f"{place:03d}").write_bytes(content)
    command = [sys.executable, "-m", "tests.files.reader", str(tmp_path)]
    done = subprocess.run(command, cwd=figures.ROOT, capture_output=True, text=True, check=True)
    read = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(read) == len(cases) >= 120 // STRIDE
    wrong = [
        name
        for (name, _, expected), (_, found, seconds, megabytes) in zip(cases, read, strict=True)
        if found != json.loads(json.dumps(expected)) or seconds > SLOWEST or megabytes > LARGEST
    ]
    slowest, largest = max(one[2] for one in read), max(one[3] for one in read)
    figures.record(
        1, f"{len(cases) - len(wrong)} of {len(cases)} decided right ({len(TRAPS[::STRIDE])} of them read to "
        f"the cell), at most {slowest:.2f} s and {largest} MB, one process",
        reached=not wrong,
    )  # fmt: skip
    assert wrong == []


def test_the_corpus_is_large_and_meets_every_refusal_there_is() -> None:
    assert len({name for name, *_ in CORPUS}) == len(CORPUS) >= 150
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


def test_damaged_copies_are_refused_or_give_the_right_rows_and_nothing_else() -> None:
    """The mutants of single bytes are those that a zip's sums do not always catch."""
    right, read = workbook.read(GOOD, COLUMNS), 0
    for number, content in enumerate(mutants.of_bytes(MUTANTS)):
        try:
            found = workbook.read(content, COLUMNS)
        except guard.UnreadableWorkbook:
            continue
        assert found == right, f"mutant {number} of seed {mutants.SEED_OF_BYTES}"
        read += 1
    _note("of its bytes", mutants.SEED_OF_BYTES, read)


def test_sheets_with_damaged_xml_are_refused_or_read_alike_by_both_ways() -> None:
    """The quick way, by shapes, must never read what expat alone would not."""
    read = 0
    for number, damaged in enumerate(mutants.of_xml(MUTANTS)):
        quick, slow = _outcome(damaged), _outcome(damaged.replace("</row>", "</row >"))
        assert quick == slow, f"mutant {number} of seed {mutants.SEED_OF_XML}"
        read += not isinstance(quick, str)
    _note("of its XML", mutants.SEED_OF_XML, read)


def _outcome(spelt: str) -> object:
    try:
        return workbook.read(mutants.packed(spelt), COLUMNS)
    except guard.UnreadableWorkbook as refusal:
        return refusal.code


def _note(kind: str, seed: int, read: int) -> None:
    figures.record(
        2, f"{MUTANTS} mutants {kind}: {MUTANTS - read} refused, {read} read right, 0 uncaught",
        seed, reached=True, part=kind.replace(" ", "-"),
    )  # fmt: skip


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
