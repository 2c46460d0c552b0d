"""Which keys are plugged in (插拔检测), looked at often and by many pages at once."""

from __future__ import annotations

import threading
import time

from ukey.backend import Backend
from ukey.faults import KeyFault

LONGEST_WAIT = 25.0
_LOOK_EVERY = 0.3  # seconds; a key pulled out is seen within one


class Presence:
    """The keys plugged in, looked up once for all waiting pages; while busy, as last seen."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._present: list[str] = []

    def now(self) -> list[str]:
        with self._lock:
            if time.monotonic() - self._looked_at >= _LOOK_EVERY / 2:
                try:
                    self._present = self._backend.present()
                except KeyFault as fault:
                    if fault.code != "busy":
                        raise
                self._looked_at = time.monotonic()
            return self._present

    def wait_for_other_than(self, known: list[str], seconds: float) -> list[str]:
        """Answer as soon as something else is plugged in than `known`, or when time is up."""
        until = time.monotonic() + min(LONGEST_WAIT, max(0.0, seconds))
        while (present := self.now()) == known and time.monotonic() < until:
            time.sleep(_LOOK_EVERY)
        return present
