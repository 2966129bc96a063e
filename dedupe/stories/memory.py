"""The stories that can still grow, and the ways to find them."""

from collections import OrderedDict
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from math import inf
from typing import Final

from msgspec.structs import replace

from dedupe.stories.columns import Columns
from dedupe.stories.index import TermIndex
from dedupe.stories.reading import terms_of
from dedupe.stories.sparse import Ids, Vector
from dedupe.stories.story import Member, Story
from dedupe.stories.vocabulary import Vocabulary

KEEP: Final = 8 * 86_400.0
"""A story stays in memory this long behind the clock: feeds deliver out of order."""


class Memory:
    """Stories by running number, by name and by document; the term index kept in step."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.columns = Columns(vocabulary.memory)
        self.index = TermIndex(vocabulary.memory)
        # A plain dictionary looks for its first entry among all that left before it.
        self.stories: OrderedDict[int, Story] = OrderedDict()
        self.by_id: dict[str, Story] = {}
        self.of: dict[str, Story] = {}
        self.born = 0
        # Of each story a time that its last report is not before: what is due is found from it.
        self._ages: list[tuple[float, int]] = []

    def found(self, name: str) -> Story:
        """Make an empty story."""
        story = Story(name, self.born)
        self.born += 1
        self.stories[story.born] = story
        self.by_id[story.id] = story
        heappush(self._ages, (-inf, story.born))
        return story

    def recorded(self, name: str) -> Story:
        """The story that the record has under this name; one that has left memory comes back
        without its documents."""
        story = self.by_id.get(name)
        if story is None:
            story = self.found(name)
            story.partial = True
        return story

    def restore(self, stories: Iterable[Story], born: int) -> None:
        """Take in stories as they were, in their order."""
        self.born = born
        for story in stories:
            self.stories[story.born] = story
            self.by_id[story.id] = story
            self.of.update(dict.fromkeys(story.members, story))
            self._refer(story.members.values(), 1)
            self._reindex(story, story.strands)
        self._ages = [(story.last, story.born) for story in self.stories.values()]
        heapify(self._ages)

    def enter(self, story: Story, member: Member, strand: str | None = None) -> None:
        """Put a document into a story, by its own language or the strand it resembled."""
        if strand is not None:
            member = replace(member, strand=strand)
        story.take(member)
        self.of[member.id] = story
        self._refer([story.members[member.id]], 1)
        self._reindex(story, [member.strand])

    def report(self, document: str) -> str:
        """The report whose words a document tells: its own, or its twin."""
        return self.of[document].members[document].copy_of or document

    def leave(self, documents: Iterable[str]) -> None:
        """Take documents out of their stories, those of one at once; forget what is emptied."""
        leaving: dict[int, list[str]] = {}
        for document in documents:
            leaving.setdefault(self.of[document].born, []).append(document)
        for born, some in leaving.items():
            story = self.stories[born]
            self.part(story, some)
            if not story.members:
                self.forget(story)

    def part(self, story: Story, documents: Iterable[str]) -> list[Member]:
        """Take documents out of a story, which stays even if nothing does, and give them back."""
        before = story.last
        gone, changed = story.part(documents)
        if story.last < before or not story.members:
            heappush(self._ages, (-inf, story.born))
        for member in gone:
            del self.of[member.id]
        self._refer(gone, -1)
        if story.members:
            self._reindex(story, changed)
        return gone

    def absorb(self, kept: Story, gone: Story) -> None:
        """Move all of ``gone`` into ``kept``."""
        self.forget(gone)
        self._refer(gone.members.values(), 1)
        kept.absorb(gone)
        self.of.update(dict.fromkeys(gone.members, kept))
        self._reindex(kept, gone.strands)

    def rename(self, story: Story, name: str) -> None:
        """Give a story another name."""
        del self.by_id[story.id]
        story.id = name
        self.by_id[name] = story

    def move(self, source: Story, target: Story, documents: Iterable[str]) -> None:
        """Move documents from one story to another."""
        gone = self.part(source, documents)
        for member in gone:
            target.take(member)
            self.of[member.id] = target
        self._refer(gone, 1)
        self._reindex(target, target.strands)

    def forget(self, story: Story) -> None:
        """Drop a story and the way to its documents."""
        for language in list(story.rows):
            self.index.remove(self.columns.drop(story, language))
        for document in story.members:
            del self.of[document]
        self._refer(story.members.values(), -1)
        del self.stories[story.born]
        del self.by_id[story.id]

    def expire(self, now: float) -> None:
        """Drop at most two stories that can no longer grow, those told longest ago first."""
        dropped = 0
        while dropped < 2 and self._ages and self._ages[0][0] < now - KEEP:
            last, born = heappop(self._ages)
            story = self.stories.get(born)
            if story is None:
                continue
            if story.last > last:
                heappush(self._ages, (story.last, born))
            else:
                self.forget(story)
                dropped += 1

    def _refer(self, members: Iterable[Member], sign: int) -> None:
        for member in members:
            self._vocabulary.refer(terms_of(member.packed), sign)

    def _reindex(self, story: Story, changed: Iterable[str]) -> None:
        """Put the strands that changed, and the story last in memory.

        The story that changed least recently is the first: a desk restored from a snapshot, which
        keeps that order, finds stories in the same order.
        """
        self.stories.move_to_end(story.born)
        for language in story.rows.keys() - story.strands.keys():
            self.index.remove(self.columns.drop(story, language))
        for language in changed:
            if language in story.strands:
                self.columns.put(story, language)
        told = story.told
        for row in story.rows.values():
            self.index.put(row, told, self._vocabulary.room)

    def near(self, vector: Vector) -> Ids:
        """The rows of strands that share the heaviest terms of a body or neutral vector."""
        return self.index.candidates(vector)
