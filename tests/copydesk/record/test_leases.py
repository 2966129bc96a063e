"""Many crawl processes, one record: each source is in one hand at a time."""

import threading
import time

import msgspec
from sqlalchemy import select

from config.sources import Source
from copydesk.record import leases, registry
from copydesk.record.database import Record
from copydesk.record.leases import LEASE_SECONDS
from copydesk.record.registry import Outlook, SourceRow
from copydesk.record.schema import fetches
from crawler.job import FeedResult, Validators

OUTLOOK = Outlook(
    due=9e9, interval=800.0, reason="r", failures=0, retired=0, history=b"", move_to=""
)


def result(source: str, etag: str) -> FeedResult:
    validators = Validators(etag=etag)
    return FeedResult(source=source, outcome="ok", started=1.0, elapsed=1.0, validators=validators)


def add(record: Record, count: int) -> None:
    with record.writing() as connection:
        for number in range(count):
            source = Source(id=f"s{number:03d}", url=f"https://{number}.example/feed")
            registry.add(connection, source, origin="added", now=1.0)


def take(record: Record, worker: str, limit: int, *, now: float) -> list[str]:
    with record.claiming() as connection:
        return [row.id for row in leases.lease_due(connection, worker, now=now, limit=limit)]


def save(record: Record, worker: str, etag: str, due: float = 9e9) -> None:
    with record.writing() as connection:
        outlook = msgspec.structs.replace(OUTLOOK, due=due)
        registry.save_result(connection, result("s000", etag), outlook, worker=worker)


def first(record: Record) -> SourceRow:
    with record.reading() as connection:
        return registry.one(connection, "s000")


def test_each_source_goes_to_one_worker(any_record: Record) -> None:
    add(any_record, 3)
    now = time.time()
    assert take(any_record, "one", 2, now=now) == ["s000", "s001"]
    assert take(any_record, "two", 9, now=now) == ["s002"]
    assert take(any_record, "one", 9, now=now) == []
    save(any_record, "one", "x", due=0.0)
    assert take(any_record, "two", 9, now=now) == ["s000"]


def test_a_source_locked_by_one_process_is_passed_over_by_the_next(any_record: Record) -> None:
    if any_record.dialect == "sqlite":
        return  # one writer at a time: there is nothing to pass over
    add(any_record, 2)
    with any_record.claiming() as connection:
        held = leases.lease_due(connection, "one", now=2.0, limit=1)
        assert [row.id for row in held] == ["s000"]
        assert take(any_record, "two", 9, now=2.0) == ["s001"]


def test_many_workers_at_once_take_each_source_once(any_record: Record) -> None:
    add(any_record, 60)
    taken: list[str] = []

    def work(name: str) -> None:
        while some := take(any_record, name, 4, now=time.time()):
            taken.extend(some)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [f"s{number:03d}" for number in range(60)]


def test_leases_of_the_dead_end_by_themselves(record: Record) -> None:
    add(record, 1)
    assert take(record, "dead", 1, now=1000.0) == ["s000"]
    assert take(record, "heir", 1, now=1000.0 + LEASE_SECONDS - 1) == []
    assert take(record, "heir", 1, now=1000.0 + LEASE_SECONDS) == ["s000"]


def test_a_lease_is_renewed_while_the_fetch_lasts_and_given_back_at_the_end(
    record: Record,
) -> None:
    add(record, 1)
    take(record, "slow", 1, now=1000.0)
    with record.claiming() as connection:
        leases.renew(connection, "slow", now=1050.0)
    assert take(record, "other", 1, now=1100.0) == []
    with record.claiming() as connection:
        leases.release(connection, "slow")
    assert take(record, "other", 1, now=1100.0) == ["s000"]


def test_a_clock_set_back_frees_leases_of_the_future(record: Record) -> None:
    add(record, 1)
    take(record, "one", 1, now=100_000.0)
    assert take(record, "two", 1, now=10_000.0) == ["s000"]


def test_the_result_of_a_lost_lease_does_not_change_the_schedule(record: Record) -> None:
    add(record, 1)
    take(record, "slow", 1, now=1000.0)
    take(record, "quick", 1, now=2000.0)
    save(record, "slow", "old", due=5.0)  # the other has it in hand
    assert (first(record).etag, first(record).due) == ("", 0.0)
    save(record, "quick", "new", due=7777.0)
    save(record, "slow", "old", due=5.0)  # the other has polled it since
    assert (first(record).etag, first(record).due) == ("new", 7777.0)
    with record.reading() as connection:
        assert len(connection.execute(select(fetches)).all()) == 3


def test_one_source_whether_due_or_not(any_record: Record) -> None:
    add(any_record, 1)
    listed = first(any_record)
    with any_record.claiming() as connection:
        held = leases.lease(connection, "one", listed, now=2.0)
        assert held is not None
        assert leases.lease(connection, "two", listed, now=2.0) is None
        gone = msgspec.structs.replace(listed, id="gone")
        assert leases.lease(connection, "two", gone, now=2.0) is None
    save(any_record, "one", "x", due=0.0)
    with any_record.claiming() as connection:
        assert leases.lease(connection, "two", listed, now=2.0) is None  # it has been polled since
    listed = first(any_record)
    with any_record.claiming() as connection:
        assert leases.lease(connection, "two", listed, now=2.0) is not None


def test_the_database_clock_decides_where_there_is_one(any_record: Record) -> None:
    with any_record.reading() as connection:
        clock = leases.database_clock(connection, 5.0)
    assert clock == 5.0 if any_record.dialect == "sqlite" else abs(clock - time.time()) < 60
