"""A real IMAP server (Twisted's) over a folder of files, in a process of its own.

``python -m tests.crawler.collect.mail_server FOLDER CHAIN``: each file of the folder is a message,
named by its number; ``validity`` holds the UIDVALIDITY. Numbers that were marked as read are
written to ``seen``. The first line printed has two ports: with TLS and without.
"""

# Twisted is typed in parts only.
# mypy: disable-error-code="no-untyped-call, untyped-decorator"

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import ssl
from twisted.internet.protocol import Factory
from twisted.mail import imap4
from zope.interface import implementer  # type: ignore[import-untyped]

USER, PASSWORD = "desk@example.org", "opens it all"


@implementer(imap4.IMessage, imap4.IMessageFile)
class Message:
    def __init__(self, file: Path) -> None:
        self.file = file

    def getUID(self) -> int:  # noqa: N802 - Twisted's names
        return int(self.file.name)

    def getFlags(self) -> list[str]:  # noqa: N802
        return []

    def getInternalDate(self) -> str:  # noqa: N802
        return "30-May-2023 12:00:00 +0000"

    def getSize(self) -> int:  # noqa: N802
        return self.file.stat().st_size

    def open(self) -> Any:
        return self.file.open("rb")


@implementer(imap4.IMailbox)
class Mailbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> list[Path]:
        return sorted(
            (each for each in self.folder.iterdir() if each.name.isdecimal()),
            key=lambda file: int(file.name),
        )

    def getFlags(self) -> list[str]:  # noqa: N802
        return ["\\Seen"]

    def getHierarchicalDelimiter(self) -> str:  # noqa: N802
        return "/"

    def getUIDValidity(self) -> int:  # noqa: N802
        return int((self.folder / "validity").read_text())

    def getUIDNext(self) -> int:  # noqa: N802
        return max((int(file.name) for file in self.files()), default=0) + 1

    def getMessageCount(self) -> int:  # noqa: N802
        return len(self.files())

    def getRecentCount(self) -> int:  # noqa: N802
        return 0

    def isWriteable(self) -> int:  # noqa: N802
        return 1

    def addListener(self, listener: object) -> None:  # noqa: N802
        """Nobody is told."""

    def removeListener(self, listener: object) -> None:  # noqa: N802
        """Nobody was."""

    def fetch(self, messages: Any, uid: int) -> list[tuple[int, Message]]:
        files = self.files()
        messages.last = self.getUIDNext() - 1 if uid else len(files)
        return [
            (number, Message(file))
            for number, file in enumerate(files, 1)
            if (int(file.name) if uid else number) in messages
        ]

    def store(self, messages: Any, flags: object, mode: int, uid: int) -> dict[int, list[str]]:
        del flags, mode
        for _, message in self.fetch(messages, uid):
            (self.folder / "seen").write_text(message.file.name)
        return {}


@implementer(IRealm)
class Realm:
    def __init__(self, folder: Path) -> None:
        account: Any = imap4.MemoryAccount("desk")
        account.addMailbox("INBOX", Mailbox(folder))
        account.addMailbox("Presse & mehr", Mailbox(folder))
        self.account = account

    def requestAvatar(self, _: object, __: object, *interfaces: Any) -> Any:  # noqa: N802
        return interfaces[0], self.account, lambda: None


@contextmanager
def serving(folder: Path, chain: Path) -> Iterator[tuple[int, int]]:
    """The server in its process; its ports with TLS and without."""
    command = [sys.executable, "-m", __name__, str(folder), str(chain)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        safe, clear = map(int, process.stdout.readline().split())
        yield safe, clear
        process.terminate()


def main() -> None:
    # Imported by the tests too, where the crawler chooses the reactor.
    from twisted.internet import reactor

    folder, chain = map(Path, sys.argv[1:])
    checker: Any = InMemoryUsernamePasswordDatabaseDontUse()
    checker.addUser(USER.encode(), PASSWORD.encode())
    realm: Any = Realm(folder)
    portal: Any = Portal(realm, [checker])

    class Server(imap4.IMAP4Server):
        def __init__(self) -> None:
            super().__init__()
            self.portal = portal

        def connectionMade(self) -> None:  # noqa: N802 - Twisted's
            # Or each answer in pieces waits 40 ms for the client's delayed ACK.
            transport: Any = self.transport
            transport.setTcpNoDelay(True)
            super().connectionMade()

    factory = Factory.forProtocol(Server)
    loop: Any = reactor
    context: Any = ssl.DefaultOpenSSLContextFactory(str(chain), str(chain))
    safe = loop.listenSSL(0, factory, context, interface="127.0.0.1").getHost().port
    clear = loop.listenTCP(0, factory, interface="127.0.0.1").getHost().port
    print(safe, clear, flush=True)  # noqa: T201
    loop.run()


if __name__ == "__main__":
    main()
