"""How often one visitor may ask (频率限制): a sliding window per key, bounded in memory."""

import time
from collections import OrderedDict, deque

#: So many visitors are remembered; the one not seen for longest is forgotten first.
REMEMBERED = 10_000


class Pace:
    """At most `most` in any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def is_too_fast(self, key: str) -> bool:
        """Count one more for `key`; tell whether it is one too many, and so not counted."""
        now = time.monotonic()
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and now - times[0] >= self.seconds:
            times.popleft()
        if len(times) >= self.most:
            return True
        times.append(now)
        if len(self._times) > REMEMBERED:
            self._times.popitem(last=False)
        return False

    def clear(self) -> None:
        """Forget everybody."""
        self._times.clear()
