"""pandas as its documentation shows it: `read_excel` by openpyxl, whole columns, `to_sql`."""

import pandas as pd
from sqlalchemy import Connection

from bench.peers import plain_pandas


class Way(plain_pandas.Way):
    reader = "openpyxl"

    def store(self, connection: Connection, lines: pd.DataFrame) -> None:
        lines.to_sql("base_adjustment_line", connection, if_exists="append", index=False)
