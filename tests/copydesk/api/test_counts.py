"""Counts by value and by time over real HTTP."""

from typing import Any

import pytest

from tests.copydesk.api.serving import Site


def ask(site: Site, path: str, status: int = 200) -> Any:
    answer = site.client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_articles_and_stories_by_value(site: Site) -> None:
    found = ask(site, "/v1/facets?by=language,outlet&limit=2")
    assert (found["total"], list(found["facets"])) == (5, ["language", "outlet"])
    assert [len(values) for values in found["facets"].values()] == [2, 2]
    assert ask(site, "/v1/facets?q=language:de&by=language") == {
        "facets": {"language": [{"value": "de", "count": 1}]},
        "total": 1,
    }
    assert ask(site, "/v1/facets?kind=story")["total"] == 2


def test_articles_over_time(site: Site) -> None:
    line = ask(site, "/v1/timeline?by=hour&zone=Europe/Berlin&since=2023-05-30&until=2023-05-31")
    assert (len(line["bars"]), line["total"]) == (24, 5)
    assert line["bars"][0] == {
        "begin": "2023-05-30T00:00:00Z", "end": "2023-05-30T01:00:00Z", "count": 0,
    }  # fmt: skip
    days = ask(site, "/v1/timeline?zone=Asia/Kolkata&q=moscow")
    assert (len(days["bars"]), days["bars"][-1]["begin"]) == (30, "2023-05-29T18:30:00Z")
    assert days["total"] == days["bars"][-1]["count"] > 0


@pytest.mark.parametrize(
    ("path", "parameter", "words"),
    [
        ("/v1/facets?by=text", "by", "cannot be counted by 'text'"),
        ("/v1/facets?kind=story&by=credit", "by", "Stories cannot be counted"),
        ("/v1/facets?q=(x", "q", "never closed"),
        ("/v1/timeline?zone=Moon/Tycho", "zone", "no time zone"),
        ("/v1/timeline?zone=Nowhere&since=2023-05-30", "zone", "no time zone"),
        ("/v1/timeline?by=hour&since=1970-01-01", "since", "More than 2000 bars"),
        ("/v1/timeline?by=minute", "by", "not one of day, hour"),
        ("/v1/timeline?until=0001-01-01", "since", "beyond all calendars"),
    ],
)
def test_what_cannot_be_counted_says_why(site: Site, path: str, parameter: str, words: str) -> None:
    problem = ask(site, path, 422)
    (fault,) = problem["errors"]
    assert fault["parameter"] == parameter
    assert words in fault["detail"]
