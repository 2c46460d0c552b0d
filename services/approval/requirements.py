"""On what terms a business is decided (审批环节、办理材料): the code's own, until the center sets others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.enums import BusinessKind, Role
from data.models.policy import PolicyRow
from data.policy_codes import PolicyKey
from services import policy
from services.rules import clock


@dataclass(frozen=True, slots=True)
class Material:
    """A document that a business asks for."""

    code: str
    label: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """What the center has set for a document of a business."""

    code: str
    label: str
    required: bool | None
    """None: as the business itself says, which may depend on what is changed."""


#: How the codes of documents begin that the center has added to the code's own.
OWN = "c"


def levels_today(
    session: Session, business: BusinessKind, coded: tuple[Role, ...]
) -> tuple[Role, ...]:
    """Return who decides a case submitted today. A business done at once stays one."""
    stated = policy.of_business(session, PolicyKey.APPROVAL_LEVELS, business, clock.today())
    return read(stated) if stated and coded else coded


def written(levels: Sequence[Role]) -> str:
    return ",".join(levels)


def read(text: str) -> tuple[Role, ...]:
    """Return the levels that `written` wrote."""
    by_code = {role.value: role for role in Role}
    return tuple(by_code[code] for code in text.split(",") if code)


def materials_today(
    session: Session, business: BusinessKind, coded: Sequence[Material]
) -> list[Material]:
    """Return what is asked for today where the code asks for `coded`.

    What the center has set drops the documents it doesn't name, adds those of its own, and says
    which are required; where it leaves a document as the code has it, so does this.
    """
    stated = policy.of_business(session, PolicyKey.MATERIALS, business, clock.today())
    if not stated:
        return list(coded)
    entries = {entry.code: entry for entry in read_materials(stated)}
    kept = [_as_set(material, entries[material.code]) for material in coded
            if material.code in entries]  # fmt: skip
    own = [entry for code, entry in entries.items() if code.startswith(OWN)]
    return kept + [Material(entry.code, entry.label, bool(entry.required)) for entry in own]


def _as_set(material: Material, entry: Entry) -> Material:
    if entry.required is None:
        return replace(material, label=entry.label)
    return Material(material.code, entry.label, entry.required)


def labels(session: Session, business: BusinessKind, coded: Sequence[Material]) -> dict[str, str]:
    """Return what each code was ever called, as said last: old cases keep their documents."""
    rows = session.scalars(
        select(PolicyRow.value)
        .filter_by(key=PolicyKey.MATERIALS, business=business)
        .order_by(PolicyRow.effective_from, PolicyRow.id)
    )
    said = [(entry.code, entry.label) for row in rows for entry in read_materials(row)]
    return dict([*((material.code, material.label) for material in coded), *said])


def write_materials(entries: Sequence[Entry]) -> str:
    rows = [[entry.code, entry.label, entry.required] for entry in entries]
    return json.dumps(rows, ensure_ascii=False)


def read_materials(text: str) -> list[Entry]:
    """Return the entries that `write_materials` wrote."""
    return [Entry(*entry) for entry in json.loads(text)]
