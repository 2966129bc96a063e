"""A source added by command is held to what one of the configuration is held to."""

from typing import Any

import pytest

from config.errors import ConfigError
from config.sources import Source
from copydesk.record import registry
from copydesk.record.database import Record
from copydesk.roles.adding import add_source
from crawler.discover import FoundFeed

FEED = FoundFeed(url="https://www.example.org/feed", title="Example", language="en-us")


def add(record: Record, feed: FoundFeed = FEED, **wanted: Any) -> Source:
    plain = {"id_": None, "outlet": None, "language": "", "country": "", "fetch_pages": "yes"}
    return add_source(record, feed, **{**plain, **wanted})


def test_what_the_feed_says_of_itself_is_fitted_in(record: Record) -> None:
    source = add(record, country="gb")
    assert (source.id, source.language, source.country) == ("example-org", "en-US", "GB")
    odd = FoundFeed(
        url=f"https://{'long.' * 30}example/feed", title="T" * 300, language="english please"
    )
    source = add(record, odd)
    assert (source.outlet, source.language) == ("T" * 200, "")
    assert len(source.id) <= 80
    assert add(record, FoundFeed(url=odd.url + "2", title="")).id == f"{source.id}-2"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"id_": "Not A Slug/../é"}, "id: expected str matching regex"),
        ({"id_": "x" * 81}, "id: expected str of length <= 80"),
        ({"language": "english please"}, "language: .* is not a BCP 47 language tag"),
        ({"language": "en-us"}, "is not a BCP 47 language tag"),
        ({"country": "Germany"}, "country: .* is not an ISO 3166 country code"),
        ({"country": "UK"}, 'Did you mean "GB"'),
        ({"outlet": "x" * 201}, "outlet: expected str of length <= 200"),
        ({"secret": "Not A Slug"}, "secret: expected str matching regex"),
    ],
)
def test_what_the_configuration_would_refuse_is_refused(
    record: Record, wanted: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        add(record, **wanted)
    with record.reading() as connection:
        assert registry.every(connection) == []
