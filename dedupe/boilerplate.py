"""Boilerplate: shingles that recur across unrelated texts are not evidence of copying.

An author's biography, "read more", cookie notices, a standing background paragraph, the frame of
a template. A table counts in how many distinct copy groups a shingle began or was added; from
``LIMIT`` groups on it is dropped before anything is compared.

Two things keep the counts honest. A copy counts only what its match lacks, or else a wire with 200
reprints would delete itself. And the table ages: when the additions since the last ageing reach
half the number of cells, every count is halved (TinyLFU's reset: Einziger, Friedman and Manes,
2017), so that chance collisions never reach the limit however many articles pass (at load ½ a
cell has five strangers with probability 2e-4) while what goes on recurring stays known.
"""

import numpy as np
import numpy.typing as npt

from dedupe import memory
from dedupe.errors import SnapshotError
from dedupe.kernels import U64, inner, kernel
from dedupe.machine import trailing
from dedupe.memory import Held, Memory
from dedupe.shingles import Hashes

LIMIT = 5
BITS = 26  # 64 MiB; one ageing period is about 80,000 articles of 400 new shingles
DIGEST_WORDS = 16  # 1024 bits
_CEILING = 120  # survives four halvings above the limit
_LOAD = 0.5
_LEAST = 64  # cells
_U1, _U6, _U32, _U63 = (np.uint64(n) for n in (1, 6, 32, 63))
_DIGEST_MASK = np.uint64(DIGEST_WORDS * 64 - 1)

Cells = npt.NDArray[np.uint8]


def digest(shingles: Hashes) -> Hashes:
    """A one-hash Bloom filter (uint64, 16 words) that tells later what a text had.

    A text of 400 shingles answers a third of foreign shingles wrongly with "had it": those are
    then not counted, which only delays the learning of boilerplate.
    """
    out = np.zeros(DIGEST_WORDS, dtype=np.uint64)
    _digest(shingles, out)
    return out


class Boilerplate:
    """Counts of distinct groups per shingle, in a table of 2**``bits`` saturating cells."""

    cells = Held(memory.CELLS, np.uint8)

    def __init__(self, bits: int = BITS, held_in: Memory | None = None) -> None:
        self.memory = Memory() if held_in is None else held_in
        self.shift = np.uint64(64 - bits)
        self.most = int((1 << bits) * _LOAD)
        self.cells = np.zeros(1 << bits, dtype=np.uint8)
        self.added = 0

    def load(self, cells: Cells, added: int) -> None:
        """Go on with the cells of another table. SnapshotError if there are not 2**n of them."""
        if len(cells).bit_count() != 1 or len(cells) < _LEAST:
            raise SnapshotError("the table of boilerplate has another size")
        self.cells = cells
        self.added = added
        self.shift = np.uint64(64 - (len(cells) - 1).bit_length())
        self.most = int(len(cells) * _LOAD)

    def evidence(self, shingles: Hashes) -> Hashes:
        """Those shingles that are not boilerplate, in order."""
        out = np.empty(len(shingles), dtype=np.uint64)
        return out[: _evidence(shingles, self.cells, self.shift, out)]

    def learn(self, shingles: Hashes, known: Hashes | None = None) -> None:
        """Count a text that starts a group, or, given its match's digest, what a copy added."""
        if known is None:
            known = NOTHING
        self.age(_learn(shingles, known, self.cells, self.shift))

    def age(self, added: int) -> None:
        """Halve all counts when so many were added since the last time."""
        self.added += added
        if self.added > self.most:
            self.cells >>= 1
            self.added = 0


@inner
def shift_of(cells: Cells) -> U64:
    """By how much a shingle is shifted to the number of its cell."""
    return np.uint64(64 - trailing(np.uint64(len(cells))))


NOTHING = np.zeros(DIGEST_WORDS, dtype=np.uint64)


def plain_digest(shingles: Hashes, out: Hashes) -> None:
    bits = (shingles >> _U32) & _DIGEST_MASK
    np.bitwise_or.at(out, bits >> _U6, _U1 << (bits & _U63))


@inner
def digest_into(shingles: Hashes, out: Hashes) -> None:
    for i in range(len(shingles)):
        bit = (shingles[i] >> _U32) & _DIGEST_MASK
        out[bit >> _U6] |= _U1 << (bit & _U63)


def plain_evidence(shingles: Hashes, cells: Cells, shift: U64, out: Hashes) -> int:
    kept = shingles[cells[shingles >> shift] < LIMIT]
    out[: len(kept)] = kept
    return len(kept)


@inner
def evidence_into(shingles: Hashes, cells: Cells, shift: U64, out: Hashes) -> int:
    count = 0
    for i in range(len(shingles)):
        out[count] = shingles[i]
        count += cells[shingles[i] >> shift] < LIMIT
    return count


def plain_learn(shingles: Hashes, known: Hashes, cells: Cells, shift: U64) -> int:
    bits = (shingles >> _U32) & _DIGEST_MASK
    new = shingles[(known[bits >> _U6] >> (bits & _U63)) & _U1 == 0]
    at, counts = np.unique(new >> shift, return_counts=True)
    before = cells[at]
    after = np.minimum(before + counts, np.maximum(before, _CEILING))
    cells[at] = after
    return int((after - before).sum())


@inner
def learn_into(shingles: Hashes, known: Hashes, cells: Cells, shift: U64) -> int:
    added = 0
    for i in range(len(shingles)):
        bit = (shingles[i] >> _U32) & _DIGEST_MASK
        if (known[bit >> _U6] >> (bit & _U63)) & _U1:
            continue
        at = shingles[i] >> shift
        if cells[at] < _CEILING:
            cells[at] += 1
            added += 1
    return added


_digest = kernel(plain_digest)(digest_into)
_evidence = kernel(plain_evidence)(evidence_into)
_learn = kernel(plain_learn)(learn_into)
