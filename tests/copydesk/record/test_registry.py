"""Sources in the record: the configuration's word, a person's word, and the server's word."""

import msgspec
import pytest

from config.sources import Source
from copydesk.record import registry
from copydesk.record.database import Record
from copydesk.record.reading_health import source_health
from copydesk.record.registry import Outlook, SourceRow
from crawler.job import FeedResult, Validators

MINE = Source(id="mine", url="https://news.example/feed", outlet="Mine")
RESULT = FeedResult(
    source="mine",
    outcome="ok",
    started=100.0,
    elapsed=1.0,
    items=3,
    new_items=2,
    validators=Validators(etag='"x"'),
)
OUTLOOK = Outlook(
    due=900.0, interval=800.0, reason="r", failures=0, retired=0, history=b"", move_to=""
)


def register(record: Record, *sources: Source) -> None:
    with record.writing() as connection:
        registry.register(connection, sources, origin="configured", now=1.0)


def save(record: Record, result: FeedResult, outlook: Outlook) -> None:
    with record.writing() as connection:
        registry.save_result(connection, result, outlook)


def stands(record: Record) -> tuple[bool, str]:
    """Whether it is fetched, and what is said of it."""
    with record.reading() as connection:
        (health,) = source_health(connection, now=2.0)
        return bool(registry.due(connection, now=2.0, limit=1)), health.reason


def mine(record: Record) -> SourceRow:
    with record.reading() as connection:
        return registry.one(connection, "mine")


def test_a_fetch_is_written_down_and_the_source_is_due_later(any_record: Record) -> None:
    register(any_record, MINE)
    with any_record.reading() as connection:
        assert [row.id for row in registry.due(connection, now=50.0, limit=5)] == ["mine"]
    save(any_record, RESULT, OUTLOOK)
    assert (mine(any_record).etag, mine(any_record).due) == ('"x"', 900.0)
    with any_record.reading() as connection:
        assert registry.due(connection, now=50.0, limit=5) == []
        assert [row.id for row in registry.due(connection, now=901.0, limit=5)] == ["mine"]


def test_a_clock_set_back_does_not_silence_a_source(any_record: Record) -> None:
    register(any_record, MINE)
    day = 86_400.0
    save(
        any_record,
        msgspec.structs.replace(RESULT, started=day),
        msgspec.structs.replace(OUTLOOK, due=day + 800),
    )
    with any_record.reading() as connection:
        assert registry.due(connection, now=day + 10, limit=5) == []
        assert [row.id for row in registry.due(connection, now=10.0, limit=5)] == ["mine"]


def test_a_failure_keeps_the_validators(any_record: Record) -> None:
    register(any_record, MINE)
    save(any_record, RESULT, OUTLOOK)
    failed = FeedResult(
        source="mine", outcome="timeout", started=950.0, elapsed=60.0, error="no answer"
    )
    save(any_record, failed, msgspec.structs.replace(OUTLOOK, failures=1))
    row = mine(any_record)
    assert (row.etag, row.failures, row.last_error) == ('"x"', 1, "no answer")


def test_nothing_that_a_server_says_keeps_its_fetch_from_being_written(any_record: Record) -> None:
    register(any_record, MINE)
    nasty = "a\x00b\ud800"
    validators = Validators(etag=nasty, last_modified=nasty)
    save(any_record, msgspec.structs.replace(RESULT, validators=validators), OUTLOOK)
    failed = msgspec.structs.replace(RESULT, outcome="broken", error=nasty, validators=validators)
    moved = msgspec.structs.replace(OUTLOOK, move_to=f"https://news.example/{nasty}")
    save(any_record, failed, moved)
    found = mine(any_record)
    assert (found.etag, found.last_error, found.url) == (
        "ab?", "ab?", "https://news.example/ab?"
    )  # fmt: skip


def test_a_feed_that_moved_for_good_stays_where_it_is(any_record: Record) -> None:
    register(any_record, MINE)
    save(any_record, RESULT, msgspec.structs.replace(OUTLOOK, move_to="https://new.example/feed"))
    register(any_record, MINE)
    row = mine(any_record)
    assert (row.url, row.etag) == ("https://new.example/feed", '"x"')
    register(any_record, msgspec.structs.replace(MINE, url="https://third.example/feed"))
    assert (mine(any_record).url, mine(any_record).etag) == ("https://third.example/feed", "")


def test_both_the_configuration_and_a_person_can_pause(any_record: Record) -> None:
    """Each takes back its own word only."""
    register(any_record, MINE)
    with any_record.writing() as connection:
        registry.pause(connection, "mine")
    register(any_record, MINE)
    assert stands(any_record) == (False, "a person paused it")
    register(any_record, msgspec.structs.replace(MINE, paused="yes"))
    with any_record.writing() as connection:
        assert registry.resume(connection, "mine").paused
    assert stands(any_record) == (False, "the configuration pauses it")
    with any_record.writing() as connection:
        registry.pause(connection, "mine")
    register(any_record, MINE)
    assert stands(any_record) == (False, "a person paused it")
    with any_record.writing() as connection:
        assert not registry.resume(connection, "mine").paused
    assert stands(any_record)[0]


def test_a_pause_taken_out_of_the_configuration_ends(any_record: Record) -> None:
    register(any_record, msgspec.structs.replace(MINE, paused="yes"))
    assert stands(any_record) == (False, "the configuration pauses it")
    register(any_record, MINE)
    assert stands(any_record)[0]


def test_an_added_source_is_not_lost_to_a_configured_one_of_its_id(
    any_record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    with any_record.writing() as connection:
        registry.add(connection, MINE, origin="added", now=1.0)
    save(any_record, RESULT, OUTLOOK)
    before = mine(any_record)
    other = Source(id="mine", url="https://other.example/feed", outlet="Other")
    next_one = Source(id="next", url="https://next.example/feed")
    register(any_record, other, next_one)
    assert mine(any_record) == before
    told = capsys.readouterr().out
    assert "the configured source mine is left out" in told
    assert "copydesk sources remove mine" in told
    with any_record.reading() as connection:
        wanted = [other, next_one]
        assert registry.taken(connection, wanted, origin="configured") == ["mine"]
    register(any_record)  # the configured ones go, the added one stays
    assert mine(any_record) == before
    with any_record.writing() as connection:
        registry.remove(connection, "mine")
    register(any_record, other)
    assert mine(any_record).url == other.url


@pytest.mark.parametrize("address", ["https://news.example/feed", "https://news.example/moved"])
def test_an_added_source_may_go_into_the_configuration(any_record: Record, address: str) -> None:
    with any_record.writing() as connection:
        registry.add(connection, MINE, origin="added", now=1.0)
    moved = msgspec.structs.replace(OUTLOOK, move_to="https://news.example/moved")
    save(any_record, RESULT, moved)
    register(any_record, msgspec.structs.replace(MINE, url=address))
    assert (mine(any_record).origin, mine(any_record).configured_url) == ("configured", address)


def test_a_source_that_is_configured_no_more_goes_and_added_ones_stay(any_record: Record) -> None:
    register(any_record, MINE)
    with any_record.writing() as connection:
        other = Source(id="other", url="https://other.example/feed")
        registry.add(connection, other, origin="added", now=1.0)
    register(any_record)
    with any_record.reading() as connection:
        assert [row.id for row in registry.every(connection)] == ["other"]
    save(any_record, RESULT, OUTLOOK)  # a fetch that was under way meanwhile
