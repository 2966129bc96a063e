"""What a client has already is not sent again: each list and thing says by a tag what it tells."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from copydesk.alerts import searches
from copydesk.api import lists
from copydesk.api.answers import SourcePage
from copydesk.api.conditional import WALK_SECONDS, conditional_json
from copydesk.api.context import ServeContext
from copydesk.api.endpoint import Endpoint
from copydesk.api.endpoints import ENDPOINTS
from copydesk.api.questions import StoriesQuestion
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, fill, serving

ONE = {"/v1/articles/{id}": "m1", "/v1/searches/{id}/matches": "1", "/v1/searches/{id}/feed": "1"}
READ = [endpoint for endpoint in ENDPOINTS if endpoint.method == "get"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("conditional")) as site:
        fill(site.newsroom)
        site.index()
        with site.record.writing() as connection:
            searches.save(connection, "x", "x", kind="article", who="", now=MORNING)
        yield site


def again(site: Site, path: str, first: httpx.Response) -> httpx.Response:
    return site.client.get(path, headers={"if-none-match": first.headers["etag"]})


@pytest.mark.parametrize("endpoint", READ, ids=lambda endpoint: str(endpoint.name))
def test_every_address_that_may_say_so_says_that_nothing_changed(
    site: Site, endpoint: Endpoint
) -> None:
    path = endpoint.path.replace("{id}", ONE.get(endpoint.path, "moscow"))
    first = site.client.get(path)
    assert ("etag" in first.headers) == (304 in endpoint.others)
    if 304 not in endpoint.others:
        return
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"] == "no-cache"
    assert "last-modified" not in first.headers or endpoint.path.endswith("/feed")
    answer = again(site, path, first)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == first.headers["etag"]
    other = site.client.get(path, headers={"if-none-match": 'W/"other"'})
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1/articles?limit=1", True),
        ("/v1/articles?limit=1&outlet=Globo", False),
        ("/v1/articles?limit=1&language=de", True),
        ("/v1/stories?limit=1", True),
        ("/v1/stories?limit=1&order=biggest", False),
        ("/v1/search?q=drones&limit=1&order=newest", True),
        ("/v1/search?q=kyiv&limit=1&kind=story", False),
        ("/v1/changes?since=0", True),
    ],
)
def test_a_list_is_told_again_when_what_it_tells_changed(
    tmp_path: Path, path: str, told: bool
) -> None:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        site.newsroom.report("kyiv", "k0", title="Kyiv", at=MORNING + 1, outlet="Globo")
        site.index()
        first = site.client.get(path)
        site.newsroom.report(
            "ports",
            "p1",
            title="Drones over ports",
            at=MORNING + 3000,
            outlet="Stern",
            language="de",
        )
        site.index()
        answer = again(site, path, first)
        assert answer.status_code == (200 if told else 304), answer.text
        assert (answer.headers["etag"] == first.headers["etag"]) == (not told)


def test_a_cursor_alone_is_no_news_but_for_its_age() -> None:
    def page(cursor: str | None) -> SourcePage:
        return SourcePage(items=(), next_cursor=cursor)

    def tag(cursor: str | None, *, now: float = MORNING) -> str:
        return str(conditional_json(page(cursor), now=now, asked={}).headers["ETag"])

    assert tag("one") == tag("other") == tag("one", now=MORNING + WALK_SECONDS - 1)
    assert tag("one") != tag(None)
    assert tag("one") != tag("one", now=MORNING + WALK_SECONDS)
    assert tag(None) == tag(None, now=MORNING + WALK_SECONDS)
    assert b"other" in conditional_json(page("other"), now=MORNING, asked={}).content


def test_what_the_clock_changes_is_news(site: Site) -> None:
    def tag(now: float) -> str:
        context = ServeContext(
            record=site.record,
            engine=site.engine,
            now=lambda: now,
            banner="",
            base_url="",
            started=MORNING,
        )
        page = lists.page_of_stories(context, StoriesQuestion())
        return str(conditional_json(page, now=MORNING, asked={}).headers["ETag"])

    assert tag(MORNING + 7200) == tag(MORNING + 7300)
    assert tag(MORNING + 7200) != tag(MORNING + 8 * 86_400)  # its stories rest
