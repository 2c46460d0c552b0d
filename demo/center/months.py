"""The months (汇缴) of the demo center: headers and every person's line, reckoned by the database.

Bases were lower in earlier years; amounts are rounded as the rules do, half up to whole yuan, by the
same whole numbers. People are in a month from their first on, until the one they were sealed from.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from data import bulk
from data.models.remittance import Assessment, AssessmentLine
from demo.center.employers import FIRST, MONTHS
from demo.center.people import LOWEST
from services.rules.months import Month

#: What a base of the last year was in each year, in thousandths.
_YEARS: Final = {2023: 893, 2024: 945, 2025: 1000}
_JULY: Final = 7

_DUE: Final = """
CREATE TEMPORARY TABLE due AS
SELECT c.id AS contributor_id, c.employer_id, c.base, c.first_month,
       ((c.base * e.employer_rate * 2 + 10000) / 20000) * 100 AS part
FROM (SELECT id, employer_id, first_month, {base} AS base FROM contributor
      WHERE employer_id > :after AND first_month <= :month
        AND (sealed_month IS NULL OR sealed_month > :month)) AS c
JOIN employer AS e ON e.id = c.employer_id AND e.assessed_to >= :month
"""
_GONE: Final = """
CREATE TEMPORARY TABLE gone AS
SELECT c.employer_id, COUNT(*) AS heads,
       SUM(((c.base * e.employer_rate * 2 + 10000) / 20000) * 200) AS amount
FROM (SELECT id, employer_id, {base} AS base FROM contributor
      WHERE employer_id > :after AND first_month < :month AND sealed_month = :month) AS c
JOIN employer AS e ON e.id = c.employer_id
GROUP BY c.employer_id
"""
_HEADERS: Final = """
INSERT INTO assessment (employer_id, month, kind, status, last_heads, last_amount, plus_heads,
    plus_amount, minus_heads, minus_amount, difference, heads, employer_amount,
    contributor_amount, assessed_at, booked_on)
SELECT n.employer_id, :month, '01',
       CASE WHEN e.paid_to >= :month THEN 'booked' ELSE 'approved' END,
       n.heads - n.plus_heads + n.minus_heads,
       COALESCE(l.employer_amount + l.contributor_amount, n.amount - n.plus + n.minus),
       n.plus_heads, n.plus, n.minus_heads, n.minus,
       n.amount - n.plus + n.minus
           - COALESCE(l.employer_amount + l.contributor_amount, n.amount - n.plus + n.minus),
       n.heads, n.amount / 2, n.amount / 2, {assessed_at},
       CASE WHEN e.paid_to >= :month THEN {booked_on} END
FROM (SELECT d.employer_id, d.heads, d.amount, d.plus_heads, d.plus,
             COALESCE(g.heads, 0) AS minus_heads, COALESCE(g.amount, 0) AS minus
      FROM (SELECT employer_id, COUNT(*) AS heads, CAST(SUM(part * 2) AS BIGINT) AS amount,
                   SUM(CASE WHEN first_month = :month THEN 1 ELSE 0 END) AS plus_heads,
                   CAST(SUM(CASE WHEN first_month = :month THEN part * 2 ELSE 0 END) AS BIGINT) AS plus
            FROM due GROUP BY employer_id) AS d
      LEFT JOIN gone AS g ON g.employer_id = d.employer_id) AS n
JOIN employer AS e ON e.id = n.employer_id
LEFT JOIN assessment AS l ON l.employer_id = n.employer_id AND l.month = :before
    AND l.kind = '01' AND l.deleted_at IS NULL
"""
_LINES: Final = """
INSERT INTO assessment_line (assessment_id, employer_id, contributor_id, account, name, id_number, base,
    employer_rate, contributor_rate, employer_amount, contributor_amount)
SELECT a.id, a.employer_id, c.id, c.account, c.name, c.id_number, d.base, e.employer_rate, e.contributor_rate,
       d.part, d.part
FROM due AS d
JOIN contributor AS c ON c.id = d.contributor_id
JOIN employer AS e ON e.id = d.employer_id
JOIN assessment AS a ON a.employer_id = d.employer_id AND a.month = :month
    AND a.kind = '01' AND a.deleted_at IS NULL
ORDER BY a.id, c.id
"""


def write(session: Session, after: int, months: int = len(MONTHS)) -> None:
    """Write the last so many months of every employer whose id is greater than `after`."""
    with bulk.bare(session, AssessmentLine):
        for number in MONTHS[-months:]:
            _month(session, Month.of(number), after)


def _month(session: Session, month: Month, after: int) -> None:
    before = month.plus(-1)
    was = max(before, FIRST)
    known = {"month": month.number, "before": before.number, "after": after}
    _run(session, _DUE.format(base=_base(month)), **known)
    _run(session, _GONE.format(base=_base(was)), **known)
    day = f"{month.year}-{month.month:02d}"
    literal = "TIMESTAMP WITH TIME ZONE " if bulk.is_on_postgresql(session) else ""
    dated = {
        "assessed_at": f"{literal}'{day}-08 02:00:00'",
        "booked_on": f"{_date(session)}'{day}-15'",
    }
    _run(session, _HEADERS.format(**dated), **known)
    bulk.counted(session, Assessment)  # else every person's month is looked for by itself
    _run(session, _LINES, **known)
    for name in ("due", "gone"):
        _run(session, f"DROP TABLE {name}")


def _base(month: Month) -> str:
    """Return the base in whole yuan that a contributor had in the month, as SQL in fen."""
    year = month.year if month.month >= _JULY else month.year - 1
    then = f"base * {_YEARS[year]} / 100000 * 100"
    return f"CASE WHEN {then} < {LOWEST * 100} THEN {LOWEST * 100} ELSE {then} END"


def _date(session: Session) -> str:
    return "DATE " if bulk.is_on_postgresql(session) else ""


def _run(session: Session, statement: str, **known: object) -> None:
    named = {name: value for name, value in known.items() if f":{name}" in statement}
    session.execute(text(statement), named)
