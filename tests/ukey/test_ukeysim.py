"""The agent as a process of its own, over a key that counts, locks and can be pulled out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.ukey.conftest import PIN, SO_PIN, Drawer
from tests.ukey.page import NONCE, ORIGIN, Page, Reply
from ukey.sign_in_token import verify

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory, drawer: Drawer) -> Path:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed: the key that locks cannot be built (see test_agent.py)")
    library = tmp_path_factory.mktemp("ukeysim") / "libukeysim.so"
    source = HERE / "ukeysim.c"
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(library), str(source), "-ldl"]
    subprocess.run(["gcc", *flags], check=True)
    return library


@dataclass
class Sim:
    """One key with three tries, and the agent that runs over it."""

    module: Path
    folder: Path
    drawer: Drawer
    label: str
    certificate: str
    page: Page = field(default_factory=lambda: Page(0))

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "UKEYSIM_REAL": self.drawer.module,
            "UKEYSIM_DIR": str(self.folder),
            "UKEYSIM_MAX": "3",
            "PYTHONUTF8": "1",
        }

    @property
    def driver(self) -> list[str]:
        return ["--module", str(self.module), "--store", str(self.folder / "store")]

    def start(self) -> subprocess.Popen[str]:
        command = ["-m", "ukey.agent", "--port", "0", "--pin", "page"]
        agent = subprocess.Popen(
            [sys.executable, *command, "--origin", ORIGIN, *self.driver],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert agent.stdout is not None
        first = agent.stdout.readline()
        self.page = Page(int(first.split("127.0.0.1:")[1].split()[0]))
        return agent

    def sign_in(self, pin: str, **more: object) -> Reply:
        return self.page.sign_in(self.certificate, pin, **more)

    def pull_out(self) -> None:
        (self.folder / "unplugged").touch()

    def put_back(self) -> None:
        (self.folder / "unplugged").unlink()


@pytest.fixture
def sim(module: Path, drawer: Drawer, tmp_path: Path) -> Iterator[Sim]:
    """A store that holds a copy of one token: the shim counts for one key only."""
    label = drawer.provision()
    tokens = drawer.folder / "tokens"
    newest = max(tokens.iterdir(), key=lambda folder: folder.stat().st_mtime_ns)
    shutil.copytree(newest, tmp_path / "store" / "tokens" / newest.name)
    from ukey.softhsm import prepare_store

    prepare_store(tmp_path / "store")
    one = Sim(module, tmp_path, drawer, label, drawer.certificate(label).id)
    agent = one.start()
    try:
        yield one
    finally:
        agent.terminate()
        agent.wait(10)
        assert agent.stdout is not None
        agent.stdout.close()


def test_a_real_agent_process_signs_in(sim: Sim, drawer: Drawer) -> None:
    reply = sim.sign_in(PIN)
    verify(json.dumps(reply.json), NONCE, ORIGIN, drawer.trust, datetime.now(UTC))


def test_wrong_pins_reach_the_last_try_then_lock_and_the_officer_unlocks(sim: Sim) -> None:
    first, second = sim.sign_in("wrong0").json, sim.sign_in("wrong0").json
    assert [first["final_try"], second["final_try"]] == [False, True]
    assert sim.page.certificates()[0]["pin_state"] == "final_try"
    assert sim.sign_in(PIN).code == "pin_final_try"
    assert sim.sign_in("wrong0", confirm_final_try=True).json["locked"]
    assert sim.sign_in(PIN).code == "pin_locked"
    tool = ["-m", "ukey.token", "unlock", "--pin", "246813"]
    named = ["--token", sim.label, "--so-pin", SO_PIN]
    command = [sys.executable, *tool[:2], *sim.driver, *tool[2:], *named]
    subprocess.run(command, cwd=ROOT, env=sim.environment, check=True, capture_output=True)
    assert sim.page.certificates()[0]["pin_state"] == "ok"
    assert sim.sign_in("246813").status == 200


def test_the_right_pin_on_the_last_try_clears_the_count(sim: Sim) -> None:
    sim.sign_in("wrong0")
    sim.sign_in("wrong0")
    assert sim.sign_in(PIN, confirm_final_try=True).status == 200
    assert sim.page.certificates()[0]["pin_state"] == "ok"


def test_a_pin_the_key_finds_too_short_costs_no_try(sim: Sim) -> None:
    assert sim.sign_in("123").code == "pin_length"
    assert sim.page.certificates()[0]["pin_state"] == "ok"


def test_pulling_the_key_out_is_heard_within_a_second_and_it_comes_back(sim: Sim) -> None:
    (serial,) = sim.page.post("/v1/status").json["present"]
    sim.pull_out()
    started = time.monotonic()
    heard = sim.page.post("/v1/presence", {"known": [serial], "wait": 10}).json["present"]
    assert heard == []
    assert time.monotonic() - started < 1
    assert sim.sign_in(PIN).code == "no_key"
    sim.put_back()
    assert sim.page.post("/v1/presence", {"known": [], "wait": 10}).json["present"] == [serial]
    assert sim.sign_in(PIN).status == 200
