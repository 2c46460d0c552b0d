"""Opening an employer (单位开户): its account and its first clerk, at the counter of its branch."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.codes import EmployerKind, IdType
from data.database import snapshot, transaction
from data.enums import OFFICERS, AuditAction, Branch, EmployerStatus, Role
from data.models.people import User
from data.models.register import Employer
from data.policy_codes import PolicyKey
from services import audit, policy
from services.actor import Actor
from services.errors import BusinessError
from services.register import scope
from services.rules import clock, identity
from services.rules.months import Month
from services.summary import keep

#: All account numbers begin with the prefecture's code; two digits of the branch and six follow.
PREFECTURE = "5226"
SERIAL_DIGITS = 6
#: How many months before this one, and after it, the first month may be.
BACK, AHEAD = 3, 1
ATTEMPTS = 3
_LENGTHS = {
    "name": (4, 60, "单位名称"), "address": (4, 80, "单位地址"),
    "legal_representative": (2, 30, "法定代表人"), "bank": (4, 40, "受托银行"),
}  # fmt: skip


class FormFaults(BusinessError):
    """What stands in the form may not be; `faults` says why, by field."""

    message = "{faults}"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(faults="；".join(faults.values()))
        self.faults = dict(faults)


class AlreadyOpen(BusinessError):
    message = "统一社会信用代码{uscc}已开户，单位账号{number}，不能重复开户"


class NoBranch(BusinessError):
    message = "您没有所属管理部，不能办理单位开户"


class Busy(BusinessError):
    message = "同时办理开户的人员较多，本次未办理，请重新提交"


@dataclass(frozen=True, slots=True)
class Form:
    """What the officer fills in. Rates are whole percent, the month is YYYYMM."""

    name: str
    uscc: str
    kind: EmployerKind
    address: str
    legal_representative: str
    legal_id_number: str
    bank: str
    first_month: int
    rate: int
    payday: int
    clerk_name: str
    clerk_mobile: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen at this branch today."""

    branch: Branch
    months: list[Month]
    rates: list[int]


@dataclass(frozen=True, slots=True)
class Opened:
    """A new employer, its number, and its clerk, who now needs a UKey."""

    employer_id: int
    number: str
    name: str
    clerk_id: int
    clerk: str


@audit.refusals
def choices(actor: Actor) -> Choices:
    """Return what the officer may choose from. Raises NoBranch, NotAllowed."""
    branch = _branch(actor)
    with snapshot() as session:
        return Choices(branch, _months(), _rates(session))


@audit.refusals
def open_employer(actor: Actor, form: Form) -> Opened:
    """Open an employer of the officer's branch with its first clerk; return its number.

    Raises FormFaults, AlreadyOpen, NoBranch, Busy, NotAllowed.
    """
    branch = _branch(actor)
    for _ in range(ATTEMPTS):
        try:
            return _opened(actor, branch, form)
        except IntegrityError:
            continue  # another counter took the same number in this very moment
    raise Busy


@audit.refusals
def add_clerk(actor: Actor, employer_id: int, *, name: str, mobile: str) -> int:
    """Register one more clerk of an employer of the officer's branch; return the clerk's id.

    Raises FormFaults, NotFound, NoBranch, NotAllowed.
    """
    _branch(actor)
    faults = _clerk_faults(name, mobile)
    if faults:
        raise FormFaults(faults)
    with transaction() as session:
        employer = scope.employer(session, actor, employer_id)
        clerk = User(
            name=name.strip(), role=Role.CLERK, employer_id=employer.id,
            mobile=identity.normal(mobile),
        )  # fmt: skip
        session.add(clerk)
        session.flush()
        audit.record(
            session, actor, AuditAction.USER_SET, f"user:{clerk.id}", employer=employer.id,
            change="created", of_role=Role.CLERK.value,
        )  # fmt: skip
        return clerk.id


def _opened(actor: Actor, branch: Branch, form: Form) -> Opened:
    with transaction() as session:
        if faults := _faults(session, form):
            raise FormFaults(faults)
        uscc = identity.normal(form.uscc)
        taken = session.scalar(
            select(Employer.number)
            .where(Employer.uscc == uscc, Employer.status != EmployerStatus.CANCELLED)
            .limit(1)
        )
        if taken:
            raise AlreadyOpen(uscc=uscc, number=taken)
        employer = _employer(form, branch, uscc, _next_number(session, branch))
        session.add(employer)
        session.flush()
        clerk = User(
            name=form.clerk_name.strip(), role=Role.CLERK, employer_id=employer.id,
            mobile=identity.normal(form.clerk_mobile),
        )  # fmt: skip
        session.add(clerk)
        session.flush()
        keep.people(session, employer.id)
        audit.record(
            session, actor, AuditAction.EMPLOYER_OPENED, f"employer:{employer.id}",
            employer=employer.id, number=employer.number, clerk=clerk.id,
        )  # fmt: skip
        return Opened(employer.id, employer.number, employer.name, clerk.id, clerk.name)


def _employer(form: Form, branch: Branch, uscc: str, number: str) -> Employer:
    return Employer(
        number=number, name=form.name.strip(), uscc=uscc, kind=form.kind, branch=branch,
        status=EmployerStatus.NORMAL, address=form.address.strip(),
        legal_representative=form.legal_representative.strip(), legal_id_type=IdType.ID_CARD,
        legal_id_number=identity.normal(form.legal_id_number), opened_on=clock.today(),
        first_month=form.first_month, employer_rate=form.rate, contributor_rate=form.rate,
        payday=form.payday, bank=form.bank.strip(), contact_name=form.clerk_name.strip(),
        contact_mobile=identity.normal(form.clerk_mobile),
    )  # fmt: skip


def _branch(actor: Actor) -> Branch:
    actor.require(*OFFICERS)
    if actor.branch is None:
        raise NoBranch
    return actor.branch


def _next_number(session: Session, branch: Branch) -> str:
    """Return the number after the branch's last; two at once meet in the unique index."""
    first = f"{PREFECTURE}{branch.value}"
    length = len(first) + SERIAL_DIGITS
    last = session.scalar(
        select(func.max(Employer.number)).where(
            Employer.number.between(first.ljust(length, "0"), first.ljust(length, "9"))
        )
    )
    return f"{first}{(int(last[len(first) :]) if last else 0) + 1:0{SERIAL_DIGITS}d}"


def _faults(session: Session, form: Form) -> dict[str, str]:
    faults = {
        name: f"{label}须为{least}至{most}个字"
        for name, (least, most, label) in _LENGTHS.items()
        if not least <= len(getattr(form, name).strip()) <= most
    }
    if not identity.is_uscc(identity.normal(form.uscc)):
        faults["uscc"] = "统一社会信用代码不正确，请核对18位代码"
    if not identity.is_id_card(identity.normal(form.legal_id_number)):
        faults["legal_id_number"] = "法定代表人身份证号码不正确"
    faults |= _clerk_faults(form.clerk_name, form.clerk_mobile)
    if form.first_month not in {month.number for month in _months()}:
        faults["first_month"] = f"首次汇缴年月须在{_months()[0]}至{_months()[-1]}之间"
    rates = _rates(session)
    if form.rate not in rates:
        faults["rate"] = f"缴存比例须在{rates[0]}%至{rates[-1]}%之间"
    if not 1 <= form.payday <= 31:  # noqa: PLR2004 — the days of a month
        faults["payday"] = "发薪日须在1至31之间"
    return faults


def _clerk_faults(name: str, mobile: str) -> dict[str, str]:
    faults = {}
    if not 2 <= len(name.strip()) <= 30:  # noqa: PLR2004
        faults["clerk_name"] = "经办人姓名须为2至30个字"
    if not identity.is_mobile(identity.normal(mobile)):
        faults["clerk_mobile"] = "经办人手机号码须为11位"
    return faults


def _months() -> list[Month]:
    today = Month.containing(clock.today())
    return today.plus(-BACK).through(today.plus(AHEAD))


def _rates(session: Session) -> list[int]:
    least, most = (
        int(policy.value(session, key, clock.today()))
        for key in (PolicyKey.RATE_MIN, PolicyKey.RATE_MAX)
    )
    return list(range(least, most + 1))
