"""Atom feeds over real HTTP, read by feedparser and by Copydesk's own crawler."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree, html
from msgspec.structs import replace
from sqlalchemy import update

from copydesk.alerts.reader import match_new
from copydesk.api.cursors import encode_cursor, question_digest
from copydesk.api.questions import FeedQuestion
from copydesk.record import changelog, deleting
from copydesk.record.placing import record_batch
from copydesk.record.schema import articles
from crawler.workers import Workers
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, fill, serving
from tests.crawler.site import Site as Elsewhere
from tests.crawler.test_engine import Inbox, crawling, job

# Controls, a direction override, markup, a lone surrogate, and what is no character at all.
HOSTILE = "<script>alert(1)</script> & \x00\x08\x1b[31m\ufffe\u202eend]]>"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        site.index()
        yield site


def feed(site: Site, path: str) -> Any:
    answer = site.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/atom+xml")
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo, parsed.bozo_exception
    assert parsed.version == "atom10"
    assert parsed.feed.id.startswith("urn:copydesk:feed:")
    return parsed


def ids(site: Site, path: str) -> list[str]:
    return [entry.id.rpartition(":")[2] for entry in feed(site, path).entries]


def test_a_story_is_told_by_its_reports(site: Site) -> None:
    found = feed(site, "/v1/stories/moscow/feed")
    newest, german, first = found.entries
    assert first.id == "urn:copydesk:article:m1"
    assert (first.title, first.author) == ("Drones attack Moscow", "Reuters")
    assert first.link == "https://reuters.example/moscow"
    related = [link.href for link in first.links if link.rel == "related"]
    assert related == [f"{site.url}/story/moscow"]
    assert (first.published, first.updated) == ("2023-05-30T06:00:00Z", "2023-05-30T06:00:00Z")
    assert german.title_detail.language == "de"
    assert newest.author == "الجزيرة"
    assert found.feed.updated == newest.updated == "2023-05-30T06:20:00Z"
    assert "Drones struck" not in str(found)


def test_lists_are_told_as_the_lists_are(site: Site) -> None:
    for list_, told in (
        ("/v1/stories?order=biggest&min_outlets=3", "/v1/stories/feed?order=biggest&min_outlets=3"),
        ("/v1/stories", "/v1/stories/feed"),
        ("/v1/search?q=moscow&kind=story", "/v1/search/feed?q=moscow&kind=story"),
        ("/v1/search?q=language:de", "/v1/search/feed?q=language:de"),
        ("/v1/search?order=newest", "/v1/search/feed"),
        ("/v1/search?order=oldest", "/v1/search/feed?order=oldest"),
    ):
        wanted = [item["id"] for item in site.client.get(list_).json()["items"]]
        assert ids(site, told) == wanted, told
    (moscow, _) = feed(site, "/v1/stories/feed").entries
    assert moscow.link == f"{site.url}/story/moscow"
    assert moscow.summary == "3 reports by 3 outlets."
    assert [author.name for author in moscow.authors] == ["Reuters", "Stern", "الجزيرة"]


def test_a_long_feed_is_read_page_by_page(site: Site) -> None:
    for start in ("/v1/search/feed?limit=2", "/v1/stories/moscow/feed?limit=2"):
        whole = ids(site, start.replace("limit=2", "limit=50"))
        found, following, names = [], start, set()
        while following:
            page = feed(site, following)
            names.add(page.feed.id)
            found += [entry.id.rpartition(":")[2] for entry in page.entries]
            links = {link.rel: link.href for link in page.feed.links}
            following = links.get("next", "").removeprefix(site.url)
        assert found == whole
        assert len(names) == 1


def test_a_saved_search_is_told_by_its_matches(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        wish = {"name": "all", "query": "title:kyiv OR title:drones"}
        number = site.client.post("/v1/searches", json=wish).json()["number"]
        path = f"/v1/searches/{number}/feed"
        assert ids(site, path) == []
        assert feed(site, path).feed.updated == "2023-05-30T08:00:00Z"
        fill(site.newsroom)
        match_new(site.record, now=lambda: MORNING + 9000, seconds=60)
        matched = site.client.get(f"/v1/searches/{number}/matches").json()["items"]
        assert ids(site, path) == [each["id"] for each in reversed(matched)]
        assert len(matched) == 3
        page = feed(site, f"{path}?limit=2")
        following = next(link.href for link in page.feed.links if link.rel == "next")
        assert ids(site, following.removeprefix(site.url)) == [matched[0]["id"]]
        digest = question_digest(f"search {number}", FeedQuestion(limit=2))
        for forged in ({"number": 2**63}, {"number": -1}, 2**70):
            cursor = encode_cursor(forged, digest)
            assert site.client.get(f"{path}?limit=2&cursor={cursor}").status_code == 422
        assert page.feed.updated == "2023-05-30T08:30:00Z"
        assert site.client.get("/v1/searches/99/feed").status_code == 404


def test_a_saved_search_tells_what_became_of_its_matches(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        wish = {"name": "all", "query": "title:kyiv OR title:drones"}
        number = site.client.post("/v1/searches", json=wish).json()["number"]
        fill(site.newsroom)
        match_new(site.record, now=lambda: MORNING + 9000, seconds=60)
        path = f"/v1/searches/{number}"
        before = site.client.get(f"{path}/matches").json()
        etag = site.client.get(f"{path}/feed").headers["etag"]
        with site.record.writing() as connection:
            revised = update(articles).where(articles.c.id == "m1")
            connection.execute(revised.values(status="corrected", revision=2))
            changelog.append(connection, [("article", "m1", "put")], at=MORNING)
            deleting.request(connection, ["k1"], reason="a court said so", now=MORNING)
            record_batch(connection, (), deleted=["k1"], now=MORNING)
        match_new(site.record, now=lambda: MORNING + 9900, seconds=60)
        after = site.client.get(f"{path}/matches?after={before['last']}").json()
        corrected, deleted = after["items"]
        matched = {each["id"]: each["number"] for each in before["items"]}
        assert (corrected["id"], corrected["status"]) == ("m1", "corrected")
        assert corrected["change_of"] == matched["m1"]
        assert deleted == {
            **dict.fromkeys(("headline", "outlet", "url", "story"), ""),
            "number": after["last"],
            "at": "2023-05-30T08:45:00Z",
            "seq": deleted["seq"],
            "change_of": matched["k1"],
            "kind": "article",
            "id": "k1",
            "status": "deleted",
            "time": None,
        }
        answer = site.client.get(f"{path}/feed", headers={"if-none-match": etag})
        (gone,) = etree.fromstring(answer.content).iter(
            "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
        )
        assert dict(gone.attrib) == {
            "ref": "urn:copydesk:article:k1",
            "when": "2023-05-30T08:45:00Z",
        }
        # What was corrected comes up again, once.
        assert ids(site, f"{path}/feed") == ["m1", "k2"]
        assert feed(site, f"{path}/feed").feed.updated == "2023-05-30T08:45:00Z"
        assert "Night raid" not in answer.text


def test_a_merged_story_redirects(site: Site) -> None:
    answer = site.client.get("/v1/stories/old/feed")
    assert (answer.status_code, answer.headers["location"]) == (308, "/v1/stories/kyiv/feed")
    # A cursor is of the story that it was given for.
    answer = site.client.get("/v1/stories/old/feed?limit=9&cursor=x")
    assert answer.headers["location"] == "/v1/stories/kyiv/feed?limit=9"


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/v1/stories/feed?order=oldest", "order"),
        ("/v1/search/feed?q=%22open", "q"),
        ("/v1/search/feed?queery=x", "queery"),
        ("/v1/stories/moscow/feed?limit=0", "limit"),
        ("/v1/stories/moscow/feed?cursor=x", "cursor"),
    ],
)
def test_wrong_parameters_are_a_problem(site: Site, path: str, parameter: str) -> None:
    answer = site.client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.newsroom.report(
            "s",
            "a",
            title=HOSTILE.replace("\x00", ""),
            outlet=HOSTILE.replace("\x00", ""),
            summary="x" * 300 + " " + "word " * 100,
            url="javascript:alert(1)",
            language='en"/><x>',
        )
        answer = site.client.get("/v1/stories/s/feed")
        (entry,) = etree.fromstring(answer.content).iter(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}title") == "<script>alert(1)</script> & [31m\u202eend]]>"
        assert [title.get("type") for title in entry.iter(f"{ATOM}title")] == [None]  # text
        links = {link.get("rel"): link.get("href") for link in entry.iter(f"{ATOM}link")}
        assert links == {"alternate": f"{site.url}/article/a", "related": f"{site.url}/story/s"}
        assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") is None
        summary = entry.findtext(f"{ATOM}summary") or ""
        assert (len(summary) <= 501, summary.endswith("word…")) == (True, True)


def test_an_unchanged_feed_is_not_sent_again(full: Site) -> None:
    path = "/v1/stories/moscow/feed"
    first = full.client.get(path)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    assert modified == "Tue, 30 May 2023 06:20:00 GMT"
    for asked in (
        {"if-none-match": tag},
        {"if-none-match": f'"other", {tag}'},
        {"if-none-match": "*"},
        {"if-modified-since": modified},
    ):
        again = full.client.get(path, headers=asked)
        assert (again.status_code, again.content) == (304, b""), asked
        assert again.headers["etag"] == tag
    for asked in (
        {"if-none-match": '"other"', "if-modified-since": modified},
        {"if-modified-since": "Tue, 30 May 2023 06:19:59 GMT"},
        {"if-modified-since": "yesterday"},
    ):
        assert full.client.get(path, headers=asked).status_code == 200, asked
    with full.record.writing() as connection:
        revised = {"title": "Drones over Moscow", "placed": MORNING + 3600, "revision": 2}
        connection.execute(update(articles).where(articles.c.id == "m1").values(revised))
    changed = full.client.get(path, headers={"if-none-match": tag, "if-modified-since": modified})
    assert changed.status_code == 200
    entries = {entry.id: entry for entry in feedparser.parse(changed.content).entries}
    assert entries["urn:copydesk:article:m1"].updated == "2023-05-30T07:00:00Z"
    assert entries["urn:copydesk:article:m2"].updated == "2023-05-30T06:10:00Z"


def test_what_was_cancelled_is_marked(full: Site) -> None:
    with full.record.writing() as connection:
        gone = {"status": "cancelled", "summary": "What must not be told."}
        connection.execute(update(articles).where(articles.c.id == "m1").values(gone))
    entry = feed(full, "/v1/stories/moscow/feed").entries[-1]
    assert [(tag.term, tag.scheme) for tag in entry.tags] == [("cancelled", "urn:copydesk:status")]
    assert entry.summary == "Cancelled by who published it."


@pytest.mark.parametrize(
    ("page", "first"),
    [
        ("/", "/v1/stories/feed"),
        ("/stories", "/v1/stories/feed"),
        ("/stories?order=biggest", "/v1/stories/feed?order=biggest"),
        ("/search?q=drones", "/v1/search/feed?q=drones&kind=article&copies=folded"),
        ("/search?q=kyiv&kind=story", "/v1/search/feed?q=kyiv&kind=story&copies=folded"),
        ("/story/moscow", "/v1/stories/moscow/feed"),
    ],
)
def test_pages_name_their_feeds(site: Site, page: str, first: str) -> None:
    shown = html.fromstring(site.client.get(page).text)
    named = shown.xpath("//head/link[@rel='alternate'][@type='application/atom+xml']/@href")
    assert named[0] == first
    (link,) = shown.xpath("//main//a[@type='application/atom+xml']")
    assert link.get("href") == first
    assert link.text_content().startswith("Feed of ")
    feed(site, first)


@pytest.mark.asyncio(loop_scope="session")
async def test_copydesk_reads_copydesk(full: Site) -> None:
    """Its own crawler takes the feed for a source like any other."""
    inbox, path = Inbox(), "/v1/stories/moscow/feed"
    here = Elsewhere()
    here.port = int(full.url.rpartition(":")[2])
    feed_only = job(here, path, fetch_pages="no")
    async with (
        Workers(count=1, deadline=20.0) as workers,
        crawling(workers, here, inbox=inbox) as crawler,
    ):
        first = await crawler.fetch(feed_only)
        assert (first.outcome, first.error, first.items, first.new_items) == ("ok", "", 3, 3)
        again = await crawler.fetch(replace(feed_only, validators=first.validators))
        assert again.outcome == "not-modified"
    drones = next(each for each in inbox.articles if each.guid == "urn:copydesk:article:m1")
    assert (drones.title, drones.byline) == ("Drones attack Moscow", "Reuters")
    assert (drones.url, drones.published) == ("https://reuters.example/moscow", MORNING)
