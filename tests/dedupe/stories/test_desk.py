from collections.abc import Callable, Iterable

import pytest

from dedupe.document import Document, StoryMerged
from dedupe.errors import SnapshotError
from dedupe.stories.desk import StoryDesk
from dedupe.stories.ids import story_id
from dedupe.stories.overrules import Effect, Overrule
from dedupe.stories.story import Member, Story
from tests.dedupe.stories.make import CHESS, MOSCOW, alone, day, document, place


def placed() -> tuple[StoryDesk, dict[str, str]]:
    desk = StoryDesk()
    return desk, {d.id: place(desk, d) for d in day()}


def test_reports_of_one_happening_share_a_story_and_others_do_not() -> None:
    _, stories = placed()
    assert stories["d0"] == stories["d2"] == stories["d4"]
    assert stories["d1"] == stories["d3"]
    assert stories["d0"] != stories["d1"]


def test_story_is_named_after_its_first_document() -> None:
    _, stories = placed()
    assert stories["d0"] == story_id("d0")
    assert len(stories["d0"]) == 13


def test_evidence_names_terms_features_and_the_document_matched() -> None:
    desk, _ = placed()
    late = document("late", "Moscow drone attack: residential buildings damaged", hours=3)
    placement, changes = desk.place(late, alone(late), twin=None)
    assert changes == ()
    assert placement.evidence.method == "terms"
    assert placement.evidence.matched == "d0"
    assert "moscow" in placement.evidence.terms
    assert placement.evidence.probability >= placement.evidence.threshold
    assert placement.evidence.features["body"] > 0


def test_a_copy_inherits_the_story_of_its_twin() -> None:
    desk, stories = placed()
    copy = document("copy", "Entirely other headline", hours=4)
    placement, _ = desk.place(copy, alone(copy), twin="d1")
    assert placement.story == stories["d1"]
    assert placement.evidence.method == "copy"
    assert placement.evidence.matched == "d1"


def test_a_twin_that_is_unknown_is_no_twin() -> None:
    desk, stories = placed()
    odd = document("odd", "Volcano erupts in Iceland", hours=4)
    assert place(desk, odd, twin="never seen") not in stories.values()


def test_the_same_happening_weeks_later_is_another_story() -> None:
    desk, stories = placed()
    again = day()[0]
    later = document("later", again.title, again.text, hours=24 * 12)
    assert place(desk, later) not in stories.values()


def test_same_order_gives_the_same_stories_and_evidence() -> None:
    one, two = StoryDesk(), StoryDesk()
    for d in day():
        assert one.place(d, alone(d), twin=None) == two.place(d, alone(d), twin=None)


def test_a_restored_desk_goes_on_as_if_never_stopped() -> None:
    desk, _ = placed()
    twin = StoryDesk.restore(desk.snapshot())
    assert twin.snapshot() == desk.snapshot()
    for d in day():
        again = document("again-" + d.id, d.title, d.text, hours=5)
        assert twin.place(again, alone(again), twin=None) == desk.place(
            again, alone(again), twin=None
        )


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: b"something else" + data,
        lambda data: data[:-3],
        lambda data: data[:60] + b"\x00" + data[61:],
    ],
)
def test_a_damaged_snapshot_is_refused(damage: Callable[[bytes], bytes]) -> None:
    desk, _ = placed()
    with pytest.raises(SnapshotError, match="Rebuild from the record"):
        StoryDesk.restore(damage(desk.snapshot()))


def test_withdrawn_documents_leave_and_their_copies_take_over() -> None:
    desk, stories = placed()
    copy = document("copy", "Drones over Moscow", hours=3)
    desk.place(copy, alone(copy), twin="d0")
    for gone in ("d0", "d2", "d4"):
        desk.withdraw(gone)
    assert desk.withdraw("never seen") == ()
    fresh = document("fresh", "Drones over Moscow again", hours=4)
    assert place(desk, fresh) == stories["d0"]


def test_words_that_only_withdrawn_documents_told_are_forgotten() -> None:
    desk, _ = placed()
    one = document("x1", "Zoë Quillfeather free in Varnsund", "A court cleared Quillfeather. " * 2)
    two = document("x2", "Varnsund court: Quillfeather walks free", hours=1, source="source-x1")
    for each in (one, two):
        place(desk, each)
    place(desk, document("y", "Ferry to Varnsund cancelled", "Storms stop the ferry.", hours=2))
    for word in (b"quillf", b"varnsund"):
        assert word in desk.snapshot()
    restored = StoryDesk.restore(desk.snapshot())
    for either in (desk, restored):
        either.withdraw("x1", "x2")
    assert b"quillf" not in desk.snapshot().lower()
    assert b"varnsund" in desk.snapshot()
    assert restored.snapshot() == desk.snapshot()
    again = StoryDesk.restore(desk.snapshot())
    for each in (one, *day()):
        new = document("again-" + each.id, each.title, each.text, hours=5)
        assert again.place(new, alone(new), twin=None) == desk.place(new, alone(new), twin=None)


def test_an_emptied_story_is_gone_and_its_name_may_return() -> None:
    desk = StoryDesk()
    first = day()[0]
    name = place(desk, first)
    desk.withdraw(first.id)
    assert place(desk, first) == name


def test_a_copy_takes_over_in_the_strand_of_its_own_language() -> None:
    desk = StoryDesk()
    title, text = "Ferge sank utenfor kysten", "Fergen sank utenfor kysten av Bodø tirsdag."
    name = place(desk, document("a", title, text, language="no"))
    place(desk, document("b", title, text, language="nb"), twin="a")
    desk.withdraw("a")
    again = StoryDesk.restore(desk.snapshot())
    late = document("late", title + " i natt", text, language="nb", hours=1)
    assert place(desk, late) == place(again, late) == name
    # Nor is a story that nobody can see in the way of others.
    for i in range(3):
        other = document(f"x{i}", f"Item{i} about subject{i}", language="nb", hours=2)
        desk.place(other, alone(other), twin=None)
    assert desk.settle() == again.settle() == ()


def test_copies_of_copies_are_copies_of_the_report() -> None:
    desk = StoryDesk()
    first = day()[0]
    name = place(desk, first)
    for copy, twin in (("b", "d0"), ("c", "b"), ("d", "c")):
        placement, _ = desk.place(
            document(copy, first.title, first.text, hours=1),
            alone(document(copy, "")),
            twin=twin,
        )
        assert (placement.story, placement.evidence.matched) == (name, twin)
    story = desk._memory.by_id[name]
    assert {m.id: m.copy_of for m in story.members.values() if m.copy_of} == dict.fromkeys(
        "bcd", "d0"
    )
    # A report that becomes a copy of its own copy does not end in a circle.
    desk.revise(first, alone(first), twin="d")
    assert (story.reports, story.members["b"].copy_of, story.members["d0"].copy_of) == (1, "", "b")
    for gone in ("b", "d0", "c"):
        desk.withdraw(gone)
        assert story.reports == 1
    assert place(desk, document("late", *MOSCOW[1], hours=2)) == name


def test_a_lone_document_that_becomes_a_copy_takes_its_story_into_that_of_its_twin() -> None:
    desk, stories = placed()
    stub = document("stub", "Breaking: more follows", hours=2)
    name = place(desk, stub)
    full = document("stub", *MOSCOW[0], hours=2)
    placement, (change,) = desk.revise(full, alone(full), twin="d0")
    assert isinstance(change, StoryMerged)
    assert (change.kept, change.gone) == (stories["d0"], name)
    assert change.evidence == placement.evidence
    assert (placement.story, placement.evidence.method) == (stories["d0"], "copy")
    assert desk._memory.by_id[stories["d0"]].members["stub"].copy_of == "d0"
    # The name leads there, and is not given again when the document tells something else.
    desk.adopt(document("late", *MOSCOW[1], hours=3), "clate", name)
    assert desk._memory.of["late"].id == stories["d0"]
    other = document("stub", "Ferry service suspended on Lake Garda", hours=4)
    assert desk.revise(other, alone(other), twin=None)[0].story not in {name, stories["d0"]}


def test_a_lone_document_that_a_person_parted_from_its_twin_keeps_its_story() -> None:
    desk, stories = placed()
    order = Overrule(act="split", story=stories["d0"], other="snew", documents=("d2",))
    desk.overrule(order)
    desk._word.put_in_force(Effect(freed=("d2",)))
    again = document("d2", *MOSCOW[0], hours=2)
    placement, changes = desk.revise(again, alone(again), twin="d0")
    assert (placement.story, changes) == ("snew", ())
    story = desk._memory.by_id["snew"]
    assert (story.reports, list(story.rows)) == (1, ["en"])


def test_the_name_of_a_story_that_left_memory_is_not_given_again() -> None:
    desk = StoryDesk()
    chess, (title, text) = document("d0", *CHESS[0], hours=1), MOSCOW[0]
    first = place(desk, document("d0", title, text))
    assert place(desk, document("d1", title, text, hours=0.5)) == first
    assert desk.revise(chess, alone(chess), twin=None)[0].story != first
    for day_after in range(1, 12):
        # The story of chess goes on, and that of the drones does not.
        for i in range(60):
            place(
                desk,
                document(
                    f"x{day_after}-{i}",
                    f"Item{i} about subject{i}{day_after}",
                    hours=24 * day_after,
                ),
            )
        place(desk, document(f"chess{day_after}", *CHESS[1], hours=24 * day_after))
    assert first not in desk._memory.by_id
    assert "d0" in desk
    volcano = document("d0", "Volcano erupts in Iceland", hours=24 * 11)
    assert desk.revise(volcano, alone(volcano), twin=None)[0].story != first


def test_many_documents_leave_a_story_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = StoryDesk()
    title, text = MOSCOW[0]
    for i in range(40):
        desk.adopt(document(f"m{i}", title, text, hours=i / 9), f"c{i % 7}", "smoscow")
    desk.adopt(document("k", *CHESS[0], hours=1), "ck", "schess")
    asked: list[int] = []
    part = Story.part

    def counted(story: Story, documents: Iterable[str]) -> tuple[list[Member], tuple[str, ...]]:
        asked.append(len(story.members))
        return part(story, documents)

    monkeypatch.setattr(Story, "part", counted)
    gone = [f"m{i}" for i in range(30)]
    assert desk.withdraw(*gone, "k", "never seen", "m0") == ()
    assert asked == [40, 1]
    assert list(desk._memory.by_id) == ["smoscow"]
    assert [name for name in gone if name in desk] == []
    assert place(desk, document("late", title, text, hours=5)) == "smoscow"


def test_revision_keeps_a_single_story_and_moves_a_stranger() -> None:
    desk, stories = placed()
    single = document("single", "Ferry service suspended on Lake Garda", hours=1)
    name = place(desk, single)
    changed = document("single", "Ferry service resumes on Lake Garda", hours=1)
    assert desk.revise(changed, alone(changed), twin=None)[0].story == name
    chess = day()[1]
    moved = document("d2", chess.title, chess.text, hours=1)
    assert desk.revise(moved, alone(moved), twin=None)[0].story == stories["d1"]


def test_adopted_placements_are_obeyed_and_built_upon() -> None:
    desk = StoryDesk()
    for d in day():
        desk.adopt(d, "c" + d.id, "smoscow" if d.id in {"d0", "d2", "d4"} else "schess")
    late = document("late", "Moscow drone attack: residential buildings damaged", hours=3)
    assert place(desk, late) == "smoscow"


def test_an_empty_document_founds_a_story() -> None:
    desk = StoryDesk()
    assert place(desk, document("a", "")) != place(desk, document("b", ""))


def test_a_document_dated_in_the_far_future_closes_nothing() -> None:
    desk, stories = placed()
    place(desk, document("wrong clock", "Pension fund meets", hours=24 * 365 * 15))
    assert (
        place(desk, document("late", "Moscow drone attack on buildings", hours=3)) == stories["d0"]
    )


def test_memory_is_bounded_by_the_window() -> None:
    desk = StoryDesk()
    for i in range(600):
        place(desk, document(f"x{i}", f"Item{i} number{i} about subject{i}", hours=i * 2))
    assert len(desk) < 600


def matter(name: str, number: int, *, hours: float) -> Document:
    """A report that no other is like."""
    return document(name, f"Item{number} number{number} about subject{number}", hours=hours)


def archive(*, first: list[Document]) -> StoryDesk:
    """A desk that was shown ``first`` and then 200 reports of years ago, one a day."""
    desk = StoryDesk()
    for d in [*first, *(matter(f"x{i}", i, hours=24 * (i - 4000)) for i in range(200))]:
        place(desk, d)
    return desk


def test_an_archive_that_comes_after_the_news_is_forgotten_as_it_would_be_alone() -> None:
    alone_in_memory = len(archive(first=[]))
    assert len(archive(first=[matter("now", 999, hours=0)])) <= alone_in_memory + 1


def test_what_is_forgotten_does_not_depend_on_a_restart() -> None:
    kept, restarted = StoryDesk(), StoryDesk()
    for i in range(300):
        at = 3.0 * i - (i * 37 % 11) * 20
        for desk in (kept, restarted):
            place(desk, matter(f"x{i}", i, hours=at))
            again = matter(f"x{i // 2}", 1000 + i, hours=at - 30)
            if i % 7 == 0 and again.id in desk:
                desk.revise(again, alone(again), twin=None)
        if i % 10 == 0:
            restarted = StoryDesk.restore(restarted.snapshot())
    assert len(kept) < 200
    assert restarted.snapshot() == kept.snapshot()
