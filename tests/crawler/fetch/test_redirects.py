"""What a redirect means."""

import pytest

from crawler.fetch.errors import FetchError
from crawler.fetch.redirects import Hop, follow, keeps_credentials, moved_to

A = "https://example.org/a"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "https://example.org/b"),
        ("b?x=1", "https://example.org/b?x=1"),
        ("//other.example/b", "https://other.example/b"),
        ("https://user:pw@other.example", "https://other.example/"),
    ],
)
def test_follow(location: str, target: str) -> None:
    assert follow((Hop(A, 302),), location, limit=5) == target


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("", "without saying where"),
        (A, "in a circle"),
        (f"{A}#again", "in a circle"),
        ("ftp://x/", "unusable"),
        ("http://[", "unusable"),
        ("http://u:pa55@[?token=x", "unusable"),
    ],
)
def test_refused(location: str, words: str) -> None:
    with pytest.raises(FetchError, match=words) as caught:
        follow((Hop(A, 302),), location, limit=5)
    assert "pa55" not in str(caught.value)


def test_a_way_that_leaves_tls_is_not_gone() -> None:
    for target in ("http://example.org/a", "http://other.example/", "http://example.org:8080/"):
        with pytest.raises(FetchError, match="from https to plain http") as caught:
            follow((Hop(A, 301),), target, limit=5)
        assert caught.value.outcome == "tls"
    assert follow((Hop("http://example.org/", 301),), "http://b.example/", limit=5)


def test_limit() -> None:
    hops = tuple(Hop(f"{A}{n}", 302) for n in range(3))
    assert follow(hops, "/end", limit=3)
    with pytest.raises(FetchError, match="more than 2 times"):
        follow(hops, "/end", limit=2)


def test_only_permanent_chains_move_a_source() -> None:
    assert moved_to((Hop(A, 301), Hop(A, 308)), "https://new.example/") == "https://new.example/"
    assert moved_to((Hop(A, 301), Hop(A, 302)), "https://new.example/") == ""
    assert moved_to((), A) == ""


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("https://example.org/a", "https://example.org/b", True),
        ("http://example.org/a", "https://example.org/b", True),
        ("https://example.org/a", "http://example.org/a", False),
        ("https://example.org/a", "https://example.org:8443/a", False),
        ("https://example.org/a", "https://www.example.org/a", False),
    ],
)
def test_credentials_stay_with_their_origin(old: str, new: str, kept: bool) -> None:
    assert keeps_credentials(old, new) is kept
