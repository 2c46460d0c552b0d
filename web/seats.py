"""Seats (席位): how many people this process serves at once; who comes beyond that waits outside.

Whoever is in stays in: a seat is kept while a page is in use, and for a while after it was closed.
A hall that falls behind its own work is full as well, however few are in it.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import settings

log = logging.getLogger("hall.web")

#: A page that lost its line finds its seat again, and for half of this time its memory in Streamlit too.
AWAY_SECONDS: Final = 120.0
#: A page left open without a touch gives its seat up when its session runs out.
IDLE_SECONDS: Final = 900.0
#: The hall looks so often how late it is, and judges by the last so many looks.
LOOK_SECONDS: Final = 0.5
LOOKS: Final = 10


@dataclass(slots=True)
class _Seat:
    until: float
    pages: int = 0


class Seats:
    """The seats of one process, by session cookie: two windows of one person are one seat."""

    def __init__(self) -> None:
        self._was_full = False
        self.clear()

    def clear(self) -> None:
        """Forget everybody."""
        self._seats: dict[bytes, _Seat] = {}
        self._lateness = [0.0] * LOOKS

    def has_room(self, secret: str) -> bool:
        """Tell whether the holder of this cookie sits already, or could."""
        seat = self._seats.get(_digest(secret))
        return (seat is not None and seat.until > time.monotonic()) or not self.is_full()

    def take(self, secret: str) -> bool:
        """Seat the holder of this cookie; False where there is no room."""
        if not self.has_room(secret):
            return False
        self._keep(secret, AWAY_SECONDS)
        return True

    def open(self, secret: str) -> None:
        """Note that one more of her pages is open."""
        self._keep(secret, IDLE_SECONDS).pages += 1

    def touch(self, secret: str) -> None:
        """Note that she does something."""
        self._keep(secret, IDLE_SECONDS)

    def close(self, secret: str) -> None:
        """Note that one of her pages was closed; she may come back."""
        seat = self._keep(secret, AWAY_SECONDS)
        seat.pages -= 1
        if seat.pages <= 0:
            seat.until = time.monotonic() + AWAY_SECONDS

    def taken(self) -> int:
        now = time.monotonic()
        self._seats = {
            key: seat for key, seat in self._seats.items() if seat.until > now or seat.pages > 0
        }
        return sum(seat.until > now for seat in self._seats.values())

    def late(self) -> float:
        """Return how many seconds this process came late to its turns, on the average of late."""
        return sum(self._lateness) / len(self._lateness)

    def is_full(self) -> bool:
        """Tell whether a newcomer has to wait."""
        taken, late = self.taken(), self.late()
        is_full = taken >= settings.MOST_PEOPLE or late > settings.LONGEST_LATE
        if is_full is not self._was_full:
            self._was_full = is_full
            log.warning("%s people=%d late=%.2f", "full" if is_full else "room", taken, late)
        return is_full

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look how late this process is, for as long as the block runs."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _look(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            self.note_late(time.monotonic() - before - LOOK_SECONDS)

    def note_late(self, seconds: float) -> None:
        self._lateness = [*self._lateness[1:], seconds]

    def _keep(self, secret: str, seconds: float) -> _Seat:
        until = time.monotonic() + seconds
        seat = self._seats.setdefault(_digest(secret), _Seat(until))
        seat.until = max(seat.until, until)
        return seat


#: Of this process: the gate seats people, /readyz tells how many.
seats: Final = Seats()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
