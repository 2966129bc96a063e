"""With security on: TLS by our own authority, keys with few rights, and clear refusals."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from elasticsearch import ApiError, Elasticsearch

from deploy.elasticsearch.cluster import Cluster
from indexer.documents import ArticleDocument
from indexer.engines import elasticsearch_rights as rights
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_probe import probe
from indexer.engines.elasticsearch_rebuild import ElasticsearchRebuild
from indexer.engines.protocol import FacetsRequest, Put, SearchRequest
from indexer.errors import EngineMismatchError, EngineUnavailableError
from tests.indexer.certificates import PASSWORD, Authority

PUT = Put(version=1, document=ArticleDocument(id="a", title="storm", first_seen=1_685_404_800.0))


@pytest.fixture
def chief(secured_cluster: Cluster, authority: Authority) -> Iterator[Elasticsearch]:
    """The superuser."""
    with Elasticsearch(
        secured_cluster.urls[0], basic_auth=("chief", PASSWORD), ca_certs=str(authority.file)
    ) as client:
        yield client


Keys = Callable[[dict[str, Any]], ElasticsearchSettings]


@pytest.fixture
def keyed(secured_cluster: Cluster, chief: Elasticsearch, authority: Authority) -> Keys:
    """Settings with a key of these rights."""

    def made(descriptors: dict[str, Any]) -> ElasticsearchSettings:
        key = chief.security.create_api_key(name="test", role_descriptors=descriptors)
        return ElasticsearchSettings(
            hosts=secured_cluster.urls, api_key=key["encoded"], ca_file=str(authority.file),
            prefix="news", mapping="strict",
        )  # fmt: skip

    return made


@pytest.mark.elasticsearch
def test_the_desks_key_makes_writes_and_rebuilds_and_no_more(
    keyed: Keys, chief: Elasticsearch
) -> None:
    settings = keyed(rights.desk("news"))
    engine = ElasticsearchEngine(settings)
    engine.prepare()
    engine.write([PUT])
    engine.refresh()
    assert engine.search(SearchRequest(query="storm")).total == engine.position() == 1
    rebuild = ElasticsearchRebuild(settings)
    rebuild.prepare()
    rebuild.write([PUT])
    rebuild.exchange()
    assert engine.position() == 1
    engine.close()
    rebuild.close()
    with Elasticsearch(
        settings.hosts[0], api_key=settings.api_key, ca_certs=settings.ca_file
    ) as client:
        beyond: tuple[Callable[[], object], ...] = (
            lambda: client.indices.create(index="others"),
            lambda: client.search(index="others"),
            lambda: client.cluster.put_settings(persistent={"cluster.max_shards_per_node": 500}),
            client.security.get_user,
        )
        for forbidden in beyond:
            with pytest.raises(ApiError) as caught:
                forbidden()
            assert caught.value.meta.status == 403
        assert probe(client, settings) == probe(chief, settings)
    assert set(chief.indices.get_alias(name="news-stories")) == {"news-stories-v4.2"}


@pytest.mark.elasticsearch
def test_the_desks_key_mends_aliases_names_templates_and_leaves_others_indices(
    keyed: Keys, chief: Elasticsearch
) -> None:
    settings = keyed(rights.desk("news"))
    engine = ElasticsearchEngine(settings)
    engine.prepare()
    engine.write([PUT])
    engine.refresh()
    chief.indices.delete_alias(index="news-*", name="news-*")
    with closing(ElasticsearchEngine(settings)) as again:
        again.prepare()
    assert engine.search(SearchRequest(query="storm")).total == engine.position() == 1
    engine.close()
    chief.indices.create(index="others", aliases={"news-articles": {}})
    with closing(ElasticsearchRebuild(settings)) as rebuild:
        rebuild.prepare()
        rebuild.write([PUT])
        with pytest.raises(EngineMismatchError, match=r"others: .*may not take .*news-articles"):
            rebuild.exchange()
    chief.indices.delete_alias(index="others", name="news-articles")
    with closing(ElasticsearchRebuild(settings)) as rebuild:
        rebuild.prepare()
        rebuild.write([PUT])
        rebuild.exchange()
    chief.indices.delete(index="others")
    chief.indices.put_index_template(
        name="rival", index_patterns=["news-*"], priority=501, template={}
    )
    with (
        closing(ElasticsearchRebuild(settings)) as rebuild,
        pytest.raises(EngineMismatchError, match="rival of priority 501"),
    ):
        rebuild.prepare()
    chief.indices.delete_index_template(name="rival")


@pytest.mark.elasticsearch
def test_the_readers_key_only_reads(keyed: Keys) -> None:
    desk = ElasticsearchEngine(keyed(rights.desk("news")))
    desk.prepare()
    desk.write([PUT])
    desk.refresh()
    reader = ElasticsearchEngine(keyed(rights.reader("news")))
    assert reader.search(SearchRequest(query="storm")).total == 1
    assert reader.facets(FacetsRequest()).total == 1
    assert reader.position() == desk.position() == 1
    for forbidden in (reader.prepare, lambda: reader.write([PUT]), reader.refresh):
        with pytest.raises(EngineUnavailableError, match=r"refuses the API key.*HTTP 403"):
            forbidden()
    reader._ready = True  # As if its rights had been taken away while it runs.
    with pytest.raises(EngineUnavailableError, match=r"refuses the API key.*HTTP 403"):
        reader.write([PUT])
    desk.close()
    reader.close()


@pytest.mark.elasticsearch
def test_wrong_revoked_and_missing_credentials_are_said_without_showing_them(
    keyed: Keys, chief: Elasticsearch
) -> None:
    good = keyed(rights.desk("news"))
    engine = ElasticsearchEngine(good)
    engine.prepare()
    for change in ({"api_key": "d3Jvbmc6d3Jvbmc="}, {"api_key": ""}):
        bad = ElasticsearchEngine(msgspec.structs.replace(good, **change))
        with pytest.raises(
            EngineUnavailableError, match=r"refuses the API key.*HTTP 401"
        ) as caught:
            bad.prepare()
        assert "d3Jvbmc" not in str(caught.value)
        bad.close()
    basic = msgspec.structs.replace(good, api_key="", username="chief", password=PASSWORD)
    named = ElasticsearchEngine(basic)
    named.prepare()
    named.close()
    wrong = ElasticsearchEngine(msgspec.structs.replace(basic, password="guessed"))
    with pytest.raises(EngineUnavailableError, match="HTTP 401") as caught:
        wrong.prepare()
    assert "guessed" not in str(caught.value)
    wrong.close()
    chief.security.invalidate_api_key(name="test")
    with pytest.raises(EngineUnavailableError, match="HTTP 401"):
        engine.write([PUT])
    engine.close()


@pytest.mark.elasticsearch
def test_a_certificate_of_another_authority_is_not_trusted(keyed: Keys, tmp_path: Path) -> None:
    other = Authority(tmp_path)
    engine = ElasticsearchEngine(
        msgspec.structs.replace(keyed(rights.desk("news")), ca_file=str(other.file))
    )
    with pytest.raises(EngineUnavailableError, match="not trusted"):
        engine.prepare()
    engine.close()


def test_an_expired_certificate_is_said(authority: Authority, tmp_path: Path) -> None:
    context = authority.sign(ends=-dt.timedelta(days=1)).context(tmp_path)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = ElasticsearchSettings(
            hosts=(f"https://127.0.0.1:{server.server_port}",), ca_file=str(authority.file)
        )
        engine = ElasticsearchEngine(settings)
        with pytest.raises(EngineUnavailableError, match=r"has expired.*engine\.ca_file"):
            engine.prepare()
        engine.close()
        server.shutdown()
