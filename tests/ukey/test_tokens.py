"""Keys through PKCS#11 over SoftHSM2, and the tool that looks after them while an agent runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest

from tests.ukey.conftest import PIN, SO_PIN, Drawer
from tests.ukey.page import NONCE, ORIGIN, Page, Reply, running
from ukey import softhsm, token
from ukey.backend import PinState
from ukey.faults import KeyFault
from ukey.sign_in_token import verify
from ukey.token import Tokens

ROOT = Path(__file__).parents[2]


def tool(drawer: Drawer, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the token tool as a process of its own."""
    command = [sys.executable, "-m", "ukey.token", "--store", str(drawer.folder), *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def code_of(call) -> str:
    with pytest.raises(KeyFault) as fault:
        call()
    return fault.value.code


@pytest.fixture
def page(drawer: Drawer) -> Iterator[Page]:
    with running(drawer.tokens) as page:
        yield page


def sign_in(page: Page, drawer: Drawer, label: str, pin: str = PIN) -> Reply:
    reply = page.sign_in(drawer.certificate(label).id, pin)
    if reply.status == 200:
        verify(json.dumps(reply.json), NONCE, ORIGIN, drawer.trust, datetime.now(UTC))
    return reply


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_key_made_on_a_token_signs_in(page: Page, drawer: Drawer, kind: str) -> None:
    label = drawer.provision(kind)
    reply = sign_in(page, drawer, label)
    assert reply.json["algorithm"] == {"ec": "ES256", "rsa": "RS256"}[kind]


def test_a_certificate_tells_its_holder_before_any_pin(drawer: Drawer, shared_label) -> None:
    certificate = drawer.certificate(shared_label)
    assert certificate.organization == "凯里某某有限公司"
    assert certificate.serial in drawer.tokens.present()


def test_a_wrong_pin_never_passes_on_the_log_in_of_another(page, drawer, label) -> None:
    assert sign_in(page, drawer, label).status == 200
    assert sign_in(page, drawer, label, "wrong0").code == "pin_incorrect"
    assert drawer.state(label) == "low"
    assert sign_in(page, drawer, label).status == 200
    assert drawer.state(label) == "ok"


def test_many_wrong_pins_leave_no_session_behind(drawer: Drawer, label: str) -> None:
    certificate = drawer.certificate(label)
    for _ in range(50):
        assert code_of(lambda: drawer.tokens.with_key(certificate, "wrong0", id)) == "pin_incorrect"
    drawer.tokens.unlock(label, SO_PIN, "246813")  # fails while a session is open
    assert drawer.tokens.with_key(certificate, "246813", lambda signer: signer.bits) == 256


def test_a_failure_in_the_work_logs_out_all_the_same(drawer: Drawer, label: str) -> None:
    certificate = drawer.certificate(label)

    def break_down(_signer):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        drawer.tokens.with_key(certificate, PIN, break_down)
    assert code_of(lambda: drawer.tokens.with_key(certificate, "wrong0", id)) == "pin_incorrect"


def test_the_holder_changes_the_pin(page: Page, drawer: Drawer, label: str) -> None:
    done = tool(drawer, "change-pin", "--token", label, "--old-pin", PIN, "--pin", "246813")
    assert (done.returncode, done.stdout) == (0, f"{label} 密码已修改\n")
    assert sign_in(page, drawer, label).code == "pin_incorrect"
    assert sign_in(page, drawer, label, "246813").status == 200


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("12345", "pin_length"),
        ("1" * 33, "pin_length"),
        ("111111", "pin_weak"),
        ("123456", "pin_weak"),
        ("987654", "pin_weak"),
        (PIN, "pin_same"),
    ],
)
def test_a_poor_new_pin_is_refused(drawer: Drawer, shared_label: str, new, code: str) -> None:
    assert code_of(lambda: drawer.tokens.change_pin(shared_label, PIN, new)) == code
    assert drawer.state(shared_label) == "ok"


def test_a_wrong_old_pin_changes_nothing(page: Page, drawer: Drawer, label: str) -> None:
    done = tool(drawer, "change-pin", "--token", label, "--old-pin", "wrong0", "--pin", "246813")
    assert (done.returncode, done.stderr) == (1, "UKey密码错误，请重新输入\n")
    assert sign_in(page, drawer, label).status == 200


def test_the_officer_unlocks_a_key_while_the_agent_runs(page, drawer: Drawer, label) -> None:
    for code in ("pin_incorrect", "pin_incorrect", "pin_incorrect", "rate_limited"):
        assert sign_in(page, drawer, label, "wrong0").code == code
    done = tool(drawer, "unlock", "--token", label, "--so-pin", SO_PIN, "--pin", "246813")
    assert (done.returncode, done.stdout) == (0, f"{label} 已解锁，新密码已生效\n")
    assert sign_in(page, drawer, label, "246813").status == 200
    assert sign_in(page, drawer, label, PIN).code == "pin_incorrect"


def test_a_wrong_officer_pin_unlocks_nothing(page: Page, drawer: Drawer, label: str) -> None:
    done = tool(drawer, "unlock", "--token", label, "--so-pin", "wrong000", "--pin", "246813")
    assert done.returncode == 1
    assert sign_in(page, drawer, label).status == 200


def test_the_tool_asks_for_pins_that_are_not_given(monkeypatch, drawer, label, capsys) -> None:
    typed = iter([SO_PIN, "246813", "246813"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    store = ["--store", str(drawer.folder)]
    assert token.main([*store, "unlock", "--token", label]) == 0
    typed = iter([SO_PIN, "246813", "246814"])
    assert token.main([*store, "unlock", "--token", label]) == 1
    assert "不一致" in capsys.readouterr().err


def test_the_tool_lists_what_is_plugged_in(drawer: Drawer, shared_label: str) -> None:
    done = tool(drawer, "list")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(shared_label + "\t")]
    assert "正常" in line
    assert "凯里某某有限公司" in line


def test_an_unknown_label_is_told_in_words(drawer: Drawer) -> None:
    done = tool(drawer, "unlock", "--token", "nobody", "--so-pin", SO_PIN, "--pin", "246813")
    assert (done.returncode, done.stderr) == (1, "未检测到UKey，请插入UKey后重试\n")


def test_a_missing_driver_is_told_with_what_to_install(drawer: Drawer) -> None:
    done = tool(drawer, "list", UKEY_PKCS11_MODULE="/nowhere/libnone.so")
    assert done.returncode == 1
    for word in ("驱动", "softhsm2", "UKEY_PKCS11_MODULE", "/nowhere/libnone.so"):
        assert word in done.stderr


def test_a_missing_driver_is_a_fault_of_each_call_not_of_the_start(monkeypatch) -> None:
    monkeypatch.setenv("UKEY_PKCS11_MODULE", "/nowhere/libnone.so")
    with running(Tokens()) as page:
        reply = page.post("/v1/status")
        assert reply.code == "module_error"
        assert "softhsm2" in reply.json["detail"]


def test_a_library_that_is_no_driver_is_told(tmp_path) -> None:
    fake = tmp_path / "libnone.so"
    fake.write_bytes(b"not a library")
    assert code_of(Tokens(str(fake)).present) == "module_error"


def test_a_page_sees_a_key_pulled_out_and_put_back(page: Page, drawer: Drawer, label) -> None:
    before = page.post("/v1/presence", {}).json["present"]
    assert drawer.serial(label) in before
    certificate = drawer.certificate(label)
    softhsm.unplug(drawer.folder, label)
    started = time.monotonic()
    now = page.post("/v1/presence", {"known": before, "wait": 5}).json["present"]
    assert time.monotonic() - started < 1
    assert set(before) - set(now) == {certificate.serial}
    assert page.sign_in(certificate.id, PIN).code in {"no_key", "no_certificate"}
    assert tool(drawer, "plug", "--token", label).stdout == f"{label} 已插入\n"
    assert page.post("/v1/presence", {"known": now, "wait": 5}).json["present"] == before
    assert sign_in(page, drawer, label).status == 200


def test_a_key_issued_while_the_agent_runs_is_seen(page: Page, drawer: Drawer, label) -> None:
    known = page.post("/v1/presence", {}).json["present"]
    environment = {**os.environ, "SOFTHSM2_CONF": str(drawer.folder / "softhsm2.conf")}
    code = f"from ukey import softhsm; softhsm.init_token('LATE', '{SO_PIN}', '{PIN}')"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    now = page.post("/v1/presence", {"known": known, "wait": 5}).json["present"]
    assert len(now) == len(known) + 1
    softhsm.unplug(drawer.folder, "LATE")


SIGN_MANY = """
import sys
from pathlib import Path
from ukey.faults import KeyFault
from ukey.token import Tokens
tokens = Tokens(sys.argv[1], Path(sys.argv[2]))
for turn in range(40):
    one = next(c for c in tokens.certificates() if c.token == sys.argv[3])
    tokens.with_key(one, sys.argv[4], lambda signer: signer.sign(b"x", "sha256"))
"""


def test_two_processes_on_one_store_take_turns_without_a_fault(drawer, label) -> None:
    arguments = [drawer.module, str(drawer.folder), label, PIN]
    other = subprocess.Popen([sys.executable, "-c", SIGN_MANY, *arguments], cwd=ROOT)
    for _ in range(40):
        certificate = drawer.certificate(label)
        drawer.tokens.with_key(certificate, PIN, lambda signer: signer.sign(b"x", "sha256"))
    assert other.wait(30) == 0
    assert drawer.state(label) is PinState.OK


def test_a_store_has_one_layout_and_keeps_strangers_out(tmp_path) -> None:
    softhsm.prepare_store(tmp_path / "store")
    conf = tmp_path / "store" / "softhsm2.conf"
    written = conf.stat().st_mtime_ns
    softhsm.prepare_store(tmp_path / "store")
    assert conf.stat().st_mtime_ns == written
    assert (tmp_path / "store" / "tokens").stat().st_mode & 0o077 == 0
    assert "umask = 0077" in conf.read_text("utf-8")


def test_a_key_that_fails_does_not_hide_the_others(drawer: Drawer, label, monkeypatch) -> None:
    broken = drawer.provision()
    module = drawer.tokens._module
    honest = module.session

    def fail(token, **how: object):
        if token.label == broken:
            raise pkcs11.GeneralError
        return honest(token, **how)

    monkeypatch.setattr(module, "session", fail)
    labels = {certificate.token for certificate in drawer.tokens.certificates()}
    assert label in labels
    assert broken not in labels


def test_a_token_is_not_made_in_a_store_that_nobody_chose(monkeypatch) -> None:
    monkeypatch.delenv("SOFTHSM2_CONF", raising=False)
    with pytest.raises(softhsm.StoreFault):
        softhsm.init_token("x", SO_PIN, PIN)


def test_a_forgotten_store_is_told_in_words(monkeypatch, capsys) -> None:
    monkeypatch.delenv("UKEY_STORE", raising=False)
    assert token.main(["unplug", "--token", "x"]) == 1
    assert "--store" in capsys.readouterr().err
