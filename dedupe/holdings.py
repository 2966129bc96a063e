"""What the finder holds of the last 90 days: every index over the same slots."""

import msgspec
import numpy as np
import numpy.typing as npt

from dedupe import memory
from dedupe.boilerplate import NOTHING, Boilerplate
from dedupe.document import Document
from dedupe.errors import SnapshotError
from dedupe.groups import NAME, Groups, can_name
from dedupe.judgement import NO_COPY
from dedupe.lsh import BANDS, ROWS, BandedIndex
from dedupe.matching import COLUMNS, NO_MATCH, WINDOW, Match
from dedupe.memory import Memory
from dedupe.postings import Postings
from dedupe.reading import KEYED, TITLE, Reader
from dedupe.shelf import Shelf
from dedupe.shingles import Hashes
from dedupe.snapshot import Array
from dedupe.study import ALL_COUNTS, CROWD, FOLD_FIRST, HEADED, TITLE_CROWD, learn, study
from dedupe.text import carried, carried_folded
from dedupe.tokens import MAX_WORDS

_MOST_CANDIDATES = 256
TIDY_EVERY = 4096  # documents
_TIDY_SHARE = 0.25
_WITNESSES = 1001  # documents: with 10 a day those of 50 days more are kept, and no others


class Books(msgspec.Struct, frozen=True):
    """The part of a snapshot that is not arrays."""

    added: int
    excerpts: int
    titles: int
    names: list[str]
    ids: list[str]
    groups: list[str]
    sizes: list[int]


class Holdings:
    """Documents by slot: bands, excerpt keys, headlines, cards, groups and ids."""

    def __init__(self, bits: int) -> None:
        self._memory = Memory()
        self.reader = Reader(ALL_COUNTS, self._memory)
        self.boilerplate = Boilerplate(bits, self._memory)
        self.shelf = Shelf(self._memory)
        self.groups = Groups()
        self.ids: list[str] = []
        self.slots: dict[str, int] = {}
        self.gone: dict[str, int] = {}  # dropped, their digests still known
        self.index = BandedIndex(BANDS, ROWS, CROWD, self._memory)
        self._excerpts = Postings(CROWD, self._memory, memory.EXCERPTS)
        self._titles = Postings(TITLE_CROWD, self._memory, memory.TITLES)
        self._until = 0
        self._spare = 0
        self._match = np.empty(len(NO_MATCH), dtype=np.float64)
        self._memory.put(memory.MATCH, self._match)
        self._name = bytearray(NAME)
        self._memory.put(memory.NAME, np.frombuffer(self._name, dtype=np.uint8))
        self._memory.put(memory.NEAR, np.empty((_MOST_CANDIDATES, COLUMNS), dtype=np.int64))

    @property
    def counts(self) -> list[int]:
        """What was counted of the document that was read last."""
        counts: list[int] = self.reader.counts.tolist()
        return counts

    @property
    def match(self) -> Match:
        """What the document that was read last is a copy of by its text."""
        method, slot, similarity, contained, shared, threshold = self._match.tolist()
        if method == NO_COPY:
            return NO_MATCH
        return Match(int(method), int(slot), similarity, contained, int(shared), threshold)

    def place(self, document: Document) -> tuple[int, int]:
        """Read a document and learn it; answers its group's number and how much evidence it has.

        The number is negative when nothing was learned: others have its headline, and whether it
        is a copy of one of them is for the caller to say. Of a copy the evidence is negative, and
        :attr:`match` tells of what.
        """
        name = document.id
        groups = self.groups
        count = len(groups.names)
        slot = self._reserve(min(len(document.text), MAX_WORDS))
        short = name if can_name(name) else ""
        group, evidence, added, excerpts, titles = self._study(document, short, slot, count)
        if group < 0:
            return group, evidence
        if group == count:
            groups.mint(name, self._name.decode("ascii") if short else "")
        else:
            evidence = -1
        self._learned(name, slot, group, added, excerpts, titles)
        return group, evidence

    def read(self, document: Document) -> Match:
        """Read a document and find what it is a copy of. Nothing is learned by it."""
        self._study(document, "", -1, -1)
        return self.match

    def _study(
        self, document: Document, name: str, slot: int, group: int
    ) -> tuple[int, int, int, int, int]:
        numbers = self.shelf.numbers
        given = self._memory.given
        at = float(document.at)
        text, title = document.text, document.title
        source = numbers[document.source]
        outlet = numbers[document.outlet] if document.outlet else source
        credit = numbers[document.credit]
        found: tuple[int, int, int, int, int] = study.run(
            text if text.isascii() else carried(text),
            title if title.isascii() else carried(title),
            name, False, given, slot, at, group, source, outlet, credit,
        )  # fmt: skip
        if found[0] == FOLD_FIRST:
            found = study.run(
                carried_folded(text), carried_folded(title), name, True, given, slot, at, group,
                source, outlet, credit,
            )  # fmt: skip
        return found

    def same_headline(self) -> list[int]:
        """The slots of articles under the headline just read, the earliest placed first."""
        counts = self.reader.counts
        if not counts[HEADED]:
            return []
        key = counts[TITLE : TITLE + 1].astype(np.uint32)
        slots: list[int] = self._titles.find(key, self.index.alive).slots.tolist()
        return sorted(slots)

    def keep(self, document: Document, group: int, known: Hashes) -> None:
        """Learn the document that was just read.

        ``known`` is the digest of what it had from elsewhere, which is not counted again.
        """
        slot = self._reserve(self.reader.counts.item(KEYED))
        numbers = self.shelf.numbers
        source = document.source
        added: tuple[int, int, int] = learn.run(
            self._memory.given, known, slot, float(document.at), group, numbers[source],
            numbers[document.outlet or source], numbers[document.credit],
        )  # fmt: skip
        self._learned(document.id, slot, group, *added)

    def _reserve(self, keys: int) -> int:
        """Make room for a document of at most so many keys; answers its slot."""
        slot = self.index.count
        if slot >= self._until:  # and for as many more as there is room for anyhow
            self.index.reserve()
            self.shelf.reserve(slot)
            self._titles.reserve(1)
            self._until = min(self.index.until, self.shelf.until, slot + self._titles.spare)
            self._spare = self._excerpts.spare
        if keys > self._spare:
            self._excerpts.reserve(keys)
            self._spare = self._excerpts.spare
        return slot

    def _learned(
        self, document: str, slot: int, group: int, added: int, excerpts: int, titles: int
    ) -> None:
        self.index.count = self.shelf.count = slot + 1
        self._excerpts.used += excerpts
        self._spare -= excerpts
        self._titles.used += titles
        self.boilerplate.age(added)
        self.ids.append(document)
        self.slots[document] = slot
        self.groups.sizes[group] += 1

    def _now(self) -> float:
        """The time by the documents' own word: the median of the last that arrived.

        Half of them would have to be dated ahead to make the desk forget its last 90 days; of an
        outlet with a wrong year the dates go by with what it sent.
        """
        return float(np.median(self.shelf.times[: self.shelf.count][-_WITNESSES:]))

    def drop(self, document: str) -> str:
        """Forget a document that is here; answers the name of its group."""
        slot = self.gone[document] = self.slots.pop(document)
        self.index.remove(slot)
        return self.groups.leave(self.group(slot))

    def digest(self, document: str) -> Hashes:
        """The digest of a document, of nothing when it is not here."""
        slot = self.slots.get(document)
        return NOTHING if slot is None else self.shelf.digests[slot].copy()

    def left_behind(self, document: str) -> Hashes:
        """The digest of what a document had that was dropped: all that was counted for it."""
        found: Hashes = self.shelf.digests[self.gone[document]].copy()
        return found

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
        if not self.ids or len(self.ids) % TIDY_EVERY:
            return
        count = self.shelf.count
        alive = self.index.alive[:count] != 0
        kept = alive & (self.shelf.times[:count] >= self._now() - WINDOW)
        if count - int(kept.sum()) < count * _TIDY_SHARE:
            return
        keep = np.flatnonzero(kept)
        renumbered = np.full(count, -1, dtype=np.int64)
        renumbered[keep] = np.arange(len(keep))
        self._until = 0
        self.index.rebuild(keep)
        self._excerpts.rebuild(renumbered, self.index.alive)
        self._titles.rebuild(renumbered, self.index.alive)
        self.shelf.rebuild(keep)
        groups = self.shelf.groups()
        groups[:] = self.groups.compact(groups)
        self.ids = [self.ids[slot] for slot in keep.tolist()]
        self.slots = {document: slot for slot, document in enumerate(self.ids)}
        self.gone = {}

    def books(self) -> Books:
        """What a snapshot needs besides :meth:`arrays`."""
        return Books(
            added=self.boilerplate.added,
            excerpts=self._excerpts.used,
            titles=self._titles.used,
            names=list(self.shelf.numbers),
            ids=self.ids,
            groups=self.groups.names,
            sizes=self.groups.sizes,
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
        self._excerpts.load(arrays["excerpts"], books.excerpts, len(books.ids))
        self._titles.load(arrays["titles"], books.titles, len(books.ids))
        self.shelf.load(
            arrays["times"], arrays["cards"], arrays["sketches"], arrays["digests"], books.names
        )
        self.groups = Groups(books.groups, books.sizes)
        self.ids = books.ids
        alive = self.index.alive.tolist()
        self.slots = {name: slot for slot, name in enumerate(books.ids) if alive[slot]}
        self.gone = {name: slot for slot, name in enumerate(books.ids) if not alive[slot]}
        self._until = 0
