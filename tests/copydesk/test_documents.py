"""What the engine is given of the record, beside what the record holds word for word."""

import pytest

from copydesk.documents import engine_writes
from copydesk.group_sizes import indexed_size
from copydesk.record import changelog
from copydesk.record.database import Record
from copydesk.record.placing import record_batch
from copydesk.record.reading_life import VELOCITY_HOURS
from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Put
from tests.copydesk.samples import NOON, article, placed


def _documents(record: Record) -> dict[str, ArticleDocument | StoryDocument]:
    with record.reading() as connection:
        found = engine_writes(connection, changelog.read(connection, after=0, limit=100))
    return {write.document.id: write.document for write in found.writes if isinstance(write, Put)}


def test_a_reprint_is_told_from_the_first_print_and_carries_its_similarity(record: Record) -> None:
    batch = [
        placed(1, "a", article("a"), group="a", story="s"),
        placed(2, "b", article("b", at=NOON + 60), group="a", story="s", copy_of="a"),
        placed(3, "c", article("c", at=NOON + 90), group="c", story="s"),
    ]
    with record.writing() as connection:
        record_batch(connection, batch, now=NOON)
    found = _documents(record)
    told = {
        id_: (each.reprint, each.similarity, each.copies)
        for id_, each in found.items()
        if isinstance(each, ArticleDocument)
    }
    assert told == {"a": (0, None, 2), "b": (1, 0.0, 2), "c": (0, None, 1)}


def test_a_text_that_is_repeated_for_ever_is_not_indexed_anew_with_each_copy(
    record: Record,
) -> None:
    index: dict[str, ArticleDocument | StoryDocument] = {}
    written = seen = 0
    for n in range(0, 400, 10):
        # The earliest comes late: another article is the first from then on.
        some = [
            placed(i, f"a{i}", article(f"a{i}", at=NOON - i), group="a", story="s", copy_of="a0")
            for i in range(n, n + 10)
        ]
        with record.writing() as connection:
            record_batch(connection, some, now=NOON)
        with record.reading() as connection:
            changes = changelog.read(connection, after=seen, limit=1000)
            found = engine_writes(connection, changes)
        seen, written = changes[-1].seq, written + len(changes)
        index |= {put.document.id: put.document for put in found.writes if isinstance(put, Put)}
    assert written < 400 * 6
    with record.reading() as connection:
        anew = engine_writes(connection, changelog.read(connection, after=0, limit=written))
    assert index == {put.document.id: put.document for put in anew.writes if isinstance(put, Put)}
    first = index["a399"]
    assert isinstance(first, ArticleDocument)
    assert (first.copies, first.reprint) == (400, 0)


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (1, 1),
        (19, 19),
        (20, 20),
        (24, 20),
        (25, 25),
        (99, 80),
        (100, 100),
        (149, 125),
        (2999, 2500),
    ],
)
def test_the_index_tells_a_large_group_by_steps(size: int, told: int) -> None:
    assert indexed_size(size) == told
    assert indexed_size(told) == told


def test_velocity_counts_the_last_hours_of_a_story(record: Record) -> None:
    hours = (0, 0.5, VELOCITY_HOURS, VELOCITY_HOURS + 0.5, 2 * VELOCITY_HOURS)
    batch = [
        placed(n, f"a{n}", article(f"a{n}", at=NOON + at * 3600), group=f"a{n}", story="s")
        for n, at in enumerate(hours)
    ]
    with record.writing() as connection:
        record_batch(connection, batch, now=NOON)
    story = _documents(record)["s"]
    assert isinstance(story, StoryDocument)
    # A report exactly three hours before the last one is no longer counted.
    assert story.velocity == 2 / VELOCITY_HOURS
