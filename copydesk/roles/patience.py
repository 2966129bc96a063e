"""A record that others hold is waited for."""

from collections.abc import Callable

from copydesk.errors import RecordBusyError

_BUSY_TRIES = 5


def patiently(write: Callable[[], None]) -> None:
    """Write, again while the record is busy; anything else is an error at once.

    Raises :class:`RecordBusyError` when it stays busy.
    """
    for attempt in range(1, _BUSY_TRIES + 1):
        try:
            return write()
        except RecordBusyError:
            if attempt == _BUSY_TRIES:
                raise
    return None
