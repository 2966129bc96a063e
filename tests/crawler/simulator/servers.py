"""Servers as scripts: what an address says, from which day on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Literal

from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Ask
from crawler.job import Outcome

MONDAY = 1_685_318_400.0  # 29 May 2023, 00:00 UTC
HOUR, DAY = 3600.0, 86_400.0

# How a server treats validators: it has none, is honest, says 304 to every question of whether
# something changed, or keeps one ETag over all its bodies.
Manner = Literal["plain", "honest", "always-304", "one-etag"]


def day(number: float) -> float:
    """Epoch seconds of a day of the simulation, from 0."""
    return MONDAY + number * DAY


@dataclass(frozen=True, slots=True)
class Says:
    """One answer, always the same. ``fails`` is how the connection ends instead."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    latency: float = 0.05
    fails: Outcome | None = None

    def answer(self, ask: Ask, now: float) -> Answer:  # noqa: ARG002 - as Feed answers
        if self.fails is not None:
            raise FetchError("does not answer", outcome=self.fails, where=ask.url)
        return Answer(
            url=ask.url,
            status=self.status,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.body,
            cookies=tuple(
                value for name, value in self.headers.items() if name.lower() == "set-cookie"
            ),
            latency=self.latency,
            elapsed=self.latency,
        )


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that brings an item every ``every`` hours and shows the last five."""

    every: float = 6.0
    manner: Manner = "honest"
    headers: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    latency: float = 0.05
    # From this day on nothing new appears.
    until: float = 1000.0
    # What the feed changes at each request without bringing news.
    noise: Literal["no", "yes"] = "no"

    def answer(self, ask: Ask, now: float) -> Answer:
        latest = int((min(now, day(self.until)) - MONDAY) / HOUR / self.every)
        tag = '"one"' if self.manner == "one-etag" else f'"{latest}"'
        changed = formatdate(MONDAY + latest * self.every * HOUR, usegmt=True)
        headers = dict(self.headers)
        if self.manner != "plain":
            headers |= {"ETag": tag, "Last-Modified": changed}
        asked = ask.headers.get("If-None-Match", ""), ask.headers.get("If-Modified-Since", "")
        same = asked == (tag, changed) if self.manner == "honest" else any(asked)
        if self.manner == "one-etag":
            same = asked[0] == tag
        unchanged = self.manner != "plain" and same
        body = b"" if unchanged else self._body(latest, now)
        return Says(304 if unchanged else 200, headers, body, self.latency).answer(ask, now)

    def _body(self, latest: int, now: float) -> bytes:
        items = "".join(
            f"<item><guid>item-{number}</guid><title>Report {number}</title><pubDate>"
            f"{formatdate(MONDAY + number * self.every * HOUR, usegmt=True)}</pubDate></item>"
            for number in range(latest, max(latest - 5, -1), -1)
        )
        noise = f"<!-- {now} -->" if self.noise == "yes" else ""
        return (
            f'<?xml version="1.0"?><rss version="2.0" '
            f'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>Wire</title>'
            f"{self.channel}{items}</channel></rss>{noise}"
        ).encode()


Behaviour = Says | Feed
# (from which day on, what it says)
Script = tuple[tuple[float, Behaviour], ...]


def says(status: int, body: bytes = b"", **headers: str) -> Says:
    """A status with headers, whose names are written with underscores."""
    return Says(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def to(location: str, status: int = 302) -> Says:
    """A redirect."""
    return says(status, Location=location)


def dead(outcome: Outcome) -> Says:
    """No answer at all."""
    return Says(fails=outcome)
