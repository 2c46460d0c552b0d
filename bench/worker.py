"""One way of doing a piece of work, in a process of its own: `python -m bench.worker WAY ADDRESS`.

It reads one order a line and answers with one line of JSON, so that rounds of several ways can
alternate while each stays warm, as a server is.
"""

import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path

from bench.peers.rules import Rejected
from bench.stores import server_seconds


def high_water() -> int:
    """Give this process's peak memory in MiB; getrusage would still count what forked it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def measured(way, target: Path) -> dict[str, object]:  # noqa: ANN001
    way.reset()
    gc.collect()
    wall, work = time.perf_counter(), time.process_time() + server_seconds()
    rejected = ""
    try:
        way.run(target)
    except Rejected as reason:
        rejected = str(reason) or "rejected"
    wall = time.perf_counter() - wall
    work = time.process_time() + server_seconds() - work
    return {
        "wall": wall, "cpu": work, "rejected": rejected,
        "stored": way.stored(), "peak": high_water(),
    }  # fmt: skip


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    way = importlib.import_module(sys.argv[1]).Way(sys.argv[2])
    gc.collect()
    gc.freeze()
    for order in sys.stdin:
        print(json.dumps(measured(way, Path(order.strip()))), file=answers, flush=True)


if __name__ == "__main__":
    main()
