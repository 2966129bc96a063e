"""What feeds tell: in the order asked for, and dated by what last changed it."""

import msgspec

from copydesk.record.database import Record
from copydesk.record.expiring import thin_changes
from copydesk.record.placing import record_batch
from copydesk.record.reading_feeds import told_articles, told_stories
from tests.copydesk.samples import NOON, article, placed


def place(record: Record, number: int, *, story: str, title: str, at: float) -> None:
    one = placed(number, f"a{number}", article(str(number), title=title), group="g", story=story)
    received = msgspec.structs.replace(one.waiting, received=at)
    with record.writing() as connection:
        record_batch(connection, [msgspec.structs.replace(one, waiting=received)], now=at)


def dates(record: Record) -> tuple[dict[str, float], dict[str, float]]:
    with record.reading() as connection:
        articles = told_articles(connection, ["a2", "gone", "a1", "a3"])
        stories = told_stories(connection, ["s2", "gone", "s1"])
    return {a.id: a.placed for a in articles}, {s.id: s.updated for s in stories}


def test_dates_move_with_what_they_date(any_record: Record) -> None:
    place(any_record, 1, story="s1", title="Ferry aground", at=NOON + 10)
    place(any_record, 2, story="s2", title="Quake in Talca", at=NOON + 20)
    assert dates(any_record) == (
        {"a2": NOON + 20, "a1": NOON + 10},
        {"s2": NOON + 20, "s1": NOON + 10},
    )
    # A report moves its story, and no other article of it.
    place(any_record, 3, story="s1", title="Ferry afloat", at=NOON + 30)
    articles, stories = dates(any_record)
    assert list(articles) == ["a2", "a1", "a3"]
    assert (articles["a1"], articles["a3"]) == (NOON + 10, NOON + 30)
    assert stories == {"s2": NOON + 20, "s1": NOON + 30}
    # A new wording moves both; that the log is thinned moves nothing.
    place(any_record, 1, story="s1", title="Ferry aground, all safe", at=NOON + 40)
    told = dates(any_record)
    assert (told[0]["a1"], told[0]["a3"], told[1]["s1"]) == (NOON + 40, NOON + 30, NOON + 40)
    with any_record.writing() as connection:
        thin_changes(connection, after=0, before=NOON + 99, now=NOON + 99, limit=99)
    assert dates(any_record) == told


def test_a_story_has_the_language_and_address_of_its_headline(any_record: Record) -> None:
    place(any_record, 1, story="s1", title="Ferry aground", at=NOON)
    with any_record.reading() as connection:
        (story,) = told_stories(connection, ["s1"])
    assert (story.language, story.url) == ("en", "https://news.example/wire/2023/1.html")
    assert (story.articles, story.outlets) == (1, ("Wire",))
