"""The 汇缴清册 that is printed: the same people, headings and figures for whoever draws it."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from services.files.columns import SheetRow
from services.files.pdf import ListPaper, shown
from services.files.pdf_font import KNOWN
from services.remittance_papers import COLUMNS, FIRST_ROWS, NEXT_ROWS

TITLE: Final = "住房公积金汇缴清册"
HEAD: Final = (
    ("单位名称", "黔东南州示例有限公司"), ("单位账号", "522600000001"), ("清册年月", "2026年07月"),
)  # fmt: skip
NAMES: Final = ("杨秀英", "吴文军", "龙建国", "潘春梅", "王志强", "石玉兰", "欧阳海燕", "田家兴")
#: The typeface that the hall's prints are set in, and what it is called.
FONT: Final = next(path for path in KNOWN if path.is_file())
FONT_NAME: Final = "WenQuanYi Zen Hei"
HEADINGS: Final = tuple(column.heading for column in COLUMNS)
WIDTHS: Final = tuple(column.width for column in COLUMNS)
FIRST_NUMBER: Final = 4
"""The columns from here on hold money and stand to the right, but for the last."""


@cache
def rows(people: int) -> list[SheetRow]:
    """Return so many people with their bases and amounts."""
    made = []
    for number in range(1, people + 1):
        base = Decimal(1_980 + number * 7 % 19_000)
        part = (base * 12 / 100).quantize(Decimal(1)).quantize(Decimal("0.01"))
        made.append(
            (
                number, f"5226{number:08d}", NAMES[number % len(NAMES)],
                f"52260119{60 + number % 40}0101{number % 10_000:04d}",
                base.quantize(Decimal("0.01")), part, part, 2 * part, "正常",
            )
        )  # fmt: skip
    return made


@cache
def words(people: int) -> list[list[str]]:
    """Return the same rows as people read them."""
    return [
        [shown(value, column.kind) for value, column in zip(row, COLUMNS, strict=True)]
        for row in rows(people)
    ]


def paper(people: int) -> ListPaper:
    total = sum(row[7] for row in rows(people))  # type: ignore[misc]
    return ListPaper(
        title=TITLE, head=HEAD, columns=COLUMNS, rows=rows(people),
        totals={"个人账号": "合计", "姓名": f"{people}人", "月缴存额": total},
        code="测速", verify_at="http://localhost/verify", first_rows=FIRST_ROWS,
        next_rows=NEXT_ROWS,
    )  # fmt: skip


class Drawing:
    """A way that draws: an order names how many people, and so the file that is written."""

    folder: Path

    def __init__(self, address: str) -> None:
        self.folder = Path(address)
        self.folder.mkdir(exist_ok=True)

    def reset(self) -> None:
        for old in self.folder.glob("*.pdf"):
            old.unlink()

    def stored(self) -> int:
        """Return how large what was drawn is, in kB."""
        return sum(drawn.stat().st_size for drawn in self.folder.glob("*.pdf")) // 1000

    def target(self, order: Path) -> Path:
        return self.folder / f"{order.name}.pdf"
