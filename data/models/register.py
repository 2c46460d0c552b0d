"""The register (登记): employers, their contributors, and what has changed on them."""

from datetime import date

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Coded, Id, Instant, Yuan, partial_index
from data.codes import EmployerKind, IdType
from data.enums import Branch, ChangeKind, ContributorStatus, EmployerStatus
from data.text_search import LastFour


class Employer(Base):
    """An employer and its account. Months are YYYYMM; rates are whole percent."""

    __tablename__ = "employer"

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    uscc: Mapped[str] = mapped_column(String(18))
    kind: Mapped[EmployerKind] = mapped_column(Coded(EmployerKind))
    branch: Mapped[Branch] = mapped_column(Coded(Branch))
    status: Mapped[EmployerStatus] = mapped_column(Coded(EmployerStatus))
    address: Mapped[str] = mapped_column(String(255))
    legal_representative: Mapped[str] = mapped_column(String(120))
    opened_on: Mapped[date]
    first_month: Mapped[int]
    employer_rate: Mapped[int] = mapped_column(SmallInteger)
    contributor_rate: Mapped[int] = mapped_column(SmallInteger)
    payday: Mapped[int] = mapped_column(SmallInteger)
    bank: Mapped[str] = mapped_column(String(255))
    legal_id_type: Mapped[IdType] = mapped_column(Coded(IdType), default=IdType.ID_CARD)
    legal_id_number: Mapped[str] = mapped_column(String(18), default="")
    affiliation: Mapped[str] = mapped_column(String(2), default="90")
    """隶属关系, GB/T 12404."""
    economy: Mapped[str] = mapped_column(String(3), default="900")
    """经济类型, GB/T 12402."""
    industry: Mapped[str] = mapped_column(String(60), default="")
    postcode: Mapped[str] = mapped_column(String(6), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    fax: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_mobile: Mapped[str] = mapped_column(String(11), default="")
    contact_landline: Mapped[str] = mapped_column(String(20), default="")
    assessed_to: Mapped[int | None]
    """The last month assessed (核定); None before the first."""
    paid_to: Mapped[int | None]
    """缴至年月: the last month booked; None before the first."""
    version: Mapped[int] = mapped_column(default=1)

    @property
    def settled_to(self) -> int | None:
        """The last month assessed or taken over as booked; None before the first."""
        return max(self.assessed_to or 0, self.paid_to or 0) or None


class Contributor(Base):
    """A person and the one account that the person may have in the whole center."""

    __tablename__ = "contributor"
    __table_args__ = (Index("ix_contributor_employer_status", "employer_id", "status"),)

    id: Mapped[Id]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    account: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    id_type: Mapped[IdType] = mapped_column(Coded(IdType))
    id_number: Mapped[str] = mapped_column(String(18))
    mobile: Mapped[str] = mapped_column(String(11), default="")
    sex: Mapped[str] = mapped_column(String(1), default="0")
    born_on: Mapped[date | None]
    marital: Mapped[str] = mapped_column(String(2), default="90")
    education: Mapped[str] = mapped_column(String(2), default="90")
    occupation: Mapped[str] = mapped_column(String(2), default="90")
    post: Mapped[str] = mapped_column(String(4), default="")
    """职务, GB/T 12403."""
    title: Mapped[str] = mapped_column(String(3), default="999")
    """职称, GB/T 8561; 999 is none."""
    income: Mapped[Yuan | None]
    """家庭月收入, yuan a month."""
    landline: Mapped[str] = mapped_column(String(20), default="")
    postcode: Mapped[str] = mapped_column(String(6), default="")
    address: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    hired_on: Mapped[date | None]
    sealed_month: Mapped[int | None]
    """The first month not in the remittance, while sealed."""
    seal_reason: Mapped[str] = mapped_column(String(2), default="")
    rest_from: Mapped[int | None]
    """The first month not in the remittance of the last sealing that an unsealing has ended."""
    rest_until: Mapped[int | None]
    """The month of that unsealing: in the remittance again."""
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[ContributorStatus] = mapped_column(Coded(ContributorStatus))
    base: Mapped[Yuan]
    employer_amount: Mapped[Yuan]
    contributor_amount: Mapped[Yuan]
    opened_on: Mapped[date]
    opened_at: Mapped[Instant]
    first_month: Mapped[int]
    paid_to: Mapped[int | None]


#: One person, one account in the whole center; an account that has ended may be followed by another.
OPEN = (ContributorStatus.NORMAL, ContributorStatus.SEALED, ContributorStatus.FROZEN)
partial_index(
    "uq_contributor_identity",
    Contributor.id_type,
    Contributor.id_number,
    unique=True,
    where=Contributor.status.in_(OPEN),
)


# Who is sealed from a later month on (services/standing.py) is found among all accounts.
partial_index(
    "ix_contributor_sealed_month",
    Contributor.sealed_month,
    where=Contributor.sealed_month.is_not(None),
)


# So is who is unsealed from a later month on, and who was not there yet in months that are still open.
partial_index(
    "ix_contributor_rest_until",
    Contributor.rest_until,
    where=Contributor.rest_until.is_not(None),
)
Index("ix_contributor_first_month", Contributor.first_month)


# The center's register is searched by these (services/register/search.py).
Index("ix_employer_uscc", Employer.uscc)
Index("ix_contributor_id_number", Contributor.id_number)
Index("ix_contributor_last_four", LastFour(Contributor.id_number))
Index("ix_contributor_name", Contributor.name, postgresql_ops={"name": "varchar_pattern_ops"})


class Departure(Base):
    """Somebody who has moved on (转入其他单位): the months before, as they stand at the employer left.

    What the employer has still to assess for the person is read from here, not from the account,
    which has the next employer's figures.
    """

    __tablename__ = "departure"

    id: Mapped[Id]
    contributor_id: Mapped[int] = mapped_column(ForeignKey("contributor.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    """The employer left."""
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    """The registration by which the next employer took the person in."""
    first_month: Mapped[int]
    sealed_month: Mapped[int]
    """The first month not in the remittance."""
    base: Mapped[Yuan]
    employer_amount: Mapped[Yuan]
    contributor_amount: Mapped[Yuan]


class ContributorChange(Base):
    """One item of one person that changed: what the queries list and nobody edits."""

    __tablename__ = "contributor_change"
    __table_args__ = (Index("ix_contributor_change_employer", "employer_id", "changed_on"),)

    id: Mapped[Id]
    contributor_id: Mapped[int] = mapped_column(ForeignKey("contributor.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[ChangeKind] = mapped_column(Coded(ChangeKind))
    old: Mapped[str] = mapped_column(String(255))
    new: Mapped[str] = mapped_column(String(255))
    effective_month: Mapped[int]
    changed_on: Mapped[date]
