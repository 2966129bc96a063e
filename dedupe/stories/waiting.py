"""The stories that changed and are still to be looked at, each when its time has come.

A feed that delivers out of order, an archive that is imported while the news goes on, one item
dated tomorrow: what is due comes out, whatever was put in before it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from math import inf
from typing import Final

_STALE: Final = 1000
"""So many entries that no longer hold are not worth sweeping."""


class Waiting:
    """Stories by running number with the time at which each is due, epoch seconds."""

    def __init__(self, entries: Iterable[tuple[int, float]] = ()) -> None:
        """``entries`` are the :meth:`items` of another, in their order."""
        # A plain dictionary looks for its first entry among all that left before it.
        self._due: OrderedDict[int, tuple[float, int]] = OrderedDict()
        # By time, then in the order they came in; entries that no longer hold are passed over.
        self._heap: list[tuple[float, int, int]] = []
        self._count = 0
        for born, due in entries:
            self.put(born, due)

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, born: int) -> bool:
        return born in self._due

    def __iter__(self) -> Iterator[int]:
        """The stories in the order they came in."""
        return iter(self._due)

    def items(self) -> list[tuple[int, float]]:
        """Each story with its time, in the order they came in."""
        return [(born, due) for born, (due, _) in self._due.items()]

    def put(self, born: int, due: float) -> None:
        """Let a story wait until ``due``, or as long as it waits already if that is shorter."""
        until, count = self._due.get(born, (inf, self._count))
        if due < until:
            self._due[born] = due, count
            heappush(self._heap, (due, count, born))
            self._count = max(self._count, count + 1)

    def discard(self, born: int) -> None:
        """Let a story wait no longer, if it does."""
        self._due.pop(born, None)
        if len(self._heap) > 2 * len(self._due) + _STALE:
            self._heap = [(due, count, number) for number, (due, count) in self._due.items()]
            heapify(self._heap)

    def latest(self) -> float:
        """When the one that came in last is due; before all times if none waits."""
        return next(reversed(self._due.values()))[0] if self._due else -inf

    def due(self, now: float, most: int) -> list[int]:
        """The first ``most`` stories whose time has come; they go on waiting."""
        found: list[tuple[float, int, int]] = []
        while self._heap and self._heap[0][0] <= now and len(found) < most:
            entry = heappop(self._heap)
            due, count, born = entry
            if self._due.get(born) == (due, count):
                found.append(entry)
        for entry in found:
            heappush(self._heap, entry)
        return [born for _, _, born in found]
