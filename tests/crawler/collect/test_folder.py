"""A folder is read by a real SFTP client and server: every file once, and left as it was."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncssh
import pytest

from crawler.collect.folder import Folder
from crawler.collect.ssh import Sftp
from crawler.fetch.clock import Clock
from crawler.fetch.errors import FetchError
from tests.crawler.collect.desk import Desk, FullError
from tests.crawler.wires.samples import g2
from tests.crawler.wires.test_letters import mail

PASSWORD = "opens it all"
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519")
USER_KEY = asyncssh.generate_private_key("ssh-ed25519")


class Users(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("desk", PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "desk" and key == USER_KEY.convert_to_public()


class Asking(asyncssh.SSHServer):
    """As OpenSSH's server is set up where PAM asks for the password."""

    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        del username, lang, submethods
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return (username, *responses) == ("desk", PASSWORD)


def line(host: str, port: int, key: asyncssh.SSHKey) -> str:
    return f"[{host}]:{port} {key.export_public_key().decode()}"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    root = tmp_path / "root"
    (root / "wires").mkdir(parents=True)

    class Files(asyncssh.SFTPServer):
        def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
            super().__init__(channel, chroot=str(root).encode())

        def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
            if path.endswith(b"forbidden"):
                raise asyncssh.SFTPPermissionDenied("not this one")
            return super().open(path, pflags, attrs)

    server = await asyncssh.create_server(
        Users, "127.0.0.1", 0, server_host_keys=[HOST_KEY], sftp_factory=Files
    )
    async with server:
        port = server.get_port()
        known = tmp_path / "known_hosts"
        known.write_text(line("127.0.0.1", port, HOST_KEY))
        yield Desk(
            root / "wires",
            f"sftp://127.0.0.1:{port}/wires/",
            f"basic desk:{PASSWORD}",
            {"known_hosts": str(known)},
        )


def old(file: Path, at: float) -> None:
    os.utime(file, (at, at))


async def test_every_file_is_taken_once_the_oldest_first_and_left_as_it_was(desk: Desk) -> None:
    old(desk.deliver("b"), 2e9)
    old(desk.deliver("a"), 1e9)
    first = await desk.poll()
    assert (first.outcome, first.items, first.new_items, first.error) == ("ok", 2, 2, "")
    assert desk.titles == ["Number a", "Number b"]
    again = await desk.poll()
    assert (again.outcome, again.items, again.bytes_received) == ("unchanged", 2, 0)
    old(desk.deliver("late"), 5e8)
    await desk.poll()
    assert desk.titles[2:] == ["Number late"]
    assert sorted(file.name for file in desk.folder.iterdir()) == ["a", "b", "late"]


async def test_a_file_that_changed_is_read_again_and_one_that_went_is_forgotten(desk: Desk) -> None:
    desk.deliver("a")
    await desk.poll()
    old(desk.deliver("a", mail("More.", Message_ID="<n@npa.example>", Subject="Again")), 1e9)
    await desk.poll()
    assert desk.titles == ["Number a", "Again"]
    held = len(desk.position)
    (desk.folder / "a").unlink()
    await desk.poll()
    assert len(desk.position) < held == 12


async def test_wires_are_known_by_their_bytes_and_other_files_named(desk: Desk) -> None:
    desk.changes |= {"max_body": 20_000}
    desk.deliver("1.dat", g2().encode())
    desk.deliver("2.bin", b"\x00\x01\x02" * 100)
    desk.deliver("3.txt", b"x" * 30_000)
    desk.deliver(".hidden")
    desk.deliver("4.xml.part")
    (desk.folder / "folder").mkdir()
    (desk.folder / "link").symlink_to("/etc/passwd")
    result = await desk.poll()
    assert desk.titles == ["Ferry aground off Holm"]
    assert "2.bin is of no wire or feed that is known here" in result.note
    assert "3.txt is larger than crawl.max_body (20000 bytes)" in result.note
    assert result.items == 3
    assert (await desk.poll()).note == ""


async def test_what_is_not_stored_is_taken_again(desk: Desk) -> None:
    desk.deliver("a")
    desk.full = True
    with pytest.raises(FullError):
        await desk.poll()
    desk.full = False
    assert (await desk.poll()).new_items == 1


async def test_a_file_that_may_not_be_read_holds_nothing_up_and_is_tried_again(desk: Desk) -> None:
    old(desk.deliver("a-forbidden"), 1e9)
    desk.deliver("b")
    for _ in range(2):
        result = await desk.poll()
        assert "a-forbidden cannot be had" in result.note
    assert desk.titles == ["Number b"]
    (desk.folder / "a-forbidden").rename(desk.folder / "a")
    assert (await desk.poll()).note == ""
    assert desk.titles == ["Number b", "Number a-forbidden"]


async def test_a_visit_ends_in_time_and_the_next_goes_on(desk: Desk) -> None:
    for number in range(3):
        old(desk.deliver(number), 1e9 + number)
    desk.changes |= {"pages_deadline": 1e-9}
    assert (await desk.poll()).note == "3 more wait for the next visit"
    desk.changes |= {"pages_deadline": 300.0}
    assert (await desk.poll()).new_items == 3


async def test_a_private_key_opens_it_too(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "key"
    USER_KEY.write_private_key(file)
    file.chmod(0o600)
    desk.secret = f"key desk:{file}"
    desk.deliver("a")
    assert (await desk.poll()).new_items == 1
    file.chmod(0o644)
    result = await desk.poll()
    assert result.outcome == "refused"
    assert f"others may read or change this file (mode 644) ({file})" in result.error
    USER_KEY.write_private_key(file, "pkcs8-pem", passphrase="x")
    file.chmod(0o600)
    assert "without a passphrase" in (await desk.poll()).error


async def test_an_unknown_host_is_named_by_its_fingerprint(desk: Desk, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.unlink()
    result = await desk.poll()
    port = desk.url.split(":")[2].partition("/")[0]
    assert result.outcome == "tls"
    shown = HOST_KEY.get_fingerprint()
    assert f"its host key is not known here: ssh-ed25519 {shown}" in result.error
    assert f"run: ssh-keyscan -p {port} 127.0.0.1 >> {known}" in result.error
    assert "SHA256:" in result.error
    known.write_text(line("127.0.0.1", int(port), OTHER_KEY))
    assert "its host key is another than the one in" in (await desk.poll()).error


async def test_a_server_that_asks_for_the_password_is_answered(desk: Desk, tmp_path: Path) -> None:
    server = await asyncssh.create_server(
        Asking, "127.0.0.1", 0, server_host_keys=[HOST_KEY], sftp_factory=True
    )
    async with server:
        port = server.get_port()
        (tmp_path / "known_hosts").write_text(line("127.0.0.1", port, HOST_KEY))
        desk.deliver("a")
        result = await desk.poll(f"sftp://127.0.0.1:{port}{desk.folder}")
        assert (result.error, result.new_items) == ("", 1)
        desk.secret = "basic desk:wrong-password"
        assert "does not accept the login" in (await desk.poll(f"sftp://127.0.0.1:{port}/")).error


@pytest.mark.parametrize("wrong", ["@bogus host ssh-rsa AAAA", "host", "\udcff\udcfe"])
async def test_a_line_of_the_known_hosts_that_is_none_is_named(
    desk: Desk, tmp_path: Path, wrong: str, recwarn: pytest.WarningsRecorder
) -> None:
    known = tmp_path / "known_hosts"
    keys = known.read_text()
    known.write_text(f"# Füße\n\n{wrong}\n{keys}", "utf-8", "surrogateescape")
    result = await desk.poll()
    assert result.outcome == "refused"
    assert f"line 3 of {known} is no host's key. Correct it" in result.error
    assert not [each for each in recwarn if each.category is ResourceWarning]
    known.write_bytes(b"# F\xfc\xdfe\n" + keys.encode())
    assert (await desk.poll()).error == ""


async def test_a_wrong_password_says_so_and_shows_none(desk: Desk) -> None:
    desk.secret = "basic desk:wrong-password"
    result = await desk.poll()
    assert (result.outcome, "does not accept the login" in result.error) == ("refused", True)
    assert "wrong-password" not in str(result)


async def test_folders_that_are_not_there_and_addresses_kept_away_from(desk: Desk) -> None:
    missing = await desk.poll(f"{desk.url}none")
    assert (missing.outcome, "has no such folder" in missing.error) == ("not-found", True)
    desk.deliver("a")
    home = await desk.poll(desk.url.replace("/wires/", "/~/wires"))
    assert home.new_items == 1
    desk.changes |= {"allowed_addresses": ()}
    assert (await desk.poll()).outcome == "forbidden-address"


async def test_a_server_that_is_silent_or_something_else_ends_in_a_sentence(desk: Desk) -> None:
    async def say(words: bytes) -> tuple[str, str]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(words)
            await reader.read()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            address = f"sftp://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            result = await desk.poll(address)
        return result.outcome, result.error

    desk.changes |= {"deadline": 0.5}
    assert (await say(b""))[0] == "timeout"
    desk.changes |= {"deadline": 20.0}
    outcome, error = await say(b"HTTP/1.1 400 Bad Request\r\n" * 2000)
    assert outcome in ("server-error", "connection"), error


async def test_a_file_that_grows_waits_until_it_is_still(desk: Desk) -> None:
    grown = desk.deliver("grows", b"From: a\n")

    async def write(_: float) -> None:
        grown.write_bytes(grown.read_bytes() + b"more\n")

    port = int(desk.url.split(":")[2].partition("/")[0])
    async with (
        asyncssh.connect(
            "127.0.0.1", port, username="desk", password=PASSWORD, known_hosts=None, config=None
        ) as connection,
        connection.start_sftp_client(path_encoding=None) as sftp,
    ):
        session = Sftp(connection, sftp)
        folder = Folder(session, "/wires", clock=Clock(sleep=write))
        assert (await folder.look("")).waiting == []
        (still,) = (await Folder(session, "/wires").look("")).waiting
        assert still.name == "grows"
        with pytest.raises(FetchError, match="no such folder"):
            await Folder(session, "/none").look("")


async def test_without_the_library_it_says_what_to_install(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "crawler.collect.folder")
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    result = await desk.poll()
    assert "pip install 'copydesk[sftp]'" in result.error
