"""A desk that was not there before a deletion follows by the places that others give."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from copydesk.record import changelog, deleting, inbox, overruling
from copydesk.record.database import Record
from copydesk.record.overruling import Wish
from copydesk.record.reading import resolve_story
from copydesk.record.schema import articles, dead_letters, desk_journal, stories
from copydesk.roles import memory
from copydesk.roles.desk import DeskWork
from copydesk.roles.memory import Known
from crawler.article import Article
from dedupe.desk import Desk
from dedupe.document import Document
from indexer.engines.embedded import EmbeddedEngine
from tests.copydesk.roles.test_desk import FIRST, LATER, QUAKE
from tests.copydesk.roles.test_memory import Blind
from tests.copydesk.samples import NOON, article
from tests.dedupe.stories.make import MOSCOW

KILLED = article("killed", title="Withdrawn by its agency", text="It should not have been sent.")


@contextmanager
def desk(record: Record, folder: Path, known: Known | None = None) -> Iterator[DeskWork]:
    engine = EmbeddedEngine.open_writer(folder / "index")
    engine.prepare()
    try:
        yield DeskWork(record, engine, memory_file=folder / "memory", batch=10, known=known)
    finally:
        engine.close()


@pytest.fixture
def leader(any_record: Record, tmp_path: Path) -> Iterator[DeskWork]:
    """A desk that joins no story at once but merges them later: another would decide otherwise."""
    (tmp_path / "leader").mkdir()
    with desk(any_record, tmp_path / "leader", Known(desk=Desk(stories=Blind()))) as work:
        yield work


def place(record: Record, work: DeskWork, *some: Article) -> None:
    with record.writing() as connection:
        inbox.put(connection, some, received=NOON)
    while work.place_waiting():
        pass


def id_of(record: Record, guid: str) -> str:
    with record.reading() as connection:
        found = connection.scalars(select(articles.c.id).where(articles.c.guid == guid)).one()
    return str(found)


def kill(record: Record, work: DeskWork, guid: str) -> None:
    killed = id_of(record, guid)
    with record.writing() as connection:
        deleting.request(connection, [killed], reason="killed", now=NOON)
    assert work.delete_requested()


def moscow(guid: str, number: int, *, hours: float, title: str = "") -> Article:
    name, text = MOSCOW[number]
    at = NOON + 3600 * hours
    return article(guid, title=title or name, text=text, source=guid, outlet=guid, at=at)


def later(guid: str, *, hours: float) -> Article:
    """Something of its own."""
    return article(guid, title=f"Item{guid}", at=NOON + 3600 * hours)


def hours_pass(record: Record, work: DeskWork, *, hours: float) -> None:
    """Have the desk look at what it postponed, two stories an article: it merges Moscow's."""
    place(record, work, *(later(f"{hours}-{number}", hours=hours) for number in range(5)))


def recorded(record: Record) -> dict[str, tuple[str, str]]:
    with record.reading() as connection:
        rows = connection.execute(select(articles)).all()
    return {row.id: (row.copy_group, row.story) for row in rows}


def remembered(known: Known) -> dict[str, tuple[str, str]]:
    held, of = known.desk._copies._held, known.desk._stories._memory.of
    groups = {id_: held.groups.name(held.group(slot)) for id_, slot in held.slots.items()}
    assert groups.keys() == of.keys()
    return {id_: (group, of[id_].id) for id_, group in groups.items()}


def follows(known: Known, record: Record) -> None:
    """Quietly, to the head, with every article where the record has it."""
    with capture_logs() as logs:
        known.follow(record)
    assert logs == []
    assert remembered(known) == recorded(record)
    with record.reading() as connection:
        assert known.position == changelog.head(connection)


def started_after_a_deletion(record: Record, leader: DeskWork, folder: Path) -> Known:
    place(record, leader, *FIRST, KILLED, *(moscow(f"m{each}", each, hours=0) for each in range(3)))
    kill(record, leader, "killed")
    with capture_logs() as logs:
        known = memory.load(folder / "standby", record)
    (log,) = logs
    assert "not there any more as it was" in log["event"]
    return known


def test_a_standby_without_the_whole_trail_learns_anew_but_once(
    any_record: Record, leader: DeskWork, tmp_path: Path
) -> None:
    standby = started_after_a_deletion(any_record, leader, tmp_path)
    follows(standby, any_record)
    apart = {recorded(any_record)[id_of(any_record, f"m{each}")][1] for each in range(3)}
    hours_pass(any_record, leader, hours=0.2)
    together = {recorded(any_record)[id_of(any_record, f"m{each}")][1] for each in range(3)}
    assert len(together) < len(apart)
    follows(standby, any_record)
    place(any_record, leader, moscow("m4", 2, hours=2), *LATER)
    follows(standby, any_record)
    again = article("1", title="Quake, not ferry", text=QUAKE, outlet="Elsewhere")
    place(any_record, leader, again, article("0.2-1", title="Item again", at=NOON + 7200))
    follows(standby, any_record)
    kill(any_record, leader, "m0")
    place(any_record, leader, moscow("m3", 0, hours=3))
    hours_pass(any_record, leader, hours=4)
    follows(standby, any_record)


def test_what_people_order_reaches_a_standby_without_the_whole_trail(
    any_record: Record, leader: DeskWork, tmp_path: Path
) -> None:
    standby = started_after_a_deletion(any_record, leader, tmp_path)
    hours_pass(any_record, leader, hours=0.2)
    homes = recorded(any_record)
    ids = {guid: id_of(any_record, guid) for guid in ("m0", "m1", "0.2-0", "0.2-1")}
    story = homes[ids["m0"]][1]
    assert story == homes[ids["m1"]][1]
    for wish in (
        Wish(act="split", story=story, articles=(ids["m1"],)),
        Wish(act="merge", story=homes[ids["0.2-0"]][1], subject=homes[ids["0.2-1"]][1]),
        Wish(act="pin", story=story),
    ):
        with any_record.writing() as connection:
            overruling.ask(connection, wish, now=NOON)
        assert leader.overrule()
        place(any_record, leader, later(f"after {wish.act}", hours=1))
    follows(standby, any_record)
    word = standby.desk._stories._word
    assert word.state() == leader._known.desk._stories._word.state()


def test_an_undone_merge_reaches_a_standby_that_learned_of_the_merge(
    any_record: Record, leader: DeskWork, tmp_path: Path
) -> None:
    standby = started_after_a_deletion(any_record, leader, tmp_path)
    hours_pass(any_record, leader, hours=0.2)
    one, other = (recorded(any_record)[id_of(any_record, guid)][1] for guid in ("0.2-0", "0.2-1"))
    for wish in (
        Wish(act="merge", story=one, subject=other),
        Wish(act="undo", story=one, subject="1"),
    ):
        with any_record.writing() as connection:
            overruling.ask(connection, wish, now=NOON)
        assert leader.overrule()
        follows(standby, any_record)
        for known in (standby, leader._known):
            names = known.desk._stories._restructurer.name_now
            with any_record.reading() as connection:
                for story in (one, other):
                    assert names(story) == resolve_story(connection, story), wish.act


def test_a_standby_that_takes_over_goes_on_with_the_stories_of_the_record(
    any_record: Record, leader: DeskWork, tmp_path: Path
) -> None:
    standby = started_after_a_deletion(any_record, leader, tmp_path)
    hours_pass(any_record, leader, hours=0.2)
    before = recorded(any_record)
    with desk(any_record, tmp_path, standby) as work:
        place(any_record, work, moscow("m3", 0, hours=2), *LATER)
        work.save_if_worth()  # from here on its decisions can be told again
        place(any_record, work, later("z", hours=3))
        after = recorded(any_record)
        assert before.items() <= after.items()
        assert after[id_of(any_record, "m3")] == before[id_of(any_record, "m0")]
        with any_record.reading() as connection:
            told = connection.execute(select(stories.c.id, stories.c.articles)).all()
            counted = connection.execute(
                select(articles.c.story, func.count()).group_by(articles.c.story)
            ).all()
        assert {row.id: row.articles for row in told if row.articles} == dict(map(tuple, counted))
        with capture_logs() as logs:
            killed = memory.load(tmp_path / "memory", any_record)
        assert logs == []
        assert killed.follows == "decisions"
        assert killed.desk.snapshot() == work._known.desk.snapshot()


def test_what_was_learned_is_saved_as_such(
    any_record: Record, leader: DeskWork, tmp_path: Path
) -> None:
    standby = started_after_a_deletion(any_record, leader, tmp_path)
    assert standby.must_be_saved()
    memory.save(tmp_path / "standby", standby)
    hours_pass(any_record, leader, hours=0.2)
    kill(any_record, leader, "0.2-1")  # a text that it need not be told again
    with capture_logs() as logs:
        standby = memory.load(tmp_path / "standby", any_record)
    assert logs == []
    follows(standby, any_record)
    assert not standby.must_be_saved()


def test_a_leader_that_starts_without_the_whole_trail_learns_once_and_leads(
    any_record: Record, leader: DeskWork, tmp_path: Path
) -> None:
    started_after_a_deletion(any_record, leader, tmp_path)
    with capture_logs() as logs, desk(any_record, tmp_path) as work:
        for guid in "xyz":
            place(any_record, work, later(guid, hours=1))
        work.save_if_worth()
    assert [each["event"].partition(":")[0] for each in logs] == [
        "rebuilding the desk's memory from the articles"
    ]
    with capture_logs() as logs, desk(any_record, tmp_path) as work:
        place(any_record, work, *LATER)
    assert logs == []


def test_where_nothing_tells_what_came_since_all_is_learned_anew(
    any_record: Record, leader: DeskWork, tmp_path: Path
) -> None:
    standby = started_after_a_deletion(any_record, leader, tmp_path)
    place(any_record, leader, *LATER)
    with any_record.writing() as connection:
        connection.execute(desk_journal.delete())
    with capture_logs() as logs:
        standby.follow(any_record)
    (log,) = logs
    assert "nothing tells what came after change" in log["event"]
    follows(standby, any_record)


def test_what_a_standby_cannot_learn_is_a_dead_letter(
    any_record: Record, leader: DeskWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standby = started_after_a_deletion(any_record, leader, tmp_path)
    plain = Desk.readopt

    def choking(desk: Desk, document: Document, group: str, story: str) -> None:
        if document.title == "Indigestible":
            raise ZeroDivisionError
        plain(desk, document, group, story)

    monkeypatch.setattr(Desk, "readopt", choking)
    place(any_record, leader, article("p", title="Indigestible"), *LATER)
    standby.follow(any_record)
    with any_record.reading() as connection:
        letter = connection.execute(select(dead_letters)).one()
        assert standby.position == changelog.head(connection)
    assert letter.reason.startswith("it cannot be learned again: ZeroDivisionError")
    assert len(remembered(standby)) == len(recorded(any_record)) - 1
