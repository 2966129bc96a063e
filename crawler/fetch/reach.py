"""Is it them or us? When nobody answers, it is this machine's line that is down."""

from crawler.job import Outcome

# What a dead line looks like from here. A refused connection does not: somebody refused it.
_SILENCE: frozenset[Outcome] = frozenset({"dns", "timeout"})
# So many hosts in a row, and not one answer in between: that is no coincidence.
_HOSTS = 5


class Reach:
    """Hosts that were silent since anybody last answered."""

    def __init__(self) -> None:
        self._silent: set[str] = set()

    def answered(self) -> None:
        """Some server, any server, said something."""
        self._silent.clear()

    def missed(self, host: str, outcome: Outcome) -> bool:
        """Notes a failure; whether this machine seems to be offline, so that it says nothing."""
        if outcome not in _SILENCE:
            return False
        if len(self._silent) < _HOSTS:
            self._silent.add(host)
        return len(self._silent) >= _HOSTS
