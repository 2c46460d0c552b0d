"""fpdf2: a cell for each value, which is its fast way; its tables take seven times as long."""

from pathlib import Path

from fpdf import FPDF

from bench import papers

ROOM, LINE = 180, 6  # millimetres


class _Pages(FPDF):
    def header(self) -> None:
        self.set_font("Hall", size=14)
        self.cell(0, 10, papers.TITLE, align="C", new_x="LMARGIN", new_y="NEXT")
        self.set_font("Hall", size=7)
        for label, value in papers.HEAD:
            self.cell(ROOM / len(papers.HEAD), LINE, f"{label}：{value}")
        self.ln()
        self.draw(papers.HEADINGS, "C" * len(papers.HEADINGS))

    def footer(self) -> None:
        self.set_y(-12)
        self.cell(0, 8, f"第{self.page_no()}页 共{{nb}}页", align="R")

    def draw(self, cells: tuple[str, ...] | list[str], aligns: str) -> None:
        for cell, width, align in zip(cells, papers.WIDTHS, aligns, strict=True):
            self.cell(ROOM * width / sum(papers.WIDTHS), LINE, cell, border=1, align=align)
        self.ln()


class Way(papers.Drawing):
    def run(self, order: Path) -> None:
        pages = _Pages(format="A4")
        pages.set_margins(15, 15, 15)
        pages.set_auto_page_break(True, 18)  # noqa: FBT003 — its own signature
        pages.add_font("Hall", "", papers.FONT, collection_font_number=0)
        pages.add_page()
        for row in papers.words(int(order.name)):
            pages.draw(row, "CLLLRRRRL")
        pages.output(str(self.target(order)))
