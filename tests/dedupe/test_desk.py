"""The desk composes copies and stories."""

from collections.abc import Iterable, Iterator

import msgspec
import pytest

from dedupe.desk import Desk
from dedupe.document import Document, StoryChange, StoryMerged
from dedupe.errors import DedupeError, SnapshotError
from dedupe.snapshot import seal
from dedupe.stories import StoryDesk, snapshot
from dedupe.stories.scorer import Match
from dedupe.stories.snapshot import DeskState
from dedupe.stories.story import Member, Story
from dedupe.stories.vocabulary import Vocabulary
from tests.dedupe.stories.make import MOSCOW, START
from tests.dedupe.stories.make import document as news

TEXT = (
    "The harbour of Varna was closed on Monday after a storm tore two freighters from their "
    "moorings and pushed them across the fairway, the port authority said. Nobody was hurt, "
    "but eleven ships are waiting outside the breakwater for the wind to drop."
)
OTHER = (
    "A court in Lima has ordered the release of the former minister, saying that prosecutors "
    "failed to show in eighteen months of detention that he had taken money from builders. "
    "His lawyers said that he would return to politics; the prosecution will appeal."
)


def document(name: str, text: str = TEXT, title: str = "Storm closes Varna") -> Document:
    return Document(id=name, title=title, text=text, outlet=name, source=name, at=1000.0)


def test_a_snapshot_is_written_story_by_story() -> None:
    """Of a million articles it has gigabytes, which must not all be in memory once more."""
    asked = []

    def stories() -> Iterator[Story]:
        for number in range(5):
            asked.append(number)
            yield Story(f"s{number}", number)

    state = DeskState(Vocabulary().state(), 5, [], {}, [], [])
    pieces = snapshot.pack(state, stories())
    told = [len(asked) for piece in pieces if piece.startswith(b"\x95\xa2s")]
    assert told == [1, 2, 3, 4, 5]


def test_a_copy_is_in_the_story_of_its_twin() -> None:
    desk = Desk()
    first = desk.place(document("a"))
    second = desk.place(document("b", title="Freighters adrift"))
    other = desk.place(document("c", OTHER, "Court frees former minister"))
    assert first.document == "a"
    assert second.copy.group == first.copy.group
    assert second.copy.evidence.matched == "a"
    assert second.story.story == first.story.story
    assert other.copy.group != first.copy.group
    assert other.story.story != first.story.story
    assert len(desk) == 3
    assert "b" in desk


def test_the_same_document_twice_is_an_error_that_names_it() -> None:
    desk = Desk()
    desk.place(document("a"))
    with pytest.raises(DedupeError, match="document a is already placed"):
        desk.place(document("a"))
    with pytest.raises(DedupeError, match="document z is not here"):
        desk.revise(document("z"))


def test_revise_and_withdraw_reach_both_parts() -> None:
    desk = Desk()
    first = desk.place(document("a"))
    desk.place(document("b"))
    moved = desk.revise(document("b", OTHER, "Court frees former minister"))
    assert moved.copy.group != first.copy.group
    desk.withdraw("b")
    desk.withdraw("b")
    assert "b" not in desk
    assert desk.place(document("c", OTHER)).copy.evidence.method == "first"


def test_a_desk_rebuilt_from_the_record_goes_on_as_before() -> None:
    desk, rebuilt = Desk(), Desk()
    for name, text in (("a", TEXT), ("b", TEXT), ("c", OTHER)):
        placement = desk.place(document(name, text))
        rebuilt.adopt(document(name, text), placement.copy.group, placement.story.story)
    assert rebuilt.place(document("d")).copy == desk.place(document("d")).copy


def test_a_new_text_is_readopted_with_its_recorded_placement() -> None:
    desk = Desk()
    desk.readopt(document("a"), "cone", "sone")
    desk.readopt(document("a", OTHER, "Court frees former minister"), "cother", "sother")
    assert len(desk) == 1
    late = desk.place(document("b", OTHER, "Court frees former minister"))
    assert (late.copy.group, late.story.story) == ("cother", "sother")
    assert desk.place(document("c")).copy.evidence.method == "first"


def homes(desk: Desk) -> dict[str, str]:
    return {id_: story.id for id_, story in desk._stories._memory.of.items()}


def test_documents_are_gathered_in_the_stories_of_the_record() -> None:
    desk = Desk()
    for i, (title, text) in enumerate(MOSCOW):
        desk.adopt(news(f"d{i}", title, text), "ctwins" if i else "c0", "sone" if i else "szero")
    desk.gathered(["d1", "of long ago"], "szero")  # d2 was its copy, and is a report now
    assert homes(desk) == {"d0": "szero", "d1": "szero", "d2": "sone"}
    assert desk._stories._memory.by_id["sone"].reports == 1
    desk.gathered(["d0", "d1", "d2"], "snew")
    assert set(homes(desk).values()) == {"snew"}
    assert set(desk._stories._memory.by_id) == {"snew"}
    assert len(Desk.restore(desk.snapshot())) == 3


def test_what_is_here_of_a_merged_story_goes_with_it() -> None:
    desk = Desk()
    for i, (title, text) in enumerate(MOSCOW):
        desk.adopt(news(f"d{i}", title, text), f"c{i}", f"s{i}")
    desk.redirected("s1", "s0")
    desk.redirected("s2", "unknown")
    assert homes(desk) == {"d0": "s0", "d1": "s0", "d2": "unknown"}
    desk.adopt(news("d3", *MOSCOW[0]), "c3", "s1")
    assert homes(desk)["d3"] == "s0"


def test_a_restored_desk_goes_on_as_before() -> None:
    desk = Desk()
    desk.place(document("a"))
    restored = Desk.restore(desk.snapshot())
    assert restored.place(document("b")) == desk.place(document("b"))
    assert restored.snapshot() == desk.snapshot()


def test_a_damaged_snapshot_is_refused() -> None:
    desk = Desk()
    desk.place(document("a"))
    data = bytearray(desk.snapshot())
    data[-1] ^= 1
    with pytest.raises(SnapshotError, match="damaged"):
        Desk.restore(bytes(data))
    with pytest.raises(SnapshotError, match="too short"):
        Desk.restore(b"")
    with pytest.raises(SnapshotError, match="not a desk's"):
        Desk.restore(msgspec.msgpack.encode({"copies": "x" * 100}))
    with pytest.raises(SnapshotError, match="of kind 7"):
        Desk.restore(b"".join(seal(7, [])))
    with pytest.raises(SnapshotError, match="ends within a length"):
        Desk.restore(b"".join(seal(2, [])))


@pytest.mark.parametrize("field", ["id", "title", "language", "outlet", "source", "credit"])
def test_a_lone_surrogate_is_refused_where_it_would_be_kept(field: str) -> None:
    desk = Desk()
    desk.place(document("a", TEXT.replace("storm", "storm\ud800")))
    broken = msgspec.structs.replace(document("b"), **{field: "Varna \ud800"})
    for refused in (desk.place, desk.revise, lambda each: desk.readopt(each, "g", "s")):
        with pytest.raises(DedupeError, match="lone surrogate"):
            refused(broken)
    assert len(desk) == 1
    assert len(Desk.restore(desk.snapshot())) == 1


class Choking(StoryDesk):
    """A desk of stories that can decide nothing about poison."""

    def _choose(self, member: Member, near: list[Match], threshold: float) -> Match | None:
        if member.title == "Poison":
            raise ZeroDivisionError
        return super()._choose(member, near, threshold)


def about_to_merge() -> Desk:
    """A desk with three stories of one happening, of which the next report makes one."""
    desk = Desk(stories=Choking())
    for i, (title, text) in enumerate(MOSCOW):
        desk.adopt(news(f"d{i}", title, text), f"c{i}", f"s{i}")
    for story in list(desk._stories._memory.stories.values()):
        desk._stories._restructurer.changed(story, START)
    for i in range(3):
        desk.adopt(news(f"x{i}", f"Item{i} about subject{i}", hours=1), f"x{i}", f"x{i}")
    return desk


def merged(changes: Iterable[StoryChange]) -> list[tuple[str, str]]:
    return [(each.kept, each.gone) for each in changes if isinstance(each, StoryMerged)]


def test_what_was_merged_before_a_document_that_fails_is_told_with_the_next_answer() -> None:
    smooth, rough = about_to_merge(), about_to_merge()
    expected = merged(smooth.place(news("p", "Regatta", hours=1)).changes)
    assert expected
    with pytest.raises(ZeroDivisionError):
        rough.place(news("p", "Poison", hours=1))
    restored = Desk.restore(rough.snapshot())
    for desk in (rough, restored):
        assert merged(desk.revise(news("x0", "Item0 about subject0, again", hours=1)).changes) == (
            expected
        )
        assert desk.told() == ()


def test_what_was_merged_before_a_document_that_fails_can_be_asked_for() -> None:
    desk = about_to_merge()
    with pytest.raises(ZeroDivisionError):
        desk.place(news("p", "Poison", hours=1))
    told = merged(desk.told())
    assert told
    assert desk.told() == ()
    assert not {*told} & {*merged(desk.place(news("q", "Regatta", hours=1)).changes)}
