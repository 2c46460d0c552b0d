"""Two ways to read a roster, measured side by side: `python -m bench.reading`.

(a) the house's own reader, in the process; (b) a thin guard, then python-calamine in a warm child
with limits of memory and time. calamine within the process stands beside them as what could be
had without safety. Rounds alternate, medians are shown; the memory of each is that of a process
of its own. See docs/decisions/0003-reading-workbooks.md.
"""

import argparse
import io
import marshal
import os
import random
import re
import statistics
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from services.files import workbook
from services.files.workbook import Column

HEADINGS = (
    *("序号", "个人账号", "姓名", "证件类型", "证件号码"),
    *("个人账户状态", "单位缴存比例", "个人缴存比例", "调整前基数", "调整后基数"),
)
COLUMNS = tuple(
    Column(heading, "money" if heading.endswith("基数") else "text") for heading in HEADINGS
)
FAR = re.compile(
    rb"""\br\s*=\s*["'](?:[A-Za-z]{3,}[0-9]+|[B-Zb-z][A-Za-z][0-9]+"""
    rb"""|[A-Za-z]{1,2}[0-9]{7,})"""
)
FORBIDDEN = (b"<f", b"<mergeCell ", b' hidden="1"', b't="e"', b"<!DOCTYPE")
CHILD = """
import io, marshal, resource, struct, sys
limit = 2 << 30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from python_calamine import CalamineWorkbook
pipe_in, pipe_out = sys.stdin.buffer, sys.stdout.buffer
while head := pipe_in.read(8):
    content = pipe_in.read(struct.unpack("<Q", head)[0])
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    rows = marshal.dumps(sheet.to_python())
    pipe_out.write(struct.pack("<Q", len(rows)) + rows)
    pipe_out.flush()
"""

Rows = list[object]
Reader = Callable[[bytes], Rows]


class WarmChild:
    """Design (b): the least of it, without restart and queue."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )

    def read(self, content: bytes) -> Rows:
        guard(content)
        return self.read_unguarded(content)

    def read_unguarded(self, content: bytes) -> Rows:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(struct.pack("<Q", len(content)) + content)
        self.process.stdin.flush()
        head = self.process.stdout.read(8)
        if not head:
            raise ChildProcessError
        rows: Rows = marshal.loads(self.process.stdout.read(struct.unpack("<Q", head)[0]))
        return rows

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


def guard(content: bytes) -> None:
    """Look through the inflated sheets for what calamine dies of or keeps silent about."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    for name in archive.namelist():
        if not name.startswith("xl/worksheets/"):
            continue
        tail = b""
        with archive.open(name) as part:
            while chunk := part.read(1 << 20):
                seen = tail + chunk
                if FAR.search(seen) or any(word in seen for word in FORBIDDEN):
                    raise ValueError(name)
                tail = chunk[-32:]


def read_own(content: bytes) -> Rows:
    return list(workbook.read(content, COLUMNS, max_rows=100_000, max_bytes=1 << 30).rows)


def read_calamine(content: bytes) -> Rows:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return list(sheet.to_python())


def roster(count: int) -> list[tuple[str | Decimal, ...]]:
    """Make fictitious rows; names of two or three characters from a short list."""
    chance = random.Random(count)
    rows = []
    for number in range(1, count + 1):
        name = "".join(chance.choices("王李张刘陈杨伟芳娜敏静丽强磊军洋", k=chance.choice((2, 3))))
        identity = f"5226{chance.randrange(10**13, 10**14)}"
        amounts = [Decimal(chance.randrange(176_000, 3_000_000)) / 100 for _ in range(2)]
        fixed = ("身份证", identity, "正常", "12%", "12%")
        rows.append((str(number), f"{522600000000 + number}", name, *fixed, *amounts))
    return rows


def as_office(count: int) -> bytes:
    """Spell the roster as Office does, with shared strings."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("基数调整")
    money, text = book.add_format({"num_format": "0.00"}), book.add_format({"num_format": "@"})
    for index, column in enumerate(COLUMNS):
        sheet.write_string(0, index, column.heading)
    for number, row in enumerate(roster(count), start=1):
        for index, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, index, value, text)
            else:
                sheet.write_number(number, index, float(value), money)
    book.close()
    return target.getvalue()


def as_ours(count: int) -> bytes:
    return workbook.write("基数调整", COLUMNS, roster(count))


def milliseconds(read: Reader, content: bytes) -> float:
    started = time.perf_counter()
    read(content)
    return (time.perf_counter() - started) * 1000


def longest_stall(read: Reader, content: bytes) -> float:
    """Give the longest time another thread had to wait while one read, in milliseconds."""
    stalls, done = [0.0], threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not done.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            stalls.append((now - last) * 1000)
            last = now

    thread = threading.Thread(target=tick)
    thread.start()
    read(content)
    done.set()
    thread.join()
    return max(stalls)


def peak_mib(way: str, path: Path) -> int:
    """Read once in a fresh process and give its peak memory, the child's included."""
    command = [sys.executable, "-m", "bench.reading", "--memory", way, str(path)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def measure_memory(way: str, path: Path) -> None:
    content = path.read_bytes()
    peak = 0
    if way == "own":
        read_own(content)
    elif way == "child":
        child = WarmChild()
        child.read(content)
        peak = high_water(child.process.pid)
        child.stop()
    else:
        read_calamine(content)
    print(peak + high_water(os.getpid()))


def high_water(process: int) -> int:
    """Give the peak of a process in MiB; getrusage would still count what it was forked from."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def measure(counts: list[int], rounds: int, folder: Path) -> None:
    child = WarmChild()
    ways: dict[str, Reader] = {"own": read_own, "child": child.read, "calamine": read_calamine}
    print("| rows | spelt as | way | ms (least-most) | stall ms | peak MiB |")
    print("|---|---|---|---|---|---|")
    for count in counts:
        for spelling, make in (("Office", as_office), ("our template", as_ours)):
            content = make(count)
            path = folder / f"{count}.xlsx"
            path.write_bytes(content)
            taken: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(rounds):
                for way, read in ways.items():
                    taken[way].append(milliseconds(read, content))
            for way, read in ways.items():
                middle = statistics.median(taken[way])
                spread = f"{middle:.0f} ({min(taken[way]):.0f}-{max(taken[way]):.0f})"
                stall, peak = longest_stall(read, content), peak_mib(way, path)
                print(f"| {count:,} | {spelling} | {way} | {spread} | {stall:.0f} | {peak} |")
            sys.stdout.flush()
    child.stop()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--memory", nargs=2, metavar=("WAY", "FILE"))
    arguments.add_argument("--rows", nargs="*", type=int, default=[1_000, 20_000, 100_000])
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--folder", type=Path, default=Path("/tmp"))
    asked = arguments.parse_args()
    if asked.memory:
        measure_memory(asked.memory[0], Path(asked.memory[1]))
    else:
        measure(asked.rows, asked.rounds, asked.folder)


if __name__ == "__main__":
    main()
