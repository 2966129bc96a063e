"""The Elasticsearch engine's decisions, and what it says when the server is not as it should be."""

import base64
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from config.errors import ConfigError
from indexer.documents import ArticleDocument
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_blame import Subject
from indexer.engines.elasticsearch_bulk import PIECE_BYTES, Item, fate, pieces
from indexer.engines.elasticsearch_client import connect
from indexer.engines.protocol import Put, SearchRequest, WalkRequest
from indexer.errors import EngineMismatchError, EngineUnavailableError, QueryError

ABOUT: Subject = ("article", "a")
SECRET = "c2VjcmV0LWtleTpuZXZlci1zaG93bg=="


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"status": 201}, "ok"),
        ({"status": 200}, "ok"),
        ({"status": 409, "error": {"type": "version_conflict_engine_exception"}}, "stale"),
        ({"status": 429, "error": {"type": "es_rejected_execution_exception"}}, "retry"),
        ({"status": 403, "error": {"type": "cluster_block_exception"}}, "retry"),
        ({"status": 503, "error": {"type": "unavailable_shards_exception"}}, "retry"),
        ({"status": 404, "error": {"type": "index_not_found_exception"}}, "missing"),
        ({"status": 400, "error": {"type": "index_closed_exception"}}, "stop"),
        ({"status": 403, "error": {"type": "security_exception"}}, "stop"),
        ({"status": 400, "error": {"type": "document_parsing_exception"}}, "rejected"),
        ({"status": 400, "error": {"type": "strict_dynamic_mapping_exception"}}, "stop"),
        ({"status": 500, "error": {"type": "fail_processor_exception"}}, "failed"),
        ({"status": 500, "error": {"type": "null_pointer_exception"}}, "failed"),
    ],
)
def test_the_fate_of_an_item(answer: dict[str, Any], expected: str) -> None:
    assert fate(answer)[0] == expected


def test_pieces_are_bounded_by_count_and_weight() -> None:
    light = [Item(n, b"x", ABOUT) for n in range(25)]
    assert [len(piece) for piece in pieces(light, 10)] == [10, 10, 5]
    heavy = [Item(n, b"x" * (PIECE_BYTES // 2), ABOUT) for n in range(5)]
    assert [len(piece) for piece in pieces(heavy, 10)] == [2, 2, 1]
    assert [item.number for piece in pieces(light, 7) for item in piece] == list(range(25))
    assert [len(piece) for piece in pieces([Item(0, b"x" * (PIECE_BYTES * 2), ABOUT)], 10)] == [1]


class _Answers(http.server.BaseHTTPRequestHandler):
    """Answers every request with the next of the given statuses."""

    script: list[tuple[int, bytes]]

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, body = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = _answer  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def scripted() -> Iterator[tuple[list[tuple[int, bytes]], ElasticsearchEngine]]:
    """A server that says what the list holds, and an engine that talks to it."""
    script: list[tuple[int, bytes]] = []
    handler = type("Handler", (_Answers,), {"script": script})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = ElasticsearchSettings(
            hosts=(f"http://127.0.0.1:{server.server_port}",), api_key=SECRET
        )
        yield script, ElasticsearchEngine(settings, sleep=lambda _seconds: None)
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (401, b'{"error":{"type":"security_exception"}}', EngineUnavailableError, "API key"),
        (403, b'{"error":{"type":"security_exception"}}', EngineUnavailableError, "API key"),
        (403, b'{"error":{"type":"cluster_block_exception"}}', EngineUnavailableError, "space"),
        (404, b'{"error":{"type":"index_not_found_exception"}}', EngineUnavailableError, "desk"),
        (
            404,
            b'{"error":{"type":"search_phase_execution_exception"}}',
            EngineUnavailableError,
            "cannot do it now",
        ),
        (429, b"{}", EngineUnavailableError, "cannot do it now"),
        (503, b"{}", EngineUnavailableError, "cannot do it now"),
        (400, b'{"error":{"type":"parsing_exception"}}', EngineMismatchError, "parsing_exception"),
        (400, b'{"error":{"type":"too_many_nested_clauses"}}', QueryError, "Split"),
        # As 9.4 says it.
        (
            400,
            (
                b'{"error":{"type":"search_phase_execution_exception","reason":"[prefix] queries '
                b"cannot be executed when 'search.allow_expensive_queries' is set to false.\"}}"
            ),
            QueryError,
            r"Write whole words without \*, or have search.allow_expensive_queries set to true",
        ),
        (
            400,
            (
                b'{"error":{"type":"validation_exception","reason":"Validation Failed: 1: this '
                b"action would add [2] shards, but this cluster currently has [1000]/[1000] "
                b'maximum normal shards open;"}}'
            ),
            EngineUnavailableError,
            r"has \[1000\]/\[1000\].* raise cluster.max_shards_per_node",
        ),
        (
            400,
            (
                b'{"error":{"type":"invalid_alias_name_exception","reason":"Invalid alias name '
                b'[copydesk-meta]: an index exists with the same name as the alias"}}'
            ),
            EngineMismatchError,
            r"copydesk-meta.* Delete that index, or set another engine.prefix",
        ),
        (400, b'{"error":{"reason":"[indices.query.bool.max_nested_depth]"}}', QueryError, "Split"),
    ],
)
def test_what_the_server_says_is_explained(
    scripted: tuple[list[tuple[int, bytes]], ElasticsearchEngine],
    status: int,
    body: bytes,
    error: type[Exception],
    words: str,
) -> None:
    script, engine = scripted
    script.append((status, body))
    with pytest.raises(error, match=words) as caught:
        engine.search(SearchRequest())
    assert SECRET not in f"{caught.value} {caught.value.__cause__!r} {caught.value.__cause__}"


class _Stranger(_Answers):
    """A web server of another kind."""

    def send_header(self, keyword: str, value: str) -> None:
        if keyword != "X-Elastic-Product":
            super().send_header(keyword, value)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'{"statusCode":404,"error":"Not Found","message":"Not Found"}'),
        (405, b"{}"),
        (400, b'"<h1>The plain HTTP request was sent to HTTPS port</h1>"'),
        (200, b"{}"),
    ],
)
def test_what_is_no_elasticsearch_is_told_from_one_without_our_index(
    status: int, body: bytes
) -> None:
    handler = type("Handler", (_Stranger,), {"script": [(status, body)]})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        engine = ElasticsearchEngine(ElasticsearchSettings(hosts=(url,)))
        for asked in (engine.prepare, engine.noted, lambda: engine.search(SearchRequest())):
            with pytest.raises(EngineMismatchError, match=r"not Elasticsearch\. Correct engine"):
                asked()
        server.shutdown()


class _LosesAShard(_Answers):
    """Has three articles, of which one is lost behind the first: as Elasticsearch tells it."""

    asked = 0

    def _answer(self) -> None:
        found: list[dict[str, Any]] = []
        status = 200
        if "/_search" in self.path:
            type(self).asked += 1
            found = [{"_id": f"a{self.asked}", "sort": [self.asked, "a", 1]}] * (self.asked < 2)
            whole = "allow_partial_search_results=false" in self.path
            status = 503 if self.asked > 1 and whole else 200
        told = {"id": "point", "pit_id": "point", "hits": {"hits": found}}
        self.script = [(status, json.dumps(told).encode())]
        super()._answer()

    do_POST = do_DELETE = _answer  # noqa: N815 - the base class's names


def test_a_walk_that_lost_a_part_fails_rather_than_ends() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _LosesAShard) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = ElasticsearchSettings(hosts=(f"http://127.0.0.1:{server.server_port}",))
        walk = ElasticsearchEngine(settings).walk(WalkRequest(run=1))
        assert next(walk) == ("a1",)
        with pytest.raises(EngineUnavailableError, match="cannot do it now"):
            next(walk)
        server.shutdown()


@pytest.mark.parametrize("number", ["7.17.0", "10.0.0"])
def test_another_major_is_refused(
    scripted: tuple[list[tuple[int, bytes]], ElasticsearchEngine], number: str
) -> None:
    script, engine = scripted
    script.append((200, b'{"version":{"number":"%s"}}' % number.encode()))
    with pytest.raises(EngineMismatchError, match=number):
        engine.prepare()


def test_a_server_that_is_away_is_said_with_what_to_do() -> None:
    settings = ElasticsearchSettings(hosts=("http://127.0.0.1:1",), api_key=SECRET)
    engine = ElasticsearchEngine(settings)
    put = Put(version=1, document=ArticleDocument(id="a", first_seen=1.0))
    for call in (
        engine.prepare,
        engine.refresh,
        engine.position,
        lambda: engine.write([put]),
        lambda: engine.search(SearchRequest()),
    ):
        with pytest.raises(EngineUnavailableError, match="Start it") as caught:
            call()
        assert SECRET not in str(caught.value)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    "host", ["https://elastic:hunter2@es.example:9200", "es.example:9200", "ftp://x", "https://:1"]
)
def test_addresses_that_cannot_be_are_refused_without_showing_secrets(host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ElasticsearchEngine(ElasticsearchSettings(hosts=(host,)))
    assert "hunter2" not in str(caught.value)


def test_no_host_is_refused() -> None:
    with pytest.raises(ConfigError, match="no Elasticsearch host"):
        ElasticsearchEngine(ElasticsearchSettings(hosts=()))


def cloud(text: str) -> str:
    return f"news:{base64.b64encode(text.encode()).decode()}"


def test_a_cloud_id_leads_to_its_host_by_https() -> None:
    settings = ElasticsearchSettings(cloud_id=cloud("cloud.example:9243$abc$def"), api_key=SECRET)
    with connect(settings) as client:
        (node,) = client.transport.node_pool.all()
    assert node.base_url == "https://abc.cloud.example:9243"
    assert settings.where == "cloud news"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (ElasticsearchSettings(cloud_id="news:not base64"), "cannot be set up"),
        (ElasticsearchSettings(hosts=("http://a",), cloud_id=cloud("b$c$d")), "both"),
        (ElasticsearchSettings(hosts=("http://a",), api_key=SECRET, username="x"), "API key and"),
        (ElasticsearchSettings(hosts=("http://a",), username="x"), "without a password"),
        (ElasticsearchSettings(hosts=("http://a",), password="x"), "without a user"),
        (ElasticsearchSettings(hosts=("https://a",), ca_file="/nowhere.pem"), "FileNotFoundError"),
        (ElasticsearchSettings(hosts=("https://a",), ca_file=__file__), "no certificates"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: ElasticsearchSettings, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        connect(settings)
    assert SECRET not in f"{caught.value} {caught.value.__cause__!r}"
