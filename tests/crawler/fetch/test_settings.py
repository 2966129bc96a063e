"""What an operator may decide."""

import pytest

from config.errors import ConfigError
from crawler.fetch.settings import CrawlSettings


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("Copydesk/1.0 (+https://example.org/contact)", "Copydesk"),
        ("Copydesk (+mailto:desk@example.org)", "Copydesk"),
        ("HarbourBot", "HarbourBot"),
    ],
)
def test_the_robots_token_is_the_product(agent: str, token: str) -> None:
    assert CrawlSettings(user_agent=agent).robots_token == token


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("user_agent", " "), ("user_agent", "Zeitung für alle"), ("max_body", 0),
        ("deadline", -1.0), ("concurrency", 0), ("max_redirects", -1), ("host_delay", -0.1),
        ("unconditional_share", 1.5), ("allowed_addresses", ("everything",)),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_by_name(setting: str, value: object) -> None:
    with pytest.raises(ConfigError, match=setting):
        CrawlSettings(**{"user_agent": "Copydesk", setting: value})  # type: ignore[arg-type]
