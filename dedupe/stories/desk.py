"""The story desk: places each report into the story of its happening, as it arrives."""

from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np

from dedupe.document import (
    CopyPlacement,
    Document,
    StoryChange,
    StoryEvidence,
    StoryPlacement,
)
from dedupe.stories import scorer
from dedupe.stories.ids import story_id
from dedupe.stories.index import TermIndex
from dedupe.stories.reading import term_counts
from dedupe.stories.snapshot import (
    DeskState,
    VocabularyState,
    pack,
    story_of,
    story_state,
    unpack,
)
from dedupe.stories.sparse import Vector
from dedupe.stories.story import Member, Story
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.words import Stemmer, language_of

VECTOR_TERMS: Final = 96
WINDOW: Final = 4 * 86_400.0
"""A story can be joined until this long after its last report, seconds."""
KEEP: Final = 8 * 86_400.0
"""A story stays in memory this long behind the clock: feeds deliver out of order."""
_CLOCK_SAMPLE: Final = 101
_SHOWN_TERMS: Final = 8


class StoryDesk:
    """Deterministic given the order of calls; not safe for several threads."""

    def __init__(self) -> None:
        self._stemmer = Stemmer()
        self._vocabulary = Vocabulary()
        self._index = TermIndex()
        self._stories: dict[int, Story] = {}
        self._by_id: dict[str, Story] = {}
        self._of: dict[str, Story] = {}
        self._redirects: dict[str, str] = {}
        self._born = 0
        self._clock: deque[float] = deque(maxlen=_CLOCK_SAMPLE)

    def place(
        self, document: Document, copy: CopyPlacement, *, twin: str | None
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]:
        """Find or found the story of ``document``.

        ``twin`` is the document it copies, if any: it inherits that one's story.
        """
        if document.id in self._of:
            return self.revise(document, copy, twin=twin)
        self._tick(document.at)
        member = self._read(document, copy, twin)
        return self._decide(member), ()

    def revise(
        self, document: Document, copy: CopyPlacement, *, twin: str | None
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]:
        """Place a changed document anew; it stays where it was if that is still probable."""
        story = self._of.get(document.id)
        if story is None:
            return self.place(document, copy, twin=twin)
        member = self._read(document, copy, twin)
        if len(story.members) == 1:
            self._leave(document.id, forget=False)
            self._enter(story, member)
            evidence = StoryEvidence(method="first")
            return StoryPlacement(story=story.id, evidence=evidence), ()
        self._leave(document.id)
        return self._decide(member), ()

    def withdraw(self, id: str) -> tuple[StoryChange, ...]:  # noqa: A002 - the public name
        """Take a killed document out; an unknown one is no error."""
        if id in self._of:
            self._leave(id)
        return ()

    def adopt(self, document: Document, group: str, story: str) -> None:
        """Relearn a recorded placement, without deciding anything."""
        self._tick(document.at)
        if document.id in self._of:
            self._leave(document.id)
        counts = term_counts(document, self._stemmer)
        vector = self._vocabulary.vector(counts, document.at, VECTOR_TERMS)
        target = self._by_id.get(story) or self._found(story)
        twin = next((m.id for m in target.members.values() if group and m.group == group), "")
        self._enter(target, _member(document, group, vector, twin))

    def settle(self) -> tuple[StoryChange, ...]:
        """Do all postponed merges and splits now."""
        return ()

    def snapshot(self) -> bytes:
        """The whole state."""
        counts, documents, epoch = self._vocabulary.state()
        return pack(
            DeskState(
                VocabularyState(self._vocabulary.terms, counts, documents, epoch),
                [story_state(story) for story in self._stories.values()],
                self._born,
                list(self._clock),
                self._redirects,
            )
        )

    @classmethod
    def restore(cls, data: bytes) -> "StoryDesk":
        """A desk that goes on as the one that made the snapshot; raises ``SnapshotError``."""
        state = unpack(data)
        desk = cls()
        kept = state.vocabulary
        desk._vocabulary = Vocabulary.of(kept.terms, kept.counts, kept.documents, kept.epoch)
        desk._born = state.born
        desk._clock.extend(state.clock)
        desk._redirects = dict(state.redirects)
        for saved in state.stories:
            story = story_of(saved)
            desk._keep(story)
            for language, strand in story.strands.items():
                desk._index.put((story.born, language), strand.total)
            desk._of.update(dict.fromkeys(story.members, story))
        return desk

    def _read(self, document: Document, copy: CopyPlacement, twin: str | None) -> Member:
        counts = term_counts(document, self._stemmer)
        vector = self._vocabulary.vector(counts, document.at, VECTOR_TERMS)
        known = twin if twin is not None and twin in self._of and twin != document.id else ""
        return _member(document, copy.group, vector, known)

    def _decide(self, member: Member) -> StoryPlacement:
        if member.copy_of:
            story = self._of[member.copy_of]
            self._enter(story, member)
            evidence = StoryEvidence(method="copy", probability=1.0, matched=member.copy_of)
            return StoryPlacement(story=story.id, evidence=evidence)
        best = self._best(member)
        if best is None or best[1] < scorer.JOIN_THRESHOLD:
            story = self._found(story_id(member.id, self._by_id))
            self._enter(story, member)
            nearest = best[1] if best else 0.0
            evidence = StoryEvidence(
                method="first", probability=nearest, threshold=scorer.JOIN_THRESHOLD
            )
            return StoryPlacement(story=story.id, evidence=evidence)
        story, probability, language, features = best
        evidence = StoryEvidence(
            method="terms",
            probability=probability,
            threshold=scorer.JOIN_THRESHOLD,
            matched=next(iter(story.members)),
            terms=self._shared(story.strands[language].total, member.vector),
            features=features,
        )
        self._enter(story, member, language)
        return StoryPlacement(story=story.id, evidence=evidence)

    def _best(self, member: Member) -> tuple[Story, float, str, dict[str, float]] | None:
        near: list[tuple[float, float, Story, str]] = []
        for born, language in self._index.candidates(member.vector):
            story = self._stories[born]
            if scorer.distance(member.at, story.first, story.last) <= WINDOW:
                cosine, mean_cosine = story.strands[language].likeness(member.vector)
                near.append((cosine, mean_cosine, story, language))
        if not near:
            return None
        near.sort(key=lambda row: (-row[0], row[2].born))
        cosine, mean_cosine, story, language = near[0]
        features = scorer.join_features(
            cosine=cosine,
            mean_cosine=mean_cosine,
            at=member.at,
            first=story.first,
            last=story.last,
            mean=story.mean,
            reports=story.reports,
            margin=cosine - next((row[0] for row in near if row[2] is not story), 0.0),
        )
        return story, scorer.logistic(scorer.JOIN, features), language, features

    def _shared(self, left: Vector, right: Vector) -> tuple[str, ...]:
        ids, a, b = np.intersect1d(left.ids, right.ids, assume_unique=True, return_indices=True)
        order = np.argsort(-(left.weights[a] * right.weights[b]), kind="stable")[:_SHOWN_TERMS]
        return tuple(self._vocabulary.terms[int(i)] for i in ids[order])

    def _found(self, name: str) -> Story:
        story = Story(name, self._born)
        self._born += 1
        self._keep(story)
        return story

    def _keep(self, story: Story) -> None:
        self._stories[story.born] = story
        self._by_id[story.id] = story

    def _enter(self, story: Story, member: Member, strand: str | None = None) -> None:
        if strand is not None:
            member = replace(member, strand=strand)
        story.take(member)
        self._of[member.id] = story
        # The least recently grown story is the first in memory: the clock drops from there.
        self._stories[story.born] = self._stories.pop(story.born)
        self._reindex(story, member.strand)

    def _leave(self, document: str, *, forget: bool = True) -> None:
        story = self._of.pop(document)
        member = story.drop(document)
        self._reindex(story, member.strand)
        if forget and not story.members:
            self._forget(story)

    def _reindex(self, story: Story, language: str) -> None:
        strand = story.strands.get(language)
        if strand is None:
            self._index.remove((story.born, language))
        else:
            self._index.put((story.born, language), strand.total)

    def _forget(self, story: Story) -> None:
        for language in story.strands:
            self._index.remove((story.born, language))
        for document in story.members:
            del self._of[document]
        del self._stories[story.born]
        del self._by_id[story.id]

    def _tick(self, at: float) -> None:
        """Note the time and drop stories that can no longer grow, two at most per arrival.

        The clock is the median of the last arrivals, so that one document dated in the far
        future closes nothing.
        """
        self._clock.append(at)
        now = sorted(self._clock)[len(self._clock) // 2]
        old: list[Story] = []
        for story in self._stories.values():
            if len(old) == 2 or story.last >= now - KEEP:
                break
            old.append(story)
        for story in old:
            self._forget(story)


def _member(document: Document, group: str, vector: Vector, twin: str) -> Member:
    return Member(
        document.id,
        document.at,
        language_of(document.language),
        group,
        vector,
        document.outlet,
        document.source,
        twin,
    )
