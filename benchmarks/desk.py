"""Articles through the desk: inbox to placed, recorded and indexed, against a plain peer.

    python -m benchmarks.desk [--articles 3000] [--rounds 3] [--day 2023-03-01]

The peer does the least that a hand-written script would: datasketch MinHash (128 permutations)
and MinHashLSH over words, and one SQLite transaction per 500 articles; no stories, no change log,
no search index. Both read the same articles in the same run, round by round; CPU seconds of the
process, medians. With the development corpus the articles are one real day of feed items, else
generated ones.
"""

import argparse
import gzip
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from datasketch import MinHash, MinHashLSH

from copydesk.record import inbox, migrate
from copydesk.record.database import Record, sqlite_url
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_once
from copydesk.transfer.lines import read_line
from crawler.article import Article
from indexer.engines.embedded import EmbeddedEngine

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "data" / "stream"
_BATCH = 500


def day_of(folder: Path, day: str, count: int) -> list[Article]:
    """The items of one real day, in the order of their dates."""
    articles = []
    with gzip.open(folder / f"entries-{day[:7]}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["day_dir"] != day or not row["title"]:
                continue
            item = {
                "guid": row["link"],
                "title": row["title"],
                "summary": row["description"] or "",
                "source": row["source"],
                "outlet": row["source"].split("/")[2],
                "published": row["date_published"],
                "language": (row["language"] or "")[:2],
            }
            articles.append(read_line(json.dumps(item).encode(), now=time.time()).article)
    return sorted(articles, key=lambda article: article.first_seen)[:count]


def generated(count: int) -> list[Article]:
    """Articles of random words over a vocabulary with a long tail, every fifth a copy."""
    chance = random.Random(7)
    words = [f"w{number}" for number in range(20_000)]
    weights = [1 / (number + 10) for number in range(20_000)]
    articles: list[Article] = []
    text = ""
    for number in range(count):
        if number % 5 or not text:
            text = " ".join(chance.choices(words, weights, k=120))
        title = " ".join(chance.choices(words, weights, k=9))
        line = {"guid": number, "title": title, "text": text, "published": 1.685e9 + number * 30}
        line |= {"source": f"s{number % 50}", "outlet": f"o{number % 50}", "language": "en"}
        articles.append(read_line(json.dumps(line).encode(), now=0.0).article)
    return articles


def through_desk(articles: Sequence[Article], folder: Path) -> float:
    """CPU seconds of the real desk, from a filled inbox to a searchable index."""
    record = Record(sqlite_url(folder / "record.sqlite"))
    migrate.upgrade(record)
    with record.writing() as connection:
        inbox.put(connection, articles, received=time.time())
    engine = EmbeddedEngine.open_writer(folder / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=folder / "memory", batch=_BATCH)
    started = time.process_time()
    totals = run_once(work)
    seconds = time.process_time() - started
    if totals.new != len(articles):
        raise SystemExit(f"{totals.new} of {len(articles)} articles were placed")
    engine.close()
    record.close()
    return seconds


def plainly(articles: Sequence[Article], folder: Path) -> float:
    """CPU seconds of the peer."""
    base = MinHash(num_perm=128)
    index = MinHashLSH(num_perm=128, params=(25, 5))
    database = sqlite3.connect(folder / "peer.sqlite")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE a (id TEXT PRIMARY KEY, title TEXT, text TEXT, grp TEXT)")
    started = time.process_time()
    for start in range(0, len(articles), _BATCH):
        rows = []
        for number, article in enumerate(articles[start : start + _BATCH], start):
            text = article.text or article.summary or article.title
            sketch = base.copy()
            sketch.update_batch([word.encode() for word in text.lower().split()])
            found = index.query(sketch)
            index.insert(str(number), sketch)
            rows.append((str(number), article.title, text, found[0] if found else str(number)))
        with database:
            database.executemany("INSERT INTO a VALUES (?, ?, ?, ?)", rows)
    return time.process_time() - started


def main() -> None:
    """Print medians of CPU seconds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--day", default="2023-03-01")
    options = parser.parse_args()
    real = CORPUS.is_dir()
    articles = (
        day_of(CORPUS, options.day, options.articles) if real else generated(options.articles)
    )
    print(f"{len(articles)} articles, {'a real day' if real else 'generated'}")
    times: dict[str, list[float]] = {"desk": [], "peer": []}
    contestants: tuple[tuple[str, Callable[[Sequence[Article], Path], float]], ...] = (
        ("desk", through_desk),
        ("peer", plainly),
    )
    for turn in range(options.rounds + 1):
        for name, run in contestants:
            with tempfile.TemporaryDirectory() as folder:
                seconds = run(articles, Path(folder))
            if turn:  # the first round compiles kernels and warms caches
                times[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{name}: {median:.2f} s of CPU, {len(articles) / median:,.0f} articles a second")
    print(f"desk / peer: {medians['desk'] / medians['peer']:.2f}")


if __name__ == "__main__":
    main()
