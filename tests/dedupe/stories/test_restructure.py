import numpy as np
import pytest

from benchmarks.stories_corpus import tongues, world
from benchmarks.stories_train import alone as no_copy
from dedupe.document import StoryChange, StoryMerged, StorySplit
from dedupe.stories.comparing import beside_strand
from dedupe.stories.crossing import cross_unions, neutral_sum, plain_unions
from dedupe.stories.desk import StoryDesk
from dedupe.stories.merging import (
    MERGE_THRESHOLD,
    MERGING,
    SPLIT_THRESHOLD,
    WINDOW,
    unions,
)
from dedupe.stories.scorer import FAINTEST, JOIN_THRESHOLD, logistic
from dedupe.stories.weights import MERGE
from tests.dedupe.stories.make import CHESS, MOSCOW, alone, document, place


def test_bars_leave_room_between_them() -> None:
    assert SPLIT_THRESHOLD < JOIN_THRESHOLD < MERGE_THRESHOLD


def test_stories_that_turn_out_to_be_one_are_merged_and_the_older_keeps_its_name() -> None:
    desk = StoryDesk()
    for i, (title, text) in enumerate(MOSCOW):
        desk.adopt(document(f"d{i}", title, text, hours=i), f"c{i}", f"s{i}")
    for story in list(desk._memory.stories.values()):
        desk._restructurer.changed(story, story.last)
    changes = desk.settle()
    assert {c.gone for c in changes if isinstance(c, StoryMerged)} == {"s1", "s2"}
    assert {c.kept for c in changes if isinstance(c, StoryMerged)} == {"s0"}
    assert all(c.evidence.probability >= c.evidence.threshold for c in changes)
    desk.adopt(document("late", *MOSCOW[0], hours=4), "c9", "s2")
    assert place(desk, document("later", *MOSCOW[1], hours=5)) == "s0"


def test_a_story_of_two_happenings_is_split_and_the_majority_keeps_the_name() -> None:
    desk = StoryDesk()
    rows = [*MOSCOW, *MOSCOW, *CHESS]
    for i, (title, text) in enumerate(rows):
        desk.adopt(document(f"d{i}", title, text, hours=i / 4), f"c{i}", "sboth")
    desk._restructurer.changed(desk._memory.by_id["sboth"], 0.0)
    (change,) = desk.settle()
    assert isinstance(change, StorySplit)
    assert change.story == "sboth"
    assert change.new != "sboth"
    assert set(change.moved) == {"d6", "d7"}
    assert desk.settle() == ()


def test_merges_wait_and_come_with_later_arrivals() -> None:
    desk = StoryDesk()
    for i, (title, text) in enumerate(MOSCOW):
        desk.adopt(document(f"d{i}", title, text), f"c{i}", f"s{i}")
    for story in list(desk._memory.stories.values()):
        desk._restructurer.changed(story, story.last)
    told: list[object] = []
    for i in range(24):
        other = document(f"x{i}", f"Item{i} about subject{i}", hours=i / 10)
        changes = desk.place(other, alone(other), twin=None)[1]
        assert i > 2 or changes == ()
        told += changes
    assert len(told) == 2


def test_a_report_dated_ahead_holds_up_no_other_story() -> None:
    desk = StoryDesk()
    place(desk, document("ahead", "Pension fund meets", hours=20))
    for i in range(120):
        place(desk, document(f"x{i}", f"Item{i} about subject{i}", hours=i / 30))
    first, *others = desk._restructurer.waiting
    assert desk._memory.stories[first].headline == "Pension fund meets"
    assert len(others) < 60


def test_stories_far_apart_in_text_are_not_scored() -> None:
    desk = StoryDesk()
    for i, (title, text) in enumerate([MOSCOW[0], CHESS[0]]):
        desk.adopt(document(f"d{i}", title, text), f"c{i}", f"s{i}")
    one, two = desk._memory.stories.values()
    rows = np.array([*two.rows.values()], np.int32)
    given, (row,) = desk._memory.columns.memory.given, one.rows.values()
    kept, _, _ = beside_strand(given, row, rows, (WINDOW, FAINTEST), MERGING.compared)
    assert kept.size == 0


def test_what_is_searched_in_one_call_is_what_is_found_step_by_step() -> None:
    desk = StoryDesk()
    for told in world("dev")[0][:400]:
        desk.place(told, no_copy(told), twin=None)
    memory, vocabulary = desk._memory, desk._vocabulary
    merges = crossings = 0
    for story in memory.stories.values():
        near = {
            row
            for strand in story.strands.values()
            for other in memory.near(strand.total.body).tolist()
            for row in memory.columns.story(other).rows.values()
        }
        rows, given = np.array(sorted(near), np.int32), memory.columns.memory.given
        bars = WINDOW, FAINTEST
        slowly = {
            memory.columns.story(int(row)).born
            for one in story.rows.values()
            for row in beside_strand(given, one, rows, bars, MERGING.compared)[0]
        }
        found = unions(story, memory.columns, vocabulary.terms, 0.0)
        assert {both.older.born + both.younger.born - story.born for both in found} == slowly
        merges += len(found)
        quickly = plain_unions(story, memory.columns, vocabulary.terms, 0.0)
        if quickly is not None:
            beside = memory.near(neutral_sum(story))
            assert quickly == cross_unions(story, beside, memory.columns, vocabulary, 0.0)
            crossings += len(quickly)
    assert merges > 10
    assert crossings > 2


def test_what_is_told_of_merges_and_splits_explains_its_probability() -> None:
    documents, _ = tongues("dev")["nl-2"]
    desk, told = StoryDesk(), list[StoryChange]()
    for report in documents:
        told += desk.place(report, alone(report), twin=None)[1]
    told += desk.settle()
    eased = 0.0
    for change in told:
        features = change.evidence.features
        eased += features.get("few_stories", 0.0)
        weights = MERGE | {"few_stories": 1.0}
        odds = sum(weights.get(name, 0.0) * value for name, value in features.items())
        odds += weights["constant"]
        assert change.evidence.probability == pytest.approx(logistic(odds))
    assert eased > 0.0
