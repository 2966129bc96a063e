"""Receivers on real sockets hear what matched: in order, at least once, each at its own pace."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from copydesk.alerts import deliveries, receivers, searches, webhook
from copydesk.alerts.deliveries import Standing, State
from copydesk.alerts.posting import Poster
from copydesk.alerts.receivers import Shown
from copydesk.alerts.telling import Telling
from copydesk.alerts.webhook import Message, Receiver
from copydesk.errors import LeadershipLostError
from copydesk.record.database import Record
from copydesk.record.leadership import leading
from copydesk.record.schema import articles
from crawler.fetch.addresses import AddressGuard
from tests.conftest import ROOT
from tests.copydesk.alerts import test_later
from tests.copydesk.alerts.test_alerts import match, place, save
from tests.copydesk.samples import NOON
from tests.crawler.site import Asked, Site, response

KEY = webhook.new_key()
TAKEN = response(status=204)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = NOON + 1000.0


def listen(record: Record, site: Site, path: str = "/hook", name: str = "ferries") -> int:
    """A search for ferries whose matches are told to a path of the site."""
    saved = save(record, name, "ferry")
    receiver = Receiver(search=saved.id, address=site.url(path), key=KEY)
    with record.writing() as connection:
        receivers.add(connection, receiver)
    return saved.id


def find(record: Record, numbers: Sequence[int]) -> None:
    """Have so many articles match."""
    for number in numbers:
        place(record, number, f"Ferry {number} aground", text=f"Only about ferry {number}.")
    match(record)


def telling(
    record: Record, *sites: Site, clock: Clock | None = None, deadline: float = 5.0
) -> Telling:
    guard = AddressGuard.parse(tuple(site.allowed for site in sites))
    clock = clock or Clock()
    poster = Poster(guard, deadline=deadline)
    return Telling(record, poster, now=lambda: clock.now, chance=lambda: 0.5)


def told(site: Site, path: str = "/hook") -> list[list[str]]:
    """The titles of the articles of each message."""
    bodies = [json.loads(asked.body) for asked in site.asked if asked.path == path]
    return [[each["id"] for each in body["data"]["matches"]] for body in bodies]


def state(record: Record, search: int) -> Shown:
    with record.reading() as connection:
        receiver = receivers.of_search(connection, search)
    assert receiver is not None
    return receivers.shown(receiver)


async def test_matches_are_told_once_and_in_order(any_record: Record) -> None:
    async with Site({"/hook": TAKEN}) as site:
        listen(any_record, site)
        work = telling(any_record, site)
        await work.once()
        assert site.asked == []
        find(any_record, [1, 2, 3])
        await work.once()
        await work.once()
        find(any_record, [4])
        await work.once()
    assert told(site) == [["a1", "a2", "a3"], ["a4"]]
    first = site.asked[0]
    message = Message(id=first.headers["webhook-id"], last=0, body=first.body)
    stamp = float(first.headers["webhook-timestamp"])
    right = webhook.headers((KEY,), message, now=stamp)["webhook-signature"]
    assert first.headers["webhook-signature"] == right
    assert state(any_record, 1).state == "active"


async def test_many_matches_are_told_in_several_messages(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "BATCH", 2)
    async with Site({"/hook": TAKEN}) as site:
        listen(record, site)
        find(record, range(1, 6))
        await telling(record, site).once()
    assert told(site) == [["a1", "a2"], ["a3", "a4"], ["a5"]]
    assert len({asked.headers["webhook-id"] for asked in site.asked}) == 3


async def test_what_failed_is_sent_again_as_it_was_and_before_all_else(any_record: Record) -> None:
    clock, answers = Clock(), [response(status=500), response(status=503), TAKEN, TAKEN]
    async with Site({"/hook": lambda _: answers.pop(0)}) as site:
        search = listen(any_record, site)
        work = telling(any_record, site, clock=clock)
        find(any_record, [1, 2])
        await work.once()
        assert state(any_record, search) == Shown(
            address=site.url("").rstrip("/"),
            state="failing",
            told=0,
            last_told=None,
            failures=1,
            failing_since=clock.now,
            next_attempt=clock.now + 5,
            error="it answered 500",
        )
        find(any_record, [3])
        await work.once()
        assert len(site.asked) == 1  # it is not time yet
        clock.now += 5
        await work.once()
        clock.now += 15
        await work.once()
    assert told(site) == [["a1", "a2"]] * 3 + [["a3"]]
    first, second, third, _ = site.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body == third.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert (state(any_record, search).state, state(any_record, search).failures) == ("active", 0)


async def test_what_waits_and_what_became_of_messages_is_counted(any_record: Record) -> None:
    clock, answers = Clock(), [TAKEN, response(status=500), response(status=410)]
    async with Site({"/hook": lambda _: answers.pop(0)}) as site:
        search = listen(any_record, site)
        save(any_record, "told to nobody", "ferry")
        work = telling(any_record, site, clock=clock)
        find(any_record, [1, 2])
        assert standings(any_record)["active"] == Standing(
            receivers=1, waiting=2, waiting_since=NOON + 500
        )
        await work.once()
        assert standings(any_record)["active"] == Standing(receivers=1)
        find(any_record, [3])
        await work.once()
        assert standings(any_record)["failing"] == Standing(
            receivers=1, waiting=1, waiting_since=NOON + 500, failing_since=clock.now
        )
        clock.now += 5
        find(any_record, [4])
        await work.once()
    assert standings(any_record) == {
        "active": Standing(),
        "failing": Standing(),
        "stopped": Standing(
            receivers=1, waiting=2, waiting_since=NOON + 500, failing_since=clock.now - 5
        ),
    }
    with any_record.writing() as connection:
        searches.remove(connection, searches.one_search(connection, search))
    assert standings(any_record)["stopped"] == Standing()
    with any_record.reading() as connection:  # as a counter must not fall
        assert deliveries.counted(connection) == {"delivered": 2, "failed": 2, "given-up": 1}


def standings(record: Record) -> Mapping[State, Standing]:
    with record.reading() as connection:
        return deliveries.standings(connection)


async def test_a_receiver_that_fails_for_hours_is_told_of_again(record: Record) -> None:
    clock = Clock()
    async with Site({"/hook": response(status=500)}) as site:
        listen(record, site)
        find(record, [1])
        work = telling(record, site, clock=clock)
        with capture_logs() as logs:
            for _ in range(8):
                await work.once()
                clock.now += 3600
    warned = [log["event"] for log in logs if log["log_level"] == "warning"]
    assert "is not told yet: it answered 500" in warned[0]
    assert "has taken nothing for 1 hours: it answered 500" in warned[1]
    assert "for 6 hours" in warned[-1]


async def test_gone_ends_it_until_a_person_resumes(any_record: Record) -> None:
    site = Site({"/hook": response(status=410)})
    async with site:
        search = listen(any_record, site)
        work = telling(any_record, site)
        find(any_record, [1])
        with capture_logs() as logs:
            await work.once()
        find(any_record, [2])
        await work.once()
        assert len(site.asked) == 1
        assert (state(any_record, search).state, state(any_record, search).error) == (
            "stopped",
            "it answered 410",
        )
        assert any("is told no more: it answered 410" in log["event"] for log in logs)
        assert "/hook" not in str(logs)
        assert KEY not in str(logs)
        site.routes["/hook"] = TAKEN
        with any_record.writing() as connection:
            known = searches.one_search(connection, search)
            receivers.resume(connection, known, now=NOON + 1000)
        await work.once()
    assert told(site) == [["a1"], ["a1"], ["a2"]]


@pytest.mark.parametrize(
    ("status", "heard"), [(204, ["a2"]), (500, ["a1", "a2"]), (410, ["a1", "a2"])]
)
async def test_an_address_may_change_while_the_one_before_is_told(
    any_record: Record, status: int, heard: list[str]
) -> None:
    """What the one before took is not told again; that it failed says nothing of the new one."""
    site = Site({"/new": TAKEN})

    def change(_: Asked) -> bytes:
        with any_record.writing() as connection:
            saved = searches.one_search(connection, "ferries")
            receivers.name(connection, saved, site.url("/new"), now=NOON)
            receivers.renew_key(connection, saved, now=NOON + 1000)
        find(any_record, [2])
        return response(status=status)

    async with site:
        site.routes["/hook"] = change
        search = listen(any_record, site)
        find(any_record, [1])
        await telling(any_record, site).once()
    assert told(site) == [["a1"]]
    assert [each for message in told(site, "/new") for each in message] == heard
    assert (state(any_record, search).state, state(any_record, search).failures) == ("active", 0)
    signatures = [asked.headers["webhook-signature"].split(" ") for asked in site.asked]
    assert {len(each) for each in signatures[:1]} == {1}
    assert {len(each) for each in signatures[1:]} == {2}


async def test_a_slow_receiver_delays_nobody(record: Record) -> None:
    waiting, released = asyncio.Event(), asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        waiting.set()
        await released.wait()
        writer.write(TAKEN)

    async with Site({"/slow": slow, "/quick": TAKEN}) as site:
        slow_one = listen(record, site, "/slow", "slow")
        listen(record, site, "/quick", "quick")
        work = telling(record, site)
        find(record, [1])
        await work.start_due()
        await waiting.wait()
        for number in (2, 3):  # the quick one hears of each while the slow one thinks of the first
            find(record, [number])
            while len(told(site, "/quick")) < number:
                await work.start_due()
                await asyncio.sleep(0.01)
        assert told(site, "/slow") == [["a1"]]
        released.set()
        await work.once()
        assert state(record, slow_one).state == "active"
    assert told(site, "/quick") == [["a1"], ["a2"], ["a3"]]
    assert told(site, "/slow") == [["a1"], ["a2", "a3"]]


async def test_silence_is_a_failure(record: Record) -> None:
    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with Site({"/hook": silent}) as site:
        search = listen(record, site)
        find(record, [1])
        await telling(record, site, deadline=0.2).once()
    assert state(record, search).error == "did not answer within 0.2 s"


async def test_what_was_deleted_meanwhile_is_passed_over(any_record: Record) -> None:
    clock, site = Clock(), Site({"/hook": response(status=500)})
    async with site:
        search = listen(any_record, site)
        work = telling(any_record, site, clock=clock)
        find(any_record, [1])
        await work.once()
        with any_record.writing() as connection:
            connection.execute(delete(articles))
        clock.now += 60
        await work.once()
        assert (len(site.asked), state(any_record, search).failures) == (1, 0)
        site.routes["/hook"] = TAKEN
        find(any_record, [2])
        await work.once()
    assert told(site) == [["a1"], ["a2"]]


async def test_who_was_told_hears_what_becomes_of_it(any_record: Record) -> None:
    """At least once and in order, as of matches; nothing of a text that was deleted."""
    clock, answers = Clock(), [TAKEN, response(status=500), *[TAKEN] * 9]
    async with Site({"/hook": lambda _: answers.pop(0)}) as site:
        search = listen(any_record, site)
        find(any_record, [1, 2, 3])
        await telling(any_record, site, clock=clock).once()
        test_later.place(any_record, 1, "Ferry 1 in other words", "corrected")
        test_later.place(any_record, 2, "Ferry 2 in other words", "cancelled")
        match(any_record)
        find(any_record, [4])
        test_later.delete(any_record, "a3")
        match(any_record)
        await telling(any_record, site, clock=clock).once()
        clock.now += 5
        for _ in range(2):  # as after a restart: nothing comes twice
            await telling(any_record, site, clock=clock).once()
    messages = [json.loads(asked.body) for asked in site.asked]
    kinds = ["matched", "changed", "changed", "matched", "changed"]
    assert [each["type"] for each in messages] == [f"search.{kind}" for kind in kinds]
    failed, again, deleted = (messages[n]["data"]["changes"] for n in (1, 2, 4))
    assert failed == again
    assert site.asked[1].headers["webhook-id"] == site.asked[2].headers["webhook-id"]
    became = [(each["id"], each["status"], each["change_of"]) for each in [*again, *deleted]]
    assert became == [("a1", "corrected", 1), ("a2", "cancelled", 2), ("a3", "deleted", 3)]
    assert again[0]["title"] == "Ferry 1 in other words"
    assert "Ferry" not in str(deleted)
    assert [each["number"] for each in [*again, *messages[3]["data"]["matches"], *deleted]] == [
        *range(4, 8)
    ]
    assert state(any_record, search).told == 7


async def test_what_is_not_due_any_more_is_not_told(record: Record) -> None:
    """Between the look at who is due and the telling of one, another task may have told it."""
    async with Site({"/hook": TAKEN}) as site:
        search = listen(record, site)
        work = telling(record, site)
        find(record, [1])
        await work.once()
        await work.tell(search)
        assert told(site) == [["a1"]]
        site.routes["/hook"] = response(status=500)
        find(record, [2])
        await work.once()
        await work.tell(search)
        await work.tell(99)
        assert told(site) == [["a1"], ["a2"]]


async def test_a_clock_set_back_silences_nobody(any_record: Record) -> None:
    clock = Clock()
    answers = {"/well": TAKEN, "/ill": response(status=503)}
    async with Site(answers) as site:
        listen(any_record, site, "/well", "well")
        listen(any_record, site, "/ill", "ill")
        work = telling(any_record, site, clock=clock)
        find(any_record, [1])
        await work.once()
        clock.now -= 86_400.0
        find(any_record, [2])
        await work.once()
        assert told(site, "/well") == [["a1"], ["a2"]]
        assert told(site, "/ill") == [["a1"]] * 2
        await work.once()
        # The wait that it was given now holds.
        assert told(site, "/ill") == [["a1"]] * 2


async def test_a_removed_search_is_told_no_more(record: Record) -> None:
    def remove(_: Asked) -> bytes:
        with record.writing() as connection:
            searches.remove(connection, searches.one_search(connection, "ferries"))
        return TAKEN

    async with Site({"/hook": remove}) as site:
        listen(record, site)
        find(record, [1, 2])
        work = telling(record, site)
        await work.once()
        await work.once()
    assert len(site.asked) == 1
    with record.reading() as connection:
        assert receivers.by_search(connection) == {}


async def test_a_desk_that_lost_the_lead_tells_nobody(any_record: Record) -> None:
    """And what one sent without being able to write it down, the next one sends again."""
    async with Site({"/hook": TAKEN}) as site:
        search = listen(any_record, site)
        find(any_record, [1])
        with leading(any_record) as lead:
            lost = telling(lead.record, site)
        with leading(any_record) as lead:
            await lost.once()
            assert site.asked == []
            await telling(lead.record, site).once()
            with pytest.raises(LeadershipLostError), any_record.fenced(_refuse).writing():
                pass
        assert told(site) == [["a1"]]
        assert state(any_record, search).told == 1


def _refuse(_: object) -> None:
    raise LeadershipLostError("another leads")


SENDER = """
import asyncio, sys
from copydesk.alerts.posting import Poster
from copydesk.alerts.telling import Telling
from copydesk.record.database import Record
from crawler.fetch.addresses import AddressGuard
url, allowed = sys.argv[1:]
asyncio.run(Telling(Record(url), Poster(AddressGuard.parse((allowed,)))).once())
"""


async def test_a_sender_killed_in_the_middle_skips_nothing(record: Record) -> None:
    asked = asyncio.Event()

    async def never(_: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    site = Site({"/hook": never})
    async with site:
        listen(record, site)
        find(record, [1, 2])
        sender = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SENDER, str(record.url), site.allowed), cwd=ROOT
        )
        await asked.wait()
        sender.send_signal(signal.SIGKILL)
        await sender.wait()
        site.routes["/hook"] = TAKEN
        find(record, [3])
        await telling(record, site).once()
    assert told(site)[0] == ["a1", "a2"]
    assert [each for message in told(site)[1:] for each in message] == ["a1", "a2", "a3"]


async def test_it_looks_for_matches_by_itself_until_it_is_told_to_stop(record: Record) -> None:
    asked = asyncio.Event()

    def taken(_: Asked) -> bytes:
        asked.set()
        return TAKEN

    async with Site({"/hook": taken}) as site:
        listen(record, site)
        work = asyncio.create_task(telling(record, site).for_ever())
        await asyncio.to_thread(partial(find, record, [1]))
        await asked.wait()
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
    assert told(site) == [["a1"]]
