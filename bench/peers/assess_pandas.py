"""pandas: people read whole, amounts as columns of integers, headers and lines by `to_sql`."""

from pathlib import Path

import pandas as pd
from sqlalchemy import text

from bench.peers.assessing import MADE, Assessing, condition

RATE = 12
PEOPLE = "SELECT id, employer_id, account, name, id_number, base FROM contributor c WHERE "
LINE = {"id": "contributor_id", "number": "assessment_id"}


class Way(Assessing):
    def run(self, order: Path) -> None:
        with self.engine.begin() as connection:
            people = pd.read_sql(text(PEOPLE + condition(order)), connection)
            part = (2 * people["base"] * RATE + 10_000) // 20_000 * 100
            people = people.assign(
                employer_rate=RATE, contributor_rate=RATE,
                employer_amount=part, contributor_amount=part,
            )  # fmt: skip
            headers = (
                people.groupby("employer_id")
                .agg(
                    heads=("id", "size"),
                    employer_amount=("employer_amount", "sum"),
                    contributor_amount=("contributor_amount", "sum"),
                )
                .reset_index()
                .assign(**{**MADE, "assessed_at": pd.Timestamp("2026-07-06 01:00", tz="UTC")})
            )
            headers.insert(0, "id", range(1, len(headers) + 1))
            headers.to_sql("assessment", connection, if_exists="append", index=False)
            numbers = headers.set_index("employer_id")["id"]
            lines = people.assign(number=people["employer_id"].map(numbers))
            lines = lines.rename(columns=LINE)
            lines.to_sql("assessment_line", connection, if_exists="append", index=False)
