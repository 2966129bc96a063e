"""robots.txt after RFC 9309: fetched once per origin, kept for a day."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlunsplit

from protego import Protego

from crawler.fetch.clock import SYSTEM, Clock
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.politeness import retry_after
from crawler.fetch.redirects import REDIRECTS
from crawler.fetch.urls import origin, redact

# RFC 9309 section 2.5: parse at least 500 KiB; the rest is ignored.
MAX_ROBOTS = 512 * 1024
# RFC 9309 section 2.3.1.4: unreachable means "disallow everything", but not for long on one
# stumble of the server, and hardly at all when it was not reached in the first place.
_FAULTY_FOR = 600.0
_UNREACHED_FOR = 30.0
# A crawl delay above this would be a way of saying no; saying no is what Disallow is for.
_LONGEST_DELAY = 60.0
_REMEMBERED = 10_000
# Bytes of files whose rules are remembered in all. Parsed they take 11 times as much, and 46 times
# when made of wildcards: 10,000 hosts of one hostile domain would else take 240 GB.
_REMEMBERED_BYTES = 8 * 1024 * 1024
# Large outlets name a few dozen sitemaps; an address is as long as sitemaps.org allows.
_MOST_SITEMAPS = 100
_LONGEST_SITEMAP = 2048
# Bytes of rules times bytes of address that are compared within half a millisecond at worst. All
# of 512 KiB against 8 kB, both made for it, take half a second.
_QUICK = 4_000_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin allows. ``unreachable`` is why nothing is known and nothing allowed.

    ``size`` is how many bytes of rules there are.
    """

    parsed: Protego | None = None
    unreachable: FetchError | None = None
    size: int = 0
    _one: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)

    def allows(self, url: str, token: str) -> bool:
        """Whether the product ``token`` may fetch ``url``."""
        if self.unreachable is not None:
            return False
        return self.parsed is None or bool(self.parsed.can_fetch(url, token))

    async def allowed(self, url: str, token: str) -> bool:
        """:meth:`allows`, off the loop when that may take long, and then one address at a time."""
        if self.size * len(url) <= _QUICK:
            return self.allows(url, token)
        async with self._one:
            return await asyncio.to_thread(self.allows, url, token)

    def delay(self, token: str) -> float:
        """Seconds between requests that the origin asks for; 0 when it does not."""
        if self.parsed is None:
            return 0.0
        wishes = [float(self.parsed.crawl_delay(token) or 0.0)]
        if (rate := self.parsed.request_rate(token)) is not None and rate.requests:
            wishes.append(rate.seconds / rate.requests)
        return min(max(wishes), _LONGEST_DELAY)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the file at ``url`` names (RFC 9309 section 2.2.4), made absolute."""
        if self.parsed is None:
            return ()
        named = [line for line in self.parsed.sitemaps if len(line) <= _LONGEST_SITEMAP]
        resolved = (_resolved(url, line) for line in named[:_MOST_SITEMAPS])
        return tuple(dict.fromkeys(filter(None, resolved)))


def read_rules(answer: Answer, *, now: float) -> Rules:
    """The rules in an answer to ``/robots.txt`` (RFC 9309 section 2.3.1), given at ``now``.

    2xx is parsed; 4xx means there are none; 429 and 5xx mean unreachable. A redirect that could
    not be followed counts as "unavailable", like 4xx.
    """
    if 200 <= answer.status < 300:
        text = answer.body.decode("utf-8-sig", errors="replace")
        return Rules(parsed=Protego.parse(text), size=len(answer.body))
    if answer.status == 429 or answer.status >= 500:
        until = retry_after(answer.headers, now=now)
        return Rules(
            unreachable=FetchError(
                f"its robots.txt cannot be read (it answered {answer.status}), which means no",
                # Not "robots": nobody said no, and rules that were read last for a day.
                outcome="rate-limited" if answer.status == 429 else "server-error",
                next_step="It is asked again "
                + ("in ten minutes" if until is None else "when it wants to be, and not before"),
                status=answer.status,
                not_before=until,
            )
        )
    return Rules()


class Robots:
    """Remembers the rules of every origin and asks at most once for each at a time.

    ``fetch`` gets the address of a robots.txt and may raise :class:`FetchError`.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[Answer]],
        *,
        max_age: float,
        clock: Clock = SYSTEM,
    ) -> None:
        self._fetch = fetch
        self._ticks, self._now = clock.ticks, clock.now
        self._max_age = max_age
        self._known: dict[tuple[str, str, int], tuple[float, asyncio.Future[Rules]]] = {}
        self._sizes: dict[tuple[str, str, int], int] = {}
        self._bytes = 0

    async def rules(self, url: str) -> Rules:
        """The rules for the origin of ``url``; never raises for what the origin does."""
        now = self._ticks()
        key = origin(url)
        known = self._known.get(key)
        if known is None or known[0] <= now:
            # Out first and in again at the end: what is asked for now is the last to be forgotten.
            self._forget(key)
            if len(self._known) >= _REMEMBERED:
                self._forget(next(iter(self._known)))
            asking = asyncio.ensure_future(self._ask(key))
            asking.add_done_callback(lambda asked: self._asked(key, asked))
            self._known[key] = (now + self._max_age, asking)
        else:
            asking = known[1]  # type: ignore[assignment]
        # Shielded: whoever asked first may be cancelled, the others still wait.
        return await asyncio.shield(asking)

    def _asked(self, key: tuple[str, str, int], asked: "asyncio.Future[Rules]") -> None:
        if key not in self._known or self._known[key][1] is not asked:
            return  # forgotten meanwhile
        if asked.cancelled() or asked.exception() is not None:
            self._forget(key)  # a crawler that was stopped while asking has learnt nothing
            return
        self._sizes[key] = asked.result().size
        self._bytes += self._sizes[key]
        while self._bytes > _REMEMBERED_BYTES:
            self._forget(next(iter(self._sizes)))

    def _forget(self, key: tuple[str, str, int]) -> None:
        self._known.pop(key, None)
        self._bytes -= self._sizes.pop(key, 0)

    async def _ask(self, key: tuple[str, str, int]) -> Rules:
        scheme, host, port = key
        bracketed = f"[{host}]" if ":" in host else host
        default = port == {"http": 80, "https": 443}[scheme]
        netloc = bracketed if default else f"{bracketed}:{port}"
        robots = urlunsplit((scheme, netloc, "/robots.txt", "", ""))
        try:
            answer = await self._fetch(robots)
            # Half a megabyte of rules takes a third of a second to parse: not on the loop.
            rules = await asyncio.to_thread(read_rules, answer, now=self._now())
        except FetchError as error:
            # A file that is no file (garbage) is "unavailable", like 404, and so is one behind a
            # redirect that is not followed, whatever is wrong with it (a circle, a way off TLS).
            unavailable = error.outcome in ("failed", "too-large") or error.status in REDIRECTS
            rules = Rules() if unavailable else Rules(unreachable=error)
        if rules.unreachable is not None and key in self._known:
            age = _FAULTY_FOR if rules.unreachable.status else _UNREACHED_FOR
            age = min(age, self._max_age)
            if (until := rules.unreachable.not_before) is not None:
                age = max(age, until - self._now())
            self._known[key] = (self._ticks() + age, self._known[key][1])
        return rules


def _resolved(base: str, line: str) -> str:
    try:
        return urljoin(base, line)
    except ValueError:
        return ""


def refusal(url: str, rules: Rules) -> FetchError:
    """Why ``rules`` do not let ``url`` be fetched, for whoever asked for it.

    A host that cannot be reached at all keeps its own outcome (``dns``, ``tls``, ...).
    """
    unreachable = rules.unreachable
    if unreachable is None:
        return FetchError(
            "its robots.txt does not allow us",
            outcome="robots",
            where=redact(url),
            next_step="Ask the outlet, or decide otherwise with the robots setting",
        )
    return FetchError(
        unreachable.what,
        outcome=unreachable.outcome,
        where=redact(url),
        next_step=unreachable.next_step,
        status=unreachable.status,
        not_before=unreachable.not_before,
    )
