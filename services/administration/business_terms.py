"""The businesses' levels and documents (审批环节、办理材料) as they stand, and as they may be set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from data.enums import OFFICERS, BusinessKind, Role
from data.policy_codes import PolicyKey, ProposalTopic
from services import businesses, policy
from services.approval import requirements
from services.approval.requirements import OWN, Entry
from services.errors import BusinessError

MOST_MATERIALS, LONGEST_LABEL = 20, 40
_KEYS = {
    ProposalTopic.LEVELS: PolicyKey.APPROVAL_LEVELS,
    ProposalTopic.MATERIALS: PolicyKey.MATERIALS,
}
#: Where the business itself says which documents are required, by what is changed.
_DEPENDS = {BusinessKind.EMPLOYER_INFO_CHANGE}


class DoneAtOnce(BusinessError):
    message = "“{business}”按操作手册提交即办结，不设审批环节"


class BadLevels(BusinessError):
    message = "审批环节须为一至三级，每级由不同角色办理"


class NoMaterials(BusinessError):
    message = "“{business}”按操作手册不上传材料"


class BadMaterials(BusinessError):
    message = "办理材料最多{most}种，名称须为1至{longest}字且不能重复"


@dataclass(frozen=True, slots=True)
class Terms:
    """One business: who decides, level by level, and what it asks for, on a day."""

    business: BusinessKind
    levels: tuple[Role, ...]
    materials: list[Entry]
    has_levels: bool
    has_materials: bool


def on(session: Session, day: date) -> list[Terms]:
    """Return every business's terms as they hold on `day`."""
    return [
        Terms(
            business, requirements.read(stated(session, ProposalTopic.LEVELS, business, day)),
            requirements.read_materials(stated(session, ProposalTopic.MATERIALS, business, day)),
            bool(kind.levels), bool(kind.materials),
        )
        for business, kind in businesses.BY_CODE.items()
    ]  # fmt: skip


def stated(session: Session, topic: ProposalTopic, business: BusinessKind, day: date) -> str:
    """Return what holds on `day`, as it is stored: what the center has set, else the code's own."""
    found = policy.of_business(session, _KEYS[topic], business, day)
    if found:
        return found
    kind = businesses.BY_CODE[business]
    if topic is ProposalTopic.LEVELS:
        return requirements.written(kind.levels)
    depends = business in _DEPENDS
    return requirements.write_materials(
        [
            Entry(one.code, one.label, None if depends and not one.required else one.required)
            for one in kind.materials
        ]
    )


def read(topic: ProposalTopic, business: BusinessKind, value: str) -> str:
    """Return a value from outside as it is stored. Raises DoneAtOnce, BadLevels, BadMaterials."""
    kind = businesses.BY_CODE.get(business)
    if topic is ProposalTopic.LEVELS:
        if kind is None or not kind.levels:
            raise DoneAtOnce(business=business.label)
        return _levels(value)
    if kind is None or not kind.materials:
        raise NoMaterials(business=business.label)
    return _materials(value, {material.code for material in kind.materials})


def shown(key: PolicyKey, value: str) -> str:
    """Return a stored value as people read it."""
    if key is PolicyKey.APPROVAL_LEVELS:
        return " → ".join(role.label for role in requirements.read(value)) or "即时办结"
    return "；".join(map(described, requirements.read_materials(value))) or "不上传材料"


def described(entry: Entry) -> str:
    asked = "按变更内容" if entry.required is None else "必传" if entry.required else "选传"
    return f"{entry.label}（{asked}）"


def own_code(entries: Sequence[Entry]) -> str:
    """Return a code for one more document of the center's own."""
    taken = [int(entry.code[1:]) for entry in entries if entry.code.startswith(OWN)]
    return f"{OWN}{max(taken, default=0) + 1:02d}"


def _levels(value: str) -> str:
    codes = value.split(",")
    allowed = {role.value for role in OFFICERS}
    if not 1 <= len(codes) <= len(OFFICERS) or len(set(codes)) < len(codes):
        raise BadLevels
    if not set(codes) <= allowed:
        raise BadLevels
    return value


def _materials(value: str, coded: set[str]) -> str:
    refused = BadMaterials(most=MOST_MATERIALS, longest=LONGEST_LABEL)
    try:
        entries = requirements.read_materials(value)
        is_sound = len(entries) <= MOST_MATERIALS and all(
            isinstance(entry.label, str)
            and 0 < len(entry.label.strip()) <= LONGEST_LABEL
            and entry.required in (True, False, None)
            and (entry.code in coded or _is_own(entry.code))
            for entry in entries
        )
        is_sound = is_sound and len({entry.code for entry in entries}) == len(entries)
        is_sound = is_sound and len({entry.label.strip() for entry in entries}) == len(entries)
    except (ValueError, TypeError, AttributeError) as fault:
        raise refused from fault
    if not is_sound:
        raise refused
    return requirements.write_materials(
        [Entry(entry.code, entry.label.strip(), entry.required) for entry in entries]
    )


def _is_own(code: str) -> bool:
    return code.startswith(OWN) and code[len(OWN) :].isdigit() and len(code) <= len("c99")
