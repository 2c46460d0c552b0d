"""Peak memory of one import of 100,000 rows, in a fresh process: `python -m bench.memory DB FILE`.

The hall itself takes no more than 20,000 rows and 5 MB; both limits are lifted in the bench, and there
alone, to see that it is they that refuse a larger file, not the machine.
"""

import json
import sys
import time
from pathlib import Path

import streamlit  # noqa: F401 — in the hall's process it is there too

from bench import hall
from bench.worker import high_water


def main() -> None:
    database, book = sys.argv[1], Path(sys.argv[2])
    way = hall.Way(database)
    way.reset()
    before, started = high_water(), time.process_time()
    way.run(book)
    taken = time.process_time() - started
    print(json.dumps({"stored": way.stored(), "cpu": taken, "idle": before, "peak": high_water()}))


if __name__ == "__main__":
    main()
