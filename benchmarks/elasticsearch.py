"""What Elasticsearch costs: ``python -m benchmarks.elasticsearch [--articles N] [--nodes 1|3]``.

It starts a real cluster on this machine, writes a made-up newsroom through the engine as the desk
does, and prints bytes per article and per story, articles a second, and the time of searches; also
on the way, so that a run that is stopped has told something. With three nodes it kills one in the
middle of writing and goes on: nothing may be lost, and searches must be answered. Everything is
deleted at the end. The figures are of this machine.
"""

import argparse
import signal
import statistics
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Any, TypeVar

from elasticsearch import Elasticsearch

from benchmarks.elasticsearch_corpus import Corpus
from deploy.elasticsearch.cluster import Cluster, start
from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_names import IndexSet
from indexer.engines.protocol import Engine, Order, Put, SearchRequest, WalkRequest
from indexer.errors import EngineUnavailableError

BATCH = 2000
STEP = 20_000  # Articles between two interim reports.
ROUNDS = 15
INTERIM_ROUNDS = 3
KILL_AFTER = 5.0  # Seconds of writing.
PATIENCE = 60  # Times that a batch is tried again, a second apart.
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
        "range": f"{words[200]} published:>=2023-05-02",
        "everything": "",
    }


def until(end: float, documents: Iterable[_Document]) -> Iterator[_Document]:
    """The documents, and no more of them after a moment of the monotonic clock."""
    for document in documents:
        if time.monotonic() > end:
            return
        yield document


def pieces(documents: Iterable[_Document], size: int) -> Iterator[list[_Document]]:
    """Lists of ``size``, the last one shorter."""
    walk = iter(documents)
    while piece := list(islice(walk, size)):
        yield piece


def write(engine: Engine, documents: Iterable[_Document], at: int) -> tuple[int, float]:
    """Write all in the desk's batches after log position ``at``.

    The position then, and seconds in the engine.
    """
    spent = 0.0
    for batch in pieces(documents, BATCH):
        puts = [Put(version=at + n, document=each) for n, each in enumerate(batch, 1)]
        began = time.perf_counter()
        _write(engine, puts)
        spent += time.perf_counter() - began
        at += len(puts)
    return at, spent


def _write(engine: Engine, puts: list[Put]) -> None:
    """One batch, again and again while the server is not able to, as the desk does."""
    for _ in range(PATIENCE):
        try:
            report = engine.write(puts)
            engine.refresh()
        except EngineUnavailableError as error:
            print(f"tried again: {error}", flush=True)
            time.sleep(1)
            continue
        if report.ok != len(puts):
            sys.exit(f"not everything was written: {report}")
        return
    sys.exit("the server does not take it")


def measure(engine: Engine, asked: dict[str, str], rounds: int, *, each: bool = True) -> int:
    """Print median and 95th percentile in milliseconds, of each query in each order if wanted.

    How many searches it were.
    """
    every: list[float] = []
    for name, query in asked.items():
        for order in ORDERS:
            request = SearchRequest(query=query, order=order)
            times: list[float] = []
            total = 0
            for _ in range(rounds):
                began = time.perf_counter()
                total = engine.search(request).total
                times.append((time.perf_counter() - began) * 1000)
            every += times
            if each:
                print(f"{name:18} {order:10} {total:8} found  {_percentiles(times)}", flush=True)
    print(f"{'all searches':18} {'':10} {'':14} {_percentiles(every)}", flush=True)
    return len(every)


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


def tell_heap(client: Elasticsearch) -> None:
    for node in client.nodes.stats(metric="jvm")["nodes"].values():
        heap, after = node["jvm"]["mem"], node["jvm"]["mem"]["pools"]["old"]
        print(
            f"heap {heap['heap_used_in_bytes'] >> 20} of {heap['heap_max_in_bytes'] >> 20} MiB, "
            f"{after['used_in_bytes'] >> 20} old",
            flush=True,
        )


def clone(client: Elasticsearch, wanted: int) -> int:
    """Copy the articles' month to other months until there are ``wanted`` articles; how many.

    The server links the same files under another index: nothing is written again, but every search
    looks through each copy. Identical articles then, in place of a month that would be written
    for hours.
    """
    named = IndexSet(PREFIX)
    alias = named.alias("article")
    counts: dict[str, int] = {
        name: index["primaries"]["docs"]["count"]
        for name, index in client.indices.stats(index=alias, metric="docs")["indices"].items()
    }
    month, size = max(counts.items(), key=lambda each: each[1])
    client.indices.add_block(index=month, block="write")
    copies = max(0, -(-wanted // size) - 1)
    for number in range(copies):
        client.indices.clone(
            index=month,
            target=named.index("article", f"{2000 + number // 12}.{number % 12 + 1:02}"),
            aliases={alias: {}},
        )
    client.cluster.health(wait_for_status="green", timeout="600s")
    return copies


def one_node(cluster: Cluster, count: int, minutes: float, searched: int) -> None:
    """Fill for so many minutes at most, weigh and search; then search among so many."""
    corpus = Corpus()
    asked = queries(corpus)
    articles = until(time.monotonic() + 60 * minutes, corpus.articles(count))
    settings = ElasticsearchSettings(hosts=cluster.urls, prefix=PREFIX)
    patient = Elasticsearch(cluster.urls[0], request_timeout=3600)
    with closing(ElasticsearchEngine(settings)) as engine, patient as client:
        engine.prepare()
        done = 0
        while True:
            processor = Processor(client)
            before = done
            done, spent = write(engine, islice(articles, STEP), before)
            if done == before:
                break
            print(f"{done} articles, {(done - before) / spent:.0f}/s in the engine", flush=True)
            processor.tell(done - before, "article, with its making")
            tell_sizes(client, "as written")
            processor.tell(measure(engine, asked, INTERIM_ROUNDS, each=False), "search")
            tell_heap(client)
        stories, spent = write(engine, corpus.stories(done), done)
        print(f"{stories - done} stories, {(stories - done) / spent:.0f}/s", flush=True)
        processor.tell(stories - done, "story, with its making")
        for state in ("as written", "merged"):
            if state == "merged":
                client.indices.forcemerge(index=f"{PREFIX}-*", max_num_segments=1)
                processor.tell(done, "article, merging")
            tell_sizes(client, state)
            processor.tell(measure(engine, asked, ROUNDS), f"search, {state}")
            tell_heap(client)
        if searched > done:
            print(f"{clone(client, searched)} copies of the month, searched together")
            processor.tell(1, "copying, in all")
            processor.tell(measure(engine, asked, ROUNDS), "search among the copies")
            tell_heap(client)


class Reader(threading.Thread):
    """Searches all the time beside the writing, and remembers the worst answers."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        super().__init__(daemon=True)
        self._engine = ElasticsearchEngine(settings)
        self._ended = threading.Event()
        self._answers: list[float] = []
        self._failed: list[str] = []

    def run(self) -> None:
        while not self._ended.wait(0.05):
            began = time.perf_counter()
            try:
                self._engine.search(SearchRequest())
            except EngineUnavailableError as error:
                self._failed.append(str(error))
            self._answers.append(time.perf_counter() - began)

    def tell(self) -> None:
        """End, and print how it was."""
        self._ended.set()
        self.join()
        self._engine.close()
        print(
            f"{len(self._answers)} searches meanwhile, the slowest {max(self._answers):.2f} s, "
            f"{len(self._failed)} failed {self._failed[:2]}"
        )


def three_nodes(cluster: Cluster, count: int) -> None:
    """Fill by halves, kill a node while the second is written; all must be there and found."""
    corpus = Corpus()
    documents = corpus.articles(count)
    half = count // 2
    settings = ElasticsearchSettings(hosts=cluster.urls, prefix=PREFIX)
    with (
        closing(ElasticsearchEngine(settings)) as engine,
        Elasticsearch(cluster.urls[0], request_timeout=300) as client,
    ):
        engine.prepare()
        processor = Processor(client)
        _, seconds = write(engine, islice(documents, half), 0)
        print(f"three nodes: {half} articles, {half / seconds:.0f}/s")
        processor.tell(half, "article, both copies, with its making")
        tell_sizes(client, "as written")
        processor.tell(measure(engine, queries(corpus), ROUNDS), "search")
        reader = Reader(settings)
        killer = threading.Timer(KILL_AFTER, cluster.kill_node, ["node-2"])
        reader.start()
        killer.start()
        _, seconds = write(engine, documents, half)
        killer.join()
        reader.tell()
        found = engine.search(SearchRequest()).total
        print(f"one killed: {count - half} more, {(count - half) / seconds:.0f}/s, {found} found")
        if found != count:
            sys.exit("something was lost")
        held = set(chain.from_iterable(engine.walk(WalkRequest())))
        print(f"{len(held)} different articles walked through")
        measure(engine, queries(corpus), ROUNDS)
        began = time.perf_counter()
        cluster.start_node("node-2")
        cluster.wait()
        state = client.cluster.health(wait_for_status="green", timeout="280s")["status"]
        print(
            f"back and {state} after {time.perf_counter() - began:.0f} s, "
            f"{sizes(client)['article'][0]} articles"
        )


def main() -> None:
    """Start, measure, delete."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    parser.add_argument("--heap", type=int, default=1024, help="MiB for each node")
    parser.add_argument("--minutes", type=float, default=600, help="of writing at most, one node")
    parser.add_argument("--searched", type=int, default=0, help="articles, with copies, one node")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and the servers with it
    with start(nodes=given.nodes, heap_mb=given.heap, collector="G1") as cluster:
        print(
            f"Elasticsearch {cluster.release.version}, {given.nodes} nodes, {given.heap} MiB heap"
        )
        if given.nodes == 1:
            one_node(cluster, given.articles, given.minutes, given.searched)
        else:
            three_nodes(cluster, given.articles)


if __name__ == "__main__":
    main()
