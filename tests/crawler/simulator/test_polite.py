"""One row for each rule of politeness: a script, weeks of it, and what must have happened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import pairwise

import pytest

from config.secrets import Secrets
from tests.crawler.simulator.servers import (
    DAY,
    HOUR,
    Behaviour,
    Feed,
    Script,
    day,
    dead,
    says,
    to,
)
from tests.crawler.simulator.world import AGENT, POLICY, World, gaps, live

HOST = "https://news.example"
A, B, C = f"{HOST}/a", f"{HOST}/b", f"{HOST}/c"
NEW = "https://new.example/feed"
ROBOTS = f"{HOST}/robots.txt"
CHALLENGE = b"<html><head><title>Just a moment...</title></head></html>"
EMPTY = b'<rss version="2.0"><channel><title>Quiet</title></channel></rss>'
WORST_BACKOFF = POLICY.max_backoff * 1.3


def always(behaviour: Behaviour) -> Script:
    return ((0.0, behaviour),)


def between(first: float, last: float, what: Behaviour, usual: Behaviour | None = None) -> Script:
    """``what`` from one day to another, the usual feed before and after."""
    feed = usual or Feed()
    return ((0.0, feed), (first, what), (last, feed))


@dataclass(frozen=True)
class Row:
    """``rule`` in words; ``holds`` is true of the world after so many ``days``."""

    rule: str
    servers: Mapping[str, Script]
    days: float
    holds: Callable[[World], object]
    sources: Mapping[str, str] = field(default_factory=lambda: {"a": A})
    robots: str = "all"
    secret: str = ""


def outcomes(world: World, since: float = 0.0, until: float = 1000.0, name: str = "a") -> set[str]:
    return {result.outcome for result in world.polls(name, since, until)}


def first_good(world: World, since: float, name: str = "a") -> float:
    """Hours from a day on until a poll went well."""
    return min(
        (at - day(since)) / HOUR
        for at, result in world.sources[name].polls
        if at >= day(since) and not result.error
    )


def missed(world: World, every: float, until: float, name: str = "a") -> int:
    """Items published before a day that never arrived."""
    had = {published for published, _ in world.news[name]}
    return int(until * 24 / every) - len({at for at in had if at < day(until)})


def conditional(world: World, since: float) -> float:
    """The share of requests from a day on that asked whether something changed."""
    asked = world.at(A, since)
    return sum("If-None-Match" in one.headers for one in asked) / len(asked)


def backs_off(world: World, since: float, until: float) -> bool:
    found = gaps(world.at(A, since, until))
    return all(later > sooner for sooner, later in pairwise(found))


ROWS = [
    # Conditional requests
    Row("both validators are sent, as they were given", {A: always(Feed(every=48))}, 7,
        lambda w: sum(one.status == 304 for one in w.at(A)) > len(w.at(A)) / 2
        and all(("If-None-Match" in one.headers) == ("If-Modified-Since" in one.headers)
                for one in w.at(A))
        and missed(w, 48, 6) == 0),
    Row("a server without validators is known by its bytes",
        {A: always(Feed(every=48, manner="plain"))}, 7,
        lambda w: outcomes(w) == {"ok", "unchanged"} and missed(w, 48, 6) == 0),
    Row("a small share of polls goes without validators", {A: always(Feed(every=12))}, 60,
        lambda w: 0.005 < sum("If-None-Match" not in one.headers for one in w.at(A)[1:])
        / len(w.at(A)) < 0.06),
    Row("one ETag over all bodies is found out, and not believed again",
        {A: always(Feed(manner="one-etag"))}, 60,
        lambda w: w.sources["a"].job.validators.lies and conditional(w, 10) < 0.06),
    Row("a server that says 304 for ever is found out, and not believed again",
        {A: always(Feed(manner="always-304"))}, 60,
        lambda w: w.sources["a"].job.validators.lies and conditional(w, 10) < 0.06),
    Row("a server that lies no more is believed again",
        {A: ((0, Feed(manner="always-304")), (10, Feed()))}, 60,
        lambda w: any("said falsely" in result.note for result in w.polls("a", 0, 10))
        and w.sources["a"].job.validators.lies == 0 and conditional(w, 55) > 0.9
        and missed(w, 6, 59) == missed(w, 6, 10)),
    Row("an honest server is never called a liar", {A: always(Feed(every=2))}, 14,
        lambda w: w.sources["a"].job.validators.lies == 0),
    Row("a body that changes without news is no lie",
        {A: always(Feed(every=24, manner="one-etag", noise="yes", until=0.5))}, 60,
        lambda w: w.sources["a"].job.validators.lies == 0),
    Row("304 to a question that was not asked is a fault",
        {A: between(2, 2.5, says(304), Feed(manner="plain"))}, 7,
        lambda w: outcomes(w, 2, 2.5) == {"failed"} and missed(w, 6, 6) == 0),

    # What the server says about when
    Row("Retry-After in seconds, with 429", {A: between(3, 3.5, says(429, Retry_After="72000"))}, 7,
        lambda w: outcomes(w, 3, 3.5) == {"rate-limited"} and len(w.at(A, 3, 3.8)) == 1
        and first_good(w, 3) < 30 and missed(w, 6, 6) == 0),
    Row("Retry-After as a date, with 503",
        {A: between(3, 3.5, says(503, Retry_After=formatdate(day(4.5), usegmt=True)))}, 8,
        lambda w: outcomes(w, 3, 4.5) == {"server-error"} and len(w.at(A, 3, 4.5)) == 1
        and min(one.at for one in w.at(A, 4.5)) < day(4.5) + HOUR),
    Row("Retry-After of a year is a week", {A: between(3, 4, says(429, Retry_After="31536000"))},
        14, lambda w: len(w.at(A, 3, 10)) == 1 and first_good(w, 3) < 7.5 * 24),
    Row("Retry-After that cannot be read is none", {A: between(3, 3.2, says(429, Retry_After="x"))},
        5, lambda w: len(w.at(A, 3, 3.2)) > 2 and first_good(w, 3) < 24),
    Row("Retry-After does not count with 404",
        {A: between(3, 3.2, says(404, Retry_After="604800"))}, 5,
        lambda w: first_good(w, 3) < 24),
    Row("max-age is kept to, an hour at most",
        {A: always(Feed(every=0.2, headers={"Cache-Control": "max-age=86400"}))}, 7,
        lambda w: min(gaps(w.at(A))) >= HOUR and max(gaps(w.at(A)[9:])) < 1.3 * HOUR),
    Row("Expires counts by the server's own clock",
        {A: always(Feed(every=0.2, headers={"Date": formatdate(day(-90), usegmt=True),
                                            "Expires": formatdate(day(-90) + 1800, usegmt=True)}))},
        3, lambda w: min(gaps(w.at(A))) >= 1799
        and sum(gap < 1801 for gap in gaps(w.at(A))) > 20),
    Row("ttl is kept to", {A: always(Feed(every=0.2, channel="<ttl>120</ttl>"))}, 7,
        lambda w: min(gaps(w.at(A))) >= 0.9 * 2 * HOUR),
    Row("sy:updatePeriod is kept to",
        {A: always(Feed(every=0.2, channel="<sy:updatePeriod>daily</sy:updatePeriod>"
                        "<sy:updateFrequency>8</sy:updateFrequency>"))}, 7,
        lambda w: min(gaps(w.at(A))) >= 0.9 * 3 * HOUR),
    Row("skipHours are not polled in", {A: always(Feed(every=2, channel="<skipHours>"
        + "".join(f"<hour>{hour}</hour>" for hour in range(6)) + "</skipHours>"))}, 14,
        lambda w: not [one for one in w.at(A, 1) if one.at % DAY < 6 * HOUR]
        and missed(w, 2, 13) == 0),
    Row("skipDays are not polled on", {A: always(Feed(every=12,
        channel="<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"))}, 21,
        lambda w: all(not w.at(A, week * 7 + 5, week * 7 + 7) for week in range(3))),

    # Host or feed
    Row("one feed that must wait does not stop the others of its host",
        {A: between(3, 5, says(429, Retry_After="172800")), B: always(Feed()), C: always(Feed())},
        9,
        lambda w: len(w.at(A, 3, 5)) == 1 and missed(w, 6, 8, "b") == missed(w, 6, 8, "c") == 0
        and all(len(w.at(url, 3, 5)) > 4 for url in (B, C)),
        sources={"a": A, "b": B, "c": C}),
    Row("two feeds that must wait, one after the other, are the host",
        {url: between(3, 3.5, says(429, Retry_After="86400")) for url in (A, B, C)}, 9,
        lambda w: sum(len(w.at(url, 3, 3.9)) for url in (A, B, C)) <= 3
        and all(missed(w, 6, 8, name) == 0 for name in "abc"),
        sources={"a": A, "b": B, "c": C}),
    Row("feeds of a dead host are not all waited for",
        {f"{HOST}/{n}": between(2, 2.5, dead("timeout")) for n in range(30)}, 4,
        lambda w: sum(len(w.at(f"{HOST}/{n}", 2, 2.5)) for n in range(30))
        < sum(len(w.polls(str(n), 2, 2.5)) for n in range(30)) / 2
        and all(missed(w, 6, 3.5, str(n)) == 0 for n in range(30)),
        sources={str(n): f"{HOST}/{n}" for n in range(30)}, robots="none"),
    Row("all sources of a host share its pace",
        {f"{HOST}/{n}": always(Feed()) for n in range(30)}, 1,
        lambda w: min(gaps(w.requests)) >= 0.25,
        sources={str(n): f"{HOST}/{n}" for n in range(30)}),
    Row("Crawl-delay lies between all requests to a host",
        {ROBOTS: always(says(200, b"User-agent: *\nCrawl-delay: 20")),
         **{f"{HOST}/{n}": always(Feed()) for n in range(5)}}, 3,
        lambda w: min(gaps([one for one in w.requests if one.url != ROBOTS])) >= 20,
        sources={str(n): f"{HOST}/{n}" for n in range(5)}),
    Row("Request-rate lies between all requests to a host",
        {ROBOTS: always(says(200, b"User-agent: *\nRequest-rate: 1/30")),
         A: always(Feed()), B: always(Feed())}, 3,
        lambda w: min(gaps([one for one in w.requests if one.url != ROBOTS])) >= 30,
        sources={"a": A, "b": B}),
    Row("a host that slows down is asked more slowly, and faster again when it recovers",
        {f"{HOST}/{n}": ((0, Feed(latency=0.1)), (1, Feed(latency=8.0)), (2, Feed(latency=0.1)))
         for n in range(30)}, 4,
        lambda w: min(gaps([r for r in w.requests if day(1.3) <= r.at < day(2)])) >= 8.0
        and min(gaps([r for r in w.requests if r.at >= day(2.5)])) < 1.0,
        sources={str(n): f"{HOST}/{n}" for n in range(30)}, robots="none"),

    # Failing and coming back
    Row("faults back off by doubling, and one good answer forgives them all",
        {A: between(3, 5, says(500))}, 8,
        lambda w: backs_off(w, 3, 5) and 5 <= len(w.at(A, 3, 5)) <= 12
        and w.sources["a"].history.failures == 0
        and max(gaps(w.at(A, 7))) < 6.7 * HOUR),
    Row("the first stumble is tried again soon", {A: between(3, 3.02, says(502))}, 5,
        lambda w: all(gap < 900 for gap in gaps(w.at(A, 3, 3.02)))),
    Row("feeds that fail together do not come back together",
        {url: between(1, 3, says(500)) for url in (A, B, C)}, 3,
        lambda w: not {int(one.at / 60) for one in w.at(A, 1.5, 3)}
        & {int(one.at / 60) for one in w.at(B, 1.5, 3)},
        sources={"a": A, "b": B, "c": C}),
    Row("404 is patient and comes back by itself", {A: between(7, 35, says(404))}, 50,
        lambda w: outcomes(w, 7, 35) == {"not-found"} and w.sources["a"].history.retired == "no"
        and 8 <= len(w.at(A, 7, 35)) <= 25 and first_good(w, 35) / 24 <= 9.2
        and outcomes(w, 47) <= {"ok", "not-modified", "unchanged"}),
    Row("a dead feed is retried for ever, at a falling rate", {A: ((0, Feed()), (7, dead("dns")))},
        365, lambda w: max(gaps(w.at(A, 7))) <= WORST_BACKOFF and 35 <= len(w.at(A, 100)) <= 60
        and len(w.at(A, 7, 37)) > len(w.at(A, 37, 67))),
    Row("an expired certificate is waited out", {A: between(7, 10, dead("tls"))}, 20,
        lambda w: outcomes(w, 7, 10) == {"tls"} and first_good(w, 10) < 5 * 24),
    Row("one 410 retires the source", {A: ((0, Feed()), (7, says(410)))}, 60,
        lambda w: len(w.at(A, 7)) == 1 and w.sources["a"].history.retired == "yes"),
    Row("an empty feed is quiet, not broken", {A: between(3, 17, says(200, EMPTY))}, 21,
        lambda w: outcomes(w, 3, 17) == {"empty"} and max(gaps(w.at(A, 3))) < 8 * HOUR),
    Row("a page instead of the feed is no feed",
        {A: between(3, 3.5, says(200, b"<html><body>Hi"))}, 7,
        lambda w: outcomes(w, 3, 3.5) == {"not-a-feed"} and missed(w, 6, 6) == 0),
    Row("when this machine is offline no source pays",
        {A: between(3, 5, dead("offline"))}, 7,
        lambda w: outcomes(w, 3, 5) == {"offline"} and w.sources["a"].history.failures == 0
        and max(gaps(w.at(A, 3, 5))) < 500 and first_good(w, 5) < 0.2),

    # Moving
    Row("a 301 that stays for days moves the source, and says so",
        {A: ((0, Feed()), (7, to(NEW, 301))), NEW: ((7, Feed()),)}, 21,
        lambda w: [move for _, move in w.sources["a"].moves] == [NEW]
        and 3 <= (w.sources["a"].moves[0][0] - day(7)) / DAY <= 4
        and not w.at(A, 12) and missed(w, 6, 20) == 0),
    Row("so does a 308", {A: ((0, Feed()), (7, to(NEW, 308))), NEW: ((7, Feed()),)}, 21,
        lambda w: w.sources["a"].job.url == NEW),
    Row("a chain of permanent redirects moves it to its end",
        {A: always(to(B, 301)), B: always(to(NEW, 308)), NEW: always(Feed())}, 14,
        lambda w: w.sources["a"].job.url == NEW),
    Row("a 301 of two days moves nothing",
        {A: between(7, 9, to(NEW, 301)), NEW: always(Feed())}, 21,
        lambda w: not w.sources["a"].moves and w.at(A, 20)),
    Row("a 301 that changes its mind moves nothing until it is settled",
        {A: tuple((n, to(NEW if n % 2 else C, 301)) for n in range(12)), NEW: always(Feed()),
         C: always(Feed())}, 12, lambda w: not w.sources["a"].moves),
    Row("a 302 never moves it", {A: always(to(NEW)), NEW: always(Feed())}, 42,
        lambda w: not w.sources["a"].moves and len(w.at(A)) == len(w.at(NEW))),
    Row("nor a 307", {A: always(to(NEW, 307)), NEW: always(Feed())}, 30,
        lambda w: not w.sources["a"].moves),
    Row("nor a chain with one 302 in it",
        {A: always(to(B, 301)), B: always(to(NEW, 302)), NEW: always(Feed())}, 30,
        lambda w: not w.sources["a"].moves),
    Row("nor a 301 to something that is no feed",
        {A: ((0, Feed()), (7, to(NEW, 301))), NEW: always(says(200, b"<html><body>parked"))}, 30,
        lambda w: not w.sources["a"].moves and outcomes(w, 8) == {"not-a-feed"}),
    Row("a circle is a fault", {A: between(3, 3.5, to(A))}, 7,
        lambda w: outcomes(w, 3, 3.5) == {"failed"} and missed(w, 6, 6) == 0),

    # Blocks
    Row("a challenge served as 200 is recognised and named",
        {A: between(3, 3.5, says(200, CHALLENGE))}, 7,
        lambda w: outcomes(w, 3, 3.5) == {"blocked"}
        and all("Cloudflare" in result.error for result in w.polls("a", 3, 3.5))
        and missed(w, 6, 6) == 0),
    Row("so is a 403 with a bot wall's header",
        {A: between(3, 5, says(403, b"", CF_Mitigated="challenge"))}, 9,
        lambda w: outcomes(w, 3, 5) == {"blocked"}),
    Row("a plain 403 is a refusal", {A: between(3, 5, says(403))}, 9,
        lambda w: outcomes(w, 3, 5) == {"refused"}),

    # robots.txt
    Row("what robots.txt disallows is not asked for, and asked again when it allows it",
        {ROBOTS: ((0, says(404)), (3, says(200, b"User-agent: *\nDisallow: /")), (10, says(404))),
         A: always(Feed())}, 14,
        lambda w: not w.at(A, 4, 10) and outcomes(w, 4, 10) == {"robots"}
        and first_good(w, 10) < 60),
    Row("robots.txt is read once a day", {A: always(Feed(every=1))}, 14,
        lambda w: 13 <= len(w.at(ROBOTS)) <= 15 and min(gaps(w.at(ROBOTS))) >= DAY),
    Row("rules for others are not ours",
        {ROBOTS: always(says(200, b"User-agent: Otherbot\nDisallow: /\n\nUser-agent: *\nAllow: /")),
         A: always(Feed())}, 3, lambda w: outcomes(w) <= {"ok", "not-modified"}),
    Row("a robots.txt that fails means no, and is asked again before long",
        {ROBOTS: ((0, says(404)), (3, says(500)), (5, says(404))), A: always(Feed())}, 9,
        lambda w: not w.at(A, 4.1, 5) and outcomes(w, 4.1, 5) == {"server-error"}
        and 5 < len(w.at(ROBOTS, 3, 5)) < 20 and first_good(w, 5) < 48),
    Row("feeds may be fetched as a feed reader would",
        {ROBOTS: always(says(200, b"User-agent: *\nDisallow: /")), A: always(Feed())}, 3,
        lambda w: outcomes(w) <= {"ok", "not-modified"} and not w.at(ROBOTS), robots="pages"),

    # Who asks
    Row("every request says who asks and how to reach him",
        {A: always(to(B)), B: always(Feed())}, 3,
        lambda w: {one.headers["User-Agent"] for one in w.requests} == {AGENT}),
    Row("a cookie lives as long as one fetch",
        {A: always(says(302, Location=B, Set_Cookie="id=1")), B: always(Feed())}, 3,
        lambda w: all("Cookie" in one.headers for one in w.at(B))
        and not any("Cookie" in one.headers for one in (*w.at(A), *w.at(ROBOTS)))),
    Row("a secret goes to its own host only, and never to robots.txt",
        {A: ((0, Feed()), (3, to(NEW, 301))), NEW: always(Feed())}, 14,
        lambda w: all(one.headers.get("Authorization") == "Bearer t0ken" for one in w.at(A))
        and not any("Authorization" in one.headers for one in w.requests if one.url != A)
        and not w.sources["a"].moves, secret="wire"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row.rule for row in ROWS])
def test_rule(row: Row) -> None:
    world = live(
        row.servers,
        row.sources,
        days=row.days,
        robots=row.robots,
        secret=row.secret,
        secrets=Secrets({"COPYDESK_SECRET_WIRE": "bearer t0ken"}),
    )
    assert world.requests
    assert row.holds(world), tell(world)


def tell(world: World) -> str:
    """The story of a world, for whoever looks for the fault."""
    lines = []
    for name, source in world.sources.items():
        for (at, result), due, reason in zip(
            source.polls, source.dues, source.reasons, strict=True
        ):
            lines.append(
                f"{name} day {(at - day(0)) / DAY:7.3f} {result.outcome:12} "
                f"{result.new_items:2} new, next {(due - day(0)) / DAY:7.3f}: {reason}"
            )
    return "\n".join(lines[:400])
