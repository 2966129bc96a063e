"""Does an article cost more the more there are? The desk over a long stream, chunk by chunk.

    python -m benchmarks.desk_growth [--articles 1000000] [--chunk 100000] [--a-day 100000]

The stream is generated: so many articles a day from 2,000 outlets, words with a long tail, a
seventh of them copies of recent ones, a third reports of some 200 events that come and go. Each
chunk goes from the inbox to the index; CPU seconds of the process. Machines that are shared are
half as fast at times: so a desk that knows nothing yet takes in a tenth as many articles right
after. The last lines are the ratio of the last chunk to the first, and of all on average, as
measured and in relation to that new desk, which should stay below 1.2 (what a desk does seldom, as
saving its memory, falls into some chunks and not into others), and the bytes the record keeps.
"""

import argparse
import random
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path
from statistics import mean

from copydesk.record import inbox, migrate
from copydesk.record.database import Record, sqlite_url
from copydesk.roles.collecting import seldom_collecting
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import warm_up
from crawler.article import Article, Extraction
from crawler.identity import content_hash
from indexer.engines.embedded import EmbeddedEngine

_START = 1_685_400_000.0
_VOCABULARY = 150_000
_OUTLETS = 2_000
_EVENTS = 200
_EVENTS_A_DAY = 400
_RECENT = 2_000
_PUT = 1_000


def stream(seed: int, a_day: int) -> Iterator[Article]:
    """Articles without end, in the order of their time."""
    chance = random.Random(seed)
    words = [f"w{number:x}" for number in range(_VOCABULARY)]
    weights = list(accumulate(1 / (number + 20) for number in range(_VOCABULARY)))
    recent: deque[str] = deque(maxlen=_RECENT)
    events: deque[list[str]] = deque(maxlen=_EVENTS)
    number = 0
    while True:
        number += 1
        if (number - 1) % (a_day // _EVENTS_A_DAY) == 0:
            events.append([f"name{number}{letter}" for letter in "abcdef"])
        outlet = f"outlet{chance.randrange(_OUTLETS)}"
        own = chance.choices(words, cum_weights=weights, k=70)
        told = chance.choice(events) * 2 if chance.random() < 0.33 else []
        body = chance.sample([*own, *told], len(own) + len(told))
        text = chance.choice(recent) if recent and chance.random() < 0.14 else " ".join(body)
        recent.append(text)
        title = " ".join([*told[:3], *own[:6]])
        at = _START + number * 86_400.0 / a_day
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


class Growing:
    """A desk with its record and index in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.record = Record(sqlite_url(folder / "record.sqlite"))
        migrate.upgrade(self.record)
        self.engine = EmbeddedEngine.open_writer(folder / "index")
        self.engine.prepare()
        self.work = self.restored()
        self.text = 0
        """Bytes of the texts it was given."""

    def restored(self) -> DeskWork:
        """The desk as its memory file has it."""
        memory = self._folder / "desk.memory"
        return DeskWork(self.record, self.engine, memory_file=memory, batch=500)

    def take(self, articles: Iterator[Article], size: int) -> tuple[float, float]:
        """Microseconds of CPU that each of the next articles takes: all in all, and to index."""
        for taken in range(0, size, _PUT):
            some = list(islice(articles, min(_PUT, size - taken)))
            self.text += sum(len(each.text.encode()) for each in some)
            with self.record.writing() as connection:
                inbox.put(connection, some, received=some[-1].first_seen)
        started = time.process_time()
        while self.work.place_waiting():
            self.work.save_if_worth()
        placed = time.process_time()
        self.work.index()
        ended = time.process_time()
        return (ended - started) / size * 1e6, (ended - placed) / size * 1e6

    def close(self) -> None:
        """Let go of the files."""
        self.engine.close()
        self.record.close()


def beginning(size: int, a_day: int) -> float:
    """Microseconds of CPU that an article takes a new desk just now."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Growing(Path(folder))
        cost, _ = desk.take(stream(8, a_day), size)
        desk.close()
        return cost


@seldom_collecting()  # as the desk's loop does
def run(count: int, chunk: int, a_day: int, folder: Path) -> None:
    """Print one line a chunk, then the ratios."""
    warm_up()
    desk = Growing(folder)
    articles = stream(7, a_day)
    costs: list[tuple[float, float]] = []
    for start in range(0, count, chunk):
        size = min(chunk, count - start)
        cost, indexing = desk.take(articles, size)
        costs.append((cost, beginning(max(size // 10, 1), a_day)))
        print(
            f"{start + size:9,} articles: {cost:7,.0f} us each, {indexing:,.0f} of that to index; "
            f"{costs[-1][1]:,.0f} at the beginning of another desk",
            flush=True,
        )
    started = time.monotonic()
    desk.work.save()
    saved = time.monotonic() - started
    del desk.work  # as a desk that ended: two at once took 20 GB after a million articles
    started = time.monotonic()
    again = desk.restored()
    print(f"memory saved in {saved:.1f} s, restored in {time.monotonic() - started:.1f} s")
    del again
    desk.close()
    kept = (folder / "record.sqlite").stat().st_size
    alone = [cost for cost, _ in costs]
    beside = [cost / other for cost, other in costs]
    for which, end in (("last", 1), ("all", len(costs))):
        raw, related = (mean(each[-end:]) / each[0] for each in (alone, beside))
        print(f"{which} to first: {raw:.2f}, {related:.2f} in relation to the other desks")
    print(f"{(kept - desk.text) / count:,.0f} bytes an article")


def main() -> None:
    """Run in a scratch folder, or in one that is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--chunk", type=int, default=100_000)
    parser.add_argument("--a-day", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="An empty folder that stays afterwards.")
    options = parser.parse_args()
    if min(options.articles, options.chunk) < 1 or options.a_day < _EVENTS_A_DAY:
        parser.error(f"needs 1 article a chunk or more, and --a-day {_EVENTS_A_DAY} or more")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        run(options.articles, options.chunk, options.a_day, folder)


if __name__ == "__main__":
    main()
