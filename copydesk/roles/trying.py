"""Files that could not be read for a reason that may pass: tried again a few times."""

from pathlib import Path

# Until files can be opened again, or there is memory to parse with, may take minutes. A file that
# ends the process that reads it does so every time.
_PAUSES = (10.0, 60.0, 600.0)


class Trials:
    """Remembers, while the process lives, what failed and when it is tried again.

    Times are seconds of a steady clock.
    """

    def __init__(self) -> None:
        self._failed: dict[Path, tuple[int, float]] = {}

    def is_due(self, file: Path, now: float) -> bool:
        """Whether the file may be read: it is new, or has waited long enough."""
        return self._failed.get(file, (0, now))[1] <= now

    def again(self, file: Path, now: float) -> bool:
        """Note that reading it failed; whether it is to be tried again."""
        failures = self._failed.get(file, (0, now))[0]
        if failures == len(_PAUSES):
            del self._failed[file]
            return False
        self._failed[file] = (failures + 1, now + _PAUSES[failures])
        return True

    def forget(self, file: Path) -> None:
        """It was read, or is gone."""
        self._failed.pop(file, None)
