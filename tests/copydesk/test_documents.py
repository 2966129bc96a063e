"""What the engine is given of the record, beside what the record holds word for word."""

from copydesk.documents import engine_writes
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
