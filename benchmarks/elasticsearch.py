"""What Elasticsearch costs: ``python -m benchmarks.elasticsearch [--articles N] [--nodes 1|3]``.

It starts a real cluster on this machine, writes a made-up newsroom through the engine as the desk
does, and prints bytes per article and per story, articles a second, and the time of searches. With
three nodes it kills one in the middle of writing and goes on: nothing may be lost, and searches
must be answered. Everything is deleted at the end. The figures are of this machine.
"""

import argparse
import signal
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any, TypeVar

from elasticsearch import Elasticsearch

from benchmarks.elasticsearch_corpus import STORY, Corpus
from deploy.elasticsearch.cluster import Cluster, start
from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_names import IndexSet
from indexer.engines.protocol import Engine, Order, Put, SearchRequest

BATCH = 2000
ROUNDS = 15
ORDERS: tuple[Order, ...] = ("relevance", "newest")
PREFIX = "bench"
_Document = TypeVar("_Document", ArticleDocument, StoryDocument)


def queries(corpus: Corpus) -> dict[str, str]:
    """What people and programs ask, by name."""
    words = corpus.words
    return {
        "one frequent word": words[30],
        "one rare word": words[40_000],
        "three words": f"{words[100]} {words[500]} {words[2000]}",
        "phrase": f'"{words[3]} {words[9]}"',
        "prefix": f"{words[9000][:5]}*",
        "boolean": f"({words[300]} OR {words[900]}) -{words[50]} source:feed7",
        "range": f"{words[200]} published:>=2023-05-20",
        "everything": "",
    }


def pieces(documents: Iterable[_Document], size: int) -> Iterator[list[_Document]]:
    """Lists of ``size``, the last one shorter."""
    walk = iter(documents)
    while piece := list(islice(walk, size)):
        yield piece


def write(engine: Engine, documents: Iterable[_Document], at: int) -> float:
    """Write all in the desk's batches from log position ``at``; seconds in the engine."""
    spent = 0.0
    for batch in pieces(documents, BATCH):
        puts = [Put(version=at + n, document=each) for n, each in enumerate(batch, 1)]
        began = time.perf_counter()
        report = engine.write(puts)
        engine.refresh()
        spent += time.perf_counter() - began
        if report.ok != len(puts):
            sys.exit(f"not everything was written: {report.rejected[:3]}")
        at += len(puts)
    return spent


def measure(engine: Engine, asked: dict[str, str]) -> None:
    """Print median and 95th percentile of each query in each order, in milliseconds."""
    every: list[float] = []
    for name, query in asked.items():
        for order in ORDERS:
            request = SearchRequest(query=query, order=order)
            times: list[float] = []
            total = 0
            for _ in range(ROUNDS):
                began = time.perf_counter()
                total = engine.search(request).total
                times.append((time.perf_counter() - began) * 1000)
            every += times
            print(f"{name:18} {order:10} {total:8} found  {_percentiles(times)}", flush=True)
    print(f"{'all':18} {'':10} {'':14} {_percentiles(every)}")


def _percentiles(times: list[float]) -> str:
    late = statistics.quantiles(times, n=20)[-1]
    return f"p50 {statistics.median(times):7.1f}  p95 {late:7.1f} ms"


def sizes(client: Elasticsearch) -> dict[str, tuple[int, int]]:
    """Documents and bytes on disk of each kind, one copy of each shard."""
    found: dict[str, tuple[int, int]] = {}
    names = IndexSet(PREFIX)
    for kind in ("article", "story"):
        stats: dict[str, Any] = dict(client.indices.stats(index=names.alias(kind)))
        primaries = stats["_all"]["primaries"]
        found[kind] = (primaries["docs"]["count"], primaries["store"]["size_in_bytes"])
    return found


def tell_sizes(client: Elasticsearch, when: str) -> None:
    for kind, (count, size) in sizes(client).items():
        print(
            f"{when}: {count} {kind} documents, {size / max(count, 1):.0f} bytes each", flush=True
        )


class Processor:
    """Processor time of this process and of all nodes: what a busy machine does not distort."""

    def __init__(self, client: Elasticsearch) -> None:
        self._client = client
        self._ours, self._theirs = self._now()

    def _now(self) -> tuple[float, float]:
        nodes = self._client.nodes.stats(metric="process")["nodes"].values()
        theirs = sum(node["process"]["cpu"]["total_in_millis"] for node in nodes)
        return time.process_time() * 1000, theirs

    def tell(self, count: int, what: str) -> None:
        """Print milliseconds since the last time, for each of ``count``."""
        ours, theirs = self._now()
        print(
            f"processor time for each {what}: {(ours - self._ours) / count:.2f} ms here, "
            f"{(theirs - self._theirs) / count:.2f} ms in Elasticsearch",
            flush=True,
        )
        self._ours, self._theirs = ours, theirs


def one_node(cluster: Cluster, count: int) -> None:
    """Fill, weigh and search."""
    corpus = Corpus()
    settings = ElasticsearchSettings(hosts=cluster.urls, prefix=PREFIX)
    patient = Elasticsearch(cluster.urls[0], request_timeout=3600)
    with closing(ElasticsearchEngine(settings)) as engine, patient as client:
        engine.prepare()
        done = 0
        spent = 0.0
        processor = Processor(client)
        for part in pieces(corpus.articles(count), max(count // 20, BATCH)):
            spent += write(engine, part, done)
            done += len(part)
            print(f"{done} articles, {done / spent:.0f}/s in the engine", flush=True)
        processor.tell(count, "article, with its making")
        seconds = write(engine, corpus.stories(count), done)
        print(f"{count // STORY} stories, {count // STORY / seconds:.0f}/s", flush=True)
        processor.tell(count // STORY, "story, with its making")
        tell_sizes(client, "as written")
        asked = queries(corpus)
        searches = len(asked) * len(ORDERS) * ROUNDS
        for state in ("as written", "merged"):
            if state == "merged":
                client.indices.forcemerge(index=f"{PREFIX}-*", max_num_segments=1)
                tell_sizes(client, state)
                processor.tell(count, "article, merging")
            measure(engine, asked)
            processor.tell(searches, f"search, {state}")
        heap = client.nodes.stats(metric="jvm")["nodes"].popitem()[1]["jvm"]["mem"]
        print(f"heap {heap['heap_used_in_bytes'] >> 20} of {heap['heap_max_in_bytes'] >> 20} MiB")


def three_nodes(cluster: Cluster, count: int) -> None:
    """Fill by halves, kill a node in between, and see that all is there and found."""
    corpus = Corpus()
    settings = ElasticsearchSettings(hosts=cluster.urls, prefix=PREFIX)
    documents = list(corpus.articles(count))
    half = count // 2
    with closing(ElasticsearchEngine(settings)) as engine:
        engine.prepare()
        seconds = write(engine, documents[:half], 0)
        print(f"three nodes: {half} articles, {half / seconds:.0f}/s")
        measure(engine, queries(corpus))
        cluster.kill_node("node-2")
        began = time.perf_counter()
        found = engine.search(SearchRequest()).total
        print(f"one killed: {found} found, {time.perf_counter() - began:.2f} s to the first answer")
        seconds = write(engine, documents[half:], half)
        found = engine.search(SearchRequest()).total
        print(f"two nodes: {count - half} more, {(count - half) / seconds:.0f}/s, {found} found")
        if found != count:
            sys.exit("something was lost")
        measure(engine, queries(corpus))
        cluster.start_node("node-2")
        cluster.wait()
        with Elasticsearch(cluster.urls[0], request_timeout=300) as client:
            client.cluster.health(wait_for_status="green", timeout="200s")
            print(
                f"back: {client.cluster.health()['status']}, {sizes(client)['article'][0]} articles"
            )


def main() -> None:
    """Start, measure, delete."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    parser.add_argument("--heap", type=int, default=1024, help="MiB for each node")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and the servers with it
    with start(nodes=given.nodes, heap_mb=given.heap) as cluster:
        print(
            f"Elasticsearch {cluster.release.version}, {given.nodes} nodes, {given.heap} MiB heap"
        )
        (one_node if given.nodes == 1 else three_nodes)(cluster, given.articles)


if __name__ == "__main__":
    main()
