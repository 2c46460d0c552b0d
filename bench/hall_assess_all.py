"""The month of the whole center by the rules of the hall's service, employer by employer no more.

The manual knows no act that assesses everybody, so the hall has none: this is the bench's own SQL,
with what the service does for one employer. It compares with the month before (in heads and in
yuan), writes headers and lines, proves that the lines are what the headers say, moves each chain on.
"""

from pathlib import Path

from sqlalchemy import text

from bench import tidy
from bench.peers import assess_floor
from bench.peers.assessing import MADE, MONTH, Assessing

JUNE = 202606
IN_JULY = f"c.status = '01' AND c.first_month <= {MONTH}"
IS_JUNE = f"a.month = {JUNE} AND a.deleted_at IS NULL"
WAS, IS = "l.employer_amount + l.contributor_amount", "c.employer_amount + c.contributor_amount"
#: Those of July and those of June that have gone are each summed up first, so that nothing is sorted twice.
HEADERS = f"""
    INSERT INTO assessment (month, kind, status, assessed_at, employer_id, last_heads, last_amount,
        plus_heads, plus_amount, minus_heads, minus_amount, difference, heads, employer_amount,
        contributor_amount)
    SELECT {MONTH}, '01', 'assessed', '{MADE["assessed_at"]}', employer_id, sum(last_heads),
        sum(last_amount), sum(plus_heads), sum(plus_amount), sum(minus_heads), sum(minus_amount),
        sum(difference), sum(heads), sum(own), sum(withheld)
    FROM (
        SELECT c.employer_id, count(l.contributor_id) AS last_heads,
            coalesce(sum({WAS}), 0) AS last_amount,
            count(*) - count(l.contributor_id) AS plus_heads,
            coalesce(sum(CASE WHEN l.contributor_id IS NULL THEN {IS} END), 0) AS plus_amount,
            0 AS minus_heads, 0 AS minus_amount, coalesce(sum({IS} - ({WAS})), 0) AS difference,
            count(*) AS heads, sum(c.employer_amount) AS own, sum(c.contributor_amount) AS withheld
        FROM contributor c
            LEFT JOIN assessment a ON a.employer_id = c.employer_id AND {IS_JUNE}
            LEFT JOIN assessment_line l ON l.assessment_id = a.id AND l.contributor_id = c.id
        WHERE {IN_JULY} GROUP BY c.employer_id
        UNION ALL
        SELECT a.employer_id, count(*), sum({WAS}), 0, 0, count(*), sum({WAS}), 0, 0, 0, 0
        FROM assessment a JOIN assessment_line l ON l.assessment_id = a.id
            LEFT JOIN contributor c ON c.id = l.contributor_id AND {IN_JULY}
        WHERE {IS_JUNE} AND c.id IS NULL GROUP BY a.employer_id
    ) both_months GROUP BY employer_id"""
UNBALANCED = f"""
    SELECT count(*) FROM assessment a JOIN (
        SELECT assessment_id, count(*) AS heads, sum(employer_amount) AS own,
            sum(contributor_amount) AS withheld
        FROM assessment_line
        WHERE assessment_id IN (SELECT id FROM assessment WHERE month = {MONTH})
        GROUP BY assessment_id
    ) l ON l.assessment_id = a.id
    WHERE a.month = {MONTH} AND (l.heads <> a.heads OR l.own <> a.employer_amount
        OR l.withheld <> a.contributor_amount
        OR a.last_amount + a.plus_amount - a.minus_amount + a.difference <> l.own + l.withheld)"""
CHAIN = f"""
    UPDATE employer SET assessed_to = {MONTH} WHERE assessed_to = {JUNE} AND id IN (
        SELECT employer_id FROM assessment WHERE month = {MONTH} AND deleted_at IS NULL)"""


class Way(Assessing):
    def __init__(self, address: str) -> None:
        super().__init__(address)
        june = (assess_floor.HEADERS.format(condition="c.status = '01'"),
                assess_floor.LINES.format(condition="c.status = '01'"),
                f"UPDATE assessment SET month = {JUNE}")  # fmt: skip
        with self.engine.begin() as connection:
            for statement in june:
                connection.execute(text(statement))

    def reset(self) -> None:
        with self.engine.begin() as connection:
            july = f"SELECT id FROM assessment WHERE month = {MONTH}"
            connection.execute(text(f"DELETE FROM assessment_line WHERE assessment_id IN ({july})"))
            connection.execute(text(f"DELETE FROM assessment WHERE month = {MONTH}"))
            connection.execute(text(f"UPDATE employer SET assessed_to = {JUNE}"))
        tidy.settle(self.engine)

    def stored(self) -> int:
        july = f"SELECT id FROM assessment WHERE month = {MONTH}"
        statement = f"SELECT count(*) FROM assessment_line WHERE assessment_id IN ({july})"
        with self.engine.connect() as connection:
            return connection.execute(text(statement)).scalar_one()

    def run(self, _order: Path) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(HEADERS))
            connection.execute(text(assess_floor.LINES.format(condition=IN_JULY)))
            assert connection.execute(text(UNBALANCED)).scalar_one() == 0
            connection.execute(text(CHAIN))
