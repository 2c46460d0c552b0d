"""`python -m demo`: prepare what is missing, then serve the hall with its agent until Ctrl-C."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

DEMO_DAY = "2026-07-06"
READY_SECONDS = 60
os.environ.setdefault("HALL_TODAY", DEMO_DAY)

from streamlit import logger as streamlit_logger

import settings
from data import database, schema
from demo import fixture, keys
from demo.cast import CAST, SO_PIN
from services import jobs
from ukey.softhsm import ModuleMissing


def prepare() -> None:
    """Make the database, its people and their keys, where they are not there yet."""
    engine = database.connect(settings.DATABASE_URL)
    schema.create(engine)
    with database.transaction() as session:
        # The password hasher's package warns of being imported outside Streamlit's own server.
        streamlit_logger.set_log_level("ERROR")
        if fixture.is_filled(session):
            fixture.add_people(session)
        else:
            fixture.fill(session)
    with database.transaction() as session:
        keys.make(session)
    jobs.follow_deferrals()  # HALL_TODAY may have been set on; no timer runs beside the demo
    engine.dispose()


def reset() -> None:
    """Forget all demo data: the tables, the keys, the documents; nothing else in the folder."""
    engine = database.connect(settings.DATABASE_URL)
    schema.drop(engine)
    engine.dispose()
    for name in ("demo", "documents", "prints", "audit-heads"):
        shutil.rmtree(settings.STORAGE / name, ignore_errors=True)
    for leftover in (*settings.STORAGE.glob("hall.db*"), *settings.STORAGE.glob("audit*.key")):
        leftover.unlink()


def serve() -> int:
    """Run the agent and the hall; end both when either ends or Ctrl-C is pressed."""
    environment = {**os.environ, "HALL_TRUST": str(keys.CA / "trust")}
    agent = [sys.executable, "-m", "ukey.agent", "--port", str(settings.AGENT_PORT),
             "--origin", settings.ORIGIN, "--store", str(keys.STORE), "--pin", "page"]  # fmt: skip
    hall = [sys.executable, "-m", "uvicorn", "app:app", "--host", "127.0.0.1",
            "--port", str(settings.HALL_PORT), "--no-server-header", "--log-level", "warning",
            "--ws-max-size", str(16 * 1024 * 1024)]  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    running = [subprocess.Popen(command, env=environment) for command in (agent, hall)]  # noqa: S603
    try:
        if not _is_ready(running):
            print("启动未成功，请查看上面的提示。", file=sys.stderr)
            return 1
        greet()
        while all(process.poll() is None for process in running):
            time.sleep(0.5)
        print("UKey客户端或网厅已停止。", file=sys.stderr)
    except KeyboardInterrupt:
        print("\n网厅已停止，数据已保留。")
        return 0
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=10)
    return 1


def greet() -> None:
    """Print the address, the people, their PINs and passwords."""
    print(f"\n黔东南州住房公积金网上业务大厅已启动：{settings.ORIGIN}")
    print(
        f"业务日期 {os.environ['HALL_TODAY']}；UKey客户端 {settings.AGENT_URL}；数据目录 {settings.STORAGE}\n"
    )
    print(f"{'UKey':<10}{'姓名':<8}{'角色':<8}{'Ukey证书密码':<12}{'用户名':<10}密码")
    for player in CAST:
        who = f"{player.key:<10}{player.name:<{10 - len(player.name)}}{player.role.label:<8}"
        print(f"{who}{player.pin:<14}{player.username:<12}{player.password}")
    print(f"\nUKey管理密码（SO PIN）：{SO_PIN}。停止：Ctrl-C。重新开始：make demo-reset。")


def taken() -> str:
    """Return which port somebody else has, in words; nothing where both are free."""
    ports = {
        "网厅": ("HALL_PORT", settings.HALL_PORT),
        "UKey客户端": ("UKEY_AGENT_PORT", settings.AGENT_PORT),
    }
    for what, (name, port) in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return (
                    f"{what}的端口{port}已被占用，可能已启动过一次。"
                    f"请先停止占用端口的程序，或另选端口，如：{name}={port + 1} make run"
                )
    return ""


def _is_ready(running: list[subprocess.Popen[bytes]]) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and all(process.poll() is None for process in running):
        try:
            address = f"http://127.0.0.1:{settings.HALL_PORT}/livez"
            request = urllib.request.Request(address, headers={"Host": settings.HOST})
            with urllib.request.urlopen(request, timeout=2):  # noqa: S310
                time.sleep(0.3)  # one that found its port taken has ended by now
                return all(process.poll() is None for process in running)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return False


def main() -> int:
    if sys.argv[1:] == ["reset"]:
        reset()
        print("演示数据已清除，下次 make run 时重新建立。")
        return 0
    only_prepares = sys.argv[1:] == ["prepare"]
    if not only_prepares and (told := taken()):
        print(told, file=sys.stderr)
        return 1
    Path(settings.STORAGE).mkdir(parents=True, exist_ok=True)
    try:
        prepare()
    except (ModuleMissing, schema.Unfit) as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0 if only_prepares else serve()


if __name__ == "__main__":
    sys.exit(main())
