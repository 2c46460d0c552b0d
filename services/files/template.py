"""Templates that come back filled in (回传模板): of which business, whose, and with what in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.errors import BusinessError
from services.files.cells import Cell, CellFault, is_blank
from services.files.columns import Column, SheetRow, Value
from services.files.numbers import yuan
from services.files.workbook import Row, Sheet


class OtherTemplate(BusinessError):
    message = "该文件不是{title}模板，{how}"


class OtherEmployersTemplate(BusinessError):
    message = "模板所属单位与当前单位不一致，请下载本单位的模板"


class NothingInTheFile(BusinessError):
    message = "文件中没有可导入的数据行，请填写后重新上传"


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand out."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Template:
    """A business's template. `how` says where the right one is to be had."""

    business: str
    title: str
    how: str = "请在【批量导入】中下载模板"
    version: str = "1"

    def identification(self, **more: str) -> Mapping[str, str]:
        """Return what the hidden sheet says of a file, `more` beside the business."""
        return {"business": self.business, "version": self.version, **more}

    def require(self, sheet: Sheet, *, employer: str = "") -> None:
        """Raise OtherTemplate, OtherEmployersTemplate where the file says that it is another's.

        Where the hidden identification is gone, the rows are judged anyway.
        """
        stated = sheet.identification
        if stated.get("business", self.business) != self.business:
            raise OtherTemplate(title=self.title, how=self.how)
        if employer and stated.get("employer", employer) != employer:
            raise OtherEmployersTemplate


def filled_rows(sheet: Sheet) -> list[Row]:
    """Return the rows that hold more than their number. Raises NothingInTheFile."""
    rows = [row for row in sheet.rows if not all(map(is_blank, row.cells[1:]))]
    if not rows:
        raise NothingInTheFile
    return rows


def refilled(sheet: Sheet, columns: Sequence[Column]) -> list[SheetRow]:
    """Return an upload's rows to be written again: money as money where it is, the rest as spelt."""
    return [
        [_refill(cell, column) for cell, column in zip(row.cells, columns, strict=True)]
        for row in sheet.rows
    ]


def _refill(cell: Cell, column: Column) -> Value:
    if cell is None or column.kind != "money":
        return None if cell is None else str.__str__(cell)
    try:
        return yuan(cell)
    except CellFault:
        return str.__str__(cell)
