"""The time by the documents' own word, deaf to a few that are dated in the future."""

import heapq
from collections.abc import Iterable

# So many documents must be dated at or after a time for it to have come: one outlet with a wrong
# year must not make the desk forget its last 90 days.
WITNESSES = 32


class Clock:
    """``now`` is the 32nd latest time seen, and never goes back."""

    def __init__(self, latest: list[float] | None = None) -> None:
        self.latest: list[float] = [] if latest is None else latest  # a heap

    def see(self, times: Iterable[float]) -> None:
        """Take note of documents' times."""
        latest = self.latest
        for at in times:
            if len(latest) < WITNESSES:
                heapq.heappush(latest, at)
            elif at > latest[0]:
                heapq.heapreplace(latest, at)

    @property
    def now(self) -> float:
        """Epoch seconds; minus infinity before the 32nd document."""
        return self.latest[0] if len(self.latest) == WITNESSES else float("-inf")
