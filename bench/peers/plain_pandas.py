"""A plain script: pandas on python-calamine, the rules as whole columns, Core's executemany."""

from pathlib import Path
from typing import Literal

import pandas as pd
from sqlalchemy import Connection

from bench.peers import database
from bench.peers.rules import (
    BASE_MAX,
    BASE_MIN,
    EMPLOYER,
    LINE,
    NORMAL,
    PEOPLE,
    RATE,
    RATES,
    TOTAL_MAX,
    TOTAL_MIN,
    Rejected,
)

AS_TEXT = dict.fromkeys(("个人账号", "姓名", "证件号码", "缴存比例"), str)
OF_PEOPLE = ["id", "account", "name", "id_number", "status", "base", "amount"]


class Way:
    reader: Literal["calamine", "openpyxl"] = "calamine"

    def __init__(self, address: str) -> None:
        self.engine = database.connect(address)

    def reset(self) -> None:
        database.reset(self.engine)

    def stored(self) -> int:
        return database.stored(self.engine)

    def run(self, book: Path) -> None:
        sheet = pd.read_excel(book, engine=self.reader, dtype=AS_TEXT)
        with self.engine.begin() as connection:
            people = pd.DataFrame(connection.exec_driver_sql(PEOPLE).all(), columns=OF_PEOPLE)
            both = sheet.merge(people, how="left", left_on="个人账号", right_on="account")
            numbers = [
                pd.to_numeric(both[name], errors="coerce") * 100
                for name in ("调整前基数", "调整前月缴存额", "调整后基数")
            ]
            old, amount, base = (number.round() for number in numbers)
            part = (2 * base * RATE + 10_000) // 20_000 * 100
            bad = (
                both["id"].isna()
                | both["个人账号"].duplicated()
                | (both["status"] != NORMAL)
                | (both["姓名"] != both["name"])
                | (both["证件号码"] != both["id_number"])
                | (both["缴存比例"] != RATES)
                | (old != both["base"])
                | (amount != both["amount"])
                | ((numbers[2] - base).abs() > 1e-6)
                | ~base.between(BASE_MIN, BASE_MAX)
                | ~(2 * part).between(TOTAL_MIN, TOTAL_MAX)
            )
            missing = ~people["account"].isin(both["个人账号"]) & (people["status"] == NORMAL)
            if bad.any() or missing.any():
                raise Rejected(both[bad].head(3), people[missing].head(3))
            lines = pd.DataFrame(
                {
                    "case_id": EMPLOYER, "employer_id": EMPLOYER,
                    "row": range(1, len(both) + 1), "contributor_id": both["id"],
                    "old_base": old, "new_base": base,
                    "employer_amount": part, "contributor_amount": part,
                }
            ).astype("int64")  # fmt: skip
            self.store(connection, lines)

    def store(self, connection: Connection, lines: pd.DataFrame) -> None:
        values = map(pd.Series.tolist, map(lines.get, LINE))
        database.insert(connection, list(zip(*values, strict=True)))
