"""Every source fares somehow, and a person understands why."""

from typing import get_args

import msgspec
import pytest

from crawler.health import Health, health
from crawler.job import FeedResult, Outcome
from crawler.schedule import SourceHistory, remember
from crawler.schedule.history import GOOD

NOW = 1_685_440_800.0
HOUR = 3600.0
DAY = 86_400.0


def after(
    history: SourceHistory, outcome: Outcome, *, now: float = NOW, **about: object
) -> SourceHistory:
    whole: dict[str, object] = {"source": "s", "outcome": outcome, "started": now, "elapsed": 1.0}
    result = FeedResult(**{**whole, **about})  # type: ignore[arg-type]
    return remember(history, result, now=now)


def failing(outcome: Outcome, *, polls: int = 3, **about: object) -> Health:
    history = SourceHistory()
    for number in range(polls):
        history = after(history, outcome, now=NOW + number * HOUR, **about)
    return health(history, now=NOW + (polls - 1) * HOUR)


def test_a_source_never_fetched_is_new() -> None:
    assert health(SourceHistory(), now=NOW).state == "new"


def test_a_source_that_answers_is_well() -> None:
    found = health(after(SourceHistory(), "ok", items=2, item_times=(NOW, NOW - 9)), now=NOW)
    assert (found.state, found.grade) == ("well", "good")


@pytest.mark.parametrize(
    ("outcome", "status", "state", "words"),
    [
        ("dns", 0, "dns", "no address (DNS)"),
        ("tls", 0, "tls", "no secure connection"),
        ("timeout", 0, "timeout", "does not answer in time"),
        ("connection", 0, "unreachable", "cannot be reached"),
        ("not-found", 404, "not-found", "HTTP 404"),
        ("refused", 403, "refused", "HTTP 403"),
        ("blocked", 403, "challenge", "challenge (HTTP 403)"),
        ("blocked", 200, "soft-block", "soft block"),
        ("robots", 0, "robots", "robots.txt"),
        ("rate-limited", 429, "rate-limited", "less often"),
        ("server-error", 500, "server-error", "a fault"),
        ("not-a-feed", 200, "parse", "cannot be read as a feed"),
        ("too-large", 200, "too-large", "larger than allowed"),
        ("forbidden-address", 0, "forbidden-address", "not public"),
        ("failed", 0, "failed", "cannot be fetched"),
    ],
)
def test_what_fails_is_named(outcome: Outcome, status: int, state: str, words: str) -> None:
    found = failing(outcome, status=status)
    assert (found.state, found.grade, found.since) == (state, "wrong", NOW)
    assert words in found.reason
    assert "3 times in a row" in found.reason


def test_one_failure_is_weather() -> None:
    assert failing("timeout", polls=1).grade == "note"
    assert "failed once" in failing("timeout", polls=1).reason
    assert failing("gone", polls=1, status=410).grade == "wrong"


def test_neither_an_empty_feed_nor_a_dead_line_is_a_fault() -> None:
    assert failing("empty", polls=9).grade == "note"
    assert failing("offline", polls=9).state == "offline"


def test_a_feed_that_stopped_long_ago_is_stale() -> None:
    history = msgspec.structs.replace(
        after(SourceHistory(), "not-modified"), last_item=NOW - 90 * DAY
    )
    found = health(history, now=NOW)
    assert (found.state, found.grade) == ("stale", "note")
    assert "90 days" in found.reason


def test_a_source_that_falls_silent_is_wrong() -> None:
    history = SourceHistory()
    for hour in range(14 * 24):
        now = NOW + hour * HOUR
        history = after(history, "ok", now=now, items=20, new_items=1, item_times=(now,))
    later = NOW + 18 * DAY
    found = health(after(history, "not-modified", now=later), now=later)
    assert (found.state, found.grade) == ("silent", "wrong")
    assert "no new item for 4.0 days" in found.reason


def test_a_window_that_was_all_new_may_have_overflowed() -> None:
    first = after(SourceHistory(), "ok", items=9, item_times=tuple(NOW - n for n in range(9)))
    times = tuple(NOW + HOUR - n for n in range(9))
    second = after(first, "ok", now=NOW + HOUR, items=9, new_items=9, item_times=times)
    found = health(second, now=NOW + HOUR)
    assert (found.state, found.grade) == ("overflow", "note")
    assert health(second, now=NOW + HOUR).reason.startswith("all its 9 items")


def test_a_move_is_told_without_its_secrets() -> None:
    history = after(SourceHistory(), "ok", moved_to="https://me:word@new.example/feed", items=1)
    found = health(history, now=NOW)
    assert found.state == "moved"
    assert "new.example" in found.reason
    assert "word" not in found.reason


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_every_outcome_has_a_reason(outcome: Outcome) -> None:
    found = failing(outcome)
    assert found.reason
    assert (found.grade == "good") == (outcome in GOOD)
