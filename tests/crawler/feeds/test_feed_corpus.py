"""2,600 real and deliberately malformed feeds: each is read or named, none raises anything else."""

from collections import Counter

import pytest

from benchmarks.pages import corpus
from crawler.bodies import parse_body
from crawler.feeds import NotAFeedError


@pytest.mark.corpus
def test_every_feed_of_the_corpus_is_read_or_named() -> None:
    root = corpus() / "feeds"
    if not root.is_dir():
        pytest.skip(f"the corpus is not at {root.parent} (set COPYDESK_CORPUS)")
    outcomes: Counter[str] = Counter()
    files = [*root.glob("*/**/*.xml"), *root.glob("feedjira/spec/sample_feeds/*")]
    for file in files:
        try:
            feed = parse_body(
                file.read_bytes(), url="https://outlet.example/f", content_type="", received=1.7e9
            )
        except NotAFeedError as error:
            outcomes[error.got] += 1
        else:
            outcomes["items" if feed.items else "no items"] += 1
    assert outcomes["items"] + outcomes["no items"] >= 0.985 * len(files), outcomes
