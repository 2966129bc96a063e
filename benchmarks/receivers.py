"""From the inbox to a receiver: how soon a match is told, and what telling costs the desk.

    python -m benchmarks.receivers [--rate 5] [--seconds 40] [--matches 1000]

Starts `copydesk desk` as a process on SQLite with a saved search whose matches are posted to a
server here, and puts articles that match into the inbox at a steady rate. A delay runs from the
commit of the inbox to the arrival of the message. Then so many matches are told at once in this
process, and its processor time is taken; that of the answering thread is taken off.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from sqlalchemy import Connection, insert, select

from benchmarks.desk import generated
from benchmarks.latency import marked, put
from copydesk.alerts import receivers, searches, webhook
from copydesk.alerts.posting import Poster
from copydesk.alerts.telling import Telling
from copydesk.alerts.webhook import Receiver
from copydesk.record import migrate
from copydesk.record.database import Record, sqlite_url
from copydesk.record.schema import articles
from copydesk.record.schema_hubs import search_matches
from crawler.fetch.addresses import AddressGuard

_LATEST_SECONDS = 60.0
_READY_SECONDS = 180.0


class Taking(ThreadingHTTPServer):
    """Takes every message; when each match came, by its address."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.came: dict[str, float] = {}
        self.messages = self.bytes = 0
        self.seconds = 0.0
        self.allowed = f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Taking

    def do_POST(self) -> None:
        began = time.thread_time()
        body = self.rfile.read(int(self.headers["content-length"]))
        now = time.monotonic()
        for match in json.loads(body)["data"]["matches"]:
            self.server.came.setdefault(match["url"], now)
        self.server.messages += 1
        self.server.bytes += len(body)
        self.send_response(204)
        self.end_headers()
        self.server.seconds += time.thread_time() - began

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def taking() -> Iterator[Taking]:
    """A receiver at work."""
    with Taking() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@contextmanager
def desk(data: Path, allowed: str) -> Iterator[None]:
    """The desk at work."""
    with (data / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "copydesk", "--data", str(data), "desk"],
            stdout=log,
            stderr=log,
            env={
                **os.environ,
                "COPYDESK_RECORD_URL": sqlite_url(data / "record.sqlite"),
                "COPYDESK_ALERTS_ALLOWED_ADDRESSES": allowed,
            },
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def listen(connection: Connection, server: Taking, query: str) -> int:
    """A search of that name and query, told to the server."""
    saved = searches.save(connection, query, query, kind="article", who="", now=time.time())
    address = f"http://{server.allowed}/"
    key = webhook.new_key()
    receivers.add(connection, Receiver(search=saved.id, address=address, key=key))
    return saved.id


def wait_for(server: Taking, wanted: set[str], seconds: float) -> None:
    """Until all of these came, or so long."""
    deadline = time.monotonic() + seconds
    while not wanted <= server.came.keys() and time.monotonic() < deadline:
        time.sleep(0.05)


def delays(data: Path, record: Record, server: Taking, *, rate: float, seconds: float) -> None:
    """Print how soon matches are told at a steady rate of articles."""
    first, *probes = marked(generated(int(rate * seconds) + 1))
    begun: dict[str, float] = {}
    with desk(data, server.allowed):
        put(record, [first])
        wait_for(server, {first.url}, _READY_SECONDS)
        start = time.monotonic()
        for number, probe in enumerate(probes):
            time.sleep(max(start + number / rate - time.monotonic(), 0.0))
            begun[probe.url] = put(record, [probe])
        wait_for(server, set(begun), _LATEST_SECONDS)
    taken = sorted(server.came[url] - at for url, at in begun.items() if url in server.came)
    print(
        f"{rate:g} a second: told after p50 {taken[len(taken) // 2]:.2f} s, "
        f"p95 {taken[int(len(taken) * 0.95)]:.2f} s, max {taken[-1]:.2f} s of {len(taken)}; "
        f"{len(begun) - len(taken)} not told",
        flush=True,
    )


def cost(record: Record, server: Taking, matches: int) -> None:
    """Print what it costs to tell so many matches at once."""
    with record.writing() as connection:
        search = listen(connection, server, "language:en")
        known = connection.scalars(select(articles.c.id)).all()[:matches]
        rows = [{"search": search, "subject": id_, "seq": 1, "at": time.time()} for id_ in known]
        connection.execute(insert(search_matches), rows)
    server.messages = server.bytes = 0
    server.seconds = 0.0
    work = Telling(record, Poster(AddressGuard.parse((server.allowed,))))
    began, wall = time.process_time(), time.monotonic()
    asyncio.run(work.once())
    spent, passed = time.process_time() - began - server.seconds, time.monotonic() - wall
    print(
        f"{len(known)} matches: {server.messages} messages of {server.bytes / 1000:.0f} kB in all, "
        f"{spent:.2f} s of a processor, {passed:.2f} s",
        flush=True,
    )


def main() -> None:
    """Measure delays, then costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=5.0, help="Articles a second.")
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--matches", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, taking() as server:
        data = Path(scratch)
        record = Record(sqlite_url(data / "record.sqlite"))
        migrate.upgrade(record)
        with record.writing() as connection:
            listen(connection, server, "latencyprobe")
        delays(data, record, server, rate=options.rate, seconds=options.seconds)
        more = max(options.matches - int(options.rate * options.seconds) - 1, 0)
        with desk(data, server.allowed):
            put(record, generated(options.matches + more))
            deadline = time.monotonic() + _READY_SECONDS
            while time.monotonic() < deadline and not _placed(record, options.matches):
                time.sleep(0.5)
        for _ in range(3):
            with record.writing() as connection:
                for search in searches.listening(connection):
                    searches.remove(connection, search)
            cost(record, server, options.matches)
        record.close()


def _placed(record: Record, wanted: int) -> bool:
    with record.reading() as connection:
        return len(connection.scalars(select(articles.c.id).limit(wanted)).all()) == wanted


if __name__ == "__main__":
    main()
