"""The JSON API over real HTTP."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from copydesk.api.endpoints import ENDPOINTS
from copydesk.api.problems import Problem
from copydesk.record import standstill, timelines
from copydesk.record.database import Record, sqlite_url
from copydesk.record.schema import log_head
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import (
    Bar,
    Facets,
    FacetsRequest,
    Noted,
    SearchPage,
    SearchRequest,
    TimelineRequest,
    WalkRequest,
)
from indexer.errors import EngineUnavailableError
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, serving

PATHS = [
    endpoint.path.replace("{id}", "m1")
    for endpoint in ENDPOINTS
    if endpoint.method == "get" and endpoint.path != "/v1/searches"  # which takes POST too
]
PAGES = ["/", "/stories", "/story/moscow", "/search", "/sources", "/fresh", "/static/style.css"]


def ask(site: Site, path: str, status: int = 200) -> Any:
    answer = site.client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


def walk(site: Site, path: str) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    cursor = ""
    while True:
        page = ask(site, f"{path}&cursor={cursor}")
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_articles_newest_first_with_their_evidence(site: Site) -> None:
    page = ask(site, "/v1/articles?limit=2")
    assert [item["id"] for item in page["items"]] == ["m3", "m2"]
    newest = page["items"][0]
    assert newest["published"] == "2023-05-30T06:20:00Z"
    assert newest["evidence"]["story"]["in_words"] == "It opened the story."
    assert walk(site, "/v1/articles?limit=2") == ["m3", "m2", "k2", "k1", "m1"]


def test_filters_reach_the_record(site: Site) -> None:
    assert walk(site, "/v1/articles?story=moscow&language=de") == ["m2"]
    assert walk(site, "/v1/articles?since=2023-05-30T06:10:00Z") == ["m3", "m2"]
    assert walk(site, f"/v1/articles?until={MORNING + 60}") == ["m1"]
    assert walk(site, "/v1/stories?order=biggest") == ["moscow", "kyiv"]
    assert walk(site, "/v1/stories?min_outlets=3&outlet=Stern&language=ar") == ["moscow"]


def test_one_article_has_its_text(site: Site) -> None:
    whole = ask(site, "/v1/articles/m1")
    assert whole["text"].startswith("Drones struck")
    assert whole["article"]["outlet"] == "Reuters"
    assert whole["extraction_method"] == "test"


def test_one_story_has_its_copies_together(site: Site) -> None:
    whole = ask(site, "/v1/stories/moscow")
    groups = [[item["id"] for item in group["articles"]] for group in whole["copy_groups"]]
    assert groups == [["m1", "m2"], ["m3"]]
    assert whole["story"]["outlets"] == ["Reuters", "Stern", "الجزيرة"]


def test_a_merged_story_redirects_for_ever(site: Site) -> None:
    answer = site.client.get("/v1/stories/old")
    assert (answer.status_code, answer.headers["location"]) == (308, "/v1/stories/kyiv")
    assert site.client.get(answer.headers["location"]).status_code == 200


def test_sources_say_how_they_fare(site: Site) -> None:
    reuters, stern = ask(site, "/v1/sources")["items"]
    assert (reuters["state"], reuters["due"]) == ("new", None)
    assert (stern["state"], stern["error"]) == ("failing", "It took too long.")
    assert walk(site, "/v1/sources?limit=1") == ["reuters", "stern"]


def test_search_finds_marks_and_pages(site: Site) -> None:
    page = ask(site, "/v1/search?q=drones")
    assert page["total"] == 1
    found = page["items"][0]
    assert (found["kind"], found["id"], found["copies"]) == ("article", "m1", 2)
    hits = [piece["text"].lower() for text in found["excerpts"] for piece in text if piece["hit"]]
    assert "drones" in hits
    assert walk(site, "/v1/search?q=&order=newest&limit=2") == ["m3", "m2", "k2", "k1", "m1"]
    assert ask(site, "/v1/search?q=moscow&kind=story")["items"][0]["kind"] == "story"


def test_copies_are_folded_under_the_first_one_found(site: Site) -> None:
    page = ask(site, "/v1/search?q=&order=newest&copies=folded")
    assert page["total"] == 5
    assert [item["id"] for item in page["items"]] == ["m3", "m2", "k2", "k1"]
    folded = {item["id"]: [each["id"] for each in item["folded"]] for item in page["items"]}
    assert folded == {"m3": [], "m2": ["m1"], "k2": [], "k1": []}
    assert page["items"][1]["folded"][0]["outlet"] == "Reuters"


def test_folded_texts_page_on(site: Site) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = ask(site, f"/v1/search?order=oldest&copies=folded&limit=2&cursor={cursor}")
        for item in page["items"]:
            seen += [each["id"] for each in (item, *item["folded"])]
        cursor = page["next_cursor"]
    assert sorted(seen) == ["k1", "k2", "m1", "m2", "m3"]


@pytest.mark.parametrize(("copies", "texts", "articles"), [(3, 2, 4), (12, 1, 10)])
def test_a_page_of_folded_texts_goes_on_for_five_pages(
    tmp_path: Path, copies: int, texts: int, articles: int
) -> None:
    with serving(tmp_path) as site:
        for n in range(copies):
            site.newsroom.report("s", f"copy{n:02}", copy_of="copy00", at=MORNING + 60 + n)
        site.newsroom.report("s", "other", at=MORNING)
        site.index()
        page = ask(site, "/v1/search?order=newest&copies=folded&limit=2")
    assert len(page["items"]) == texts
    assert sum(1 + len(item["folded"]) for item in page["items"]) == articles
    assert (page["next_cursor"] is None) == (texts == 2)


def test_a_search_by_conditions_is_one_by_text(site: Site) -> None:
    where = {"all": [{"words": "drones"}, {"none": [{"is": "zz", "field": "country"}]}]}
    answer = site.client.post("/v1/search", json={"where": where, "copies": "folded"})
    assert answer.status_code == 200
    found = answer.json()
    assert found["items"] == ask(site, "/v1/search?q=drones&copies=folded")["items"]
    assert ask(site, f"/v1/search?q={quote(found['q'])}")["total"] == 1
    page = {"where": {"field": "published", "gte": "2023-05-30"}, "order": "oldest", "limit": 2}
    first = site.client.post("/v1/search", json=page).json()
    rest = site.client.post("/v1/search", json={**page, "cursor": first["next_cursor"]}).json()
    assert len({item["id"] for item in (*first["items"], *rest["items"])}) == 4


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"where": {"is": "x"}}', "The condition: is needs a field."),
        (b'{"where": {"words": "x"}, "q": "y"}', "q and where stand side by side"),
        (b'{"where": {"wrods": "x"}}', "unknown field `wrods`"),
        (b'{"where": {"field": "published", "gte": "soon"}}', "soon"),
        (b'{"limit": 0}', "limit"),
        (b'{"where": ' + b'{"all": [' * 5000, "Too much stands inside one another."),
        (
            b'{"where": ' + b'{"all": [' * 300 + b'{"words": "x"}' + b"]}" * 300 + b"}",
            "More than 50 conditions stand in one another.",
        ),
    ],
)
def test_conditions_that_cannot_be_read_say_why(site: Site, body: bytes, says: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = site.client.post("/v1/search", content=body, headers=headers)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert says in fault["detail"]
    assert (fault["parameter"] in ("where", "body"), fault["offset"]) == (True, None)


def test_more_conditions_than_a_query_has_room_for_are_not_read(site: Site) -> None:
    where = {"words": "a " * 500_000}
    answer = site.client.post("/v1/search", json={"where": where})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:copydesk:problem:too-large")
    assert answer.json()["detail"] == "The body is larger than 1 MB."


def test_a_query_that_cannot_be_read_says_where(site: Site) -> None:
    problem = ask(site, "/v1/search?q=moscow+%22open", 422)
    assert problem["errors"][0]["parameter"] == "q"
    assert problem["errors"][0]["offset"] == 7


def test_changes_are_read_to_the_end(site: Site) -> None:
    seen, since = [], 0
    while True:
        page = ask(site, f"/v1/changes?since={since}&limit=3")
        seen += [change["seq"] for change in page["items"]]
        since = page["last"]
        if since == page["head"]:
            break
    assert seen == list(range(1, page["head"] + 1))
    assert ask(site, f"/v1/changes?since={2**63 - 1}")["items"] == []


def test_health_and_metrics(site: Site) -> None:
    assert ask(site, "/healthz")["status"] == "alive"
    assert ask(site, "/readyz")["engine_lag"] == 0
    text = site.client.get("/metrics").text
    for line in (
        "copydesk_articles 5.0",
        "copydesk_stories 2.0",
        'copydesk_sources{outcome="timeout"} 1.0',
        "copydesk_engine_up 1.0",
        'copydesk_http_request_duration_seconds_count{method="GET",route="/healthz",status="200"}',
    ):
        assert line in text


def test_an_index_that_the_desk_cannot_write_is_told_and_still_searched(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.newsroom.report("s1", "m1")
        site.index()
        assert ask(site, "/readyz")["engine_fault"] == ""
        with site.record.writing() as connection:
            words = "http://inside:9200: it refuses to write (secret). Mend it."
            standstill.note(connection, words, at=MORNING + 7190)
        found = ask(site, "/readyz")
        assert found["status"] == "ready"
        assert "since 2023-05-30T07:59:50Z;" in found["engine_fault"]
        assert "copydesk doctor" in found["engine_fault"]
        assert not {"inside", "secret"} & set(re.findall(r"\w+", found["engine_fault"]))
        metrics = site.client.get("/metrics").text
        assert "copydesk_engine_up 0.0" in metrics
        assert "copydesk_engine_position 2.0" in metrics
        with site.record.writing() as connection:
            standstill.note(connection, words, at=MORNING)  # of a desk that is gone
        assert ask(site, "/readyz")["engine_fault"] == ""
        assert "copydesk_engine_up 1.0" in site.client.get("/metrics").text


def test_servers_far_behind_say_that_the_desk_cannot_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.api.health.FURTHEST_BEHIND", 0)
    with serving(tmp_path) as site:
        site.newsroom.report("s1", "m1")
        assert "while `copydesk desk` runs" in ask(site, "/readyz", 503)["next_step"]
        with site.record.writing() as connection:
            standstill.note(connection, "it is closed", at=MORNING + 7190)
        assert "has not been able to write" in ask(site, "/readyz", 503)["next_step"]


@pytest.mark.parametrize("path", [*PATHS, *PAGES])
def test_every_error_of_every_route_has_one_shape(site: Site, path: str) -> None:
    for method, query, status in (
        ("GET", "?nonsense=1", 422),
        ("GET", "?x=%ff", 400),
        ("POST", "", 415 if path == "/v1/search" else 405),
        ("DELETE", "", 405),
    ):
        answer = site.client.request(method, path + query)
        assert answer.status_code == status, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        problem = msgspec.json.decode(answer.content, type=Problem, strict=True)
        assert (problem.status, problem.instance) == (status, path)
        assert problem.type.startswith("urn:copydesk:problem:")
        assert problem.title
        assert problem.detail


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nope", 404),
        ("/v1", 404),
        ("/v1/articles/nope", 404),
        ("/v1/stories/%00", 422),
        ("/v1/stories/" + "x" * 600, 422),
        ("/v1/articles/%ff", 404),
        ("/static/..%2Fapp.py", 404),
        ("/v1/articles?limit=201", 422),
        ("/v1/articles?cursor=abc", 422),
        ("/v1/stories?since=soon", 422),
        ("/v1/search?q=" + "a" * 3000, 422),
        (f"/v1/changes?since={2**63}", 422),
    ],
)
def test_what_is_wrong_is_a_problem(site: Site, path: str, status: int) -> None:
    answer = site.client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert msgspec.json.decode(answer.content, type=Problem).status == answer.status_code == status


def test_explain_answers_for_what_is_there_and_what_is_not(site: Site) -> None:
    life = ask(site, "/v1/explain?of=https://stern.example/moskau")
    assert (life["standing"], life["article"]["source"]) == ("placed", None)
    merged = ask(site, "/v1/explain?of=old")
    assert (merged["standing"], merged["story"]["id"]) == ("merged", "kyiv")
    assert ask(site, "/v1/explain?of=https://reuters.example/x/y/z-1")["standing"] == "not seen"
    assert ask(site, "/v1/explain?of=%20", 422)["errors"][0]["parameter"] == "of"


def test_a_cursor_fits_its_own_question_only(site: Site) -> None:
    cursor = ask(site, "/v1/articles?limit=1")["next_cursor"]
    problem = ask(site, f"/v1/articles?limit=1&outlet=Reuters&cursor={cursor}", 422)
    assert "belongs to another question" in problem["detail"]
    assert ask(site, f"/v1/articles?limit=2&cursor={cursor}")["items"][0]["id"] == "m2"


@pytest.mark.parametrize("path", [*PATHS, *PAGES, "/nope"])
def test_every_answer_has_the_security_headers(site: Site, path: str) -> None:
    headers = site.client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers or "uvicorn" in headers["server"]


def test_head_answers_like_get_without_a_body(site: Site) -> None:
    answer = site.client.head("/v1/articles")
    assert (answer.status_code, answer.content) == (200, b"")
    assert site.client.get("/healthz").status_code == 200


def test_the_openapi_document_describes_every_route(site: Site) -> None:
    document = ask(site, "/openapi.json")
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {endpoint.path for endpoint in ENDPOINTS}
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                assert parameter["description"], parameter
    text = msgspec.json.encode(document).decode()
    named = {piece.split('"')[0] for piece in text.split('"$ref":"#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])


def test_pages_stay_true_while_articles_arrive(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        for index in range(40):
            site.newsroom.report(f"s{index % 13}", f"a{index}", at=MORNING + index)
        expected = {
            path: walk(site, path)
            for path in ("/v1/articles?limit=200", "/v1/stories?order=biggest&limit=200")
        }
        stop = threading.Event()

        def arrive() -> None:
            for index in range(400):
                if stop.is_set():
                    return
                site.newsroom.report(f"s{index % 17}", f"late{index}", at=MORNING + index % 50)

        # The first pages are taken before anything arrives, the others while it does.
        first = {path: ask(site, path.replace("200", "3")) for path in expected}
        writer = threading.Thread(target=arrive)
        writer.start()
        try:
            for path, ids in expected.items():
                page = first[path]
                seen = [item["id"] for item in page["items"]]
                while page["next_cursor"]:
                    page = ask(site, path.replace("200", f"3&cursor={page['next_cursor']}"))
                    seen += [item["id"] for item in page["items"]]
                assert seen == ids
        finally:
            stop.set()
            writer.join()


class DeadReader:
    """A reader whose engine is away."""

    def search(self, request: SearchRequest) -> SearchPage:  # noqa: ARG002 - the Protocol's
        raise EngineUnavailableError("it is away", where="http://user:secret@host")

    def facets(self, request: FacetsRequest) -> Facets:  # noqa: ARG002
        raise EngineUnavailableError("it is away", where="http://user:secret@host")

    def timeline(self, request: TimelineRequest) -> tuple[Bar, ...]:  # noqa: ARG002
        raise EngineUnavailableError("it is away", where="http://user:secret@host")

    def walk(self, request: WalkRequest) -> Iterator[tuple[str, ...]]:  # noqa: ARG002
        raise EngineUnavailableError("it is away", where="http://user:secret@host")

    def position(self) -> int:
        raise EngineUnavailableError("it is away", where="http://user:secret@host")

    def noted(self) -> Noted:
        raise EngineUnavailableError("it is away", where="http://user:secret@host")

    def close(self) -> None:
        """Nothing to let go of."""


def test_without_an_engine_all_but_search_works(tmp_path: Path) -> None:
    with serving(tmp_path, reader=DeadReader()) as site:
        for path in ("/v1/search?q=x", "/v1/facets", "/v1/timeline", "/readyz"):
            answer = site.client.get(path)
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
            assert "secret" not in answer.text
        assert "copydesk_engine_up 0.0" in site.client.get("/metrics").text
        assert ask(site, "/v1/stories")["items"] == []


def test_before_the_first_news_search_says_that_there_is_no_index_yet(tmp_path: Path) -> None:
    with serving(tmp_path, reader=EmbeddedEngine(tmp_path / "not made")) as site:
        problem = ask(site, "/v1/search?q=x", 503)
    assert problem["detail"] == "There is no search index yet."
    assert "with the first news" in problem["next_step"]


def test_an_engine_that_is_away_costs_the_log_one_line(tmp_path: Path) -> None:
    with serving(tmp_path, reader=DeadReader()) as site, capture_logs() as logged:
        site.client.get("/v1/search?q=x")
    refused = [each for each in logged if "incident" in each]
    assert [each["log_level"] for each in refused] == ["warning"]
    assert "it is away" in refused[0]["event"]
    assert "exc_info" not in refused[0]


def test_a_record_that_is_away_costs_the_log_one_line_a_request(tmp_path: Path) -> None:
    with serving(tmp_path) as site, capture_logs() as logged:
        other = Record(sqlite_url(tmp_path / "record.db"))
        with other.writing() as connection:
            connection.exec_driver_sql("DROP TABLE stories")
        other.close()
        ask(site, "/v1/stories", 503)
    (refused,) = [each for each in logged if "incident" in each]
    assert (refused["log_level"], "exc_info" in refused) == ("warning", False)
    assert "copydesk init" in refused["event"]


def test_an_index_of_another_version_is_no_fault_of_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        (tmp_path / "index" / "copydesk-index.json").write_text('{"schema_version": 1}')
        answer = site.client.get("/v1/search?q=x")
        assert answer.status_code == 503
        assert "index must be made anew" in answer.json()["detail"]
        assert site.client.get("/readyz").status_code == 503
        assert ask(site, "/v1/stories")["items"] == []


def test_after_a_restore_only_what_is_missing_counts_as_lag(tmp_path: Path) -> None:
    """The log goes on at the milliseconds of the clock; nothing lies between."""
    with serving(tmp_path) as site:
        site.newsroom.report("s1", "m1")
        site.index()
        with site.record.writing() as connection:
            timelines.begin(connection, beyond=0, at=MORNING)
        assert ask(site, "/readyz")["engine_lag"] == 1
        site.index()
        assert ask(site, "/readyz")["engine_lag"] == 0


def test_an_index_of_a_replaced_record_is_not_ready(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.newsroom.report("s1", "m1")
        site.index()
        with site.record.writing() as connection:
            connection.execute(update(log_head).values(seq=1))
            timelines.begin(connection, beyond=0, at=MORNING)
        problem = ask(site, "/readyz", 503)
        assert "restored backup replaced" in problem["detail"]
        assert "copydesk reindex" in problem["next_step"]


def test_a_record_of_another_version_is_not_ready_and_says_so(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        other = Record(sqlite_url(tmp_path / "record.db"))
        with other.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'future'")
            connection.exec_driver_sql("DROP TABLE stories")
        other.close()
        assert "copydesk init" in ask(site, "/readyz", 503)["next_step"]
        problem = ask(site, "/v1/stories", 503)
        assert str(tmp_path) not in msgspec.json.encode(problem).decode()
        assert "copydesk_record_up 0.0" in site.client.get("/metrics").text
