"""Indices of a real server: texts as people look for them, and a change of the schema."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from elasticsearch import BadRequestError, Elasticsearch

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines import elasticsearch_names as names
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_rebuild import ElasticsearchRebuild
from indexer.engines.protocol import Put, SearchRequest
from indexer.errors import EngineMismatchError

pytestmark = pytest.mark.elasticsearch
MAY = 1_685_404_800.0
ARTICLES = (
    ArticleDocument(
        id="de", title="Überfall auf Häuser", text="Die Kinder waren in den Häusern.",
        outlet="Süddeutsche", language="de-DE", country="DE", first_seen=MAY,
    ),
    ArticleDocument(
        id="en", title="Banks are closing", text="The banks close on Friday.",
        outlet="The Wire", language="en", country="gb", first_seen=MAY, url="https://x/" * 200,
    ),
    ArticleDocument(id="zh", title="北京大学", text="大学的学生", language="zh", first_seen=MAY),
    ArticleDocument(id="tlh", title="Qapla' batlh", language="tlh", first_seen=MAY),
)  # fmt: skip
STORY = StoryDocument(id="s", headline="Banks", first_report=MAY, last_report=MAY)
LOG = [
    *(Put(version=number, document=each) for number, each in enumerate(ARTICLES, 1)),
    Put(version=5, document=STORY),
]


@pytest.fixture
def settings(elasticsearch_url: str) -> Iterator[ElasticsearchSettings]:
    """Of an index that does not exist yet, and is deleted after the test."""
    prefix = f"s{uuid.uuid4().hex[:12]}"
    yield ElasticsearchSettings(hosts=(elasticsearch_url,), prefix=prefix, mapping="strict")
    with Elasticsearch(elasticsearch_url) as client:
        client.indices.delete(index=[*client.indices.get(index=f"{prefix}-*")])


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url) as opened:
        yield opened


def fill(settings: ElasticsearchSettings) -> None:
    with closing(ElasticsearchEngine(settings)) as engine:
        engine.prepare()
        engine.write(LOG)
        engine.refresh()


def test_people_find_texts_in_their_language_and_in_any(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    """As Kibana asks: each condition becomes a match, a phrase, a term or an existence."""
    fill(settings)

    def found(query: dict[str, Any]) -> list[str]:
        answer = client.search(index=f"{settings.prefix}-articles", query=query, sort=["id"])
        return [hit["_source"]["id"] for hit in answer["hits"]["hits"]]

    assert found({"match": {"stemmed.de": "Haus"}}) == ["de"]
    assert found({"match": {"text": "Haus"}}) == []
    assert found({"match": {"stemmed.en": "closed bank"}}) == ["en"]
    assert found({"match": {"stemmed.zh": "北京"}}) == ["zh"]
    assert found({"match": {"title": "uberfall"}}) == ["de"]
    assert found({"match_phrase": {"text": "banks close"}}) == ["en"]
    assert found({"match_phrase": {"text": "close banks"}}) == []
    # Words in quotes without a field; stemmed texts, which know no places, are passed over.
    anywhere = {"type": "phrase", "query": "banks close", "lenient": True, "fields": ["*"]}
    assert found({"multi_match": anywhere}) == ["en"]
    assert found({"match": {"outlet.folded": "suddeutsche"}}) == ["de"]
    assert found({"term": {"outlet": "süddeutsche"}}) == []
    assert found({"term": {"country": "GB"}}) == found({"term": {"country": "gb"}}) == ["en"]
    assert found({"exists": {"field": "stemmed.de"}}) == ["de"]
    # What is longer than any real address is kept, but not looked for as one value.
    assert found({"exists": {"field": "url"}}) == []
    assert found({"match": {"title": "batlh"}}) == ["tlh"]


def test_an_index_of_the_schema_before_is_refused_until_it_is_made_anew(
    settings: ElasticsearchSettings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        for module in ("names", "schema", "indices"):
            place = f"indexer.engines.elasticsearch_{module}.SCHEMA_VERSION"
            before.setattr(place, names.SCHEMA_VERSION - 1)
        fill(settings)
        old = set(client.indices.get(index=f"{settings.prefix}-*"))
    assert f"{settings.prefix}-stories-v{names.SCHEMA_VERSION - 1}" in old
    with closing(ElasticsearchEngine(settings)) as engine:
        with pytest.raises(EngineMismatchError, match=r"has schema \d+.*copydesk reindex"):
            engine.prepare()
        with pytest.raises(EngineMismatchError, match=r"has schema"):
            engine.write(LOG)
        # Whoever only reads is not kept from it.
        assert engine.search(SearchRequest(query="banks")).total == 1
        with closing(ElasticsearchRebuild(settings)) as rebuild:
            rebuild.prepare()
            rebuild.write(LOG)
            rebuild.exchange()
        engine.prepare()
        assert (engine.position(), engine.search(SearchRequest()).total) == (5, 4)
    left = set(client.indices.get(index=f"{settings.prefix}-*"))
    assert left & old == {f"{settings.prefix}-meta-v1"}


def test_a_server_refuses_the_words_of_a_newer_client(client: Elasticsearch) -> None:
    """What :func:`indexer.engines.elasticsearch_probe.probe` knows such a client by."""
    major = int(client.info()["version"]["number"].partition(".")[0])
    newer = {"accept": f"application/vnd.elasticsearch+json; compatible-with={major + 1}"}
    with pytest.raises(BadRequestError) as caught:
        client.perform_request("GET", "/", headers=newer)
    assert caught.value.error == "media_type_header_exception"
