"""Times of any precision are spans, and date math counts from the given now."""

import datetime as dt

import pytest

from indexer.errors import QueryError
from indexer.query.dates import SECOND, micros, moment

NOW = micros(dt.datetime(2023, 5, 31, 12, 34, 56, tzinfo=dt.UTC).timestamp())  # A Wednesday.


def at(text: str) -> int:
    return micros(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp())


@pytest.mark.parametrize(
    ("value", "begin", "end"),
    [
        ("2023", "2023-01-01", "2024-01-01"),
        ("2023-12", "2023-12-01", "2024-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2023-05-30", "2023-05-30", "2023-05-31"),
        ("2023-5-3", "2023-05-03", "2023-05-04"),
        ("2023-05-30T10:15", "2023-05-30T10:15", "2023-05-30T10:16"),
        ("2023-05-30T10:15:01Z", "2023-05-30T10:15:01", "2023-05-30T10:15:02"),
        ("2023-05-30T01:15+03:00", "2023-05-29T22:15", "2023-05-29T22:16"),
        ("2023-05-30T10:15:00.25", "2023-05-30T10:15:00.250", "2023-05-30T10:15:00.260"),
        ("1850-01", "1850-01-01", "1850-02-01"),
        ("now/d", "2023-05-31", "2023-06-01"),
        ("now-1d/d", "2023-05-30", "2023-05-31"),
        ("now/w", "2023-05-29", "2023-06-05"),
        ("NOW-1H/h", "2023-05-31T11:00", "2023-05-31T12:00"),
        ("today", "2023-05-31", "2023-06-01"),
        ("Yesterday", "2023-05-30", "2023-05-31"),
        ("tomorrow", "2023-06-01", "2023-06-02"),
        ("today-7d", "2023-05-24", "2023-05-25"),
        ("today-1w+1d", "2023-05-25", "2023-05-26"),
    ],
)
def test_spans(value: str, begin: str, end: str) -> None:
    assert moment(value, now=NOW, offset=0) == (at(begin), at(end))


@pytest.mark.parametrize("value", ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59"])
def test_the_last_day_that_can_be_written_has_an_end(value: str) -> None:
    end = at("9999-12-31T23:59:59") + SECOND
    assert moment(value, now=NOW, offset=0).end == end


@pytest.mark.parametrize("sign", ["+", "-"])
def test_date_math_stays_within_what_engines_can_count(sign: str) -> None:
    begin, end = moment(f"now{f'{sign}999999w' * 2000}/w", now=NOW, offset=0)
    assert -(2**62) < begin < end < 2**62
    assert abs(begin) > at("9999-12-31")


def test_now_is_an_instant() -> None:
    assert moment("now", now=NOW, offset=0) == (NOW, NOW + 1)
    assert moment("now-24h+30m", now=NOW, offset=0).begin == NOW - 84_600 * SECOND


@pytest.mark.parametrize(
    "value",
    ["", "yesterdays", "today-7h", "today-", "day", "now-1M", "now/M",
     "2023-13", "2023-02-30", "0000", "2023-05-30T25:00", "now-1y", "now-",
     "now-9999999h", "now-1ſ", "now-١h", "20230530", "١٢٣٤", "2023-05-30T10:15+99:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_its_place(value: str) -> None:
    with pytest.raises(QueryError, match="is not a time") as caught:
        moment(value, now=NOW, offset=7)
    assert caught.value.offset == 7
