"""Move documents in the memory of the stories, or out of it, because somebody else decided so."""

from collections.abc import Iterable, Sequence

from dedupe.errors import DedupeError
from dedupe.stories.boilerplate import Boilerplate
from dedupe.stories.memory import Memory
from dedupe.stories.reading import terms_of
from dedupe.stories.restructure import Restructurer
from dedupe.stories.story import Story, with_heirs
from dedupe.stories.vocabulary import Vocabulary


def merge(memory: Memory, restructurer: Restructurer, *, kept: str, gone: str) -> None:
    """Make all that is here of ``gone`` part of ``kept``, which its name leads to from now on.

    Raises :class:`dedupe.errors.DedupeError` when both are one story: a name that leads to itself
    would lead nowhere.
    """
    kept, gone = restructurer.name_now(kept), restructurer.name_now(gone)
    if kept == gone:
        raise DedupeError(f"story {kept} cannot be merged with itself", next_step="Name another")
    target, source = memory.by_id.get(kept), memory.by_id.get(gone)
    if target is not None and source is not None:
        memory.absorb(target, source)
        restructurer.waiting.discard(source.born)
    elif source is not None:
        memory.rename(source, kept)
        source.partial = True
    restructurer.redirects[gone] = kept


def move(memory: Memory, source: Story, target: Story, documents: Sequence[str]) -> None:
    """Move documents; of copies whose twin is left behind the first counts as a report."""
    taken = {member.id: member for member in memory.part(source, documents)}
    behind = {member.copy_of for member in taken.values()} - {"", *taken}
    taken.update((member.id, member) for member in with_heirs(taken.values(), behind))
    for member in sorted(taken.values(), key=lambda each: bool(each.copy_of)):  # reports first
        memory.enter(target, member)
    if not source.members:
        memory.forget(source)


def gather(memory: Memory, documents: Iterable[str], story: str) -> None:
    """Have those of ``documents`` that are here in the story of this name."""
    leaving: dict[int, list[str]] = {}
    for document in documents:
        source = memory.of.get(document)
        if source is not None and source.id != story:
            leaving.setdefault(source.born, []).append(document)
    for born, some in leaving.items():
        target = memory.by_id.get(story) or memory.found(story)
        move(memory, memory.stories[born], target, some)


def withdraw(
    memory: Memory, boilerplate: Boilerplate, vocabulary: Vocabulary, documents: Iterable[str]
) -> None:
    """Take documents out, and forget the words that they alone said, as far as these are here."""
    gone = [memory.of[each].members[each] for each in dict.fromkeys(documents) if each in memory.of]
    memory.leave(member.id for member in gone)
    boilerplate.forget(member.title for member in gone)
    vocabulary.forget([terms_of(member.packed) for member in gone])
