"""What a registration is judged by: the employer's terms, and who has an account already."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.codes import IdType
from data.enums import ContributorStatus, EmployerStatus
from data.models.register import OPEN, Contributor, Employer
from services import policy
from services.deferral import periods
from services.errors import BusinessError
from services.policy import Policy
from services.rules import clock, contribution, effective, identity
from services.rules.effective import Settled, Span
from services.rules.months import Month
from services.rules.rates import pair

PREFIX, DIGITS = "5226", 12
_ENDED = (ContributorStatus.MERGED, ContributorStatus.MOVED_OUT, ContributorStatus.WITHDRAWN)
SEALED_HERE = "该职工账户在本单位封存，请办理启封"
_HERE = {
    ContributorStatus.NORMAL: "该职工已在本单位开户",
    ContributorStatus.SEALED: SEALED_HERE,
}
_MANY = 500  # identity numbers asked for in one statement


class EmployerNotOpen(BusinessError):
    message = "单位已{status}，不能办理缴存人登记，请联系所属管理部"


class Terms(NamedTuple):
    """The employer's side today."""

    employer_id: int
    number: str
    status: EmployerStatus
    employer_rate: int
    contributor_rate: int
    settled: Settled
    span: Span
    """The months in which somebody's first remittance may fall."""
    policy: Policy

    @property
    def rates(self) -> str:
        return pair(self.employer_rate, self.contributor_rate)

    @property
    def objection(self) -> EmployerNotOpen | None:
        """Why this employer may register nobody, or None."""
        if self.status in (EmployerStatus.SEALED, EmployerStatus.CANCELLED):
            return EmployerNotOpen(status=self.status.label)
        return None

    def parts(self, base: int) -> tuple[int, int]:
        """Return the employer's and the contributor's part of the monthly amount, all in fen."""
        rounding = self.policy.rounding
        return contribution.parts(base, self.employer_rate, self.contributor_rate, rounding)


class Known(NamedTuple):
    """Somebody who has, or had, an account in the center."""

    contributor_id: int
    employer_id: int
    account: str
    name: str
    status: ContributorStatus
    paid_to: Month | None
    sealed_month: Month | None
    """From which month on the account is sealed, where it is."""


Identity = tuple[IdType, str]


def terms(session: Session, employer_id: int) -> Terms:
    """Return the employer's terms today. Raises PolicyMissing."""
    employer = session.get_one(Employer, employer_id)
    settled = periods.settled(session, employer)
    today = clock.today()
    return Terms(
        employer.id,
        employer.number,
        employer.status,
        employer.employer_rate,
        employer.contributor_rate,
        settled,
        effective.span(Month.containing(today), Month.of(employer.first_month), settled.to),
        policy.in_force(session, today, employer_id),
    )


def known(
    session: Session, id_numbers: Iterable[str], *, is_held: bool = False
) -> dict[Identity, Known]:
    """Return who of these numbers is known, by document: the open account before those that ended.

    `is_held` locks their rows until the transaction ends.
    """
    wanted, found = sorted(id_numbers), dict[Identity, Known]()
    for start in range(0, len(wanted), _MANY):
        chosen = select(Contributor).where(Contributor.id_number.in_(wanted[start : start + _MANY]))
        if is_held:
            chosen = chosen.with_for_update().execution_options(populate_existing=True)
        people = session.scalars(chosen.order_by(Contributor.id_number, Contributor.id)).all()
        for person in sorted(people, key=lambda person: person.status in OPEN):
            found[person.id_type, person.id_number] = _known(person)
    return found


def _known(person: Contributor) -> Known:
    return Known(
        person.id, person.employer_id, person.account, person.name, person.status,
        Month.of(person.paid_to) if person.paid_to else None,
        Month.of(person.sealed_month) if person.sealed_month else None,
    )  # fmt: skip


def objection(person: Known, name: str, first_month: Month | None, employer_id: int) -> str | None:
    """Say why somebody known may not be registered here, or None (domain rules 4.7)."""
    if not identity.is_same_name(person.name, name):
        return "姓名与该证件号码已登记的姓名不一致"
    if person.status in _ENDED:
        return None
    if person.status not in _HERE:
        return f"该职工账户状态为{person.status.label}，请联系管理部"
    if person.employer_id == employer_id:
        return _HERE[person.status]
    return _moving_objection(person, first_month)


def _moving_objection(person: Known, first_month: Month | None) -> str | None:
    """Say why a normal or sealed account elsewhere may not move here, or None."""
    if person.status is ContributorStatus.NORMAL:
        return "该职工在其他单位有正常账户，须先由原单位封存"
    if first_month is None:
        return None
    if person.paid_to and first_month <= person.paid_to:
        return f"该职工已缴至{person.paid_to}，首次汇缴年月最早可填{person.paid_to.plus(1)}"
    if person.sealed_month and first_month < person.sealed_month:
        month = person.sealed_month
        return f"该职工在原单位自{month}起封存，首次汇缴年月最早可填{month}"
    return None


def moves_in(person: Known | None, employer_id: int) -> bool:
    """Tell whether the sealed account of somebody else's former contributor moves here (转入)."""
    return (
        person is not None
        and person.status is ContributorStatus.SEALED
        and person.employer_id != employer_id
    )


def next_number(session: Session) -> int:
    """Return the number after the highest account's, without the prefix."""
    highest = session.scalar(
        select(func.max(Contributor.account)).where(
            Contributor.account.like(f"{PREFIX}%"), func.length(Contributor.account) == DIGITS
        )
    )
    return int(highest[len(PREFIX) :]) + 1 if highest else 1


def account(number: int) -> str:
    """Return the 12-digit account (个人账号) of a number."""
    return f"{PREFIX}{number:0{DIGITS - len(PREFIX)}d}"
