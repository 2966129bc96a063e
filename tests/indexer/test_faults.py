"""Nothing is lost and nothing lies, whatever happens between Copydesk and Elasticsearch."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from elasticsearch import Elasticsearch

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_bulk import Bulk
from indexer.engines.elasticsearch_names import SCHEMA_VERSION, IndexSet, month
from indexer.engines.protocol import Engine, Put, Remove, SearchRequest, Write
from indexer.errors import EngineMismatchError, EngineUnavailableError, IndexerError
from tests.indexer.faulty_proxy import FAULTS, faulty_proxy

pytestmark = pytest.mark.elasticsearch
MAY = 1_685_404_800.0
NOW = MAY + 86_400.0
BATCH = 25


def no_sleep(_seconds: float) -> None:
    """The tests do not wait out pauses."""


def article(version: int, given: str) -> Put:
    at = MAY - version % 3 * 31 * 86_400.0
    return Put(
        version=version, document=ArticleDocument(id=given, title=f"v{version}", first_seen=at)
    )


def story(version: int) -> Put:
    document = StoryDocument(id="s", headline="storm", first_report=MAY, last_report=MAY)
    return Put(version=version, document=document)


def a_log(length: int) -> list[Write]:
    """Articles, every third written again later, every tenth removed at last."""
    log: list[Write] = []
    for version in range(1, length + 1):
        if version % 10 == 0:
            log.append(Remove(version=version, kind="article", id=f"id{version - 7}"))
        elif version % 3 == 0:
            log.append(article(version, f"id{version - 3}" if version % 2 else f"id{version}"))
        else:
            log.append(article(version, f"id{version}"))
    return _first_seen_kept(log)


def _first_seen_kept(log: list[Write]) -> list[Write]:
    """An article keeps the month in which it was first seen."""
    seen: dict[str, float] = {}
    kept: list[Write] = []
    for write in log:
        if isinstance(write, Put) and isinstance(write.document, ArticleDocument):
            at = seen.setdefault(write.document.id, write.document.first_seen)
            document = ArticleDocument(
                id=write.document.id, title=write.document.title, first_seen=at
            )
            kept.append(Put(version=write.version, document=document))
        else:
            kept.append(write)
    return kept


def state(log: list[Write], upto: int) -> dict[str, str]:
    """Title by id after the changes up to a version."""
    held: dict[str, str] = {}
    for write in log:
        if write.version <= upto:
            if isinstance(write, Put) and isinstance(write.document, ArticleDocument):
                held[write.document.id] = write.document.title
            elif isinstance(write, Remove):
                held.pop(write.id, None)
    return held


def found(engine: Engine) -> dict[str, str]:
    hits = engine.search(SearchRequest(limit=1000)).hits
    return {
        hit.document.id: hit.document.title
        for hit in hits
        if isinstance(hit.document, ArticleDocument)
    }


Opener = Callable[..., ElasticsearchEngine]


@pytest.fixture
def opened(elasticsearch_url: str) -> Iterator[Opener]:
    """Opens engines on one index, directly or through another address."""
    prefix = f"f{uuid.uuid4().hex[:12]}"
    engines: list[ElasticsearchEngine] = []

    def open_engine(url: str = elasticsearch_url, *, seconds: float = 20.0) -> ElasticsearchEngine:
        settings = ElasticsearchSettings(
            hosts=(url,), prefix=prefix, mapping="strict",
            search_timeout=seconds, write_timeout=seconds,
        )  # fmt: skip
        engines.append(ElasticsearchEngine(settings, clock=lambda: NOW, sleep=no_sleep))
        return engines[-1]

    yield open_engine
    for engine in engines:
        engine.close()
    with Elasticsearch(elasticsearch_url) as client:
        names = [*client.options(ignore_status=404).indices.get(index=f"{prefix}-*")]
        if names:
            client.indices.delete(index=names)


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url) as opened:
        yield opened


def names(engine: ElasticsearchEngine) -> str:
    """All indices of articles of an engine."""
    return engine._set.alias("article")


@pytest.mark.parametrize("seed", [1])
def test_a_bad_line_delays_and_loses_nothing(
    opened: Opener, elasticsearch_url: str, seed: int
) -> None:
    log = a_log(250)
    direct = opened()
    direct.prepare()
    failures = 0
    told: set[str] = set()
    with faulty_proxy(elasticsearch_url, share=0.25, seed=seed) as proxy:
        engine = opened(proxy.url, seconds=0.5)
        position = 0
        while position < len(log):
            try:
                position = engine.position()
                while batch := log[position : position + BATCH]:
                    engine.write(batch)
                    engine.refresh()
                    position = batch[-1].version
            except IndexerError as error:
                if not isinstance(error, EngineUnavailableError):
                    told.add(error.what)
                failures += 1
                if failures % 5 == 0:
                    engine = opened(proxy.url, seconds=0.5)  # As if the process had died.
                if failures % 8 == 0:
                    # What the note says is there, and what was written later may be.
                    noted = direct.position()
                    direct.refresh()
                    held = found(direct)
                    for given, title in state(log, noted).items():
                        later = [w for w in log if w.version > noted and _about(w) == given]
                        assert later or held[given] == title
                if failures > 60:
                    proxy.share = 0.0
        assert failures > 5
        assert told <= {"what answers here is not Elasticsearch"}
        assert set(FAULTS) <= proxy.seen.keys() or sum(proxy.seen.values()) < 100
    assert direct.position() == len(log)
    assert found(direct) == state(log, len(log))


def test_what_failed_and_changed_again_holds_the_position_up_no_longer(
    opened: Opener, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.engines.elasticsearch_bulk.PIECE_ITEMS", 1)
    engine = opened()
    engine.write([article(1, "id1"), article(2, "id2")])
    engine.refresh()
    assert engine.position() == 2
    prompt, ticks = engine._bulk, itertools.count(0, 1000)
    engine._bulk = Bulk(client, sleep=no_sleep, clock=lambda: float(next(ticks)))
    with pytest.raises(EngineUnavailableError):
        engine.write([article(version, f"id{version}") for version in range(3, 12)])
    engine._bulk = prompt
    # Meanwhile the first of them changed: its version 3 never comes again.
    assert engine.position() == 2
    log = [*(article(version, f"id{version}") for version in range(4, 12)), article(50, "id3")]
    for write in log:
        engine.write([write])
        engine.refresh()
        assert engine.position() == write.version


def _about(write: Write) -> str:
    return write.document.id if isinstance(write, Put) else write.id


def test_a_server_too_slow_for_a_batch_gets_through_it_nevertheless(
    opened: Opener, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.engines.elasticsearch_bulk.PIECE_ITEMS", 10)
    ticks = itertools.count(0, 4)  # Each look at the clock finds four seconds gone.
    engine = opened()
    engine.prepare()
    engine._bulk = Bulk(client, sleep=no_sleep, clock=lambda: float(next(ticks)))
    log = [article(version, f"id{version}") for version in range(1, 201)]
    tries = 0
    while tries < 10:
        tries += 1
        try:
            report = engine.write(log)
        except EngineUnavailableError:
            engine.refresh()
            assert engine.position() == 0
            continue
        break
    engine.refresh()
    assert 1 < tries < 10
    assert (report.ok, report.stale, report.rejected) == (200, 0, ())
    assert (engine.position(), found(engine)) == (200, state([*log], 200))


def test_a_full_disk_delays_and_loses_nothing(opened: Opener, client: Elasticsearch) -> None:
    engine = opened()
    engine.write([article(1, "a")])
    engine.refresh()
    client.indices.put_settings(
        index=names(engine), settings={"index.blocks.read_only_allow_delete": True}
    )
    with pytest.raises(EngineUnavailableError, match=r"blocked for writing.*cluster_block"):
        engine.write([article(4, "b")])
    engine.refresh()
    assert (engine.position(), found(engine)) == (1, {"a": "v1"})
    client.indices.put_settings(
        index=names(engine), settings={"index.blocks.read_only_allow_delete": None}
    )
    engine.write([article(4, "b")])
    engine.refresh()
    assert (engine.position(), found(engine)) == (4, {"a": "v1", "b": "v4"})


def test_a_red_index_delays_and_loses_nothing(opened: Opener, client: Elasticsearch) -> None:
    engine = opened()
    engine.prepare()
    block = {"index.routing.allocation.require._name": "nowhere"}
    name = engine._set.index("article", month(MAY - 62 * 86_400))
    client.indices.create(
        index=name,
        settings=block,
        aliases=engine._set.aliases("article", month(MAY - 62 * 86_400)),
        wait_for_active_shards="0",
        timeout="1s",
    )
    impatient = opened(seconds=1.0)
    with pytest.raises(EngineUnavailableError):
        impatient.write([article(2, "a")])
    with pytest.raises(EngineUnavailableError):
        engine.search(SearchRequest())
    client.indices.put_settings(
        index=name, settings={"index.routing.allocation.require._name": None}
    )
    client.cluster.health(index=name, wait_for_status="yellow", timeout="30s")
    engine.write([article(2, "a")])
    engine.refresh()
    assert found(engine) == {"a": "v2"}


def test_a_closed_index_stops_and_is_no_dead_letter(opened: Opener, client: Elasticsearch) -> None:
    engine = opened()
    engine.write([article(1, "a")])
    engine.refresh()
    client.indices.close(index=names(engine))
    with pytest.raises(EngineMismatchError, match="index_closed"):
        engine.write([article(4, "b")])
    client.indices.open(index=names(engine))
    client.cluster.health(index=names(engine), wait_for_status="yellow", timeout="30s")
    engine.write([article(4, "b")])
    engine.refresh()
    assert engine.position() == 4


def test_an_index_deleted_behind_our_back_is_written_anew(
    opened: Opener, client: Elasticsearch
) -> None:
    engine = opened()
    engine.write(a_log(30))
    engine.refresh()
    gone = engine._set.index("article", month(MAY))
    client.indices.delete(index=gone)
    engine.write([article(31, "last")])
    engine.refresh()
    assert engine.position() == 0
    log = [*a_log(30), article(31, "last")]
    engine.write(log)
    engine.refresh()
    assert (engine.position(), found(engine)) == (31, state(log, 31))


@pytest.mark.parametrize("gone", ["stories-v*", "articles-v*", "meta-v*", "*"])
def test_whole_kinds_deleted_while_the_desk_runs_are_written_anew(
    opened: Opener, client: Elasticsearch, gone: str
) -> None:
    engine = opened()
    log = [*a_log(30), story(31)]
    engine.write(log)
    engine.refresh()
    prefix = names(engine).removesuffix("-articles")
    client.indices.delete(index=[*client.indices.get(index=f"{prefix}-{gone}")])
    log.append(story(32))
    for _ in range(2):  # As the desk does: what fails now is tried again from the position.
        with suppress(EngineUnavailableError):
            position = engine.position()
            engine.write([write for write in log if write.version > position])
            engine.refresh()
    assert (engine.position(), found(engine)) == (32, state(log, 32))
    assert engine.search(SearchRequest(kind="story")).total == 1


def test_a_mapping_of_another_make_is_refused(opened: Opener, client: Elasticsearch) -> None:
    engine = opened()
    engine.prepare()
    live = IndexSet(names(engine).removesuffix("-articles"))
    other = live.index("article", "2020.01")
    client.indices.create(
        index=other,
        aliases=live.aliases("article", "2020.01"),
        mappings={"properties": {"extra": {"type": "keyword"}}},
    )
    opened().prepare()  # What is more than ours does no harm.
    client.indices.delete(index=other)
    client.indices.delete_index_template(name=live.alias("article"))
    client.indices.create(
        index=other,
        aliases=live.aliases("article", "2020.01"),
        mappings={
            "_meta": {"schema_version": SCHEMA_VERSION},
            "properties": {"title": {"type": "keyword"}},
        },
    )
    with pytest.raises(EngineMismatchError, match=r"not Copydesk's: .* more.*copydesk reindex"):
        opened().prepare()
    client.indices.put_mapping(index=other, meta={"schema_version": 7})
    with pytest.raises(EngineMismatchError, match=r"schema 7.*copydesk reindex"):
        opened().prepare()


def test_nothing_creates_an_index_by_itself(opened: Opener, client: Elasticsearch) -> None:
    engine = opened()
    engine.prepare()
    client.indices.delete(index=engine._set.index("article", month(NOW)))
    bulk = client.bulk(
        operations=[
            {"index": {"_index": names(engine), "_id": "1", "require_alias": True}}, {"title": "x"},
        ]
    )  # fmt: skip
    assert bulk["items"][0]["index"]["status"] == 404
    engine.write([article(1, "a"), article(2, "b")])
    engine.refresh()
    indices = sorted(client.indices.get(index=f"{names(engine)}*"))
    assert [name.rpartition("-")[2] for name in indices] == ["2023.03", "2023.04"]


def test_fields_that_the_mapping_does_not_know_are_refused_in_tests(
    opened: Opener, client: Elasticsearch
) -> None:
    engine = opened()
    engine.prepare()
    answer = client.options(ignore_status=400).index(
        index=engine._set.write_alias("article", month(NOW)),
        id="x",
        document={"nonsense": 1},
    )
    assert "strict_dynamic_mapping_exception" in str(answer)
