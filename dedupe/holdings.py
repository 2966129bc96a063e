"""What the finder holds of the last 90 days: every index over the same slots."""

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedupe.boilerplate import Boilerplate, learn_into
from dedupe.clock import Clock
from dedupe.document import Document
from dedupe.errors import SnapshotError
from dedupe.groups import Groups
from dedupe.judgement import LEAST_SAMPLES, LEAST_SHINGLES, TITLE_WORDS
from dedupe.kernels import U64, kernel
from dedupe.lsh import (
    ALIVE,
    BANDS,
    FINE,
    INDEXED,
    ROWS,
    BandedIndex,
    Slots,
    equal_values,
    find_into,
    hash_bands,
    put,
)
from dedupe.minhash import Signature
from dedupe.particulars import Agreement, Agreements, Sketch, agreements_into
from dedupe.postings import Cells, Keys, Postings, add_into, ask_keys, has_key
from dedupe.postings import find_into as find_postings_into
from dedupe.reading import Counts, Reading
from dedupe.shelf import Card, Shelf
from dedupe.shingles import Hashes
from dedupe.snapshot import Array

WINDOW = 90 * 86400.0
CROWD = 32  # documents that one band or excerpt key leads to; the 33rd reprint finds the first 32
_TITLE_CROWD = 64
_MOST_CANDIDATES = 256
_TIDY_EVERY = 4096
_TIDY_SHARE = 0.25
_COLUMNS = 10
_COARSE_KEYS = np.uint64(1 << 31)

Flags = npt.NDArray[np.uint8]
Table = npt.NDArray[np.int64]


class Candidate(NamedTuple):
    """A slot that shares a band or enough samples, with what was counted."""

    equal: int
    samples: int
    slot: int
    runs: int
    agreements: Agreements


class Books(msgspec.Struct, frozen=True):
    """The part of a snapshot that is not arrays."""

    added: int
    excerpts: int
    titles: int
    names: list[str]
    ids: list[str]
    groups: list[str]
    sizes: list[int]
    latest: list[float]


class Holdings:
    """Documents by slot: bands, excerpt keys, headlines, cards, groups and ids."""

    def __init__(self, bits: int) -> None:
        self.boilerplate = Boilerplate(bits)
        self.shelf = Shelf()
        self.groups = Groups()
        self.ids: list[str] = []
        self.slots: dict[str, int] = {}
        self.index = BandedIndex(BANDS, ROWS, CROWD)
        self._excerpts = Postings(CROWD)
        self._titles = Postings(_TITLE_CROWD)
        self._clock = Clock()
        self._found: Table = np.empty((_MOST_CANDIDATES, _COLUMNS), dtype=np.int64)
        self._used: Table = np.empty(3, dtype=np.int64)

    def candidates(self, reading: Reading) -> list[Candidate]:
        """What shares something with the text, the most alike first."""
        if reading.evidence < LEAST_SHINGLES:
            return []
        index = self.index
        count = _search.run(
            index.table, index.slot_bits, index.signatures, index.alive, self._excerpts.cells,
            self.shelf.sketches, reading.signature, reading.keys, reading.sketch, self._found,
        )  # fmt: skip
        if not count:
            return []
        found = [
            Candidate(
                equal, samples, slot, runs,
                Agreements(Agreement(a, b), Agreement(c, d), Agreement(e, f)),
            )
            for slot, equal, samples, runs, a, b, c, d, e, f in self._found[:count].tolist()
        ]  # fmt: skip
        found.sort(key=lambda one: (-one.equal, -one.samples, one.slot))
        return found

    def same_headline(self, title: int) -> list[int]:
        """The slots of articles under the same headline, the earliest placed first."""
        if not has_key.run(self._titles.cells, title):
            return []
        key = np.array([title], dtype=np.uint32)
        slots: list[int] = self._titles.find(key, self.index.alive).slots.tolist()
        return sorted(slots)

    def keep(
        self, document: Document, reading: Reading, card: Card, group: int, source: int | None
    ) -> None:
        """Learn a document; ``source`` is the slot of what it was copied from."""
        index, boilerplate, shelf = self.index, self.boilerplate, self.shelf
        self._excerpts.reserve(len(reading.keys), index.alive)
        self._titles.reserve(1, index.alive)
        slot = index.reserve()
        shelf.reserve()
        _keep.run(
            reading.shingles, -1 if source is None else source, boilerplate.cells,
            boilerplate.shift, index.table,
            index.slot_bits, index.signatures, index.alive, slot, reading.signature,
            self._excerpts.cells, reading.keys, self._titles.cells, shelf.times, shelf.cards,
            card.at, group, card.source, card.outlet, card.credit, reading.counts,
            shelf.sketches, reading.sketch, shelf.digests, reading.digest, self._used,
        )  # fmt: skip
        added, excerpts, titles = self._used.tolist()
        self._excerpts.used += excerpts
        self._titles.used += titles
        boilerplate.age(added)
        self.ids.append(document.id)
        self.slots[document.id] = slot
        self.groups.join(group)
        self._clock.see(document.at)

    def drop(self, document: str) -> str:
        """Forget a document that is here; answers the name of its group."""
        slot = self.slots.pop(document)
        self.index.remove(slot)
        return self.groups.leave(self.group(slot))

    def group(self, slot: int) -> int:
        """The number of a slot's group."""
        return self.shelf.cards.item(slot, 0)

    def members(self, group: int) -> npt.NDArray[np.int64]:
        """The living slots of a group."""
        alive = self.index.alive[: self.shelf.count] != 0
        return np.flatnonzero((self.shelf.groups() == group) & alive)

    def tidy(self) -> None:
        """Forget what is out of the window, now and then, once it is a quarter of everything.

        Slots and numbers of groups change by it.
        """
        if len(self.ids) % _TIDY_EVERY:
            return
        count = self.shelf.count
        alive = self.index.alive[:count] != 0
        kept = alive & (self.shelf.times[:count] >= self._clock.now - WINDOW)
        if count - int(kept.sum()) < count * _TIDY_SHARE:
            return
        keep = np.flatnonzero(kept)
        renumbered = np.full(count, -1, dtype=np.int64)
        renumbered[keep] = np.arange(len(keep))
        self.index.rebuild(keep)
        self._excerpts.rebuild(renumbered, self.index.alive)
        self._titles.rebuild(renumbered, self.index.alive)
        self.shelf.rebuild(keep)
        groups = self.shelf.groups()
        groups[:] = self.groups.compact(groups)
        self.ids = [self.ids[slot] for slot in keep.tolist()]
        self.slots = {document: slot for slot, document in enumerate(self.ids)}

    def books(self) -> Books:
        """What a snapshot needs besides :meth:`arrays`."""
        return Books(
            added=self.boilerplate.added,
            excerpts=self._excerpts.used,
            titles=self._titles.used,
            names=self.shelf.names.names,
            ids=self.ids,
            groups=self.groups.names,
            sizes=self.groups.sizes,
            latest=self._clock.latest,
        )

    def arrays(self) -> dict[str, Array]:
        """The arrays of a snapshot."""
        count = self.shelf.count
        return {
            "boilerplate": self.boilerplate.cells,
            "signatures": self.index.signatures[:count],
            "alive": self.index.alive[:count],
            "table": self.index.table,
            "excerpts": self._excerpts.cells,
            "titles": self._titles.cells,
            "times": self.shelf.times[:count],
            "cards": self.shelf.cards[:count],
            "sketches": self.shelf.sketches[:count],
            "digests": self.shelf.digests[:count],
        }

    def load(self, books: Books, arrays: dict[str, Array]) -> None:
        """Go on with what another one held. SnapshotError when it does not fit together."""
        if not len(books.ids) == len(arrays["cards"]) == len(arrays["signatures"]):
            raise SnapshotError("ids, cards and signatures are not of the same documents")
        self.boilerplate.load(arrays["boilerplate"], books.added)
        self.index.load(arrays["signatures"], arrays["alive"], arrays["table"])
        self._excerpts.load(arrays["excerpts"], books.excerpts)
        self._titles.load(arrays["titles"], books.titles)
        self.shelf.load(
            arrays["times"], arrays["cards"], arrays["sketches"], arrays["digests"], books.names
        )
        self.groups = Groups(books.groups, books.sizes)
        self.ids = books.ids
        alive = self.index.alive.tolist()
        self.slots = {name: slot for slot, name in enumerate(books.ids) if alive[slot]}
        self._clock = Clock(books.latest)


@kernel()
def _search(
    table: Slots, slot_bits: int, signatures: Signature, alive: Flags, excerpts: Cells,
    sketches: Sketch, signature: Signature, keys: Keys, sketch: Sketch, found: Table,
) -> int:  # fmt: skip
    ask_keys(excerpts, keys)
    size = len(found)
    slots = np.empty(BANDS * CROWD, dtype=np.uint32)
    equal = np.empty(BANDS * CROWD, dtype=np.int32)
    near = find_into(table, slot_bits, signatures, alive, signature, BANDS, ROWS, slots, equal)
    near = min(near, size)
    for i in range(near):
        found[i, 0] = slots[i]
        found[i, 1] = equal[i]
        found[i, 2] = 0
        found[i, 3] = 0
    holders = np.empty(len(keys) * CROWD, dtype=np.uint32)
    hits = np.empty(len(keys) * CROWD, dtype=np.int32)
    runs = np.empty(len(keys) * CROWD, dtype=np.int32)
    count = near
    for j in range(
        find_postings_into(excerpts, alive, keys, _COARSE_KEYS, FINE, holders, hits, runs)
    ):
        place = 0
        while place < near and found[place, 0] != holders[j]:
            place += 1
        if place == near:
            if hits[j] < LEAST_SAMPLES or count == size:
                continue
            place = count
            count += 1
            found[place, 0] = holders[j]
            found[place, 1] = equal_values(signatures, holders[j], signature)
        found[place, 2] = hits[j]
        found[place, 3] = runs[j]
    for i in range(count):
        agreements_into(sketch, sketches[found[i, 0]], found[i, 4:])
    return count


@kernel()
def _keep(
    shingles: Hashes, known: int, cells: Flags, cell_shift: U64, table: Slots,
    slot_bits: int, signatures: Signature, alive: Flags, slot: int, signature: Signature,
    excerpts: Cells, keys: Keys, titles: Cells, times: npt.NDArray[np.float64], cards: Keys,
    at: float, group: int, source: int, outlet: int, credit: int, counts: Counts,
    sketches: Sketch, sketch: Sketch, digests: Hashes, digest: Hashes, used: Table,
) -> None:  # fmt: skip
    words = counts[0]
    evidence = counts[2]
    sampled = counts[3]
    coarse = counts[4]
    title = counts[5]
    title_words = counts[6]
    had = np.zeros(len(digest), dtype=np.uint64) if known < 0 else digests[known]
    used[0] = learn_into(shingles, had, cells, cell_shift)
    used[1] = 0
    used[2] = 0
    signatures[slot] = signature
    sketches[slot] = sketch
    digests[slot] = digest
    times[slot] = at
    card = cards[slot]
    card[0] = group
    card[1] = source
    card[2] = outlet
    card[3] = credit
    card[4] = words
    card[5] = evidence
    card[6] = sampled
    card[7] = coarse
    card[8] = title
    card[9] = title_words
    indexed = evidence >= LEAST_SHINGLES
    alive[slot] = ALIVE | (FINE if sampled > coarse else 0) | (INDEXED if indexed else 0)
    if indexed:
        hashes = np.empty(BANDS, dtype=np.uint64)
        hash_bands(table, signature, ROWS, hashes)
        put(table, slot_bits, signatures, alive, slot, hashes, ROWS, CROWD)
        used[1] = add_into(excerpts, alive, keys, slot, CROWD)
    if title_words >= TITLE_WORDS:
        key = np.empty(1, dtype=np.uint32)
        key[0] = title
        used[2] = add_into(titles, alive, key, slot, _TITLE_CROWD)
