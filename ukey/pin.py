"""Rules about PINs (UKey密码): what a new one must be, and how often a wrong one may be tried."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from ukey.backend import Answer, Backend, KeyCertificate, PinState, Signer
from ukey.faults import KeyFault

SHORTEST_NEW, LONGEST_NEW = 6, 32
_LONGEST = 64
_WAIT_SECONDS = 10.0
_STEPS = ({0}, {1}, {-1})  # all the same, rising, falling


def check_new_pin(pin: str) -> None:
    """Demand 6 to 32 characters that are not one run. Raises KeyFault."""
    if not SHORTEST_NEW <= len(pin) <= LONGEST_NEW:
        raise KeyFault("pin_length", shortest=SHORTEST_NEW, longest=LONGEST_NEW)
    if {ord(b) - ord(a) for a, b in pairwise(pin)} in _STEPS:
        raise KeyFault("pin_weak")


@dataclass
class _Tries:
    """Wrong PINs of one key, as this agent saw them."""

    at: list[float] = field(default_factory=list)
    left_as: PinState = PinState.OK


class PinGuard:
    """Stands before a backend: one operation at a time, three wrong PINs in five minutes per key.

    So a page cannot lock a key, and the last try a key grants must be confirmed.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        clock: Callable[[], float] = time.monotonic,
        allowed: int = 3,
        window: float = 300,
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._allowed = allowed
        self._window = window
        self._turn = threading.Lock()
        self._tries: dict[str, _Tries] = {}

    def use_key(
        self,
        certificate_id: str,
        ask_pin: Callable[[KeyCertificate], str | None],
        work: Callable[[Signer, KeyCertificate], Answer],
        *,
        confirm_final_try: bool = False,
    ) -> Answer:
        """Find the key, ask for its PIN if a try is allowed, do the work. Raises KeyFault.

        `ask_pin` answers None for a key with a PIN pad.
        """
        if not self._turn.acquire(timeout=_WAIT_SECONDS):
            raise KeyFault("busy")
        try:
            certificate = self._find(certificate_id)
            self._check_state(certificate, confirmed=confirm_final_try)
            self._check_rate(certificate)
            pin = ask_pin(certificate)
            if pin is not None and not 1 <= len(pin) <= _LONGEST:
                raise KeyFault("pin_length")
            return self._log_in(certificate, pin, lambda signer: work(signer, certificate))
        finally:
            self._turn.release()

    def _find(self, certificate_id: str) -> KeyCertificate:
        for certificate in self._backend.certificates():
            if certificate.id == certificate_id:
                return certificate
        raise KeyFault("no_certificate" if self._backend.present() else "no_key")

    def _check_state(self, certificate: KeyCertificate, *, confirmed: bool) -> None:
        if certificate.pin_state is PinState.LOCKED:
            raise KeyFault("pin_locked", locked=True)
        if certificate.pin_state is PinState.FINAL_TRY and not confirmed:
            raise KeyFault("pin_final_try", final_try=True)

    def _check_rate(self, certificate: KeyCertificate) -> None:
        tries = self._tries.setdefault(certificate.serial, _Tries())
        if certificate.pin_state is PinState.OK and tries.left_as is not PinState.OK:
            tries.at.clear()  # someone unlocked the key since
        now = self._clock()
        tries.at = [at for at in tries.at if now - at < self._window]
        if len(tries.at) >= self._allowed:
            wait = int(self._window - (now - tries.at[0])) + 1
            raise KeyFault("rate_limited", retry_after=wait)

    def _log_in(
        self, certificate: KeyCertificate, pin: str | None, work: Callable[[Signer], Answer]
    ) -> Answer:
        tries = self._tries[certificate.serial]
        try:
            answer = self._backend.with_key(certificate, pin, work)
        except KeyFault as fault:
            if fault.code in {"pin_incorrect", "pin_locked"}:
                tries.at.append(self._clock())
                tries.left_as = self._state_of(certificate)
            raise
        tries.at.clear()
        return answer

    def _state_of(self, certificate: KeyCertificate) -> PinState:
        try:
            return self._find(certificate.id).pin_state
        except KeyFault:
            return PinState.OK
