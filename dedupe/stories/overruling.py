"""Carry out a person's order in the memory of the stories."""

from typing import Final

from msgspec.structs import replace

from dedupe.document import StoryChange, StoryEvidence, StoryMerged, StorySplit
from dedupe.errors import DedupeError
from dedupe.stories.memory import Memory
from dedupe.stories.moving import merge, move
from dedupe.stories.overrules import Effect, Overrule, Overruled, Overrules
from dedupe.stories.restructure import Restructurer
from dedupe.stories.story import Story

BY_A_PERSON: Final = StoryEvidence(method="person", probability=1.0)


def overrule(
    order: Overrule, memory: Memory, restructurer: Restructurer, word: Overrules
) -> Overruled:
    """Do as ordered; stories that are no longer in memory only leave their word behind.

    Raises :class:`dedupe.errors.DedupeError` when a story is to be merged with itself or split
    into itself.
    """
    order = replace(order, story=restructurer.name_now(order.story))
    changes: tuple[StoryChange, ...] = ()
    match order.act:
        case "merge":
            order = replace(order, other=restructurer.name_now(order.other))
            effect = _merge(order, memory, restructurer, word)
            changes = (StoryMerged(kept=order.story, gone=order.other, evidence=BY_A_PERSON),)
        case "split":
            if order.other == order.story:
                raise DedupeError(
                    f"story {order.story} cannot be split into itself", next_step="Name another"
                )
            restructurer.named_anew(order.other)
            restructurer.led_on(order.names, order.other)
            effect = _split(order, memory)
            changes = (
                StorySplit(
                    story=order.story,
                    new=order.other,
                    moved=order.documents,
                    evidence=BY_A_PERSON,
                ),
            )
        case "pin":
            effect = Effect(pinned=order.story)
        case "unpin":
            effect = Effect(unpinned=order.story)
    word.put_in_force(effect)
    return Overruled(changes=changes, effect=effect)


def _merge(order: Overrule, memory: Memory, restructurer: Restructurer, word: Overrules) -> Effect:
    kept, gone = memory.by_id.get(order.story), memory.by_id.get(order.other)
    together = (*_members(kept), *_members(gone))
    merge(memory, restructurer, kept=order.story, gone=order.other)
    if word.pinned(order.other):  # a pin goes on to what its story is part of now
        return Effect(together=together, pinned=order.story, unpinned=order.other)
    return Effect(together=together)


def _split(order: Overrule, memory: Memory) -> Effect:
    source, target = memory.by_id.get(order.story), memory.by_id.get(order.other)
    moved = set(order.documents)
    rest = tuple(each for each in _members(source) if each not in moved)
    together = tuple(dict.fromkeys((*order.documents, *_members(target))))
    here = [each for each in _members(source) if each in moved]
    if source is not None and here:
        move(memory, source, target or memory.found(order.other), here)
    return Effect(freed=order.documents, together=together, one=order.documents, other=rest)


def _members(story: Story | None) -> tuple[str, ...]:
    return () if story is None else tuple(story.members)
