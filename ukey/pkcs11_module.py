"""One PKCS#11 module on one thread (PKCS#11接口): loading, sessions, and what errors mean.

python-pkcs11 0.10.1 initialises a module without locking and yet drops the GIL, so two threads
corrupt memory: every call of this process runs on the one thread here. It also leaks the session of
a failed log-in, and a log-in left over makes any PIN right: all are closed before and after.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11 import TokenFlag
from pkcs11 import exceptions as faults

from ukey import softhsm
from ukey.backend import Answer, PinState
from ukey.faults import KeyFault

Handle = Any  # a token or a session of python-pkcs11
_THREAD = ThreadPoolExecutor(1, "pkcs11")
_seen: dict[str, tuple[str, ...]] = {}  # module → mark of the store it was loaded with

_GONE = (
    faults.DeviceRemoved,
    faults.TokenNotPresent,
    faults.TokenNotRecognised,
    faults.SessionHandleInvalid,
    faults.SessionClosed,
    faults.SlotIDInvalid,
)
_PIN_CODES: dict[type[faults.PKCS11Error], str] = {
    faults.PinIncorrect: "pin_incorrect",
    faults.PinInvalid: "pin_incorrect",
    faults.PinLenRange: "pin_length",
    faults.PinTooWeak: "pin_weak",
    faults.PinLocked: "pin_locked",
    faults.PinExpired: "pin_locked",
    faults.UserPinNotInitialized: "pin_locked",
}


class Module:
    """A module by its path, looked for at each use; `store` is SoftHSM2's folder."""

    def __init__(self, path: str | None = None, store: Path | None = None) -> None:
        self._named = path
        self._path = ""
        self._store = store
        if store:
            softhsm.prepare_store(store)
        self._lib: Any = None
        self._c: ctypes.CDLL | None = None

    def run(self, work: Callable[[], Answer], timeout: float = 60) -> Answer:
        """Do the work on the PKCS#11 thread. Raises KeyFault whatever goes wrong."""
        job = _THREAD.submit(self._turn, work)
        try:
            return job.result(timeout)
        except NotDone:
            job.cancel()
            raise KeyFault("busy") from None

    def _turn(self, work: Callable[[], Answer]) -> Answer:
        with softhsm.store_lock(self._store) if self._store else nullcontext():
            self._load()
            try:
                return work()
            except _GONE as error:
                raise KeyFault("key_removed") from error
            except faults.PKCS11Error as error:
                raise KeyFault("key_error", detail=type(error).__name__) from error

    def _load(self) -> None:
        """Load, or load anew when another process changed the store."""
        try:
            self._path = self._named or softhsm.find_module()
            mark: tuple[str, ...] = ()
            if self._store:
                softhsm.use_store(self._store)
                mark = (str(self._store), *softhsm.store_mark(self._store))
            self._lib = pkcs11.lib(self._path)
            if _seen.get(self._path, mark) != mark:
                self._lib.reinitialize()
            _seen[self._path] = mark
            self._c = self._c or ctypes.CDLL(self._path)
        except (RuntimeError, OSError) as error:  # PKCS11Error and ModuleMissing are RuntimeErrors
            raise KeyFault("module_error", detail=str(error)) from error

    def note_change(self) -> None:
        """Let other processes on the same store know."""
        if self._store:
            softhsm.note_change(self._store)

    def tokens(self) -> Iterator[Handle]:
        """Keys plugged in; one broken slot does not hide the others. On the thread only."""
        pulled = softhsm.unplugged(self._store) if self._store else frozenset()
        for slot in self._lib.get_slots(token_present=True):
            try:
                token = slot.get_token()
            except faults.PKCS11Error:
                continue
            if token.flags & TokenFlag.TOKEN_INITIALIZED and token.label not in pulled:
                yield token

    @contextmanager
    def session(self, token: Handle, **how: Handle) -> Iterator[Handle]:
        """Open the only session on a key, and leave none behind. On the thread only."""
        self._close_all(token)
        try:
            opened = token.open(**how)
        except faults.PKCS11Error as error:
            self._close_all(token)
            raise_for_pin(error, token)
            raise  # UserAlreadyLoggedIn among them: never taken for success
        try:
            yield opened
        finally:
            with suppress(faults.PKCS11Error):
                opened.close()
            self._close_all(token)

    def _close_all(self, token: Handle) -> None:
        close_all = getattr(self._c, "C_CloseAllSessions", None)
        if close_all is not None:
            close_all(ctypes.c_ulong(token.slot.slot_id))


def raise_for_pin(error: faults.PKCS11Error, token: Handle) -> None:
    """Raise the KeyFault for an error that is about the PIN; return for any other."""
    code = _PIN_CODES.get(type(error))
    if code is None:
        return
    state = PinState.OK
    with suppress(faults.PKCS11Error):
        state = pin_state(token.slot.get_token())
    locked = code == "pin_locked" or state is PinState.LOCKED
    raise KeyFault(code, final_try=state is PinState.FINAL_TRY, locked=locked) from error


def pin_state(token: Handle) -> PinState:
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        return PinState.LOCKED
    if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
        return PinState.FINAL_TRY
    return PinState.LOW if token.flags & TokenFlag.USER_PIN_COUNT_LOW else PinState.OK


def has_pin_pad(token: Handle) -> bool:
    return bool(token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH)


def serial_of(token: Handle) -> str:
    serial = token.serial
    return str(serial.decode("ascii", "replace") if isinstance(serial, bytes) else serial).strip()
