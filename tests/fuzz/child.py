"""`python -m tests.fuzz.child RUNS SEED`: the fuzzer itself; a crash ends this process and no other.

The last line that it says is how often it has read, and how often there were rows.
"""

import json
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["services.files"]):
    from services.files import workbook

from services.files.guard import UnreadableWorkbook
from tests.files.books import COLUMNS, pack, parts, person, sheet

SHEET = "xl/worksheets/sheet1.xml"
GOOD = {
    name: body.encode() for name, body in parts(sheet(*(person(n) for n in range(2, 5)))).items()
}
LONGEST = 8_000
#: What the first byte says is damaged: most often the sheet, whose rows the reader looks at closest;
#: None is the package as a whole.
PLACES = (
    SHEET, SHEET, SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml",
    "[Content_Types].xml", "xl/_rels/workbook.xml.rels", None,
)  # fmt: skip
#: What a sheet is made of: without it a fuzzer would take days to spell a row.
WORDS = (
    "<row r=", "</row>", "<c r=", "</c>", "<v>", "</v>", "<is><t>", "</t></is>", "<f>", "<!--", "-->",
    "<![CDATA[", "]]>", "<!DOCTYPE", "&#0;", "&lt;", "inlineStr", "hidden=", "<mergeCell", "1E400",
    "XFD1048576", "_x0000_", "</sheetData>",
)  # fmt: skip

done = {"executions": 0, "read": 0}


def once(data: bytes) -> None:
    """Read what the fuzzer has made: the bytes of one part of a package, or of a whole one."""
    done["executions"] += 1
    if not data:
        return
    place = PLACES[data[0] % len(PLACES)]
    content = data[1:] if place is None else pack(GOOD | {place: data[1:]}, level=0)
    try:
        rows = workbook.read(content, COLUMNS).rows
    except UnreadableWorkbook:
        return
    assert all(len(row.cells) == len(COLUMNS) for row in rows)
    done["read"] += 1


def main() -> None:
    runs, seed = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        good, words = Path(name) / "good", Path(name) / "words"
        good.mkdir()
        for number, place in enumerate(PLACES):
            body = pack(GOOD, level=0) if place is None else GOOD[place]
            (good / str(number)).write_bytes(bytes([number]) + body)
        words.write_text("".join(f"{json.dumps(word)}\n" for word in WORDS), "ascii")
        atheris.Setup(
            [sys.argv[0], f"-atheris_runs={runs}", f"-seed={seed}", f"-max_len={LONGEST}",
             "-len_control=0", f"-dict={words}", f"-artifact_prefix={name}/", str(good)],
            once,
        )  # fmt: skip
        try:
            atheris.Fuzz()
        finally:
            print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
