"""Values of policy (政策参数): how each is typed, read, bounded and shown."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from data.policy_codes import PolicyKey, ProposalTopic, Rounding
from services.errors import BusinessError
from services.rules import identity
from services.rules.months import MONTHS


class BadValue(BusinessError):
    message = "{label}：{why}"


class Reversed(BusinessError):
    message = "{low}须小于{high}"


class Shape(Enum):
    """How a value is entered."""

    YUAN = "yuan"
    WHOLE = "whole"
    WINDOW = "window"
    ROUNDING = "rounding"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Field:
    """One value: its key, its shape, and the bounds that a slip of the hand would cross."""

    key: PolicyKey
    shape: Shape
    least: int = 0
    most: int = 0
    help: str = ""


#: The longest a base limit may be, in yuan: beyond is a slip of the hand.
MOST_YUAN = 1_000_000
_WINDOW_HELP = "每年固定日期填 07-01/07-31，一次性开放填 2026-09-01/2026-09-15"
FIELDS: Mapping[ProposalTopic, tuple[Field, ...]] = {
    ProposalTopic.LIMITS: tuple(
        Field(key, Shape.YUAN, 1, MOST_YUAN)
        for key in (
            PolicyKey.BASE_MIN, PolicyKey.BASE_MAX, PolicyKey.TOTAL_MIN, PolicyKey.TOTAL_MAX,
        )
    ),
    ProposalTopic.RATES: (
        Field(PolicyKey.RATE_MIN, Shape.WHOLE, 5, 12, "国家规定不低于5%"),
        Field(PolicyKey.RATE_MAX, Shape.WHOLE, 5, 12, "国家规定不高于12%"),
        Field(PolicyKey.RATE_CHANGES_PER_YEAR, Shape.WHOLE, 1, 12),
    ),
    ProposalTopic.ROUNDING: (Field(PolicyKey.ROUNDING, Shape.ROUNDING),),
    ProposalTopic.ADJUSTMENT: (
        Field(PolicyKey.ADJUSTMENT_WINDOW, Shape.WINDOW, help=_WINDOW_HELP),
        Field(PolicyKey.ADJUSTMENTS_PER_YEAR, Shape.WHOLE, 1, 12),
        Field(PolicyKey.JUNE_FIRST, Shape.YES_NO),
        Field(PolicyKey.HPF_YEAR_STARTS, Shape.WHOLE, 1, MONTHS),
    ),
    ProposalTopic.DEFERRAL: (Field(PolicyKey.DEFERRAL_MONTHS, Shape.WHOLE, 1, 24),),
    ProposalTopic.REMITTANCE: (Field(PolicyKey.MONTHS_AHEAD, Shape.WHOLE, 0, 12),),
    ProposalTopic.DUE: (
        Field(PolicyKey.REVIEW_DAYS, Shape.WHOLE, 1, 60),
        Field(PolicyKey.DEFERRAL_REVIEW_DAYS, Shape.WHOLE, 1, 60),
    ),
}  # fmt: skip
#: What may be set for one employer alone, and for it be left empty: the value for all holds again.
FOR_ONE = (
    PolicyKey.ADJUSTMENT_WINDOW, PolicyKey.ADJUSTMENTS_PER_YEAR, PolicyKey.RATE_CHANGES_PER_YEAR,
    PolicyKey.ROUNDING,
)  # fmt: skip
_PAIRS = (
    (PolicyKey.BASE_MIN, PolicyKey.BASE_MAX),
    (PolicyKey.TOTAL_MIN, PolicyKey.TOTAL_MAX),
)
_METHODS = {method.value: method for method in Rounding}


def read(field: Field, typed: str) -> str:
    """Return what was typed as it is stored. Raises BadValue."""
    text = identity.normal(typed).replace(",", "").replace("—", "/").replace("～", "/")
    try:
        return _READ[field.shape](field, text)
    except ValueError as fault:
        raise BadValue(label=field.key.label, why=str(fault)) from fault


def require_sound(values: Mapping[PolicyKey, str]) -> None:
    """Raise Reversed where a lower limit is not below its upper one."""
    for low, high in _PAIRS:
        if low in values and Decimal(values[low]) >= Decimal(values[high]):
            raise Reversed(low=low.label, high=high.label)
    least, most = values.get(PolicyKey.RATE_MIN), values.get(PolicyKey.RATE_MAX)
    if least and most and int(least) > int(most):
        raise Reversed(low=PolicyKey.RATE_MIN.label, high=PolicyKey.RATE_MAX.label)


def shown(key: PolicyKey, value: str) -> str:
    """Return a stored value as people read it."""
    if not value:
        return "（按全中心参数）"
    return _SHOWN.get(key, str)(value)


def _window_shown(value: str) -> str:
    is_yearly = len(value) == len("07-01/07-31")
    return f"{'每年' if is_yearly else ''}{value.replace('/', '至')}"


_SHOWN: Mapping[PolicyKey, Callable[[str], str]] = {
    **{key: (lambda value: f"{Decimal(value):,.2f}") for pair in _PAIRS for key in pair},
    PolicyKey.ROUNDING: lambda value: f"{value} {_METHODS[value].label}",
    PolicyKey.JUNE_FIRST: lambda value: "是" if value == "1" else "否",
    PolicyKey.HPF_YEAR_STARTS: lambda value: f"{value}月",
    PolicyKey.ADJUSTMENT_WINDOW: _window_shown,
}


def _yuan(field: Field, text: str) -> str:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", text, re.ASCII):
        raise ValueError("须为金额，最多两位小数")
    if not field.least <= Decimal(text) <= field.most:
        raise ValueError(f"须在{field.least}元至{field.most:,}元之间")
    return f"{Decimal(text):.2f}"


def _whole(field: Field, text: str) -> str:
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII):
        raise ValueError("须为整数")
    if not field.least <= int(text) <= field.most:
        raise ValueError(f"须在{field.least}至{field.most}之间")
    return str(int(text))


def _rounding(_field: Field, text: str) -> str:
    if text not in _METHODS:
        raise ValueError("请从列表中选择")
    return text


def _yes_no(_field: Field, text: str) -> str:
    if text not in ("0", "1"):
        raise ValueError("请选择是或否")
    return text


def _window(_field: Field, text: str) -> str:
    parts = [part.strip() for part in text.split("/")]
    form = r"\d{4}-\d{2}-\d{2}" if len(text) > len("07-01/07-31") + 2 else r"\d{2}-\d{2}"
    if len(parts) != 2 or not all(re.fullmatch(form, part, re.ASCII) for part in parts):  # noqa: PLR2004
        raise ValueError(f"格式不正确。{_WINDOW_HELP}")
    opens, closes = (_day(part) for part in parts)
    is_yearly = len(parts[0]) == len("07-01")
    if not is_yearly and opens > closes:
        raise ValueError("开始日期不能晚于结束日期")
    return "/".join(parts)


def _day(text: str) -> date:
    """Read a day; one of every year must be there every year."""
    try:
        return date.fromisoformat(text if len(text) > len("07-01") else f"2026-{text}")
    except ValueError:
        raise ValueError(f"没有{text}这一天" if len(text) > len("07-01") else
                         f"{text}不是每年都有的日期") from None  # fmt: skip


_READ: Mapping[Shape, Callable[[Field, str], str]] = {
    Shape.YUAN: _yuan,
    Shape.WHOLE: _whole,
    Shape.WINDOW: _window,
    Shape.ROUNDING: _rounding,
    Shape.YES_NO: _yes_no,
}
