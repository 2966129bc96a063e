"""The same item under ever new disguises is one article; two articles are never one.

Streams of sightings are made at random: each article is seen several times, each time with one
thing about it changed, as outlets do; all are mixed and come in batches of any size.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copydesk.record import inbox, migrate
from copydesk.record.database import Record, sqlite_url
from crawler.article import Article, Extraction
from crawler.identity import content_hash

NOON = 1_685_448_000.0
_NOUNS = ("ferry", "quake", "budget", "strike", "summit", "harvest", "bridge", "verdict")
_PLACES = ("holm", "talca", "varn", "kyiv", "lagos", "osaka", "quito", "tromso")


def _first(number: int) -> Article:
    """An article; its neighbours differ in little: number, one word, the same source and day."""
    noun, place = _NOUNS[number % 8], _PLACES[number // 8 % 8]
    text = f"The {noun} of {place}, report {number}, is told at length here. " * 12
    title = f"The {noun} of {place}"
    address = f"https://www.outlet.example/2023/05/30/{noun}-{place}-{48_000 + number}"
    return Article(
        source="outlet",
        title=title,
        guid=f"tag:outlet.example,2023:{number}",
        link=address,
        url=address,
        text=text,
        content_hash=content_hash(title, text),
        raw_digest=f"{number}:0",
        first_seen=NOON,
        published=NOON,
        extraction=Extraction(method="test", quality=1.0, origin="feed"),
    )


def _guid_scheme(article: Article, n: int) -> Article:
    return msgspec.structs.replace(article, guid=f"{article.link}?guid={n}")


def _no_guid(article: Article, _n: int) -> Article:
    return msgspec.structs.replace(article, guid="")


def _plain_http(article: Article, _n: int) -> Article:
    return _at(article, article.link.replace("https://", "http://"))


def _tracked(article: Article, n: int) -> Article:
    parts = urlsplit(article.link)
    return _at(article, f"{parts.scheme}://{parts.netloc}{parts.path}?utm_source=rss{n}&fbclid={n}")


def _other_headline(article: Article, n: int) -> Article:
    return _said(msgspec.structs.replace(article, title=f"What we know, version {n}"))


def _moved_host(article: Article, n: int) -> Article:
    parts = urlsplit(article.link)
    return _at(article, f"https://news{n}.outlet.example{parts.path}")


def _mobile(article: Article, _n: int) -> Article:
    parts = urlsplit(article.link)
    return _at(article, f"https://m.outlet.example{parts.path}/")


def _redated(article: Article, n: int) -> Article:
    return msgspec.structs.replace(article, published=NOON + 3600.0 * n)


def _corrected(article: Article, n: int) -> Article:
    return _said(msgspec.structs.replace(article, text=f"{article.text} Correction {n}."))


def _at(article: Article, address: str) -> Article:
    return msgspec.structs.replace(article, link=address, url=address)


def _said(article: Article) -> Article:
    return msgspec.structs.replace(article, content_hash=content_hash(article.title, article.text))


_CHANGES = (
    _guid_scheme, _no_guid, _plain_http, _tracked, _other_headline, _moved_host, _mobile, _redated,
    _corrected,
)  # fmt: skip


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[tuple[int, Article]], int]:
    """Sightings as (which article, how it looks), mixed; and the size of a batch."""
    numbers = draw(st.lists(st.integers(0, 63), min_size=2, max_size=6, unique=True))
    lives: list[list[tuple[int, Article]]] = []
    for number in numbers:
        seen = _first(number)
        life = [(number, seen)]
        for n, change in enumerate(draw(st.lists(st.sampled_from(_CHANGES), max_size=6))):
            # Some changes come back undone, as when two servers disagree.
            base = _first(number) if draw(st.booleans()) else seen
            seen = msgspec.structs.replace(change(base, n), raw_digest=f"{number}:{n + 1}")
            life.append((number, seen))
        lives.append(life)
    mixed: list[tuple[int, Article]] = []
    while any(lives):
        some = draw(st.sampled_from([life for life in lives if life]))
        mixed.append(some.pop(0))
    return mixed, draw(st.integers(1, 5))


@given(streams())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_disguise_is_seen_through_and_nobody_is_mistaken(
    stream: tuple[list[tuple[int, Article]], int],
) -> None:
    sightings, batch = stream
    with TemporaryDirectory() as folder:
        record = Record(sqlite_url(Path(folder) / "record.sqlite"))
        try:
            migrate.upgrade(record)
            for start in range(0, len(sightings), batch):
                some = [article for _, article in sightings[start : start + batch]]
                with record.writing() as connection:
                    inbox.put(connection, some, received=NOON)
            with record.reading() as connection:
                waiting = inbox.take(connection, limit=1000)
        finally:
            record.close()
    of_digest = {article.raw_digest: number for number, article in sightings}
    ids = {(of_digest[each.article.raw_digest], each.id) for each in waiting}
    numbers = {number for number, _ in sightings}
    assert len(ids) == len(numbers)
    assert {number for number, _ in ids} == numbers
    assert len({id_ for _, id_ in ids}) == len(numbers)
