"""Which article is which: what must be one and, above all, what must stay two."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from crawler import identity
from crawler.article import Article, Extraction
from crawler.identity import (
    TITLE_DIGITS,
    canonical_form,
    content_hash,
    identity_keys,
    names_an_article,
    page_canonical,
    shares_serial,
    tells_apart,
    trusted_canonical,
    wording,
)

STORY = "https://www.outlet.example/2023/05/30/drones-hit-moscow-123456"


def article(**fields: object) -> Article:
    known: dict[str, object] = {
        "source": "s", "title": "Drones hit Moscow", "first_seen": 1.0,
        "extraction": Extraction(method="feed", quality=0.5, origin="feed"), **fields,
    }  # fmt: skip
    return msgspec.convert(known, Article)


@pytest.mark.parametrize(
    "other",
    [
        "http://www.outlet.example/2023/05/30/drones-hit-moscow-123456",
        "https://outlet.example/2023/05/30/drones-hit-moscow-123456/",
        "HTTPS://WWW.Outlet.Example:443/2023/05/30/drones-hit-moscow-123456",
        "https://m.outlet.example/2023/05/30/drones-hit-moscow-123456",
        "https://amp.outlet.example/2023/05/30/drones-hit-moscow-123456",
        STORY + "?utm_source=rss&utm_medium=feed&fbclid=x",
        STORY + "?at_medium=RSS&at_campaign=KARANGA",
        STORY + "?xtor=RSS-3208",
        STORY + "#ref=rss",
        STORY + "#xtor=AL-32280",
        STORY + "#comments",
        STORY + "?ref=rss",
        STORY + "?source=newsletter",
        STORY + "/amp",
        STORY + "/amp/",
        STORY + "?amp",
        STORY + "?amp=1",
        STORY + "?outputType=amp",
        STORY + "?",
        STORY + "#:~:text=drones",
        STORY + ";jsessionid=0A1B2C",
        "https://www.google.com/amp/s/www.outlet.example/2023/05/30/drones-hit-moscow-123456",
        STORY.replace("https://", "https://www-outlet-example.cdn.ampproject.org/c/s/"),
        "  " + STORY + "\n",
    ],
)
def test_ways_to_write_one_address(other: str) -> None:
    assert canonical_form(other) == canonical_form(STORY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STORY, STORY.replace("123456", "123457")),
        (STORY, STORY + "?page=2"),
        ("https://a.example/story?id=1", "https://a.example/story?id=2"),
        ("https://a.example/?p=1", "https://a.example/?p=2"),
        ("https://a.example/x?source=12345", "https://a.example/x?source=12346"),
        ("https://a.example/x?ref=A17", "https://a.example/x?ref=A18"),
        ("https://a.example/x?type=article", "https://a.example/x?type=video"),
        ("https://a.example/Story", "https://a.example/story"),
        ("https://en.a.example/story-1", "https://de.a.example/story-1"),
        ("https://a.example/live#block-6474a1", "https://a.example/live#block-6474a2"),
        ("https://a.example/#!/news/1", "https://a.example/#!/news/2"),
        ("https://a.example/guitar/amp", "https://a.example/guitar"),
        ("https://a.example:8080/story-1", "https://a.example/story-1"),
        ("https://a.example/a%2Fb-1", "https://a.example/a/b-1"),
        ("https://m.co.uk/a-1-b", "https://co.uk/a-1-b"),
        ("https://a.example/c?action=article;sid=1", "https://a.example/c?action=article;sid=2"),
        ("https://a.example/x?at_id=1", "https://a.example/x?at_id=2"),
        ("https://a.example/x?sc_nr=1", "https://a.example/x?sc_nr=2"),
        ("https://a.example/%D0%B0-1", "https://a.example/%D0%B1-1"),
    ],
)
def test_different_articles_stay_different(one: str, other: str) -> None:
    assert canonical_form(one) != canonical_form(other)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "outlet",
        "mailto:a@b.example",
        "javascript:alert(1)",
        "http://",
        "http://[::1",
        "ftp://a/b",
    ],
)
def test_what_is_no_address_has_no_form(url: str) -> None:
    assert canonical_form(url) == ""
    assert not names_an_article(url)


def test_credentials_are_no_part_of_the_form() -> None:
    assert "secret" not in canonical_form("https://user:secret@outlet.example/story-1-a")


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://outlet.example/", False),
        ("https://outlet.example", False),
        ("https://outlet.example/index.html", False),
        ("https://outlet.example/?utm_source=rss", False),
        ("https://outlet.example/world", False),
        ("https://outlet.example/politik/inland/", False),
        ("https://outlet.example/world/europe/drones-hit-moscow", True),
        ("https://outlet.example/drones-hit-moscow", True),
        ("https://outlet.example/?p=17", True),
        ("https://outlet.example/a123", True),
        ("https://outlet.example/новости-дня", True),
        (STORY, True),
    ],
)
def test_homes_and_sections_name_no_article(url: str, answer: bool) -> None:
    assert names_an_article(url) is answer


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [
        (STORY, True),
        ("https://outlet.example/2023/05/30/drones-hit-moscow-123456", True),
        ("https://agency.example/2023/05/30/drones-hit-moscow-123456", False),
        ("https://www.outlet.example/", False),
        ("https://www.outlet.example/world", False),
        ("", False),
    ],
)
def test_canonical_addresses_are_checked(claimed: str, believed: bool) -> None:
    assert trusted_canonical(STORY, claimed) == (claimed if believed else "")


def test_a_canonical_that_drops_the_number_is_a_mistake() -> None:
    page = "https://outlet.example/show/article.php?id=4711"
    assert trusted_canonical(page, "https://outlet.example/show/article.php") == ""
    assert trusted_canonical(page, "https://outlet.example/story-4711") != ""


def test_a_canonical_that_all_pages_share_is_a_mistake() -> None:
    entry = "https://outlet.example/live/ukraine-war/entry-64741"
    assert trusted_canonical(entry, "https://outlet.example/live/ukraine-war") == ""
    assert trusted_canonical(STORY, "https://www.outlet.example/hub/all-of-the-weather") == ""
    assert trusted_canonical(STORY + "#comment-949890", STORY) == ""
    block = "https://outlet.example/live/2023/may/30/war-live?page=with:block-647411"
    assert trusted_canonical(block, "https://outlet.example/live/2023/may/30/war-live") == ""


@pytest.mark.parametrize(
    ("page", "claimed"),
    [
        (
            "https://outlet.example/news.php?story=storm-hits-coast",
            "https://outlet.example/news.php",
        ),
        ("https://outlet.example/show-article?id=17", "https://outlet.example/show-article"),
        ("https://outlet.example/news.php/storm-hits-coast", "https://outlet.example/news.php"),
        ("https://outlet.example/2023/05/30/storm-hits", "https://outlet.example/2023/05/30"),
        ("https://outlet.example/news/2023/storm-hits", "https://outlet.example/news/2023"),
        ("https://outlet.example/live/big-war/storm-hits", "https://outlet.example/live/big-war"),
    ],
)
def test_a_canonical_that_says_less_than_the_address_is_a_mistake(page: str, claimed: str) -> None:
    """Else all pages of a script or an archive become one article, and only the last is kept."""
    assert trusted_canonical(page, claimed) == ""


@pytest.mark.parametrize(
    ("guid", "own"),
    [
        ("1", False),
        ("item-3", False),
        ("tag:outlet.example,2023:7", False),
        ("https://outlet.example/feed/item/2", False),
        ("20230530-1", False),
        ("4711", True),
        ("https://outlet.example/?p=48291", True),
        ("550e8400-e29b-41d4-a716-446655440000", True),
        ("9f86d081884c7d65", True),
        ("https://outlet.example/world/drones-hit-moscow-again", True),
        ("tag:outlet.example,2023-05-30:article-48291", True),
    ],
)
def test_guids_that_number_places_are_told_from_those_of_articles(guid: str, own: bool) -> None:
    assert tells_apart(guid) is own


def test_addresses_share_a_serial_number_but_not_a_day() -> None:
    one = "https://outlet.example/2023/05/30/ferry-aground-48291"
    assert shares_serial(one, "https://m.outlet.example/all-safe-48291")
    assert not shares_serial(one, "https://outlet.example/2023/05/30/all-safe-48292")
    assert not shares_serial("https://127.0.0.1:8080/a", "https://127.0.0.1:8080/b")
    assert not shares_serial("", "no address")


@pytest.mark.parametrize(
    ("page", "claimed"),
    [
        ("https://outlet.example/p/AbC9", "https://outlet.example/2023/drones-hit-moscow"),
        ("https://outlet.example/-4711", "https://outlet.example/world/drones-hit-moscow-4711"),
        ("https://outlet.example/story-4711/drones-hit", "https://outlet.example/story-4711"),
        (
            "https://outlet.example/drones-hit-moscow?utm_source=rss",
            "https://outlet.example/drones-hit-moscow",
        ),
        (
            "https://outlet.example/x?story=drones-hit",
            "https://outlet.example/x?a=1&story=drones-hit",
        ),
    ],
)
def test_other_addresses_of_the_same_page_are_believed(page: str, claimed: str) -> None:
    assert trusted_canonical(page, claimed) == claimed


LIVE = "https://outlet.example/news/live-moscow-drones"
FORM = "https://outlet.example/account/register-and-read-on"
COUNTED = "https://feeds.clicks.example/~r/outlet/~3/abc-1"


@pytest.mark.parametrize(
    ("link", "address", "claimed"),
    [
        (f"{LIVE}#entry-100120", LIVE, LIVE),
        (f"{COUNTED}#entry-100120", LIVE, LIVE),
        (STORY, FORM, FORM),
        ("", LIVE, LIVE),  # several items had it
    ],
)
def test_where_many_links_lead_is_no_canonical(link: str, address: str, claimed: str) -> None:
    assert page_canonical(link, address, claimed) == ""


def test_where_a_counter_of_clicks_leads_is_one() -> None:
    assert page_canonical(COUNTED, f"{STORY}?from=feed", STORY) == STORY
    assert page_canonical("https://outlet.example/-4711", STORY, STORY) == STORY


@pytest.mark.parametrize("opaque", [COUNTED, "https://outlet.example/-4711"])
def test_a_form_in_the_place_of_articles_is_not_believed(opaque: str) -> None:
    assert page_canonical(opaque, FORM, FORM, walled=True) == ""
    # Nor is the article behind a wall, if only the wall says so; where both agree it is.
    assert page_canonical(opaque, STORY, STORY, walled=True) == ""
    assert page_canonical(STORY, f"{STORY}/again", STORY, walled=True) == STORY
    short = "https://outlet.example/p/AbC9"
    assert page_canonical(short, short, STORY, walled=True) == STORY


def test_keys_come_strongest_first() -> None:
    keys = identity_keys(
        article(guid="g", link=STORY, canonical_url=STORY + "/x", text="word " * 99)
    )
    assert [key.split(":")[0] for key in keys] == ["guid", "url", "url", "link", "text"]
    assert keys[0] == "guid:s:g"


def test_one_article_keeps_a_key_through_changes() -> None:
    before = article(guid="tag:old,1", link=STORY, text="A long text. " * 40)
    changed = [
        article(guid="https://outlet.example/?p=1", link=STORY + "?utm_source=x", title="New head"),
        article(guid="tag:old,1", link="https://moved.example/x-1", title="Other"),
        article(guid="new", link="https://moved.example/x-1", text="A long text. " * 40),
    ]
    for after in changed:
        assert set(identity_keys(before)) & set(identity_keys(after))


def test_two_articles_share_no_key() -> None:
    one = article(guid="1", link=STORY, text="One text. " * 50)
    others = [
        article(guid="2", link=STORY + "-b", text="Other text. " * 50),
        article(guid="1", link=STORY + "-c", source="t", text="One text. " * 50),
        article(guid="3", link="https://outlet.example/", text=""),
    ]
    for other in others:
        assert not set(identity_keys(one)) & set(identity_keys(other))


def test_homes_as_guid_or_link_are_no_identity() -> None:
    home = "https://outlet.example/"
    one = article(guid=home, link=home, title="One")
    two = article(guid=home, link=home, title="Two")
    assert identity_keys(one) != identity_keys(two)
    assert len(identity_keys(one)) == 1


imported = Extraction(method="import", quality=0.5, origin="import")


def test_a_file_decides_what_its_articles_are() -> None:
    """Nothing that a file calls two articles may become one."""
    same = {"link": STORY, "canonical_url": STORY, "url": STORY, "extraction": imported,
            "text": "The same text. " * 50}  # fmt: skip
    assert identity_keys(article(guid="1", **same)) == ("guid:s:1",)
    assert identity_keys(article(guid="2", **same)) == ("guid:s:2",)
    assert identity_keys(article(**same)) == (f"url:{STORY}",)
    tracked = {**same, "url": STORY + "?utm_source=a"}
    assert identity_keys(article(**tracked)) != identity_keys(article(**same))


# --- properties over streams of mutations -----------------------------------------------------

_SLUG = st.text("abcdefghij0123456789-", min_size=8, max_size=30).map(lambda s: f"s-{s}-1x")
_PATHS = st.lists(_SLUG, min_size=1, max_size=3).map("/".join)
_HARMLESS = st.sampled_from(
    ["utm_source=rss", "utm_campaign=a%20b", "fbclid=IwAR0", "gclid=1", "at_medium=x", "xtor=RSS-1",
     "ref=rss", "wtmc=a", "cmpid=17", "ocid=s", "amp=1"]
)  # fmt: skip
_MUTATIONS = st.lists(
    st.sampled_from(["scheme", "www", "port", "slash", "fragment", "case", "mobile", "query"]),
    max_size=8,
)


def _mutated(host: str, path: str, query: str, mutations: list[str], trackers: list[str]) -> str:
    scheme = "http" if "scheme" in mutations else "https"
    prefix = "m." if "mobile" in mutations else "www." if "www" in mutations else ""
    host = host.upper() if "case" in mutations else host
    port = {"http": ":80", "https": ":443"}[scheme] if "port" in mutations else ""
    slash = "/" if "slash" in mutations else ""
    fields = ([query] if query else []) + (trackers if "query" in mutations else [])
    fragment = "#top" if "fragment" in mutations else ""
    asked = f"?{'&'.join(fields)}" if fields else ""
    return f"{scheme}://{prefix}{host}{port}/{path}{slash}{asked}{fragment}"


@given(
    path=_PATHS,
    query=st.sampled_from(["", "id=7", "p=12&x=", "story=abc"]),
    mutations=_MUTATIONS,
    trackers=st.lists(_HARMLESS, max_size=4),
)
def test_mutations_never_change_the_form(
    path: str, query: str, mutations: list[str], trackers: list[str]
) -> None:
    plain = canonical_form(_mutated("outlet.example", path, query, [], []))
    assert canonical_form(_mutated("outlet.example", path, query, mutations, trackers)) == plain


@given(
    one=st.tuples(_PATHS, st.integers(0, 99)),
    other=st.tuples(_PATHS, st.integers(0, 99)),
    mutations=_MUTATIONS,
    trackers=st.lists(_HARMLESS, max_size=4),
)
def test_mutations_never_join_two_articles(
    one: tuple[str, int], other: tuple[str, int], mutations: list[str], trackers: list[str]
) -> None:
    left = canonical_form(f"https://outlet.example/{one[0]}?id={one[1]}")
    right = canonical_form(
        _mutated("outlet.example", other[0], f"id={other[1]}", mutations, trackers)
    )
    assert (left == right) == (one == other)


_SIGHTINGS = st.lists(
    st.tuples(
        st.integers(0, 7),  # which article
        st.sampled_from(["guid", "link", "both", "text"]),  # what stays as it was
        _MUTATIONS,
        st.lists(_HARMLESS, max_size=2),
        st.integers(0, 999),  # a new headline, guid, or address
    ),
    max_size=40,
)


def _sighting(
    number: int, stable: str, mutations: list[str], trackers: list[str], noise: int
) -> Article:
    path = f"2023/05/30/story-number-{number}-of-the-day"
    kept = _mutated("outlet.example", path, "", mutations, trackers)
    moved = f"https://new.outlet.example/{number}-{noise}-moved"
    text = stable == "text"
    return article(
        guid=f"tag:outlet,{number}" if stable in {"guid", "both"} else f"new-{number}-{noise}",
        link=kept if stable in {"link", "both"} else moved,
        title=f"Story {number}" if text else f"Story {number}, headline {noise}",
        text=f"Story {number} has a text of its own. " * 20,
    )


@given(_SIGHTINGS)
def test_a_stream_of_mutated_sightings_has_as_many_articles_as_there_are(
    sightings: list[tuple[int, str, list[str], list[str], int]],
) -> None:
    """Every article is first seen as it is, then changed; what knows all keys finds it again."""
    known: dict[str, int] = {}
    for number in range(8):
        first = _sighting(number, "both", [], [], 0)
        plain = msgspec.structs.replace(first, title=f"Story {number}")
        for key in identity_keys(plain):
            assert known.setdefault(key, number) == number
    for number, stable, mutations, trackers, noise in sightings:
        keys = identity_keys(_sighting(number, stable, mutations, trackers, noise))
        assert {known[key] for key in keys if key in known} == {number}
        known.update(dict.fromkeys(keys, number))


@settings(max_examples=300)
@given(
    st.from_regex(identity._PLAIN, fullmatch=True, alphabet=st.characters(max_codepoint=127)),
    st.sampled_from(
        ["", "/..", "/.", "//", "/%41", "?", "?b=1&a=2", "#a", ";x", " ", "\n", ":80/"]
    ),
)
def test_a_plain_address_has_the_form_that_the_library_gives_it(plain: str, tail: str) -> None:
    def slow(url: str) -> str:
        return canonicalize_url(url, keep_blank_values=True, keep_fragments=True)

    assert slow(plain) == plain
    assert canonical_form(plain + tail) == canonical_form(slow((plain + tail).strip()))


@settings(max_examples=300)
@given(st.text(max_size=120), st.text(max_size=40))
def test_any_text_has_a_stable_form(text: str, tail: str) -> None:
    for url in (text, f"https://{text}", f"https://a.example/{text}?{tail}#{text}"):
        form = canonical_form(url)
        assert canonical_form(form) == form


@given(st.text(max_size=80), st.text(max_size=200))
def test_the_content_hash_sees_words_only(title: str, text: str) -> None:
    assert content_hash(title, text) == content_hash(f"  {title} ", text.replace(" ", "  ") + "\n")


def test_the_content_hash_sees_every_word() -> None:
    assert content_hash("A b", "c") != content_hash("A b", "d")
    assert content_hash("Ärger!", "Über “uns”") == content_hash("ärger", "über uns")


def test_a_wording_tells_the_title_from_the_rest() -> None:
    before = wording("Ten missing", "Divers search.")
    assert before == wording("Ten missing!", "Divers  search")
    other_rest, other_title = (
        wording("Ten missing", "5 minutes ago"),
        wording("Two", "Divers search."),
    )
    assert other_rest[:TITLE_DIGITS] == before[:TITLE_DIGITS]
    assert other_title[:TITLE_DIGITS] != before[:TITLE_DIGITS]
    assert len({before, other_rest, other_title}) == 3
