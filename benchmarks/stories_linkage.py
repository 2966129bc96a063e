"""What could be gained by looking at a whole day at once: average linkage over the same readings.

A desk decides within milliseconds and never sees what comes after. This peer does: it compares all
pairs of reports of a day and joins the most alike first, for as long as the mean likeness of two
groups is above a bar. Likeness is the cosine of the desk's own readings, less the further apart in
time; copies go where their twins go.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.spatial.distance import squareform

from benchmarks.stories_corpus import DAY
from dedupe.copies import CopyFinder
from dedupe.document import Document
from dedupe.stories.reading import Reader, Reading
from dedupe.stories.sparse import Vector
from dedupe.stories.tongue import spoken
from dedupe.stories.vocabulary import Vocabulary

BARS: Final = (0.08, 0.1, 0.12, 0.14)
"""The best on judged days are among these."""
_NEUTRAL: Final = 0.25
"""What words of any language weigh beside a body, of the best tried."""
_ACROSS: Final = 0.6
"""And what they weigh alone, in reports of two languages."""
_FADING: Final = 3.0
"""Likeness falls with days apart as exp(-(days / 3)^2 / 2)."""

Square = NDArray[np.float32]


def linked(documents: Iterable[Document]) -> list[dict[str, str]]:
    """The group of every document, by each of :data:`BARS`."""
    reader, copies = Reader(Vocabulary()), CopyFinder()
    twins: dict[str, str] = {}
    first: list[Document] = []
    readings: list[Reading] = []
    for document in documents:
        twin = copies.place(document).evidence.matched
        if twin:
            twins[document.id] = twins.get(twin, twin)
            continue
        first.append(document)
        readings.append(reader.read(document, spoken(document)))
    apart = np.clip(1.0 - _likeness(first, readings), 0.0, 1.0)
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(apart, checks=False), "average")
    found: list[dict[str, str]] = []
    for bar in BARS:
        groups = fcluster(tree, 1.0 - bar, "distance")
        stories = {d.id: str(group) for d, group in zip(first, groups, strict=True)}
        found.append(stories | {copy: stories[twin] for copy, twin in twins.items()})
    return found


def _likeness(documents: Sequence[Document], readings: Sequence[Reading]) -> Square:
    """How alike all pairs of reports are, 0..1."""
    body = _cosines([reading.body for reading in readings])
    neutral = _cosines([reading.neutral for reading in readings])
    languages = np.array([spoken(document) for document in documents])
    same = languages[:, None] == languages[None, :]
    within = (1.0 - _NEUTRAL) * body + _NEUTRAL * neutral
    at = np.array([document.at for document in documents])
    days = np.abs(at[:, None] - at[None, :]) / DAY
    alike: Square = np.where(same, within, _ACROSS * neutral) * np.exp(-((days / _FADING) ** 2) / 2)
    return alike


def _cosines(vectors: Sequence[Vector]) -> Square:
    """The inner products of all pairs of unit vectors."""
    starts = np.cumsum([0, *(vector.ids.size for vector in vectors)])
    terms = np.concatenate([vector.ids for vector in vectors])
    weights = np.concatenate([vector.weights for vector in vectors])
    rows = csr_matrix((weights, terms, starts), shape=(len(vectors), int(terms.max()) + 1))
    found: Square = (rows @ rows.T).toarray()
    return found
