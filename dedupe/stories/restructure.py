"""Merges and splits, postponed and spread over arrivals so that no arrival waits for them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from dedupe.document import StoryChange, StoryEvidence, StoryMerged, StorySplit
from dedupe.stories.crossing import (
    CROSS_MERGE_THRESHOLD,
    accidental,
    cross_unions,
    neutral_sum,
    plain_unions,
)
from dedupe.stories.encoder import Headlines
from dedupe.stories.ids import later, story_id
from dedupe.stories.memory import Memory
from dedupe.stories.merging import (
    MERGE_THRESHOLD,
    SPLIT_THRESHOLD,
    Union,
    unions,
)
from dedupe.stories.overrules import Overrules
from dedupe.stories.scorer import logistic
from dedupe.stories.sparse import Ids
from dedupe.stories.splitting import halves
from dedupe.stories.story import Story
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.waiting import Waiting
from dedupe.stories.weights import HEARD

PAUSE: Final = 60.0
"""A changed story is looked at a minute later. After five, more reports had come in between, and
more of them changed their name."""
GROWN: Final = 2 * 3600.0
GROWN_THRESHOLD: Final = 0.8
"""Two stories that have both lived need better reasons: people have seen their names by now."""
PER_ARRIVAL: Final = 2
FROZEN: Final = 7 * 86_400.0
"""No change of structure this long after a story began, unless a person asks."""
_CLEANED: Final = 1.25
"""Vectors of stories that went are dropped when so many times as many are kept as are needed."""


def rests(*stories: Story) -> bool:
    """Whether these, as one story, began too long ago for any change of structure.

    What is no longer in memory did so, and is not there to be asked.
    """
    if any(story.partial for story in stories):
        return True
    begun = max(story.last for story in stories) - FROZEN
    return any(story.reported_before(begun) for story in stories)


class Restructurer:
    """Keeps the queue of changed stories and does what it decides upon."""

    def __init__(
        self,
        memory: Memory,
        vocabulary: Vocabulary,
        headlines: Headlines | None = None,
        word: Overrules | None = None,
    ) -> None:
        """``word`` is what people decided; it is asked before every merge and split."""
        self._memory = memory
        self._vocabulary = vocabulary
        self._word = Overrules() if word is None else word
        self._headlines = headlines
        self.waiting = Waiting()
        self.redirects: dict[str, str] = {}
        self.untold: list[StoryChange] = []

    def changed(self, story: Story, at: float) -> None:
        """Note that a story grew."""
        self.waiting.put(story.born, at + PAUSE)

    def name_now(self, name: str) -> str:
        """The name of a story after all merges known."""
        while name in self.redirects:
            name = self.redirects[name]
        return name

    def named_anew(self, name: str) -> None:
        """A story is to have this name: one that was merged before anybody saw it may have had it,
        and what led there by way of it leads on."""
        on = self.redirects.pop(name, None)
        if on is not None:
            led = [gone for gone, kept in self.redirects.items() if kept == name]
            self.redirects.update(dict.fromkeys(led, on))

    def led_on(self, names: Iterable[str], story: str) -> None:
        """Have names that were merged away lead to another story, which took their reports back."""
        self.redirects.update(dict.fromkeys(names, story))

    def new_name(self, document: str) -> str:
        """A name for the story that a new document founds; one that redirects is never given
        anew."""
        return story_id(document, self._memory.by_id, self.redirects)

    def later_name(self, document: str) -> str:
        """A name for the story that a document founds which has been in another."""
        return self.new_name(later(document, self._memory.born))

    def replaced(self, gone: Story, kept: Story) -> None:
        """Note that a story is part of another: its name leads there, and is never given anew."""
        self.redirects[gone.id] = kept.id
        self.waiting.discard(gone.born)

    def told(self) -> tuple[StoryChange, ...]:
        """What was done since this was last asked.

        Of an arrival that fails the changes before it stand, and are told with the next answer.
        """
        changes, self.untold = tuple(self.untold), []
        return changes

    def due(self, now: float) -> None:
        """Look at no more than two changed stories whose pause is over."""
        for born in self.waiting.due(now, PER_ARRIVAL):
            self.waiting.discard(born)  # an earlier merge may have taken it already
            self._look(born)

    def settle(self) -> tuple[StoryChange, ...]:
        """Look at all changed stories, until nothing changes."""
        while self.waiting:
            born = next(iter(self.waiting))
            self.waiting.discard(born)
            self._look(born)
        return self.told()

    def _look(self, born: int) -> None:
        story = self._memory.stories.get(born)
        if story is None or not story.strands or rests(story):
            return
        if self._word.pinned(story.id):
            return
        found, bar = self._choose(self._unions(story), MERGE_THRESHOLD), MERGE_THRESHOLD
        if found is None:
            bar = CROSS_MERGE_THRESHOLD
            found = self._choose(self._cross_unions(story), bar)
        if found is not None:
            self._merge(found, bar)
        else:
            self._split(story)

    def _choose(self, unions: list[Union], threshold: float) -> Union | None:
        """The union to make; a training program overrides this with the truth."""
        best = max(unions, key=lambda u: u.probability, default=None)
        if best is None:
            return None
        grown = best.younger.last - best.younger.first > GROWN
        bar = max(threshold, GROWN_THRESHOLD) if grown else threshold
        return best if best.probability >= bar else None

    def _least(self, threshold: float) -> float:
        """How probable a union must be to be looked at; a training program looks at all."""
        return threshold

    def _unions(self, story: Story) -> list[Union]:
        memory = self._memory
        terms = self._vocabulary.terms
        found = unions(story, memory.columns, terms, self._least(MERGE_THRESHOLD))
        return [both for both in found if self._may(both)]

    def _cross_unions(self, story: Story) -> list[Union]:
        memory = self._memory
        least = self._least(CROSS_MERGE_THRESHOLD)
        if self._headlines is None:
            plain = plain_unions(story, memory.columns, self._vocabulary.terms, least)
            if plain is None:
                rows = memory.near(neutral_sum(story))
                plain = cross_unions(story, rows, memory.columns, self._vocabulary, least)
            found = [both for both in plain if not accidental(both.features)]
        else:
            rows = np.union1d(memory.near(neutral_sum(story)), self._alike(story, self._headlines))
            found = cross_unions(story, rows, memory.columns, self._vocabulary, 0.0)
            found = [self._heard(both, self._headlines) for both in found]
        return [both for both in found if self._may(both)]

    def _alike(self, story: Story, headlines: Headlines) -> Ids:
        """The rows of the stories whose headlines the sentence encoder finds like a story's."""
        memory = self._memory
        if len(headlines) > _CLEANED * len(memory.stories):
            headlines.forget(memory.stories)
        headlines.note(story)
        near = [memory.stories[b] for b in headlines.beside(story.born) if b in memory.stories]
        return np.array([row for other in near for row in other.rows.values()], np.int32)

    def _heard(self, both: Union, headlines: Headlines) -> Union:
        """The union as the sentence encoder sees it beside what both say in any language."""
        features = both.features | {
            "sentence": headlines.cosine(both.older.born, both.younger.born)
        }
        odds = HEARD["constant"] + sum(
            weight * features[name] for name, weight in HEARD.items() if name != "constant"
        )
        return replace(both, probability=logistic(odds), features=features)

    def _may(self, both: Union) -> bool:
        """Whether people, and the age of the stories, leave it to us to make one of them."""
        older, younger = both.older, both.younger
        return not rests(older, younger) and self._word.may_merge(older, younger)

    def _merge(self, found: Union, threshold: float) -> None:
        kept, gone = found.older, found.younger
        self._memory.absorb(kept, gone)
        self.replaced(gone, kept)
        # It came last, and waits as long as what came before it.
        self.waiting.put(kept.born, max(kept.last, self.waiting.latest()))
        evidence = StoryEvidence(
            method="terms",
            probability=found.probability,
            threshold=threshold,
            features=found.features,
        )
        self.untold.append(StoryMerged(kept=kept.id, gone=gone.id, evidence=evidence))

    def _split(self, story: Story) -> None:
        parted = halves(story, self._memory.columns.told)
        if parted is None or parted.probability >= SPLIT_THRESHOLD:
            return
        if not self._word.may_split(story, parted.moved):
            return
        new = self._memory.found(self.later_name(parted.moved[0]))
        self._memory.move(story, new, parted.moved)
        evidence = StoryEvidence(
            method="terms",
            probability=parted.probability,
            threshold=SPLIT_THRESHOLD,
            features=parted.features,
        )
        self.untold.append(
            StorySplit(story=story.id, new=new.id, moved=parted.moved, evidence=evidence)
        )
