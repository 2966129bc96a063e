"""Does an article cost more the more there are? The desk over a long stream, chunk by chunk.

    python -m benchmarks.desk_growth [--articles 1000000] [--chunk 100000] [--keep FOLDER]

The stream is generated: 100,000 articles a day from 2,000 outlets, words with a long tail, a
seventh of them copies of recent ones, a third reports of some 200 events that come and go. Each
chunk goes from the inbox to the index; CPU seconds of the process. Beside them stands how long a
fixed loop took meanwhile: machines that are shared are half as fast at times. The last line is the
ratio of the last chunk to the first, as measured and in relation to the loop, which should stay
below 1.2, and the bytes the record keeps.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path

from benchmarks.stories_speed import loop
from copydesk.record import inbox, migrate
from copydesk.record.database import Record, sqlite_url
from copydesk.roles.collecting import seldom_collecting
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import warm_up
from crawler.article import Article, Extraction
from crawler.identity import content_hash
from indexer.engines.embedded import EmbeddedEngine

_A_DAY = 100_000
_START = 1_685_400_000.0
_VOCABULARY = 150_000
_OUTLETS = 2_000
_EVENTS = 200
_RECENT = 2_000
_PUT = 1_000


def stream(seed: int) -> Iterator[Article]:
    """Articles without end, in the order of their time."""
    chance = random.Random(seed)
    words = [f"w{number:x}" for number in range(_VOCABULARY)]
    weights = list(accumulate(1 / (number + 20) for number in range(_VOCABULARY)))
    recent: deque[str] = deque(maxlen=_RECENT)
    events: deque[list[str]] = deque(maxlen=_EVENTS)
    number = 0
    while True:
        number += 1
        if number % (_A_DAY // 400) == 1:  # 400 events a day
            events.append([f"name{number}{letter}" for letter in "abcdef"])
        outlet = f"outlet{chance.randrange(_OUTLETS)}"
        own = chance.choices(words, cum_weights=weights, k=70)
        told = chance.choice(events) * 2 if chance.random() < 0.33 else []
        body = chance.sample([*own, *told], len(own) + len(told))
        text = chance.choice(recent) if recent and chance.random() < 0.14 else " ".join(body)
        recent.append(text)
        title = " ".join([*told[:3], *own[:6]])
        at = _START + number * 86_400.0 / _A_DAY
        yield Article(
            source=outlet,
            guid=f"{number}",
            url=f"https://{outlet}.example/2023/{number}.html",
            link=f"https://{outlet}.example/2023/{number}.html",
            title=title,
            text=text,
            outlet=outlet,
            language="en",
            published=at,
            published_origin="feed",
            first_seen=at,
            content_hash=content_hash(title, text),
            raw_digest=f"{number}",
            extraction=Extraction(method="generated", quality=1.0, origin="feed"),
        )


@seldom_collecting()  # as the desk's loop does
def run(count: int, chunk: int, folder: Path) -> None:
    """Print one line a chunk, then the ratio."""
    warm_up()
    record = Record(sqlite_url(folder / "record.sqlite"))
    migrate.upgrade(record)
    engine = EmbeddedEngine.open_writer(folder / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=folder / "desk.memory", batch=500)
    articles = stream(7)
    costs: list[float] = []
    paces: list[float] = []
    text = 0
    for start in range(0, count, chunk):
        size = min(chunk, count - start)
        for _ in range(0, size, _PUT):
            some = list(islice(articles, min(_PUT, size)))
            text += sum(len(each.text.encode()) for each in some)
            with record.writing() as connection:
                inbox.put(connection, some, received=some[-1].first_seen)
        loops: list[float] = []
        started = time.process_time()
        while work.place_waiting():
            work.save_if_worth()
            loops.append(loop())
        placed = time.process_time()
        work.index()
        indexed = time.process_time()
        placing = (placed - started - sum(loops) / 1e3) / size * 1e6
        costs.append(placing + (indexed - placed) / size * 1e6)
        paces.append(statistics.fmean(loops))
        print(
            f"{start + size:9,} articles: {costs[-1]:7,.0f} us each, {placing:,.0f} of them to "
            f"place (loop {paces[-1]:.1f} ms)",
            flush=True,
        )
    started = time.monotonic()
    work.save()
    saved = time.monotonic() - started
    del work  # as a desk that ended: two at once took 20 GB after a million articles
    started = time.monotonic()
    again = DeskWork(record, engine, memory_file=folder / "desk.memory", batch=500)
    print(f"memory saved in {saved:.1f} s, restored in {time.monotonic() - started:.1f} s")
    del again
    engine.close()
    record.close()
    kept = (folder / "record.sqlite").stat().st_size
    ratio = costs[-1] / costs[0]
    print(
        f"last to first: {ratio:.2f}, {ratio * paces[0] / paces[-1]:.2f} in relation to the loop; "
        f"{(kept - text) / count:,.0f} bytes an article"
    )


def main() -> None:
    """Run in a scratch folder, or in one that is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--chunk", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="An empty folder that stays afterwards.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        run(options.articles, options.chunk, folder)


if __name__ == "__main__":
    main()
