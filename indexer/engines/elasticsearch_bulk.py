"""Bulk writing: pieces of a size the server likes, and the fate of every item."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from elasticsearch import ApiError, ConnectionTimeout, Elasticsearch

from indexer.engines.elasticsearch_blame import MEND, Blame, Subject
from indexer.errors import EngineMismatchError, EngineUnavailableError

PIECE_BYTES = 5_000_000  # Elastic advises 5 to 15 MB a request.
PIECE_ITEMS = 1000
_SMALLEST = 10
_ATTEMPTS = 6  # In a row without any progress; 0.2 s doubled each time are 12 s of pauses.
_FIRST_PAUSE = 0.2
# Seconds after which nothing more is sent: whoever waits for the desk's sign of life has a minute.
_PATIENCE = 30.0
_BUSY = (429, 502, 503, 504)
# How long one request waits for a shard that is not there; by default a minute.
_SHARD_PATIENCE = "5s"
# So often in a row the server fails at the same documents before they count as refused.
_FAILURES = 3

# ``retry`` passes by, ``missing`` wants its index made first, ``rejected`` is this document's own
# fault, ``failed`` the server's or its own, ``stop`` would meet every document and needs a person.
Fate = Literal["ok", "stale", "retry", "missing", "rejected", "failed", "stop"]
_BY_TYPE: dict[str, Fate] = {
    "version_conflict_engine_exception": "stale",
    "cluster_block_exception": "retry",  # Flood stage: the disk is nearly full.
    "unavailable_shards_exception": "retry",
    "es_rejected_execution_exception": "retry",
    "circuit_breaking_exception": "retry",
    "process_cluster_event_timeout_exception": "retry",
    "node_closed_exception": "retry",
    "index_not_found_exception": "missing",
    "fail_processor_exception": "failed",
    "security_exception": "stop",
    "index_closed_exception": "stop",
    "strict_dynamic_mapping_exception": "stop",
}


@dataclass(frozen=True, slots=True)
class Item:
    """Two encoded lines, what they are about, and where the caller knows them by."""

    number: int
    lines: bytes
    subject: Subject


@dataclass(slots=True)
class Fates:
    """How many are in, how many were stale, and by item number why others are refused.

    ``through`` are the numbers of those that are in or were stale: also when others then failed.
    ``failed`` says by number why the server failed, at the last look.
    """

    ok: int = 0
    stale: int = 0
    rejected: dict[int, str] = field(default_factory=dict)
    through: set[int] = field(default_factory=set)
    failed: dict[int, str] = field(default_factory=dict)


def fate(answer: dict[str, Any]) -> tuple[Fate, str]:
    """What one item's answer means, and the server's reason."""
    status = int(answer["status"])
    error = answer.get("error") or {}
    if status < 300:
        return "ok", ""
    reason = f"{error.get('type')}: {error.get('reason')}"[:500]
    if known := _BY_TYPE.get(str(error.get("type"))):
        return known, reason
    if status in _BUSY:
        return "retry", reason
    if status in (401, 403) or "no write index is defined" in reason:
        return "stop", reason
    return ("failed" if status >= 500 else "rejected"), reason


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
    """Sends items until each has a final fate; slows down when the server asks for it.

    One request is under way at a time and the caller waits for it: what the server cannot take
    stays in the record, not in memory.
    """

    def __init__(
        self,
        client: Elasticsearch,
        *,
        sleep: Callable[[float], None] = time.sleep,
        spread: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._spread = spread
        self._clock = clock
        self._size = PIECE_ITEMS
        self._blame = Blame()

    def send(self, items: Sequence[Item], make_missing: Callable[[], None], fates: Fates) -> Fates:
        """Write everything; ``make_missing`` is called when an index is not there.

        ``fates`` is filled on the way and given back.

        EngineUnavailableError when the server stays busy, EngineMismatchError when it refuses what
        no document is to blame for (OneFaultError when only their number tells, over several
        calls). Nothing is lost then: writing again does no harm.
        """
        left = list(items)
        tries, why = 0, ""
        end = self._clock() + _PATIENCE
        while tries < _ATTEMPTS and (not tries or self._clock() < end):
            before = len(left)
            left, why = self._round(left, fates, make_missing, end)
            tries = 1 if len(left) < before else tries + 1
            failing = {item.number for item in left} & fates.failed.keys()
            if tries >= _FAILURES and len(failing) == len(left):
                fates.rejected |= {number: fates.failed[number] for number in failing}
                left = []
            if not left:
                subjects = {item.number: item.subject for item in items}
                self._blame.weigh(subjects, fates.rejected, fates.failed)
                return fates
            # Jitter of a half, so that several writers do not come back together.
            self._sleep(_FIRST_PAUSE * 2.0 ** (tries - 1) * (0.5 + self._spread() / 2))
        raise EngineUnavailableError(
            f"Elasticsearch is too busy or blocked for writing ({why or 'slow'})",
            next_step="Look at the cluster's health and free disk space; the index catches up.",
        )

    def _round(
        self, items: list[Item], fates: Fates, make_missing: Callable[[], None], end: float
    ) -> tuple[list[Item], str]:
        """Send pieces until one meets resistance; what is left, and why."""
        sent = 0
        for piece in pieces(items, self._size):
            if sent and self._clock() >= end:
                return items[sent:], ""
            again, reasons = self._piece(piece, fates)
            sent += len(piece)
            if "missing" in reasons:
                make_missing()
            if again:
                if "retry" in reasons:
                    self._shrink(len(piece))
                return [*again, *items[sent:]], next(iter(reasons.values()))
            # Halved at resistance and grown by a quarter without, it stays near what can be taken.
            self._size = min(PIECE_ITEMS, self._size + self._size // 4)
        return [], ""

    def _piece(self, piece: list[Item], fates: Fates) -> tuple[list[Item], dict[Fate, str]]:
        """One request; the items to try again, and why."""
        try:
            answers = self._answers(piece)
        except ConnectionTimeout:
            # Sent again as it is, it would be too much again.
            self._shrink(len(piece))
            raise
        except ApiError as error:
            if error.meta.status == 413 and len(piece) == 1:
                fates.rejected[piece[0].number] = "larger than the server accepts (HTTP 413)"
                return [], {}
            if error.meta.status in (*_BUSY, 413):
                return piece, {"retry": f"HTTP {error.meta.status}"}
            raise
        again: list[Item] = []
        reasons: dict[Fate, str] = {}
        for item, answer in zip(piece, answers, strict=True):
            if passing := _settle(item, answer, fates):
                again.append(item)
                reasons[passing[0]] = passing[1]
        return again, reasons

    def _shrink(self, sent: int) -> None:
        """Half of what was too much; a piece may be smaller than allowed, for its weight."""
        self._size = max(_SMALLEST, min(self._size, sent) // 2)

    def _answers(self, piece: Sequence[Item]) -> list[dict[str, Any]]:
        """The answer to each item; a body that does not hold them counts as none at all."""
        lines: list[Any] = [item.lines for item in piece]  # The client takes encoded lines too.
        answer = self._client.bulk(operations=lines, timeout=_SHARD_PATIENCE)
        items = answer.get("items", [])
        if len(items) != len(piece):
            raise EngineUnavailableError(
                f"Elasticsearch answered {len(items)} of {len(piece)} writes",
                next_step="Look at what stands between Copydesk and it; the index catches up.",
            )
        return [item["index"] for item in items]


def _settle(item: Item, answer: dict[str, Any], fates: Fates) -> tuple[Fate, str] | None:
    """Note an item's final fate; what passes by is given back with its reason."""
    outcome, reason = fate(answer)
    fates.failed.pop(item.number, None)
    match outcome:
        case "ok":
            fates.ok += 1
            fates.through.add(item.number)
        case "stale":
            fates.stale += 1
            fates.through.add(item.number)
        case "rejected":
            fates.rejected[item.number] = reason
        case "failed":
            fates.failed[item.number] = reason
            return outcome, reason
        case "stop":
            raise EngineMismatchError(f"Elasticsearch refuses to write ({reason})", next_step=MEND)
        case _:
            return outcome, reason
    return None
