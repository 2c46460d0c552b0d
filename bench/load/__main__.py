"""People at once: `make load ARGS="--clerks 100 --minutes 30 --processes 2"`.

Real websockets and sign-ins, people who think 2–8 s between two acts, officers beside the clerks.
The seconds are from the asking to the end of the run, as the browser would see them.
"""

# ruff: noqa: E402 — the day and the log are set before what reads them is imported

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from bench.rounds import DAY, ROOT

_STORAGE = tempfile.TemporaryDirectory(prefix="load-")
os.environ.update(
    HALL_TODAY=DAY, HALL_DATA=_STORAGE.name, HALL_TRUST=f"{_STORAGE.name}/demo/ca/trust"
)

from streamlit import logger as streamlit_logger

streamlit_logger.set_log_level("ERROR")  # it warns of being imported outside its own server

from bench import stores
from bench.load import figures, promises, town, work
from bench.load.figures import Tally
from bench.load.talk import Talk
from bench.pages import Server, running, seconds
from bench.results import machine

SETTLED = 10.0  # seconds: from the last sign-in to the first figure
RAMP = 0.3
HALL = ("uvicorn", "app:app", "--host", "127.0.0.1", "--log-level", "warning", "--port")
STREAMLIT = (
    "streamlit", "run", "{}", "--server.headless", "true", "--server.address", "127.0.0.1",
    "--browser.gatherUsageStats", "false", "--server.port",
)  # fmt: skip
SERVICE = ROOT / "deploy" / "hall.service"
BARE = "bench/peers/bare/script.py"


def main() -> None:
    asked = _asked()
    folder = Path(_STORAGE.name)
    with ExitStack() as stack:
        address = f"sqlite:///{folder / 'hall.db'}"
        if asked.postgresql:
            address = stack.enter_context(stores.postgresql(folder)).empty("hall")
        people = None if asked.peer else town.build(address, folder, asked.clerks)
        servers = [stack.enter_context(one) for one in _servers(asked, folder, address)]
        print(f"{asked}; {machine()}", flush=True)
        tally = asyncio.run(_run(asked, people, servers))
    print(f"\n{tally.table()}\n\n{_verdict(tally)}")
    if people:
        promises.record(asked.clerks, asked.minutes, tally)


def _asked() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    arguments.add_argument("--clerks", type=int, default=20)
    arguments.add_argument("--minutes", type=float, default=3)
    arguments.add_argument("--processes", type=int, default=1)
    arguments.add_argument("--postgresql", action="store_true")
    arguments.add_argument("--workers", type=int, default=0, help="long works elsewhere")
    arguments.add_argument("--imports", action="store_true", help="one more clerk imports 20,000")
    arguments.add_argument("--streamlit-run", action="store_true", help="the hall, so served")
    arguments.add_argument("--peer", action="store_true", help="a bare page by `streamlit run`")
    return arguments.parse_args()


def _servers(
    asked: argparse.Namespace, folder: Path, address: str
) -> Iterator[AbstractContextManager[Server]]:
    """Serve on as many processes, on one database; then the workers."""
    script = BARE if asked.peer else "app.py"
    is_theirs = asked.peer or asked.streamlit_run
    command = [part.format(script) for part in STREAMLIT] if is_theirs else list(HALL)
    environment = {"DATABASE_URL": address, **_deployed()}
    if asked.workers:
        environment["HALL_WORKS"] = "queue"
    for _ in range(asked.processes):
        yield running(command, folder, **environment)
    for _ in range(asked.workers):
        yield running(["worker"], folder, **environment, is_listening=False)


def _deployed() -> dict[str, str]:
    """Return the settings of the process that the service of a real hall has."""
    lines = SERVICE.read_text("utf-8").splitlines()
    told = [line.partition("=")[2] for line in lines if line.startswith("Environment=")]
    return dict(one.split("=", 1) for one in told)


async def _run(asked: argparse.Namespace, people: town.Town | None, servers: list[Server]) -> Tally:
    halls, tally = servers[: asked.processes], Tally()
    persons = (
        [*people.clerks, *_officers(people, asked.clerks)] if people else [None] * asked.clerks
    )
    talks = []
    for place, person in enumerate(persons):
        talks.append(await Talk.open(halls[place % len(halls)].port, place, person))
        await talks[-1].run()
        await asyncio.sleep(RAMP)
    importer = None
    if people and asked.imports:
        importer = await Talk.open(halls[0].port, len(persons), people.importer)
        await importer.run()
    await asyncio.sleep(SETTLED)
    until = time.monotonic() + asked.minutes * 60
    processes = [server.process for server in servers]
    before = [seconds(process) for process in processes], seconds(os.getpid())
    watch = asyncio.create_task(_watch(processes, tally, until))
    async with asyncio.TaskGroup() as group:
        for place, (talk, person) in enumerate(zip(talks, persons, strict=True)):
            visits = work.PEER if person is None else work.CLERK if person.mark else work.OFFICER
            group.create_task(work.Visitor(talk, tally, place).work(until, visits))
        if importer and people:
            group.create_task(work.imports(importer, people.importer, tally, until))
    await watch
    span = asked.minutes * 60
    shares = [(seconds(one) - was) / span for one, was in zip(processes, before[0], strict=True)]
    print(f"CPU of the processes: {', '.join(f'{share:.0%}' for share in shares)}; "
          f"of this one {(seconds(os.getpid()) - before[1]) / span:.0%}")  # fmt: skip
    tally.foreign = {mark for talk in talks for mark in talk.foreign}
    tally.blind = sum(talk.is_blind for talk in talks)
    for talk in talks:
        await talk.close()
    return tally


def _officers(people: town.Town, clerks: int) -> list[town.Person]:
    """Return one officer for ten clerks; some have two windows."""
    return [people.officers[place % len(people.officers)] for place in range(max(1, clerks // 10))]


async def _watch(processes: list[int], tally: Tally, until: float) -> None:
    """Tell each minute how much memory the processes have, and how late this one is."""
    began = told = time.monotonic()
    tally.memory.append(list(map(figures.resident, processes)))
    while (now := time.monotonic()) < until:
        await asyncio.sleep(0.1)
        tally.lags.append(time.monotonic() - now - 0.1)
        if now - told >= 60:
            told = now
            tally.memory.append(list(map(figures.resident, processes)))
            print(f"{(now - began) / 60:.0f} min: {figures.shown(tally.memory[-1])}, "
                  f"{len(tally.all())} acts, {len(tally.errors)} errors, "
                  f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    tally.memory.append(list(map(figures.resident, processes)))


def _verdict(tally: Tally) -> str:
    lag = figures.quantile(tally.lags, 95) * 1000
    first, last = tally.memory[0], tally.memory[-1]
    lines = [
        f"errors {len(tally.errors)}, marks of others seen {sorted(tally.foreign)}, "
        f"clerks who never saw their own {tally.blind}",
        f"memory of the processes that serve, then of the workers: {figures.shown(first)}, "
        f"at the end {figures.shown(last)}",
        f"this process late by {lag:.0f} ms (p95); {machine()}",
    ]
    if tally.imports:
        taken = ", ".join(f"{second:.1f}" for second in tally.imports)
        lines.append(f"imports of 20,000 rows, check and taking in, seconds: {taken}")
    return "\n".join([*lines, *sorted(set(tally.errors))[:10]])


if __name__ == "__main__":
    main()
