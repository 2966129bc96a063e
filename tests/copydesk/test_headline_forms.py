"""Questions, live blogs, comments and video are told from reports by their form."""

import pytest

from copydesk.headline_forms import is_aside


@pytest.mark.parametrize(
    "headline",
    [
        "Why the ferry ran aground",
        "WATCH: ferry runs aground",
        "Has the ferry run aground? What to know",
        "Czy prom utknął",
        "Ferry aground – live",
        "Ferry aground: live updates",
        "Ferry aground | Ada Lovelace",
        "Ferry off Holm – in pictures",
        "What you need to know of Holm",
        "Minister QUITS over ferry",
        "Ferry aground off Holm     - TERN",
        "Ferry aground off Holm - Tern News",
    ],
)
def test_what_announces_something_else(headline: str) -> None:
    assert is_aside(headline)


@pytest.mark.parametrize(
    "headline",
    [
        "Ferry aground off Holm",
        "FERRY AGROUND OFF HOLM",
        "Islanders live in fear after ferry disaster",
        "UNICEF warns of COVID on Holm",
        "Whyte to lead Holm council",
        "Ferry - the oldest on Holm - aground",
        "",
    ],
)
def test_what_reports(headline: str) -> None:
    assert not is_aside(headline)
