"""How much one may ask in a while: token buckets, kept in this process."""

import math
import time
from collections.abc import Callable
from threading import Lock

_MINUTE = 60.0
_MANY = 10_000
"""So many buckets are kept before those that are full again are looked for and dropped."""


class Buckets:
    """A bucket for each name, which holds what may be asked in a minute and fills within one.

    Whoever has been still for a minute may ask all of it at once; whoever asks on is held to the rate.

    Args:
        per_minute: how much a bucket holds, and how much flows into it in a minute.
        clock: the time in seconds, from wherever it counts.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, name: str) -> int:
        """Take one out of a bucket; 0, or where it is empty the seconds until there is one again."""
        with self._lock:
            now = self._clock()
            level, since = self._levels.get(name, (self._size, now))
            level = min(self._size, level + (now - since) * self._size / _MINUTE)
            self._drop_full(now)
            if level < 1:
                self._levels[name] = (level, now)
                return math.ceil((1 - level) * _MINUTE / self._size)
            self._levels[name] = (level - 1, now)
            return 0

    def __len__(self) -> int:
        return len(self._levels)

    def _drop_full(self, now: float) -> None:
        """Forget whoever has been still for a minute: that bucket is full, as a new one is."""
        if len(self._levels) >= _MANY:
            lately = {n: at for n, at in self._levels.items() if now - at[1] < _MINUTE}
            self._levels = lately
