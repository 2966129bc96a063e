"""Facts of a story, computed from its reports: pure functions, no desk needed.

Entities and places come from the lexicon and from capitalised words: a light recogniser that
needs no model and speaks every language that the stories do. It finds what a headline names; it
does not tell a person from a company.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from dedupe.document import Document
from dedupe.stories.common import common_words
from dedupe.stories.lexicon import lexicon
from dedupe.stories.reading import Reader, Reading
from dedupe.stories.sparse import Vector, add, dot, unit
from dedupe.stories.tongue import spoken
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.words import words

HOUR: Final = 3600.0


class StoryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a newsroom asks of a story. Times are epoch seconds; ``velocity`` is reports per hour
    over the last six hours before the last report; ``medoid`` is the document whose title is the
    ``headline``; ``size`` counts all documents, ``originals`` those that copy none."""

    headline: str
    medoid: str
    terms: tuple[str, ...]
    places: tuple[str, ...]
    first: float
    last: float
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    size: int
    originals: int
    velocity: float
    phases: tuple["Phase", ...]


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """A sub-event: a run of reports without a gap longer than three hours."""

    first: float
    last: float
    size: int
    headline: str


@dataclass(frozen=True, slots=True)
class _Read:
    document: Document
    language: str
    reading: Reading


_GAP: Final = 3 * HOUR
_VELOCITY_SPAN: Final = 6 * HOUR
_SHOWN: Final = 8


def story_facts(documents: Sequence[Document], copies: frozenset[str] = frozenset()) -> StoryFacts:
    """The facts of the story that ``documents`` tell; ``copies`` are the ids that copy another.

    Raises ``ValueError`` for an empty story. Cost is linear in the number of documents.
    """
    if not documents:
        raise ValueError("A story has at least one document")
    ordered = sorted(documents, key=lambda d: (d.at, d.id))
    originals = [d for d in ordered if d.id not in copies] or ordered
    vocabulary = Vocabulary()
    reader = Reader(vocabulary)
    read = []
    for document in originals:
        language = spoken(document)
        read.append(_Read(document, language, reader.read(document, language)))
    best = medoid(read)
    last = ordered[-1].at
    lively = sum(d.at > last - _VELOCITY_SPAN for d in ordered)
    return StoryFacts(
        headline=best.document.title,
        medoid=best.document.id,
        terms=_terms(read, vocabulary),
        places=_places(read),
        first=ordered[0].at,
        last=last,
        outlets=tuple(dict.fromkeys(d.outlet for d in ordered if d.outlet)),
        languages=tuple(name for name, _ in Counter(r.language for r in read).most_common()),
        size=len(ordered),
        originals=len(originals),
        velocity=lively / max((min(_VELOCITY_SPAN, last - ordered[0].at)) / HOUR, 1.0),
        phases=_phases(read),
    )


def medoid(read: Sequence[_Read]) -> _Read:
    """The report nearest to the centre of the story's commonest language; ties: the earliest."""
    language = Counter(r.language for r in read).most_common(1)[0][0]
    rows = [r for r in read if r.language == language and r.document.title] or list(read)
    centre = _centre([r.reading.head for r in rows])
    return max(rows, key=lambda r: (dot(centre, r.reading.head), -r.document.at))


def _centre(vectors: Sequence[Vector]) -> Vector:
    total = vectors[0]
    for vector in vectors[1:]:
        total = add(total, vector)
    return unit(total)


def _terms(read: Sequence[_Read], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The heaviest stems of the headlines and leads, each as the commonest word with that stem."""
    centre = _centre([r.reading.head for r in read])
    heavy = sorted(zip(centre.ids.tolist(), centre.weights.tolist(), strict=True), key=_by_weight)
    stemmer = Reader(vocabulary).stemmer
    spelt: dict[str, Counter[str]] = {}
    for r in read:
        common = common_words(r.language)
        for word in words(f"{r.document.title} {r.document.text[:400]}"):
            if word not in common:
                spelt.setdefault(stemmer.stem(word, r.language), Counter())[word] += 1
    shown = (vocabulary.terms[number] for number, _ in heavy[:_SHOWN])
    return tuple(spelt[s].most_common(1)[0][0] if s in spelt else s for s in shown)


def _by_weight(row: tuple[int, float]) -> tuple[float, int]:
    return -row[1], row[0]


def _places(read: Sequence[_Read]) -> tuple[str, ...]:
    """Countries (ISO 3166 codes) and cities of the lexicon in at least a fifth of headlines."""
    known = lexicon()
    counts: Counter[str] = Counter()
    for r in read:
        found = {c for word in words(r.document.title) for c in known.word(word)}
        found.update(known.run(r.document.title))
        counts.update(concept[2:] for concept in found if concept.startswith("p:"))
    return tuple(place for place, n in counts.most_common(_SHOWN) if n * 5 >= len(read))


def _phases(read: Sequence[_Read]) -> tuple[Phase, ...]:
    runs: list[list[_Read]] = []
    for r in read:
        if runs and r.document.at - runs[-1][-1].document.at <= _GAP:
            runs[-1].append(r)
        else:
            runs.append([r])
    return tuple(
        Phase(
            first=run[0].document.at,
            last=run[-1].document.at,
            size=len(run),
            headline=medoid(run).document.title,
        )
        for run in runs
    )
