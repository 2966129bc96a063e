"""Import as the command does it, without its parsing processes."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.recognising import EarlierIds
from copydesk.transfer.importing import Import
from copydesk.transfer.reading import Terms
from copydesk.transfer.reports import ImportReport, Listener, Told
from copydesk.transfer.whose import Whose
from crawler.article import Article
from crawler.job import FeedJob
from tests.crawler.in_process import InProcess
from tests.crawler.wires.samples import g2

NOW = 1_700_000_000.0
NPA = FeedJob(source="npa", url="", outlet="NPA", language="en")
LARGEST = 1_000_000


@asynccontextmanager
async def in_process() -> AsyncIterator[InProcess]:
    yield InProcess()


def work(
    room: Path,
    *named: Path | str,
    listener: Listener,
    whose: FeedJob | None,
    earlier: EarlierIds | None = None,
) -> Import:
    terms = Terms(
        folder=room,
        whose=Whose(whose),
        largest=LARGEST,
        now=NOW,
        listener=listener,
        earlier=earlier or {},
        start=in_process,
    )
    return Import([str(each) for each in named], terms)


def bring(
    record: Record, room: Path, *named: Path | str, whose: FeedJob | None = NPA
) -> tuple[list[ImportReport], list[Told]]:
    """Import these; the reports in their order, and what was bad."""
    bad: list[Told] = []
    reports = work(room, *named, listener=Listener(bad=bad.append), whose=whose).into(record)
    return list(reports.values()), bad


def waiting(record: Record) -> list[Article]:
    with record.reading() as connection:
        return [each.article for each in inbox.take(connection, limit=10_000)]


def titles(record: Record) -> list[str]:
    return [each.title for each in waiting(record)]


def ndjson(*rows: dict[str, object]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def put(file: Path, data: str | bytes, *, at: float = NOW) -> Path:
    """A file that was changed at this time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(file, (at, at))
    return file


def wire(number: int, title: str, *, hour: int = 11, version: int = 1, meta: str = "") -> str:
    """A wire's item, first made at eight and in this version at an hour of 30 May 2023 (UTC)."""
    made = g2(
        guid=f"urn:newsml:npa.example:20230530:{number}",
        version=version,
        meta=meta or '<pubStatus qcode="stat:usable"/>',
        content=f"<headline>{title}</headline>",
        body=f"<p>VARNSUND (NPA) - {title}. This is version {version}.</p>",
    )
    dated = made.replace("2023-05-30T13:05:00+02:00", f"2023-05-30T{hour:02}:05:00Z")
    return dated.replace("2023-05-30T12:50:00+02:00", "2023-05-30T08:00:00Z")
