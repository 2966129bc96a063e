"""False alarms of silence on a replayed month, and how soon a source that was cut is missed.

    python -m benchmarks.schedule_silence [--corpus ../shared/data]

Learns from February and March 2023, replays April with a poll every three hours. An alarm is false
when the source speaks again in the data. Goal: at most 1 in 100 sources and week.
"""

import argparse
import bisect
import datetime as dt
import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.schedule_replay import DAY, item_times
from benchmarks.schedule_rules import learnt
from crawler.job import FeedResult
from crawler.schedule import SourceHistory, remember
from crawler.silence import silence

APRIL = dt.datetime(2023, 4, 1, tzinfo=dt.UTC).timestamp()
MAY = dt.datetime(2023, 5, 1, tzinfo=dt.UTC).timestamp()
_STEP = 3 * 3600.0


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """When alarms began (epoch seconds), each ended by the next item."""

    alarms: tuple[float, ...]


def listen(times: Sequence[float], *, until: float = MAY) -> Listening:
    """Polls one source from April on and notes when its silence alarms."""
    history = learnt([time for time in times if time < APRIL], until=APRIL)
    alarms: list[float] = []
    alarmed, seen, now = False, bisect.bisect_left(times, APRIL), APRIL
    while now < until:
        now += _STEP
        after = bisect.bisect_right(times, now)
        history = _polled(history, times[seen:after], now)
        found = silence(history, now=now)
        if found is not None and found.alarm and not alarmed:
            alarms.append(now)
        alarmed = found is not None and found.alarm
        seen = after
    return Listening(alarms=tuple(alarms))


def _polled(history: SourceHistory, new: Sequence[float], now: float) -> SourceHistory:
    result = FeedResult(
        source="s", outcome="ok", started=now, elapsed=0.0, items=20, new_items=len(new),
        item_times=tuple(new),
    )  # fmt: skip
    return remember(history, result, now=now)


def false_alarms(sources: dict[str, list[float]]) -> list[tuple[str, float]]:
    """Source and time of each alarm after which the source spoke again."""
    return [
        (source, alarm)
        for source, times in sources.items()
        for alarm in listen(times).alarms
        if times[-1] > alarm
    ]


def detection(times: Sequence[float], cut: float) -> float | None:
    """Seconds from a cut until it is missed, at most 28 days; ``None`` when it is not."""
    found = listen([time for time in times if time < cut], until=cut + 28 * DAY).alarms
    return next((alarm - cut for alarm in found if alarm > cut), None)


def main() -> None:
    """Prints the rate of false alarms and, by volume, the delay of true ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("../shared/data"))
    sources = item_times(parser.parse_args().corpus)
    false = false_alarms(sources)
    weeks = (MAY - APRIL) / (7 * DAY)
    print(
        f"{len(sources)} sources, {weeks:.1f} weeks: {len(false)} false alarms, "
        f"{len(false) / (len(sources) / 100) / weeks:.2f} in 100 sources and week"
    )
    for source, alarm in false:
        print(f"  {dt.datetime.fromtimestamp(alarm, dt.UTC):%d %B %H:%M} {source}")
    cut = APRIL + 12.4 * DAY
    for low, high in ((100.0, 1e9), (20.0, 100.0), (5.0, 20.0), (1.0, 5.0), (0.3, 1.0)):
        delays = [
            detection(times, cut)
            for times in sources.values()
            if low <= sum(cut - 14 * DAY < time < cut for time in times) / 14 < high
        ]
        missed = [delay / 3600 for delay in delays if delay is not None]
        if delays:
            print(
                f"  cut at {low:g} to {high:g} items a day: {len(missed)} of {len(delays)} missed"
                + (f", after {statistics.median(missed):.0f} h (median)" if missed else "")
            )


if __name__ == "__main__":
    main()
