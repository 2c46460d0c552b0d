"""What a workbook consists of: its first sheet, the hidden sheet, its texts and its date styles."""

import posixpath
import re
from dataclasses import dataclass, field

from services.files.guard import Package
from services.files.refusals import (
    DamagedWorkbook,
    Dates1904,
    ExternalContent,
    HiddenFirstSheet,
    MacroWorkbook,
    NotAWorkbook,
)
from services.files.strictxml import local, parse

_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MAX_TAGS = 200_000
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DATE_CODE = re.compile(r"[ymdhs]", re.IGNORECASE)
_TRUE = ("1", "true")


@dataclass
class Layout:
    """The parts of a workbook that are read, by their names in the package."""

    sheet: str
    hidden_sheet: str | None
    shared_strings: str | None
    date_styles: frozenset[str]


def layout_of(package: Package, hidden_sheet: str) -> Layout:
    """Find the parts. Raises a refusal when this is no workbook with a visible first sheet."""
    main = _main_part(package)
    workbook = _Workbook()
    parse(package.open(main), workbook, max_tags=_MAX_TAGS)
    if workbook.is_1904:
        raise Dates1904
    if not workbook.sheets:
        raise NotAWorkbook
    folder, name = posixpath.split(main)
    related = _relationships(package, f"{folder}/_rels/{name}.rels", folder)
    first = workbook.sheets[0]
    if first.state != "visible":
        raise HiddenFirstSheet
    hidden = next((sheet for sheet in workbook.sheets[1:] if sheet.name == hidden_sheet), None)
    styles = related.of_kind("/styles")
    return Layout(
        sheet=related.worksheet(first.relationship),
        hidden_sheet=related.worksheet(hidden.relationship) if hidden else None,
        shared_strings=related.of_kind("/sharedStrings"),
        date_styles=_date_styles(package, styles) if styles else frozenset(),
    )


def _main_part(package: Package) -> str:
    types = _ContentTypes()
    parse(package.open("[Content_Types].xml"), types, max_tags=_MAX_TAGS)
    main = _relationships(package, "_rels/.rels", "").of_kind("/officeDocument")
    kind = types.of.get(main.lower(), "") if main else ""
    if "macroEnabled" in kind:
        raise MacroWorkbook
    if main is None or kind != _MAIN_TYPE:
        raise NotAWorkbook
    return main


class _Silent:
    """Elements of which the end and the text say nothing."""

    def end(self, name: str) -> None:
        """Ignore the end."""

    def text(self, data: str) -> None:
        """Ignore the text."""


class _ContentTypes(_Silent):
    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith("}Override"):
            part = attributes.get("PartName", "").lstrip("/").lower()
            self.of[part] = attributes.get("ContentType", "")


class _Relationships(_Silent):
    """What one part points to."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not name.endswith("}Relationship"):
            return
        if attributes.get("TargetMode") == "External":
            raise ExternalContent
        target = attributes.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else f"{self._folder}/{target}"
        resolved = posixpath.normpath(path).lstrip("/")
        self._targets[attributes.get("Id", "")] = (attributes.get("Type", ""), resolved)

    def of_kind(self, ending: str) -> str | None:
        found = [target for kind, target in self._targets.values() if kind.endswith(ending)]
        if len(found) > 1:
            raise DamagedWorkbook
        return found[0] if found else None

    def worksheet(self, relationship: str) -> str:
        kind, target = self._targets.get(relationship, ("", ""))
        if not kind.endswith("/worksheet"):
            raise NotAWorkbook
        return target


def _relationships(package: Package, part: str, folder: str) -> _Relationships:
    related = _Relationships(folder)
    parse(package.open(part), related, max_tags=_MAX_TAGS)
    return related


@dataclass(frozen=True)
class _SheetEntry:
    name: str
    state: str
    relationship: str


class _Workbook(_Silent):
    def __init__(self) -> None:
        self.sheets: list[_SheetEntry] = []
        self.is_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "workbookPr":
            self.is_1904 = attributes.get("date1904") in _TRUE
        elif tag == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith("}id")), "")
            state = attributes.get("state", "visible")
            self.sheets.append(_SheetEntry(attributes.get("name", ""), state, key))


@dataclass
class _Styles(_Silent):
    """Number formats, and which format each cell style uses."""

    formats: dict[str, str] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    _is_inside: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf" and self._is_inside:
            self.used.append(attributes.get("numFmtId", "0"))
        elif tag in ("cellXfs", "cellStyleXfs", "dxfs"):
            self._is_inside = tag == "cellXfs"

    def end(self, name: str) -> None:
        if local(name) == "cellXfs":
            self._is_inside = False

    def is_date(self, number_format: str) -> bool:
        if number_format in self.formats:
            code = _NOT_CODE.sub("", self.formats[number_format])
            return "general" not in code.lower() and _DATE_CODE.search(code) is not None
        return number_format.isdecimal() and int(number_format) in _DATE_FORMATS


def _date_styles(package: Package, part: str) -> frozenset[str]:
    styles = _Styles()
    parse(package.open(part), styles, max_tags=_MAX_TAGS * 4)
    return frozenset(str(index) for index, used in enumerate(styles.used) if styles.is_date(used))
