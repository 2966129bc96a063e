"""The stories that can still grow, and the ways to find them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from dedupe.stories.index import TermIndex
from dedupe.stories.story import Member, Story

KEEP: Final = 8 * 86_400.0
"""A story stays in memory this long behind the clock: feeds deliver out of order."""


class Memory:
    """Stories by running number, by name and by document; the term indexes kept in step."""

    def __init__(self) -> None:
        self.index = TermIndex()
        self.neutral_index = TermIndex()
        self.stories: dict[int, Story] = {}
        self.by_id: dict[str, Story] = {}
        self.of: dict[str, Story] = {}
        self.born = 0

    def found(self, name: str) -> Story:
        """Make an empty story."""
        story = Story(name, self.born)
        self.born += 1
        self.stories[story.born] = story
        self.by_id[story.id] = story
        return story

    def restore(self, stories: Iterable[Story], born: int) -> None:
        """Take in stories as they were, in their order."""
        self.born = born
        for story in stories:
            self.stories[story.born] = story
            self.by_id[story.id] = story
            self.of.update(dict.fromkeys(story.members, story))
            for language in story.strands:
                self._reindex(story, language)

    def enter(self, story: Story, member: Member, strand: str | None = None) -> None:
        """Put a document into a story, by its own language or the strand it resembled."""
        if strand is not None:
            member = replace(member, strand=strand)
        story.take(member)
        self.of[member.id] = story
        # The least recently grown story is the first in memory: the clock drops from there.
        self.stories[story.born] = self.stories.pop(story.born)
        self._reindex(story, member.strand)

    def leave(self, document: str, *, forget: bool = True) -> Story:
        """Take a document out of its story; an emptied story is forgotten unless told not to."""
        story = self.of.pop(document)
        member = story.drop(document)
        self._reindex(story, member.strand)
        if forget and not story.members:
            self.forget(story)
        return story

    def absorb(self, kept: Story, gone: Story) -> None:
        """Move all of ``gone`` into ``kept``."""
        self.forget(gone)
        kept.absorb(gone)
        self.of.update(dict.fromkeys(gone.members, kept))
        for language in gone.strands:
            self._reindex(kept, language)

    def rename(self, story: Story, name: str) -> None:
        """Give a story another name."""
        del self.by_id[story.id]
        story.id = name
        self.by_id[name] = story

    def move(self, source: Story, target: Story, documents: Iterable[str]) -> None:
        """Move documents from one story to another."""
        for document in documents:
            member = source.drop(document)
            target.take(member)
            self.of[document] = target
        for language in {*source.strands, *target.strands}:
            self._reindex(source, language)
            self._reindex(target, language)

    def forget(self, story: Story) -> None:
        """Drop a story and the way to its documents."""
        for language in story.strands:
            self.index.remove((story.born, language))
            self.neutral_index.remove((story.born, language))
        for document in story.members:
            del self.of[document]
        del self.stories[story.born]
        del self.by_id[story.id]

    def expire(self, now: float) -> None:
        """Drop at most two stories that can no longer grow."""
        old: list[Story] = []
        for story in self.stories.values():
            if len(old) == 2 or story.last >= now - KEEP:
                break
            old.append(story)
        for story in old:
            self.forget(story)

    def _reindex(self, story: Story, language: str) -> None:
        strand = story.strands.get(language)
        if strand is None:
            self.index.remove((story.born, language))
            self.neutral_index.remove((story.born, language))
        else:
            self.index.put((story.born, language), strand.total.body)
            self.neutral_index.put((story.born, language), strand.total.neutral)
