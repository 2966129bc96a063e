"""Bars of a time zone: whole, without gaps, and as long as the clocks make them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.counting import MAX_BARS, back, check_facets, edges, spans
from indexer.engines.protocol import FacetsRequest, TimelineRequest, Unit
from indexer.errors import CountError

HOUR = 3600.0
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo",
)  # fmt: skip
UNITS: tuple[Unit, ...] = ("hour", "day", "week", "month")


def bars(by: Unit, zone: str, since: str, until: str) -> list[tuple[str, float]]:
    """Begin in local time, and length in hours."""
    at = ZoneInfo(zone)
    begin, end = (dt.datetime.fromisoformat(text).replace(tzinfo=at) for text in (since, until))
    asked = TimelineRequest(since=begin.timestamp(), until=end.timestamp(), by=by, zone=zone)
    return [
        (f"{dt.datetime.fromtimestamp(left, at):%m-%d %H:%M}", (right - left) / HOUR)
        for left, right in spans(edges(asked))
    ]


def test_days_have_23_and_25_hours_where_clocks_change() -> None:
    spring = bars("day", "Europe/Berlin", "2023-03-25T12:00", "2023-03-27T12:00")
    assert spring == [("03-25 00:00", 24), ("03-26 00:00", 23), ("03-27 00:00", 24)]
    autumn = bars("day", "Europe/Berlin", "2023-10-28T12:00", "2023-10-30T00:00")
    assert autumn == [("10-28 00:00", 24), ("10-29 00:00", 25)]


def test_the_hour_that_comes_twice_is_two_bars() -> None:
    assert bars("hour", "Europe/Berlin", "2023-10-29T01:30", "2023-10-29T03:30") == [
        ("10-29 01:00", 1), ("10-29 02:00", 1), ("10-29 02:00", 1), ("10-29 03:00", 1),
    ]  # fmt: skip


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert bars("week", "UTC", "2023-05-31T00:00", "2023-06-05T00:00") == [("05-29 00:00", 168)]
    assert [begin for begin, _ in bars("month", "UTC", "2023-12-31T00:00", "2024-02-02T00:00")] == [
        "12-01 00:00", "01-01 00:00", "02-01 00:00",
    ]  # fmt: skip


def test_zones_of_half_hours_have_their_own_hours() -> None:
    assert bars("hour", "Asia/Kolkata", "2023-05-30T10:10", "2023-05-30T11:00") == [
        ("05-30 10:00", 1)
    ]


@given(
    st.integers(-3 * 10**9, 4 * 10**9), st.integers(1, 40 * 24 * 3600), st.sampled_from(UNITS),
    st.sampled_from(ZONES),
)  # fmt: skip
def test_bars_hold_the_span_and_follow_each_other(
    since: int, length: int, by: Unit, zone: str
) -> None:
    asked = TimelineRequest(since=since, until=since + length, by=by, zone=zone)
    found = edges(asked)
    assert found[0] <= since
    assert found[-2] < asked.until <= found[-1]
    for begin, end in spans(found):
        assert 0 < end - begin <= {"hour": 1.5, "day": 49, "week": 193, "month": 769}[by] * HOUR


@pytest.mark.parametrize("by", UNITS)
def test_so_many_bars_back(by: Unit) -> None:
    until = dt.datetime(2023, 5, 31, 12, tzinfo=dt.UTC).timestamp()
    since = back(until, by, "Europe/Berlin", 30)
    asked = TimelineRequest(since=since, until=until, by=by, zone="Europe/Berlin")
    assert (len(spans(edges(asked))), edges(asked)[0]) == (30, since)


@pytest.mark.parametrize(
    ("since", "until", "zone", "words"),
    [
        (0.0, 0.0, "UTC", "empty"),
        (5.0, 1.0, "UTC", "empty"),
        (float("nan"), 1.0, "UTC", "empty"),
        (0.0, 1e300, "UTC", "beyond"),
        (0.0, 1.0, "Europe/Nowhere", "no time zone"),
        (0.0, 1.0, "../../etc/passwd", "no time zone"),
        (0.0, 1.0, "\x00", "no time zone"),
        (0.0, 1.0, "", "no time zone"),
        (0.0, (MAX_BARS + 1) * HOUR, "UTC", "more than 2000 bars"),
    ],
)
def test_what_cannot_be_drawn_is_said(since: float, until: float, zone: str, words: str) -> None:
    with pytest.raises(CountError, match=words) as caught:
        edges(TimelineRequest(since=since, until=until, by="hour", zone=zone))
    assert caught.value.next_step


def test_what_cannot_be_counted_is_said() -> None:
    with pytest.raises(CountError, match="stories cannot be counted by 'credit'"):
        check_facets(FacetsRequest(kind="story", fields=("credit",)))
    with pytest.raises(CountError, match="0 values"):
        check_facets(FacetsRequest(limit=0))
