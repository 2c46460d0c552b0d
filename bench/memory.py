"""Peak memory of one import of 100,000 rows, in a fresh process: `python -m bench.memory DB FILE`.

The hall itself takes no more than 20,000 rows and 5 MB; both limits are lifted here, and here
alone, to see that it is they that refuse a larger file, not the machine.
"""

import json
import sys
import time
from functools import partial
from pathlib import Path

import streamlit  # noqa: F401 — in the hall's process it is there too

from bench import hall
from bench.worker import high_water
from services.base_adjustment import workbook as rosters
from services.files import workbook

ROWS = 100_000


def main() -> None:
    database, book = sys.argv[1], Path(sys.argv[2])
    rosters.workbook.read = partial(workbook.read, max_rows=ROWS, max_bytes=1 << 30)  # type: ignore[attr-defined]
    way = hall.Way(database)
    way.reset()
    before, started = high_water(), time.process_time()
    way.run(book)
    taken = time.process_time() - started
    print(json.dumps({"stored": way.stored(), "cpu": taken, "idle": before, "peak": high_water()}))


if __name__ == "__main__":
    main()
