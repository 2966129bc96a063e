"""Bulk writing: pieces of a size the server likes, and the fate of every item."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from indexer.engines.protocol import Fate
from indexer.errors import EngineUnavailableError

PIECE_BYTES = 5_000_000  # Elastic advises 5 to 15 MB a request.
PIECE_ITEMS = 1000
_SMALLEST = 10
_ATTEMPTS = 7  # 0.2 s doubled six times: 25 s at most, within the desk's patience.
_FIRST_PAUSE = 0.2
_BUSY = (429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Item:
    """Two encoded lines, and where the caller knows them by."""

    number: int
    lines: bytes


@dataclass(slots=True)
class Fates:
    """By item number: the fate, and for the rejected a reason."""

    of: dict[int, Fate] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def fate(answer: dict[str, Any]) -> tuple[Fate, str]:
    """What one item's answer means.

    A version conflict is a stale write. Busy, blocked (flood stage) and missing shards pass by;
    everything else is this document's own fault.
    """
    status = int(answer["status"])
    error = answer.get("error") or {}
    if status < 300:
        return "ok", ""
    if error.get("type") == "version_conflict_engine_exception":
        return "stale", ""
    if status in _BUSY or error.get("type") in (
        "cluster_block_exception",
        "unavailable_shards_exception",
        "es_rejected_execution_exception",
        "index_not_found_exception",
    ):
        return "retry", str(error.get("type"))
    return "rejected", f"{error.get('type')}: {error.get('reason')}"[:500]


def pieces(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """Items in order, at most ``size`` and about ``PIECE_BYTES`` together."""
    piece: list[Item] = []
    weight = 0
    for item in items:
        if piece and (len(piece) >= size or weight + len(item.lines) > PIECE_BYTES):
            yield piece
            piece, weight = [], 0
        piece.append(item)
        weight += len(item.lines)
    if piece:
        yield piece


class Bulk:
    """Sends items until each has a final fate; slows down when the server asks for it."""

    def __init__(
        self,
        client: Elasticsearch,
        *,
        sleep: Callable[[float], None] = time.sleep,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._spread = spread
        self._size = PIECE_ITEMS

    def send(self, items: Sequence[Item]) -> Fates:
        """EngineUnavailableError when the server stays busy; then no final fate was lost,
        since writing again does no harm."""
        fates = Fates()
        pause = _FIRST_PAUSE
        left = list(items)
        for _ in range(_ATTEMPTS):
            left, why = self._round(left, fates)
            if not left:
                self._size = min(PIECE_ITEMS, self._size * 2)
                return fates
            # Full jitter, so that several writers do not come back together.
            self._sleep(pause * (0.5 + self._spread() / 2))
            pause *= 2
        raise EngineUnavailableError(
            f"Elasticsearch is too busy or blocked for writing ({why})",
            next_step="Look at the cluster's health and free disk space; the index catches up.",
        )

    def _round(self, items: list[Item], fates: Fates) -> tuple[list[Item], str]:
        """One pass over the items; those to try again, and why."""
        again: list[Item] = []
        why = ""
        for piece in pieces(items, self._size):
            lines: list[Any] = [item.lines for item in piece]  # The client takes encoded lines too.
            try:
                answers = self._client.bulk(operations=lines)["items"]
            except ApiError as error:
                if error.meta.status == 413 and len(piece) == 1:
                    fates.of[piece[0].number] = "rejected"
                    fates.reasons[piece[0].number] = "larger than the server accepts (HTTP 413)"
                elif error.meta.status in (*_BUSY, 413):
                    self._shrink()
                    again.extend(piece)
                    why = f"HTTP {error.meta.status}"
                else:
                    raise
                continue
            for item, answer in zip(piece, answers, strict=True):
                outcome, reason = fate(answer["index"])
                if outcome == "retry":
                    again.append(item)
                    why = reason
                    continue
                fates.of[item.number] = outcome
                if reason:
                    fates.reasons[item.number] = reason
        if again:
            self._shrink()
        return again, why

    def _shrink(self) -> None:
        self._size = max(_SMALLEST, self._size // 2)
