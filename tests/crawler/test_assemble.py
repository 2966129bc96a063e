"""Articles from what feeds and pages say."""

import msgspec
import pytest

from crawler.article import Credit
from crawler.assemble import from_feed, with_page
from crawler.feeds import FeedItem
from crawler.identity import identity_keys
from crawler.job import FeedJob
from crawler.pages import Page, PageNote

NOW = 1_685_440_000.0  # 2023-05-30 09:46:40 UTC
LINK = "https://outlet.example/2023/05/30/drones-over-moscow-1"
JOB = FeedJob(source="outlet", url="https://outlet.example/feed", outlet="Outlet", country="GB",
              language="en")  # fmt: skip
PROSE = "\n".join(
    f"Paragraph {n} tells readers what happened over Moscow on Tuesday, and who said so then."
    for n in range(20)
)
ITEM = FeedItem(guid="g-1", link=LINK, title="Drones over Moscow", summary="Several hit.",
                published=NOW - 600, authors=("Jane Doe",), raw_digest="d")  # fmt: skip
PAGE = Page(text=PROSE, title="Drones hit Moscow", byline="John Roe", canonical_url=LINK,
            published=NOW - 700, published_origin="jsonld", published_confidence=0.9,
            language="en", method="trafilatura-precise", quality=0.9, section="World",
            keywords=("drones",), media=("https://outlet.example/p.jpg",))  # fmt: skip


def item(**changes: object) -> FeedItem:
    return msgspec.structs.replace(ITEM, **changes)


def page(**changes: object) -> Page:
    return msgspec.structs.replace(PAGE, **changes)


def test_a_feed_alone_makes_an_article_of_its_summary() -> None:
    article = from_feed(JOB, ITEM, now=NOW)
    assert (article.source, article.outlet, article.country) == ("outlet", "Outlet", "GB")
    assert (article.url, article.link, article.guid) == (LINK, LINK, "g-1")
    assert (article.text, article.summary) == ("", "Several hit.")
    assert (article.published, article.published_origin) == (NOW - 600, "feed")
    assert article.published_confidence > 0.85  # the address agrees
    assert article.extraction.origin == "summary"
    assert (article.first_seen, article.byline, article.language) == (NOW, "Jane Doe", "en")


def test_full_text_in_the_feed_is_the_text() -> None:
    content = "".join(f"<p>{line}</p>" for line in PROSE.split("\n"))
    article = from_feed(JOB, item(content=content), now=NOW)
    assert article.text == PROSE
    assert article.extraction.origin == "feed"
    assert article.extraction.quality > 0.7


def test_the_page_adds_text_and_facts() -> None:
    article = with_page(from_feed(JOB, ITEM, now=NOW), PAGE, now=NOW + 5)
    assert article.text == PROSE
    assert article.title == "Drones over Moscow"  # the feed's own
    assert article.byline == "Jane Doe"
    assert (article.canonical_url, article.section) == (LINK, "World")
    assert article.extraction.origin == "page"
    assert article.published_confidence > 0.9
    assert article.first_seen == NOW
    assert article.guid == "g-1"


def test_a_worse_page_does_not_displace_good_feed_text() -> None:
    content = "".join(f"<p>{line}</p>" for line in PROSE.split("\n"))
    before = from_feed(JOB, item(content=content), now=NOW)
    after = with_page(before, page(text="Menu\nHome\nSport", quality=0.1), now=NOW)
    assert after.text == PROSE
    assert after.extraction.origin == "feed"


@pytest.mark.parametrize("note", ["blocked", "consent", "not-found", "not-html", "empty"])
def test_walls_change_nothing_but_the_note(note: PageNote) -> None:
    before = from_feed(JOB, ITEM, now=NOW)
    after = with_page(before, page(note=note, text="Accept all cookies", title="Wall"), now=NOW)
    assert after.extraction.note == note
    assert msgspec.structs.replace(after, extraction=before.extraction) == before


def test_a_paywall_gives_facts_and_what_stands_before_it() -> None:
    visible = "What stands before the wall is longer than the summary of the feed was."
    walled = page(note="paywall", text=visible, quality=0.2)
    article = with_page(from_feed(JOB, ITEM, now=NOW), walled, now=NOW)
    assert (article.text, article.summary) == ("", visible)
    assert (article.extraction.origin, article.extraction.note) == ("summary", "paywall")
    assert article.section == "World"


def test_dates_are_never_in_the_future() -> None:
    ahead = from_feed(JOB, item(published=NOW + 7200, updated=NOW + 9999), now=NOW)
    assert ahead.published == NOW
    assert ahead.updated == NOW
    assert ahead.published_confidence < 0.8
    later = with_page(ahead, page(published=NOW + 7200, updated=NOW + 7200), now=NOW)
    assert later.published is not None
    assert later.published <= NOW
    assert later.updated == NOW


def test_without_any_date_there_is_none() -> None:
    bare = from_feed(JOB, item(published=None, link="https://outlet.example/drones-a-b"), now=NOW)
    assert (bare.published, bare.published_origin) == (None, "unknown")


def test_the_server_dates_a_page_that_nothing_else_dates() -> None:
    undated = from_feed(JOB, item(published=None, link="https://outlet.example/x-1"), now=NOW)
    bare = page(published=None, published_origin="unknown", published_confidence=0.0)
    old = with_page(undated, bare, now=NOW, modified="Mon, 29 May 2023 10:00:00 GMT")
    assert (old.published, old.published_origin) == (1_685_354_400.0, "http")
    assert old.published_confidence < 0.3
    # Made for this request: says nothing. And a better witness is believed.
    for modified in ("Tue, 30 May 2023 09:46:00 GMT", "soon", ""):
        assert with_page(undated, bare, now=NOW, modified=modified).published is None
    told = with_page(undated, PAGE, now=NOW, modified="Mon, 01 May 2023 10:00:00 GMT")
    assert (told.published, told.published_origin) == (NOW - 700, "jsonld")


def test_a_shared_link_is_shown_and_is_no_identity() -> None:
    live = "https://outlet.example/live-ticker-1"
    one = from_feed(JOB, item(link="", shared_link=live, guid="1"), now=NOW)
    two = from_feed(JOB, item(link="", shared_link=live, guid="2"), now=NOW)
    assert one.url == live
    assert not set(identity_keys(one)) & set(identity_keys(two))


def test_what_has_neither_guid_nor_link_is_known_again_after_its_page() -> None:
    bare = item(guid="", link="https://outlet.example/world")
    before = from_feed(JOB, bare, now=NOW)
    after = with_page(before, PAGE, now=NOW)
    assert identity_keys(before)[0] == "item:outlet:d"
    assert identity_keys(after)[:2] == (f"url:{LINK}", "item:outlet:d")


def test_a_canonical_on_another_domain_is_a_credit() -> None:
    theirs = "https://agency.example/2023/05/30/drones-over-moscow-1"
    article = with_page(from_feed(JOB, ITEM, now=NOW), page(canonical_url=theirs), now=NOW)
    assert article.canonical_url == ""
    assert article.credit == Credit(agency="agency.example", wording=theirs, found_in="canonical")


CLICKS = "https://feeds.clicks.example/~r/outlet/~3/abc-1"


def test_a_page_behind_a_counter_of_clicks_is_judged_by_where_it_is() -> None:
    counted = from_feed(JOB, item(link=CLICKS), now=NOW)
    article = with_page(counted, PAGE, now=NOW, address=f"{LINK}?from=feed")
    assert (article.canonical_url, article.credit) == (LINK, None)
    assert f"url:{LINK}" in identity_keys(article)
    theirs = page(canonical_url="https://agency.example/2023/05/30/drones-over-moscow-1")
    copied = with_page(counted, theirs, now=NOW, address=LINK)
    assert copied.canonical_url == ""
    assert copied.credit is not None
    assert copied.credit.agency == "agency.example"


LIVE = "https://outlet.example/news/live-moscow-drones"
FORM = "https://outlet.example/account/register-and-read-on"


@pytest.mark.parametrize(
    ("link", "came", "note"),
    [
        (f"{LIVE}#entry-10012", LIVE, ""),
        (f"{LINK}4711", FORM, "paywall"),
        ("https://clicks.example/1234", FORM, "paywall"),
    ],
)
def test_items_that_lead_to_one_page_stay_as_many(link: str, came: str, note: PageNote) -> None:
    shown = page(canonical_url=came, note=note)
    one, two = (
        with_page(from_feed(JOB, each, now=NOW), shown, now=NOW, address=came)
        for each in (item(link=f"{link}{n}", guid=f"g-{n}", title=f"Story {n}") for n in (1, 2))
    )
    assert not set(identity_keys(one)) & set(identity_keys(two))


@pytest.mark.parametrize(
    ("outlet", "site", "credited"),
    [
        ("Example News", "examplenews.com", False),
        ("Example News International", "examplenews.com", False),
        ("BBC News", "bbc.co.uk", False),
        ("examplenews.com", "examplenews.de", False),
        ("Example News", "agency.com", True),
        ("The Japan Times", "ap.org", True),
        ("", "agency.com", True),
    ],
)
def test_another_site_of_the_outlet_is_no_credit(outlet: str, site: str, credited: bool) -> None:
    job = msgspec.structs.replace(JOB, outlet=outlet)
    canonical = f"https://www.{site}/2023/05/30/drones-over-moscow-1"
    article = with_page(from_feed(job, ITEM, now=NOW), page(canonical_url=canonical), now=NOW)
    assert (article.credit is not None) is credited


def test_credits_of_text_and_source_element() -> None:
    dateline = page(text=f"MOSCOW, May 30 (Reuters) - {PROSE}")
    article = with_page(from_feed(JOB, ITEM, now=NOW), dateline, now=NOW)
    assert article.credit is not None
    assert (article.credit.agency, article.credit.found_in) == ("Reuters", "dateline")
    named = with_page(from_feed(JOB, item(source_title="Stern"), now=NOW), dateline, now=NOW)
    assert named.credit is not None
    assert (named.credit.agency, named.credit.found_in) == ("Stern", "source")


def test_without_a_title_the_first_sentence_stands_for_it() -> None:
    assert from_feed(JOB, item(title=""), now=NOW).title == "Several hit."
    long = from_feed(JOB, item(title="", summary="word " * 100), now=NOW)
    assert len(long.title) <= 140
    assert long.title.endswith("…")
    titled = with_page(from_feed(JOB, item(title="", summary=""), now=NOW), PAGE, now=NOW)
    assert titled.title == "Drones hit Moscow"


def test_summaries_are_bounded() -> None:
    assert len(from_feed(JOB, item(summary="word " * 5000), now=NOW).summary) <= 2001


def test_same_input_same_article() -> None:
    assert from_feed(JOB, ITEM, now=NOW) == from_feed(JOB, ITEM, now=NOW)
