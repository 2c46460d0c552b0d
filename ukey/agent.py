"""The UKey agent on the clerk's computer (UKey客户端): `python -m ukey.agent --origin https://…`.

Pages of the hall ask it, over the loopback address, to sign in or to sign a document.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from ukey import softhsm
from ukey.backend import Backend
from ukey.calls import Calls, PinMode, Prompt
from ukey.loopback import ADDRESS, Server
from ukey.pin import PinGuard
from ukey.pin_window import ask_in_window
from ukey.tokens import Tokens

DEFAULT_PORT = 17700
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?|http://(localhost|127\.0\.0\.1)(:\d+)?")


def make_server(
    backend: Backend,
    origins: Collection[str],
    port: int = DEFAULT_PORT,
    *,
    pin_mode: PinMode = "window",
    prompt: Prompt = ask_in_window,
    guard: PinGuard | None = None,
) -> Server:
    """Put the agent together; `serve_forever` runs it. Raises OSError when the port is taken."""
    calls = Calls(backend, guard or PinGuard(backend), pin_mode, prompt)
    return Server(port, origins, calls.by_path())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted. It starts also without a driver, and says so at each call."""
    asked = _parser().parse_args(arguments)
    backend = Tokens(asked.module, asked.store)
    try:
        server = make_server(backend, asked.origin, asked.port, pin_mode=asked.pin)
    except OSError as error:
        sys.stderr.write(f"端口{asked.port}无法使用，UKey客户端可能已在运行：{error}\n")
        return 1
    address = f"http://{ADDRESS}:{server.server_port}"
    sys.stdout.write(f"UKey客户端已启动 {address} 允许的网站 {' '.join(asked.origin)}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ukey.agent", description="UKey客户端")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="本机端口")
    parser.add_argument(
        "--origin", action="append", type=_origin, required=True, help="允许的网站，可重复"
    )
    parser.add_argument(
        "--store",
        type=Path,
        default=os.environ.get(softhsm.STORE_VARIABLE),
        help=f"SoftHSM2 存储目录（演示；默认取环境变量 {softhsm.STORE_VARIABLE}）",
    )
    parser.add_argument(
        "--module",
        default=os.environ.get(softhsm.MODULE_VARIABLE),
        help=f"PKCS#11 驱动模块路径（默认取环境变量 {softhsm.MODULE_VARIABLE}）",
    )
    parser.add_argument(
        "--pin",
        choices=("page", "window"),
        default="window",
        help="密码在网页输入（page，演示）或在助手窗口输入（window，正式使用）",
    )
    return parser


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r}: https://主机[:端口],仅本机可用 http")
    return text


if __name__ == "__main__":
    sys.exit(main())
