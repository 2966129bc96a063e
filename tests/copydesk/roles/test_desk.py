"""The desk places what waits, survives its own death, and keeps what it cannot place."""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import msgspec
import pytest
from sqlalchemy import delete, select, update

from copydesk.record import changelog, database, inbox, migrate, standstill
from copydesk.record.codec import pack
from copydesk.record.database import Record, sqlite_url
from copydesk.record.reading import counts, resolve_story
from copydesk.record.retrying import asked_again, list_letters, retry
from copydesk.record.schema import articles, dead_letters, desk_journal, stories
from copydesk.record.schema import inbox as waiting_rows
from copydesk.roles import notify
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_once
from copydesk.roles.notify import ALIVE, Ear
from crawler.article import Article
from dedupe.desk import Desk
from dedupe.document import Document, Placement
from indexer.documents import ArticleDocument
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import Noted, Put, Rejected, SearchRequest, Write, WriteReport
from indexer.errors import EngineUnavailableError, OneFaultError
from tests.copydesk.samples import NOON, article

FERRY = (
    "A ferry with two hundred people on board ran aground off the island of Holm early on Tuesday, "
    "the coast guard said. Nobody was hurt and the passengers were taken to Varnsund by lifeboat. "
    "The cause is not known; the captain told reporters that a buoy had been out of place. "
)
QUAKE = (
    "An earthquake of magnitude 6.1 shook the province of Talca before dawn, cracking walls and "
    "cutting power to eighty thousand homes, according to the seismological institute. Hospitals "
    "treated dozens of people for light injuries and schools stayed closed for the day. "
)


@contextmanager
def desk(record: Record, folder: Path) -> Iterator[DeskWork]:
    engine = EmbeddedEngine.open_writer(folder / "index")
    engine.prepare()
    try:
        yield DeskWork(record, engine, memory_file=folder / "desk.memory", batch=10)
    finally:
        engine.close()


def put(record: Record, *some: Article) -> None:
    with record.writing() as connection:
        inbox.put(connection, some, received=NOON)


def places(record: Record) -> dict[str, tuple[str, str]]:
    with record.reading() as connection:
        rows = connection.execute(select(articles)).all()
    return {row.guid: (row.copy_group, row.story) for row in rows}


def found(folder: Path, query: str) -> int:
    reader = EmbeddedEngine.open_reader(folder / "index")
    try:
        return reader.search(SearchRequest(query=query)).total
    finally:
        reader.close()


FIRST = (
    article("1", text=FERRY, outlet="Wire", source="wire"),
    article(
        "2", title="Ship stuck off Holm", text=FERRY, outlet="Paper", source="paper", at=NOON + 300
    ),
    article(
        "3", title="Quake shakes Talca", text=QUAKE, outlet="Wire", source="wire", at=NOON + 400
    ),
)
LATER = (
    article(
        "4",
        title="Holm: ferry had lost its way",
        text=FERRY,
        outlet="Radio",
        source="radio",
        at=NOON + 900,
    ),
    article(
        "5",
        title="Talca counts the damage",
        text=QUAKE,
        outlet="Radio",
        source="radio",
        at=NOON + 950,
    ),
)


def test_copies_share_a_group_and_are_found(record: Record, tmp_path: Path) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        totals = run_once(work)
    assert (totals.new, totals.copies, totals.new_stories, totals.indexed) == (3, 1, 2, "yes")
    held = places(record)
    assert held["1"] == held["2"] != held["3"]
    assert found(tmp_path, "ferry") == 2
    with record.reading() as connection:
        assert counts(connection).inbox == 0


@pytest.mark.parametrize("memory", ["kept", "lost", "damaged", "stale"])
def test_a_restart_goes_on_as_if_nothing_had_happened(
    record: Record, tmp_path: Path, memory: str
) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        run_once(work)
    file = tmp_path / "desk.memory"
    if memory == "lost":
        file.unlink()
    elif memory == "damaged":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(bytes(content))
    elif memory == "stale":
        before = file.read_bytes()
        put(record, article("9", title="Quite another matter altogether", at=NOON + 500))
        with desk(record, tmp_path) as work:
            run_once(work)
        file.write_bytes(before)
    put(record, *LATER)
    with desk(record, tmp_path) as work:
        run_once(work)
    held = places(record)
    assert held["4"] == held["1"]
    assert held["5"] == held["3"]


def test_a_death_before_the_engine_was_written_loses_nothing(
    record: Record, tmp_path: Path
) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        assert work.place_waiting() is not None
        # Here the process dies: placed and recorded, neither indexed nor remembered.
    with desk(record, tmp_path) as work:
        run_once(work)
    assert found(tmp_path, "ferry") == 2


def test_a_clock_that_steps_back_disturbs_nothing(record: Record, tmp_path: Path) -> None:
    clock = iter(range(10_000_000, 0, -3600))
    put(record, *FIRST)
    engine = EmbeddedEngine.open_writer(tmp_path / "index")
    engine.prepare()
    work = DeskWork(
        record, engine, memory_file=tmp_path / "m", batch=1, now=lambda: float(next(clock))
    )
    run_once(work)
    put(record, *LATER)
    assert run_once(work).indexed == "yes"
    engine.close()
    held = places(record)
    assert held["4"] == held["1"] == held["2"]
    assert found(tmp_path, "") == 5


def test_an_index_thrown_away_is_filled_again(record: Record, tmp_path: Path) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        run_once(work)
    (tmp_path / "index").rename(tmp_path / "index-old")
    with desk(record, tmp_path) as work:
        run_once(work)
    assert found(tmp_path, "") == 3


def test_an_index_deleted_under_a_desk_at_work_is_filled_again(
    record: Record, tmp_path: Path
) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        run_once(work)
        shutil.rmtree(tmp_path / "index")
        put(record, *LATER)
        assert run_once(work).indexed == "yes"
        assert found(tmp_path, "") == 5
        assert run_once(work).indexed == "yes"


def test_an_index_far_behind_is_brought_up_in_slices_between_placing(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.roles.indexing._BATCH", 2)
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        work.place_waiting()
        assert work.index(seconds=0.0) is False
        put(record, *LATER)
        assert work.place_waiting() is not None
        slices = 1
        while not work.index(seconds=0.0):
            slices += 1
    assert slices >= 3
    assert found(tmp_path, "") == 5


class _Counting(EmbeddedEngine):
    """An engine that counts what it is asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.written: list[Write] = []
        self.commits = 0

    def write(self, batch: Sequence[Write]) -> WriteReport:
        self.written += batch
        return super().write(batch)

    def refresh(self) -> None:
        self.commits += 1
        super().refresh()


def test_what_changed_several_times_is_indexed_once_with_one_commit(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.roles.indexing._BATCH", 2)
    put(record, *FIRST, *LATER)
    engine = _Counting(tmp_path / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=tmp_path / "m", batch=1)
    while work.place_waiting():
        pass
    with record.reading() as connection:
        changes = changelog.read(connection, after=0, limit=100)
    assert work.index() is True
    engine.close()
    things = {(change.kind, change.id) for change in changes}
    assert len(engine.written) == len(things) < len(changes)
    assert engine.commits == 1
    assert found(tmp_path, "") == 5


def test_an_index_ahead_of_its_record_is_told(record: Record, tmp_path: Path) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        run_once(work)
    restored = Record(sqlite_url(tmp_path / "restored.sqlite"))
    migrate.upgrade(restored)
    with desk(restored, tmp_path) as work:
        assert work.index() is False


class _Unreachable(EmbeddedEngine):
    """An engine whose server is away."""

    def write(self, batch: Sequence[Write]) -> WriteReport:  # noqa: ARG002 - the agreed face
        raise EngineUnavailableError("the server is away", next_step="Start it")


def test_an_engine_that_is_away_delays_and_loses_nothing(record: Record, tmp_path: Path) -> None:
    put(record, *FIRST)
    engine = _Unreachable(tmp_path / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=tmp_path / "m", batch=10)
    assert run_once(work).indexed == "no"
    engine.close()
    assert len(places(record)) == 3
    with record.reading() as connection:
        still = standstill.read(connection)
    assert still is not None
    assert still.words == "the server is away. Start it"
    with desk(record, tmp_path) as again:
        assert run_once(again).indexed == "yes"
    assert found(tmp_path, "ferry") == 2
    with record.reading() as connection:
        assert standstill.read(connection) is None


def test_an_engine_that_is_back_ends_its_fault_although_nothing_is_new(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.roles.desk._ENGINE_RETRY_SECONDS", 0.0)
    engine = EmbeddedEngine(tmp_path / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=tmp_path / "m", batch=10)
    told: list[str] = []
    for away in (True, True, False, True, False):
        with monkeypatch.context() as patch:
            if away:
                patch.setattr(engine, "noted", _away)
            work.index()
        with record.reading() as connection:
            still = standstill.read(connection)
        told.append(still.words if still else "")
    engine.close()
    assert told == ["away", "away", "", "away", ""]


def _away() -> Noted:
    raise EngineUnavailableError("away")


def test_a_desk_that_waits_for_a_busy_record_says_that_it_lives(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(record, article("1", text=FERRY))
    monkeypatch.setattr(database, "BUSY_SECONDS", 1.0)
    hasty = Record(record.url.render_as_string())
    ear = Ear("desk")
    monkeypatch.setenv(notify.SOCKET, ear.environment()[notify.SOCKET])
    holder = sqlite3.connect(
        str(record.url.database), isolation_level=None, check_same_thread=False
    )
    gave_up = Event()

    def hold_until_heard() -> None:
        while ALIVE not in ear.heard() and not gave_up.wait(0.02):
            pass
        holder.execute("ROLLBACK")

    with desk(hasty, tmp_path) as work:
        monkeypatch.setattr(notify, "_beaten", -1.0)
        ear.heard()  # what was said at the start
        holder.execute("BEGIN IMMEDIATE")
        thread = Thread(target=hold_until_heard)
        thread.start()
        try:
            summary = work.place_waiting()
        finally:
            gave_up.set()
            thread.join()
    assert summary is not None
    assert summary.new == 1
    assert len(places(record)) == 1
    holder.close()
    hasty.close()
    ear.close()


def test_a_poisonous_article_becomes_a_dead_letter_and_the_news_goes_on(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Desk.place

    def choke(self: Desk, document: Document) -> Placement:
        if "Quake" in document.title:
            raise ZeroDivisionError("poison")
        return place(self, document)

    monkeypatch.setattr(Desk, "place", choke)
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        run_once(work)
    assert set(places(record)) == {"1", "2"}
    with record.reading() as connection:
        letter = connection.execute(select(dead_letters)).one()
        assert inbox.length(connection) == 0
    assert letter.reason == "ZeroDivisionError: poison"
    assert letter.payload


class _Picky(EmbeddedEngine):
    """An engine that refuses one title until it is taught better."""

    refuses = "Quake"

    def write(self, batch: Sequence[Write]) -> WriteReport:
        good: list[Write] = []
        bad: list[Rejected] = []
        for each in batch:
            document = each.document if isinstance(each, Put) else None
            if isinstance(document, ArticleDocument) and self.refuses in document.title:
                bad.append(
                    Rejected(kind="article", id=document.id, version=each.version, reason="no")
                )
            else:
                good.append(each)
        return msgspec.structs.replace(super().write(good), rejected=tuple(bad))


def test_what_the_engine_refused_is_retried_when_a_person_asks(
    record: Record, tmp_path: Path
) -> None:
    put(record, *FIRST)
    engine = _Picky(tmp_path / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=tmp_path / "m", batch=10)
    run_once(work)
    with record.writing() as connection:
        (letter,) = list_letters(connection)
        retry(connection, [letter.number], now=NOON)
    work.index()
    with record.writing() as connection:
        (letter,) = list_letters(connection)
        assert letter.reason == "no"
        retry(connection, [letter.number], now=NOON)
    engine.refuses = "Nothing at all"
    work.index()
    engine.close()
    assert found(tmp_path, "quake") == 1
    with record.reading() as connection:
        assert list_letters(connection) == []


def test_a_retry_while_the_index_is_behind_leaves_no_gap(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.roles.indexing._BATCH", 1)
    put(record, FIRST[2])
    engine = _Picky(tmp_path / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=tmp_path / "m", batch=10)
    run_once(work)
    put(record, *FIRST[:2], *LATER)
    while work.place_waiting():
        pass
    put(record, article("3", title="Quake: more", text=QUAKE, outlet="Wire", source="wire"))
    while work.place_waiting():
        pass
    engine.refuses = "Nothing at all"
    with record.writing() as connection:
        (letter,) = list_letters(connection)
        retry(connection, [letter.number], now=NOON)
    while not work.index(seconds=0.0):
        pass
    engine.close()
    assert found(tmp_path, "") == 5
    with record.reading() as connection:
        assert list_letters(connection) == []


class _OneFault(_Picky):
    """An engine that comes to see that its refusals have one reason; ``seen`` are the articles."""

    fault = "all refused"
    seen: tuple[tuple[str, str], ...] = ()

    def write(self, batch: Sequence[Write]) -> WriteReport:
        named = tuple(("article", each.document.id) for each in batch if isinstance(each, Put)
                      and isinstance(each.document, ArticleDocument))  # fmt: skip
        if self.fault and self.seen and named:
            raise OneFaultError(self.fault, next_step="Mend it", refused=self.seen)
        self.seen = named or self.seen
        return super().write(batch)


def test_what_was_refused_before_it_was_seen_as_one_fault_is_indexed_in_the_end(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.roles.desk._ENGINE_RETRY_SECONDS", 0.0)
    engine = _OneFault(tmp_path / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=tmp_path / "m", batch=10)
    put(record, FIRST[2])
    assert run_once(work).indexed == "yes"
    with record.reading() as connection:
        assert len(list_letters(connection)) == 1
    put(record, *FIRST[:2])
    assert run_once(work).indexed == "no"
    engine.refuses, engine.fault = "Nothing at all", ""
    assert work.index()
    engine.close()
    assert found(tmp_path, "") == 3
    with record.reading() as connection:
        assert list_letters(connection) == []


def test_a_retry_that_is_refused_as_a_whole_keeps_nothing_new_from_the_index(
    record: Record, tmp_path: Path
) -> None:
    engine = _OneFault(tmp_path / "index")
    engine.prepare()
    work = DeskWork(record, engine, memory_file=tmp_path / "m", batch=10)
    put(record, FIRST[2])
    run_once(work)
    engine.fault = ""
    put(record, *FIRST[:2])
    while work.place_waiting():
        pass
    with record.writing() as connection:
        (letter,) = list_letters(connection)
        retry(connection, [letter.number], now=NOON)
    applied = engine.write

    def write(batch: Sequence[Write]) -> WriteReport:
        done = applied(batch)
        engine.fault = "all refused"  # what is new is in; the retry comes now
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "write", write)
        assert work.index()
    engine.close()
    assert found(tmp_path, "ferry") == 2
    with record.reading() as connection:
        assert [each.reason for each in list_letters(connection)] == ["all refused"]
        assert not asked_again(connection, limit=1)


def test_a_damaged_row_of_the_inbox_does_not_stop_the_desk(record: Record, tmp_path: Path) -> None:
    put(record, *FIRST)
    with record.writing() as connection:
        first = connection.scalars(select(waiting_rows.c.seq).order_by(waiting_rows.c.seq)).first()
        damaged = update(waiting_rows).where(waiting_rows.c.seq == first).values(payload=b"junk")
        connection.execute(damaged)
    with desk(record, tmp_path) as work:
        run_once(work)
    assert set(places(record)) == {"2", "3"}
    with record.reading() as connection:
        letter = connection.execute(select(dead_letters)).one()
        assert inbox.length(connection) == 0
    assert letter.payload == b"junk"


def test_a_damaged_article_stops_neither_the_next_start_nor_the_index(
    record: Record, tmp_path: Path
) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        run_once(work)
    with record.writing() as connection:
        connection.execute(update(articles).where(articles.c.guid == "1").values(body=b"junk"))
    (tmp_path / "desk.memory").unlink()
    (tmp_path / "index").rename(tmp_path / "index-old")
    put(record, *LATER)
    for _ in range(2):
        with desk(record, tmp_path) as work:
            assert run_once(work).indexed == "yes"
        (tmp_path / "desk.memory").unlink()
    held = places(record)
    assert held["4"] == held["2"]
    assert found(tmp_path, "") == 4
    with record.reading() as connection:
        stages = connection.scalars(select(dead_letters.c.stage).order_by(dead_letters.c.stage))
        assert list(stages) == ["desk", "index"]


def test_a_revision_keeps_id_and_story(record: Record, tmp_path: Path) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        run_once(work)
    before = places(record)
    corrected = "Ferry aground, all two hundred safe"
    put(record, article("1", title=corrected, text=FERRY, outlet="Wire", source="wire"))
    with desk(record, tmp_path) as work:
        totals = run_once(work)
    assert (totals.new, totals.revised) == (0, 1)
    assert places(record) == before
    with record.reading() as connection:
        row = connection.execute(select(stories).where(stories.c.id == before["1"][1])).one()
    assert row.articles == 2


def test_a_revision_after_the_story_was_forgotten_stays_in_it(
    record: Record, tmp_path: Path
) -> None:
    put(record, *FIRST)
    with desk(record, tmp_path) as work:
        run_once(work)
        before = places(record)
        put(record, *_matters(120, at=NOON + 12 * 86_400.0))
        run_once(work)
        assert before["2"][1] not in work._known.desk._stories._memory.by_id
        corrected = "Ship stuck off Holm, all two hundred safe"
        put(record, article("2", title=corrected, text=FERRY, outlet="Paper", source="paper"))
        assert run_once(work).revised == 1
    assert places(record).items() >= before.items()


@pytest.mark.parametrize("together", [True, False])
def test_a_lone_article_that_becomes_a_copy_joins_its_twin_and_its_story_redirects(
    record: Record, tmp_path: Path, together: bool
) -> None:
    stub = article("9", title="Breaking: more follows", outlet="Sheet", source="sheet", at=NOON + 9)
    full = article(
        "9", title=FIRST[0].title, text=FERRY, outlet="Sheet", source="sheet", at=NOON + 9
    )
    with desk(record, tmp_path) as work:
        put(record, *FIRST, stub)
        if not together:
            run_once(work)
            alone = places(record)["9"][1]
        put(record, full)
        run_once(work)
    after = places(record)
    assert after["9"] == after["1"]
    with record.reading() as connection:
        held = connection.scalar(select(stories.c.articles).where(stories.c.id == after["1"][1]))
        if not together:
            assert resolve_story(connection, alone) == after["1"][1]
    assert held == sum(story == after["1"][1] for _, story in after.values())
    (tmp_path / "desk.memory").unlink()
    with desk(record, tmp_path) as work:
        memory = work._known.desk._stories._memory
        assert len(memory.of) == len(after)
        assert memory.by_id.keys() == {story for _, story in after.values()}


@pytest.mark.parametrize("together", [True, False])
def test_a_revision_without_a_date_is_as_old_for_the_desk_as_for_the_record(
    record: Record, tmp_path: Path, together: bool
) -> None:
    made = article("9", title="Ship stuck off Holm", text=FERRY, outlet="Paper", source="paper")
    first = msgspec.structs.replace(made, published=None, first_seen=NOON)
    title = "Ship stuck off Holm, all safe"
    later = article("9", title=title, text=FERRY, outlet="Paper", source="paper")
    again = msgspec.structs.replace(later, published=None, first_seen=NOON + 9 * 86_400.0)
    for some in ([first, again],) if together else ([first], [again]):
        put(record, *some)
        with desk(record, tmp_path) as work:
            run_once(work)
    with record.reading() as connection:
        row = connection.execute(select(articles)).one()
    assert (row.title, row.at, row.first_seen) == (title, NOON, NOON)
    for lost in (False, True):
        if lost:
            (tmp_path / "desk.memory").unlink()
        with desk(record, tmp_path) as work:
            assert work._known.desk._stories._memory.by_id[row.story].last == NOON


def test_an_undated_revision_of_before_is_learned_again_with_the_time_it_has_in_the_record(
    record: Record, tmp_path: Path
) -> None:
    made = msgspec.structs.replace(FIRST[0], published=None, first_seen=NOON)
    put(record, made)
    with desk(record, tmp_path) as work:
        run_once(work)
    body = pack(msgspec.structs.replace(made, first_seen=NOON + 7200))
    with record.writing() as connection:
        connection.execute(update(articles).values(body=body))
    (tmp_path / "desk.memory").unlink()
    with record.writing() as connection:
        connection.execute(delete(desk_journal))
    with desk(record, tmp_path) as work:
        (story,) = work._known.desk._stories._memory.stories.values()
        assert story.last == NOON


def _matters(count: int, *, at: float) -> list[Article]:
    """So many reports that have nothing to do with one another."""
    return [
        article(
            f"m{n}",
            title=" ".join(f"{word}{n}" for word in ("matter", "strange", "quite", "other")),
            text=" ".join(f"{word}{n}" for word in ("told", "again", "nothing", "alike") * 8),
            outlet=f"o{n}",
            source=f"s{n}",
            at=at + n,
        )
        for n in range(count)
    ]
