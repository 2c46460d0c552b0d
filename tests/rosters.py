"""Workbooks as a clerk would fill them: the template, opened and typed into with openpyxl."""

from collections.abc import Callable
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.actor import Actor
from services.base_adjustment import approval, workbook

NEW_BASE = 8
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def filled(actor: Actor, base: object, change: Callable[[Worksheet], None] | None = None) -> bytes:
    """Return the actor's template with `base` for everybody, then `change` done to the sheet."""
    book = load_workbook(BytesIO(workbook.template(actor).content))
    sheet = book.worksheets[0]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, NEW_BASE).value = base
    if change:
        change(sheet)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def imported(actor: Actor, base: object = 6500) -> None:
    """Import everybody at `base`."""
    checked = workbook.import_workbook(actor, filled(actor, base))
    assert checked.faults == []


def submitted(actor: Actor, base: object = 6500) -> int:
    """Import, attach the required document, submit; return the case's id."""
    imported(actor, base)
    approval.attach(actor, "011201", "缴存基数变更证明.pdf", PDF)
    now = approval.situation(actor)
    approval.submit(actor, version=now.version, client_id=f"click-{now.case_id}-{now.version}")
    assert now.case_id
    return now.case_id
