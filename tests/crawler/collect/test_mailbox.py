"""A mailbox is read by a real IMAP client and server: every message once, and left as it was."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from crawler.schedule import SourceHistory, next_poll
from crawler.schedule.plan import SchedulePolicy
from tests.crawler.collect.desk import Desk, FullError
from tests.crawler.collect.mail_server import PASSWORD, USER, serving
from tests.crawler.wires.test_letters import mail
from tests.indexer.certificates import Authority


class Server(NamedTuple):
    folder: Path
    safe: int
    clear: int
    ca_file: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("mailbox")
    keys = tmp_path_factory.mktemp("keys")
    authority = Authority(keys)
    signed = authority.sign()
    chain = keys / "chain.pem"
    chain.write_text(signed.certificate + signed.key)
    with serving(folder, chain) as (safe, clear):
        yield Server(folder, safe, clear, str(authority.file))


@pytest.fixture
def desk(server: Server) -> Desk:
    for file in server.folder.iterdir():
        file.unlink()
    (server.folder / "validity").write_text("7")
    return Desk(
        server.folder,
        f"imaps://127.0.0.1:{server.safe}/INBOX",
        f"basic {USER}:{PASSWORD}",
        {"ca_file": server.ca_file},
    )


async def test_every_message_is_taken_once_and_the_mailbox_left_as_it_was(desk: Desk) -> None:
    for uid in (3, 5):
        desk.deliver(uid)
    first = await desk.poll()
    assert (first.outcome, first.items, first.new_items, first.error) == ("ok", 2, 2, "")
    assert first.validators.etag == "7 5 2023-05-30"
    again = await desk.poll()
    assert (again.outcome, again.items, again.new_items) == ("unchanged", 2, 0)
    desk.deliver(9)
    await desk.poll()
    assert desk.titles == ["Number 3", "Number 5", "Number 9"]
    assert not (desk.folder / "seen").exists()
    assert desk.stored[0].guid == "3@npa.example"


async def test_an_empty_mailbox_is_well(desk: Desk) -> None:
    result = await desk.poll()
    assert (result.outcome, result.items, result.error) == ("unchanged", 0, "")
    desk.deliver(1)
    assert (await desk.poll()).new_items == 1


async def test_a_mailbox_may_have_any_name(desk: Desk) -> None:
    desk.deliver(1)
    for name, count in (("Presse & mehr", 1), ("INBOX", 0)):
        result = await desk.poll(f"{desk.url.removesuffix('INBOX')}{quote(name)}")
        assert result.error == ""
        assert result.new_items == count
    for name in ("Größe", "x\r\nA1 DELETE INBOX"):
        result = await desk.poll(f"{desk.url.removesuffix('INBOX')}{quote(name)}")
        assert (result.outcome, "has no mailbox" in result.error) == ("not-found", True)


async def test_numbered_anew_none_is_lost_or_doubled(desk: Desk) -> None:
    for uid in (1, 2):
        desk.deliver(uid)
    await desk.poll()
    (desk.folder / "validity").write_text("8")
    (desk.folder / "2").rename(desk.folder / "1")
    desk.deliver(2, mail(Message_ID="<new@npa.example>", Subject="New"))
    assert (await desk.poll()).new_items == 1
    assert desk.titles == ["Number 1", "Number 2", "New"]
    assert desk.position == "8 2 2023-05-30"


async def test_what_is_not_stored_is_taken_again(desk: Desk) -> None:
    desk.deliver(1)
    desk.full = True
    with pytest.raises(FullError):
        await desk.poll()
    assert desk.position == ""
    desk.full = False
    assert (await desk.poll()).new_items == 1


async def test_a_visit_takes_so_many_and_the_next_goes_on(desk: Desk) -> None:
    desk.deliver(1)
    await desk.poll()
    desk.changes |= {"max_items": 60}
    for uid in range(2, 122):
        desk.deliver(uid)
    notes = [(await desk.poll()).note for _ in range(3)]
    assert notes == ["60 more wait for the next visit", "", ""]
    assert desk.titles == [f"Number {uid}" for uid in range(1, 122)]


async def test_at_first_the_newest_are_taken(desk: Desk) -> None:
    desk.changes |= {"max_items": 2}
    for uid in range(1, 6):
        desk.deliver(uid)
    await desk.poll()
    await desk.poll()
    assert desk.titles == ["Number 4", "Number 5"]


async def test_what_is_too_large_or_unreadable_is_named_and_left(desk: Desk) -> None:
    desk.changes |= {"max_body": 2000}
    desk.deliver(1, mail("word " * 1000))
    desk.deliver(2, b"no headers at all")
    desk.deliver(3)
    result = await desk.poll()
    assert desk.titles == ["Number 3"]
    assert "message 1 is larger than crawl.max_body (2000 bytes)" in result.note
    assert "message 2 is of no wire or feed that is known here" in result.note
    assert (await desk.poll()).note == ""


async def test_the_schedule_takes_it_for_a_feed_that_does_not_overflow(desk: Desk) -> None:
    history = SourceHistory()
    for first in (1, 50, 100):
        for uid in range(first, first + 20):
            desk.deliver(uid)
        result = await desk.poll()
        assert (result.new_items, len(result.item_times)) == (20, 20)
        history = next_poll(history, result, SchedulePolicy(), now=2e9, jitter=0.5).history
    assert (history.overflowed, history.window, history.failures) == (None, 60, 0)


async def test_a_wrong_password_says_so_and_shows_none(desk: Desk) -> None:
    desk.secret = f"basic {USER}:wrong-password"
    result = await desk.poll()
    assert (result.outcome, result.items) == ("refused", 0)
    assert "does not accept the login" in result.error
    assert "wrong-password" not in str(result)


@pytest.mark.parametrize(
    ("secret", "error"),
    [("bearer abc", "for web servers, and names no user"), ("key desk:/key", "secret is a key")],
)
async def test_secrets_of_other_ways_are_refused(desk: Desk, secret: str, error: str) -> None:
    desk.secret = secret
    result = await desk.poll()
    assert result.outcome == "refused"
    assert error in result.error


async def test_certificates_are_verified(desk: Desk, server: Server) -> None:
    desk.changes |= {"ca_file": ""}
    result = await desk.poll()
    assert (result.outcome, "no secure connection" in result.error) == ("tls", True)
    plain = await desk.poll(f"imaps://127.0.0.1:{server.clear}/")
    assert plain.outcome == "tls"


async def test_inside_this_machine_it_works_without_tls(desk: Desk, server: Server) -> None:
    desk.deliver(1)
    assert (await desk.poll(f"imap://127.0.0.1:{server.clear}")).new_items == 1


@pytest.mark.parametrize(
    ("url", "error"),
    [("imaps://a.example:99999/", "is no usable address"), ("imaps:///INBOX", "names no host")],
)
async def test_what_is_no_address_is_said(desk: Desk, url: str, error: str) -> None:
    result = await desk.poll(url)
    assert (result.outcome, error in result.error) == ("failed", True)


async def test_addresses_that_are_not_public_are_kept_away_from(desk: Desk) -> None:
    desk.changes |= {"allowed_addresses": ()}
    result = await desk.poll()
    assert result.outcome == "forbidden-address"
    assert "allowed_addresses" in result.error


@asynccontextmanager
async def hostile(*says: bytes, for_ever: bytes = b"") -> AsyncIterator[str]:
    """A server that says one of these to each line, then that for ever, and hangs."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"* OK hello\r\n")
            for each in says:
                tag = (await reader.readline()).split(b" ")[0]
                writer.write(each.replace(b"TAG", tag))
            while for_ever:
                writer.write(for_ever)
                await writer.drain()
            await reader.read()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"imap://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


GREETED = (b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n", b"TAG OK done\r\n")
OPEN = (*GREETED, b"* 3 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\nTAG OK done\r\n")


@pytest.mark.parametrize(
    ("says", "for_ever", "outcome"),
    [
        ((), b"", "timeout"),
        ((), b"x" * 100, "server-error"),
        (OPEN, b"* 1 FETCH (UID 1)\r\n" * 1000, "too-large"),
        ((*OPEN, b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n"), b"", "too-large"),
        ((*OPEN, b"TAG NO way\r\n"), b"", "server-error"),
        ((*OPEN, b"* 1 FETCH (UID 99999999999999999999)\r\n* 2 FETCH NIL\r\nTAG OK done\r\n"), b"",
         "unchanged"),
        ((b"* CAPABILITY IMAP4rev1 \xff\r\nTAG OK done\r\n",), b"", "server-error"),
        ((*OPEN, b"* 1 FETCH (UID 1 X {%s}\r\n" % (b"9" * 5000)), b"", "server-error"),
    ],
    ids=["silent", "babbling", "endless", "literal", "no", "odd", "not ASCII", "digits"],
)  # fmt: skip
async def test_a_server_made_to_hurt_ends_in_a_sentence(
    desk: Desk, says: tuple[bytes, ...], for_ever: bytes, outcome: str
) -> None:
    desk.changes |= {"deadline": 1.0} if outcome == "timeout" else {"deadline": 60.0}
    async with hostile(*says, for_ever=for_ever) as url:
        result = await desk.poll(url)
    assert result.outcome == outcome, result
    assert desk.stored == []


async def test_a_server_that_claims_more_than_there_can_be_is_not_believed(desk: Desk) -> None:
    lie = (*GREETED, b"* 99999999999 EXISTS\r\nTAG OK done\r\n", b"TAG OK none\r\n")
    async with hostile(*lie) as url:
        result = await desk.poll(url)
    # The record writes it down, and the crawler ends over what its database refuses.
    assert (result.outcome, result.items) == ("unchanged", 2**31 - 1)
