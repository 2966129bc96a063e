"""From the inbox to searchable: how long an article takes through the real roles.

    python -m benchmarks.latency [--rate 5] [--seconds 60] [--burst 200] [--day 2023-03-01]

Starts `copydesk desk` and `copydesk serve` as processes on the embedded default, puts articles
into the inbox at a steady rate (5 a second is 430,000 a day), then some at once, and asks the JSON
API every 50 ms what is found. The latency runs from the commit of the inbox to the first answer
that shows the article. The desk knows some thousand articles before.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from benchmarks.desk import CORPUS, day_of, generated
from copydesk.record import inbox, migrate
from copydesk.record.database import Record, sqlite_url
from crawler.article import Article

_MARK = "latencyprobe"
_ASK_SECONDS = 0.05
_READY_SECONDS = 180.0
_LATEST_SECONDS = 60.0


class Finder:
    """What the API finds of the marked articles, and when it did first."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.found: dict[str, float] = {}

    def ask(self) -> None:
        """Look once."""
        address = f"{self._base}/v1/search?q={_MARK}&order=newest&limit=200"
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                shown = json.load(answer)["items"]
        except urllib.error.HTTPError as error:
            if error.code != 503:  # nothing is indexed yet
                raise
            return
        now = time.monotonic()
        for item in shown:
            self.found.setdefault(item["url"], now)


@contextmanager
def roles(data: Path) -> Iterator[str]:
    """The desk and the server at work; the server's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with ExitStack() as stack:
        log = stack.enter_context((data / "log").open("w"))
        for words in (("desk",), ("serve", "--port", str(port))):
            process = subprocess.Popen(
                [sys.executable, "-m", "copydesk", "--data", str(data), *words],
                stdout=log,
                stderr=log,
                env={**os.environ, "COPYDESK_RECORD_URL": sqlite_url(data / "record.sqlite")},
            )
            stack.callback(process.wait, 60)
            stack.callback(process.send_signal, signal.SIGTERM)
        yield f"http://127.0.0.1:{port}"


def marked(articles: Sequence[Article]) -> list[Article]:
    """The articles with a word that finds them, seen now, at addresses of their own."""
    return [
        msgspec.structs.replace(
            article,
            url=f"https://latency.example/{number}",
            link=f"https://latency.example/{number}",
            guid=f"latency-{number}",
            summary=f"{article.summary} {_MARK}",
            published=time.time() + number * 1e-3,
            first_seen=time.time(),
        )
        for number, article in enumerate(articles)
    ]


def put(record: Record, articles: Sequence[Article]) -> float:
    """Put them into the inbox; when that was committed."""
    with record.writing() as connection:
        inbox.put(connection, articles, received=time.time())
    return time.monotonic()


def wait_for(finder: Finder, wanted: set[str]) -> None:
    """Ask until all of these are found, or a minute is over."""
    deadline = time.monotonic() + _LATEST_SECONDS
    while not wanted <= finder.found.keys() and time.monotonic() < deadline:
        finder.ask()
        time.sleep(_ASK_SECONDS)


def tell(what: str, begun: dict[str, float], found: dict[str, float]) -> None:
    """Print the spread of the latencies."""
    taken = sorted(found[url] - at for url, at in begun.items() if url in found)
    lost = len(begun) - len(taken)
    print(
        f"{what}: p50 {taken[len(taken) // 2]:.2f} s, p95 {taken[int(len(taken) * 0.95)]:.2f} s, "
        f"max {taken[-1]:.2f} s of {len(taken)}; {lost} not found",
        flush=True,
    )


def main() -> None:
    """Fill, warm up, then measure the steady rate and the burst."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=5.0, help="Articles a second.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--burst", type=int, default=200)
    parser.add_argument("--before", type=int, default=2000, help="Articles known before.")
    parser.add_argument("--day", default="2023-03-01")
    options = parser.parse_args()
    steady = int(options.rate * options.seconds)
    count = options.before + steady + options.burst + 1
    articles = day_of(CORPUS, options.day, count) if CORPUS.is_dir() else generated(count)
    before, probes = articles[: options.before], marked(articles[options.before :])
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch)
        record = Record(sqlite_url(data / "record.sqlite"))
        migrate.upgrade(record)
        put(record, before)
        with roles(data) as base:
            finder = Finder(base)
            first = probes.pop(0)
            put(record, [first])
            deadline = time.monotonic() + _READY_SECONDS
            while first.url not in finder.found and time.monotonic() < deadline:
                time.sleep(1.0)
                try:
                    finder.ask()
                except (urllib.error.URLError, ConnectionError):
                    continue
            begun: dict[str, float] = {}
            start = time.monotonic()
            for number, probe in enumerate(probes[:steady]):
                while time.monotonic() < start + number / options.rate:
                    finder.ask()
                    time.sleep(_ASK_SECONDS)
                begun[probe.url] = put(record, [probe])
            wait_for(finder, set(begun))
            tell(f"{options.rate:g} a second", begun, finder.found)
            burst = probes[steady : steady + options.burst]
            at = put(record, burst)
            urls = {each.url: at for each in burst}
            wait_for(finder, set(urls))
            tell(f"{len(burst)} at once", urls, finder.found)
        record.close()


if __name__ == "__main__":
    main()
