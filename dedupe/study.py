"""One document against all that is held: what it is a copy of, and then it is learned."""

import numpy as np
import numpy.typing as npt

from dedupe import memory
from dedupe.bands import (
    ALIVE,
    FINE,
    INDEXED,
    Slots,
    equal_values,
    find_into,
    hash_bands,
    put,
    put_found,
)
from dedupe.boilerplate import DIGEST_WORDS, learn_into, shift_of
from dedupe.containment import COARSE_KEYS
from dedupe.groups import name_into
from dedupe.judgement import LEAST_SAMPLES, LEAST_SHINGLES, NO_COPY
from dedupe.judgement import TITLE_WORDS as LEAST_TITLE
from dedupe.kernels import fixed_kernel, inner
from dedupe.lsh import BANDS, ROWS, SLOT_BITS
from dedupe.machine import octets
from dedupe.matching import COLUMNS, NO_MATCH, Piece, Table, best_match
from dedupe.memory import Given, rows
from dedupe.minhash import PERMUTATIONS, Signature
from dedupe.particulars import SIZE, Sketch, agreements_into
from dedupe.postings import Cells, Keys, add_into, ask_keys, has_key
from dedupe.postings import find_into as find_postings_into
from dedupe.postings import put_found as put_keys_found
from dedupe.reading import (
    COARSE,
    COUNTS,
    EVIDENCE,
    KEYED,
    SHINGLES,
    TITLE,
    TITLE_WORDS,
    WORDS,
    read,
)
from dedupe.shelf import NUMBERS
from dedupe.shingles import Hashes

CROWD = 32  # documents that one band or excerpt key leads to; the 33rd reprint finds the first 32
TITLE_CROWD = 64
WHOLE = 0.5

HEADED = COUNTS  # counted beyond what was read: whether others have the headline
ALL_COUNTS = COUNTS + 1
NOT_LEARNED, FOLD_FIRST = -1, -2  # instead of the number of a group

_COARSE_KEYS = np.uint64(COARSE_KEYS)

Flags = npt.NDArray[np.uint8]

_bytes, _numbers, _words = rows(np.uint8), rows(np.uint32), rows(np.uint64)
_floats, _counts, _sketch = rows(np.float64), rows(np.int64), rows(np.uint16)
_signatures, _cards = rows(np.uint32, PERMUTATIONS), rows(np.uint32, NUMBERS)
_sketches, _digests = rows(np.uint16, SIZE), rows(np.uint64, DIGEST_WORDS)
_near = rows(np.int64, COLUMNS)


@inner
def _search(
    table: Slots, slot_bits: int, signatures: Signature, alive: Flags, excerpts: Cells,
    sketches: Sketch, signature: Signature, keys: Keys, sketch: Sketch, found: Table,
    bands: Hashes, places: Hashes, key_places: Hashes,
) -> int:  # fmt: skip
    ask_keys(excerpts, keys)
    size = len(found)
    slots = np.empty(BANDS * CROWD, dtype=np.uint32)
    equal = np.empty(BANDS * CROWD, dtype=np.int32)
    near = find_into(
        table, slot_bits, signatures, alive, signature, ROWS, CROWD, bands, places, slots, equal
    )
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
        find_postings_into(
            excerpts, alive, keys, _COARSE_KEYS, FINE, CROWD, key_places, holders, hits, runs
        )
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
def _keep(
    given: Given, known: Hashes, slot: int, at: float, group: int, source: int, outlet: int,
    credit: int,
) -> tuple[int, int, bool]:  # fmt: skip
    """All but the places in bands and excerpts.

    Answers what it added to boilerplate and to titles, and whether it has a place in those two.
    """
    counts = _counts(given, memory.COUNTS)
    alive = _bytes(given, memory.ALIVE)
    signatures = _signatures(given, memory.SIGNATURES)
    evidence = counts[EVIDENCE]
    cells = _bytes(given, memory.CELLS)
    added = learn_into(
        _words(given, memory.SHINGLES)[: counts[SHINGLES]], known, cells, shift_of(cells)
    )
    titles = 0
    signatures[slot] = _numbers(given, memory.SIGNATURE)
    _sketches(given, memory.SKETCHES)[slot] = _sketch(given, memory.SKETCH)
    _digests(given, memory.DIGESTS)[slot] = _words(given, memory.DIGEST)
    _floats(given, memory.TIMES)[slot] = at
    card = _cards(given, memory.CARDS)[slot]
    card[0] = group
    card[1] = source
    card[2] = outlet
    card[3] = credit
    card[4] = counts[WORDS]
    card[5:] = counts[EVIDENCE:COUNTS]
    indexed = evidence >= LEAST_SHINGLES
    fine = counts[KEYED] > counts[COARSE]
    alive[slot] = ALIVE | (FINE if fine else 0) | (INDEXED if indexed else 0)
    if counts[TITLE_WORDS] >= LEAST_TITLE:
        key = np.empty(1, dtype=np.uint32)
        key[0] = counts[TITLE]
        titles = add_into(_words(given, memory.TITLES), alive, key, slot, TITLE_CROWD)
    return added, titles, bool(indexed)


@fixed_kernel()
def study(
    text: str, title: str, name: str, folded: bool, given: Given, slot: int, at: float, group: int,
    source: int, outlet: int, credit: int,
) -> tuple[int, int, int, int, int]:  # fmt: skip
    """Read a document, find what it is a copy of, and learn it, in ``group`` if it is of nothing.

    ``text`` and ``title`` carry UTF-8, see :func:`dedupe.text.carried`. With a negative ``slot``
    nothing is learned, and neither when only the headline is known: that is left to the caller.
    When text and title must be folded first nothing is done.

    Answers the number of its group, or ``NOT_LEARNED`` or ``FOLD_FIRST``; how many of its shingles
    are evidence; and what it added to boilerplate, excerpts and titles. The match is left in
    memory, and so is, where it begins the group, what group it is by its ``name``, unless that is
    empty.
    """
    counts = _counts(given, memory.COUNTS)
    signature = _numbers(given, memory.SIGNATURE)
    keys = _numbers(given, memory.KEYS)
    sketch = _sketch(given, memory.SKETCH)
    info = _bytes(given, memory.INFO) if folded else _bytes(given, memory.RAW)
    cells = _bytes(given, memory.CELLS)
    if not read(
        octets(text), octets(title), info, _numbers(given, memory.LOWER), cells, shift_of(cells),
        _signatures(given, memory.PERMUTED), _words(given, memory.WORDS),
        _bytes(given, memory.LETTERS), _words(given, memory.SHINGLES), keys, signature,
        _words(given, memory.DIGEST), sketch, counts,
    ):  # fmt: skip
        return FOLD_FIRST, 0, 0, 0, 0
    match = NO_MATCH
    evidence = counts[EVIDENCE]
    table = _numbers(given, memory.TABLE)
    slot_bits = _counts(given, memory.SHAPE)[SLOT_BITS]
    excerpts = _words(given, memory.EXCERPTS)
    signatures = _signatures(given, memory.SIGNATURES)
    alive = _bytes(given, memory.ALIVE)
    keys = keys[: counts[KEYED]]
    bands = np.empty(BANDS, dtype=np.uint64)
    places = np.empty(BANDS, dtype=np.uint64)
    key_places = np.empty(len(keys), dtype=np.uint64)
    if evidence >= LEAST_SHINGLES:
        near = _near(given, memory.NEAR)
        count = _search(
            table, slot_bits, signatures, alive, excerpts, _sketches(given, memory.SKETCHES),
            signature, keys, sketch, near, bands, places, key_places,
        )  # fmt: skip
        mine = Piece(at, source, outlet, evidence, counts[KEYED], counts[COARSE])
        match = best_match(
            near, count, mine, _floats(given, memory.TIMES), _cards(given, memory.CARDS)
        )
    answer = _floats(given, memory.MATCH)
    answer[0] = match.method
    answer[1] = match.slot
    answer[2] = match.similarity
    answer[3] = match.contained
    answer[4] = match.shared
    answer[5] = match.threshold
    none = match.method == NO_COPY
    counts[HEADED] = (
        none
        and counts[TITLE_WORDS] >= LEAST_TITLE
        and has_key(_words(given, memory.TITLES), counts[TITLE])
    )
    if slot < 0 or counts[HEADED]:
        return NOT_LEARNED, int(evidence), 0, 0, 0
    known = _words(given, memory.NOTHING)
    if not none:
        group = int(_cards(given, memory.CARDS)[match.slot, 0])
        if match.shared >= evidence * WHOLE:
            known = _digests(given, memory.DIGESTS)[match.slot]
    elif len(name):
        name_into(octets(name), _bytes(given, memory.NAME))
    added, titles, indexed = _keep(given, known, slot, at, group, source, outlet, credit)
    more = 0
    if indexed:
        put_found(table, slot_bits, signatures, alive, slot, bands, places, ROWS, CROWD)
        more = put_keys_found(excerpts, alive, keys, slot, CROWD, key_places)
    return group, int(evidence), int(added), int(more), int(titles)


@fixed_kernel()
def learn(
    given: Given, known: Hashes, slot: int, at: float, group: int, source: int, outlet: int,
    credit: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Learn the document that was just read. ``known`` is a digest of what is not counted.

    Answers what it added to boilerplate, excerpts and titles.
    """
    added, titles, indexed = _keep(given, known, slot, at, group, source, outlet, credit)
    if not indexed:
        return int(added), 0, int(titles)
    table = _numbers(given, memory.TABLE)
    slot_bits = _counts(given, memory.SHAPE)[SLOT_BITS]
    signatures = _signatures(given, memory.SIGNATURES)
    alive = _bytes(given, memory.ALIVE)
    counts = _counts(given, memory.COUNTS)
    bands = np.empty(BANDS, dtype=np.uint64)
    hash_bands(table, signatures[slot], ROWS, bands)
    put(table, slot_bits, signatures, alive, slot, bands, ROWS, CROWD)
    keys = _numbers(given, memory.KEYS)[: counts[KEYED]]
    more = add_into(_words(given, memory.EXCERPTS), alive, keys, slot, CROWD)
    return int(added), int(more), int(titles)
