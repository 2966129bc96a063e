from collections.abc import Callable

import pytest

from dedupe.errors import SnapshotError
from dedupe.stories.desk import StoryDesk
from dedupe.stories.ids import story_id
from tests.dedupe.stories.make import alone, day, document, place


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


def test_an_emptied_story_is_gone_and_its_name_may_return() -> None:
    desk = StoryDesk()
    first = day()[0]
    name = place(desk, first)
    desk.withdraw(first.id)
    assert place(desk, first) == name


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
