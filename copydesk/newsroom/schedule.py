"""When the newsroom releases its articles: all at once, or one after the other."""

from typing import Protocol

import msgspec


class Schedule(Protocol):
    """Decides what is out, from the seconds since the newsroom opened."""

    def released(self, total: int, elapsed: float) -> int:
        """How many of ``total`` articles, counted from the earliest, are out by now."""


class AllAtOnce(msgspec.Struct, frozen=True):
    """Everything is out from the start."""

    def released(self, total: int, elapsed: float) -> int:  # noqa: ARG002  the protocol's form
        """All of them."""
        return total


class Gradual(msgspec.Struct, frozen=True):
    """Articles come evenly over ``seconds``; the first ``at_start`` are out at once."""

    seconds: float = 60.0
    at_start: int = 8

    def released(self, total: int, elapsed: float) -> int:
        """Between ``at_start`` and ``total``."""
        if elapsed >= self.seconds:
            return total
        share = max(elapsed, 0.0) / self.seconds
        return min(total, self.at_start + int(share * max(total - self.at_start, 0)))
