"""What the copy finder reads from a document, once."""

from typing import NamedTuple

from dedupe.boilerplate import Boilerplate, digest
from dedupe.containment import Sample, sample
from dedupe.document import Document
from dedupe.judgement import TITLE_WORDS
from dedupe.minhash import Signature, sign
from dedupe.particulars import Sketch, sketch
from dedupe.shingles import Hashes, shingle
from dedupe.tokens import Tokens, tokenise


class Reading(NamedTuple):
    """A document as hashes.

    ``shingles`` are all distinct ones, ``evidence`` those that are not boilerplate; ``title`` is
    a 32-bit hash of the headline's words, 0 when it has too few to tell one article from another.
    """

    shingles: Hashes
    evidence: Hashes
    signature: Signature
    sample: Sample
    digest: Hashes
    sketch: Sketch
    words: int
    title: int
    title_words: int


def read(document: Document, boilerplate: Boilerplate) -> Reading:
    """Read a document. Nothing is learned by it."""
    text = tokenise(document.text)
    title = tokenise(document.title)
    shingles = shingle(text.hashes)
    evidence = boilerplate.evidence(shingles)
    return Reading(
        shingles=shingles,
        evidence=evidence,
        signature=sign(evidence),
        sample=sample(evidence),
        digest=digest(shingles),
        sketch=sketch(text, title),
        words=len(text.hashes),
        title=_key(title),
        title_words=len(title.hashes),
    )


def _key(title: Tokens) -> int:
    if len(title.hashes) < TITLE_WORDS:
        return 0
    key = 0
    for word in title.hashes.tolist():
        key = (key * 0x9E3779B97F4A7C15 + word) & 0xFFFFFFFFFFFFFFFF
    return (key >> 32) or 1
