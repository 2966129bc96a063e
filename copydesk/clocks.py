"""What is done every so often, by a clock that may be set."""


class Every:
    """Says once in so many seconds that it is time, and the first time it is asked.

    A clock that is set back, by an hour or a year, delays nothing by more than these seconds.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: float | None = None

    def is_due(self, now: float) -> bool:
        """Whether it is time at ``now``, in epoch seconds; then it is not until the next."""
        if self._last is not None and 0 <= now - self._last < self._seconds:
            return False
        self._last = now
        return True
