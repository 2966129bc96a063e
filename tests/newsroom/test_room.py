"""The newsroom as a crawler meets it: real sockets, real feeds, real pages."""

import ipaddress
from collections.abc import Iterator

import feedparser
import httpx
import pytest
import trafilatura

from copydesk.newsroom import Expected, Newsroom
from copydesk.newsroom.schedule import AllAtOnce, Gradual


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom.complete() as newsroom:
        yield newsroom


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield client


def test_outlets_differ_by_address(newsroom: Newsroom) -> None:
    addresses = newsroom.addresses()
    assert len({address.rpartition(":")[0] for address in addresses}) == len(addresses) >= 12
    for address in addresses:
        assert ipaddress.ip_address(address.rpartition(":")[0]).is_loopback
    assert {f"http://{address}/feed" for address in addresses} == {
        source.url for source in newsroom.sources()
    }


def test_two_newsrooms_run_beside_each_other(newsroom: Newsroom) -> None:
    with Newsroom.complete() as other:
        assert not set(other.addresses()) & set(newsroom.addresses())


def test_every_feed_is_well_formed_and_whole(newsroom: Newsroom, client: httpx.Client) -> None:
    found: set[tuple[str, str, str]] = set()
    encodings = set()
    for source in newsroom.sources():
        answer = client.get(source.url)
        feed = feedparser.parse(answer.content, response_headers=dict(answer.headers))
        assert not feed.bozo, source.id
        assert feed.feed.title == source.outlet
        encodings.add(feed.encoding)
        found |= {(source.id, entry.link, entry.title) for entry in feed.entries}
    expected = newsroom.expected()
    assert found == {(entry.source, entry.url, entry.title) for entry in expected}
    assert encodings == {"utf-8", "iso-8859-1", "windows-1251"}


def test_feeds_have_the_flaws_of_real_ones(newsroom: Newsroom, client: httpx.Client) -> None:
    entries = {
        source.id.removeprefix("newsroom-"): feedparser.parse(client.get(source.url).content)
        for source in newsroom.sources()
    }
    assert {feed.version for feed in entries.values()} == {"rss20", "atom10"}
    without_guid = {name for name, feed in entries.items() if "id" not in feed.entries[0]}
    without_date = {name for name, feed in entries.items() if "published" not in feed.entries[0]}
    full = {name for name, feed in entries.items() if "content" in feed.entries[0]}
    assert without_guid == {"lakeside"}
    assert without_date == {"southerncross"}
    assert full == {"meridian", "ledger", "kyivmorning", "nna", "gaceta"}


def test_guids_are_those_of_the_feed(newsroom: Newsroom, client: httpx.Client) -> None:
    guids = {
        entry.get("id", "")
        for source in newsroom.sources()
        for entry in feedparser.parse(client.get(source.url).content).entries
    }
    assert guids == {entry.guid for entry in newsroom.expected()}


def test_the_text_of_every_page_is_found(newsroom: Newsroom, client: httpx.Client) -> None:
    articles = {article.key: article for article in newsroom.edition.articles}
    states = {"open": 0, "teaser": 0, "gone": 0}
    for entry in newsroom.expected():
        article = articles[entry.key]
        answer = client.get(entry.url)
        states[article.page] += 1
        if article.page == "gone":
            assert answer.status_code == 404
            continue
        text = trafilatura.extract(answer.text) or ""
        shown = article.paragraphs[:1] if article.page == "teaser" else article.paragraphs
        for paragraph in shown:
            assert " ".join(paragraph.split())[:80] in " ".join(text.split()), entry.url
    assert states["teaser"] == states["gone"] == 1


def test_pages_have_furniture_around_the_text(newsroom: Newsroom, client: httpx.Client) -> None:
    pages = {entry.source: client.get(entry.url).text for entry in newsroom.expected()}
    for outlet in newsroom.edition.outlets:
        page = pages[f"newsroom-{outlet.id}"]
        for part in ("<nav", "cookie-consent", "related-links", "site-footer", "canonical"):
            assert part in page
    assert "application/ld+json" in pages["newsroom-kurier"]
    assert "ambulances" in pages["newsroom-digest"]


def test_front_pages_lead_to_the_feed(newsroom: Newsroom, client: httpx.Client) -> None:
    for source in newsroom.sources():
        front = client.get(source.url.removesuffix("feed"))
        assert 'rel="alternate"' in front.text
        assert 'href="/feed"' in front.text
        robots = client.get(source.url.replace("/feed", "/robots.txt"))
        assert robots.text.startswith("User-agent: *")


def test_what_the_client_has_is_not_sent_again(newsroom: Newsroom, client: httpx.Client) -> None:
    for url in (newsroom.sources()[0].url, newsroom.expected()[0].url):
        first = client.get(url)
        etag, modified = first.headers["etag"], first.headers["last-modified"]
        by_tag = client.get(url, headers={"If-None-Match": f'"other", W/{etag}'})
        by_date = client.get(url, headers={"If-Modified-Since": modified})
        both = client.get(url, headers={"If-None-Match": '"old"', "If-Modified-Since": modified})
        assert (by_tag.status_code, by_date.status_code, both.status_code) == (304, 304, 200)
        assert by_tag.content == b""
        assert by_tag.headers["etag"] == etag


def test_head_has_no_body_and_unknown_paths_are_404(
    newsroom: Newsroom, client: httpx.Client
) -> None:
    url = newsroom.sources()[0].url
    head = client.head(url)
    assert head.status_code == 200
    assert head.content == b""
    assert client.get(f"{url}/nothing").status_code == 404
    assert client.post(url).status_code == 501


def test_labels_reach_the_caller(newsroom: Newsroom) -> None:
    by_copy: dict[str, list[Expected]] = {}
    for entry in newsroom.expected():
        by_copy.setdefault(entry.copy, []).append(entry)
    agency = by_copy["drones-strike-moscow-in-first-attack-on-residential-areas"]
    assert len(agency) == 7
    assert {entry.story for entry in agency} == {"moscow-drones"}


def test_a_timed_day_arrives_bit_by_bit(client: httpx.Client) -> None:
    now = 100.0
    with Newsroom(Gradual(seconds=60, at_start=10), clock=lambda: now) as newsroom:

        def seen() -> set[str]:
            return {
                entry.link
                for source in newsroom.sources()
                for entry in feedparser.parse(client.get(source.url).content).entries
            }

        counts = []
        order = [entry.url for entry in newsroom.expected()]
        for now in (100.0, 130.0, 161.0):  # noqa: B007  the newsroom's clock reads it
            counts.append(len(seen()))
            assert seen() == set(order[: counts[-1]])
        last = order[-1]
        assert client.get(last).status_code == 200
        now = 100.0
        assert client.get(last).status_code == 404
    assert counts[0] == 10
    assert counts[0] < counts[1] < counts[2] == len(order)


def test_schedules() -> None:
    assert AllAtOnce().released(5, 0) == 5
    gradual = Gradual(seconds=10, at_start=2)
    assert [gradual.released(10, t) for t in (-1, 0, 5, 9.99, 10, 99)] == [2, 2, 6, 9, 10, 10]
    assert gradual.released(1, 0) == 1


def test_closing_frees_the_ports() -> None:
    with Newsroom.timed() as newsroom:
        url = newsroom.sources()[0].url
    newsroom.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
