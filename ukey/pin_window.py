"""The agent's own PIN window (密码输入窗口): shows who asks and what is signed.

Window toolkits want the main thread and may bring the process down, so the agent runs this module
as a child, hands it the request on standard input and reads the PIN from its standard output.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from ukey.backend import PinState
from ukey.calls import PinRequest
from ukey.faults import KeyFault

_SECONDS = 120
_NO_WINDOW = 3
_WARNINGS = {
    PinState.LOW: "注意：此前输错过密码",
    PinState.FINAL_TRY: "注意：仅剩最后一次尝试机会，输错将锁定UKey",
}


def ask_in_window(request: PinRequest) -> str | None:
    """Ask in a window for two minutes; None when declined. Raises KeyFault without a screen."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", "ukey.pin_window"],
            input=json.dumps(asdict(request)),
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if child.returncode:
        raise KeyFault("pin_cancelled", detail="本机无法显示密码窗口，请改用网页输入方式")
    pin = json.loads(child.stdout)
    return pin if isinstance(pin, str) else None


def words(request: PinRequest) -> str:
    """Write what the window says."""
    purpose = "登录" if request.document is None else "签署文件"
    lines = [f"网站 {request.origin} 请求{purpose}", f"UKey:{request.token} {request.holder}"]
    if request.document is not None:
        shown = json.dumps(json.loads(request.document), ensure_ascii=False, indent=2)
        lines += ["", shown]
    if request.pin_state in _WARNINGS:
        lines += ["", _WARNINGS[request.pin_state]]
    return "\n".join(lines)


def _show(request: PinRequest) -> str | None:
    import tkinter  # noqa: PLC0415  # not everywhere, and only the child needs it

    try:
        root = tkinter.Tk()
    except tkinter.TclError as error:
        raise RuntimeError(str(error)) from error
    root.title("UKey密码")
    root.attributes("-topmost", True)  # noqa: FBT003
    text = tkinter.Text(root, width=64, height=6 if request.document is None else 20)
    text.insert("1.0", words(request))
    text.configure(state="disabled")
    text.pack(padx=12, pady=12)
    entry = tkinter.Entry(root, show="●", width=32)
    if not request.pin_pad:
        entry.pack(padx=12)
    answer: list[str] = []

    def accept(_event: object = None) -> None:
        answer.append(entry.get())
        root.destroy()

    tkinter.Button(root, text="确定", command=accept).pack(side="left", padx=24, pady=12)
    tkinter.Button(root, text="取消", command=root.destroy).pack(side="right", padx=24, pady=12)
    root.bind("<Return>", accept)
    entry.focus_force()
    root.mainloop()
    return answer[0] if answer else None


def main() -> int:
    """Show the window for the request on standard input; write the PIN as JSON."""
    fields = json.load(sys.stdin)
    request = PinRequest(**{**fields, "pin_state": PinState(fields["pin_state"])})
    try:
        pin = _show(request)
    except (ImportError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return _NO_WINDOW
    json.dump(pin, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
