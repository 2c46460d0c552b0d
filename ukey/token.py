"""The tool that looks after keys (UKey管理工具): list, unlock, change a PIN, plug, unplug.

    python -m ukey.token --store FOLDER list
    python -m ukey.token --store FOLDER unlock --token LABEL

It works while the agent runs on the same store.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ukey import softhsm
from ukey.backend import PinState
from ukey.faults import KeyFault
from ukey.tokens import TokenInfo, Tokens

__all__ = ["TokenInfo", "Tokens", "main"]

_STATES = {
    PinState.OK: "正常",
    PinState.LOW: "有错误输入",
    PinState.FINAL_TRY: "仅剩最后一次",
    PinState.LOCKED: "已锁定",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool; 0 when done, 1 when the key refused, 2 when asked wrongly."""
    asked = _parser().parse_args(arguments)
    try:
        _run(asked)
    except KeyFault as fault:
        sys.stderr.write(f"{fault.text} {fault.details.get('detail', '')}".rstrip() + "\n")
        return 1
    except softhsm.ModuleMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ukey.token", description="UKey管理工具")
    parser.add_argument(
        "--store",
        type=Path,
        default=os.environ.get(softhsm.STORE_VARIABLE),
        help=f"SoftHSM2 存储目录（默认取环境变量 {softhsm.STORE_VARIABLE}）",
    )
    parser.add_argument("--module", help="PKCS#11 驱动模块路径")
    commands = parser.add_subparsers(dest="command", required=True, title="命令")
    commands.add_parser("list", help="列出已插入的UKey")
    for name, text in (
        ("unlock", "用管理员密码(SO PIN)解锁并重设UKey密码"),
        ("change-pin", "修改UKey密码"),
        ("unplug", "模拟拔出UKey(仅演示用存储)"),
        ("plug", "模拟插入UKey(仅演示用存储)"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--token", required=True, metavar="LABEL", help="UKey标签")
        if name == "unlock":
            command.add_argument("--so-pin", help="管理员密码；不写则提示输入")
        if name in {"unlock", "change-pin"}:
            command.add_argument("--pin", help="新密码；不写则提示输入")
        if name == "change-pin":
            command.add_argument("--old-pin", help="原密码；不写则提示输入")
            command.add_argument(
                "--confirm-final-try", action="store_true", help="确认使用最后一次尝试机会"
            )
    return parser


def _run(asked: argparse.Namespace) -> None:
    if asked.command in {"unplug", "plug"}:
        _move(asked)
        return
    tokens = Tokens(asked.module, asked.store)
    if asked.command == "list":
        _list(tokens)
    elif asked.command == "unlock":
        so_pin = asked.so_pin or getpass.getpass("管理员密码(SO PIN):")
        tokens.unlock(asked.token, so_pin, asked.pin or _new_pin())
        sys.stdout.write(f"{asked.token} 已解锁，新密码已生效\n")
    else:
        old = asked.old_pin or getpass.getpass("原密码:")
        new = asked.pin or _new_pin()
        tokens.change_pin(asked.token, old, new, confirm_final_try=asked.confirm_final_try)
        sys.stdout.write(f"{asked.token} 密码已修改\n")


def _list(tokens: Tokens) -> None:
    certificates = tokens.certificates()
    found = tokens.tokens()
    if not found:
        sys.stdout.write("未检测到UKey\n")
    for token in found:
        holders = [c for c in certificates if c.serial == token.serial]
        names = "、".join(f"{c.subject_cn}({c.organization})" for c in holders) or "无证书"
        sys.stdout.write(
            f"{token.label}\t{token.serial}\t密码状态:{_STATES[token.pin_state]}\t{names}\n"
        )


def _move(asked: argparse.Namespace) -> None:
    if not asked.store:
        raise KeyFault("no_key", detail="模拟插拔需要 --store")
    if asked.command == "unplug":
        softhsm.unplug(asked.store, asked.token)
    else:
        softhsm.plug(asked.store, asked.token)
    done = "已拔出" if asked.command == "unplug" else "已插入"
    sys.stdout.write(f"{asked.token} {done}\n")


def _new_pin() -> str:
    first = getpass.getpass("新密码:")
    if first != getpass.getpass("再次输入新密码:"):
        raise KeyFault("pin_incorrect", detail="两次输入不一致")
    return first


if __name__ == "__main__":
    sys.exit(main())
