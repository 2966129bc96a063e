"""What the copy finder reads from a document, once and in one kernel."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate import (
    DIGEST_WORDS,
    Boilerplate,
    digest_into,
    evidence_into,
    plain_digest,
    plain_evidence,
)
from dedupe.containment import FINE_BELOW, plain_sample, sample_into, sample_shift
from dedupe.document import Document
from dedupe.kernels import U64, kernel
from dedupe.machine import ask
from dedupe.minhash import PERMUTATIONS, Signature, permutations, plain_sign, sign_into
from dedupe.particulars import SIZE, Sketch, plain_sketch, sketch_into
from dedupe.postings import Keys
from dedupe.shingles import Hashes, plain_shingle, shingle_into
from dedupe.text import encode, fold, tables
from dedupe.tokens import MAX_WORDS, plain_tokenise, tokenise_into

_TITLE_WORDS = 200
_MOST = np.uint32(0xFFFFFFFF)
_COARSE = np.uint32(1 << 31)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_U32 = np.uint64(32)
_PLAIN_FACTOR = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF

Marks = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]


class Reading(NamedTuple):
    """A document as hashes. The arrays are the reader's own until it reads again.

    ``shingles`` are all distinct ones, of which ``evidence`` are not boilerplate; ``signature``
    and ``keys`` stand for these, ``digest`` for all. ``coarse`` of the keys are in the coarse
    sample. ``title`` is a 32-bit hash of the headline's words, 0 when it has none. ``counts`` are
    the numbers again: words, shingles, evidence, keys, coarse ones, title, its words.
    """

    shingles: Hashes
    evidence: int
    signature: Signature
    keys: Keys
    coarse: int
    digest: Hashes
    sketch: Sketch
    words: int
    title: int
    title_words: int
    counts: Counts


class Reader:
    """Reads documents, one after another, in arrays that are used again."""

    def __init__(self) -> None:
        self._shingles: Hashes = np.empty(MAX_WORDS, dtype=np.uint64)
        self._keys: Keys = np.empty(MAX_WORDS, dtype=np.uint32)
        self._signature: Signature = np.empty(PERMUTATIONS, dtype=np.uint32)
        self._digest: Hashes = np.empty(DIGEST_WORDS, dtype=np.uint64)
        self._sketch: Sketch = np.empty(SIZE, dtype=np.uint16)
        self._counts: Counts = np.empty(7, dtype=np.int64)

    def read(self, document: Document, boilerplate: Boilerplate) -> Reading:
        """Read a document. Nothing is learned by it."""
        raw, info, lower = tables()
        text, title = document.text, document.title
        if not self._read(encode(text), encode(title), raw, lower, boilerplate):
            self._read(fold(text), fold(title), info, lower, boilerplate)
        words, shingles, evidence, keys, coarse, title_key, title_words = self._counts.tolist()
        return Reading(
            self._shingles[:shingles],
            evidence,
            self._signature,
            self._keys[:keys],
            coarse,
            self._digest,
            self._sketch,
            words,
            title_key,
            title_words,
            self._counts,
        )

    def _read(
        self, text: bytes, title: bytes, info: Marks, lower: npt.NDArray[np.uint32],
        boilerplate: Boilerplate,
    ) -> bool:  # fmt: skip
        done: bool = _read_into.run(
            text, title, info, lower, boilerplate.cells, boilerplate.shift, permutations(),
            self._shingles, self._keys, self._signature, self._digest, self._sketch, self._counts,
        )  # fmt: skip
        return done


def _plain_read(
    text: bytes, title: bytes, info: Marks, lower: npt.NDArray[np.uint32], cells: Marks,
    shift: U64, permutations: Signature, shingles: Hashes, keys: Keys, signature: Signature,
    digest: Hashes, sketch: Sketch, counts: Counts,
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
    coarse = int(np.count_nonzero(keys[:sampled] < _COARSE))
    counts[:] = (words, found, kept, sampled, coarse, key >> 32, title_words)
    return True


@kernel(_plain_read)
def _read_into(
    text: bytes, title: bytes, info: Marks, lower: npt.NDArray[np.uint32], cells: Marks,
    shift: U64, permutations: Signature, shingles: Hashes, keys: Keys, signature: Signature,
    digest: Hashes, sketch: Sketch, counts: Counts,
) -> bool:  # fmt: skip
    room = min(len(text) // 2 + 2, MAX_WORDS)
    hashes = np.empty(room, dtype=np.uint64)
    marks = np.empty(room, dtype=np.uint8)
    words = tokenise_into(text, info, lower, hashes, marks)
    title_hashes = np.empty(_TITLE_WORDS, dtype=np.uint64)
    title_marks = np.empty(_TITLE_WORDS, dtype=np.uint8)
    title_words = tokenise_into(title, info, lower, title_hashes, title_marks)
    if words < 0 or title_words < 0:
        return False
    found = shingle_into(hashes[:words], shingles)
    for i in range(found):  # asked for here, wanted after the sketch and the digest are made
        ask(cells, shingles[i] >> shift)
    sketch_into(hashes[:words], marks[:words], title_hashes[:title_words], sketch)
    digest[:] = np.uint64(0)
    digest_into(shingles[:found], digest)
    evidence = np.empty(found, dtype=np.uint64)
    kept = evidence_into(shingles[:found], cells, shift, evidence)
    signature[:] = _MOST
    sign_into(evidence[:kept], permutations[0], permutations[1], signature)
    rate = np.uint64(62) if kept < FINE_BELOW else np.uint64(61)
    sampled = sample_into(evidence[:kept], rate, keys)
    key = np.uint64(0)
    for i in range(title_words):
        key = key * _FACTOR + title_hashes[i]
    coarse = 0
    for i in range(sampled):
        coarse += keys[i] < _COARSE
    counts[0] = words
    counts[1] = found
    counts[2] = kept
    counts[3] = sampled
    counts[4] = coarse
    counts[5] = np.int64(key >> _U32)
    counts[6] = title_words
    return True
