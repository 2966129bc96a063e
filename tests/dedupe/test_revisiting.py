"""A new text of an article whose story has left memory moves nothing but that article."""

from collections.abc import Callable

import pytest

from dedupe.copies import CopyFinder
from dedupe.desk import Desk
from dedupe.document import Document, Placement, StoryMerged
from dedupe.stories import StoryDesk
from dedupe.stories.overrules import Overrule
from tests.dedupe.stories.make import CHESS, MOSCOW, alone, document, place
from tests.dedupe.test_desk import OTHER

DAY = 24.0
COURT = "Court in Lima frees former minister"
OWN_WORDS = (
    "The former minister was freed by a court in Lima after eighteen months of detention. Judges "
    "said prosecutors did not show that he took money from builders. The prosecution wants to "
    "appeal and his lawyers speak of a return to politics."
)
Restart = Callable[[Desk], Desk]


def same(desk: Desk) -> Desk:
    return desk


def restored(desk: Desk) -> Desk:
    return Desk.restore(desk.snapshot())


@pytest.fixture(params=[same, restored], ids=["going on", "restarted"])
def restart(request: pytest.FixtureRequest) -> Restart:
    chosen: Restart = request.param
    return chosen


def later(desk: Desk, days: float) -> None:
    """Let days of other news pass."""
    for i in range(120):
        words = [f"{word}{i}" for word in ("matter", "strange", "quite", "other", "again")]
        at = 24.0 * days + i / 60
        desk.place(document(f"x{days}-{i}", " ".join(words), " ".join(words * 4), hours=at))


@pytest.fixture
def after() -> tuple[Desk, str, str]:
    """A desk ten days later, with the story that it has forgotten and the story of a court."""
    desk = Desk(CopyFinder(bits=12))
    homes = [
        desk.place(document(f"m{i}", title, text, hours=i / 4))
        for i, (title, text) in enumerate(MOSCOW)
    ]
    desk.settle()
    later(desk, 10)
    court = desk.place(document("court", COURT, OTHER, hours=10 * DAY + 3))
    assert len({home.story.story for home in homes}) == 1
    assert not any(desk.remembers(f"m{i}") for i in range(3))
    return desk, homes[0].story.story, court.story.story


def new_text(name: str, title: str, text: str, *, days: float) -> Document:
    return document(name, title, text, hours=days * DAY + 4)


def settled(desk: Desk, placed: Placement) -> str:
    """Where the document is once all is done that the desk postponed; nothing else moves."""
    assert placed.changes == ()
    assert desk.settle() == ()
    return placed.story.story


def test_one_that_is_a_copy_now_joins_its_twin_alone(
    after: tuple[Desk, str, str], restart: Restart
) -> None:
    desk, old, court = after
    placed = desk.revisit(new_text("m0", "Live: minister free", OTHER, days=0), "cm0", old)
    desk = restart(desk)
    assert settled(desk, placed) == court
    assert placed.story.evidence.method == "copy"
    assert desk._stories._restructurer.name_now(old) == old


def test_one_that_is_dated_now_joins_what_it_tells_of_now(
    after: tuple[Desk, str, str], restart: Restart
) -> None:
    desk, old, court = after
    placed = desk.revisit(new_text("m0", f"{COURT} now", OWN_WORDS, days=10), "cm0", old)
    desk = restart(desk)
    assert settled(desk, placed) == court


def test_one_that_is_dated_now_begins_a_story_of_its_own_if_there_is_none(
    after: tuple[Desk, str, str],
) -> None:
    desk, old, court = after
    placed = desk.revisit(new_text("m0", *CHESS[0], days=10), "cm0", old)
    assert settled(desk, placed) not in {old, court}


def test_one_that_was_corrected_stays_where_it_was(
    after: tuple[Desk, str, str], restart: Restart
) -> None:
    desk, old, _ = after
    placed = desk.revisit(
        new_text("m0", f"{MOSCOW[0][0]}: two hurt", OWN_WORDS, days=0), "cm0", old
    )
    desk = restart(desk)
    assert settled(desk, placed) == old
    again = desk.revise(new_text("m0", COURT, OTHER, days=0))
    assert again.story.evidence.method == "copy"
    assert settled(desk, again) != old
    assert "m0" in desk
    assert old not in desk._stories._memory.by_id


def test_a_pinned_story_takes_the_copy_and_not_the_story_that_it_was_in(
    after: tuple[Desk, str, str],
) -> None:
    desk, old, court = after
    desk.overrule(Overrule(act="pin", story=court))
    placed = desk.revisit(new_text("m0", "Live: minister free", OTHER, days=0), "cm0", old)
    assert settled(desk, placed) == court


def test_what_a_person_put_there_stays_there(
    after: tuple[Desk, str, str], restart: Restart
) -> None:
    desk, old, _ = after
    desk.overrule(Overrule(act="pin", story=old))
    for text in (OTHER, OWN_WORDS):
        placed = desk.revisit(new_text("m0", COURT, text, days=10), "cm0", old)
        desk = restart(desk)
        assert settled(desk, placed) == old
        assert placed.story.evidence.method == "person"


def test_a_story_that_a_person_put_to_a_forgotten_one_rests(
    after: tuple[Desk, str, str], restart: Restart
) -> None:
    desk, old, court = after
    desk.adopt(new_text("other", f"{COURT} now", OWN_WORDS, days=10), "cother", "sother")
    desk.overrule(Overrule(act="merge", story=old, other=court))
    desk = restart(desk)
    restructurer, memory = desk._stories._restructurer, desk._stories._memory
    for story in [*memory.stories.values()]:
        restructurer.changed(story, story.last)
    assert desk.settle() == ()
    assert memory.of["court"].id == old
    assert memory.of["other"].id == "sother"


def test_a_story_that_is_whole_in_memory_is_as_it_was() -> None:
    """The lone article that becomes a copy takes its name along, whatever was forgotten."""
    desk = Desk(CopyFinder(bits=12))
    twin = desk.place(document("court", COURT, OTHER))
    lone = desk.place(document("m0", *MOSCOW[0]))
    moved = desk.revise(document("m0", "Live: minister free", OTHER))
    (merged,) = moved.changes
    assert isinstance(merged, StoryMerged)
    assert (merged.kept, merged.gone) == (twin.story.story, lone.story.story)


def test_one_that_is_in_memory_is_revised_there() -> None:
    """Copies go by their own date, stories by their last: the one may be gone before the other."""
    desk = StoryDesk()
    home = place(desk, document("m0", *MOSCOW[0]))
    changed = document("m0", COURT, OTHER, hours=1)
    placed, changes = desk.revisit(changed, alone(changed), twin=None, story="selsewhere")
    assert (placed.story, changes) == (home, ())
