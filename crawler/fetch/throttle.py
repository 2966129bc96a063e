"""How fast one host is asked: its own wish, else what its answers show it can bear. Pure.

The rule is that of Scrapy's AutoThrottle (docs.scrapy.org/en/latest/topics/autothrottle.html),
for every host: the delay moves half the way to latency / concurrency, is never below that at
once when the host slows down, and an answer that is no success never shortens it (a fault is
often faster than a page). Added to it: 429 and 503 double the delay, and Crawl-delay and
Request-rate of robots.txt are the floor.
"""

import msgspec

# No server needs more rest than this between two requests; who wants none at all says Disallow.
LONGEST = 60.0
# Below this a delay costs us more than it spares the host: a timer, and the loop's grain.
_SHORTEST = 0.02
# Where a doubling begins when there was no delay yet.
_FIRST = 1.0
_TIRED = frozenset({429, 503})


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How one host is asked; all in seconds.

    ``delay`` lies between the beginnings of two requests, ``floor`` is the least it may be: the
    operator's ``host_delay`` or what robots.txt asks for. ``free_at`` is the tick from which the
    next request may begin.
    """

    delay: float = 0.0
    floor: float = 0.0
    free_at: float = 0.0


def begin(pace: Pace, *, now: float, jitter: float) -> tuple[Pace, float]:
    """Reserves the next beginning; the seconds to wait for it. ``jitter`` is uniform in [0, 1).

    The delay that follows varies by a quarter upwards, so that requests of many crawlers do not
    fall into step, and a host's own wish is never undercut.
    """
    start = max(now, pace.free_at)
    gap = max(pace.delay, pace.floor) * (1.0 + 0.25 * jitter)
    return msgspec.structs.replace(pace, free_at=start + gap), start - now


def answered(pace: Pace, *, latency: float, status: int, concurrency: int) -> Pace:
    """The pace after an answer that took ``latency`` seconds, at so many requests at a time."""
    target = latency / concurrency
    if status in _TIRED:
        delay = max(2.0 * pace.delay, _FIRST, target)
    else:
        delay = max(target, (pace.delay + target) / 2.0)
        if not (200 <= status < 400) and delay <= pace.delay:
            return pace
    delay = min(delay, LONGEST)
    return msgspec.structs.replace(pace, delay=delay if delay >= _SHORTEST else 0.0)


def wished(pace: Pace, floor: float) -> Pace:
    """The pace with another floor."""
    return msgspec.structs.replace(pace, floor=min(floor, LONGEST))
