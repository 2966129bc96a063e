"""An article that comes with a new text when the desk has forgotten its story moves alone."""

from pathlib import Path

import pytest
from sqlalchemy import select

from copydesk.record.database import Record
from copydesk.record.placing import recorded_places
from copydesk.record.reading import resolve_story
from copydesk.record.schema import articles, stories, story_history
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_once
from crawler.article import Article
from tests.copydesk.roles.test_desk import FERRY, desk, places, put
from tests.copydesk.samples import NOON, article
from tests.dedupe.stories.make import MOSCOW

DAY = 86_400.0
OLD = [
    article(f"m{n}", title=title, text=text, source=f"s{n}", outlet=f"Paper {n}", at=NOON + 900 * n)
    for n, (title, text) in enumerate(MOSCOW)
]
FERRY_TITLE = "Ferry runs aground off Holm"
OWN_WORDS = (
    "Two hundred people were on board of the ferry that ran aground off Holm. The coast guard took "
    "the passengers to Varnsund by lifeboat, and nobody was hurt. A buoy had been out of place, "
    "the captain told reporters."
)


def matters(count: int, *, at: float) -> list[Article]:
    """So many reports that have nothing to do with one another, and the last on a ferry."""
    some = [
        article(
            f"x{n}",
            title=" ".join(f"{word}{n}" for word in ("matter", "strange", "quite", "other")),
            text=" ".join(f"{word}{n}" for word in ("told", "again", "nothing", "alike") * 8),
            outlet=f"o{n}",
            source=f"x{n}",
            at=at + n,
        )
        for n in range(count)
    ]
    return [*some, article("ferry", title=FERRY_TITLE, text=FERRY, at=at + count)]


def revised(one: Article, title: str, text: str, *, at: float | None = None) -> Article:
    published = one.published or 0.0 if at is None else at
    return article(
        one.guid, title=title, text=text, source=one.source, outlet=one.outlet, at=published
    )


def ten_days_later(record: Record, folder: Path, *old: Article) -> dict[str, tuple[str, str]]:
    with desk(record, folder) as work:
        put(record, *old)
        run_once(work)
        put(record, *matters(120, at=NOON + 10 * DAY))
        run_once(work)
        memory = work._known.desk._stories._memory
        assert not {places(record)[one.guid][1] for one in old} & memory.by_id.keys()
    return places(record)


def come(record: Record, folder: Path, one: Article) -> dict[str, tuple[str, str]]:
    with desk(record, folder) as work:
        put(record, one)
        assert run_once(work).revised == 1
    return places(record)


def held(work: DeskWork) -> dict[str, tuple[str, bool]]:
    """Each document in memory with its story, and whether others of that are not there."""
    memory = work._known.desk._stories._memory
    return {id_: (story.id, story.partial) for id_, story in memory.of.items()}


def assert_told_again(record: Record, folder: Path) -> None:
    """A desk that has only the journal knows the same, without learning from the articles."""
    saved = folder / "desk.memory"
    with desk(record, folder) as work:
        kept = held(work)
        saved.unlink()
    with desk(record, folder) as work:
        assert work._known.follows == "decisions"
        assert work._known.torn == "no"
        assert held(work) == kept


@pytest.mark.parametrize(
    ("title", "text", "days"),
    [
        ("Live: ferry off Holm", FERRY, None),
        ("Ferry aground off Holm: all safe", OWN_WORDS, 10),
    ],
    ids=["a copy", "own words, dated anew"],
)
def test_what_tells_of_another_happening_now_joins_it_alone(
    record: Record, tmp_path: Path, title: str, text: str, days: float | None
) -> None:
    before = ten_days_later(record, tmp_path, *OLD)
    old, ferry = before["m0"][1], before["ferry"][1]
    at = None if days is None else NOON + days * DAY + 600
    after = come(record, tmp_path, revised(OLD[0], title, text, at=at))
    assert after["m0"][1] == ferry
    assert {name: after[name] for name in after if name != "m0"} == {
        name: before[name] for name in before if name != "m0"
    }
    with record.reading() as connection:
        assert resolve_story(connection, old) == old
        rows = connection.execute(select(stories).where(stories.c.id.in_([old, ferry]))).all()
        assert {row.id: row.articles for row in rows} == {old: 2, ferry: 2}
        assert connection.execute(select(story_history)).all() == []
    assert_told_again(record, tmp_path)


def test_a_correction_changes_no_place(record: Record, tmp_path: Path) -> None:
    before = ten_days_later(record, tmp_path, *OLD)
    after = come(record, tmp_path, revised(OLD[0], f"{OLD[0].title}: two hurt", OLD[0].text))
    assert after == before
    assert_told_again(record, tmp_path)


def test_a_story_that_has_no_other_article_goes_where_its_article_goes(
    record: Record, tmp_path: Path
) -> None:
    before = ten_days_later(record, tmp_path, OLD[0])
    after = come(record, tmp_path, revised(OLD[0], "Live: ferry off Holm", FERRY))
    assert after["m0"] == after["ferry"] == before["ferry"]
    with record.reading() as connection:
        assert resolve_story(connection, before["m0"][1]) == before["ferry"][1]
    assert_told_again(record, tmp_path)


def test_a_place_in_the_record_tells_how_many_others_are_there(
    record: Record, tmp_path: Path
) -> None:
    with desk(record, tmp_path) as work:
        put(record, *OLD, *matters(0, at=NOON))
        run_once(work)
    with record.reading() as connection:
        ids = dict(connection.execute(select(articles.c.guid, articles.c.id)).all())
        found = recorded_places(connection, ids.values())
    assert {guid: found[id_].others for guid, id_ in ids.items()} == {
        "m0": 2, "m1": 2, "m2": 2, "ferry": 0,
    }  # fmt: skip
