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
from indexer.engines.elasticsearch_rebuild import ElasticsearchRebuild
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded_rebuild import EmbeddedRebuild
from indexer.engines.protocol import Engine, Rebuild
from tests.conformance.corpus import NOW, writes
from tests.servers import majors

ENGINES = (
    "embedded",
    *(
        pytest.param(major, id=f"elasticsearch{major}", marks=pytest.mark.elasticsearch)
        for major in sorted(majors())  # The newest last: other tests go on with its server.
    ),
)


class Place:
    """Somewhere an index can be: opens engines on it, and begins to build it anew."""

    def __init__(self, engine: Callable[[], Engine], rebuild: Callable[[], Rebuild]) -> None:
        self._engine = engine
        self.rebuild = rebuild

    def __call__(self) -> Engine:
        return self._engine()


@pytest.fixture(scope="session", params=ENGINES)
def opener(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Place]]:
    """Makes places for an index."""
    if request.param == "embedded":

        def embedded() -> Place:
            path: Path = tmp_path_factory.mktemp("index")
            return Place(
                lambda: EmbeddedEngine(path, clock=lambda: NOW),
                lambda: EmbeddedRebuild(path, clock=lambda: NOW),
            )

        yield embedded
        return
    url = request.getfixturevalue("elasticsearch_servers").of(request.param).urls[0]
    prefixes: list[str] = []

    def elasticsearch() -> Place:
        prefixes.append(f"t{uuid.uuid4().hex[:12]}")
        settings = ElasticsearchSettings(hosts=(url,), prefix=prefixes[-1], mapping="strict")
        return Place(
            lambda: ElasticsearchEngine(settings, clock=lambda: NOW),
            lambda: ElasticsearchRebuild(settings, clock=lambda: NOW),
        )

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
def place(opener: Callable[[], Place]) -> Place:
    """Opens engines, one at a time, on an index that does not exist yet."""
    return opener()


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    """An empty engine."""
    opened = place()
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def newsroom(opener: Callable[[], Place]) -> Iterator[Engine]:
    """An engine that holds the corpus; for tests that only read."""
    opened = opener()()
    opened.prepare()
    opened.write(writes())
    opened.refresh()
    yield opened
    opened.close()
