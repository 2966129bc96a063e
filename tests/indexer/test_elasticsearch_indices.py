"""What is asked of a server, as it has or lacks optional parts; names, months and bulk answers."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import ConnectionTimeout, Elasticsearch

from indexer.engines import elasticsearch_analysis as analysis
from indexer.engines import elasticsearch_schema as schema
from indexer.engines.elasticsearch_bulk import Bulk, Fates, Item
from indexer.engines.elasticsearch_client import ElasticsearchSettings, connect
from indexer.engines.elasticsearch_indices import Indices
from indexer.engines.elasticsearch_names import (
    KINDS,
    IndexSet,
    month,
    month_end,
    part_of,
    read,
)
from indexer.engines.elasticsearch_probe import Features, probe
from indexer.engines.protocol import Kind
from indexer.errors import EngineMismatchError, EngineUnavailableError, OneFaultError

DAY = 86_400.0
Answer = tuple[int, Any]


class Server:
    """Answers by path, and keeps what it was asked; what is not named is done."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.scripts: dict[str, list[Answer]] = {}  # Answers before that, one after the other.
        self.asked: list[tuple[str, str, Any]] = []
        self.thinks = 0.0  # Seconds before it answers.


class _Handler(http.server.BaseHTTPRequestHandler):
    told: Server

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        # Of a bulk request, how many items it brings.
        body = raw.count(b"\n") // 2 if path == "/_bulk" else json.loads(raw) if raw else None
        self.told.asked.append((self.command, path, body))
        asked = f"{self.command} {path}"
        script = self.told.scripts.get(asked)
        status, answer = script.pop(0) if script else self.told.answers.get(asked, (200, {}))
        time.sleep(self.told.thinks)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_HEAD = _answer  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def server() -> Iterator[tuple[Server, Elasticsearch, ElasticsearchSettings]]:
    told = Server()
    handler = type("Handler", (_Handler,), {"told": told})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        settings = ElasticsearchSettings(hosts=(f"http://127.0.0.1:{running.server_port}",))
        told.answers["GET /"] = (200, {"version": {"number": "9.4.3"}})
        with connect(settings) as client:
            yield told, client, settings
        running.shutdown()


Told = tuple[Server, Elasticsearch, ElasticsearchSettings]
ICU = {"plugins": [{"name": "analysis-icu"}, {"name": "other"}]}


@pytest.mark.parametrize(
    ("nodes", "lifecycle", "expected"),
    [
        ((200, {"nodes": {"a": ICU, "b": ICU}}), (200, {}), ("icu_tokenizer", True)),
        ((200, {"nodes": {"a": ICU, "b": {"plugins": []}}}), (200, {}), ("standard", True)),
        ((200, {"nodes": {"a": {}}}), (400, {"error": "no handler"}), ("standard", False)),
        ((200, {}), (404, {}), ("standard", False)),
        ((403, {"error": {"type": "security_exception"}}), (403, {}), ("standard", False)),
    ],
)
def test_optional_parts_are_looked_for(
    server: Told, nodes: Answer, lifecycle: Answer, expected: tuple[str, bool]
) -> None:
    told, client, settings = server
    told.answers |= {"GET /_nodes/plugins": nodes, "GET /_ilm/status": lifecycle}
    assert probe(client, settings) == Features("9.4.3", *expected)


def test_a_client_that_is_newer_than_the_server_says_so(server: Told) -> None:
    told, client, settings = server
    told.answers["GET /"] = (400, {"error": {"type": "media_type_header_exception"}})
    with pytest.raises(EngineMismatchError, match=r"too new for this server.*pip install"):
        probe(client, settings)


def test_an_index_under_the_name_of_an_alias_is_told_from_one_of_ours(server: Told) -> None:
    told, client, settings = server
    asked = "GET /copydesk-articles,copydesk-stories,copydesk-meta"
    told.answers[asked] = (200, {"copydesk-stories-v4": {"aliases": {"copydesk-stories": {}}}})
    probe(client, settings)
    told.answers[asked] = (200, {"copydesk-stories": {"aliases": {}}})
    with pytest.raises(EngineMismatchError, match=r"\(copydesk-stories\)\. Delete that index"):
        probe(client, settings)


def test_what_a_server_with_everything_is_told(server: Told) -> None:
    told, client, settings = server
    for path in ("/_alias/copydesk-meta", "/_alias/copydesk-stories"):
        told.answers[f"HEAD {path}"] = (404, {})
    told.answers["HEAD /_alias/copydesk-articles-2023.12"] = (404, {})
    features = Features("9.4.3", "icu_tokenizer", lifecycle=True)
    Indices(client, settings).prepare(IndexSet("copydesk"), features, part="2023.12")
    put = {path: body for command, path, body in told.asked if command == "PUT"}
    phases = put["/_ilm/policy/copydesk-articles"]["policy"]["phases"]
    assert set(phases) == {"hot", "warm"}  # Nothing is deleted.
    month_index = put["/copydesk-articles-v4-2023.12"]
    assert set(month_index["aliases"]) == {"copydesk-articles", "copydesk-articles-2023.12"}
    lifecycle = month_index["settings"]
    assert lifecycle["index.lifecycle.name"] == "copydesk-articles"
    assert lifecycle["index.lifecycle.origination_date"] == 1_704_067_200_000  # 2024-01-01
    analyzers = put["/_component_template/copydesk-analysis"]["template"]["settings"]["index"]
    text = analyzers["analysis"]["analyzer"]["copydesk_text"]
    assert (text["tokenizer"], text["filter"]) == ("icu_tokenizer", ["lowercase", "icu_folding"])


def test_a_server_without_lifecycle_is_not_asked_for_it(server: Told) -> None:
    told, client, settings = server
    told.answers["HEAD /_alias/copydesk-articles-2023.12"] = (404, {})
    features = Features("9.4.3", "standard", lifecycle=False)
    Indices(client, settings).prepare(IndexSet("copydesk"), features, part="2023.12")
    asked = json.dumps(told.asked)
    assert "ilm" not in asked
    assert "lifecycle" not in asked
    assert "icu" not in asked


@pytest.mark.parametrize("strictness", ["strict", "lenient"])
def test_unknown_fields_are_refused_or_ignored_everywhere(strictness: str) -> None:
    settings = ElasticsearchSettings(mapping="strict" if strictness == "strict" else "lenient")
    expected: str | bool = "strict" if strictness == "strict" else False
    for kind in KINDS:
        mapping = schema.mapping(settings, kind)
        objects = [mapping, mapping["properties"]["find"], mapping["properties"]["stemmed"]]
        assert [each["dynamic"] for each in objects] == [expected] * 3


def test_date_nanos_is_for_the_time_of_indexing_only() -> None:
    for kind in KINDS:
        fields = schema.mapping(ElasticsearchSettings(), kind)["properties"]
        nanos = [name for name, field in fields.items() if field.get("type") == "date_nanos"]
        assert nanos == ["indexed_at"]
        for field in fields.values():
            if field.get("type") == "keyword":
                assert field["ignore_above"] == 1024


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("de-AT", "de"), ("PT_br", "pt"), ("zh-Hans", "zh"), ("nb", "nb"), ("tlh", ""), ("", "")],
)
def test_the_language_of_a_text_names_its_field(tag: str, expected: str) -> None:
    assert analysis.language_of(tag) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (1_685_404_800.0, "2023.05"),
        (1_685_577_599.9, "2023.05"),
        (1_685_577_600.0, "2023.06"),
        (-5.0, "2000.01"),
        (6e10, "2049.12"),
    ],
)
def test_the_month_of_an_article(at: float, expected: str) -> None:
    assert month(at) == expected
    assert month(month_end(expected) / 1000) != expected or expected == "2049.12"


def test_names_of_sets_are_told_apart() -> None:
    first, second = IndexSet("a"), IndexSet("a", 2, "next")
    assert first.index("article", "2023.05") == "a-articles-v4-2023.05"
    assert second.index("article", "2023.05") == "a-articles-v4.2-2023.05"
    assert second.write_alias("article", "2023.05") == "a-articles_next-2023.05"
    assert (second.alias("story"), second.write_alias("story", "")) == ("a-stories_next",) * 2
    assert [part_of(each.index("article", "2023.05")) for each in (first, second)] == [
        "2023.05"
    ] * 2
    told = [read("a", each.index("story", "")) for each in (first, second)]
    assert [each.generation for each in told if each] == [1, 2]


def bulk(client: Elasticsearch) -> Bulk:
    return Bulk(client, sleep=lambda _seconds: None)


def items(count: int, *, kind: Kind = "article", first: int = 0) -> list[Item]:
    return [
        Item(number, b'{"index":{}}\n{}', (kind, str(first + number))) for number in range(count)
    ]


def refused(kind: str, reason: str = "no", *, status: int = 400) -> dict[str, Any]:
    return {"index": {"status": status, "error": {"type": kind, "reason": reason}}}


def test_one_reason_for_all_is_not_the_documents_fault(server: Told) -> None:
    told, client, _ = server
    broken = refused("document_parsing_exception")
    told.answers["PUT /_bulk"] = (200, {"items": [broken] * 20})
    with pytest.raises(EngineMismatchError, match=r"all of 20: document_parsing.*reindex"):
        bulk(client).send(items(20), lambda: None, Fates())
    told.answers["PUT /_bulk"] = (200, {"items": [broken] * 19 + [{"index": {"status": 201}}]})
    fates = bulk(client).send(items(20), lambda: None, Fates())
    assert (fates.ok, sorted(fates.rejected)) == (1, list(range(19)))


TAKEN = {"index": {"status": 201}}


def write(server: Told, desk: Bulk, answer: list[dict[str, Any]], some: list[Item]) -> list[int]:
    """The numbers of those that are refused."""
    server[0].answers["PUT /_bulk"] = (200, {"items": answer})
    return sorted(desk.send(some, lambda: None, Fates()).rejected)


def test_one_reason_for_all_is_noticed_over_small_writes(server: Told) -> None:
    """A desk at work writes two articles and a story at a time; the story has another index."""
    desk = bulk(server[1])
    broken = refused("illegal_argument_exception", "pipeline with id [x] does not exist")
    for first in range(0, 18, 2):
        some = [*items(2, first=first), Item(2, b"{}\n{}", ("story", "s"))]
        assert write(server, desk, [broken, broken, TAKEN], some) == [0, 1]
    # The same one again is no other.
    assert write(server, desk, [broken], items(1, first=17)) == [0]
    for _ in range(2):
        with pytest.raises(
            OneFaultError, match=r"all of 20: .*pipeline.* mend or remove"
        ) as caught:
            write(server, desk, [broken, broken], items(2, first=18))
        assert {("article", str(number)) for number in range(18)} == set(caught.value.refused)
    # One that is taken says that the others are to blame themselves.
    assert write(server, desk, [broken, TAKEN], items(2, first=18)) == [0]
    assert write(server, desk, [broken], items(1, first=20)) == [0]
    # As does another reason.
    assert write(server, desk, [refused("document_parsing_exception")] * 19, items(19)) == [
        *range(19)
    ]


def test_a_server_that_fails_at_one_document_after_the_other_stops(server: Told) -> None:
    told, client, _ = server
    desk = bulk(client)
    failing = refused("fail_processor_exception", "enrich service is away", status=500)
    with pytest.raises(OneFaultError, match=r"all of 3: .*enrich service is away"):
        write(server, desk, [failing] * 3, items(3))
    assert len(told.asked) == 3  # it may pass by
    assert write(server, bulk(client), [failing], items(1)) == [0]
    assert write(server, desk, [TAKEN], items(1)) == []
    assert write(server, desk, [failing], items(1)) == [0]
    with pytest.raises(OneFaultError) as caught:
        write(server, desk, [failing], items(1, first=1))
    assert caught.value.refused == (("article", "0"),)


def test_a_document_at_which_the_server_fails_holds_no_others_up(server: Told) -> None:
    told, client, _ = server
    failing = refused("null_pointer_exception", status=500)
    told.scripts["PUT /_bulk"] = [
        (200, {"items": [failing, TAKEN, failing]}),
        (200, {"items": [failing, TAKEN]}),
        *[(200, {"items": [failing]})] * 2,
    ]
    fates = bulk(client).send(items(3), lambda: None, Fates())
    assert (fates.ok, list(fates.rejected)) == (2, [0])


def test_a_missing_right_stops_and_a_missing_index_is_made(server: Told) -> None:
    told, client, _ = server
    told.answers["PUT /_bulk"] = (200, {"items": [refused("security_exception", "not allowed")]})
    with pytest.raises(EngineMismatchError, match="not allowed"):
        bulk(client).send(items(1), lambda: None, Fates())
    told.answers["PUT /_bulk"] = (200, {"items": [refused("index_not_found_exception")]})
    made: list[None] = []
    with pytest.raises(EngineUnavailableError, match="index_not_found"):
        bulk(client).send(items(1), lambda: made.append(None), Fates())
    assert made


def test_an_answer_that_names_too_few_is_none(server: Told) -> None:
    told, client, _ = server
    for answer in ({"items": [{"index": {"status": 201}}]}, {}):
        told.answers["PUT /_bulk"] = (200, answer)
        with pytest.raises(EngineUnavailableError, match="of 2 writes"):
            bulk(client).send(items(2), lambda: None, Fates())


def test_a_server_that_resists_gets_smaller_pieces_until_patience_ends(server: Told) -> None:
    told, client, _ = server
    told.answers["PUT /_bulk"] = (429, {})
    pauses: list[float] = []
    now = iter(range(0, 1000, 4))  # Each look at the clock finds four seconds gone.
    impatient = Bulk(client, sleep=pauses.append, spread=lambda: 1.0, clock=lambda: next(now))
    with pytest.raises(EngineUnavailableError, match="HTTP 429"):
        impatient.send(items(4000), lambda: None, Fates())
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4]
    # One piece a round, and each half as large: what is busy is not asked for more.
    assert [body for _, _, body in told.asked] == [1000, 500, 250, 125, 62, 31]
    slow = iter([0, 0, 31, 31])
    told.answers["PUT /_bulk"] = (200, {"items": [{"index": {"status": 201}}] * 1000})
    late = Bulk(client, sleep=pauses.append, clock=lambda: next(slow))
    with pytest.raises(EngineUnavailableError, match="slow"):
        late.send(items(4000), lambda: None, Fates())


def test_pieces_grow_again_when_the_server_takes_them(server: Told) -> None:
    told, client, _ = server
    calm = Bulk(client, sleep=lambda _seconds: None, clock=lambda: 0.0)
    told.answers["PUT /_bulk"] = (429, {})
    with pytest.raises(EngineUnavailableError):
        calm.send(items(10), lambda: None, Fates())
    told.asked.clear()
    for count in (10, 12, 15):
        told.answers["PUT /_bulk"] = (200, {"items": [{"index": {"status": 201}}] * count})
        calm.send(items(count), lambda: None, Fates())
    assert [body for _, _, body in told.asked] == [10, 12, 15]


def test_a_server_that_thinks_too_long_gets_smaller_pieces(server: Told) -> None:
    told, client, _ = server
    told.thinks = 0.5
    slow = Bulk(client.options(request_timeout=0.05), sleep=lambda _seconds: None)
    for _ in range(3):
        with pytest.raises(ConnectionTimeout):
            slow.send(items(80), lambda: None, Fates())
    told.thinks = 0.0
    told.answers["PUT /_bulk"] = (200, {"items": [{"index": {"status": 201}}] * 10})
    slow.send(items(10), lambda: None, Fates())
    assert [body for _, _, body in told.asked] == [80, 40, 20, 10]


def test_writers_that_were_refused_together_do_not_come_back_together(server: Told) -> None:
    told, client, _ = server
    told.answers["PUT /_bulk"] = (503, {})
    chances = iter((0.0, 0.5, 1.0, 0.0, 0.5, 1.0))
    pauses: list[float] = []
    with pytest.raises(EngineUnavailableError):
        Bulk(client, sleep=pauses.append, spread=lambda: next(chances), clock=lambda: 0.0).send(
            items(1), lambda: None, Fates()
        )
    assert pauses == pytest.approx([0.1, 0.3, 0.8, 0.8, 2.4, 6.4])
