"""Retry-After and freshness."""

import time

import pytest

from crawler.fetch.politeness import fresh_until, http_date, retry_after

NOW = 1_685_440_800.0  # Tue, 30 May 2023 10:00:00 GMT
DAY = 86_400.0


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", 120.0),
        (" 0 ", None),
        ("1.5", 1.5),
        ("Tue, 30 May 2023 10:10:00 GMT", 600.0),
        ("Tuesday, 30-May-23 10:10:00 GMT", 600.0),
        ("Tue May 30 10:10:00 2023", 600.0),
        ("Mon, 29 May 2023 10:10:00 GMT", None),
        ("99999999999", 7 * DAY),
        ("Sat, 30 May 2099 10:00:00 GMT", 7 * DAY),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Tue, 99 May 2023", None),
    ],
)
def test_retry_after(value: str, wait: float | None) -> None:
    until = retry_after({"retry-after": value}, now=NOW)
    assert until == (None if wait is None else NOW + wait)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600.0),
        ({"cache-control": "public, MAX-AGE = 600 , must-revalidate"}, 600.0),
        ({"cache-control": "max-age=600", "age": "500"}, 100.0),
        ({"cache-control": "max-age=600", "age": "700"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "max-age=31536000"}, 3600.0),
        ({"cache-control": "max-age=60", "expires": "Tue, 30 May 2023 10:10:00 GMT"}, 60.0),
        ({"expires": "Tue, 30 May 2023 10:10:00 GMT"}, 600.0),
        ({"expires": "Tue, 30 May 2023 12:10:00 GMT", "date": "Tue, 30 May 2023 12:00:00 GMT"},
         600.0),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
    ],
)  # fmt: skip
def test_fresh_until(headers: dict[str, str], wait: float | None) -> None:
    until = fresh_until(headers, now=NOW)
    assert until == (None if wait is None else NOW + wait)


@pytest.mark.parametrize(
    "value", ["", "x", "Tue, 30 May 99999999999 10:00:00 GMT", "\0", "9" * 400]
)
def test_no_date_is_no_date(value: str) -> None:
    assert http_date(value) is None


def test_the_asctime_form_is_utc_wherever_this_machine_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert http_date("Tue May 30 10:00:00 2023") == NOW
    finally:
        monkeypatch.undo()
        time.tzset()
