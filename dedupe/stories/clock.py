"""What time it is, by the documents themselves."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from math import inf
from typing import Final

_SAMPLE: Final = 101


class Clock:
    """The median time of the last arrivals, so that one date in the far future closes nothing."""

    def __init__(self, arrivals: Iterable[float] = ()) -> None:
        self.arrivals: deque[float] = deque()
        self._sorted: list[float] = []
        for at in arrivals:
            self.tick(at)

    def tick(self, at: float) -> float:
        """Note an arrival; gives the time now, epoch seconds."""
        if len(self.arrivals) == _SAMPLE:
            del self._sorted[bisect_left(self._sorted, self.arrivals.popleft())]
        self.arrivals.append(at)
        insort(self._sorted, at)
        return self.now

    @property
    def now(self) -> float:
        """Epoch seconds; before the first arrival, before all times."""
        return self._sorted[len(self._sorted) // 2] if self._sorted else -inf
