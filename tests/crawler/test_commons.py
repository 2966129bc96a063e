"""Pages that several items of a feed have in common."""

import pytest

from crawler.article import Article, Extraction
from crawler.commons import Commons

HOMES = ("https://feeds.example/outlet", "https://outlet.example/news/", "")
LIVE = "https://outlet.example/news/live-moscow-drones"


def article(url: str, title: str) -> Article:
    nothing = Extraction(method="none", quality=0.0, origin="none")
    return Article(source="s", title=title, url=url, first_seen=0.0, extraction=nothing)


@pytest.mark.parametrize(
    "urls",
    [
        (LIVE, LIVE),
        (f"{LIVE}#entry-10012", f"{LIVE}#entry-10013"),
        (f"{LIVE}#entry-10012", "https://www.outlet.example/news/live-moscow-drones?utm_source=x"),
    ],
)
def test_what_two_link_to_is_in_common(urls: tuple[str, str]) -> None:
    one, two = (article(url, f"Story {n}") for n, url in enumerate(urls))
    assert [Commons((one, two), homes=HOMES).has(each) for each in (one, two)] == [True, True]
    assert not Commons((one,), homes=HOMES).has(one)


def test_one_article_that_is_listed_twice_has_its_page() -> None:
    one = article(LIVE, "Drones over Moscow")
    again = article(f"{LIVE}?utm_source=rss", "Drones over Moscow")
    assert not Commons((one, again), homes=HOMES).has(one)


@pytest.mark.parametrize(
    ("url", "common"),
    [
        ("https://outlet.example/news", True),
        ("https://www.outlet.example/", True),
        ("https://outlet.example/index.html", True),
        ("https://feeds.example/outlet", True),
        ("https://outlet.example/news/drones", False),
        ("https://made.elsewhere.example/", False),
        ("https://special.outlet.example/", False),
        ("", False),
    ],
)
def test_the_pages_of_the_feed_itself_are_in_common(url: str, common: bool) -> None:
    one = article(url, "Drones over Moscow")
    assert Commons((one, article("", "Other")), homes=HOMES).has(one) is common
