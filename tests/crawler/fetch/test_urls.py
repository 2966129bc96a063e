"""Addresses as sent and as shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.errors import FetchError
from crawler.fetch.urls import basic_authorization, host_key, redact, sendable


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://editor:pa55@example.org/feed#top", "https://example.org/feed"),
        ("https://example.org/f?api_key=abc&page=2", "https://example.org/f?api_key=***&page=2"),
        ("https://example.org/f?access_token=abc", "https://example.org/f?access_token=***"),
        ("https://example.org/f?X-Amz-Signature=abc", "https://example.org/f?X-Amz-Signature=***"),
        ("https://example.org/f?keyword=harbour", "https://example.org/f?keyword=harbour"),
        ("https://example.org/f?monkey=1&author=2", "https://example.org/f?monkey=1&author=2"),
        ("http://[broken", "http://[broken"),
        ("http://user:pw@[broken?key=1", "[broken"),
        ("https://bob:pa/55@example.org/feed?page=2", "example.org/feed"),
        ("https://bob:pa#55@example.org/feed", "example.org/feed"),
        ("https://bob:pa?55@example.org/feed", "***"),
        ("https://example.org:99999/f?token=a@bc", "***"),
        ("https://example.org/@editor?page=2", "https://example.org/@editor?page=2"),
    ],
)
def test_redact(url: str, shown: str) -> None:
    assert redact(url) == shown


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (" HTTPS://Example.ORG ", "https://example.org/"),
        ("https://example.org:443/a b", "https://example.org/a%20b"),
        ("http://example.org:8080/?q=ä#f", "http://example.org:8080/?q=%C3%A4"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://u:p@example.org/x", "http://example.org/x"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
    ],
)
def test_sendable(url: str, sent: str) -> None:
    assert sendable(url) == sent


@pytest.mark.parametrize(
    "url",
    [
        "", "feed", "ftp://example.org/", "file:///etc/passwd", "data:text/plain,x", "javascript:1",
        "http://", "http:///feed", "http://.example.org/", "http://example.org:99999/",
        "http://example.org:x/", "http://example.org:0/", "gopher://example.org/",
        "http://example.org/" + "a" * 9000, "http://[::1/",
    ],
)  # fmt: skip
def test_unusable_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        sendable(url)
    assert caught.value.outcome == "failed"


@given(st.text(max_size=60))
def test_whatever_is_sendable_has_no_surprises(text: str) -> None:
    for url in (text, f"http://{text}", f"http://u:{text}@example.org/{text}"):
        redact(url)
        try:
            sent = sendable(url)
        except FetchError:
            continue
        basic_authorization(url)
        assert sent.isascii()
        assert sendable(sent) == sent
        assert not any(character in sent for character in "\r\n\t #")


def test_hosts_share_a_budget_over_http_and_https() -> None:
    assert host_key("http://example.org/a") == host_key("https://example.org/b") == "example.org"
    assert host_key("http://example.org:8080/") == "example.org:8080"


def test_user_info_becomes_basic_authorization() -> None:
    assert basic_authorization("http://Aladdin:open%20sesame@x/") == (
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    )
    assert basic_authorization("http://x/") == ""
