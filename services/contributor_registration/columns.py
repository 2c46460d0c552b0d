"""The columns of a registration's workbook, and what is read out of each cell."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from data.codes import Education, IdType, Marital, Occupation, Post, Sex, Title
from data.enums import LabelledEnum
from services.contributor_registration.entry import HEADINGS, Entry, completed
from services.contributor_registration.facts import Terms
from services.files.cells import EMPTY, Cell, CellFault, is_blank, text
from services.files.columns import Column, Kind
from services.files.numbers import yuan
from services.files.words import code, day, month, word
from services.rules import identity
from services.rules.limits import yuan as yuan_of
from services.rules.months import Month

#: The fields in the order of the columns; the first is the row's own number.
FIELDS = (
    "", "name", "id_type", "id_number", "sex", "born_on", "mobile", "base", "first_month",
    "hired_on", "marital", "education", "occupation", "post", "title", "income", "landline",
    "postcode", "address", "email",
)  # fmt: skip
REQUIRED = {"name", "id_type", "id_number", "mobile", "base", "first_month"}
_WIDTHS = {
    "name": 12, "id_number": 22, "mobile": 14, "address": 30, "email": 22, "id_type": 24,
    "education": 20, "occupation": 20,
}  # fmt: skip
_CODED: dict[str, type[LabelledEnum]] = {
    "id_type": IdType, "sex": Sex, "marital": Marital, "education": Education,
    "occupation": Occupation, "post": Post, "title": Title,
}  # fmt: skip


def words(codes: type[LabelledEnum]) -> tuple[str, ...]:
    return tuple(word(member) for member in codes if member is not Sex.UNKNOWN)


def columns(terms: Terms | None = None) -> list[Column]:
    """Return the workbook's columns; `terms` bound what Excel lets her type."""
    return [Column("序号", "integer", 6, editable=True, minimum=1)] + [
        _column(name, terms) for name in FIELDS[1:]
    ]


def _column(name: str, terms: Terms | None) -> Column:
    heading = HEADINGS[name] + ("*" if name in REQUIRED else "")
    choices: tuple[str, ...] = ()
    kind: Kind = "text"
    minimum = maximum = None
    if name in _CODED:
        kind, choices = "choice", words(_CODED[name])
    elif name == "first_month" and terms:
        kind, choices = "choice", tuple(map(str, terms.span.months))
    elif name in ("base", "income"):
        kind = "money"
        if terms and name == "base":
            limits = terms.policy.limits
            minimum, maximum = yuan_of(limits.base_min), yuan_of(limits.base_max)
    return Column(
        heading, kind, _WIDTHS.get(name, 14), editable=True, minimum=minimum, maximum=maximum,
        choices=choices,
    )  # fmt: skip


COLUMNS = columns()


def parsed(cells: Sequence[Cell]) -> tuple[Entry, dict[str, str]]:
    """Read a row: the entry, and by field why a cell could not be read."""
    found: dict[str, Any] = {}
    unread: dict[str, str] = {}
    for name, cell in zip(FIELDS[1:], cells[1:], strict=True):
        try:
            found[name] = _READERS[name](cell)
        except CellFault as fault:
            unread[name] = fault.reason
    found = {name: value for name, value in found.items() if value is not None}
    missing: dict[str, Any] = {
        "name": "", "id_type": IdType.ID_CARD, "id_number": "", "mobile": "",
        "base": None, "first_month": None,
    }  # fmt: skip
    return completed(Entry(**{**missing, **found})), unread


def _required(cell: Cell) -> str:
    return text(cell, required=True)


def _id_type(cell: Cell) -> IdType:
    if (found := code(IdType)(cell)) is None:
        raise CellFault(EMPTY)
    return found


def _first_month(cell: Cell) -> Month:
    if (found := month(cell)) is None:
        raise CellFault(EMPTY)
    return found


def _money(cell: Cell) -> Decimal | None:
    return None if is_blank(cell) else yuan(cell)


def _id_number(cell: Cell) -> str:
    return identity.normal(text(cell, required=True))


_READERS: dict[str, Callable[[Cell], Any]] = {
    "name": _required, "id_type": _id_type, "id_number": _id_number,
    "sex": code(Sex), "born_on": day, "mobile": _required, "base": yuan, "first_month": _first_month,
    "hired_on": day, "marital": code(Marital), "education": code(Education),
    "occupation": code(Occupation), "post": code(Post), "title": code(Title),
    "income": _money, "landline": text, "postcode": text, "address": text, "email": text,
}  # fmt: skip
