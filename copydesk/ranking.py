"""Count values and keep them in order, so that one more costs little however many there are."""

from bisect import bisect_left, insort


class Ranking:
    """Values by how often they were counted, the most frequent first, equals by name."""

    __slots__ = ("_counts", "_order")

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._order: list[tuple[int, str]] = []

    def add(self, value: str) -> None:
        """Count it once more."""
        count = self._counts.get(value, 0)
        if count:
            del self._order[bisect_left(self._order, (-count, value))]
        self._counts[value] = count + 1
        insort(self._order, (-count - 1, value))

    def all(self) -> tuple[str, ...]:
        """All of them."""
        return tuple([value for _, value in self._order])

    def most(self, limit: int) -> tuple[str, ...]:
        """The first ``limit`` of them."""
        return tuple([value for _, value in self._order[:limit]])
