"""A whole Copydesk that serves over real HTTP on the loopback, filled by hand."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn

from copydesk.api.app import create_app
from copydesk.api.context import ServeContext
from copydesk.documents import engine_writes
from copydesk.record import changelog, timelines
from copydesk.record.database import Record
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import Reader
from tests.copydesk.api.newsroom import MORNING, Newsroom, new_record


@dataclass(frozen=True)
class Site:
    """What is served, and a client that follows no redirect."""

    record: Record
    newsroom: Newsroom
    engine: EmbeddedEngine
    client: httpx.Client
    url: str

    def index(self) -> None:
        """Bring the engine up to date, as the desk would."""
        with self.record.reading() as connection:
            position = self.engine.position()
            changes: Sequence[changelog.Change] = changelog.read(
                connection, after=position, limit=1000
            )
            self.engine.follow(timelines.read(connection).name)
            self.engine.write(engine_writes(connection, list(changes)).writes)
        self.engine.refresh()


@contextmanager
def serving(
    folder: Path,
    *,
    reader: Reader | None = None,
    banner: str = "",
    write_token: str = "",
    record: Record | None = None,
) -> Iterator[Site]:
    """An empty record (or this), an empty engine and a server until the end of the block."""
    record = record or new_record(folder)
    engine = EmbeddedEngine(folder / "index")
    engine.prepare()
    # Named TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    context = ServeContext(
        record=record,
        engine=reader or engine,
        now=lambda: MORNING + 7200,
        banner=banner,
        base_url=url,
        started=MORNING,
        write_token=write_token,
    )
    server = uvicorn.Server(uvicorn.Config(create_app(context), log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        with httpx.Client(base_url=url, timeout=20) as client:
            yield Site(record, Newsroom(record), engine, client, url)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
        engine.close()
        record.close()


def fill(newsroom: Newsroom) -> None:
    """Moscow with a copy and a report of its own, Kyiv, and a story merged away."""
    newsroom.source("reuters", outlet="Reuters", language="en")
    newsroom.source(
        "stern",
        outlet="Stern",
        state={"last_outcome": "timeout", "last_error": "It took too long.", "failures": 3},
    )
    newsroom.report(
        "moscow",
        "m1",
        title="Drones attack Moscow",
        text="Drones struck several buildings in Moscow on Tuesday morning.",
        outlet="Reuters",
        url="https://reuters.example/moscow",
        source="reuters",
    )
    newsroom.report(
        "moscow",
        "m2",
        title="Drohnen greifen Moskau an",
        at=MORNING + 600,
        outlet="Stern",
        language="de",
        copy_of="m1",
        url="https://stern.example/moskau",
    )
    newsroom.report(
        "moscow",
        "m3",
        title="انفجارات في موسكو",
        at=MORNING + 1200,
        outlet="الجزيرة",
        language="ar",
        url="https://aj.example/moscow",
    )
    newsroom.report("kyiv", "k1", title="Night raid on Kyiv", at=MORNING + 60, outlet="Globo")
    newsroom.report("old", "k2", title="Kyiv under fire", at=MORNING + 90, outlet="Reuters")
    newsroom.merge("old", "kyiv")
