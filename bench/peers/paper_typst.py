"""typst: the list as a table of its own language, the values handed over as JSON.

It remembers what it has laid out: each time the same people stand in another order.
"""

import json
from pathlib import Path

import typst

from bench import papers

PAGE = """
#let d = json("rows.json")
#set page(paper: "a4", margin: (x: 15mm, y: 18mm), numbering: "1 / 1")
#set text(font: "FONT", size: 7pt)
#align(center, text(size: 14pt, d.title))
#d.head
#table(columns: d.widths.map(w => w * 1fr), stroke: .4pt,
  table.header(..d.headings), ..d.rows.flatten())
"""


class Way(papers.Drawing):
    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.drawn = 0
        (self.folder / "list.typ").write_text(PAGE.replace("FONT", papers.FONT_NAME), "utf-8")

    def run(self, order: Path) -> None:
        self.drawn += 1
        words = papers.words(int(order.name))
        content = {
            "title": papers.TITLE,
            "head": "　".join(f"{label}：{value}" for label, value in papers.HEAD),
            "headings": papers.HEADINGS,
            "widths": papers.WIDTHS,
            "rows": words[self.drawn :] + words[: self.drawn],
        }
        (self.folder / "rows.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        typst.compile(
            str(self.folder / "list.typ"), output=str(self.target(order)),
            font_paths=[str(papers.FONT.parent)], pdf_tags=False,
        )  # fmt: skip
