"""The day's content: counts, labels, and what reprints are made of."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import msgspec
import pytest

from copydesk.newsroom.edition import Outlet, Story, compose, load_edition

EDITION = load_edition()
LANGUAGE = {outlet.id: outlet.language for outlet in EDITION.outlets}


def test_the_day_is_as_large_as_promised() -> None:
    assert len(EDITION.articles) >= 70
    assert len({article.outlet for article in EDITION.articles}) >= 12
    stories = Counter(article.story for article in EDITION.articles)
    assert sum(count >= 3 for count in stories.values()) >= 13
    by_language = Counter(LANGUAGE[article.outlet] for article in EDITION.articles)
    assert {language for language, count in by_language.items() if count >= 5} == {
        "en",
        "de",
        "es",
        "ru",
    }


def test_every_article_has_its_labels_and_its_day() -> None:
    for article in EDITION.articles:
        assert article.copy
        assert article.story
        assert article.published.astimezone(UTC).date() == date(2023, 5, 30)
        assert "{" not in article.path
        assert len(" ".join(article.paragraphs).split()) >= 30
    for unique in ("key", "number", "guid"):
        assert len({getattr(article, unique) for article in EDITION.articles}) == len(
            EDITION.articles
        )
    addresses = {(article.outlet, article.path) for article in EDITION.articles}
    assert len(addresses) == len(EDITION.articles)


def test_copies_share_story_and_language_but_not_headline() -> None:
    groups = defaultdict(list)
    for article in EDITION.articles:
        groups[article.copy].append(article)
    assert sum(len(group) > 1 for group in groups.values()) >= 15
    for group in groups.values():
        assert len({article.story for article in group}) == 1
        assert len({LANGUAGE[article.outlet] for article in group}) == 1
        assert len({article.title for article in group}) == len(group)


def test_a_reprint_keeps_most_of_its_original() -> None:
    by_key = {article.key: article for article in EDITION.articles}
    for article in EDITION.articles:
        if article.copy == article.key:
            continue
        original = by_key[article.copy]
        assert article.published > original.published
        # A dropped dateline leaves the rest of the first paragraph as it was.
        kept = [
            paragraph
            for paragraph in article.paragraphs
            if any(whole.endswith(paragraph) for whole in original.paragraphs)
        ]
        words = sum(len(paragraph.split()) for paragraph in kept)
        assert words >= 0.5 * sum(len(paragraph.split()) for paragraph in original.paragraphs)


def test_moscow_and_kyiv_are_there_and_apart() -> None:
    moscow = [article for article in EDITION.articles if article.story == "moscow-drones"]
    kyiv = [article for article in EDITION.articles if article.story == "kyiv-raid"]
    agency = Counter(article.copy for article in moscow)
    assert max(agency.values()) >= 6
    assert len(agency) >= 8
    assert {LANGUAGE[article.outlet] for article in moscow} == {"en", "de", "ru"}
    assert {LANGUAGE[article.outlet] for article in kyiv} == {"en", "de", "ru"}
    assert any(article.paragraphs[-1] == "Source: Rheinischer Kurier" for article in moscow)
    assert any("(Meridian) -" in article.paragraphs[0] for article in moscow)
    for word in ("Kyiv", "drones", "air defence"):
        for articles in (moscow, kyiv):
            assert any(word in " ".join(article.paragraphs) for article in articles)


def test_one_outlet_ends_every_page_with_a_biography() -> None:
    biographies = [outlet for outlet in EDITION.outlets if outlet.biography]
    assert biographies
    for outlet in biographies:
        assert len({article.story for article in EDITION.of(outlet)}) >= 3


OUTLET = Outlet(
    id="o",
    name="O",
    country="GB",
    language="en",
    feed="rss",
    body="full",
    template="plain",
    path="/{key}",
    navigation=(),
    cookies="",
    related="",
    footer="",
)


def _story(key: str, hour: int, **more: object) -> Story:
    fixed = {"key": key, "outlet": "o", "section": "s", "title": key, "story": "s"}
    at = datetime(2023, 5, 30, hour, tzinfo=UTC)
    return msgspec.convert(fixed | {"published": at} | more, Story)


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ({}, ("PLACE (X) - one", "two", "three")),
        ({"dateline": "none"}, ("one", "two", "three")),
        ({"dateline": "HERE -"}, ("HERE - one", "two", "three")),
        ({"keep": (1, 3)}, ("PLACE (X) - one", "three")),
        ({"replace": (1,), "lead": "new", "dateline": "none"}, ("new", "two", "three")),
        ({"close": "Source: X"}, ("PLACE (X) - one", "two", "three", "Source: X")),
    ],
)
def test_reprint_recipes(recipe: dict[str, object], expected: tuple[str, ...]) -> None:
    original = _story("a", 1, text="\none\n\ntwo\n\nthree\n", dateline="PLACE (X) -")
    edition = compose([OUTLET], [_story("b", 2, reprints="a", **recipe), original])
    first, second = edition.articles
    assert (first.key, second.key) == ("a", "b")
    assert second.paragraphs == expected
    assert second.copy == "a"
