"""Each article enters once; what changed enters again as a revision."""

import msgspec
import pytest

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.intake import Accepted
from copydesk.record.looking import WAITS
from copydesk.record.placing import record_batch
from crawler.article import Article, Extraction, PageFate
from crawler.identity import canonical_form, content_hash, wording
from crawler.job import Standing
from tests.copydesk.samples import NOON, article, placed


def put(record: Record, *articles: Article) -> Accepted:
    with record.writing() as connection:
        return inbox.put(connection, articles, received=10.0)


def unseen(record: Record, *articles: Article, now: float = 10.0) -> list[Standing]:
    with record.reading() as connection:
        return inbox.unseen(connection, articles, now=now)


def place(record: Record) -> None:
    """What a desk does with all that waits."""
    with record.writing() as connection:
        for each in inbox.take(connection, limit=100):
            one = placed(each.seq, each.id, each.article, group=f"c{each.id}", story=f"s{each.id}")
            record_batch(connection, [one], now=NOON)


def test_the_same_article_twice_adds_nothing(any_record: Record) -> None:
    one, two = article("1", title="One"), article("2", title="Two")
    assert put(any_record, one, two) == Accepted(new=2)
    assert put(any_record, two, one) == Accepted(unchanged=2)
    assert unseen(any_record, one, article("3", title="Three")) == ["known", "new"]


def test_the_same_article_twice_in_one_batch(any_record: Record) -> None:
    assert put(any_record, article("1"), article("1")) == Accepted(new=1, unchanged=1)


def test_of_long_articles_few_are_taken_at_once(any_record: Record) -> None:
    put(any_record, *(article(f"{n}", text=f"{n} ferry" * 400_000) for n in range(4)))
    with any_record.reading() as connection:
        assert len(inbox.take(connection, limit=500)) == 3
        assert len(inbox.take(connection, limit=2)) == 2


def test_a_changed_article_is_a_revision_under_its_id(any_record: Record) -> None:
    before = article("1", title="Ferry aground")
    after = article("1", title="Ferry aground, all safe")
    put(any_record, before)
    assert unseen(any_record, after) == ["changed"]
    assert put(any_record, after) == Accepted(revised=1)
    with any_record.reading() as connection:
        first, second = inbox.take(connection, limit=10)
    assert first.id == second.id
    assert (first.article.title, second.article.title) == (before.title, after.title)


def test_another_source_with_the_same_page_adds_a_name_not_a_revision(any_record: Record) -> None:
    page = "https://paper.example/2023/05/30/ferry-aground.html"
    put(any_record, article("1", source="front", url=page))
    other = article("77", source="world", url=page, title="Ferry: what we know")
    assert unseen(any_record, other) == ["known"]
    assert put(any_record, other) == Accepted(unchanged=1)
    # Now the other source's own number is known too, even at another address.
    moved = article("77", source="world", url="https://paper.example/2023/world/ferry-2-x.html")
    assert unseen(any_record, moved) == ["known"]


def test_two_articles_of_one_number_in_two_sources_stay_two(any_record: Record) -> None:
    assert put(any_record, article("1", source="a"), article("1", source="b")) == Accepted(new=2)


def test_taking_and_discarding(any_record: Record) -> None:
    put(any_record, *(article(f"{n}", title=f"Number {n}") for n in range(5)))
    with any_record.writing() as connection:
        waiting = inbox.take(connection, limit=3)
        assert [each.article.title for each in waiting] == ["Number 0", "Number 1", "Number 2"]
        inbox.discard(connection, [each.seq for each in waiting])
        assert inbox.length(connection) == 2
    last = article("9", title="Number 9")
    put(any_record, last)
    with any_record.reading() as connection:
        assert inbox.take(connection, limit=10)[-1].article == last


def test_an_article_comes_back_whole(any_record: Record) -> None:
    one = msgspec.structs.replace(
        article("1", text="Größe 🚢\n" * 100), keywords=("sea", "ferry"), media=("https://x/y.jpg",)
    )
    put(any_record, one)
    with any_record.reading() as connection:
        assert inbox.take(connection, limit=1)[0].article == one


def test_ids_depend_on_nothing_but_the_identity() -> None:
    assert inbox.mint("guid:wire:1") == inbox.mint("guid:wire:1")
    assert inbox.mint("guid:wire:1") != inbox.mint("guid:wire:2")
    assert len(inbox.mint("x")) == 13


def test_what_no_database_can_hold_is_taken_out(any_record: Record) -> None:
    one = msgspec.structs.replace(
        article("i\x00", title="Bad \ud800 title"), section="s\ud800", keywords=("a\x00b",)
    )
    assert unseen(any_record, one) == ["new"]
    assert put(any_record, one) == Accepted(new=1)
    with any_record.reading() as connection:
        held = inbox.take(connection, limit=1)[0].article
    assert (held.guid, held.title, held.section) == ("i", "Bad ? title", "s?")
    assert held.keywords == ("ab",)


def crawled(
    guid: str,
    *,
    title: str = "Ten missing",
    summary: str = "",
    text: str = "",
    link: str = "",
    page: PageFate = "",
) -> Article:
    """An article as a crawl yields it from a feed, with its page or without."""
    one = article(guid, title=title, text=text, url=link)
    return msgspec.structs.replace(
        one,
        summary=summary,
        wording=wording(title, summary),
        raw_digest=f"{title}|{summary}",
        content_hash=content_hash(title, text or summary),
        extraction=Extraction(
            method="test",
            quality=1.0,
            origin="page" if text else "none",
            page=page,
            note="page not had: a timeout" if page else "",
        ),
    )


def newest(record: Record) -> Article:
    with record.reading() as connection:
        return inbox.take(connection, limit=100)[-1].article


def test_a_page_that_failed_once_is_asked_for_again(any_record: Record) -> None:
    bare = crawled("1", page="missed")
    assert put(any_record, bare) == Accepted(new=1)
    assert unseen(any_record, bare, now=11.0) == ["later"]
    assert unseen(any_record, bare, now=10.0 + WAITS[0]) == ["again"]
    assert put(any_record, crawled("1", text="The whole text.")) == Accepted(revised=1)
    assert newest(any_record).text == "The whole text."
    assert unseen(any_record, bare, now=1e6) == ["known"]


def test_a_page_over_the_budget_is_asked_for_at_the_next_poll(any_record: Record) -> None:
    put(any_record, crawled("1", page="put-off"))
    assert unseen(any_record, crawled("1"), now=10.0) == ["again"]


def test_a_headline_is_corrected_although_the_page_is_gone(any_record: Record) -> None:
    put(any_record, crawled("1", title="Minister dies in crash", summary="S.", text="The text."))
    place(any_record)
    now = crawled("1", title="WITHDRAWN: minister is alive", summary="We err.", page="missed")
    assert unseen(any_record, now) == ["changed"]
    assert put(any_record, now) == Accepted(revised=1)
    held = newest(any_record)
    assert (held.title, held.summary, held.text) == (now.title, now.summary, "The text.")
    assert held.content_hash == content_hash(now.title, "The text.")
    assert (held.extraction.origin, held.extraction.note) == ("page", "page not had: a timeout")
    # The page is still wanted; when it comes with nothing new, that is no revision.
    assert unseen(any_record, now, now=10.0 + WAITS[0]) == ["again"]
    back = crawled("1", title=now.title, summary=now.summary, text="The text.")
    assert put(any_record, back) == Accepted(unchanged=1)
    assert unseen(any_record, now, now=1e6) == ["known"]


def test_a_page_that_is_gone_later_does_not_take_the_text_away(any_record: Record) -> None:
    put(any_record, crawled("1", text="The whole text."))
    assert put(any_record, crawled("1", page="missed")) == Accepted(unchanged=1)
    # Not yet placed: what waits in the inbox is what is held.
    assert put(any_record, crawled("1", title="Two found", page="missed")) == Accepted(revised=1)
    assert (newest(any_record).title, newest(any_record).text) == ("Two found", "The whole text.")


def test_what_only_the_markup_says_anew_is_no_change(any_record: Record) -> None:
    put(any_record, crawled("1", text="The whole text."))
    noisy = msgspec.structs.replace(crawled("1"), raw_digest="of another pixel", guid="random-2")
    assert unseen(any_record, noisy) == ["known"]


def test_an_article_listed_twice_is_looked_at_once_and_not_again(any_record: Record) -> None:
    link = "https://paper.example/2023/05/30/ferry-aground.html"
    politics = crawled("politics-9", summary="From politics", link=link)
    world = crawled("world-9", summary="From world", link=link)
    assert unseen(any_record, politics, world) == ["new", "known"]
    put(any_record, politics)
    assert unseen(any_record, politics, world) == ["known", "known"]
    assert unseen(any_record, world, politics) == ["known", "known"]
    changed = crawled("world-9", title="Ten found", summary="From world", link=link)
    assert unseen(any_record, changed) == ["changed"]


def test_a_guid_that_goes_from_article_to_article_joins_none(any_record: Record) -> None:
    """Some feeds number their places: "1" is whatever stands on top."""

    def top(n: int, title: str = "") -> Article:
        link = f"https://paper.example/2023/05/30/headline-{n}-of-the-day"
        return crawled("1", title=title or f"Headline {n}", text=f"Text {n}.", link=link)

    for n in range(3):
        assert unseen(any_record, top(n)) == ["new"]
        assert put(any_record, top(n)) == Accepted(new=1)
        place(any_record)
    assert unseen(any_record, top(0), top(1), top(2)) == ["known"] * 3
    # A new headline at the same address is the article of that address, whoever has the guid.
    assert put(any_record, top(1, "Another headline")) == Accepted(revised=1)
    with any_record.reading() as connection:
        (one,) = inbox.take(connection, limit=9)
    assert one.id == inbox.mint(f"url:{canonical_form(top(1).link)}")


@pytest.mark.parametrize("number", ["{}", "4711{}"])
def test_links_that_lead_to_one_page_stay_as_many_articles(any_record: Record, number: str) -> None:
    """As of a live blog behind short links: its canonical address is every link's."""
    live = "https://paper.example/news/live-from-the-harbour"

    def entry(n: int, title: str) -> Article:
        link = f"https://short.example/{n}aBc"
        one = crawled(number.format(n), title=title, text=f"{title}.", link=link)
        return msgspec.structs.replace(one, canonical_url=live)

    first, second = entry(1, "Ferry aground"), entry(2, "Mayor speaks")
    assert put(any_record, first, second) == Accepted(new=2)
    assert put(any_record, entry(3, "Pilot saved")) == Accepted(new=1)
    assert unseen(any_record, first, second) == ["known", "known"]
    assert put(any_record, entry(2, "Mayor speaks again")) == Accepted(revised=1)
    with any_record.reading() as connection:
        waiting = inbox.take(connection, limit=10)
    assert len({each.id for each in waiting}) == 3
    assert waiting[1].id == waiting[3].id
    # Under the same headline, or in another source, it is still one article.
    again = entry(4, "Ferry aground")
    elsewhere = msgspec.structs.replace(entry(5, "All safe"), source="another")
    assert put(any_record, again, elsewhere) == Accepted(unchanged=2)


@pytest.mark.parametrize(
    ("guid", "title", "link"),
    [
        ("1", "Headline", "https://paper.example/2023/05/30/moved-with-its-title"),
        ("1", "Other", "https://paper.example/2023/05/30/other-slug-48291"),
        ("48291", "Other", "https://paper.example/2023/05/30/wholly-other"),
    ],
)
def test_a_guid_that_is_borne_out_or_says_enough_holds(
    any_record: Record, guid: str, title: str, link: str
) -> None:
    before = "https://paper.example/2023/05/30/the-slug-48291"
    put(any_record, crawled(guid, title="Headline", text="Text.", link=before))
    assert put(any_record, crawled(guid, title=title, text="New.", link=link)) == Accepted(
        revised=1
    )


def test_a_file_that_says_one_thing_twice_adds_nothing_the_next_time(any_record: Record) -> None:
    imported = Extraction(method="import", quality=1.0, origin="import")
    twice = [
        msgspec.structs.replace(article("1", title=title), extraction=imported)
        for title in ("First wording", "Second wording")
    ]
    assert put(any_record, *twice) == Accepted(new=1, revised=1)
    assert put(any_record, *twice) == Accepted(unchanged=2)
