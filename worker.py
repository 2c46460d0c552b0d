"""`python -m worker`: do long works (imports, prints, exports) from the queue, until told to stop.

For halls of several processes (`HALL_WORKS=queue`, PostgreSQL). As many workers as there are cores to
spare, on any machine that reaches the database and the files.
"""

import sys

import settings
from data import database, schema
from services import work_kinds
from services.works import queue


def main() -> int:
    engine = database.connect(settings.DATABASE_URL, settings.DATABASE_REPLICA_URL)
    try:
        schema.require(engine)
        queue.prepare()
        queue.serve(work_kinds.KINDS)
    except schema.Unfit as unfit:
        sys.stderr.write(f"未启动：{unfit}。\n")
        return 1
    finally:
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
