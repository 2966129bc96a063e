"""When others poll a feed next, from their published formulas, and when we do.

Each has one knob by which it is tuned to a budget; where its authors give none, it scales their
intervals. Rules that need the rate of a source get it from our estimator, kept up to date: better
than their authors had it.
"""

import math
import random
from collections.abc import Callable, Sequence

import msgspec

from benchmarks.schedule_replay import DAY, LEARNT, START, Beginning, Look, Poller, Rule
from crawler.job import FeedResult
from crawler.schedule import SchedulePolicy, SourceHistory, jitter_of, next_poll, remember
from crawler.schedule.rhythm import Rhythm, first_rhythm, learn, mean_rate

_LEAST, _MOST = 60.0, 7 * DAY
_MINUTE = 60.0


class Fixed:
    """The same interval for every source: the knob, in seconds."""

    def __init__(self, begun: Beginning) -> None:
        self._interval = begun.knob

    def next(self, _: Look, /) -> float:
        return self._interval


class Miniflux:
    """Entry frequency of Miniflux 2 (``internal/model/feed.go``, ``ScheduleNextCheck``).

    A week divided by the entries of the last week and a factor (1 / knob), between five
    minutes and a day.
    """

    def __init__(self, begun: Beginning) -> None:
        self._times = [time for time in begun.past if time > LEARNT - 7 * DAY]
        self._knob = begun.knob

    def next(self, look: Look, /) -> float:
        self._times = [time for time in (*self._times, *look.new) if time > look.now - 7 * DAY]
        if not self._times:
            return DAY
        return min(max(7 * DAY * self._knob / len(self._times), 5 * _MINUTE), DAY)


class StormCrawler:
    """``AdaptiveScheduler`` of Apache StormCrawler: half as long again after no change, half
    after a change (``rate.incr`` and ``rate.decr`` .5), between a minute and two weeks.

    The knob scales the growth, which its authors make a setting too.
    """

    def __init__(self, begun: Beginning) -> None:
        self._interval = 3600.0
        self._grow = 1.0 + 0.5 * begun.knob

    def next(self, look: Look, /) -> float:
        self._interval *= 0.5 if look.new else self._grow
        self._interval = min(max(self._interval, _LEAST), 14 * DAY)
        return self._interval


class MediaCloud:
    """Auto-adjustment of Media Cloud's rss-fetcher (``fetcher/tasks.py`` and ``config.py``).

    More than 67 % of the shown items known: ten minutes more, an hour once there was nothing new
    for a month; fewer than 33 %: an hour less; between ten minutes and a day. The knob scales all.
    """

    def __init__(self, begun: Beginning) -> None:
        self._knob = begun.knob
        self._interval = 12 * 60.0
        self._last = begun.past[-1] if begun.past else START

    def next(self, look: Look, /) -> float:
        known = 1.0 - len(look.new) / len(look.shown) if look.shown and look.new else 1.0
        self._last = look.now if look.new else self._last
        if known > 0.67:
            self._interval += 10.0 if look.now - self._last < 31 * DAY else 60.0
        elif known < 0.33:
            self._interval -= 60.0
        self._interval = min(max(self._interval, 10.0), 24 * 60.0)
        return max(self._interval * self._knob * _MINUTE, _LEAST)


class NewsBlur:
    """``get_next_scheduled_update`` of NewsBlur for a feed with more than ten subscribers.

    Minutes from the stories a day of the last month: 6 from one a day on, else 60 less 60 times
    that, six hours and more without any, at most twelve; up to a quarter is added at random. The
    knob scales all.
    """

    def __init__(self, begun: Beginning) -> None:
        self._times = [time for time in begun.past if time > LEARNT - 30 * DAY]
        self._last = begun.past[-1] if begun.past else START
        self._knob = begun.knob
        self._chance = random.Random(begun.source)

    def next(self, look: Look, /) -> float:
        if look.new or (self._times and self._times[0] < look.now - 30 * DAY):
            self._times = [time for time in (*self._times, *look.new) if time > look.now - 30 * DAY]
        self._last = look.new[-1] if look.new else self._last
        a_day = len(self._times) / 30.0
        if a_day >= 1:
            minutes = 6.0
        elif a_day > 0:
            minutes = 60.0 - a_day * 60.0
        else:
            minutes = 360.0 * max(1.0, (look.now - self._last) / (30 * DAY))
        minutes = min(minutes, 720.0) * (1.0 + self._chance.random() / 4)
        return max(minutes * self._knob * _MINUTE, _LEAST)


class _Rated:
    """Polls at equal distances, as often as a function of the rate says."""

    def __init__(self, past: Sequence[float], often: Callable[[float], float]) -> None:
        self._rhythm: Rhythm = first_rhythm(past, now=LEARNT)
        self._often = often

    def next(self, look: Look, /) -> float:
        self._rhythm = learn(self._rhythm, look.new, now=look.now)
        often = self._often(mean_rate(self._rhythm))
        return min(max(1.0 / often, _LEAST), _MOST) if often > 0 else _MOST


def square_root(begun: Beginning) -> Poller:
    """Polls proportional to the root of the rate, all items weighing alike.

    Sia, Cho and Cho, "Efficient Monitoring Algorithm for Fast News Alerts", TKDE 2007: least mean
    delay when each rate is constant.
    """
    return _Rated(begun.past, lambda rate: math.sqrt(rate) / begun.knob)


def azar(begun: Beginning) -> Poller:
    """Azar, Horvitz, Lubetzky, Peres and Shahaf, "Tractable near-optimal policies for crawling",
    PNAS 2018: the polls that maximise the time-averaged share of fresh sources of equal importance.

    With Poisson changes and polls freshness is r / (r + rate); its slope rate / (r + rate)^2 is the
    same for all that are polled, the knob, and those whose slope at 0 is below that are not.
    """
    return _Rated(begun.past, lambda rate: max(math.sqrt(rate / begun.knob) - rate, 0.0))


def kolobov(begun: Beginning) -> Poller:
    """Kolobov, Peres, Lu and Horvitz, "Staying up to date with online content changes using
    reinforcement learning for scheduling", NeurIPS 2019: least harmonic staleness, equal weights.

    r = rate / 2 (sqrt(1 + 4 / (knob rate)) - 1), for sources that tell of no change themselves;
    the knob is the price of a poll.
    """
    return _Rated(begun.past, lambda rate: rate / 2 * (math.sqrt(1 + 4 / (begun.knob * rate)) - 1))


class Copydesk:
    """What we ship; the knob is the threshold in item-seconds."""

    def __init__(self, begun: Beginning) -> None:
        self._source = begun.source
        self._history = learnt(begun.past)
        self._policy = SchedulePolicy(threshold=begun.knob, min_interval=_LEAST, max_interval=_MOST)

    def next(self, look: Look, /) -> float:
        result = FeedResult(
            source=self._source, outcome="ok", started=look.now, elapsed=0.0, items=len(look.shown),
            new_items=len(look.new), item_times=tuple(look.shown),
        )  # fmt: skip
        jitter = jitter_of(self._source, self._history.polls)
        plan = next_poll(self._history, result, self._policy, now=look.now, jitter=jitter)
        self._history = plan.history
        return plan.schedule.interval


def learnt(past: Sequence[float], *, window: int = 20, until: float = LEARNT) -> SourceHistory:
    """The history of a source that was read once a day in training, when it showed everything."""
    history = SourceHistory(window=window)
    now = START
    while now < until:
        now += DAY
        new = tuple(time for time in past if now - DAY < time <= now)
        result = FeedResult(
            source="s", outcome="ok", started=now, elapsed=0.0, items=len(new),
            new_items=len(new), item_times=new,
        )  # fmt: skip
        history = remember(history, result, now=now)
    return msgspec.structs.replace(history, window=window, overflowed=None)


# Name, rule, and where its knob starts.
PEERS: tuple[tuple[str, Rule, float], ...] = (
    ("fixed", Fixed, 3600.0),
    ("Miniflux", Miniflux, 1.0),
    ("StormCrawler", StormCrawler, 1.0),
    ("Media Cloud", MediaCloud, 1.0),
    ("NewsBlur", NewsBlur, 1.0),
    ("sqrt(w lambda)", square_root, 10.0),
    ("Azar 2018", azar, 100.0),
    ("Kolobov 2019", kolobov, 100.0),
)
