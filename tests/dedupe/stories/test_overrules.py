"""What people decided stays, whatever the clusterer learns, forgets or is told again."""

from collections.abc import Callable

import pytest

from dedupe.document import StoryMerged, StorySplit
from dedupe.errors import DedupeError
from dedupe.stories.desk import StoryDesk
from dedupe.stories.overrules import Effect, Overrule, Overrules
from dedupe.stories.story import Story
from tests.dedupe.stories.make import CHESS, MOSCOW, alone, day, document, place

Restart = Callable[[StoryDesk], StoryDesk]


def restored(desk: StoryDesk) -> StoryDesk:
    return StoryDesk.restore(desk.snapshot())


def same(desk: StoryDesk) -> StoryDesk:
    return desk


@pytest.fixture(params=[same, restored], ids=["going on", "restarted"])
def restart(request: pytest.FixtureRequest) -> Restart:
    chosen: Restart = request.param
    return chosen


def filled() -> tuple[StoryDesk, dict[str, str]]:
    desk = StoryDesk()
    return desk, {each.id: place(desk, each) for each in day()}


def stories(desk: StoryDesk) -> dict[str, str]:
    return {document: story.id for document, story in desk._memory.of.items()}


def look_again(desk: StoryDesk) -> None:
    """Consider every story for merges and splits."""
    for story in list(desk._memory.stories.values()):
        desk._restructurer.changed(story, story.last)
    desk.settle()


def split(desk: StoryDesk, *moved: str, new: str = "snew") -> Effect:
    story = desk._memory.of[moved[0]].id
    order = Overrule(act="split", story=story, other=new, documents=moved)
    done = desk.overrule(order)
    (change,) = done.changes
    assert isinstance(change, StorySplit)
    assert (change.evidence.method, change.moved) == ("person", moved)
    return done.effect


def test_what_a_person_parts_is_never_merged_again(restart: Restart) -> None:
    desk, before = filled()
    split(desk, "d2", "d4")
    desk = restart(desk)
    look_again(desk)
    after = stories(desk)
    assert (after["d0"], after["d2"], after["d4"]) == (before["d0"], "snew", "snew")


def test_without_a_persons_word_they_would_be_merged() -> None:
    desk, _ = filled()
    split(desk, "d2", "d4")
    desk._word.__init__()  # type: ignore[misc]  # the word is forgotten
    look_again(desk)
    assert len(set(stories(desk).values())) == 2


def test_a_revision_does_not_bring_back_what_a_person_parted(restart: Restart) -> None:
    desk, before = filled()
    split(desk, "d2")
    desk = restart(desk)
    for moved, home in (("d2", "snew"), ("d0", before["d0"])):
        revised = document(moved, *MOSCOW[0], hours=2)
        placement, _ = desk.revise(revised, alone(revised), twin=None)
        assert placement.story == home
    # Not even when its new text is a copy of one on the other side.
    copy = document("d4", *MOSCOW[1], hours=2)
    assert desk.revise(copy, alone(copy), twin="d2")[0].story != "snew"


def test_later_reports_join_either_part() -> None:
    desk, before = filled()
    split(desk, "d2")
    late = document("late", *MOSCOW[0], hours=3)
    assert place(desk, late) in {before["d0"], "snew"}


def test_what_a_person_merges_is_not_split_again(restart: Restart) -> None:
    desk = StoryDesk()
    for i, (title, text) in enumerate([*MOSCOW, *MOSCOW]):
        desk.adopt(document(f"m{i}", title, text, hours=i / 4), f"c{i}", "smoscow")
    for i, (title, text) in enumerate(CHESS):
        desk.adopt(document(f"k{i}", title, text, hours=i / 4), f"d{i}", "schess")
    done = desk.overrule(Overrule(act="merge", story="smoscow", other="schess"))
    (change,) = done.changes
    assert isinstance(change, StoryMerged)
    desk = restart(desk)
    look_again(desk)
    assert set(stories(desk).values()) == {"smoscow"}
    # And the name that went leads to the one that stayed.
    desk.adopt(document("late", *CHESS[0], hours=3), "c9", "schess")
    assert stories(desk)["late"] == "smoscow"


def test_a_revision_stays_where_a_person_merged_it() -> None:
    desk, before = filled()
    desk.overrule(Overrule(act="merge", story=before["d0"], other=before["d1"]))
    revised = document("d1", *CHESS[0], hours=2)
    placement, _ = desk.revise(revised, alone(revised), twin=None)
    assert (placement.story, placement.evidence.method) == (before["d0"], "person")


def test_the_later_word_counts() -> None:
    desk, before = filled()
    split(desk, "d2")
    desk.overrule(Overrule(act="merge", story=before["d0"], other="snew"))
    assert desk._word.state().sides == {}
    split(desk, "d2", new="sagain")
    look_again(desk)
    assert stories(desk)["d2"] == "sagain"


def test_moving_into_a_story_that_is_there() -> None:
    desk, before = filled()
    split(desk, "d4", new=before["d1"])
    look_again(desk)
    after = stories(desk)
    assert after["d4"] == before["d1"] == after["d1"]
    assert after["d0"] == before["d0"]


def test_nothing_but_copies_enters_a_pinned_story_and_nothing_leaves(restart: Restart) -> None:
    desk, before = filled()
    desk.overrule(Overrule(act="pin", story=before["d0"]))
    desk = restart(desk)
    late = document("late", *MOSCOW[0], hours=3)
    assert place(desk, late) != before["d0"]
    copy = document("copy", *MOSCOW[0], hours=3)
    assert place(desk, copy, twin="d0") == before["d0"]
    other = document("d2", *CHESS[0], hours=2)
    assert desk.revise(other, alone(other), twin=None)[0].story == before["d0"]
    look_again(desk)
    assert stories(desk)["late"] != before["d0"]
    desk.overrule(Overrule(act="unpin", story=before["d0"]))
    look_again(desk)
    assert stories(desk)["late"] == before["d0"]


def test_a_pinned_story_is_not_split() -> None:
    desk = StoryDesk()
    rows = [*MOSCOW, *MOSCOW, *CHESS]
    for i, (title, text) in enumerate(rows):
        desk.adopt(document(f"d{i}", title, text, hours=i / 4), f"c{i}", "sboth")
    desk.overrule(Overrule(act="pin", story="sboth"))
    look_again(desk)
    assert set(stories(desk).values()) == {"sboth"}


def test_a_pin_follows_a_merge_by_a_person() -> None:
    desk, before = filled()
    desk.overrule(Overrule(act="pin", story=before["d1"]))
    desk.overrule(Overrule(act="merge", story=before["d0"], other=before["d1"]))
    assert desk._word.pinned(before["d0"])
    assert not desk._word.pinned(before["d1"])


def test_a_copy_that_is_moved_alone_counts_as_a_report() -> None:
    desk, before = filled()
    for name in ("copy1", "copy2"):
        place(desk, document(name, *MOSCOW[0], hours=3), twin="d0")
    split(desk, "copy1")
    new, old = desk._memory.by_id["snew"], desk._memory.by_id[before["d0"]]
    assert (new.reports, len(new.members)) == (1, 1)
    assert (old.reports, len(old.members)) == (3, 4)
    split(desk, "d0", "copy2", new="sother")
    other = desk._memory.by_id["sother"]
    assert (other.reports, other.members["copy2"].copy_of) == (1, "d0")


def test_copies_that_are_moved_without_their_twin_stay_copies_of_one_report() -> None:
    desk, _ = filled()
    for name in ("copy1", "copy2", "copy3"):
        place(desk, document(name, *MOSCOW[0], hours=3), twin="d0")
    split(desk, "copy1", "copy2")
    new = desk._memory.by_id["snew"]
    assert (new.reports, new.members["copy1"].copy_of, new.members["copy2"].copy_of) == (
        1,
        "",
        "copy1",
    )


def test_moving_one_document_over_leaves_the_partings_of_all_others() -> None:
    word = Overrules()
    word.put_in_force(Effect(together=("a",), one=("a",), other=("b", "c", "d", "e")))
    word.put_in_force(Effect(freed=("d",), together=("d", "a"), one=("d",), other=("b", "c", "e")))
    both, rest = Story("1", 1), Story("2", 2)
    both.members = dict.fromkeys(("a", "d"))  # type: ignore[assignment]  # only names matter
    rest.members = dict.fromkeys(("b", "c", "e"))  # type: ignore[assignment]
    assert not word.may_merge(both, rest)
    for name in ("a", "d"):
        assert word.parted(name, rest)
        assert not word.parted(name, both)
    del both.members["d"]
    assert not word.may_merge(both, rest)
    # What is brought together again has nothing against each other, and all else against the rest.
    word.put_in_force(Effect(freed=("b",), together=("b", "a", "d")))
    del rest.members["b"]
    both.members["b"] = both.members["d"] = both.members["a"]
    assert not any(word.parted(document, both) for document in ("a", "b", "d"))
    assert not word.may_merge(both, rest)
    word.put_in_force(Effect(together=("a", "b", "c", "d", "e")))
    assert word.state().sides == {}


def test_a_pin_that_went_on_to_another_story_is_told_again() -> None:
    desk, before = filled()
    orders = [
        Overrule(act="pin", story=before["d1"]),
        Overrule(act="merge", story=before["d0"], other=before["d1"]),
    ]
    anew = StoryDesk()
    anew.redirected(before["d1"], before["d0"])
    for order in orders:
        anew.recall(desk.overrule(order).effect)
    assert anew._word.state() == desk._word.state()
    assert anew._word.pinned(before["d0"])


def test_a_desk_that_relearns_the_record_is_told_the_word_again() -> None:
    desk, before = filled()
    effects = [split(desk, "d2", "d4")]
    effects.append(desk.overrule(Overrule(act="pin", story=before["d1"])).effect)
    anew = StoryDesk()
    for each in day():
        anew.adopt(each, f"c{each.id}", stories(desk)[each.id])
    for effect in effects:
        anew.recall(effect)
    assert anew._word.state() == desk._word.state()
    look_again(anew)
    assert stories(anew) == stories(desk)


@pytest.mark.parametrize("act", ["merge", "split", "pin", "unpin"])
def test_stories_out_of_memory_only_leave_a_word(act: str) -> None:
    desk, before = filled()
    order = Overrule(act=act, story="sgone", other="sold", documents=("x1",))  # type: ignore[arg-type]
    done = desk.overrule(order)
    assert len(done.changes) == (act in ("merge", "split"))
    assert stories(desk) == before


def test_a_story_merged_into_one_out_of_memory_takes_its_name() -> None:
    desk, before = filled()
    desk.overrule(Overrule(act="merge", story="sold", other=before["d0"]))
    assert stories(desk)["d2"] == "sold"
    assert place(desk, document("late", *MOSCOW[0], hours=3)) == "sold"


def test_a_name_that_redirects_is_never_given_to_another_story() -> None:
    desk, before = filled()
    desk.overrule(Overrule(act="merge", story=before["d0"], other=before["d1"]))
    assert desk._restructurer.new_name("d1") != before["d1"]


def test_bonds_grow_together_and_free_documents_leave_them() -> None:
    word = Overrules()
    for together in (("a", "b"), ("c", "d"), ("b", "c")):
        word.put_in_force(Effect(together=together))
    assert len(set(word.state().bonds.values())) == 1
    word.put_in_force(Effect(freed=("a",)))
    assert not word.holds("a", "s")
    assert word.holds("d", "s")


def test_structure_rests_seven_days_after_a_story_began() -> None:
    desk = StoryDesk()
    title, text = MOSCOW[0]
    for i in range(8):
        desk.adopt(document(f"old{i}", title, text, hours=24.0 * i), f"c{i}", "sold")
    desk.adopt(document("new", *MOSCOW[1], hours=24.0 * 7.5), "cn", "snew")
    look_again(desk)
    assert stories(desk)["new"] == "snew"


def test_a_copy_that_is_dated_long_before_its_story_does_not_lay_it_to_rest() -> None:
    desk = StoryDesk()
    for i, (title, text) in enumerate(MOSCOW):
        desk.adopt(document(f"d{i}", title, text, hours=i / 4), f"c{i}", f"s{i}")
    place(desk, document("copy", *MOSCOW[0], hours=-24.0 * 8), twin="d0")
    look_again(desk)
    assert set(stories(desk).values()) == {"s0"}


def test_a_split_that_is_named_like_a_merged_story_is_its_own(restart: Restart) -> None:
    desk, before = filled()
    desk.redirected("older", "snew")
    desk.redirected("snew", before["d0"])
    split(desk, "d2", "d4")
    desk = restart(desk)
    late = document("late", *MOSCOW[0], hours=3)
    desk.adopt(late, "clate", "snew")
    assert stories(desk)["late"] == "snew"
    assert desk._restructurer.name_now("older") == before["d0"]


def test_a_merge_back_is_refused_and_no_name_leads_in_a_circle(restart: Restart) -> None:
    desk, before = filled()
    one, other = before["d0"], before["d1"]
    desk.overrule(Overrule(act="merge", story=one, other=other))
    desk = restart(desk)
    for kept, gone in ((other, one), (one, one), (other, other)):
        with pytest.raises(DedupeError, match=f"story {one} cannot be merged with itself"):
            desk.overrule(Overrule(act="merge", story=kept, other=gone))
    with pytest.raises(DedupeError, match=f"story {one} cannot be merged with itself"):
        desk.redirected(one, other)
    desk.redirected(other, one)  # as it is already
    desk.adopt(document("late", *MOSCOW[0], hours=3), "clate", other)
    assert set(stories(desk).values()) == {one}


def test_names_that_were_merged_stand_for_what_they_are_part_of_now(restart: Restart) -> None:
    desk, before = filled()
    split(desk, "d2")
    desk.overrule(Overrule(act="merge", story=before["d0"], other=before["d1"]))
    desk.overrule(Overrule(act="pin", story=before["d1"]))
    desk = restart(desk)
    assert desk._word.pinned(before["d0"])
    done = desk.overrule(Overrule(act="merge", story="snew", other=before["d1"]))
    (merged,) = done.changes
    assert isinstance(merged, StoryMerged)
    assert (merged.kept, merged.gone) == ("snew", before["d0"])
    assert set(stories(desk).values()) == {"snew"}
    assert desk._word.pinned("snew")


def test_a_story_is_not_split_into_itself(restart: Restart) -> None:
    desk, before = filled()
    desk = restart(desk)
    order = Overrule(act="split", story=before["d0"], other=before["d0"], documents=("d2",))
    with pytest.raises(DedupeError, match="cannot be split into itself"):
        desk.overrule(order)
    assert stories(desk) == before
