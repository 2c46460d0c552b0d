"""The hall's 汇缴清册: its own pen on reportlab's canvas."""

from pathlib import Path

from bench import papers
from services.files.pdf import list_paper


class Way(papers.Drawing):
    def run(self, order: Path) -> None:
        self.target(order).write_bytes(list_paper(papers.paper(int(order.name))))
