"""Reading dates, and choosing between those that disagree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import DateEvidence, Stamp, evidence, from_url, fuse, parse_date, read_date

NOON = 1_685_444_700.0  # 2023-05-30 11:05:00 UTC
DAY = 1_685_404_800.0
NOW = NOON + 3600


@pytest.mark.parametrize(
    ("text", "at", "precise", "zoned"),
    [
        ("2023-05-30T11:05:00Z", NOON, True, True),
        ("2023-05-30T11:05:00.123456789Z", NOON, True, True),
        ("2023-05-30T13:05:00+02:00", NOON, True, True),
        ("2023-05-30T13:05:00+0200", NOON, True, True),
        ("2023-05-30T13:05:00+02:00[Europe/Berlin]", NOON, True, True),
        ("2023-05-30 11:05", NOON, True, False),
        ("20230530T110500Z", NOON, True, True),
        ("2023-05-30", DAY, False, False),
        ("Tue, 30 May 2023 11:05:00 GMT", NOON, True, True),
        ("Tue, 30 May 2023 13:05:00 CEST", NOON, True, True),
        ("Tue, 30 May 2023 07:05:00 EDT", NOON, True, True),
        ("Tue, 30 May 2023 16:35:00 IST", NOON, True, True),
        ("30 May 2023 11:05:00 -0000", NOON, True, False),
        ("Tue, 30 May 2023 13:05:00 +02:00", NOON, True, True),
        ("Tue, 30 May 2023 13:05:00 GMT+0200", NOON, True, True),
        ("30 May 2023 13:05 GMT+02:00", NOON, True, True),
        ("30 May 2023 14:05 UTC+3", NOON, True, True),
        ("30 May 2023 07:35 UTC-3:30", NOON, True, True),
        ("Tue May 30 2023 13:05:00 GMT+0200 (CEST)", NOON, True, True),
        ("Tue May 30 2023 13:05:00 GMT+0200 (Central European Summer Time)", NOON, True, True),
        ("2023-05-30 13:05:00 GMT+2", NOON, True, True),
        ("May 30, 2023 7:05 AM EDT", NOON, True, True),
        ("30 May 2023 11:05 a.m.", NOON, True, False),
        ("30 May 2023 11:05:00 p.m. +1200", NOON, True, True),
        ("May 30, 2023 12:05 AM HST", NOON - 3600, True, True),
        ("Tue, 30 May 2023 03:05:00 AKDT", NOON, True, True),
        ("Tue, 30 May 2023 12:05:00 WAT", NOON, True, True),
        ("Tue May 30 13:05:00 CEST 2023", NOON, True, True),
        ("Tue May 30 11:05:00 GMT 2023", NOON, True, True),
        ("Tue May 30 13:05:00 +0200 2023", NOON, True, True),
        ("Tue May 30 11:05:00 2023", NOON, True, False),
        ("Tue, 30 May 2566 18:05:00 +0700", NOON, True, True),
        ("2566-05-30T18:05:00+07:00", NOON, True, True),
        ("2023-05-30T11:05:00.2566Z", NOON, True, True),
        ("Tue, 30 May 2023 05:05:00 CST", NOON, True, True),
        ("2023-05-29T24:00:00Z", DAY, True, True),
        ("1685444700", NOON, True, True),
        ("1685444700000", NOON, True, True),
    ],
)
def test_dates_for_machines(text: str, at: float, precise: bool, zoned: bool) -> None:
    assert parse_date(text) == Stamp(at, precise, zoned)


@pytest.mark.parametrize(
    ("text", "language", "at"),
    [
        ("Di, 30 Mai 2023 13:05:00 +0200", "de", NOON),
        ("mar, 30 may 2023 13:05:00 +0200", "es-MX", NOON),
        ("вт, 30 мая 2023 14:05:00 +0300", "ru", NOON),
        ("30 mai 2023 11:05", "fr", NOON),
        ("2023年5月30日 11:05", "ja", NOON),
        ("Tuesday, May 30, 2023 - 11:05", "en", NOON),
        ("30.05.2023 11:05", "de", NOON),
        ("30 May 2023", "", DAY),
        ("05/30/2023", "en", DAY),
        ("30/05/2023", "en", DAY),
        ("May 30, 2023 11:05 AM", "de", NOON),
        ("30. mai 2023 11:05", "no", NOON),
        ("30/05/2566 11:05", "th", NOON),
        ("Tue, 30 May 2023 19:05:00 CST", "zh-CN", NOON),
        ("Tue May 30 19:05:00 CST 2023", "zh", NOON),
        ("2023-05-30 19:05 CST", "zh-TW", NOON),
        ("Tue, 30 May 2023 05:05:00 CST", "en", NOON),
        ("Tue, 30 May 2023 05:05:00 CST", "es-MX", NOON),
    ],
)
def test_dates_for_people(text: str, language: str, at: float) -> None:
    stamp = read_date(text, language=language)
    assert stamp is not None
    assert stamp.at == at


JUNE = 1_685_923_200.0  # 2023-06-05


@pytest.mark.parametrize(
    ("text", "language", "at"),
    [
        ("05.06.2023", "de", JUNE),
        ("05/06/2023", "fr", JUNE),
        ("05-06-2023", "nl-BE", JUNE),
        ("lun., 05/06/2023", "fr", JUNE),
        ("5.6.2023", "no", JUNE),
        ("05.06.2023", "sv", JUNE),
        ("05/06/2023", "ja", JUNE),
        ("05.06.23", "de", JUNE),
        ("05.06.2023", "", JUNE),
        ("05/06/2023", "", None),
        ("05-06-2023", "", None),
        ("05/06/2023", "en-GB", None),
        ("05.06.2023", "en", None),
        ("05-06-23", "en", None),
        ("05/06/2023", "fil", None),
        ("06/06/2023", "en", JUNE + 86_400),
    ],
)
def test_of_two_numbers_the_day_is_first_unless_english_is_spoken(
    text: str, language: str, at: float | None
) -> None:
    stamp = read_date(text, language=language)
    assert (stamp.at if stamp else None) == at


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "05/06/2023", "2023-05-30T25:00:00Z", "0001-01-01T00:00:00Z",
     "Thu, 01 Jan 1970 00:00:00 GMT", "2023-13-45", "May 2023", "99999-01-01",
     "Tue, 30 May 2023 11:05:00 +9999", "x" * 100_000,
     "1" * 5000, "２０２３-05-30T٠"],
)  # fmt: skip
def test_what_cannot_be_read_is_no_date(text: str) -> None:
    assert read_date(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_not(text: str) -> None:
    stamp = parse_date(text)
    assert stamp is None or stamp.at > 0


@pytest.mark.parametrize(
    ("url", "at"),
    [
        ("https://outlet.example/2023/05/30/story", DAY),
        ("https://outlet.example/news-2023-05-30.html", DAY),
        ("https://outlet.example/2023/may/30/story", DAY),
        ("https://outlet.example/a-20230530-b", DAY),
        ("https://outlet.example/2023/05/story", None),
        ("https://outlet.example/2023/02/31/story", None),
        ("https://outlet.example/a-1202305301", None),
        ("https://outlet.example/story", None),
    ],
)
def test_dates_in_addresses(url: str, at: float | None) -> None:
    claim = from_url(url)
    assert (claim.at if claim else None) == at


def claim(origin: str, text: str) -> DateEvidence:
    stamp = parse_date(text)
    assert stamp is not None
    return evidence(stamp, origin)  # type: ignore[arg-type]


def test_a_claim_alone_is_taken_at_its_worth() -> None:
    assert fuse([], now=NOW).at is None
    feed = fuse([claim("feed", "2023-05-30T11:05:00Z")], now=NOW)
    assert (feed.at, feed.origin, feed.confidence) == (NOON, "feed", 0.85)
    vague = fuse([claim("feed", "2023-05-30")], now=NOW)
    assert vague.confidence < feed.confidence


def test_claims_that_agree_strengthen_each_other() -> None:
    alone = fuse([claim("feed", "2023-05-30T11:05:00Z")], now=NOW)
    url = from_url("/2023/05/30/")
    assert url is not None
    both = fuse([claim("feed", "2023-05-30T11:05:00Z"), url], now=NOW)
    assert both.confidence > alone.confidence
    assert both.at == NOON


def test_a_redated_feed_loses_against_page_and_address() -> None:
    url = from_url("/2023/03/01/")
    assert url is not None
    fused = fuse(
        [claim("feed", "2023-05-30T11:05:00Z"), claim("jsonld", "2023-03-01T08:00:00Z"), url],
        now=NOW,
    )
    assert fused.origin == "jsonld"
    assert fused.at == claim("jsonld", "2023-03-01T08:00:00Z").at


def test_of_an_agreeing_day_and_moment_the_moment_is_taken() -> None:
    url = from_url("/2023/05/30/")
    assert url is not None
    assert fuse([url, claim("html", "2023-05-30T11:05:00")], now=NOW).at == NOON


def test_a_zone_error_becomes_now_and_the_far_future_nothing() -> None:
    ahead = fuse([claim("feed", "2023-05-30T14:05:00Z")], now=NOON)
    assert ahead.at == NOON
    assert ahead.confidence < 0.5
    assert fuse([claim("feed", "2023-06-30T14:05:00Z")], now=NOON).at is None


@given(
    st.lists(
        st.tuples(
            st.floats(7e8, 3e9), st.sampled_from(["feed", "jsonld", "html", "url", "http"]),
            st.floats(0, 1), st.booleans(),
        ),
        max_size=6,
    ),
    st.floats(1e9, 2e9),
)  # fmt: skip
def test_nothing_is_dated_in_the_future(
    claims: list[tuple[float, str, float, bool]], now: float
) -> None:
    made = [
        DateEvidence(at=at, origin=origin, weight=weight, precise=precise)  # type: ignore[arg-type]
        for at, origin, weight, precise in claims
    ]
    fused = fuse(made, now=now)
    assert fused.at is None or fused.at <= now
    assert 0 <= fused.confidence <= 0.99
