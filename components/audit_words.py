"""An audit's codes in the words of the trade (审计用语); what has no word stays as it was written."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from data.enums import (
    AssessmentStatus,
    Branch,
    BusinessKind,
    CaseStatus,
    KeyEvent,
    LabelledEnum,
    Role,
)
from data.policy_codes import DayKind, PolicyKey, ProposalTopic
from services import contributor_info_change, employer_info_change_items
from services.rules.limits import yuan
from services.rules.months import Month

_SUBJECTS = {
    "arrival": "到账", "assessment": "汇缴核定", "binding": "证书绑定", "case": "业务",
    "correction": "资金更正", "crl": "吊销列表", "deferral": "缓缴", "document": "材料",
    "employer": "单位", "listing": "查询", "message": "消息", "print": "打印件",
    "proposal": "变更提议", "session": "会话", "slip": "文件", "user": "人员",
    "remittance_changes": "汇缴变更清册", "remittance_roster": "汇缴清册",
    "remittance_voucher": "汇缴书",
}  # fmt: skip
_FACTS = {
    "after": "之后", "arrival": "到账编号", "before": "之前", "change": "变更", "changes": "变更项数",
    "clerk": "经办人编号",
    "code": "原因", "day": "生效日期", "document": "材料编号", "entries": "条数", "event": "办理",
    "fen": "金额（元）", "fingerprint": "证书指纹", "item": "项目", "kind": "业务", "label": "UKey",
    "level": "审批环节", "lost_to": "恢复至", "material": "材料", "month": "年月", "new": "新值",
    "number": "单位账号", "of_role": "角色", "old": "原值", "rate": "缴存比例", "reason": "原因",
    "rows": "行数", "size": "大小（字节）", "status": "状态", "topic": "参数", "user": "人员编号",
    "version": "版本",
}  # fmt: skip
#: What is read first, what was before what came after; the rest as it was written.
_FIRST = {
    name: place
    for place, name in enumerate(("kind", "topic", "item", "before", "after", "old", "new"))
}
_LABELS: dict[str, tuple[type[LabelledEnum], ...]] = {
    "after": (CaseStatus,), "before": (CaseStatus,), "kind": (BusinessKind,),
    "status": (AssessmentStatus, CaseStatus), "of_role": (Role,), "event": (KeyEvent,),
    "topic": (ProposalTopic,),
}  # fmt: skip
#: Items of the change forms; why nobody was let in, a session ended; what was set for a user.
_CODES = {
    "item": {
        name: item.label
        for items in (contributor_info_change.ITEMS, employer_info_change_items.ITEMS)
        for name, item in items.items()
    },
    "change": {
        "created": "新建", "disabled": "停用", "enabled": "启用", "password_reset": "重置密码",
        "unlocked": "解锁",
    },
    "code": {
        "challenge_missing": "未取得登录请求", "challenge_expired": "登录请求已过期",
        "unbound": "证书未绑定", "user_inactive": "人员已停用", "employer_closed": "单位已销户",
        "clerk_by_password": "单位经办人不用密码登录", "password_needed": "未输入密码",
        "password_wrong": "用户名或密码错误",
    },
    "reason": {
        "signed_out": "本人退出", "disabled": "账号停用", "password_reset": "密码重置",
        "role_changed": "角色变更",
    },
}  # fmt: skip
_MADE: dict[str, Callable[[int], str]] = {
    "fen": lambda fen: f"{yuan(fen):,.2f}",
    "month": lambda number: str(Month.of(number)),
}


#: What a change of policy, of a role or of the calendar names, and the codes it gives some of them.
_KEYS = {key.value: key.label for key in PolicyKey} | {"role": "角色", "branch": "管理部"}
_MEMBERS: dict[str, dict[str, str]] = {
    "role": {role.value: role.label for role in Role},
    "branch": {branch.value: branch.label for branch in Branch},
}
_DAYS = {kind.value: kind.label for kind in DayKind}


def subject(code: str) -> str:
    """Return what an event was about: its kind in words, then its number."""
    kind, _, number = code.partition(":")
    return f"{_SUBJECTS.get(kind, kind)} {number}".rstrip()


def facts(payload: str) -> str:
    """Return an event's payload as a line to read; one that is no object stands as it is."""
    try:
        found = json.loads(payload)
    except ValueError:
        return payload
    if not isinstance(found, dict):
        return payload
    names = sorted(found, key=lambda name: _FIRST.get(name, len(_FIRST)))
    said = [f"{_FACTS.get(name, name)}：{_value(name, found[name])}" for name in names]
    return "；".join(said) or "—"


def _value(name: str, value: Any) -> str:  # noqa: ANN401 — whatever a payload held
    if isinstance(value, list):
        return "、".join(_pair(str(one)) for one in value) or "—"
    if isinstance(value, str) and value in _CODES.get(name, {}):
        return _CODES[name][value]
    if name in _MADE and isinstance(value, int):
        with suppress(ValueError):  # a month that is none
            return _MADE[name](value)
    for labels in _LABELS.get(name, ()):
        for member in labels:
            if member.value == value:
                return member.label
    return "—" if value is None else str(value)


def _pair(text: str) -> str:
    """Return one `key=value` of a change in words, where both have some."""
    key, is_pair, value = text.partition("=")
    if not is_pair:
        return text
    if key in _KEYS:
        return f"{_KEYS[key]} {_MEMBERS.get(key, {}).get(value, value) or '—'}"
    kind, _, name = value.partition("|")
    if kind in _DAYS:
        return f"{key} {_DAYS[kind]}" + (f"（{name}）" if name else "")
    return text
