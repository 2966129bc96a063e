"""The floor under scheduling, on the item times of real feeds; lowered only on purpose.

Every sixth of 247 sources, feeds that show 20 items, ten days of spring 2023; the figures of all
peers are those of ``benchmarks/schedule.py``.
"""

from pathlib import Path

import pytest

from benchmarks.schedule_replay import COUNTED, DAY, LEARNT, item_times, replay, tuned
from benchmarks.schedule_rules import Copydesk, Fixed, learnt, square_root
from crawler.schedule import SchedulePolicy, solve_threshold

_EVERY = 6
# Lay frozen for six weeks and woke at 160 items a day: what nobody foresees is not the floor.
_WOKEN = "https://feeds.a.dj.com/rss/RSSWorldNews.xml"
_END = COUNTED + 10 * DAY
_WINDOW = 20


@pytest.fixture(scope="module")
def sources(corpus: Path) -> dict[str, list[float]]:
    found = item_times(corpus, every=_EVERY)
    del found[_WOKEN]
    return found


@pytest.mark.corpus
@pytest.mark.parametrize("budget", [12, 24, 96])
def test_news_is_noticed_earlier_than_by_others_with_as_many_polls(
    sources: dict[str, list[float]], budget: int
) -> None:
    histories = [learnt([time for time in times if time < LEARNT]) for times in sources.values()]
    threshold = solve_threshold(
        histories,
        SchedulePolicy(min_interval=60.0, max_interval=7 * DAY),
        polls_per_day=budget * len(sources),
    )
    ours = replay(sources, Copydesk, threshold, window=_WINDOW, end=_END)
    # What the threshold was solved for is about what it takes, weeks later.
    assert ours.polls == pytest.approx(budget * len(sources) * 10, rel=0.15)
    _, fixed = tuned(sources, Fixed, polls=ours.polls, window=_WINDOW, start=DAY / budget, end=_END)
    _, root = tuned(
        sources, square_root, polls=ours.polls, window=_WINDOW, start=240 / budget, end=_END
    )
    assert ours.mean <= 0.6 * fixed.mean
    assert ours.mean <= 0.9 * root.mean
    assert ours.percentile(95) <= min(fixed.percentile(95), root.percentile(95))
    assert ours.lost == 0
