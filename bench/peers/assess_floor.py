"""The floor of assessing: the headers by one statement, the lines by one more, and nothing else."""

from pathlib import Path

from sqlalchemy import text

from bench.peers.assessing import MADE, MONTH, Assessing, condition

NAMES = ", ".join(MADE)
VALUES = ", ".join(
    f"'{value}'" if isinstance(value, str) else str(value) for value in MADE.values()
)
HEADERS = f"""
    INSERT INTO assessment ({NAMES}, employer_id, heads, employer_amount, contributor_amount)
    SELECT {VALUES}, c.employer_id, count(*), sum(c.employer_amount), sum(c.contributor_amount)
    FROM contributor c WHERE {{condition}} GROUP BY c.employer_id"""
LINES = f"""
    INSERT INTO assessment_line (assessment_id, employer_id, contributor_id, account, name, id_number, base,
        employer_rate, contributor_rate, employer_amount, contributor_amount)
    SELECT a.id, a.employer_id, c.id, c.account, c.name, c.id_number, c.base,
        e.employer_rate, e.contributor_rate, c.employer_amount, c.contributor_amount
    FROM assessment a JOIN employer e ON e.id = a.employer_id
        JOIN contributor c ON c.employer_id = a.employer_id
    WHERE a.month = {MONTH} AND {{condition}}"""


class Way(Assessing):
    def run(self, order: Path) -> None:
        chosen = condition(order)
        with self.engine.begin() as connection:
            connection.execute(text(HEADERS.format(condition=chosen)))
            connection.execute(text(LINES.format(condition=chosen)))
