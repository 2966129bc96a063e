"""One visit to a place: what is new is brought, read and handed over, then it counts as taken.

What happens in between is no loss. The position moves behind what the sink has stored, and what is
brought twice is known.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import msgspec

from config.errors import ConfigError
from config.secrets import Login, Secret, Secrets
from crawler.article import Article
from crawler.collect.connect import connected
from crawler.collect.mailbox import opened_mailbox
from crawler.collect.place import Entry, Place, Site, site_at
from crawler.collect.reading import Parses, read
from crawler.discreet import Sink, discreet, discreet_result
from crawler.fetch.addresses import AddressGuard
from crawler.fetch.clock import SYSTEM, Clock
from crawler.fetch.errors import FetchError
from crawler.fetch.resolve import GetAddrInfo, Resolver
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.urls import redact
from crawler.job import FeedJob, FeedResult, Outcome, Validators
from crawler.poll import Unseen

# What lies in memory at once, beside its size.
_AT_ONCE = 50
# Servers hang up over a message that they cannot read, so that what is behind it wants another
# connection.
_MOST_OPENINGS = 8
_FAULTS_TOLD = 5
# What databases take for a number. Servers may say anything.
_MOST_ITEMS = 2**31 - 1


class Collector:
    """Visits places. ``unseen``, ``sink`` and ``secrets`` as for :class:`crawler.poll.Poller`."""

    def __init__(
        self,
        settings: CrawlSettings,
        *,
        parser: Parses,
        unseen: Unseen,
        sink: Sink,
        secrets: Secrets,
        getaddrinfo: GetAddrInfo = socket.getaddrinfo,
        clock: Clock = SYSTEM,
    ) -> None:
        self._settings = settings
        self._parser = parser
        self._unseen = unseen
        self._sink = sink
        self._secrets = secrets
        self._resolver = Resolver(AddressGuard.parse(settings.allowed_addresses), getaddrinfo)
        self._clock = clock

    async def poll(self, job: FeedJob) -> FeedResult:
        """Takes what is new; whatever the outside does is an outcome.

        Raises what ``unseen`` and ``sink`` raise, and :class:`StoppedError`.
        """
        visit = _Visit(started=self._clock.now(), ticked=self._clock.ticks())
        visit.position = job.validators.etag
        try:
            secret = self._secret(job.secret)
        except FetchError as error:
            return self._told(job, visit, _at(job.url, error))
        failure: FetchError | None = None
        for _ in range(_MOST_OPENINGS):
            passed = len(visit.passed)
            try:
                async with self._opened(job.url, secret) as place:
                    await self._take(job, place, secret, visit)
                failure = None
            except FetchError as error:
                failure = error
            # What was to be read when it failed is passed over, until the next visit.
            if len(visit.passed) == passed or not visit.left or self._is_over(visit):
                break
        result = self._told(job, visit, failure)
        # The position is of our own making, however its letters fall.
        return msgspec.structs.replace(
            discreet_result(result, secret), validators=result.validators
        )

    async def look(self, url: str, *, secret: str) -> int:
        """How many things lie at an address. Raises :class:`FetchError`."""
        async with self._opened(url, self._secret(secret)) as place, self._in_time():
            return (await place.look("")).total

    def _secret(self, name: str) -> Secret:
        try:
            return self._secrets.named(name)
        except ConfigError as error:
            raise FetchError(
                f"not asked: {error.what} ({error.where})",
                outcome="refused",
                next_step=error.next_step,
            ) from error

    @asynccontextmanager
    async def _opened(self, url: str, secret: Secret) -> AsyncIterator[Place]:
        if secret.login is None:
            raise FetchError(
                "its secret is for web servers, and names no user",
                outcome="refused",
                where=redact(url),
                next_step="Write it as basic USER:PASSWORD",
            )
        try:
            site = site_at(url)
            async with AsyncExitStack() as stack:
                async with self._in_time():
                    sock = await connected(
                        self._resolver, site.host, site.port,
                        timeout=self._settings.connect_timeout,
                    )  # fmt: skip
                    stack.callback(sock.close)
                    place = await stack.enter_async_context(self._way(sock, site, secret.login))
                yield place
        except FetchError as error:
            raise _at(url, error) from error

    def _way(
        self, sock: socket.socket, site: Site, login: Login
    ) -> AbstractAsyncContextManager[Place]:
        settings = self._settings
        if site.scheme == "sftp":
            return _opened_folder(
                sock, site, login, known_hosts=settings.known_hosts, clock=self._clock
            )
        return opened_mailbox(
            sock, site, login, ca_file=settings.ca_file, seconds=settings.deadline,
            at_first=settings.max_items,
        )  # fmt: skip

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """One step, bounded whatever trickles in."""
        try:
            async with asyncio.timeout(self._settings.deadline):
                yield
        except TimeoutError as error:
            raise FetchError(
                f"did not answer completely within {self._settings.deadline:.0f} s",
                outcome="timeout",
                next_step="It is tried again later",
            ) from error

    async def _take(self, job: FeedJob, place: Place, secret: Secret, visit: "_Visit") -> None:
        async with self._in_time():
            waiting, visit.total = await place.look(visit.position)
        taken: list[Entry] = []
        visit.left = len(waiting)
        for some in _batches(waiting[: self._settings.max_items], self._settings.max_body):
            articles: list[Article] = []
            failure: FetchError | None = None
            for entry in some:
                if self._is_over(visit):
                    break
                visit.left -= 1
                if entry.mark in visit.passed:
                    continue
                try:
                    read_of_it = await self._read(job, place, entry, visit)
                except FetchError as error:
                    visit.passed.add(entry.mark)
                    visit.tell(f"{entry.name} cannot be had ({error.what})")
                    # What was told at earlier visits is no news of the server at the end of this.
                    failure = None if entry.again == "yes" and not visit.left else error
                    break
                if read_of_it is not None:
                    articles += [discreet(article, secret) for article in read_of_it]
                    taken.append(entry)
            # What was read before it failed need not be read again.
            await self._store(articles, visit)
            visit.position = place.after(taken)
            if failure is not None:
                raise failure
        if not waiting:
            visit.position = place.after(())

    def _is_over(self, visit: "_Visit") -> bool:
        return self._clock.ticks() - visit.ticked > self._settings.pages_deadline

    async def _read(
        self, job: FeedJob, place: Place, entry: Entry, visit: "_Visit"
    ) -> Sequence[Article] | None:
        """What an entry says; ``None`` when it cannot be had now, and is not taken."""
        limit = self._settings.max_body
        body: bytes | None = b""
        if entry.size <= limit:
            async with self._in_time():
                body = await place.read(entry, limit=limit)
        if body is None:
            visit.tell(f"{entry.name} cannot be had: it is gone, changed or not ours")
            return None
        visit.bytes += len(body)
        if max(entry.size, len(body)) > limit:
            visit.tell(f"{entry.name} is larger than crawl.max_body ({limit} bytes)")
            return ()
        reading = await read(
            self._parser, body, job=job, url=redact(job.url), now=self._clock.now()
        )
        if reading.fault:
            visit.tell(f"{entry.name} {reading.fault}")
        elif reading.problem:
            visit.tell(f"{entry.name}: {reading.problem}")
        return reading.articles

    async def _store(self, articles: Sequence[Article], visit: "_Visit") -> None:
        if not articles:
            return
        standings = list(zip(articles, await self._unseen(articles), strict=True))
        if wanted := [article for article, how in standings if how in ("new", "changed")]:
            await self._sink(wanted)
        visit.new += sum(how == "new" for _, how in standings)
        visit.articles += len(articles)
        visit.times += [each.published for each in articles if each.published is not None]

    def _told(self, job: FeedJob, visit: "_Visit", failure: FetchError | None) -> FeedResult:
        # What was stored before it failed is stored, and the next visit goes on behind it.
        moved = visit.position != job.validators.etag
        error = str(failure) if failure is not None and not moved else ""
        notes = visit.notes()
        if failure is not None and moved:
            notes.append(f"ended early: {failure}")
        outcome: Outcome = "ok" if visit.articles else "unchanged"
        return FeedResult(
            source=job.source,
            outcome=failure.outcome if failure is not None and not moved else outcome,
            started=visit.started,
            elapsed=self._clock.ticks() - visit.ticked,
            bytes_received=visit.bytes,
            # What it shows, as of a feed: where all of it is new, others may take things away
            # before we come.
            items=min(max(visit.total, visit.articles), _MOST_ITEMS),
            new_items=visit.new,
            validators=Validators(etag=visit.position),
            item_times=tuple(visit.times),
            error=error,
            note="; ".join(notes),
        )


def _opened_folder(
    sock: socket.socket, site: Site, login: Login, *, known_hosts: str, clock: Clock
) -> AbstractAsyncContextManager[Place]:
    try:
        # An extra of the package, and 0.3 s to import.
        from crawler.collect.folder import opened_folder
    except ImportError as error:
        raise FetchError(
            "folders are collected by SFTP with a library that is not installed",
            outcome="failed",
            next_step="Run: pip install 'copydesk[sftp]'",
        ) from error
    return opened_folder(sock, site, login, known_hosts=known_hosts, clock=clock)


class _Visit:
    """What a visit has come to so far."""

    def __init__(self, *, started: float, ticked: float) -> None:
        self.started = started
        self.ticked = ticked
        self.position = ""
        self.total = self.left = self.bytes = self.articles = self.new = 0
        self.times: list[float] = []
        # Marks of what it failed over.
        self.passed: set[str] = set()
        self._faults: dict[str, None] = {}

    def tell(self, fault: str) -> None:
        """Each once, though a visit of several connections meets it with each."""
        self._faults[fault] = None

    def notes(self) -> list[str]:
        notes = list(self._faults)[:_FAULTS_TOLD]
        if len(self._faults) > _FAULTS_TOLD:
            notes.append(f"and {len(self._faults) - _FAULTS_TOLD} more like these")
        if self.left:
            notes.append(f"{self.left} more wait for the next visit")
        return notes


def _batches(entries: Sequence[Entry], size: int) -> Iterator[list[Entry]]:
    """So many at a time as fit into memory."""
    some: list[Entry] = []
    for entry in entries:
        full = sum(each.size for each in some) + entry.size > size
        if some and (full or len(some) == _AT_ONCE):
            yield some
            some = []
        some.append(entry)
    if some:
        yield some


def _at(url: str, error: FetchError) -> FetchError:
    return FetchError(
        error.what, outcome=error.outcome, where=redact(url), next_step=error.next_step
    )
