"""What the copy finder reads from a document, once and in one kernel."""

import numpy as np
import numpy.typing as npt

from dedupe import memory
from dedupe.boilerplate import (
    DIGEST_WORDS,
    NOTHING,
    digest_into,
    evidence_into,
    plain_digest,
    plain_evidence,
)
from dedupe.containment import COARSE_KEYS, plain_sample, sample_into, sample_shift
from dedupe.kernels import U64, available, inner, kernel
from dedupe.memory import Given, Held, Memory, rows
from dedupe.minhash import PERMUTATIONS, Signature, permutations, plain_sign, sign_into
from dedupe.particulars import SIZE, Sketch, plain_sketch, sketch_into
from dedupe.postings import Keys
from dedupe.shingles import Hashes, plain_shingle, shingle_into, shingle_uncounted
from dedupe.text import encode, fold, tables
from dedupe.tokens import MAX_WORDS, Scratch, plain_tokenise, tokenise_into

_TITLE_WORDS = 200
_MOST = np.uint32(0xFFFFFFFF)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_U32 = np.uint64(32)
_PLAIN_FACTOR = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF

Marks = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]


COUNTS = 7
WORDS, SHINGLES, EVIDENCE, KEYED, COARSE, TITLE, TITLE_WORDS = range(COUNTS)


class Reader:
    """Memory for one document at a time, as hashes, used again and again.

    ``shingles`` are all distinct ones; ``signature`` and ``keys`` stand for those that are not
    boilerplate, the evidence; ``digest`` for all. ``counts`` begins with how many words, shingles,
    evidence, keys, and keys of the coarse sample there are, then a 32-bit hash of the headline's
    words (0 when it has none) and their number.
    """

    shingles = Held(memory.SHINGLES, np.uint64)
    keys = Held(memory.KEYS, np.uint32)
    signature = Held(memory.SIGNATURE, np.uint32)
    digest = Held(memory.DIGEST, np.uint64)
    sketch = Held(memory.SKETCH, np.uint16)
    counts = Held(memory.COUNTS, np.int64)

    def __init__(self, counts: int = COUNTS, held_in: Memory | None = None) -> None:
        self.memory = Memory() if held_in is None else held_in
        scratch = Scratch()
        raw, info, lower = tables()
        for place, array in (
            (memory.RAW, raw), (memory.INFO, info), (memory.LOWER, lower),
            (memory.PERMUTED, permutations()), (memory.NOTHING, NOTHING),
            (memory.WORDS, scratch.words), (memory.LETTERS, scratch.letters),
        ):  # fmt: skip
            self.memory.put(place, array)
        self.shingles = np.empty(MAX_WORDS, dtype=np.uint64)
        self.keys = np.empty(MAX_WORDS, dtype=np.uint32)
        self.signature = np.empty(PERMUTATIONS, dtype=np.uint32)
        self.digest = np.empty(DIGEST_WORDS, dtype=np.uint64)
        self.sketch = np.empty(SIZE, dtype=np.uint16)
        self.counts = np.empty(counts, dtype=np.int64)

    def sign(self, text: str) -> Signature:
        """The signature (uint32, 128 values) of a text, with all its boilerplate."""
        out = np.empty(PERMUTATIONS, dtype=np.uint32)
        if not _sign.run(encode(text), False, self.memory.given, out):
            _sign.run(fold(text), True, self.memory.given, out)
        return out


def plain_read(
    text: bytes, title: bytes, info: Marks, lower: npt.NDArray[np.uint32], cells: Marks,
    shift: U64, permutations: Signature, _words: Hashes, _letters: Marks, shingles: Hashes,
    keys: Keys, signature: Signature, digest: Hashes, sketch: Sketch, counts: Counts,
) -> bool:  # fmt: skip
    hashes = np.empty(MAX_WORDS, dtype=np.uint64)
    marks = np.empty(MAX_WORDS, dtype=np.uint8)
    title_hashes = np.empty(_TITLE_WORDS, dtype=np.uint64)
    title_marks = np.empty(_TITLE_WORDS, dtype=np.uint8)
    evidence = np.empty(MAX_WORDS, dtype=np.uint64)
    words = plain_tokenise(text, info, lower, hashes, marks)
    title_words = plain_tokenise(title, info, lower, title_hashes, title_marks)
    if words < 0 or title_words < 0:
        return False
    found = plain_shingle(hashes[:words], shingles)
    kept = plain_evidence(shingles[:found], cells, shift, evidence)
    signature[:] = _MOST
    plain_sign(evidence[:kept], permutations[0], permutations[1], signature)
    sampled = plain_sample(evidence[:kept], sample_shift(kept), keys)
    digest[:] = 0
    plain_digest(shingles[:found], digest)
    plain_sketch(hashes[:words], marks[:words], title_hashes[:title_words], sketch)
    key = 0
    for word in title_hashes[:title_words].tolist():
        key = (key * _PLAIN_FACTOR + word) & _WORD
    coarse = int(np.count_nonzero(keys[:sampled] < COARSE_KEYS))
    counts[:COUNTS] = (words, found, kept, sampled, coarse, key >> 32, title_words)
    return True


@inner
def read_into(
    text: bytes, title: bytes, info: Marks, lower: npt.NDArray[np.uint32], cells: Marks,
    shift: U64, permutations: Signature, words: Hashes, letters: Marks, shingles: Hashes,
    keys: Keys, signature: Signature, digest: Hashes, sketch: Sketch, counts: Counts,
) -> bool:  # fmt: skip
    """False when text and title must be folded first, and nothing else was done."""
    room = min(len(text) // 2 + 2, MAX_WORDS)
    hashes = words[:room]
    marks = np.empty(room, dtype=np.uint8)
    count = tokenise_into(text, info, lower, hashes, marks, words[room:], letters)
    title_hashes = np.empty(_TITLE_WORDS, dtype=np.uint64)
    title_marks = np.empty(_TITLE_WORDS, dtype=np.uint8)
    title_words = tokenise_into(
        title, info, lower, title_hashes, title_marks, words[room:], letters
    )
    if count < 0 or title_words < 0:
        return False
    hashes = hashes[:count]
    marks = marks[:count]
    found = shingle_into(hashes, shingles, cells, shift)  # counts are looked at when they are here
    sketch_into(hashes, marks, title_hashes[:title_words], sketch)
    digest[:] = np.uint64(0)
    digest_into(shingles[:found], digest)
    evidence = np.empty(found, dtype=np.uint64)
    kept = evidence_into(shingles[:found], cells, shift, evidence)
    signature[:] = _MOST
    sign_into(evidence[:kept], permutations[0], permutations[1], signature)
    sampled = sample_into(evidence[:kept], sample_shift(kept), keys)
    key = np.uint64(0)
    for i in range(title_words):
        key = key * _FACTOR + title_hashes[i]
    coarse = 0
    for i in range(sampled):
        coarse += keys[i] < COARSE_KEYS
    counts[0] = count
    counts[1] = found
    counts[2] = kept
    counts[3] = sampled
    counts[4] = coarse
    counts[5] = np.int64(key >> _U32)
    counts[6] = title_words
    return True


read = read_into if available() else plain_read


_bytes, _numbers, _words = rows(np.uint8), rows(np.uint32), rows(np.uint64)
_permuted = rows(np.uint32, PERMUTATIONS)


def _plain_sign(text: bytes, folded: bool, given: Given, out: Signature) -> bool:
    info = given[memory.INFO if folded else memory.RAW]
    lower, permutations = given[memory.LOWER], given[memory.PERMUTED]
    hashes = np.empty(MAX_WORDS, dtype=np.uint64)
    count = plain_tokenise(text, info, lower, hashes, np.empty(MAX_WORDS, dtype=np.uint8))
    if count < 0:
        return False
    shingles = np.empty(max(count, 1), dtype=np.uint64)
    out[:] = _MOST
    found = plain_shingle(hashes[:count], shingles)
    plain_sign(shingles[:found], permutations[0], permutations[1], out)
    return True


@kernel(_plain_sign)
def _sign(text: bytes, folded: bool, given: Given, out: Signature) -> bool:
    info = _bytes(given, memory.INFO) if folded else _bytes(given, memory.RAW)
    lower = _numbers(given, memory.LOWER)
    permutations = _permuted(given, memory.PERMUTED)
    words = _words(given, memory.WORDS)
    letters = _bytes(given, memory.LETTERS)
    room = min(len(text) // 2 + 2, MAX_WORDS)
    marks = np.empty(room, dtype=np.uint8)
    count = tokenise_into(text, info, lower, words[:room], marks, words[room:], letters)
    if count < 0:
        return False
    shingles = words[room : 2 * room]
    found = shingle_uncounted(words[:count], shingles)
    out[:] = _MOST
    sign_into(shingles[:found], permutations[0], permutations[1], out)
    return True
