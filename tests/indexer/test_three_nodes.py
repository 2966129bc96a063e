"""Three nodes: one is killed, then all of them; nothing is lost, and searches go on with two."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from deploy.elasticsearch.cluster import Cluster
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.protocol import SearchRequest, Write
from indexer.errors import EngineUnavailableError
from tests.indexer.test_faults import NOW, a_log, found, state
from tests.servers import Servers, majors, started

pytestmark = [pytest.mark.elasticsearch, pytest.mark.timeout(900)]
LOG = a_log(600)
BATCH = 20


@pytest.fixture(scope="module")
def cluster(elasticsearch_servers: Servers) -> Iterator[Cluster]:
    """Three nodes of the newest version, beside no other."""
    elasticsearch_servers.stop()
    with started(majors()[0], nodes=3) as running:
        yield running


def engine_on(cluster: Cluster) -> ElasticsearchEngine:
    settings = ElasticsearchSettings(hosts=cluster.urls, prefix="three", mapping="strict")
    return ElasticsearchEngine(settings, clock=lambda: NOW)


def catch_up(engine: ElasticsearchEngine, log: list[Write]) -> None:
    """Write the log as a desk would, again and again from the engine's own position."""
    for _ in range(200):
        try:
            position = engine.position()
            while batch := log[position : position + BATCH]:
                engine.write(batch)
                engine.refresh()
                position = batch[-1].version
        except EngineUnavailableError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError("the cluster did not come back")


def search(engine: ElasticsearchEngine, done: Event) -> list[int]:
    """Totals of one search after the other; an error ends it."""
    totals = []
    while not done.is_set():
        totals.append(engine.search(SearchRequest(query="id:id1 OR id:id2 OR id:id4")).total)
    return totals


def home_of_a_primary(client: Elasticsearch) -> str:
    shards: Any = client.cat.shards(index="three-articles", format="json", h="prirep,node").body
    return next(str(shard["node"]) for shard in shards if shard["prirep"] == "p")


def test_one_is_killed_and_searches_and_writes_go_on(cluster: Cluster) -> None:
    desk, reader = engine_on(cluster), engine_on(cluster)
    desk.prepare()
    first = LOG[: len(LOG) // 4]
    catch_up(desk, first)
    survivor = Elasticsearch(cluster.urls)
    survivor.cluster.health(index="three-*", wait_for_status="green", timeout="60s")
    victim = home_of_a_primary(survivor)
    done = Event()
    with ThreadPoolExecutor() as pool:
        searching = pool.submit(search, reader, done)
        writing = pool.submit(catch_up, desk, LOG)
        try:
            cluster.kill_node(victim)
            writing.result(timeout=300)
        finally:
            done.set()
        totals = searching.result(timeout=60)
    assert totals
    assert set(totals) == {3}
    assert desk.position() == len(LOG)
    assert found(desk) == state(LOG, len(LOG))
    cluster.start_node(victim)
    cluster.wait()
    survivor.options(request_timeout=90).cluster.health(
        index="three-*", wait_for_status="green", timeout="60s"
    )
    survivor.close()
    desk.close()
    reader.close()


def test_all_are_killed_and_come_back(cluster: Cluster) -> None:
    desk = engine_on(cluster)
    catch_up(desk, LOG)
    for name in [*cluster.processes]:
        cluster.kill_node(name)
    with pytest.raises(EngineUnavailableError, match="the index catches up by itself"):
        desk.write(LOG[:BATCH])
    with pytest.raises(EngineUnavailableError):
        desk.position()
    for plan in cluster.plans:
        cluster.start_node(plan.name)
    cluster.wait()
    longer = a_log(700)
    catch_up(desk, longer)
    assert (desk.position(), found(desk)) == (700, state(longer, 700))
    desk.close()
