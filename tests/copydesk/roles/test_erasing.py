"""What is deleted is gone from the bytes of all files, not only from what is shown."""

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from config.settings import RetentionSettings
from copydesk.record import database, deleting, inbox
from copydesk.record.database import Record
from copydesk.record.schema import articles, revisions
from copydesk.roles import erasing
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_once
from copydesk.roles.reindexing import rebuild
from crawler.article import Article
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded_rebuild import EmbeddedRebuild
from tests.copydesk.samples import NOON, article

DAY = 86_400.0
WORDS = [f"{a}{b}{c}" for a in ("kro", "bil", "fen") for b in ("mar", "tos") for c in "aeiou"]
# One that lies in its page, one that has pages of its own.
LENGTHS = (80, 2500)


def text(seed: str, length: int) -> str:
    chosen = random.Random(seed)
    return " ".join(f"{chosen.choice(WORDS)}{chosen.randrange(10**9)}" for _ in range(length))


def wanted(number: int, wording: str = "") -> Article:
    one = article(
        f"gone-{number}",
        title=f"Zwimmer{number}{wording} trial postponed",
        text=text(f"{number} {wording}", LENGTHS[number % 2]),
    )
    return msgspec.structs.replace(one, byline="Quirrel Byloner", summary=f"Sumvary {wording}")


def others(first: int) -> list[Article]:
    return [
        article(f"{n}", title=f"Report {n} of Holm", text=text(str(n), 60), at=NOON + n)
        for n in range(first, first + 15)
    ]


def put(record: Record, *some: Article) -> None:
    with record.writing() as connection:
        inbox.put(connection, some, received=NOON)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    opened = EmbeddedEngine.open_writer(tmp_path / "index")
    yield opened
    opened.close()


def working(
    record: Record, engine: EmbeddedEngine, folder: Path, retention: RetentionSettings | None = None
) -> DeskWork:
    return DeskWork(
        record,
        engine,
        memory_file=folder / "desk.memory",
        batch=100,
        retention=retention or RetentionSettings(),
        now=lambda: NOON + 20 * DAY,
    )


def fill(record: Record, work: DeskWork) -> list[str]:
    """Six articles among others, three of them in two wordings; their ids."""
    for turn in range(3):
        put(record, *others(100 * turn), wanted(2 * turn), wanted(2 * turn + 1))
        run_once(work)
        put(record, wanted(turn, "again"), *others(100 * turn + 50))
        run_once(work)
    with record.reading() as connection:
        return list(connection.scalars(select(articles.c.id).where(articles.c.guid > "g")))


def said(record: Record) -> set[bytes]:
    """Words of these articles, and pieces of them as they lie in the record."""
    with record.reading() as connection:
        ids = select(articles.c.id).where(articles.c.guid > "g")
        bodies = [
            *connection.scalars(select(articles.c.body).where(articles.c.id.in_(ids))),
            *connection.scalars(select(revisions.c.body).where(revisions.c.article.in_(ids))),
        ]
    pieces = {body[at : at + 20] for body in bodies for at in range(60, len(body) - 20, 300)}
    return {b"zwimmer", b"quirrel", b"sumvary"} | pieces


def traces(folder: Path, pieces: set[bytes]) -> set[str]:
    """The files that hold any of it."""
    found = set()
    for file in filter(Path.is_file, folder.rglob("*")):
        held = file.read_bytes()
        if any(piece in held or piece in held.lower() for piece in pieces):
            found.add(file.suffix if file.parent.name == "index" else file.name)
    return found


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "_CUT_SECONDS", 0.0)


RECORD = {"record.sqlite", "record.sqlite-wal"}


def delete(record: Record, work: DeskWork, ids: list[str]) -> None:
    with record.writing() as connection:
        deleting.request(connection, ids, reason="asked for", now=NOON)
    while work.forget():
        pass


def test_nothing_of_a_deleted_article_stays_in_the_files_of_the_record(
    record: Record, engine: EmbeddedEngine, tmp_path: Path
) -> None:
    work = working(record, engine, tmp_path)
    ids = fill(record, work)
    pieces = said(record)
    assert "record.sqlite" in traces(tmp_path, pieces)
    delete(record, work, ids)
    assert traces(tmp_path, pieces) & RECORD == set()


def test_retention_leaves_nothing_of_a_text(
    record: Record, engine: EmbeddedEngine, tmp_path: Path
) -> None:
    # What fills it keeps all: a run that ends forgets what was kept long enough.
    fill(record, working(record, engine, tmp_path))
    work = working(record, engine, tmp_path, RetentionSettings(texts=10))
    pieces = said(record)
    words = {piece for piece in pieces if piece.isalpha()}
    while work.forget():
        pass
    assert traces(tmp_path, pieces - words) & RECORD == set()
    assert traces(tmp_path, words) >= {"record.sqlite"}


def test_who_reads_what_was_before_only_delays_it(
    record: Record, engine: EmbeddedEngine, tmp_path: Path
) -> None:
    work = working(record, engine, tmp_path)
    ids = fill(record, work)
    pieces = said(record)
    with record.reading() as connection:
        connection.execute(select(articles.c.id)).all()
        delete(record, work, ids)
        assert traces(tmp_path, pieces) & RECORD
    work.forget()
    assert traces(tmp_path, pieces) & RECORD == set()


def test_a_desk_that_was_killed_after_a_deletion_is_made_good_by_the_next(
    record: Record, engine: EmbeddedEngine, tmp_path: Path
) -> None:
    work = working(record, engine, tmp_path)
    ids = fill(record, work)
    pieces = said(record)
    with record.writing() as connection:
        deleting.request(connection, ids, reason="asked for", now=NOON)
    while work.delete_requested():
        pass
    assert traces(tmp_path, pieces) & RECORD
    working(record, engine, tmp_path).forget()
    assert traces(tmp_path, pieces) & RECORD == set()


def test_a_build_of_sqlite_that_leaves_what_is_deleted_is_told_not_to() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA secure_delete = OFF")
    database._configure_sqlite(connection, None)
    assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
    connection.close()


def test_an_index_made_anew_holds_nothing_of_it(
    record: Record, engine: EmbeddedEngine, tmp_path: Path
) -> None:
    work = working(record, engine, tmp_path)
    ids = fill(record, work)
    pieces = said(record)
    delete(record, work, ids)
    work.index()
    work.save()
    assert ".store" in traces(tmp_path, pieces)
    engine.close()
    anew = EmbeddedRebuild(tmp_path / "index")
    rebuild(record, anew, now=time.time)
    anew.close()
    assert traces(tmp_path, pieces) <= {"desk.memory"}


def test_the_desk_forgets_the_words_that_only_deleted_articles_told(
    record: Record, engine: EmbeddedEngine, tmp_path: Path
) -> None:
    work = working(record, engine, tmp_path)
    ids = fill(record, work)
    # Words of earlier wordings are forgotten with time, as all that nobody tells any more.
    told = {b"zwimmer0again", b"zwimmer1again", b"zwimmer2again", b"zwimmer3", b"zwimmer4"}
    assert "desk.memory" in traces(tmp_path, told)
    delete(record, work, ids)
    work.save()
    assert traces(tmp_path, told) & {"desk.memory"} == set()
