"""The demo fixture: four employers with all their people, the policy of a test year, the users.

The limits are another city's published ones of 2026, used as test parameters (测试参数).
"""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.codes import EmployerKind, IdType, SealReason, Sex
from data.enums import (
    AssessmentStatus,
    Branch,
    ContributorStatus,
    EmployerStatus,
    RemittanceKind,
    Role,
)
from data.models.people import User
from data.models.policy import PolicyRow
from data.models.register import Contributor, Employer
from data.models.remittance import Assessment, AssessmentLine
from data.policy_codes import PolicyKey, Rounding
from demo import holidays
from demo.cast import CAST, Player
from services import passwords
from services.rules import contribution, identity
from services.summary import verify

NORMAL, SEALED = ContributorStatus.NORMAL, ContributorStatus.SEALED
SEALED_SINCE = 202604
OPENED = datetime(2024, 3, 1, 1, tzinfo=UTC)
BOOKED_DAY = 15
TEST_POLICY = {
    PolicyKey.BASE_MIN: "1980.00",
    PolicyKey.BASE_MAX: "21774.00",
    PolicyKey.TOTAL_MIN: "198.00",
    PolicyKey.TOTAL_MAX: "5226.00",
    PolicyKey.ROUNDING: Rounding.HALF_UP_TO_YUAN.value,
    PolicyKey.HPF_YEAR_STARTS: "7",
    PolicyKey.ADJUSTMENT_WINDOW: "07-01/07-31",
    PolicyKey.ADJUSTMENTS_PER_YEAR: "1",
    PolicyKey.JUNE_FIRST: "1",
    PolicyKey.RATE_MIN: "5",
    PolicyKey.RATE_MAX: "12",
    PolicyKey.RATE_CHANGES_PER_YEAR: "1",
    PolicyKey.MONTHS_AHEAD: "0",
    PolicyKey.DEFERRAL_MONTHS: "12",
    PolicyKey.REVIEW_DAYS: "3",
    PolicyKey.DEFERRAL_REVIEW_DAYS: "10",
}
_SURNAMES = "杨吴龙潘王李张刘罗石姜陆欧石田彭胡陈周唐谭莫蒙韦邰顾"
_GIVEN = "秀英文军建国春梅志强玉兰再明芝德昌光明洪波正华家兴永福胜利海燕小红丽娟雪莲国庆天祥"
_COUNTIES = ("522601", "522622", "522625", "522626", "522629", "522630", "522634")


class Group(NamedTuple):
    """Some people of one employer: their status and their bases in yuan."""

    status: ContributorStatus
    bases: list[str]


def _employer(
    number: str, name: str, uscc: str, rate: int, paid_to: int, **more: object
) -> Employer:
    facts: dict[str, object] = {
        "kind": EmployerKind.OTHER_URBAN,
        "branch": Branch.KAILI,
        "status": EmployerStatus.NORMAL,
        "address": "贵州省黔东南州凯里市",
        "legal_representative": "（示例）",
        "opened_on": date(2024, 3, 1),
        "first_month": 202403,
        "payday": 10,
        "bank": "中国建设银行凯里分行",
    }
    return Employer(
        number=number, name=name, uscc=uscc, employer_rate=rate, contributor_rate=rate,
        assessed_to=paid_to, paid_to=paid_to, **{**facts, **more},
    )  # fmt: skip


def fill(session: Session) -> None:
    """Write the whole fixture into an empty database."""
    people = random.Random(20260706)  # noqa: S311 — invented people, the same every time
    numbers: set[str] = set()
    for employer, groups in _employers():
        session.add(employer)
        session.flush()
        everybody = [
            _contributor(employer, group.status, base, people, numbers)
            for group in groups
            for base in group.bases
        ]
        session.add_all(everybody)
        session.flush()
        _book_last_month(session, employer, [who for who in everybody if who.status is NORMAL])
    for key, value in TEST_POLICY.items():
        session.add(
            PolicyRow(
                key=key, value=value, effective_from=date(2024, 7, 1),
                source="测试参数（非本州公布数据）", author="演示数据", recorded_at=OPENED,
            )
        )  # fmt: skip
    session.add_all(holidays.rows())
    add_people(session)
    verify.rebuild(session)


def add_people(session: Session) -> None:
    """Write down those of the cast who are not there yet, as in a database of an older demo."""
    there = {(name, role) for name, role in session.execute(select(User.name, User.role))}
    for player in CAST:
        if (player.name, player.role) not in there:
            session.add(_user(session, player))


def is_filled(session: Session) -> bool:
    return session.scalar(select(Employer.id).limit(1)) is not None


def _employers() -> list[tuple[Employer, list[Group]]]:
    return [
        (
            _employer("522601000101", "凯里市第九中学(示例)", "12522600429000001N", 12, 202606,
                      kind=EmployerKind.PUBLIC_INSTITUTION, address="贵州省凯里市永乐路9号",
                      legal_representative="杨光明"),
            [Group(NORMAL, ["6000.00"] * 300), Group(SEALED, ["6000.00"] * 2)],
        ),
        (
            _employer("522601000202", "黔东南苗岭食品(示例)", "91522601MA6DAAAA06", 8, 202606,
                      address="贵州省凯里市开发区金山大道18号", legal_representative="潘胜利"),
            [Group(NORMAL, ["7656.25", "4321.05", "8888.88", "2130.00", "6543.21"])],
        ),
        (
            _employer("522601000303", "凯里鼓楼建筑(示例)", "91522600709612345N", 5, 202603,
                      address="贵州省凯里市韶山南路66号", legal_representative="龙国庆"),
            [Group(NORMAL, ["3000.00"] * 40)],
        ),
        (
            _employer("522602000404", "镇远某单位(示例)", "11522625009876543G", 10, 202606,
                      kind=EmployerKind.STATE_ORGAN, branch=Branch.ZHENYUAN,
                      address="贵州省镇远县㵲阳镇兴隆街1号", legal_representative="吴永福"),
            [Group(NORMAL, ["5500.00", "6200.00", "4800.00"]), Group(SEALED, ["5000.00"])],
        ),
    ]  # fmt: skip


def _contributor(
    employer: Employer, status: ContributorStatus, base: str, people: random.Random, numbers: set[str]
) -> Contributor:  # fmt: skip
    due = contribution.amounts(
        Decimal(base), employer.employer_rate, employer.contributor_rate, Rounding.HALF_UP_TO_YUAN
    )
    id_number = _id_number(people, numbers)
    return Contributor(
        employer_id=employer.id,
        account=f"5226{10000000 + len(numbers):08d}",
        name=people.choice(_SURNAMES) + "".join(people.sample(_GIVEN, people.choice((1, 2, 2)))),
        id_type=IdType.ID_CARD,
        id_number=id_number,
        sex=Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE,
        born_on=identity.birth_date(id_number),
        mobile=f"1{people.choice('35789')}{people.randrange(10**9):09d}",
        status=status,
        base=Decimal(base),
        employer_amount=due.employer,
        contributor_amount=due.contributor,
        opened_on=employer.opened_on,
        opened_at=OPENED,
        first_month=employer.first_month,
        paid_to=employer.paid_to if status is NORMAL else SEALED_SINCE - 1,
        sealed_month=None if status is NORMAL else SEALED_SINCE,
        seal_reason="" if status is NORMAL else SealReason.UNPAID.value,
    )


def _book_last_month(session: Session, employer: Employer, everybody: list[Contributor]) -> None:
    """Write the last booked month, which the next one is compared with."""
    own = sum((who.employer_amount for who in everybody), Decimal(0))
    withheld = sum((who.contributor_amount for who in everybody), Decimal(0))
    month = Assessment(
        employer_id=employer.id, month=employer.paid_to, kind=RemittanceKind.REGULAR,
        status=AssessmentStatus.BOOKED, last_heads=len(everybody), last_amount=own + withheld,
        plus_heads=0, plus_amount=Decimal(0), minus_heads=0, minus_amount=Decimal(0),
        difference=Decimal(0), heads=len(everybody), employer_amount=own,
        contributor_amount=withheld, assessed_by=None, assessed_at=OPENED,
        booked_on=date(*divmod(employer.paid_to or 0, 100), BOOKED_DAY),
    )  # fmt: skip
    session.add(month)
    session.flush()
    session.add_all(
        AssessmentLine(
            assessment_id=month.id, employer_id=employer.id, contributor_id=who.id,
            account=who.account, name=who.name,
            id_number=who.id_number, base=who.base, employer_rate=employer.employer_rate,
            contributor_rate=employer.contributor_rate, employer_amount=who.employer_amount,
            contributor_amount=who.contributor_amount,
        )
        for who in everybody
    )  # fmt: skip


def _id_number(people: random.Random, taken: set[str]) -> str:
    """Return an invented ID card number with a right check character, not used before."""
    while True:
        day = date.fromordinal(
            people.randrange(date(1967, 1, 1).toordinal(), date(2003, 1, 1).toordinal())
        )
        body = f"{people.choice(_COUNTIES)}{day:%Y%m%d}{people.randrange(100, 999)}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
        number = body + "10X98765432"[total % 11]
        if number not in taken:
            taken.add(number)
            return number


def _user(session: Session, player: Player) -> User:
    employer_id = session.scalar(select(Employer.id).filter_by(number=player.employer or None))
    return User(
        name=player.name,
        role=player.role,
        employer_id=employer_id if player.role is Role.CLERK else None,
        branch=player.branch,
        mobile="13885500000",
        landline="0855-8220000",
        username=player.username or None,
        password_hash=passwords.hashed(player.password) if player.password else None,
    )
