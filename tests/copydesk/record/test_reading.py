"""Reading a real record: filters, grouping, redirects, and walks that stay true while it grows."""

import random

import pytest
from sqlalchemy import update

from copydesk.errors import RecordError
from copydesk.record import reading, reading_few
from copydesk.record.database import Record
from copydesk.record.placing import record_batch
from copydesk.record.reading import ArticleFilter, StoryFilter, StoryOrder
from copydesk.record.schema import articles, stories
from tests.copydesk.api.newsroom import MORNING, Newsroom
from tests.copydesk.samples import NOON, article, placed


@pytest.fixture
def newsroom(record: Record) -> Newsroom:
    return filled(record)


def filled(record: Record) -> Newsroom:
    room = Newsroom(record)
    room.report("moscow", "m1", outlet="Reuters", country="GB", source="reuters")
    room.report("moscow", "m2", at=MORNING + 60, outlet="Stern", language="de", copy_of="m1")
    room.report("moscow", "m3", at=MORNING + 120, outlet="Kurier", language="de-AT")
    room.report("kyiv", "k1", at=MORNING + 30, outlet="Reuters", source="reuters")
    room.report("kyiv", "k2", at=MORNING + 90, outlet="Globo", language="pt-BR", country="BR")
    room.report("storm", "s1", at=MORNING + 300, outlet="Globo", language="pt", country="BR")
    return room


def article_ids(record: Record, wanted: ArticleFilter) -> list[str]:
    with record.reading() as connection:
        return [row.id for row in reading.list_articles(connection, wanted, None, 100).items]


def story_ids(record: Record, wanted: StoryFilter) -> list[str]:
    with record.reading() as connection:
        return [row.id for row in reading.list_stories(connection, wanted, None, 100).items]


ARTICLE_FILTERS: list[tuple[ArticleFilter, str]] = [
    (ArticleFilter(), "s1 m3 k2 m2 k1 m1"),
    (ArticleFilter(outlet="Reuters"), "k1 m1"),
    (ArticleFilter(source="reuters", story="kyiv"), "k1"),
    (ArticleFilter(language="de"), "m3 m2"),
    (ArticleFilter(language="PT-br"), "k2"),
    (ArticleFilter(language="d"), ""),
    (ArticleFilter(language="%"), ""),
    (ArticleFilter(country="br"), "s1 k2"),
    (ArticleFilter(copy_group="g-m1"), "m2 m1"),
    (ArticleFilter(since=MORNING + 90), "s1 m3 k2"),
    (ArticleFilter(until=MORNING + 60), "k1 m1"),
    (ArticleFilter(since=MORNING + 60, until=MORNING + 90), "m2"),
]


STORY_FILTERS: list[tuple[StoryFilter, str]] = [
    (StoryFilter(), "storm moscow kyiv"),
    (StoryFilter(order="biggest"), "moscow kyiv storm"),
    (StoryFilter(outlet="Reuters"), "moscow kyiv"),
    (StoryFilter(language="pt"), "storm kyiv"),
    (StoryFilter(min_articles=2), "moscow kyiv"),
    (StoryFilter(min_outlets=3), "moscow"),
    (StoryFilter(since=MORNING + 100), "storm moscow"),
    (StoryFilter(until=MORNING + 30), "moscow"),
    (StoryFilter(language="de", outlet="Globo"), ""),
]


@pytest.mark.parametrize("limits", [{}, {"FEW": 0}, {"MOST_FORMS": 0}, {"FEW": 2}])
def test_filters_find_the_same_on_both_databases_whether_few_match_or_many(
    any_record: Record, limits: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit in limits.items():
        monkeypatch.setattr(reading_few, name, limit)
    filled(any_record)
    for articles_wanted, found in ARTICLE_FILTERS:
        assert article_ids(any_record, articles_wanted) == found.split(), articles_wanted
    for stories_wanted, found in STORY_FILTERS:
        assert story_ids(any_record, stories_wanted) == found.split(), stories_wanted


@pytest.mark.parametrize("few", [0, 3, reading_few.FEW])
def test_pages_of_what_few_match_follow_each_other(
    record: Record, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last pages of a walk may be of few where its first was of many."""
    monkeypatch.setattr(reading_few, "FEW", few)
    room = Newsroom(record)
    for number in range(9):
        outlet = "Globo" if number % 3 else "Reuters"
        # Two of a time each, so that the id decides.
        room.report(f"s{number}", f"a{number}", at=MORNING + number // 2, outlet=outlet)
    seen: list[str] = []
    after = None
    with record.reading() as connection:
        while True:
            wanted = ArticleFilter(outlet="Globo")
            page = reading.list_articles(connection, wanted, after, 2)
            seen += [row.id for row in page.items]
            if (after := page.next) is None:
                break
    assert seen == ["a8", "a7", "a5", "a4", "a2", "a1"]


def test_a_story_holds_its_reports_by_copy_group(newsroom: Newsroom, record: Record) -> None:
    with record.reading() as connection:
        detail = reading.story_detail(connection, "moscow")
    assert detail is not None
    assert [(group.id, [a.id for a in group.articles]) for group in detail.groups] == [
        ("g-m1", ["m1", "m2"]),
        ("g-m3", ["m3"]),
    ]
    assert [group.size for group in detail.groups] == [2, 1]
    assert detail.left_out == 0


def test_of_a_huge_story_the_newest_reports_are_shown(newsroom: Newsroom, record: Record) -> None:
    with record.reading() as connection:
        detail = reading.story_detail(connection, "moscow", reports=2)
    assert detail is not None
    assert [a.id for group in detail.groups for a in group.articles] == ["m2", "m3"]
    assert detail.left_out == 1


def test_a_merged_story_leads_to_the_one_that_holds_it(newsroom: Newsroom, record: Record) -> None:
    newsroom.merge("storm", "kyiv")
    newsroom.merge("kyiv", "moscow")
    with record.reading() as connection:
        assert reading.resolve_story(connection, "storm") == "moscow"
        assert reading.resolve_story(connection, "moscow") == "moscow"
        assert reading.resolve_story(connection, "never") is None
        assert reading.story_detail(connection, "storm") is None
        detail = reading.story_detail(connection, "moscow")
        assert reading.counts(connection).stories == 1
    assert detail is not None
    assert detail.story.articles == 6
    assert [(event.event, event.other) for event in detail.history] == [("merged", "kyiv")]


def test_merges_in_a_circle_end(newsroom: Newsroom, record: Record) -> None:
    with record.writing() as connection:
        for gone, kept in (("kyiv", "storm"), ("storm", "kyiv")):
            connection.execute(update(stories).where(stories.c.id == gone).values(merged_into=kept))
    with record.reading() as connection:
        assert reading.resolve_story(connection, "kyiv") is None


def test_an_emptied_story_is_found_by_its_id_only(newsroom: Newsroom, record: Record) -> None:
    with record.writing() as connection:
        connection.execute(update(articles).where(articles.c.id == "s1").values(story="kyiv"))
        connection.execute(update(stories).where(stories.c.id == "storm").values(articles=0))
    assert "storm" not in story_ids(record, StoryFilter())
    with record.reading() as connection:
        detail = reading.story_detail(connection, "storm")
    assert detail is not None
    assert detail.groups == ()


def test_sources_without_state_are_new(record: Record) -> None:
    room = Newsroom(record)
    room.source("beta", state={"last_outcome": "timeout", "last_error": "too slow", "due": 7.0})
    room.source("alpha")
    room.source("gamma", paused=1, state={"last_outcome": "ok"})
    with record.reading() as connection:
        alpha, beta, gamma = reading.list_sources(connection)
        assert reading.list_sources(connection, after="alpha", limit=1) == (beta,)
        assert reading.source_outcomes(connection) == {"never": 1, "timeout": 1}
    assert (alpha.id, alpha.due, alpha.last_fetch, alpha.last_outcome) == ("alpha", 0, None, "")
    assert (beta.due, beta.last_error, beta.retired) == (7.0, "too slow", False)
    assert gamma.paused


def test_counts(newsroom: Newsroom, record: Record) -> None:
    newsroom.waiting("later")
    with record.reading() as connection:
        counts = reading.counts(connection)
    assert (counts.articles, counts.stories, counts.copy_groups, counts.inbox) == (6, 3, 5, 1)
    assert counts.log_head == 12


def test_a_group_whose_articles_are_gone_is_not_counted(record: Record) -> None:
    with record.writing() as connection:
        for number in (1, 2):
            one = placed(number, f"a{number}", article(str(number)), group=f"g{number}", story="s1")
            record_batch(connection, [one], now=NOON)
        record_batch(connection, [], deleted=["a1"], now=NOON)
        assert reading.counts(connection).copy_groups == 1


def test_the_body_comes_with_one_article(newsroom: Newsroom, record: Record) -> None:
    newsroom.report("kyiv", "k3", text="Air raid sirens sounded.")
    with record.reading() as connection:
        detail = reading.article_detail(connection, "k3")
        assert reading.article_detail(connection, "never") is None
    assert detail is not None
    assert detail.body.text == "Air raid sirens sounded."


def test_report_times_are_in_order(newsroom: Newsroom, record: Record) -> None:
    with record.reading() as connection:
        times = reading.report_times(connection, ["moscow", "never"])
    assert times == {"moscow": (MORNING, MORNING + 60, MORNING + 120), "never": ()}


def test_damaged_evidence_is_said_and_named(newsroom: Newsroom, record: Record) -> None:
    with record.writing() as connection:
        connection.execute(update(articles).where(articles.c.id == "k1").values(copy_evidence="{"))
    with pytest.raises(RecordError, match="k1: the record holds what"):
        article_ids(record, ArticleFilter())


def test_articles_that_arrive_meanwhile_change_no_walk(any_record: Record) -> None:
    room, dice = Newsroom(any_record), random.Random(5)
    for index in range(30):
        room.report("s", f"a{index}", at=MORNING + dice.randrange(20))
    expected = article_ids(any_record, ArticleFilter())
    seen: list[str] = []
    after = None
    for round_ in range(20):
        with any_record.reading() as connection:
            page = reading.list_articles(connection, ArticleFilter(), after, 4)
        seen += [row.id for row in page.items]
        after = page.next
        if after is None:
            break
        for index in range(3):
            room.report("s", f"late{round_}-{index}", at=MORNING + dice.randrange(20))
    assert seen == expected


@pytest.mark.parametrize("order", ["newest", "biggest"])
@pytest.mark.parametrize("seed", range(2))
def test_stories_that_move_meanwhile_are_neither_repeated_nor_skipped(
    any_record: Record, order: StoryOrder, seed: int
) -> None:
    room, dice = Newsroom(any_record), random.Random(seed)

    def arrive(count: int, names: int) -> None:
        for _ in range(count):
            room.report(
                f"s{dice.randrange(names)}",
                f"a{dice.getrandbits(60)}",
                at=MORNING + dice.randrange(1000),
                language=dice.choice(["en", "de"]),
            )

    arrive(40, 15)
    wanted = StoryFilter(order=order, language="de", min_articles=2)
    expected = story_ids(any_record, wanted)
    seen: list[str] = []
    after = None
    while True:
        with any_record.reading() as connection:
            page = reading.list_stories(connection, wanted, after, 2)
        seen += [row.id for row in page.items]
        after = page.next
        if after is None:
            break
        arrive(6, 25)
    assert seen == expected
