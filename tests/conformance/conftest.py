"""Every engine, empty and prepared, for every test of this folder."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import ConnectionError as AwayError
from elasticsearch import Elasticsearch

from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import Engine
from tests.conformance.corpus import NOW, writes
from tests.servers import majors

ENGINES = (
    "embedded",
    *(
        pytest.param(major, id=f"elasticsearch{major}", marks=pytest.mark.elasticsearch)
        for major in majors()
    ),
)
Opener = Callable[[], Engine]


@pytest.fixture(scope="session", params=ENGINES)
def opener(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Opener]]:
    """Makes places for an index; each place is a function that opens an engine on it."""
    if request.param == "embedded":

        def embedded() -> Opener:
            path: Path = tmp_path_factory.mktemp("index")
            return lambda: EmbeddedEngine(path, clock=lambda: NOW)

        yield embedded
        return
    url = request.getfixturevalue("elasticsearch_servers").of(request.param).urls[0]
    prefixes: list[str] = []

    def elasticsearch() -> Opener:
        prefixes.append(f"t{uuid.uuid4().hex[:12]}")
        settings = ElasticsearchSettings(hosts=(url,), prefix=prefixes[-1], mapping="strict")
        return lambda: ElasticsearchEngine(settings, clock=lambda: NOW)

    yield elasticsearch
    # The server of one version is ended when tests ask for the next; its indices went with it.
    with suppress(AwayError), Elasticsearch(url) as client:
        for prefix in prefixes:
            _clean(client, prefix)


def _clean(client: Elasticsearch, prefix: str) -> None:
    options: dict[str, Any] = {"ignore_status": 404}
    names = [*client.options(**options).indices.get(index=f"{prefix}-*")]
    if names:
        client.indices.delete(index=names)
    client.options(**options).indices.delete_index_template(name=f"{prefix}-*")
    client.options(**options).cluster.delete_component_template(name=f"{prefix}-*")


@pytest.fixture
def place(opener: Callable[[], Opener]) -> Opener:
    """Opens engines, one at a time, on an index that does not exist yet."""
    return opener()


@pytest.fixture
def engine(place: Opener) -> Iterator[Engine]:
    """An empty engine."""
    opened = place()
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def newsroom(opener: Callable[[], Opener]) -> Iterator[Engine]:
    """An engine that holds the corpus; for tests that only read."""
    opened = opener()()
    opened.prepare()
    opened.write(writes())
    opened.refresh()
    yield opened
    opened.close()
