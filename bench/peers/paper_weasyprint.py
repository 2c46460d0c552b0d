"""WeasyPrint: the list as HTML, heading repeated on each page."""

from html import escape
from pathlib import Path

from weasyprint import HTML

from bench import papers

STYLE = f"""
@page {{ size: A4; margin: 18mm 15mm;
    @bottom-right {{ content: "第" counter(page) "页 共" counter(pages) "页"; font-size: 8pt }} }}
body {{ font: 7pt "{papers.FONT_NAME}" }} h1 {{ font-size: 14pt; text-align: center }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed }}
td, th {{ border: .4pt solid #000; padding: 2pt 3pt }} td:nth-child(n+5) {{ text-align: right }}"""


class Way(papers.Drawing):
    def run(self, order: Path) -> None:
        rows = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row in papers.words(int(order.name)))
        head = "　".join(f"{label}：{value}" for label, value in papers.HEAD)
        columns = "".join(
            f'<col style="width:{100 * width / sum(papers.WIDTHS)}%">' for width in papers.WIDTHS
        )
        page = (
            f"<meta charset=utf-8><style>{STYLE}</style><h1>{papers.TITLE}</h1><p>{head}</p>"
            f"<table>{columns}<thead><tr>{_cells(papers.HEADINGS, 'th')}</tr></thead>{rows}</table>"
        )
        HTML(string=page).write_pdf(self.target(order))


def _cells(cells: tuple[str, ...] | list[str], tag: str) -> str:
    return "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
