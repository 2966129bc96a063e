"""Replay a recorded day of real feed items as RSS feeds on the loopback, at a speeded clock.

A tool for tests and benchmarks. The recording is NDJSON, gzipped or not, one feed item a line:
``source`` (the feed's address), ``link``, ``title``, ``description``, ``date_published`` (ISO 8601
with offset) and ``language``. Links lead nowhere, so the sources come with ``fetch_pages`` "no".
"""

import gzip
import re
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import msgspec
from lxml import etree

from config.errors import CopydeskError
from config.sources import Source
from copydesk.newsroom.loopback import OnLoopback, Page

FEED_PATH = "/feed"
_DAY = 86_400.0
# What XML 1.0 cannot hold (section 2.2), and recordings do.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPE = "application/rss+xml; charset=utf-8"


class ReplayError(CopydeskError):
    """The recording cannot be replayed."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded feed item; keys of the line that are not named here are ignored."""

    source: str
    title: str
    link: str
    date_published: datetime
    description: str | None = None
    language: str | None = None


class Replay(OnLoopback):
    """Serves ``day`` of the recording at ``path`` from construction until :meth:`close`.

    ``path`` is a file, or a folder with ``entries-YYYY-MM.jsonl.gz``. The simulated time starts at
    00:00 UTC and runs ``speed`` times as fast as ``clock`` (seconds); each source's feed shows its
    ``feed_length`` newest items of the day at that time. Raises :class:`ReplayError` for a
    recording that cannot be read or does not hold the day.
    """

    def __init__(
        self,
        path: Path,
        day: date,
        speed: float,
        *,
        feed_length: int = 50,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.day = day
        self._midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
        items = _of_day(path, day)
        self.items = len(items)
        self._speed = speed
        self._real = clock
        self._start = clock()
        by_source: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            by_source[item.source].append(item)
        self._feeds = {
            _slug(number, address): _Feed(address, found, self.clock, feed_length)
            for number, (address, found) in enumerate(sorted(by_source.items()), start=1)
        }
        super().__init__(self._feeds)

    @classmethod
    def whole_day(cls, path: Path, day: date) -> Self:
        """A replay that stands at the end of the day, every item of it in the feeds."""
        # The first reading of the clock is the start of the day, all later ones its end.
        readings = iter([0.0])
        return cls(path, day, speed=1.0, feed_length=1_000_000, clock=lambda: next(readings, _DAY))

    def sources(self) -> list[Source]:
        """One source for each recorded feed."""
        return [
            Source(
                id=name,
                url=f"{self._loopback.base(name)}{FEED_PATH}",
                outlet=feed.outlet,
                language=feed.language,
                fetch_pages="no",
                tags=("replay",),
            )
            for name, feed in self._feeds.items()
        ]

    def clock(self) -> float:
        """The simulated time in epoch seconds; it stands still at the end of the day."""
        return self._midnight + min(_DAY, (self._real() - self._start) * self._speed)

    def finished(self) -> bool:
        """Whether the day is over, so that all items have been shown."""
        return self.clock() >= self._midnight + _DAY


class _Feed:
    """One recorded feed as a web site."""

    def __init__(
        self, address: str, items: Sequence[Item], clock: Callable[[], float], length: int
    ) -> None:
        self._items = items
        self._times = [item.date_published.timestamp() for item in items]
        self._clock = clock
        self._length = length
        self.outlet = (urlsplit(address).hostname or address).removeprefix("www.")
        guesses = Counter(item.language or "" for item in items)
        # The recording says "en-UK" where BCP 47 has "en-GB".
        self.language = guesses.most_common(1)[0][0].replace("-UK", "-GB")

    def page(self, path: str, base: str) -> Page | None:
        """The feed as it stands now."""
        if path != FEED_PATH:
            return None
        end = bisect_right(self._times, self._clock())
        shown = self._items[max(0, end - self._length) : end]
        return Page(
            body=_render(self.outlet, base, reversed(shown)),
            content_type=_TYPE,
            modified=self._times[end - 1] if shown else None,
        )


def read_items(path: Path) -> Iterator[Item]:
    """The items of a recording in the order of the file."""
    decoder = msgspec.json.Decoder(Item)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield decoder.decode(line)
                except msgspec.DecodeError as error:
                    raise ReplayError(
                        f"this is not a feed item: {error}", where=f"{path}:{number}"
                    ) from error
    except (OSError, EOFError) as error:
        raise ReplayError(f"cannot read the recording: {error}", where=str(path)) from error


def _of_day(path: Path, day: date) -> list[Item]:
    """The items published on ``day`` (UTC), oldest first, each link of a source once."""
    file = path / f"entries-{day:%Y-%m}.jsonl.gz" if path.is_dir() else path
    found: dict[tuple[str, str], Item] = {}
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for item in read_items(file):
        if midnight <= item.date_published < midnight + timedelta(days=1):
            found.setdefault((item.source, item.link), item)
    if not found:
        raise ReplayError(
            f"the recording holds nothing of {day}",
            where=str(file),
            next_step="Choose a day that it holds.",
        )
    return sorted(found.values(), key=lambda item: (item.date_published, item.link))


def _slug(number: int, address: str) -> str:
    host = re.sub(r"[^a-z0-9]+", "-", (urlsplit(address).hostname or "feed").lower()).strip("-")
    return f"replay-{number:03d}-{host}"[:80].rstrip("-")


def _render(title: str, base: str, items: Iterable[Item]) -> bytes:
    root = etree.Element("rss", {"version": "2.0"})
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", title)
    _add(channel, "link", f"{base}/")
    _add(channel, "description", "A recorded feed")
    for item in items:
        element = etree.SubElement(channel, "item")
        _add(element, "title", item.title)
        _add(element, "link", item.link)
        _add(element, "guid", item.link).set("isPermaLink", "true")
        _add(element, "pubDate", format_datetime(item.date_published))
        if item.description:
            _add(element, "description", item.description)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def _add(parent: etree._Element, tag: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, tag)
    element.text = _NOT_XML.sub("", text)
    return element
