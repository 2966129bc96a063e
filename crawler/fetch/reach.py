"""Is it them or us? When nobody answers, it is this machine's line that is down."""

from crawler.job import Outcome

# What a dead line looks like from here. A refused connection does not: somebody refused it.
_SILENCE: frozenset[Outcome] = frozenset({"dns", "timeout"})
# So many hosts in a row, and not one answer in between: that is no coincidence.
_HOSTS = 5
_REMEMBERED = 10_000


class Reach:
    """Hosts that were silent since anybody last answered.

    One that was silent while another answered is dead, and no witness until it answers itself: a
    few dead hosts, asked more often than a few live ones, would else be taken for a dead line, and
    be asked as often for ever.
    """

    def __init__(self) -> None:
        self._silent: set[str] = set()
        # In the order in which they were found dead.
        self._dead: dict[str, None] = {}

    def answered(self, host: str) -> None:
        """Some server said something: the line is not down."""
        self._dead.pop(host, None)
        self._silent.discard(host)
        self._dead.update(dict.fromkeys(self._silent))
        self._silent.clear()
        while len(self._dead) > _REMEMBERED:
            del self._dead[next(iter(self._dead))]

    def missed(self, host: str, outcome: Outcome) -> bool:
        """Notes a failure; whether this machine seems to be offline, so that it says nothing."""
        if outcome not in _SILENCE:
            return False
        if host not in self._dead and len(self._silent) < _HOSTS:
            self._silent.add(host)
        return len(self._silent) >= _HOSTS
