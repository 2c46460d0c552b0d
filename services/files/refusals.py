"""Why an uploaded workbook is not taken at all: one class a reason, each with its own sentence.

`code` is for logs and tests. `{cell}` is a place such as “第3行E列”, as a clerk counts.
"""

from services.errors import BusinessError

_AGAIN = "请重新下载模板填写后上传"


class UnreadableWorkbook(BusinessError):
    """The file as a whole is refused; nothing of it was read."""

    code = "UNREADABLE"
    message = f"文件无法读取，{_AGAIN}"


class TooLarge(UnreadableWorkbook):
    code = "TOO_LARGE"
    message = "文件超过{limit}，请删除多余的工作表、图片和空白行后再上传"


class EmptyFile(UnreadableWorkbook):
    code = "EMPTY_FILE"
    message = f"文件是空的，{_AGAIN}"


class NotAWorkbook(UnreadableWorkbook):
    code = "NOT_XLSX"
    message = f"文件内容不是Excel工作簿（.xlsx），{_AGAIN}"


class OldWorkbook(UnreadableWorkbook):
    code = "OLD_XLS"
    message = "这是旧版.xls文件，请用Excel或WPS打开，另存为.xlsx后再上传"


class BinaryWorkbook(UnreadableWorkbook):
    code = "BINARY"
    message = "这是二进制工作簿（.xlsb），请用Excel或WPS打开，另存为.xlsx后再上传"


class EncryptedWorkbook(UnreadableWorkbook):
    code = "ENCRYPTED"
    message = "文件设有打开密码，请在Excel或WPS中取消密码并保存后再上传"


class MacroWorkbook(UnreadableWorkbook):
    code = "MACRO"
    message = "文件含有宏，请用Excel或WPS打开，另存为不含宏的.xlsx后再上传"


class ExternalContent(UnreadableWorkbook):
    code = "EXTERNAL"
    message = f"文件链接了其他文件，{_AGAIN}"


class EmbeddedContent(UnreadableWorkbook):
    code = "EMBEDDED"
    message = f"文件中嵌入了其他文件或控件，{_AGAIN}"


class DamagedWorkbook(UnreadableWorkbook):
    code = "DAMAGED"
    message = f"文件已损坏，{_AGAIN}"


class TooManyParts(UnreadableWorkbook):
    code = "TOO_MANY_PARTS"
    message = f"文件内部的部件过多，{_AGAIN}"


class OddPartName(UnreadableWorkbook):
    code = "PART_NAME"
    message = f"文件内部结构异常（部件名称），{_AGAIN}"


class DuplicatePart(UnreadableWorkbook):
    code = "DUPLICATE_PART"
    message = f"文件内部结构异常（部件重复），{_AGAIN}"


class InflatesTooFar(UnreadableWorkbook):
    code = "INFLATES"
    message = f"文件解压后过大，请删除多余的空白行和格式，或{_AGAIN}"


class ForbiddenXml(UnreadableWorkbook):
    code = "DTD"
    message = f"文件含有不允许的内容（DTD声明），{_AGAIN}"


class WrongEncoding(UnreadableWorkbook):
    code = "ENCODING"
    message = f"文件的文字编码不是UTF-8，{_AGAIN}"


class TooComplex(UnreadableWorkbook):
    code = "TOO_COMPLEX"
    message = f"工作表中的单元格过多，请删除数据以外的行、列和格式，或{_AGAIN}"


class HiddenFirstSheet(UnreadableWorkbook):
    code = "HIDDEN_SHEET"
    message = "第一张工作表被隐藏，请取消隐藏，并把填写的清册放在第一张后再上传"


class Dates1904(UnreadableWorkbook):
    code = "DATE1904"
    message = f"文件使用1904日期系统，{_AGAIN}"


class HiddenRow(UnreadableWorkbook):
    code = "HIDDEN_ROW"
    message = "第{row}行被隐藏，请取消筛选和隐藏，核对后再上传"


class MergedCells(UnreadableWorkbook):
    code = "MERGED"
    message = "{cells}是合并单元格，请取消合并并逐行填写后再上传"


class TooManyRows(UnreadableWorkbook):
    code = "TOO_MANY_ROWS"
    message = "数据超过{limit}行，请分成几个文件上传"


class FarCell(UnreadableWorkbook):
    code = "FAR_CELL"
    message = "{cell}有内容，离清册太远，请删除清册以外的内容后再上传"


class EmptyRoster(UnreadableWorkbook):
    code = "EMPTY_ROSTER"
    message = f"第一张工作表是空的，{_AGAIN}"


class WrongColumns(UnreadableWorkbook):
    code = "COLUMNS"
    message = "表头不正确：{detail}。应为：{expected}"


def letters(column: int) -> str:
    """Name a column as Excel does; `column` counts from 0."""
    name = ""
    while column >= 0:
        name = chr(ord("A") + column % 26) + name
        column = column // 26 - 1
    return name


def place(row: int, column: int) -> str:
    """Say where a cell is, as a clerk counts; `row` counts from 1, `column` from 0."""
    return f"第{row}行{letters(column)}列"
