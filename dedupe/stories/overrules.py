"""What people decided about stories: the constraints that the clusterer keeps for ever.

As in constrained clustering (Wagstaff et al. 2001) there are pairs that must be together and pairs
that must not: documents that a person brought together form a *bond*, which no split cuts and no
revision leaves; documents that a person parted have opposite *sides*, which no merge and no join
brings together. Both are kept by document, because stories come and go. A *pin* is kept by the
story's name: nothing but copies enters it, and nothing leaves it, by itself.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import msgspec

from dedupe.document import StoryChange
from dedupe.stories.story import Story


class Overrule(msgspec.Struct, frozen=True, kw_only=True):
    """What a person orders.

    ``merge``: all of ``other``, its ``documents``, goes into ``story``. ``split``: ``documents`` go
    from ``story`` to ``other``, a new name or a story that is there. ``pin`` and ``unpin``:
    ``story``. ``names`` lead to what goes, before a merge and after a split.
    """

    act: Literal["merge", "split", "pin", "unpin"]
    story: str
    other: str = ""
    documents: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What stays in force of an order, by document ids and story names.

    ``freed`` documents leave their bonds before ``together`` is bound; ``one`` and ``other`` are
    kept apart.
    """

    freed: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    one: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    pinned: str = ""
    unpinned: str = ""


class Overruled(msgspec.Struct, frozen=True, kw_only=True):
    """What an order changed, and what stays in force of it."""

    changes: tuple[StoryChange, ...]
    effect: Effect


class OverrulesState(msgspec.Struct, frozen=True, array_like=True):
    """Everything in force, for snapshots."""

    pins: list[str] = []
    bonds: dict[str, int] = {}
    sides: dict[str, list[int]] = {}
    count: int = 0


class Overrules:
    """Bonds, sides and pins in force. Asking costs nothing while nobody has overruled anything."""

    def __init__(self, state: OverrulesState | None = None) -> None:
        known = state or OverrulesState()
        self._pins = set(known.pins)
        self._bonds = dict(known.bonds)
        self._sides = {document: set(sides) for document, sides in known.sides.items()}
        self._count = known.count

    def __bool__(self) -> bool:
        """Whether anything stands against a join."""
        return bool(self._pins or self._sides)

    def state(self) -> OverrulesState:
        """For :meth:`__init__`."""
        return OverrulesState(
            sorted(self._pins),
            dict(self._bonds),
            {document: sorted(sides) for document, sides in self._sides.items()},
            self._count,
        )

    def put_in_force(self, effect: Effect) -> None:
        """Keep to an order from now on. A later word overrides an earlier one that it denies."""
        for document in effect.freed:
            self._bonds.pop(document, None)
        if effect.together:
            self._bind(effect.together)
        if effect.one and effect.other:
            self._part(effect.one, effect.other)
        if effect.pinned:
            self._pins.add(effect.pinned)
        self._pins.discard(effect.unpinned)

    def pinned(self, story: str) -> bool:
        """Whether only people change this story."""
        return story in self._pins

    def holds(self, document: str, story: str) -> bool:
        """Whether a person's word keeps ``document`` in ``story``, whatever its text becomes."""
        return document in self._bonds or story in self._pins

    def may_join(self, document: str, story: Story) -> bool:
        """Whether a document may enter a story by itself."""
        return story.id not in self._pins and not self.parted(document, story)

    def parted(self, document: str, story: Story) -> bool:
        """Whether a person parted this document from one in the story."""
        sides = self._sides.get(document)
        return sides is not None and self._opposed(sides, story)

    def may_merge(self, a: Story, b: Story) -> bool:
        """Whether two stories may become one by themselves."""
        if a.id in self._pins or b.id in self._pins:
            return False
        if not self._sides:
            return True
        return not self._opposed(self._sides_of(a), b)

    def may_split(self, story: Story, moved: Iterable[str]) -> bool:
        """Whether these documents may leave their story by themselves."""
        if story.id in self._pins:
            return False
        if not self._bonds:
            return True
        leaving = set(moved)
        going = {self._bonds[each] for each in leaving if each in self._bonds}
        staying = (each for each in story.members if each in self._bonds and each not in leaving)
        return all(self._bonds[each] not in going for each in staying)

    def _bind(self, documents: tuple[str, ...]) -> None:
        self._count += 1
        bond = dict.fromkeys(documents)
        merged = {self._bonds[each] for each in documents if each in self._bonds}
        if merged:
            bond.update(dict.fromkeys(each for each, of in self._bonds.items() if of in merged))
        self._bonds.update(dict.fromkeys(bond, self._count))
        self._reconcile(bond)

    def _reconcile(self, bond: Collection[str]) -> None:
        """Forget the partings of what is together again, but of nothing else.

        Those of the bond that have one side of a parting lose it, and keep what is left of it by a
        parting of their own: from those of the other side that are not in the bond.
        """
        sides = {side for each in bond for side in self._sides.get(each, ())}
        over = sorted(side for side in sides if side > 0 and -side in sides)
        if not over:
            return
        for side in over:
            ours = [each for each in bond if side in self._sides.get(each, ())]
            theirs = [each for each, has in self._sides.items() if -side in has]
            for document in ours:
                self._sides[document].remove(side)
            if others := [each for each in theirs if each not in bond]:
                self._part(ours, others)
        held = {side for has in self._sides.values() for side in has}
        for document, has in list(self._sides.items()):
            has -= {side for side in has if -side not in held}
            if not has:
                del self._sides[document]

    def _part(self, one: Sequence[str], other: Sequence[str]) -> None:
        self._count += 1
        for documents, side in ((one, self._count), (other, -self._count)):
            for document in documents:
                self._sides.setdefault(document, set()).add(side)

    def _sides_of(self, story: Story) -> set[int]:
        return {
            side
            for document in story.members
            if document in self._sides
            for side in self._sides[document]
        }

    def _opposed(self, sides: set[int], story: Story) -> bool:
        return bool(sides) and any(-side in sides for side in self._sides_of(story))
