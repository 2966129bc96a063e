"""Indexing rate and search times of the embedded engine: ``python -m benchmarks.search [N]``.

Articles are drawn from a Zipf-like vocabulary, 120 to 400 words each, over 30 days; the numbers
are of this machine and mean something only beside others of the same machine.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from indexer.documents import ArticleDocument
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import Engine, Order, Put, SearchRequest

VOCABULARY = 60_000
BATCH = 2000
ROUNDS = 40
DAY = 86_400
START = 1_685_000_000.0

QUERIES = {
    "one frequent word": "w3",
    "one rare word": "w20000",
    "three words": "w5 w40 w300",
    "phrase": '"w2 w5"',
    "prefix": "w12*",
    "boolean": "(w7 OR w80) -w9 outlet:outlet4",
    "range": "w15 published:>=2023-06-10",
    "everything": "",
}
ORDERS: tuple[Order, ...] = ("relevance", "newest")


def articles(count: int, seed: int = 1) -> Iterator[ArticleDocument]:
    """Made-up articles, always the same."""
    chance = random.Random(seed)
    words = [f"w{n}" for n in range(VOCABULARY)]
    weights = [1 / (n + 3) for n in range(VOCABULARY)]
    pool = chance.choices(words, weights, k=2_000_000)
    for number in range(count):
        at = chance.randrange(len(pool) - 500)
        size = chance.randrange(120, 400)
        published = START + chance.random() * 30 * DAY
        yield ArticleDocument(
            id=f"{number:08}",
            url=f"https://outlet{number % 200}.example/{number}",
            source=f"feed{number % 500}",
            outlet=f"outlet{number % 200}",
            title=" ".join(pool[at : at + 9]),
            summary=" ".join(pool[at + 9 : at + 35]),
            text=" ".join(pool[at + 9 : at + size]),
            language="en",
            published=published,
            first_seen=published + 60,
            copy_group=f"g{number // 3}",
            story=f"s{number // 9}",
        )


def index(engine: Engine, count: int) -> float:
    """Seconds to write and commit all."""
    made = list(articles(count))
    began = time.perf_counter()
    for at in range(0, count, BATCH):
        batch = made[at : at + BATCH]
        engine.write([Put(version=at + n, document=d) for n, d in enumerate(batch, start=1)])
        engine.refresh()
    return time.perf_counter() - began


def measure(engine: Engine) -> None:
    """Print the median and the 95th percentile of each query in each order, in milliseconds."""
    every: list[float] = []
    for name, query in QUERIES.items():
        for order in ORDERS:
            times = []
            total = 0
            for _ in range(ROUNDS):
                began = time.perf_counter()
                total = engine.search(SearchRequest(query=query, order=order)).total
                times.append((time.perf_counter() - began) * 1000)
            every += times
            middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            print(f"{name:18} {order:10} {total:8} found  p50 {middle:6.1f}  p95 {late:6.1f} ms")
    print(
        f"{'all':18} {'':10} {'':14} p50 {statistics.median(every):7.1f}  "
        f"p95 {statistics.quantiles(every, n=20)[-1]:6.1f} ms"
    )


def main() -> None:
    """Index N articles (100,000) in a temporary folder, then search them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedEngine.open_writer(folder)
        seconds = index(engine, count)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"{count} articles, {count / seconds:.0f}/s, {size / count:.0f} bytes each")
        measure(engine)
        engine.close()


if __name__ == "__main__":
    main()
