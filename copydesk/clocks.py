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


# Steps of a clock that do not matter; a busy machine may also look this late.
_STEP_SECONDS = 60.0
# A clock that leapt is believed after it went on evenly for so long. Whoever sets clocks by the
# network does so within a minute or two of its coming back.
_EVEN_SECONDS = 300.0


class Agreement:
    """Says whether a clock that may be set goes with one that only ticks.

    The first time it is asked there is nothing to compare, and the clock is believed. One that
    leapt forward is not, until it goes back or has gone on evenly for some minutes. One that was
    set back is: who waits for a time then only waits longer.
    """

    def __init__(self) -> None:
        self._believed: float | None = None
        self._last = 0.0
        self._even_since = 0.0

    def holds(self, now: float, ticks: float) -> bool:
        """Whether ``now`` (epoch seconds) is believed at ``ticks`` (seconds of a steady clock)."""
        ahead = now - ticks
        if self._believed is None:
            self._believed = self._last = ahead
        if abs(ahead - self._last) > _STEP_SECONDS:
            self._even_since = ticks
        self._last = ahead
        if ahead - self._believed > _STEP_SECONDS and ticks - self._even_since < _EVEN_SECONDS:
            return False
        self._believed = ahead
        return True
