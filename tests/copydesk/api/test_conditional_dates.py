"""Dates that a client names are in UTC, wherever Copydesk runs."""

import time
from collections.abc import Iterator

import pytest

from copydesk.api.conditional import known

NOON = 1_685_448_000.0


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Tokyo"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    "noon",
    [
        "Tue, 30 May 2023 12:00:00 GMT",
        "Tuesday, 30-May-23 12:00:00 GMT",
        "Tue May 30 12:00:00 2023",
        "Tue, 30 May 2023 12:00:00 -0000",
    ],
)
def test_all_forms_of_a_date_mean_the_same(noon: str) -> None:
    asked = {"if-modified-since": noon}
    assert known(asked, etag="", modified=NOON)
    assert known(asked, etag="", modified=NOON + 0.9)
    assert not known(asked, etag="", modified=NOON + 1)


@pytest.mark.parametrize("date", ["", "0", "yesterday", "Tue, 30 May 99999 12:00:00 GMT", "," * 9])
def test_what_is_no_date_is_none(date: str) -> None:
    assert not known({"if-modified-since": date}, etag="", modified=NOON)
    assert not known({}, etag="", modified=NOON)
    assert not known({"if-modified-since": "Tue, 30 May 2023 12:00:00 GMT"}, etag="", modified=None)
