"""People's word survives restarts, lost memories, the journal and rebuilding from the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from copydesk.record import deleting, inbox, overruling
from copydesk.record.database import Record
from copydesk.record.overruling import Wish
from copydesk.record.reading import resolve_story
from copydesk.record.schema import articles, desk_journal, stories
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_once
from dedupe.desk import Desk
from dedupe.stories.overrules import Overrule, Overruled
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import SearchRequest
from tests.copydesk.samples import NOON, article
from tests.dedupe.stories.make import CHESS, MOSCOW

ROWS = [*MOSCOW, *CHESS]


@contextmanager
def desk(record: Record, folder: Path) -> Iterator[DeskWork]:
    engine = EmbeddedEngine.open_writer(folder / "index")
    try:
        yield DeskWork(record, engine, memory_file=folder / "desk.memory", batch=10)
    finally:
        engine.close()


def put(record: Record, name: str, row: tuple[str, str], *, hours: float) -> None:
    one = article(
        name, title=row[0], text=row[1], source=f"s{name}", outlet=name, at=NOON + 3600 * hours
    )
    with record.writing() as connection:
        inbox.put(connection, [one], received=NOON)


def ask(record: Record, wish: Wish) -> int:
    with record.writing() as connection:
        return overruling.ask(connection, wish, now=NOON)


def homes(record: Record) -> dict[str, str]:
    with record.reading() as connection:
        return {row.guid: row.story for row in connection.execute(select(articles))}


def ids(record: Record) -> dict[str, str]:
    with record.reading() as connection:
        return {row.guid: row.id for row in connection.execute(select(articles))}


def filled(record: Record, folder: Path) -> None:
    for number, row in enumerate(ROWS):
        put(record, str(number), row, hours=number / 4)
    with desk(record, folder) as work:
        run_once(work)


LOSSES = ["kept", "lost", "journal lost", "stale"]


@pytest.mark.parametrize("memory", LOSSES)
def test_a_split_survives(record: Record, tmp_path: Path, memory: str) -> None:
    filled(record, tmp_path)
    before = homes(record)
    assert before["0"] == before["1"] == before["2"] != before["3"]
    stale = (tmp_path / "desk.memory").read_bytes()
    number = ask(record, Wish(act="split", story=before["0"], articles=(ids(record)["2"],)))
    with desk(record, tmp_path) as work:
        run_once(work)
    lose(record, tmp_path / "desk.memory", memory, stale)
    put(record, "2", ("Russia accuses Ukraine again", MOSCOW[0][1]), hours=0.5)
    put(record, "late", MOSCOW[0], hours=2)
    with desk(record, tmp_path) as work:
        run_once(work)
    after = homes(record)
    with record.reading() as connection:
        new = overruling.one_asked(connection, number).outcome
    assert (after["0"], after["1"], after["2"]) == (before["0"], before["0"], new)
    assert after["late"] in (before["0"], new)


@pytest.mark.parametrize("memory", LOSSES)
def test_a_merge_and_a_pin_survive_and_the_old_id_leads_on(
    record: Record, tmp_path: Path, memory: str
) -> None:
    filled(record, tmp_path)
    before = homes(record)
    stale = (tmp_path / "desk.memory").read_bytes()
    ask(record, Wish(act="merge", story=before["3"], subject=before["0"]))
    ask(record, Wish(act="pin", story=before["3"]))
    with desk(record, tmp_path) as work:
        run_once(work)
    lose(record, tmp_path / "desk.memory", memory, stale)
    put(record, "late", MOSCOW[1], hours=2)
    with desk(record, tmp_path) as work:
        run_once(work)
    after = homes(record)
    assert {after[str(number)] for number in range(5)} == {before["0"]}
    with record.reading() as connection:
        assert resolve_story(connection, before["3"]) == before["0"]
        row = connection.execute(select(stories).where(stories.c.id == before["0"])).one()
    assert row.pinned == 1


@pytest.mark.parametrize("memory", LOSSES)
def test_the_pin_of_a_story_that_was_merged_survives(
    record: Record, tmp_path: Path, memory: str
) -> None:
    filled(record, tmp_path)
    before = homes(record)
    stale = (tmp_path / "desk.memory").read_bytes()
    ask(record, Wish(act="pin", story=before["3"]))
    ask(record, Wish(act="merge", story=before["0"], subject=before["3"]))
    with desk(record, tmp_path) as work:
        run_once(work)
    lose(record, tmp_path / "desk.memory", memory, stale)
    put(record, "late", ("Moscow drone attack: residential buildings damaged", ""), hours=2)
    with desk(record, tmp_path) as work:
        run_once(work)
    after = homes(record)
    assert after["0"] == after["3"] == before["0"] != after["late"]


@pytest.mark.parametrize("memory", LOSSES)
def test_an_undone_merge_stays_undone_and_the_id_that_went_leads_to_its_reports(
    record: Record, tmp_path: Path, memory: str
) -> None:
    filled(record, tmp_path)
    before = homes(record)
    merge = Wish(act="merge", story=before["0"], subject=before["3"])
    with desk(record, tmp_path) as work:
        number = ask(record, merge)
        run_once(work)
    stale = (tmp_path / "desk.memory").read_bytes()
    ask(record, Wish(act="undo", story=before["0"], subject=str(number)))
    with desk(record, tmp_path) as work:
        run_once(work)
    lose(record, tmp_path / "desk.memory", memory, stale)
    put(record, "3", ("Chess: a newer report of it", CHESS[0][1]), hours=0.75)
    put(record, "late", CHESS[1], hours=2)
    with desk(record, tmp_path) as work:
        run_once(work)
        known = work._known.desk._stories
        assert known._restructurer.name_now(before["3"]) == homes(record)["3"]
    after = homes(record)
    assert {after[each] for each in "012"} == {before["0"]}
    assert {after[each] for each in "34"} == {after["late"]} != {before["0"]}
    assert after["3"] != before["3"]  # an id that led elsewhere is never given anew
    with record.reading() as connection:
        assert resolve_story(connection, before["3"]) == after["3"]


def test_what_was_moved_or_deleted_since_a_merge_is_left_out_and_told(
    record: Record, tmp_path: Path
) -> None:
    filled(record, tmp_path)
    put(record, "5", CHESS[0], hours=1.5)
    with desk(record, tmp_path) as work:
        run_once(work)
        before, named = homes(record), ids(record)
        assert before["3"] == before["4"] == before["5"]
        merge = ask(record, Wish(act="merge", story=before["0"], subject=before["3"]))
        run_once(work)
        ask(record, Wish(act="split", story=before["0"], articles=(named["4"],)))
        with record.writing() as connection:
            deleting.request(connection, [named["5"]], reason="", now=NOON)
        run_once(work)
        undo = Wish(act="undo", story=before["3"], subject=str(merge))
        first, second = ask(record, undo), ask(record, undo)
        run_once(work)
    after = homes(record)
    assert after["3"] not in (after["0"], after["4"])
    assert {after[each] for each in "012"} == {before["0"]}
    with record.reading() as connection:
        done = overruling.one_asked(connection, first)
        assert (done.outcome, done.moved) == (after["3"], (named["3"],))
        assert sorted(done.left_out) == sorted((named["4"], named["5"]))
        again = overruling.one_asked(connection, second)
    assert (again.state, f"merge {merge} is undone already" in again.outcome) == ("refused", True)


def test_merges_one_after_another_are_undone_in_any_order(record: Record, tmp_path: Path) -> None:
    filled(record, tmp_path)
    put(
        record, "lone", ("Volcano wakes on Iceland", "Ash over Reykjavik grounded planes."), hours=9
    )
    with desk(record, tmp_path) as work:
        run_once(work)
        before = homes(record)
        moscow, chess, lone = (before[each] for each in ("0", "3", "lone"))
        inner = ask(record, Wish(act="merge", story=chess, subject=lone))
        run_once(work)
        outer = ask(record, Wish(act="merge", story=moscow, subject=chess))
        run_once(work)
        ask(record, Wish(act="undo", story=moscow, subject=str(outer)))
        run_once(work)
        with record.reading() as connection:
            led = {resolve_story(connection, each) for each in (chess, lone)}
        assert led == {homes(record)["3"]} == {homes(record)["lone"]} != {moscow}
        ask(record, Wish(act="undo", story=lone, subject=str(inner)))
        run_once(work)
    after = homes(record)
    assert len({after[each] for each in ("0", "3", "lone")}) == 3
    with record.reading() as connection:
        assert resolve_story(connection, lone) == after["lone"]
        assert resolve_story(connection, chess) == after["3"]


def test_of_what_is_asked_the_desk_moves_what_is_there_still(
    record: Record, tmp_path: Path
) -> None:
    filled(record, tmp_path)
    before, named = homes(record), ids(record)
    wish = Wish(act="split", story=before["0"], articles=(named["1"], named["2"]))
    ask(record, Wish(act="split", story=before["0"], articles=(named["2"],)))
    late = ask(record, wish)
    with desk(record, tmp_path) as work:
        run_once(work)
    with record.reading() as connection:
        done = overruling.one_asked(connection, late)
    assert (done.state, done.moved, done.left_out) == ("applied", (named["1"],), (named["2"],))


def lose(record: Record, file: Path, memory: str, stale: bytes) -> None:
    if memory == "lost":
        file.unlink()
    if memory == "stale":
        file.write_bytes(stale)
    if memory == "journal lost":
        file.write_bytes(stale)
        with record.writing() as connection:
            connection.execute(delete(desk_journal))


def test_search_shows_it_at_once(record: Record, tmp_path: Path) -> None:
    filled(record, tmp_path)
    before = homes(record)
    with desk(record, tmp_path) as work:
        ask(record, Wish(act="merge", story=before["0"], subject=before["3"]))
        assert work.listen() is True
        work.index()
        assert work.listen() is False
    reader = EmbeddedEngine.open_reader(tmp_path / "index")
    page = reader.search(SearchRequest(query=f"story:{before['0']}"))
    reader.close()
    assert page.total == len(ROWS)


def test_what_became_impossible_meanwhile_is_refused(record: Record, tmp_path: Path) -> None:
    filled(record, tmp_path)
    before = homes(record)
    merge = Wish(act="merge", story=before["0"], subject=before["3"])
    first, second = ask(record, merge), ask(record, merge)
    with desk(record, tmp_path) as work:
        run_once(work)
    with record.reading() as connection:
        assert overruling.one_asked(connection, first).state == "applied"
        told = overruling.one_asked(connection, second)
    assert (told.state, "one story already" in told.outcome) == ("refused", True)


def test_a_word_that_the_desk_stumbles_over_is_refused_first(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choke(_desk: Desk, _order: Overrule) -> Overruled:
        raise ZeroDivisionError("poison")

    filled(record, tmp_path)
    number = ask(record, Wish(act="pin", story=homes(record)["0"]))
    monkeypatch.setattr(Desk, "overrule", choke)
    with desk(record, tmp_path) as work, pytest.raises(ZeroDivisionError):
        run_once(work)
    with record.reading() as connection:
        assert overruling.one_asked(connection, number).outcome == "ZeroDivisionError: poison"
    with desk(record, tmp_path) as work:
        run_once(work)
