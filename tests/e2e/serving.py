"""A hall and its agent as processes of their own, on free ports, with a folder of their own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import settings
from data import database

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
DAY = "2026-07-06"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """A program that ends with its `with` block, told so by its own number."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as output:
            self._running = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=environment, stdout=output, stderr=output
            )

    @property
    def number(self) -> int:
        """The operating system's number of it."""
        return self._running.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._running.terminate()
        try:
            self._running.wait(15)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait(5)

    def kill(self) -> None:
        """End it as a power failure would."""
        self._running.kill()
        self._running.wait(5)

    def wait_for(self, address: str, host: str) -> None:
        """Wait until `address` answers anything at all."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._running.poll() is None:
            try:
                asked = urllib.request.Request(address, headers={"Host": host})
                with urllib.request.urlopen(asked, timeout=2):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"{address} did not start:\n{self._log.read_text('utf-8')}")


@dataclass
class Hall:
    """Where a running hall stands."""

    data: Path
    port: int = field(default_factory=free_port)
    agent_port: int = field(default_factory=free_port)
    day: str = DAY
    """The business date."""
    _open: Process | None = field(default=None, init=False, repr=False)

    @classmethod
    def copy_of(cls, provisioned: Path, folder: Path) -> "Hall":
        """Make a hall of people and keys that were made once: no key takes a second to make."""
        shutil.copytree(provisioned, folder / "data")
        return cls(folder / "data")

    def open(self) -> None:
        self._open = self.demo()

    def close(self) -> None:
        if self._open:
            self._open.stop()
        self._open = None

    def move_to(self, day: str) -> None:
        """Close the hall and open it on another day (YYYY-MM-DD); the data stay."""
        self.close()
        self.day = day
        self.open()

    @contextmanager
    def behind(self) -> Iterator[None]:
        """Let this process act on the hall's data by the services, as if in another browser."""
        kept = settings.STORAGE, settings.AUDIT_KEY, os.environ["HALL_TODAY"]
        settings.STORAGE, settings.AUDIT_KEY = self.data, self.data / "audit.key"
        os.environ["HALL_TODAY"] = self.day
        engine = database.connect(f"sqlite:///{self.data / 'hall.db'}")
        try:
            yield
        finally:
            engine.dispose()
            settings.STORAGE, settings.AUDIT_KEY, os.environ["HALL_TODAY"] = kept

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def agent(self) -> str:
        return f"http://127.0.0.1:{self.agent_port}"

    @property
    def store(self) -> Path:
        return self.data / "demo" / "tokens"

    @property
    def log(self) -> Path:
        return self.data.parent / "hall.log"

    @property
    def environment(self) -> dict[str, str]:
        mine = {name: os.environ[name] for name in os.environ if name not in _OURS}
        return mine | {
            "HALL_DATA": str(self.data),
            "HALL_PORT": str(self.port),
            "HALL_TODAY": self.day,
            "HALL_SIGNATURES": "on",
            "HALL_TRUST": str(self.data / "demo" / "ca" / "trust"),
            "UKEY_AGENT_PORT": str(self.agent_port),
            "PYTHONUTF8": "1",
        }

    def run(self, *command: str, **environment: str) -> str:
        """Run a Python program beside the hall to its end; return what it said."""
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment | environment,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def demo(self) -> Process:
        """Start the hall with its agent, as `make run` does."""
        process = Process(["-m", "demo"], self.environment, self.log)
        process.wait_for(f"http://127.0.0.1:{self.port}/livez", f"localhost:{self.port}")
        process.wait_for(f"{self.agent}/", f"127.0.0.1:{self.agent_port}")
        return process

    def alone(self) -> Process:
        """Start the hall without an agent."""
        command = ["-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(self.port)]
        process = Process([*command, "--log-level", "warning"], self.environment, self.log)
        process.wait_for(f"http://127.0.0.1:{self.port}/livez", f"localhost:{self.port}")
        return process

    def other_agent(self, port: int, store: Path, **environment: str) -> Process:
        """Start one more agent that serves this hall's pages from another store."""
        command = ["-m", "ukey.agent", "--port", str(port), "--origin", self.origin]
        module = environment.pop("module", "")
        driver = ["--module", module] if module else []
        process = Process(
            [*command, "--store", str(store), "--pin", "page", *driver],
            self.environment | environment,
            self.log,
        )
        process.wait_for(f"http://127.0.0.1:{port}/", f"127.0.0.1:{port}")
        return process

    def key_tool(self, *command: str, store: Path | None = None) -> str:
        """Run the tool that looks after keys."""
        return self.run("-m", "ukey.token", "--store", str(store or self.store), *command)


#: What the rest of the test run has set for itself.
_OURS = {
    "DATABASE_URL",
    "HALL_BESIDE_KB",
    "HALL_ORIGIN",
    "HALL_TRUST",
    "SOFTHSM2_CONF",
    "UKEY_STORE",
}
