"""An employer's file (单位档案): its facts, its account, who acts for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database import snapshot
from data.enums import ContributorStatus, Role
from data.models.people import CertificateBinding, User
from data.models.register import Employer
from services import audit, standing
from services.actor import Actor
from services.deferral import periods
from services.register import scope
from services.rules import clock
from services.rules.months import Month
from services.rules.rates import pair


@dataclass(frozen=True, slots=True)
class Clerk:
    """One of the employer's clerks, and the keys that are hers, in words."""

    id: int
    name: str
    mobile: str
    active: bool
    keys: str


@dataclass(frozen=True, slots=True)
class EmployerFile:
    """Label and value of every fact, in three groups; who acts for the employer."""

    id: int
    number: str
    name: str
    register: list[tuple[str, str]]
    account: list[tuple[str, str]]
    contact: list[tuple[str, str]]
    clerks: list[Clerk]
    normal: int
    sealed: int
    monthly_amount: Decimal


@audit.refusals
def opened(actor: Actor, employer_id: int) -> EmployerFile:
    """Return an employer's facts. Raises NotFound, NotAllowed."""
    with snapshot() as session:
        row = scope.employer(session, actor, employer_id)
        counts, amount = standing.counted(session, employer_id)
        assessed_to = periods.assessed_to(session, row)
        return EmployerFile(
            row.id, row.number, row.name, _register(row), _account(row, assessed_to, counts, amount),
            _contact(row), _clerks(session, employer_id), counts[ContributorStatus.NORMAL],
            counts[ContributorStatus.SEALED], amount,
        )  # fmt: skip


def _month(number: int | None) -> str:
    return Month.of(number).label if number else "—"


def _register(row: Employer) -> list[tuple[str, str]]:
    return [
        ("单位账号", row.number), ("单位名称", row.name), ("统一社会信用代码", row.uscc),
        ("单位性质", row.kind.label), ("所属管理部", row.branch.label),
        ("单位地址", row.address), ("法定代表人", row.legal_representative),
        ("开户日期", str(row.opened_on)),
    ]  # fmt: skip


def _account(
    row: Employer,
    assessed_to: Month | None,
    counts: Mapping[ContributorStatus, int],
    amount: Decimal,
) -> list[tuple[str, str]]:
    normal, sealed = counts[ContributorStatus.NORMAL], counts[ContributorStatus.SEALED]
    return [
        ("账户状态", row.status.label), ("缴存比例", pair(row.employer_rate, row.contributor_rate)),
        ("缴存人数", f"正常{normal:,}人，封存{sealed:,}人"), ("月缴存额", f"{amount:,.2f}元"),
        ("首次汇缴年月", _month(row.first_month)),
        ("已核定至", assessed_to.label if assessed_to else "—"),
        ("缴至年月", _month(row.paid_to)), ("发薪日", f"每月{row.payday}日"),
    ]  # fmt: skip


def _contact(row: Employer) -> list[tuple[str, str]]:
    return [
        ("受托银行", row.bank or "—"), ("单位电话", row.phone or "—"),
        ("联系人", row.contact_name or "—"), ("联系人手机", row.contact_mobile or "—"),
    ]  # fmt: skip


def _clerks(session: Session, employer_id: int) -> list[Clerk]:
    keys: dict[int, list[str]] = {}
    for binding in session.scalars(
        select(CertificateBinding)
        .join(User, User.id == CertificateBinding.user_id)
        .where(User.employer_id == employer_id)
        .order_by(CertificateBinding.id)
    ):
        ends = clock.in_china(binding.not_after)
        keys.setdefault(binding.user_id, []).append(f"{binding.status.label}，{ends:%Y-%m-%d}到期")
    rows = session.scalars(
        select(User).filter_by(employer_id=employer_id, role=Role.CLERK).order_by(User.id)
    )
    return [
        Clerk(row.id, row.name, row.mobile, row.active, "；".join(keys.get(row.id, ["未绑定UKey"])))
        for row in rows
    ]
