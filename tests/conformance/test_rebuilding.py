"""A new index is built while the old one is written and asked, then takes its place at once."""

from contextlib import suppress

import pytest

from indexer.documents import ArticleDocument
from indexer.engines.protocol import Engine, Noted, Put, Rebuild, Remove, SearchRequest, Write
from indexer.errors import EngineUnavailableError
from tests.conformance.conftest import Place
from tests.conformance.corpus import MAY_30, writes

MONTH = 31 * 86_400.0


def article(version: int) -> Put:
    """Every seventh was first seen in another month than the one before."""
    at = MAY_30 + version // 7 * MONTH
    document = ArticleDocument(id=f"id{version:03}", title=f"storm {version}", first_seen=at)
    return Put(version=version, document=document)


LOG: list[Write] = [article(version) for version in range(1, 31)]


def found(engine: Engine, query: str = "storm") -> int:
    return engine.search(SearchRequest(query=query)).total


def put(engine: Engine | Rebuild, log: list[Write]) -> None:
    engine.write(log)
    engine.refresh()


def test_the_old_index_answers_until_the_new_one_does(place: Place) -> None:
    desk, reader = place(), place()
    desk.prepare()
    put(desk, [*LOG, article(31)])
    new = place.rebuild()
    new.prepare()
    put(new, LOG[:20])
    assert (found(desk), found(reader), desk.position()) == (31, 31, 31)
    put(new, [*LOG[20:], Remove(version=31, kind="article", id="id003")])
    assert (found(desk), found(reader)) == (31, 31)
    new.exchange()
    new.close()
    assert (found(desk), found(reader)) == (29, 29)
    assert (desk.position(), reader.position()) == (31, 31)
    put(desk, [article(32)])
    assert (found(reader), reader.position()) == (30, 32)
    desk.close()
    reader.close()


def test_a_position_says_of_which_log_it_is(place: Place) -> None:
    desk = place()
    desk.prepare()
    assert desk.noted() == Noted()
    put(desk, LOG[:10])
    assert desk.noted() == Noted(position=10)
    desk.follow("this")
    put(desk, LOG[10:11])
    assert desk.noted() == Noted(position=11, timeline="this")
    desk.close()
    desk = place()
    desk.prepare()
    put(desk, LOG[11:12])  # of the same log: nobody says otherwise
    assert desk.noted() == Noted(position=12, timeline="this")
    new = place.rebuild()
    new.prepare()
    new.follow("that")
    put(new, LOG[:20])
    assert desk.noted() == Noted(position=12, timeline="this")
    new.exchange()
    new.close()
    assert desk.noted() == Noted(position=20, timeline="that")
    desk.follow("that")
    put(desk, LOG[20:21])
    assert desk.noted() == Noted(position=21, timeline="that")
    desk.close()


def test_what_was_written_meanwhile_is_read_again_from_the_log(place: Place) -> None:
    desk = place()
    desk.prepare()
    put(desk, LOG[:10])
    new = place.rebuild()
    new.prepare()
    put(new, LOG[:10])
    put(desk, LOG[10:25])
    new.exchange()
    # The desk does not know yet, and may be in the middle of a batch.
    with suppress(EngineUnavailableError):
        put(desk, LOG[25:])
    position = desk.position()
    assert position == 10
    put(desk, [write for write in LOG if write.version > position])
    assert (found(desk), desk.position()) == (30, 30)
    desk.close()
    again = place()
    again.prepare()
    assert (found(again), again.position()) == (30, 30)
    again.close()


def test_an_attempt_that_was_given_up_leaves_nothing(place: Place) -> None:
    desk = place()
    desk.prepare()
    put(desk, LOG[:5])
    for _ in range(2):
        given_up = place.rebuild()
        given_up.prepare()
        put(given_up, LOG)
        given_up.close()
        assert found(desk) == 5
    for _ in range(2):
        new = place.rebuild()
        new.prepare()
        put(new, LOG[:7])
        new.exchange()
        new.close()
        assert (found(desk), desk.position()) == (7, 7)
    desk.close()


def test_there_need_not_be_an_index_before(place: Place) -> None:
    new = place.rebuild()
    new.prepare()
    put(new, writes())
    new.exchange()
    new.close()
    desk = place()
    desk.prepare()
    assert desk.position() == len(writes())
    assert desk.search(SearchRequest(query="moscow")).total > 0
    desk.close()


@pytest.mark.parametrize("rounds", [3])
def test_rebuilding_again_and_again(place: Place, rounds: int) -> None:
    desk = place()
    desk.prepare()
    put(desk, LOG)
    before = desk.search(SearchRequest(limit=1000))
    for _ in range(rounds):
        new = place.rebuild()
        new.prepare()
        put(new, LOG)
        new.exchange()
        new.close()
        assert desk.position() == 30
        assert desk.search(SearchRequest(limit=1000)) == before
        put(desk, LOG[-3:])
    assert desk.search(SearchRequest(limit=1000)) == before
    desk.close()
