"""A hall of several processes: nginx before two of them, two workers, one PostgreSQL, one agent."""

import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from sqlalchemy import create_engine, text

from tests.e2e.serving import ROOT, Hall, Process, free_port

CONFIGURATION = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
    log_format seats '$upstream_addr $request_uri';
    access_log {folder}/seats.log seats;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {hall}
}}
"""


@dataclass
class Cluster:
    """Where a hall of several processes stands; `hall.port` is nginx's."""

    hall: Hall
    database_url: str
    apps: dict[int, Process] = field(default_factory=dict)
    """The processes by their ports."""
    workers: list[Process] = field(default_factory=list)

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        engine = create_engine(self.database_url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(statement))]
        engine.dispose()
        return found

    def kill_the_one_at_work(self) -> int:
        """Kill the worker that does a work, as soon as one does; return its number."""
        deadline = time.monotonic() + 30
        while not (found := self.ask("select runner from work where state = 'running'")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        pid = int(str(found[0][0]).split(":")[1])
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_the_one_that_serves(self) -> int:
        """Kill the process that answered the last page; return its port."""
        lines = (self.hall.data.parent / "seats.log").read_text("utf-8").splitlines()
        last = next(line for line in reversed(lines) if "/_stcore/health" in line)
        port = int(re.findall(r":(\d+)", last)[-1])
        self.apps[port].kill()
        return port


@contextmanager
def cluster(hall: Hall, database_url: str) -> Iterator[Cluster]:
    """Start all of it on free ports and this database; end it in the end."""
    running = Cluster(hall, database_url)
    shared = hall.environment | {
        "DATABASE_URL": database_url, "HALL_ORIGIN": hall.origin, "HALL_WORKS": "queue",
        "HALL_WORKS_AT_ONCE": "1",
    }  # fmt: skip
    with ExitStack() as stack:
        stack.enter_context(hall.other_agent(hall.agent_port, hall.store))
        for _ in range(2):
            port = free_port()
            command = ["-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(port)]
            app = Process(
                [*command, "--no-server-header", "--log-level", "warning"],
                shared | {"HALL_PORT": str(port)},
                hall.log,
            )
            running.apps[port] = stack.enter_context(app)
            app.wait_for(f"http://127.0.0.1:{port}/livez", f"localhost:{hall.port}")
        for _ in range(2):
            worker = Process(["-m", "worker"], shared, hall.log)
            running.workers.append(stack.enter_context(worker))
        stack.enter_context(_nginx(hall, list(running.apps)))
        yield running


@contextmanager
def _nginx(hall: Hall, ports: list[int]) -> Iterator[None]:
    """Run nginx with the file that production has: other ports, and without TLS."""
    folder = hall.data.parent
    shipped = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    changed = re.sub(r"\n *ssl_[^\n]+", "", shipped).replace("443 ssl", f"127.0.0.1:{hall.port}")
    for named, port in zip((8501, 8502), ports, strict=True):
        changed = changed.replace(f"127.0.0.1:{named} ", f"127.0.0.1:{port} ")
    file = folder / "nginx.conf"
    # Its own people may not write where a test run of root's keeps its files.
    user = "user root;" if os.geteuid() == 0 else ""
    file.write_text(CONFIGURATION.format(user=user, folder=folder, hall=changed), "utf-8")
    command = ["nginx", "-p", str(folder), "-c", str(file), "-g", "daemon off;"]
    with subprocess.Popen(command) as process:
        try:
            _wait(f"http://127.0.0.1:{hall.port}/livez", f"localhost:{hall.port}")
            yield
        finally:
            process.terminate()


def _wait(address: str, host: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            asked = urllib.request.Request(address, headers={"Host": host})
            with urllib.request.urlopen(asked, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline
            time.sleep(0.1)
