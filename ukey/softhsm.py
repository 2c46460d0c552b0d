"""SoftHSM2 as a stand-in for real keys: a private store in a folder, no root needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SO_PIN = "88888888"
"""The management PIN (SO PIN) of every demo UKey."""
MODULE_VARIABLE = "UKEY_PKCS11_MODULE"
STORE_VARIABLE = "UKEY_STORE"
CONF_VARIABLE = "SOFTHSM2_CONF"

KNOWN_PLACES: dict[str, tuple[str, ...]] = {
    "linux": (
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib64/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/lib/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ),
    "darwin": (
        "/opt/homebrew/lib/softhsm/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ),
    "win32": (
        r"C:\SoftHSM2\lib\softhsm2-x64.dll",
        r"C:\Program Files\SoftHSM2\lib\softhsm2-x64.dll",
    ),
}
INSTALL = "apt-get install softhsm2; brew install softhsm; dnf install softhsm"


class ModuleMissing(RuntimeError):
    """No PKCS#11 module; the text names the packages, the variable and the places looked at."""


class StoreFault(RuntimeError):
    """SoftHSM2 could not do what was asked of its store."""


def find_module() -> str:
    """Find the PKCS#11 module: `UKEY_PKCS11_MODULE` alone when set, else the known places.

    Raises ModuleMissing.
    """
    named = os.environ.get(MODULE_VARIABLE)
    places = (named,) if named else KNOWN_PLACES.get(sys.platform, ())
    for place in places:
        if Path(place).is_file():
            return place
    raise ModuleMissing(
        f"未找到UKey驱动(PKCS#11模块)。 No PKCS#11 module found. Install SoftHSM2 ({INSTALL}) "
        f"or set {MODULE_VARIABLE} to a module. Looked at: {', '.join(places) or 'nowhere'}"
    )


def ensure_store(folder: Path) -> str:
    """Make `folder` a SoftHSM2 store, point this process at it, and answer the module's path.

    Must run before the module is loaded. The agent and the token tool share a store by taking
    turns (`store_lock`). Raises ModuleMissing.
    """
    module = find_module()
    prepare_store(folder)
    use_store(folder)
    return module


def prepare_store(folder: Path) -> None:
    """Write the folder's layout and softhsm2.conf, unless they stand already."""
    tokens = folder.resolve() / "tokens"
    tokens.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = (
        f"directories.tokendir = {tokens}\n"
        "objectstore.backend = file\n"
        "objectstore.umask = 0077\n"
        "log.level = ERROR\n"
        "slots.removable = true\n"
    )
    conf = conf_file(folder)
    if not conf.is_file() or conf.read_text(encoding="utf-8") != wanted:
        _replace(conf, wanted)


def conf_file(folder: Path) -> Path:
    return folder.resolve() / "softhsm2.conf"


def use_store(folder: Path) -> bool:
    """Point this process at the store; yes when it pointed elsewhere before."""
    conf = str(conf_file(folder))
    changed = os.environ.get(CONF_VARIABLE) != conf
    os.environ[CONF_VARIABLE] = conf
    return changed


def init_token(label: str, so_pin: str, user_pin: str) -> None:
    """Make an empty token in the store `ensure_store` chose. Raises ModuleMissing, StoreFault.

    The PINs stand on a command line for a moment: for development keys only.
    """
    tool = shutil.which("softhsm2-util")
    if tool is None:
        raise ModuleMissing(f"softhsm2-util is not on PATH. Install SoftHSM2 ({INSTALL})")
    conf = os.environ.get(CONF_VARIABLE)
    if conf is None:
        raise StoreFault("ensure_store comes first")
    pins = ["--so-pin", so_pin, "--pin", user_pin]
    with store_lock(Path(conf).parent):
        done = subprocess.run(  # noqa: S603
            [tool, "--init-token", "--free", "--label", label, *pins],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    if done.returncode:
        raise StoreFault(f"softhsm2-util: {(done.stderr or done.stdout).strip()}")


def unplugged(folder: Path) -> frozenset[str]:
    """Labels of the tokens that are pulled out of this store."""
    try:
        labels = json.loads((folder / "unplugged.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return frozenset()
    return frozenset(str(label) for label in labels)


def unplug(folder: Path, label: str) -> None:
    """Pull a token out (拔出). The agent sees it at its next look."""
    _write_unplugged(folder, unplugged(folder) | {label})


def plug(folder: Path, label: str) -> None:
    """Put a token back (插入)."""
    _write_unplugged(folder, unplugged(folder) - {label})


def _write_unplugged(folder: Path, labels: frozenset[str]) -> None:
    _replace(folder / "unplugged.json", json.dumps(sorted(labels), ensure_ascii=False))


def note_change(folder: Path) -> None:
    """Tell other processes on this store to load it anew."""
    _replace(folder / "changed", os.urandom(8).hex())


def store_mark(folder: Path) -> tuple[str, ...]:
    """Answer a value that changes when a token came or went, or a change was noted."""
    try:
        noted = (folder / "changed").read_text(encoding="utf-8")
    except FileNotFoundError:
        noted = ""
    return (noted, *sorted(entry.name for entry in os.scandir(folder / "tokens")))


@contextmanager
def store_lock(folder: Path) -> Iterator[None]:
    """One process at a time: two that log in at once make most of each other's log-ins fail."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415  # not on Windows

    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(path: Path, text: str) -> None:
    """Write whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
