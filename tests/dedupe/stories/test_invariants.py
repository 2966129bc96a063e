"""Whatever comes in whatever order, the stories stay whole, and a restart makes no difference."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Literal

import pytest

from dedupe.copies import CopyFinder
from dedupe.desk import Desk
from dedupe.document import Document
from dedupe.stories.overrules import Overrule
from dedupe.stories.story import Story
from tests.dedupe.stories.make import START

STEPS = 160
# One wire is tagged as either, so that a copy may count in another strand than its twin.
LANGUAGES = ("en", "no", "nb", "pl", "ar", "")
CITIES = ("Kyiv", "Moscow", "Paris", "Berlin", "Ankara")
ACTS: tuple[Literal["merge", "split", "pin", "unpin"], ...] = ("merge", "split", "pin", "unpin")
Deed = Callable[[Desk], object]


class Newsroom:
    """Makes documents that resemble, copy and revise each other, and orders about their stories."""

    def __init__(self, seed: int, pace: float) -> None:
        self.rng = random.Random(seed)
        self.pace = pace
        self.told: dict[str, Document] = {}
        self.topics = [
            (self.rng.choice(CITIES), [self.word() for _ in range(60)]) for _ in range(6)
        ]

    def word(self) -> str:
        rng = self.rng
        return "".join(
            rng.choice("bcdfghklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(2, 4))
        )

    def tell(self, name: str, step: int) -> Document:
        """A new text under a name: an own one, or one that is taken from another document."""
        rng = self.rng
        if self.told and rng.random() < 0.35:
            other = self.told[rng.choice(list(self.told))]
            words, title = other.text.split(), other.title
            for _ in range(min(rng.choice([0, 0, 3, 10]), len(words))):
                words[rng.randrange(len(words))] = self.word()
            language = rng.choice(("no", "nb")) if other.language == "no" else other.language
        else:
            city, stock = rng.choice(self.topics)
            words = rng.choices(stock, k=rng.choice([0, 5, 30, 80]))
            title = " ".join([city, *rng.choices(stock, k=4)])
            language = rng.choice(LANGUAGES)
        early = rng.choice([0.0, 0.0, rng.random() * 7200, -rng.random() * 86_400])
        document = Document(
            id=name,
            title=title,
            text=" ".join(words),
            language=language,
            source=f"feed{rng.randrange(8)}",
            outlet=f"outlet{rng.randrange(8)}",
            at=START + step * self.pace + early,
        )
        self.told[name] = document
        return document

    def order(self, stories: list[Story], step: int) -> Overrule:
        """What a person may ask of two stories."""
        rng, act = self.rng, self.rng.choice(ACTS)
        one, other = rng.sample(stories, 2)
        if act != "split" or len(one.members) == 1:
            kind = "merge" if act == "split" else act
            return Overrule(act=kind, story=one.id, other=other.id)
        moved = rng.sample(list(one.members), rng.randint(1, len(one.members) - 1))
        new = rng.choice([other.id, f"snew{step}"])
        return Overrule(act="split", story=one.id, other=new, documents=tuple(moved))

    def deed(self, desk: Desk, step: int) -> Deed:
        """The next thing that a desk is to do."""
        rng, chance = self.rng, self.rng.random()
        here = [name for name in self.told if name in desk]
        gone = [name for name in self.told if name not in desk]
        stories = list(desk._stories._memory.stories.values())
        if chance < 0.16 and here:
            revised = self.tell(rng.choice(here), step)
            return lambda desk: desk.revise(revised)
        if chance < 0.24 and here:
            names = rng.sample(here, min(len(here), rng.choice([1, 1, 3])))
            return lambda desk: desk.withdraw(*names)
        if chance < 0.32 and len(stories) > 1:
            order = self.order(stories, step)
            return lambda desk: desk.overrule(order)
        if chance < 0.36:
            return lambda desk: desk.settle()
        back = chance < 0.40 and gone
        placed = self.tell(rng.choice(gone) if back else f"d{step}", step)
        return lambda desk: desk.place(placed)


def assert_whole(story: Story) -> None:
    """What is counted of a story is what a naive recount of its members finds."""
    members = list(story.members.values())
    reports = {m.id: m for m in members if not m.copy_of}
    assert reports, "a story without a report can never be found"
    assert {m.copy_of for m in members if m.copy_of} <= reports.keys()
    strands = {name: strand.reports for name, strand in story.strands.items()}
    assert strands == Counter(m.strand for m in reports.values())
    assert story.reports == len(reports)
    assert story.rows.keys() == strands.keys()
    assert story.outlets == Counter(m.outlet for m in members)
    assert story.scenes == Counter(m.scene for m in members if m.scene)
    assert story.marks == Counter(mark for m in members for mark in m.marks)
    titles: dict[str, str] = {}
    for member in members:
        titles.setdefault(member.outlet, member.title)
    assert list(story.titles.items()) == list(titles.items())
    times = sorted(m.at for m in members)
    assert (story.first, story.last) == (times[0], times[-1])
    assert story.mean == pytest.approx(sum(times) / len(times), abs=1e-5)


def assert_in_order(desk: Desk) -> None:
    """Every document and name leads to its story, and every name that went to one that is not."""
    memory = desk._stories._memory
    redirects = desk._stories._restructurer.redirects
    homes = {name: story for story in memory.stories.values() for name in story.members}
    assert {name: story.id for name, story in memory.of.items()} == {
        name: story.id for name, story in homes.items()
    }
    for story in memory.stories.values():
        assert memory.by_id[story.id] is story
        assert_whole(story)
    assert not redirects.keys() & memory.by_id.keys()
    for name in redirects:
        way = {name}
        while (name := redirects.get(name, "")) != "":
            assert name not in way
            way.add(name)


@pytest.mark.parametrize(("seed", "pace"), [(0, 300.3), (1, 300.3), (2, 300.3), (3, 9000.7)])
def test_stories_stay_whole_and_a_restored_desk_decides_as_one_undisturbed(
    seed: int, pace: float
) -> None:
    room = Newsroom(seed, pace)
    undisturbed, restored = Desk(copies=CopyFinder(bits=16)), Desk(copies=CopyFinder(bits=16))
    for step in range(STEPS):
        deed = room.deed(undisturbed, step)
        assert deed(undisturbed) == deed(restored), step
        assert_in_order(undisturbed)
        if room.rng.random() < 0.06:
            restored = Desk.restore(restored.snapshot())
