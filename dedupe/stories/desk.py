"""The story desk: places each report into the story of its happening, as it arrives."""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from dedupe.document import (
    CopyPlacement,
    Document,
    StoryChange,
    StoryEvidence,
    StoryMerged,
    StoryPlacement,
)
from dedupe.stories import crossing, scorer
from dedupe.stories.clock import Clock
from dedupe.stories.conflict import scene
from dedupe.stories.encoder import Headlines, SentenceEncoder
from dedupe.stories.guards import series_marks
from dedupe.stories.memory import KEEP, Memory
from dedupe.stories.moving import gather, merge, withdraw
from dedupe.stories.nearby import WINDOW, Nearby
from dedupe.stories.overrules import Effect, Overrule, Overruled, Overrules
from dedupe.stories.overruling import BY_A_PERSON, overrule
from dedupe.stories.reading import Reader, Reading
from dedupe.stories.restructure import Restructurer
from dedupe.stories.scorer import Match
from dedupe.stories.snapshot import DeskState, pack, unpack
from dedupe.stories.story import Member, Story
from dedupe.stories.tongue import spoken
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.waiting import Waiting


class StoryDesk:
    """Deterministic given the order of calls; not safe for several threads."""

    _rank = staticmethod(scorer.foremost)

    def __init__(self, encoder: SentenceEncoder | None = None) -> None:
        """``encoder`` corrects the merges across languages (see :mod:`dedupe.stories.encoder`)."""
        self._headlines = None if encoder is None else Headlines(encoder)
        self._clock = Clock()
        self._begin(Vocabulary(), Overrules())

    def _begin(self, vocabulary: Vocabulary, word: Overrules) -> None:
        """Start with no story, with these terms and what people decided."""
        self._vocabulary, self._word = vocabulary, word
        self._reader = Reader(vocabulary)
        self._memory = Memory(vocabulary)
        self._restructurer = Restructurer(self._memory, vocabulary, self._headlines, word)
        self._nearby = Nearby(self._memory, vocabulary, word, self._rank)

    def __len__(self) -> int:
        """How many stories can still grow."""
        return len(self._memory.stories)

    def __contains__(self, document: str) -> bool:
        return document in self._memory.of

    def place(
        self, document: Document, copy: CopyPlacement, *, twin: str | None
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]:
        """Find or found the story of ``document``.

        ``twin`` is the document it copies, if any: it inherits that one's story.
        """
        if document.id in self._memory.of:
            placement, changes = self.revise(document, copy, twin=twin)
            return placement, (*self.told(), *changes)
        self._tick(document.at)
        member = self._read(document, copy, twin)
        return self._decide(member, self._restructurer.new_name), self.told()

    def revise(
        self, document: Document, copy: CopyPlacement, *, twin: str | None
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]:
        """Place a changed document anew.

        A story of its own keeps its name, unless the document is a copy now: then that story is
        part of its twin's.
        """
        story = self._memory.of.get(document.id)
        if story is None:
            return self.place(document, copy, twin=twin)
        member = self._read(document, copy, twin)
        if story.partial:
            self._memory.leave([document.id])
            return self._return(story.id, member), ()
        if self._word.holds(document.id, story.id):
            self._memory.part(story, [document.id])
            return self._stay(story, member, BY_A_PERSON), ()
        if len(story.members) == 1:
            return self._revise_alone(story, member)
        self._memory.leave([document.id])
        return self._decide(member, self._restructurer.later_name), ()

    def revisit(
        self, document: Document, copy: CopyPlacement, *, twin: str | None, story: str
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]:
        """Place a changed document whose ``story``, which has others too, has left memory.

        It stays there, unless it is a copy now or is dated so late that it could not have joined
        that story any more. None of the others goes with it.
        """
        if document.id in self._memory.of:
            return self.revise(document, copy, twin=twin)
        member = self._read(document, copy, twin)
        return self._return(self._restructurer.name_now(story), member), ()

    def withdraw(self, *documents: str) -> tuple[StoryChange, ...]:
        """Take killed documents out, all at once; an unknown one is no error."""
        withdraw(self._memory, self._reader.boilerplate, self._vocabulary, documents)
        return ()

    def adopt(self, document: Document, group: str, story: str) -> None:
        """Relearn a recorded placement, without deciding anything."""
        self._memory.expire(self._clock.tick(document.at))
        if document.id in self._memory.of:
            self._memory.leave([document.id])
        language = spoken(document)
        reading = self._reader.read(document, language)
        name = self._restructurer.name_now(story)
        target = self._memory.by_id.get(name) or self._memory.found(name)
        alike = (m for m in target.members.values() if group and m.group == group)
        twin = next((m.copy_of or m.id for m in alike), "")
        self._memory.enter(target, _member(document, language, group, reading, twin))

    def overrule(self, order: Overrule) -> Overruled:
        """Do what a person orders, and keep to it whatever comes."""
        return overrule(order, self._memory, self._restructurer, self._word)

    def recall(self, effect: Effect) -> None:
        """Keep to what a person ordered before; for a desk that relearns the record."""
        self._word.put_in_force(effect)

    def redirected(self, gone: str, kept: str) -> None:
        """Learn of a merge that was recorded: the name that went is never given anew.

        To be told it twice is no error, and a name that led elsewhere leads there from now on: that
        merge was undone.
        """
        known = self._restructurer
        if gone in known.redirects:
            known.led_on((gone,), known.name_now(kept))
        else:
            merge(self._memory, known, kept=kept, gone=gone)

    def gathered(self, documents: Iterable[str], story: str) -> None:
        """Learn that these documents, as far as they are here, are recorded in ``story`` now."""
        gather(self._memory, documents, self._restructurer.name_now(story))

    def settle(self) -> tuple[StoryChange, ...]:
        """Do all postponed merges and splits now."""
        return self._restructurer.settle()

    def told(self) -> tuple[StoryChange, ...]:
        """What was merged and split before arrivals that failed, if no answer has told it yet."""
        return self._restructurer.told()

    def snapshot(self) -> bytes:
        """The whole state, for :meth:`restore`."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The snapshot piece by piece."""
        return pack(
            DeskState(
                self._vocabulary.state(),
                self._memory.born,
                list(self._clock.arrivals),
                self._restructurer.redirects,
                self._restructurer.waiting.items(),
                list(self._reader.boilerplate.seen.items()),
                self._word.state(),
                [] if self._headlines is None else self._headlines.state(),
                self._restructurer.untold,
            ),
            self._memory.stories.values(),
        )

    @classmethod
    def restore(
        cls, data: bytes | memoryview, encoder: SentenceEncoder | None = None
    ) -> "StoryDesk":
        """A desk that goes on as the one that made the snapshot; raises ``SnapshotError``."""
        state, stories = unpack(data)
        desk = cls(encoder)
        desk._begin(Vocabulary.of(state.vocabulary), Overrules(state.overrules))
        desk._clock = Clock(state.clock)
        desk._memory.restore(stories, state.born)
        desk._reader.boilerplate.seen.update(state.boilerplate)
        desk._restructurer.redirects = dict(state.redirects)
        desk._restructurer.waiting = Waiting(state.waiting)
        desk._restructurer.untold = list(state.untold)
        if desk._headlines is not None:
            desk._headlines.restore(state.headlines)
        return desk

    def _read(self, document: Document, copy: CopyPlacement, twin: str | None) -> Member:
        language = spoken(document)
        reading = self._reader.read(document, language)
        return _member(document, language, copy.group, reading, twin or "")

    def _tick(self, at: float) -> None:
        now = self._clock.tick(at)
        self._memory.expire(now)
        self._restructurer.due(now)

    def _enter(self, story: Story, member: Member, strand: str | None = None) -> None:
        self._memory.enter(story, member, strand)
        if not member.copy_of:
            self._restructurer.changed(story, member.at)

    def _stay(self, story: Story, member: Member, why: StoryEvidence) -> StoryPlacement:
        """Take in the new text of a document that is kept in its story."""
        twin = self._twin(member)
        self._enter(story, replace(member, copy_of=twin if twin in story.members else ""))
        return StoryPlacement(story=story.id, evidence=why)

    def _return(self, name: str, member: Member) -> StoryPlacement:
        """Find the place of a document whose story of this name has left memory at least in part.

        It cannot be compared with what is not here, so only a copy or a late date takes it away.
        """
        if self._word.holds(member.id, name):
            return self._stay(self._memory.recorded(name), member, BY_A_PERSON)
        late = member.at > self._clock.now - KEEP + WINDOW
        if late or self._twin(member):
            return self._decide(member, self._restructurer.later_name)
        return self._stay(self._memory.recorded(name), member, StoryEvidence(method="first"))

    def _revise_alone(
        self, story: Story, member: Member
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]:
        """Take in the new text of a document that has its story for itself."""
        self._memory.part(story, [member.id])
        twin = self._twin(member)
        if not twin:
            self._enter(story, replace(member, copy_of=""))
            return StoryPlacement(story=story.id, evidence=StoryEvidence(method="first")), ()
        self._memory.forget(story)
        kept = self._memory.of[twin]
        self._restructurer.replaced(story, kept)
        placement = self._enter_copy(member, twin)
        merged = StoryMerged(kept=kept.id, gone=story.id, evidence=placement.evidence)
        return placement, (merged,)

    def _twin(self, member: Member) -> str:
        """The report that a document copies, where nobody parted the two.

        Asked when the document is in no story: a copy of it may stand in its stead by now.
        """
        if member.copy_of not in self._memory.of:
            return ""
        twin = self._memory.report(member.copy_of)
        return "" if self._word.parted(member.id, self._memory.of[twin]) else twin

    def _enter_copy(self, member: Member, twin: str) -> StoryPlacement:
        """Put a copy into its twin's story; the evidence names the very text that it copies."""
        story = self._memory.of[twin]
        self._enter(story, replace(member, copy_of=twin))
        evidence = StoryEvidence(method="copy", probability=1.0, matched=member.copy_of)
        return StoryPlacement(story=story.id, evidence=evidence)

    def _decide(self, member: Member, name: Callable[[str], str]) -> StoryPlacement:
        """Find the story of a document that is in none, or found one with a ``name``."""
        twin = self._twin(member)
        if twin:
            return self._enter_copy(member, twin)
        if member.copy_of:
            member = replace(member, copy_of="")
        near = self._nearby.near(member)
        best = self._choose(member, near, scorer.JOIN_THRESHOLD)
        strand = best.strand if best is not None else None
        if best is None:
            best = self._choose(member, self._nearby.across(member), crossing.CROSS_THRESHOLD)
        if best is None:
            story = self._memory.found(name(member.id))
            self._enter(story, member)
            evidence = StoryEvidence(
                method="first",
                probability=near[0].probability if near else 0.0,
                threshold=scorer.JOIN_THRESHOLD,
            )
            return StoryPlacement(story=story.id, evidence=evidence)
        side = best.story.strands[best.strand].total
        evidence = StoryEvidence(
            method="terms",
            probability=best.probability,
            threshold=scorer.JOIN_THRESHOLD if strand is not None else crossing.CROSS_THRESHOLD,
            matched=next(iter(best.story.members)),
            terms=self._nearby.shared(side.body, member.reading.body)
            if strand is not None
            else self._nearby.shared(side.neutral, member.reading.neutral),
            features=best.features,
        )
        self._enter(best.story, member, strand)
        return StoryPlacement(story=best.story.id, evidence=evidence)

    def _choose(
        self,
        member: Member,  # noqa: ARG002
        near: list[Match],
        threshold: float,
    ) -> Match | None:
        """The story to join; a training program overrides this with the truth."""
        return near[0] if near and near[0].probability >= threshold else None


def _member(document: Document, language: str, group: str, reading: Reading, twin: str) -> Member:
    return Member(
        document.id,
        document.at,
        language,
        group,
        reading,
        document.outlet,
        document.source,
        twin,
        series_marks(document.title, language, document.at),
        document.title,
        scene=scene(document.title, document.text),
    )
