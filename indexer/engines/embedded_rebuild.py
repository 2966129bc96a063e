"""A new embedded index, filled beside the one in use until it takes its place."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.engines import embedded_files as files
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import Write, WriteReport


class EmbeddedRebuild:
    """See :class:`indexer.engines.protocol.Rebuild`.

    The old index is deleted when no process writes it; else its writer does so, when it learns of
    the exchange from its position.
    """

    def __init__(self, path: Path | str, *, clock: Callable[[], float] = time.time) -> None:
        self._path = Path(path)
        self._built = files.following(self._path)
        self._engine = EmbeddedEngine(self._built, clock=clock)

    def prepare(self) -> None:
        """Begin with nothing, holding the lock of the new index."""
        files.clear(self._built)
        self._engine.prepare()

    def follow(self, timeline: str) -> None:
        """Commit positions as those of this log."""
        self._engine.follow(timeline)

    def write(self, batch: Sequence[Write]) -> WriteReport:
        """Add to the next commit."""
        return self._engine.write(batch)

    def refresh(self) -> None:
        """Commit."""
        self._engine.refresh()

    def exchange(self) -> None:
        """Every reader and writer finds the new index from now on."""
        self._engine.refresh()
        files.exchange(self._path, self._built)
        # After it: what is neither in use nor being written, another process may delete.
        self._engine.close()
        files.sweep(self._path)

    def close(self) -> None:
        """Give the lock back."""
        self._engine.close()
