"""What one business adds to the common approval (业务类型)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from data.enums import BusinessKind, Role
from data.models.case import Case
from data.policy_codes import PolicyKey
from services.approval.requirements import Material
from services.approval.sheet import Check, Sheet


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """What one business adds to the common approval.

    `present` returns what an officer looks at, `checks` what each rule says of the case now, for her
    eyes. What counts is `check`: it raises BusinessError where the case may not stand, at submission
    and again at the last approval, because the facts may have moved in between. `apply` makes it
    so, once, in the approving transaction. `done` is what the employer is then told, in the
    manual's words.
    `levels` names who decides, level by level; none means that submission takes effect at once.
    Levels and materials are what holds until the center sets others (see `requirements`).
    """

    code: BusinessKind
    check: Callable[[Session, Case], None]
    apply: Callable[[Session, Case], None]
    present: Callable[[Session, Case], Sheet]
    done: str
    levels: tuple[Role, ...] = (Role.REVIEWER,)
    materials: tuple[Material, ...] = field(default=())
    checks: Callable[[Session, Case], list[Check]] = lambda _session, _case: []
    days: PolicyKey = PolicyKey.REVIEW_DAYS
    """Which policy says how many working days the center has."""
