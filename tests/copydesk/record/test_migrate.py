"""A record of any released schema, with what it holds, becomes one of this program."""

from collections.abc import Callable

import msgspec
import pytest
import zstandard
from sqlalchemy import MetaData, Table, select, text

from copydesk.alerts import later, searches
from copydesk.errors import RecordSchemaError
from copydesk.record import changelog, inbox, migrate, registry, timelines
from copydesk.record.database import Record
from copydesk.record.inbox import mint
from copydesk.record.intake import Accepted
from copydesk.record.keys import LONGEST, kept
from copydesk.record.leadership import leading
from copydesk.record.placing import record_batch
from copydesk.record.schema import article_keys, articles, dead_letters, metadata, stories
from copydesk.roles.reporting import DELAYS
from crawler.article import Article
from crawler.identity import identity_keys
from tests.copydesk.samples import NOON, article, placed

# The second is the first as its first hour had it.
RELEASED = ["0001", "0001 of the first hour", "0002", "0003", "0005"]
ADDRESS = "https://news.example/wire/2023/05/30/ferry-runs-aground-off-the-island-of-holm.html"
KNOWN = article("1", text="The ferry ran aground. " * 20, url=ADDRESS)
WAITING = article("2", title="Quake shakes Talca")


@pytest.fixture(params=RELEASED)
def old(request: pytest.FixtureRequest, any_record: Record) -> Record:
    """A record as that release left it: one article placed, one waiting, one source."""
    with any_record.writing() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    with any_record.writing() as connection:
        migrate.to(connection, request.param[:4])
        tables = MetaData()
        tables.reflect(connection)
        fill(connection, tables.tables, str if request.param.startswith("0001") else kept)
        if request.param >= "0003":  # which kept both from then on
            connection.execute(text("UPDATE log_head SET number = 7"))
            connection.execute(
                text(
                    "UPDATE stories SET headline = '', headline_article = '', summary = '', "
                    "outlets = '[]', languages = '[]', countries = '[]', terms = '[]' "
                    "WHERE articles = 0"
                )
            )
        if request.param == "0001 of the first hour":
            connection.execute(text("ALTER TABLE known_articles DROP COLUMN has_text"))
            connection.execute(text("ALTER TABLE sources DROP COLUMN configured_url"))
    return any_record


def packed(one: Article) -> bytes:
    return zstandard.ZstdCompressor(level=6).compress(msgspec.msgpack.encode(one))


def fill(connection: object, tables: object, written: Callable[[str], str]) -> None:
    def insert(table: str, **values: object) -> None:
        into: Table = tables[table]  # type: ignore[index]
        connection.execute(into.insert().values(**values))  # type: ignore[attr-defined]

    for one in (KNOWN, WAITING):
        keys = identity_keys(one)
        for key in keys:
            insert("article_keys", key=written(key), article=mint(keys[0]))
        insert(
            "known_articles",
            article=mint(keys[0]),
            source=one.source,
            item_digest=one.raw_digest,
            content_hash=one.content_hash,
            has_text=int(bool(one.text)),
        )
    id_ = mint(identity_keys(KNOWN)[0])
    insert("inbox", article=mint(identity_keys(WAITING)[0]), received=NOON, payload=packed(WAITING))
    insert(
        "articles",
        id=id_,
        number=1,
        source=KNOWN.source,
        title=KNOWN.title,
        first_seen=NOON,
        at=NOON,
        copy_group="c1",
        story="s1",
        copy_evidence="{}",
        story_evidence="{}",
        placed=NOON,
        changed=1,
        body=packed(KNOWN),
    )
    insert("copy_groups", id="c1", first_article=id_, size=1, created=NOON)
    insert(
        "stories",
        id="s1",
        first_report=NOON,
        last_report=NOON,
        articles=1,
        copy_groups=1,
        created=NOON,
        changed=2,
    )
    for id_, into in (("s2", "s1"), ("s3", "")):
        insert(
            "stories",
            id=id_,
            merged_into=into,
            headline="Jane Doe accused",
            headline_article="gone",
            summary="She denies it.",
            first_report=NOON,
            last_report=NOON,
            articles=0,
            copy_groups=0,
            outlets='["Wire"]',
            languages='["en"]',
            countries='["DK"]',
            terms='["doe"]',
            created=NOON,
            changed=2,
        )
    for seq, kind, what in ((1, "article", id_), (2, "story", "s1")):
        insert("change_log", seq=seq, at=NOON, kind=kind, id=what, operation="put")
    connection.execute(text("UPDATE log_head SET seq = 2"))  # type: ignore[attr-defined]
    insert("sources", id="wire", url="https://w.example/", kind="rss", origin="added", added_at=1.0)
    insert("source_state", source="wire", due=5.0, etag='"x"')
    for letter in (7, 9):
        insert(
            "dead_letters", id=letter, at=NOON, stage="desk", subject="article 1", reason="broken"
        )


def test_everything_is_still_there(old: Record) -> None:
    migrate.upgrade(old)
    migrate.check(old)
    with old.reading() as connection:
        row = connection.execute(select(articles)).one()
        assert inbox.take(connection, limit=9)[0].article == WAITING
        assert changelog.head(connection) == 2
        source = registry.one(connection, "wire")
    assert (row.title, row.story) == (KNOWN.title, "s1")
    assert (source.due, source.etag) == (5.0, '"x"')


def test_what_became_of_matches_before_is_not_news(old: Record) -> None:
    """A match of before is told as it is: only what comes later is to be heard of."""
    with old.writing() as connection:
        before = migrate.current(connection)
        if before == "0001":
            return  # had no saved searches
        id_ = connection.scalar(select(articles.c.id))
        for statement in (
            "UPDATE articles SET status = 'corrected', revision = 3",
            "INSERT INTO saved_searches VALUES (1, 'ferries', 'article', 'ferry', '', 0, 0)",
            "INSERT INTO saved_searches VALUES (2, 'all', 'story', '*', '', 0, 0)",
            f"INSERT INTO search_matches (search, subject, seq, at) VALUES (1, '{id_}', 1, 0)",  # noqa: S608
            "INSERT INTO search_matches (search, subject, seq, at) VALUES (2, 's1', 2, 0)",
        ):
            connection.execute(text(statement))
    migrate.upgrade(old)
    with old.writing() as connection:
        later.note(connection, {str(id_): 9}, at=NOON)
        for number, status in ((1, "corrected"), (2, "usable")):
            search = searches.one_search(connection, number)
            (match,) = searches.list_matches(connection, search, limit=9)
            assert (match.status, match.change_of) == (status, 0)


def test_what_was_known_is_known(old: Record) -> None:
    migrate.upgrade(old)
    with old.writing() as connection:
        assert inbox.unseen(connection, [KNOWN, WAITING, article("3")], now=NOON) == [
            "known",
            "known",
            "new",
        ]
        assert inbox.put(connection, [KNOWN, WAITING], received=NOON) == Accepted(unchanged=2)
        keys = connection.scalars(select(article_keys.c.key)).all()
    expected = {key for one in (KNOWN, WAITING) for key in identity_keys(one)}
    assert set(keys) == set(map(kept, expected))
    assert max(map(len, keys)) <= LONGEST < max(map(len, expected))


def test_the_schema_is_the_one_of_a_new_record(old: Record) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    migrate.upgrade(old)
    with old.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_no_record_is_changed_under_a_desk_of_another_version(
    old: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "WAIT_SECONDS", 0.0)
    with old.reading() as connection:
        before = migrate.current(connection)
    if before == "0001":
        return  # had no desk that leads
    with (
        leading(old),
        pytest.raises(RecordSchemaError, match="a desk of that version works on it"),
    ):
        migrate.upgrade(old)
    with old.reading() as connection:
        assert migrate.current(connection) == before
    migrate.upgrade(old)
    migrate.check(old)


@pytest.mark.parametrize("old", [schema for schema in RELEASED if schema < "0005"], indirect=True)
def test_an_index_without_a_name_is_told_by_its_position(old: Record) -> None:
    """As it was before records had names: some were restored, at positions kept as cursors."""
    with old.writing() as connection:
        changelog.save_cursor(connection, "restored at 1000", 2, at=NOON)
        connection.execute(text("UPDATE log_head SET seq = 1010"))
    migrate.upgrade(old)
    with old.writing() as connection:
        lives = timelines.read(connection)
        assert changelog.load_cursor(connection, "restored at 1000") == 0
        assert [lives.objection("", at) for at in (0, 2, 1000, 1010)] == [""] * 4
        assert "replaced" in lives.objection("", 500)
        assert lives.objection(lives.name, 2) == lives.objection(lives.name, 1010) == ""
        assert (lives.changes(2), lives.changes(1010), lives.behind(2)) == (2, 13, 11)
        timelines.begin(connection, beyond=0, at=NOON)
        lives = timelines.read(connection)
    assert lives.objection("", 1010) == ""
    assert "replaced" in lives.objection("", 1011)
    assert "another" in lives.objection("nobody's", 2)
    assert lives.behind(1010) == 1


def test_stories_without_reports_say_nothing(old: Record) -> None:
    migrate.upgrade(old)
    said = ("headline", "headline_article", "summary", "outlets", "languages", "countries", "terms")
    with old.reading() as connection:
        rows = connection.execute(select(*(stories.c[name] for name in said), stories.c.id))
        told = {row.id: tuple(row)[:-1] for row in rows if row.id != "s1"}
        into = connection.scalar(select(stories.c.merged_into).where(stories.c.id == "s2"))
    assert told == dict.fromkeys(("s2", "s3"), ("", "", "", "[]", "[]", "[]", "[]"))
    assert into == "s1"


def test_the_next_article_is_numbered_after_all_that_were(old: Record) -> None:
    with old.writing() as connection:
        changelog.save_cursor(connection, DELAYS, 7, at=NOON)
    migrate.upgrade(old)
    with old.writing() as connection:
        record_batch(connection, [placed(9, "a9", article("9"), group="c9", story="s9")], now=NOON)
        number = connection.scalar(select(articles.c.number).where(articles.c.id == "a9"))
    assert number == 8


def test_numbers_stay_and_do_not_come_back(old: Record) -> None:
    migrate.upgrade(old)
    with old.writing() as connection:
        numbers = connection.scalars(select(dead_letters.c.id).order_by(dead_letters.c.id)).all()
        assert numbers == [7, 9]
        if old.dialect == "sqlite":  # PostgreSQL counts apart from the rows as it is
            connection.execute(dead_letters.delete())
            fresh = {"at": NOON, "stage": "desk", "subject": "article 2", "reason": "broken"}
            given = dead_letters.insert().values(fresh).returning(dead_letters.c.id)
            assert connection.execute(given).scalar_one() == 10


def test_a_file_brought_up_to_date_is_laid_out_as_a_new_one(record: Record) -> None:
    with record.reading() as connection:
        made = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
        )
        counted = set(made.scalars())
    tables = metadata.tables.values()
    assert counted == {
        table.name for table in tables if table.dialect_options["sqlite"]["autoincrement"]
    }
