"""Deletion reaches every table and the log, and no crawl undoes it."""

import msgspec
import pytest
from sqlalchemy import insert, select, update

from config.sources import Source
from copydesk.errors import NotFoundError
from copydesk.record import changelog, deleting, inbox
from copydesk.record.ageing import START, article_age, text_age, walk_on
from copydesk.record.codec import pack, unpack
from copydesk.record.database import Record
from copydesk.record.deadletters import Unplaced, bury
from copydesk.record.expiring import (
    drop_dead_letters,
    drop_fetches,
    drop_revisions,
    drop_texts,
    thin_changes,
)
from copydesk.record.placing import record_batch
from copydesk.record.reading_stories import resolve_story
from copydesk.record.registry import register
from copydesk.record.schema import (
    articles,
    change_log,
    copy_groups,
    dead_letters,
    deletions,
    fetches,
    known_articles,
    revisions,
    sources,
    stories,
)
from copydesk.record.schema import inbox as inbox_table
from copydesk.roles import removal
from dedupe.document import StoryEvidence, StoryMerged
from tests.copydesk.samples import NOON, article, placed

DAY = 86_400.0


def add_source(record: Record, id_: str, **own: int) -> None:
    with record.writing() as connection:
        connection.execute(
            insert(sources).values(
                id=id_, url="https://w.example/", kind="feed", origin="x", added_at=0.0, **own
            )
        )


def put_and_place(record: Record) -> dict[str, str]:
    """Two copies of one text and a report of its own, through the inbox; ids by guid."""
    with record.writing() as connection:
        some = [
            article("1", title="Ferry aground"),
            article("2", title="Ship stuck", source="paper", outlet="Paper"),
            article("3", title="Rescue at Holm", source="radio", outlet="Radio"),
        ]
        inbox.put(connection, some, received=NOON)
        ids = {each.article.guid: each.id for each in inbox.take(connection, limit=9)}
        record_batch(
            connection,
            [
                placed(1, ids["1"], some[0], group="c1", story="s1"),
                placed(2, ids["2"], some[1], group="c1", story="s1", copy_of=ids["1"]),
                placed(3, ids["3"], some[2], group="c3", story="s1"),
            ],
            now=NOON,
        )
    return ids


def test_a_deleted_article_is_gone_everywhere_and_the_rest_is_counted_anew(
    any_record: Record,
) -> None:
    ids = put_and_place(any_record)
    with any_record.writing() as connection:
        head = changelog.head(connection)
        connection.execute(
            insert(dead_letters).values(
                at=NOON, stage="index", subject=f"article {ids['1']}", reason="too long"
            )
        )
        connection.execute(
            insert(revisions).values(article=ids["1"], revision=0, at=NOON, body=b"")
        )
        assert deleting.request(connection, [ids["1"]], reason="asked", now=NOON) == 1
        assert deleting.request(connection, [ids["1"]], reason="asked", now=NOON) == 0
        assert deleting.requested(connection, limit=9) == [ids["1"]]
        summary = record_batch(connection, [], deleted=[ids["1"]], now=NOON)
        assert summary.deleted == 1
        assert deleting.requested(connection, limit=9) == []
    with any_record.reading() as connection:
        logged = {
            (c.kind, c.id, c.operation) for c in changelog.read(connection, after=head, limit=9)
        }
        left = connection.scalars(select(articles.c.id)).all()
        story = connection.execute(select(stories)).one()
        group = connection.execute(select(copy_groups).where(copy_groups.c.id == "c1")).one()
        known = connection.execute(
            select(known_articles).where(known_articles.c.article == ids["1"])
        ).one()
        for table in (revisions, dead_letters):
            assert connection.execute(select(table)).all() == []
    assert logged == {
        ("article", ids["1"], "remove"),
        ("article", ids["2"], "put"),  # its group is smaller now
        ("story", "s1", "put"),
    }
    assert sorted(left) == sorted((ids["2"], ids["3"]))
    assert (story.articles, story.copy_groups) == (2, 2)
    assert "Ferry" not in story.headline
    assert (group.size, group.first_article) == (1, ids["2"])
    assert known.content_hash == ""


def test_a_story_without_articles_is_removed(any_record: Record) -> None:
    ids = put_and_place(any_record)
    with any_record.writing() as connection:
        record_batch(connection, [], deleted=list(ids.values()), now=NOON)
        logged = changelog.read(connection, after=0, limit=99)[-4:]
    assert [(c.kind, c.operation) for c in logged] == [("article", "remove")] * 3 + [
        ("story", "remove")
    ]


def test_nothing_that_deleted_articles_said_stays_with_their_stories(any_record: Record) -> None:
    ids = put_and_place(any_record)
    why = StoryEvidence(method="terms", probability=0.9, threshold=0.6)
    names = ("s1", "s9")
    with any_record.writing() as connection:
        one = msgspec.structs.replace(article("9", title="Jane Doe named"), summary="Denied.")
        record_batch(connection, [placed(9, "a9", one, group="c9", story="s9")], now=NOON)
        merged = StoryMerged(kept="s1", gone="s9", evidence=why)
        record_batch(connection, [], afterwards=[merged], now=NOON)
        record_batch(connection, [], deleted=[*ids.values(), "a9"], now=NOON)
    with any_record.reading() as connection:
        rows = connection.execute(select(stories).where(stories.c.id.in_(names))).all()
        assert resolve_story(connection, "s9") == "s1"
    assert len(rows) == 2
    for row in rows:
        assert (row.articles, row.copy_groups) == (0, 0)
        assert (row.headline, row.headline_article, row.summary) == ("", "", "")
        assert (row.outlets, row.languages, row.countries, row.terms) == ("[]",) * 4


def test_no_crawl_brings_a_deleted_article_back(any_record: Record) -> None:
    ids = put_and_place(any_record)
    again = article("1", title="Ferry aground: what we know now")
    with any_record.writing() as connection:
        deleting.request(connection, [ids["1"]], reason="asked", now=NOON)
        record_batch(connection, [], deleted=[ids["1"]], now=NOON)
        assert inbox.unseen(connection, [again], now=NOON) == ["known"]
        taken = inbox.put(connection, [again, article("5", title="New")], received=NOON)
        assert (taken.new, taken.revised, taken.unchanged) == (1, 0, 1)


def test_what_waits_in_the_inbox_goes_at_once(any_record: Record) -> None:
    with any_record.writing() as connection:
        inbox.put(connection, [article("1"), article("2", title="Other")], received=NOON)
        first = inbox.take(connection, limit=1)[0]
        assert deleting.find(connection, first.id) == [first.id]
        deleting.request(connection, [first.id], reason="asked", now=NOON)
        assert len(inbox.take(connection, limit=9)) == 1
        record_batch(connection, [], deleted=[first.id], now=NOON)
        assert connection.scalars(select(deletions.c.applied)).all() == [NOON]


def test_articles_are_found_by_id_address_and_source(any_record: Record) -> None:
    ids = put_and_place(any_record)
    with any_record.reading() as connection:
        address = "https://news.example/wire/2023/1.html"
        assert deleting.find(connection, address) == [ids["1"]]
        assert deleting.find(connection, ids["2"]) == [ids["2"]]
        assert deleting.find(connection, "nothing") == []
        assert deleting.of_source(connection, "paper", before=NOON + 1) == [ids["2"]]
        assert deleting.of_source(connection, "paper", before=NOON) == []
        assert deleting.source_is_known(connection, "paper")
        assert not deleting.source_is_known(connection, "pap")


def waiting_and_buried(record: Record) -> tuple[str, str]:
    """One article in the inbox and one among the dead letters, nothing placed."""
    with record.writing() as connection:
        inbox.put(connection, [article("1"), article("2", title="Buried")], received=NOON)
        waiting, buried = inbox.take(connection, limit=2)
        bury(connection, [Unplaced(waiting=buried, reason="poison")], at=NOON + 1)
    return waiting.id, buried.id


def test_what_waits_or_is_buried_is_found_by_id_address_and_source(any_record: Record) -> None:
    waiting, buried = waiting_and_buried(any_record)
    for guid, id_ in (("1", waiting), ("2", buried)):
        for name in (
            id_,
            f"https://news.example/wire/2023/{guid}.html",
            f"http://www.news.example/wire/2023/{guid}.html?utm_source=x",
        ):
            assert [each.id for each in removal.named(any_record, [name])] == [id_]
    everything = removal.of_source(any_record, "wire", before=NOON + 1)
    assert {each.id for each in everything} == {waiting, buried}
    assert removal.of_source(any_record, "wire", before=NOON) == []


def test_an_address_like_a_sections_is_found_too(any_record: Record) -> None:
    address = "https://news.example/ferry"
    with any_record.writing() as connection:
        inbox.put(connection, [article("1", url=address)], received=NOON)
        (one,) = inbox.take(connection, limit=1)
    assert [each.id for each in removal.named(any_record, [address])] == [one.id]
    with pytest.raises(NotFoundError):
        removal.named(any_record, [""])


def test_what_waits_or_is_buried_is_deleted_for_good(any_record: Record) -> None:
    both = waiting_and_buried(any_record)
    with any_record.writing() as connection:
        assert deleting.request(connection, both, reason="asked", now=NOON) == 2
        for table in (inbox_table, dead_letters):
            assert connection.execute(select(table)).all() == []
        for id_ in both:  # its identity alone is left, and that is nothing to delete
            assert deleting.find(connection, id_) == []


def test_what_was_buried_after_the_request_goes_with_the_next(record: Record) -> None:
    with record.writing() as connection:
        inbox.put(connection, [article("1")], received=NOON)
        (one,) = inbox.take(connection, limit=1)
        deleting.request(connection, [one.id], reason="asked", now=NOON)
        bury(connection, [Unplaced(waiting=one, reason="poison")], at=NOON + 1)
        assert deleting.request(connection, [one.id], reason="asked", now=NOON) == 0
        assert connection.execute(select(dead_letters)).all() == []


def test_each_source_has_its_own_age(any_record: Record) -> None:
    ids = put_and_place(any_record)
    add_source(any_record, "wire", keep_days=5)
    add_source(any_record, "paper", keep_days=0)
    add_source(any_record, "radio")

    def due(general: int, days: float, limit: int = 9) -> list[str]:
        with any_record.reading() as connection:
            age, now = article_age(connection, general), NOON + days * DAY
            return list(walk_on(connection, age, START, now=now, limit=limit).ids)

    assert due(0, 1000) == [ids["1"]]
    assert due(0, 4.9) == []
    assert due(30, 31) == [ids["3"], ids["1"]]  # radio, then wire
    assert due(30, 31, limit=1) == [ids["3"]]
    assert due(30, 29) == [ids["1"]]


def test_a_source_that_left_has_its_articles_kept_no_longer(any_record: Record) -> None:
    wire = Source(id="wire", url="https://w.example/", keep_days=5, keep_text_days=2)
    put_and_place(any_record)

    def due(days: float) -> tuple[int, int]:
        with any_record.writing() as connection:
            now = NOON + days * DAY
            articles_, texts = (
                walk_on(connection, age, START, now=now, limit=9)
                for age in (article_age(connection, 0), text_age(connection, 0))
            )
            return len(articles_.ids), len(texts.ids)

    def configure(*some: Source) -> None:
        with any_record.writing() as connection:
            register(connection, some, origin="configured", now=NOON)

    configure(wire)
    assert due(6) == (1, 1)
    configure()
    assert due(6) == (1, 1)
    configure(msgspec.structs.replace(wire, keep_days=9, keep_text_days=-1))  # its own word again
    assert (due(6), due(10)) == ((0, 0), (1, 0))
    configure(msgspec.structs.replace(wire, keep_days=-1, keep_text_days=-1))
    configure()
    assert due(6) == (0, 0)


def test_texts_go_before_their_articles(any_record: Record) -> None:
    long_ago = article("1", text="Long text. " * 50)
    with any_record.writing() as connection:
        record_batch(connection, [placed(1, "a1", long_ago, group="c1", story="s1")], now=NOON)
        connection.execute(
            insert(revisions).values(article="a1", revision=0, at=NOON, body=pack(long_ago))
        )
        age = text_age(connection, 7)
        assert not drop_texts(connection, age, START, now=NOON + 6 * DAY, limit=9).ids
        head = changelog.head(connection)
        for gone in (("a1",), ()):
            assert drop_texts(connection, age, START, now=NOON + 8 * DAY, limit=9).ids == gone
        row = connection.execute(select(articles)).one()
        bare = unpack(row.body)
        assert (bare.text, bare.title) == ("", long_ago.title)
        assert connection.execute(select(revisions)).all() == []
        change = changelog.read(connection, after=head, limit=9)
        assert [(c.kind, c.id, c.operation) for c in change] == [("article", "a1", "put")]
        assert row.changed == change[0].seq
        # A new wording brings a text again, which expires in its turn.
        newer = msgspec.structs.replace(long_ago, text="Corrected. " * 50)
        record_batch(connection, [placed(2, "a1", newer, group="c1", story="s1")], now=NOON)
        assert drop_texts(connection, age, START, now=NOON + 9 * DAY, limit=9).ids == ("a1",)


def test_a_damaged_text_goes_too_and_stops_no_retention(record: Record) -> None:
    one = article("1", text="Long text. " * 50)
    with record.writing() as connection:
        record_batch(connection, [placed(1, "a1", one, group="c1", story="s1")], now=NOON)
        connection.execute(update(articles).values(body=b"junk"))
        age = text_age(connection, 7)
        assert drop_texts(connection, age, START, now=NOON + 8 * DAY, limit=9).ids == ("a1",)
        bare = unpack(connection.scalars(select(articles.c.body)).one())
    assert (bare.title, bare.url, bare.text) == (one.title, one.url, "")
    assert "cannot be read" in bare.extraction.note


def test_old_fetches_revisions_and_dead_letters_go_a_few_at_a_time(any_record: Record) -> None:
    ids = put_and_place(any_record)
    add_source(any_record, "wire")
    with any_record.writing() as connection:
        for n in range(5):
            connection.execute(
                insert(fetches).values(
                    source="wire", at=NOON + n, elapsed=0.0, outcome="ok", status=200, items=0,
                    new_items=0, pages=0, page_failures=0, bytes=0,
                )
            )  # fmt: skip
            connection.execute(
                insert(revisions).values(article=ids["1"], revision=n, at=NOON + n, body=b"")
            )
            connection.execute(
                insert(dead_letters).values(at=NOON + n, stage="desk", subject="x", reason="y")
            )
        for forget in (drop_fetches, drop_revisions, drop_dead_letters):
            assert forget(connection, before=NOON + 3, limit=2) == 2
            assert forget(connection, before=NOON + 3, limit=2) == 1
            assert forget(connection, before=NOON + 3, limit=2) == 0
        for table in (fetches, revisions, dead_letters):
            assert len(connection.execute(select(table)).all()) == 2


def test_a_thinned_log_still_tells_the_last_of_everything(any_record: Record) -> None:
    ids = put_and_place(any_record)
    with any_record.writing() as connection:
        for n in range(3):
            again = article("3", title=f"Rescue, part {n}", source="radio")
            one = placed(9 + n, ids["3"], again, group="c3", story="s1")
            record_batch(connection, [one], now=NOON + n)
        record_batch(connection, [], deleted=[ids["1"]], now=NOON + 9)
        before = changelog.read(connection, after=0, limit=99)
        position = 0
        while looked := thin_changes(
            connection, after=position, before=NOON + 10, now=NOON + 99, limit=3
        ):
            position = looked[-1]
        after = changelog.read(connection, after=0, limit=99)
    assert position == before[-1].seq
    last = {(change.kind, change.id): change for change in before}
    assert after == sorted(last.values(), key=lambda change: change.seq)
    assert len(after) < len(before)


def test_what_is_new_in_the_log_is_left_alone(any_record: Record) -> None:
    put_and_place(any_record)
    with any_record.writing() as connection:
        count = len(connection.execute(select(change_log)).all())
        assert thin_changes(connection, after=0, before=NOON, now=NOON + 99, limit=99) == []
        assert len(connection.execute(select(change_log)).all()) == count


def test_what_a_wrong_clock_dated_after_now_keeps_nothing_in_the_log(any_record: Record) -> None:
    put_and_place(any_record)
    with any_record.writing() as connection:
        connection.execute(update(change_log).values(at=NOON))
        seqs = connection.scalars(select(change_log.c.seq).order_by(change_log.c.seq)).all()
        for seq, at in ((seqs[0], NOON + 365 * DAY), (seqs[-1], NOON + 50)):
            connection.execute(update(change_log).where(change_log.c.seq == seq).values(at=at))
        looked = thin_changes(connection, after=0, before=NOON + 10, now=NOON + 99, limit=99)
    assert looked == seqs[:-1]
