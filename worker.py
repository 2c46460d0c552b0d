"""`python -m worker`: do long works (imports, prints, exports) from the queue, until told to stop.

For halls of several processes (`HALL_WORKS=queue`, PostgreSQL). As many workers as there are cores to
spare, on any machine that reaches the database and the files. With `--beside` it is the process that a hall
without a queue keeps beside it: the works come in by the standard input, until that ends.
"""

import gc
import sys

import settings
from data import database, schema
from services import work_kinds
from services.works import beside, queue
from web import logs


def main() -> int:
    engine = database.connect(settings.DATABASE_URL, settings.DATABASE_REPLICA_URL)
    try:
        schema.require(engine)
        logs.configure(to_file=False)
        if sys.argv[1:] == ["--beside"]:
            _serve_beside()
        else:
            queue.prepare()
            queue.serve(work_kinds.KINDS)
    except schema.Unfit as unfit:
        sys.stderr.write(f"未启动：{unfit}。\n")
        return 1
    finally:
        engine.dispose()
    return 0


def _serve_beside() -> None:
    gc.freeze()
    gc.set_threshold(*settings.GARBAGE)
    out, sys.stdout = sys.stdout, sys.stderr  # nobody else speaks to the hall
    beside.serve(work_kinds.KINDS, sys.stdin, out)


if __name__ == "__main__":
    sys.exit(main())
