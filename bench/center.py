"""A center to measure in: 300,000 contributors of 6,000 employers, four with people to measure by.

All of it is invented from a seed, so that two runs measure the same work.
"""

import random
from collections.abc import Iterator
from datetime import date
from itertools import repeat

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench.actors import CLERKS, OFFICER, SIZES
from data import bulk, database, schema
from data.codes import EmployerKind, IdType
from data.enums import Branch, BusinessKind, ContributorStatus, EmployerStatus
from data.models.people import User
from data.models.policy import PolicyRow
from data.models.register import Contributor, Employer
from data.policy_codes import Rounding
from demo.fixture import OPENED, TEST_POLICY
from services.approval import casework
from services.rules import contribution

SEED = 20260706
CONTRIBUTORS = 300_000
EMPLOYERS = 6_000
RATE = 12
EFFECTIVE_MONTH = 202607
LOWEST, HIGHEST = 198_000, 2_177_400  # of a base, in fen: the demo fixture's limits
COLUMNS = (
    "employer_id", "account", "name", "id_type", "id_number", "mobile", "status", "base",
    "employer_amount", "contributor_amount", "opened_on", "opened_at", "first_month", "paid_to",
)  # fmt: skip
_SURNAMES = "杨吴龙潘王李张刘罗石姜陆欧田彭胡陈周唐谭莫蒙韦邰顾"
_GIVEN = "秀英文军建国春梅志强玉兰再明芝德昌光洪波正华家兴永福胜利海燕小红丽娟雪莲庆天祥"


def make(address: str) -> str:
    """Make the hall's database at `address`; return it."""
    engine = database.connect(address)
    schema.create(engine)
    with database.transaction() as session:
        session.add_all([employer(number) for number in range(1, EMPLOYERS + 1)])
        session.flush()
        for key, value in TEST_POLICY.items():
            session.add(
                PolicyRow(
                    key=key, value=value, effective_from=date(2024, 7, 1),
                    source="测试参数", author="测速", recorded_at=OPENED,
                )
            )  # fmt: skip
        for actor in (*CLERKS.values(), OFFICER):
            session.add(
                User(
                    id=actor.user_id, name=actor.name, role=actor.role,
                    employer_id=actor.employer_id, branch=actor.branch,
                )
            )  # fmt: skip
        session.flush()
        _insert(session, _people())
    with database.transaction() as session:
        for clerk in CLERKS.values():
            case = casework.editable(session, BusinessKind.BASE_ADJUSTMENT, clerk, EFFECTIVE_MONTH)
            assert case.id == clerk.employer
        session.execute(text("ANALYZE"))
    assert count() == CONTRIBUTORS
    engine.dispose()
    return address


def count() -> int:
    with database.snapshot() as session:
        return session.scalar(select(func.count()).select_from(Contributor)) or 0


def _insert(session: Session, rows: list[tuple[object, ...]]) -> None:
    """Insert contributors as the database keeps them, what is not named here by its default."""
    defaults = {
        column.name: column.default.arg
        for column in Contributor.__table__.columns
        if column.name not in COLUMNS and column.default is not None and column.default.is_scalar
    }
    rest = tuple(defaults.values())
    filled = ((*row, *rest) for row in rows)
    bulk.insert(session, Contributor, (*COLUMNS, *defaults), filled)


def employer(number: int) -> Employer:
    """Return an invented employer that may adjust its bases."""
    return Employer(
        id=number, number=f"5226{number:08d}", name=f"示例单位{number}",
        uscc=f"91522600{number:010d}", kind=EmployerKind.OTHER_URBAN, branch=Branch.KAILI,
        status=EmployerStatus.NORMAL, address="贵州省黔东南州凯里市",
        legal_representative="（示例）", opened_on=date(2024, 3, 1), first_month=202403,
        employer_rate=RATE, contributor_rate=RATE, payday=10, bank="中国建设银行凯里分行",
        assessed_to=202606, paid_to=202606,
    )  # fmt: skip


def _people() -> list[tuple[object, ...]]:
    """Return the contributors' rows as the database keeps them, employer by employer."""
    chance = random.Random(SEED)
    rows = []
    for index, belongs in enumerate(_employers()):
        base = chance.randrange(LOWEST, HIGHEST + 1)
        part = contribution.part(base, RATE, Rounding.HALF_UP_TO_YUAN)
        name = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2))))
        rows.append(
            (
                belongs, f"5226{10_000_001 + index:08d}", name, IdType.ID_CARD.value,
                id_number(index), f"138{index:08d}", ContributorStatus.NORMAL.value, base,
                part, part, "2024-03-01", "2024-03-01 01:00:00.000000", 202403, 202606,
            )
        )  # fmt: skip
    return rows


def _employers() -> Iterator[int]:
    """Yield whose each person is: the large employers' first, then the others' evenly."""
    for number, people in SIZES.items():
        yield from repeat(number, people)
    rest, others = CONTRIBUTORS - sum(SIZES.values()), EMPLOYERS - len(SIZES)
    for index in range(rest):
        yield len(SIZES) + 1 + index * others // rest


def id_number(index: int) -> str:
    """Return an invented ID card number of its own, with a right check character."""
    day = date.fromordinal(date(1967, 1, 1).toordinal() + index % 13_000)
    body = f"5226{1 + index % 30:02d}{day:%Y%m%d}{index // 13_000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]
