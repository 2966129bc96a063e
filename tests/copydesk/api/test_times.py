"""Times in and out."""

import pytest

from copydesk.api.times import moment, parse_time
from tests.copydesk.api.newsroom import MORNING


@pytest.mark.parametrize(
    "text",
    [
        "2023-05-30T06:00:00Z",
        "2023-05-30t06:00z",
        "2023-05-30 06:00:00",
        "2023-05-30T08:00:00+02:00",
        "2023-05-30T08:00:00 02:00",
        "1685426400",
        "1685426400.000",
    ],
)
def test_many_ways_to_write_one_moment(text: str) -> None:
    assert parse_time(text) == MORNING


def test_a_date_is_its_first_moment() -> None:
    assert parse_time("2023-05-30") == MORNING - 6 * 3600


@pytest.mark.parametrize(
    ("text", "days"),
    [("today", 0), ("Yesterday", -1), ("tomorrow", 1), ("today-7d", -7), ("yesterday 1w", 6)],
)
def test_a_day_by_name_is_its_first_moment(text: str, days: int) -> None:
    assert parse_time(text, clock=lambda: MORNING) == MORNING + (24 * days - 6) * 3600


@pytest.mark.parametrize(
    "text",
    ["", "now-24h", "today-999999w", "2023-13-01", "2023-05-30T25:00", "1e9", "nan", "9" * 15, "٣"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"neither RFC 3339|outside the years|must be in|month|hour"
    ):
        parse_time(text)


@pytest.mark.parametrize("seconds", [float("inf"), -1e18, float("nan"), 1e300])
def test_no_time_of_a_broken_feed_breaks_an_answer(seconds: float) -> None:
    assert 1 <= moment(seconds).year <= 9999
