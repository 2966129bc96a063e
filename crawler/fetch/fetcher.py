"""One address by all the rules: robots, holds, pace, redirects, secrets, one deadline for all.

Knows no network: ``exchange`` sends one request and brings the answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from config.secrets import Secret
from crawler.fetch.clock import SYSTEM, Clock
from crawler.fetch.cookies import CookieJar
from crawler.fetch.errors import FetchError, OnHoldError
from crawler.fetch.exchange import Answer
from crawler.fetch.gates import Gates
from crawler.fetch.holds import Holds
from crawler.fetch.redirects import REDIRECTS, Hop, follow, keeps_credentials, moved_to
from crawler.fetch.refusals import refusal
from crawler.fetch.robots import Robots
from crawler.fetch.robots import refusal as robots_refusal
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.unpack import unpacked
from crawler.fetch.urls import basic_authorization, host_key, redact, sendable
from crawler.job import Validators

Kind = Literal["feed", "page", "robots", "hub"]

_ACCEPT: dict[Kind, str] = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.7, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
    "hub": "*/*",
}
_NOTHING = Validators()


@dataclass(frozen=True, slots=True)
class Private:
    """A secret and the address of the source it belongs to: nobody else ever gets it."""

    secret: Secret
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, ready to be sent. ``seconds`` is what is left of the deadline.

    ``form`` is the body of a POST, None for a GET. The headers may hold secrets: no ``repr``.
    """

    url: str
    headers: dict[str, str]
    kind: Kind
    seconds: float
    form: bytes | None = None

    def __repr__(self) -> str:
        return f"Ask({redact(self.url)}, {self.kind})"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The last answer, and the redirects that led to it."""

    answer: Answer
    hops: tuple[Hop, ...] = ()

    @property
    def moved_to(self) -> str:
        """The address that the asked one has moved to for good, else ""."""
        return moved_to(self.hops, self.answer.url)


class Fetcher:
    """``exchange`` sends one :class:`Ask` and raises :class:`FetchError` when none answers."""

    def __init__(
        self,
        settings: CrawlSettings,
        exchange: Callable[[Ask], Awaitable[Answer]],
        *,
        clock: Clock = SYSTEM,
    ) -> None:
        self._settings = settings
        self._exchange = exchange
        self._clock = clock
        self._holds = Holds()
        self._robots = Robots(self._fetch_robots, max_age=settings.robots_max_age, clock=clock)
        # Feeds that wait for their host's turn: they cost nothing, and hold up nobody else.
        self.queued_feeds = 0
        self.gates = Gates(settings.concurrency_per_host, delay=settings.host_delay, clock=clock)

    async def get(
        self,
        url: str,
        *,
        kind: Kind,
        validators: Validators = _NOTHING,
        private: Private | None = None,
    ) -> Fetched:
        """Fetches an address and follows its redirects; any final status is an answer.

        Raises :class:`FetchError` for everything else the outside can do; it never holds the
        secret of ``private``, even when a server repeats it.
        """
        if private is None:
            return await self._got(url, kind, validators, private)
        try:
            return await self._got(url, kind, validators, private)
        except FetchError as error:
            raise _scrubbed(error, private.secret) from None

    async def post(self, url: str, form: bytes) -> Answer:
        """Sends a form to a hub (WebSub) and brings its answer, whatever the status.

        307 and 308 are followed with the form, as WebSub section 5.1 wants; any other redirect is
        the answer. Raises :class:`FetchError`.
        """
        return (await self._chain(url, "hub", _NOTHING, None, form)).answer

    async def _got(
        self, url: str, kind: Kind, validators: Validators, private: Private | None
    ) -> Fetched:
        fetched = await self._chain(url, kind, validators, private, None)
        if kind not in ("feed", "page"):
            return fetched
        answer = await unpacked(fetched.answer, limit=self._settings.max_body)
        return Fetched(answer, fetched.hops)

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of the origin of ``url`` names; none if it has none."""
        target = sendable(url)
        return (await self._robots.rules(target)).sitemaps(target)

    async def _chain(
        self,
        url: str,
        kind: Kind,
        validators: Validators,
        private: Private | None,
        form: bytes | None,
    ) -> Fetched:
        target = sendable(url)
        credentials = _credentials(url, target, private)
        remaining = self._settings.deadline
        hops: tuple[Hop, ...] = ()
        jar = CookieJar()
        while True:
            headers = self._headers(kind, validators) | credentials
            if cookie := jar.header(target):
                headers["Cookie"] = "; ".join(filter(None, (headers.get("Cookie"), cookie)))
            ask = Ask(url=target, headers=headers, kind=kind, seconds=remaining, form=form)
            answer = await self._held(ask)
            remaining -= answer.elapsed
            if answer.status not in REDIRECTS or (form is not None and answer.status < 307):
                return Fetched(answer, hops)
            hops = (*hops, Hop(target, answer.status))
            location = answer.headers.get("location", "")
            again: Literal["yes", "no"] = "yes" if jar.take(target, answer.cookies) else "no"
            limit = self._settings.max_redirects
            old, target = target, follow(hops, location, limit=limit, again=again)
            if kind in ("feed", "page") and host_key(old) != host_key(target):
                # It has done its part; within one host only the end tells how the host is.
                self._holds.succeeded(old)
            if not keeps_credentials(old, target):
                # For good: a chain that comes back may have been sent there to fetch them.
                credentials = {}
            if remaining <= 0:
                raise FetchError("took too long to redirect", outcome="timeout", where=redact(old))

    async def _held(self, ask: Ask) -> Answer:
        """One request, unless its host is on hold; what comes of it is charged to that host.

        Not to the one whose redirect led there: behind a shortener is everybody.
        """
        kind = ask.kind
        if kind not in ("feed", "page"):
            return await self._paced(ask)
        self._check_hold(ask)
        try:
            await self._ask_robots(ask.url, kind)
            answer = await self._paced(ask)
        except OnHoldError:
            raise
        except FetchError as error:
            self._holds.failed(ask.url, kind, error, now=self._clock.now())
            raise
        refused = refusal(answer, now=self._clock.now())
        if refused is None:
            self._holds.succeeded(ask.url)
        else:
            self._holds.failed(ask.url, kind, refused, now=self._clock.now())
        return answer

    def _check_hold(self, ask: Ask) -> None:
        if ask.kind in ("feed", "page"):
            self._holds.check(ask.url, ask.kind, now=self._clock.now())

    async def _paced(self, ask: Ask) -> Answer:
        host = host_key(ask.url)
        waiting = int(ask.kind == "feed")
        self.queued_feeds += waiting
        try:
            async with self.gates.through(host):
                self.queued_feeds -= waiting
                waiting = 0
                # Others of the host were answered while this one waited for its turn.
                self._check_hold(ask)
                answer = await self._exchange(ask)
        finally:
            self.queued_feeds -= waiting
        self.gates.answered(host, latency=answer.latency, status=answer.status)
        return answer

    async def _ask_robots(self, url: str, kind: Literal["feed", "page"]) -> None:
        mode = self._settings.robots
        if mode == "none" or (mode == "pages" and kind == "feed"):
            return
        rules = await self._robots.rules(url)
        token = self._settings.robots_token
        if not await rules.allowed(url, token):
            raise robots_refusal(url, rules)
        self.gates.wishes(host_key(url), rules.delay(token))

    async def _fetch_robots(self, url: str) -> Answer:
        return (await self.get(url, kind="robots")).answer

    def _headers(self, kind: Kind, validators: Validators) -> dict[str, str]:
        headers = {"User-Agent": self._settings.user_agent, "Accept": _ACCEPT[kind]}
        if kind == "hub":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        return headers


def _credentials(url: str, target: str, private: Private | None) -> dict[str, str]:
    """The header that carries a secret to ``target``, if it may."""
    if private is not None:
        if not private.secret.header:
            raise FetchError(
                "its secret is a key, which opens a folder (sftp) and nothing else",
                outcome="refused",
                where=redact(url),
                next_step="Name a secret that can be sent",
            )
        mine = keeps_credentials(sendable(private.home), target)
        return {private.secret.header: private.secret.value} if mine else {}
    authorization = basic_authorization(url)
    return {"Authorization": authorization} if authorization else {}


def _scrubbed(error: FetchError, secret: Secret) -> FetchError:
    return FetchError(
        secret.scrubbed(error.what),
        outcome=error.outcome,
        where=secret.scrubbed(error.where),
        next_step=secret.scrubbed(error.next_step),
        status=error.status,
        not_before=error.not_before,
    )
