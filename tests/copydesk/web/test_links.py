"""Only harmless addresses become links, and text says how it is read."""

import pytest

from copydesk.web.links import safe_href
from copydesk.web.speech import direction, tag


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/a?b=c#d",
        "http://example.org:8080/",
        "HTTPS://EXAMPLE.org",
        "https://de.example/\u00fcber",
    ],
)
def test_http_addresses_are_links(url: str) -> None:
    assert safe_href(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01https://example.org",
        "data:text/html,<script>",
        "//example.org",
        "/relative",
        "https:///path",
        "https://[broken",
        "ftp://example.org",
        "https://example.org/" + "a" * 5000,
    ],
)
def test_everything_else_is_not(url: str) -> None:
    assert safe_href(url) == ""


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar", "rtl"),
        ("fa-IR", "rtl"),
        ("HE", "rtl"),
        ("de-AT", "ltr"),
        ("ku", "ltr"),
        ("ku-IQ", "rtl"),
        ("ku-Arab", "rtl"),
        ("ckb", "rtl"),
        ("arz", "rtl"),
        ("prs", "rtl"),
        ("iw", "rtl"),
        ("pa", "ltr"),
        ("pa-PK", "rtl"),
        ("pa-Arab", "rtl"),
        ("ar-Latn", "ltr"),
        ("KU-LATN", "ltr"),
        ("sh", "ltr"),
        ("en-x-arab", "ltr"),
        ("und", "auto"),
        ("mul", "auto"),
        ("xx", "auto"),
        ("", "auto"),
        ('"><script>', "auto"),
    ],
)
def test_direction(language: str, expected: str) -> None:
    assert direction(language) == expected


def test_what_is_no_language_is_undetermined() -> None:
    assert tag("zh-Hant-TW") == "zh-Hant-TW"
    assert tag('en" onclick="x') == "und"
