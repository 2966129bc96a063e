"""What was exported is, at the same address, what a crawl brings, here and elsewhere."""

import msgspec

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.intake import Accepted, Fate
from copydesk.transfer.lines import read_line
from crawler.article import Article
from tests.copydesk.record.test_inbox import put, unseen
from tests.copydesk.samples import NOON, article

PLAIN = "https://news.example/2023/05/30/ferry-runs-aground-holm"
TRACKED = "https://www.news.example/2023/05/30/ferry-runs-aground-holm?utm_source=rss"
TEXT = "The ferry lies on a sandbank off Holm. " * 20


def crawled(url: str, *, guid: str = "", title: str = "Ferry aground") -> Article:
    one = article("x", title=title, text=TEXT, source="paper")
    return msgspec.structs.replace(one, guid=guid, url=url, link=url)


def exported(one: Article, **other: object) -> Article:
    """The article as it is read from a line of an export."""
    fields = {"guid": one.guid, "url": one.url, "title": one.title, "text": one.text}
    line = {**fields, "source": one.source, "format": "copydesk/1", **other}
    return read_line(msgspec.json.encode(line), now=NOON).article


def bring(record: Record, *some: Article) -> list[Fate]:
    with record.writing() as connection:
        return inbox.put_archived(connection, some, received=NOON)


NAMELESS = (crawled(TRACKED), crawled(f"{PLAIN}-2", guid="https://news.example/", title="Storm"))


def test_what_was_crawled_here_is_known_when_it_comes_back(any_record: Record) -> None:
    put(any_record, *NAMELESS)
    assert bring(any_record, *map(exported, NAMELESS)) == ["unchanged"] * 2
    assert bring(any_record, *map(exported, NAMELESS)) == ["unchanged"] * 2


def test_a_crawl_elsewhere_meets_what_was_imported(any_record: Record) -> None:
    assert bring(any_record, *map(exported, NAMELESS)) == ["new"] * 2
    assert "new" not in unseen(any_record, *NAMELESS)
    assert put(any_record, *NAMELESS) == Accepted(unchanged=2)


def test_two_articles_of_an_export_stay_two_though_an_address_is_one(any_record: Record) -> None:
    first = exported(crawled(TRACKED, title="Ferry freed"))
    second = exported(crawled(f"{PLAIN}?utm_source=x", title="All safe"))
    put(any_record, crawled(TRACKED))
    assert bring(any_record, first, second) == ["revised", "new"]
    assert bring(any_record, second) == bring(any_record, first) == ["unchanged"]


def test_what_others_wrote_is_no_crawled_article(any_record: Record) -> None:
    put(any_record, crawled(TRACKED))
    assert bring(any_record, exported(crawled(TRACKED), format=None)) == ["new"]


def test_another_article_of_a_file_is_not_what_the_first_was_taken_for(
    any_record: Record,
) -> None:
    assert bring(any_record, exported(crawled(TRACKED)), exported(crawled(PLAIN))) == ["new"] * 2
    put(any_record, crawled(PLAIN))
    again = exported(crawled(f"{PLAIN}?utm_source=x", title="All safe"))
    assert bring(any_record, again) == ["new"]
