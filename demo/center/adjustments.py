"""The July's base adjustments (基数调整) at the demo center: some employers have theirs already."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from data.enums import Action, Branch, BusinessKind, ChangeKind, EmployerStatus
from data.models.people import User
from demo.center.cases import JULY, TODAY, Cases
from demo.center.employers import LAST, Invented
from demo.center.people import HIGHEST

ONE_IN = 8
_NEW: Final = f"""
CASE WHEN base * 104 / 10000 * 100 > {HIGHEST * 100} THEN {HIGHEST * 100}
     ELSE base * 104 / 10000 * 100 END
"""
_LINES: Final = f"""
INSERT INTO base_adjustment_line (case_id, employer_id, contributor_id, row, old_base, new_base,
    employer_amount, contributor_amount)
SELECT n.case_id, n.employer_id, n.id,
       ROW_NUMBER() OVER (PARTITION BY n.case_id ORDER BY n.id), n.base, n.new_base,
       ((n.new_base * n.rate * 2 + 10000) / 20000) * 100,
       ((n.new_base * n.rate * 2 + 10000) / 20000) * 100
FROM (SELECT k.id AS case_id, k.employer_id, c.id, c.base, {_NEW} AS new_base, e.employer_rate AS rate
      FROM "case" AS k
      JOIN employer AS e ON e.id = k.employer_id
      JOIN contributor AS c ON c.employer_id = e.id AND c.status = '01'
      WHERE k.kind = 'base_adjustment' AND k.employer_id > :after) AS n
"""  # noqa: S608 — our own constants
_CHANGES: Final = f"""
INSERT INTO contributor_change (contributor_id, employer_id, case_id, kind, old, new,
    effective_month, changed_on)
SELECT l.contributor_id, k.employer_id, l.case_id, '{ChangeKind.BASE_CHANGED.value}',
       CAST(l.old_base / 100 AS VARCHAR) || '.00', CAST(l.new_base / 100 AS VARCHAR) || '.00',
       {JULY}, {{day}}'{TODAY}'
FROM base_adjustment_line AS l JOIN "case" AS k ON k.id = l.case_id
WHERE k.employer_id > :after
"""  # noqa: S608
_BASES: Final = """
UPDATE contributor SET base = l.new_base, employer_amount = l.employer_amount,
    contributor_amount = l.contributor_amount
FROM base_adjustment_line AS l JOIN "case" AS k ON k.id = l.case_id AND k.employer_id > :after
WHERE l.contributor_id = contributor.id
"""


def write(
    session: Session,
    luck: random.Random,
    employers: dict[int, Invented],
    clerks: dict[int, int],
    officers: Mapping[Branch, User],
) -> None:
    """Adjust everybody of one employer in eight, as approved in the first days of July."""
    cases = Cases(session, officers)
    for employer_id, employer in employers.items():
        may = employer.status is EmployerStatus.NORMAL and employer.assessed_to == LAST.number
        if may and luck.randrange(ONE_IN) == 0:
            day = luck.randrange(1, TODAY.day)
            cases.add(
                BusinessKind.BASE_ADJUSTMENT, employer_id, employer, clerk_id=clerks[employer_id],
                submitted=datetime(TODAY.year, TODAY.month, day, 2, tzinfo=UTC),
                outcome=Action.APPROVE, days=luck.uniform(0.1, 0.9),
            )  # fmt: skip
    cases.write()
    after = min(employers) - 1
    is_postgresql = session.connection().dialect.name == "postgresql"
    for statement in (_LINES, _CHANGES.format(day="DATE " if is_postgresql else ""), _BASES):
        session.execute(text(statement), {"after": after})
