"""One document against all that is held: what is like it, and, when nothing is, it is learned."""

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate import learn_into
from dedupe.containment import COARSE_KEYS
from dedupe.judgement import LEAST_SAMPLES, LEAST_SHINGLES, TITLE_WORDS
from dedupe.kernels import U64, inner, kernel
from dedupe.lsh import (
    ALIVE,
    BANDS,
    FINE,
    INDEXED,
    ROWS,
    Slots,
    equal_values,
    find_into,
    hash_bands,
    put,
)
from dedupe.minhash import Signature
from dedupe.particulars import Sketch, agreements_into
from dedupe.postings import Cells, Keys, add_into, ask_keys, has_key
from dedupe.postings import find_into as find_postings_into
from dedupe.reading import COUNTS, Counts, read
from dedupe.shingles import Hashes

CROWD = 32  # documents that one band or excerpt key leads to; the 33rd reprint finds the first 32
TITLE_CROWD = 64
COLUMNS = 10  # of a candidate: slot, equal values, samples, runs, three agreements

# What is counted beyond what was read: candidates, whether others have the headline, whether the
# document was learned, and what that added to boilerplate, excerpts and titles.
FOUND, HEADED, LEARNED, ADDED, EXCERPTS, TITLES = range(COUNTS, COUNTS + 6)
ALL_COUNTS = COUNTS + 6

_COARSE_KEYS = np.uint64(COARSE_KEYS)

Flags = npt.NDArray[np.uint8]
Table = npt.NDArray[np.int64]
Times = npt.NDArray[np.float64]


@inner
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


@inner
def keep_into(
    shingles: Hashes, known: Hashes, cells: Flags, cell_shift: U64, table: Slots,
    slot_bits: int, signatures: Signature, alive: Flags, slot: int, signature: Signature,
    excerpts: Cells, keys: Keys, titles: Cells, times: npt.NDArray[np.float64], cards: Keys,
    at: float, group: int, source: int, outlet: int, credit: int, counts: Counts,
    sketches: Sketch, sketch: Sketch, digests: Hashes, digest: Hashes,
) -> None:  # fmt: skip
    words = counts[0]
    evidence = counts[2]
    sampled = counts[3]
    coarse = counts[4]
    title = counts[5]
    title_words = counts[6]
    counts[ADDED] = learn_into(shingles[: counts[1]], known, cells, cell_shift)
    counts[EXCERPTS] = 0
    counts[TITLES] = 0
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
        counts[EXCERPTS] = add_into(excerpts, alive, keys[: counts[3]], slot, CROWD)
    if title_words >= TITLE_WORDS:
        key = np.empty(1, dtype=np.uint32)
        key[0] = title
        counts[TITLES] = add_into(titles, alive, key, slot, TITLE_CROWD)


@kernel()
def study(
    text: bytes, title: bytes, info: Flags, lower: npt.NDArray[np.uint32], cells: Flags,
    cell_shift: U64, permutations: Signature, words: Hashes, letters: Flags, shingles: Hashes,
    keys: Keys, signature: Signature, digest: Hashes, sketch: Sketch, counts: Counts,
    table: Slots, slot_bits: int, signatures: Signature, alive: Flags, slot: int,
    excerpts: Cells, titles: Cells, times: Times, cards: Keys, sketches: Sketch, digests: Hashes,
    at: float, group: int, source: int, outlet: int, credit: int, nothing: Hashes, found: Table,
) -> bool:  # fmt: skip
    """Read a document and find what is like it; learn it as the first of ``group`` if nothing is.

    With a negative ``slot`` nothing is learned. False when text and title must be folded first.
    """
    if not read(
        text, title, info, lower, cells, cell_shift, permutations, words, letters, shingles, keys,
        signature, digest, sketch, counts,
    ):  # fmt: skip
        return False
    counts[FOUND] = 0
    if counts[2] >= LEAST_SHINGLES:
        counts[FOUND] = _search(
            table, slot_bits, signatures, alive, excerpts, sketches, signature, keys[: counts[3]],
            sketch, found,
        )  # fmt: skip
    counts[HEADED] = counts[6] >= TITLE_WORDS and has_key(titles, counts[5])
    counts[LEARNED] = slot >= 0 and counts[FOUND] == 0 and counts[HEADED] == 0
    if counts[LEARNED]:
        keep_into(
            shingles, nothing, cells, cell_shift, table, slot_bits, signatures, alive, slot,
            signature, excerpts, keys, titles, times, cards, at, group, source, outlet, credit,
            counts, sketches, sketch, digests, digest,
        )  # fmt: skip
    return True


keep = kernel()(keep_into)
