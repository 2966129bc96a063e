"""A new set of indices, filled beside the live one until it takes its place."""

import time
from collections.abc import Callable

from indexer.engines import elasticsearch_names as names
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_names import IndexSet


class ElasticsearchRebuild(ElasticsearchEngine):
    """See :class:`indexer.engines.protocol.Rebuild`: an engine on a set that nobody asks yet.

    Writers of the live set are not disturbed; they learn of the exchange from their position.
    """

    def __init__(
        self,
        settings: ElasticsearchSettings,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(settings, clock=clock, sleep=sleep)
        self._building = IndexSet(settings.prefix, stage="next")

    def prepare(self) -> None:
        """Begin a set after the live one; what an attempt before left is deleted."""
        with self._explained():
            live = self._aliases.live()
            self._aliases.clear(live)
            self._building = self._aliases.following(live)
            # A note of an earlier set of this number would count for the new one.
            self._forget(self._building)
        super().prepare()

    def exchange(self) -> None:
        """Let the new set answer instead of the live one, which is deleted, in one step.

        EngineMismatchError if the new one would fail searches; the live one then stays.
        """
        with self._explained():
            self._indices.complete(self._building)
            self._indices.check(self._building)
        self.refresh()
        with self._explained():
            self._aliases.exchange(self._building)

    def _chosen(self) -> IndexSet:
        return self._building

    def _forget(self, target: IndexSet) -> None:
        self._patient.options(ignore_status=404).delete(
            index=names.meta_alias(self._settings.prefix), id=target.position
        )
